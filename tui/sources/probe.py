"""Tries the address of one scrape target: a connection, TLS, one GET.

It dials nothing but the address that it is given, follows no redirect, uses no proxy
and sends no credentials.
"""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from collections.abc import Sequence
from functools import cache
from typing import Any, assert_never

import httpx

from talosapi.certificate import decoded, instant
from tui.model.fault import FaultKind
from tui.model.probe import (
    Address,
    Handshake,
    HttpProbe,
    HttpStatus,
    PeerCertificate,
    Probe,
    TcpProbe,
    TlsProbe,
    Trust,
)
from tui.sources.base import SourceError
from tui.sources.http_fault import broken, garbled, looks_like_html, source_error
from tui.sources.http_stream import close_when_cancelled
from tui.sources.text import first_line

READ_BYTES = 8192
"""Of a body; no more of it is wanted than its first line."""

_TRUSTS = {
    9: Trust.NOT_YET_VALID,
    10: Trust.EXPIRED,
    18: Trust.UNKNOWN_CA,
    19: Trust.UNKNOWN_CA,
    20: Trust.UNKNOWN_CA,
    21: Trust.UNKNOWN_CA,
    62: Trust.OTHER_NAME,
    64: Trust.OTHER_NAME,
}
"""By OpenSSL's X509_V_ERR_*."""
_SHORT = {
    "commonName": "CN",
    "organizationName": "O",
    "organizationalUnitName": "OU",
    "countryName": "C",
}
_METRICS = re.compile(
    r"# (?:HELP|TYPE|UNIT|EOF)\b|[a-zA-Z_:][\w:]*(?:\{.*\})? [-+.\dNI]"
)


async def try_out(probe: Probe, seconds: float) -> Any:
    """The answer to a probe, of the type that its docstring names.

    raise   SourceError and nothing else; UNREACHABLE when nothing at all came back
    """
    try:
        async with asyncio.timeout(seconds):
            match probe:
                case TcpProbe(address):
                    return await connect(address)
                case TlsProbe(address):
                    return await handshake(address)
                case HttpProbe(url):
                    return await get(url, seconds)
                case _:
                    assert_never(probe)
    except TimeoutError:
        if isinstance(probe, TcpProbe):
            kind, what = FaultKind.UNREACHABLE, "no connection"
        else:
            kind, what = FaultKind.TIMEOUT, "no answer"
        where = probe.url if isinstance(probe, HttpProbe) else str(probe.address)
        summary = f"{what} within {seconds:g} s"
        raise source_error(kind, summary, endpoint=where) from None


async def connect(address: Address) -> str:
    """The IP address that accepted a connection, which is closed again at once."""
    found, writer = await _dialled(address, None)
    writer.transport.abort()
    return found


async def handshake(address: Address) -> Handshake:
    """Shake hands as one who verifies; if that fails, once more to see why."""
    trust, said = Trust.TRUSTED, ""
    try:
        _, writer = await _dialled(address, await asyncio.to_thread(_trusting))
    except _NotTrustedError as error:
        trust, said = error.trust, error.said
        _, writer = await _dialled(address, _unverified())
    tls: ssl.SSLObject = writer.get_extra_info("ssl_object")
    protocol, raw = tls.version() or "", tls.getpeercert(binary_form=True)
    writer.transport.abort()
    if not raw:
        raise _error(FaultKind.TLS, "shows no certificate", address)
    return Handshake(trust, protocol, _certificate(raw, address), said)


async def get(url: str, seconds: float) -> HttpStatus:
    """GET a URL; the certificate is not verified, since nothing secret is sent."""
    shown = url.partition("?")[0]
    headers = {"Accept": "*/*", "Accept-Encoding": "identity"}
    try:
        async with (
            close_when_cancelled(
                httpx.AsyncClient(
                    verify=_unverified(),
                    trust_env=False,
                    timeout=seconds,
                    headers=headers,
                )
            ) as client,
            client.stream("GET", url) as response,
        ):
            body = await _beginning(response)
    except httpx.TimeoutException as error:
        raise TimeoutError from error
    except httpx.RemoteProtocolError as error:
        raise source_error(*garbled(error), str(error), shown) from error
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise SourceError(broken(error, shown)) from error
    kind = response.headers.get("content-type", "")
    text = body.decode(errors="replace")
    return HttpStatus(
        status=response.status_code,
        content_type=first_line(kind),
        first_line=first_line(text),
        is_html=looks_like_html(body, kind),
        is_metrics="openmetrics" in kind or _METRICS.match(text.lstrip()) is not None,
        challenge=first_line(response.headers.get("www-authenticate", "")),
        location=first_line(response.headers.get("location", "")),
    )


async def _beginning(response: httpx.Response) -> bytes:
    """The first bytes of a body, which may have no end."""
    body = b""
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) >= READ_BYTES or b"\n" in body.lstrip():
            break
    return body[:READ_BYTES]


class _NotTrustedError(Exception):
    """The certificate did not pass."""

    def __init__(self, trust: Trust, said: str) -> None:
        super().__init__(said)
        self.trust = trust
        self.said = said


async def _dialled(
    address: Address, tls: ssl.SSLContext | None
) -> tuple[str, asyncio.StreamWriter]:
    """A connection to the first of its IP addresses that takes one.

    raise   SourceError, or _NotTrustedError for a certificate
    """
    last: OSError | None = None
    for found in await _resolved(address):
        try:
            _, writer = await asyncio.open_connection(
                found,
                address.port,
                ssl=tls,
                server_hostname=address.host if tls else None,
            )
        except ssl.SSLCertVerificationError as error:
            trust = _TRUSTS.get(error.verify_code, Trust.INVALID)
            raise _NotTrustedError(trust, first_line(error.verify_message)) from error
        except OSError as error:
            last = error
        else:
            return found, writer
    if last is None:
        raise _error(FaultKind.UNREACHABLE, "the name has no address", address)
    raise SourceError(broken(last, str(address))) from last


async def _resolved(address: Address) -> Sequence[str]:
    """Its IP addresses, each once."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(
            address.host, address.port, type=socket.SOCK_STREAM
        )
    except OSError as error:
        raise SourceError(broken(error, str(address))) from error
    except UnicodeError as error:
        raise _error(FaultKind.UNREACHABLE, "this is no host name", address) from error
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


@cache
def _trusting() -> ssl.SSLContext:
    """Blocking: with the machine's own CAs."""
    return ssl.create_default_context()


def _unverified() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _certificate(raw: bytes, address: Address) -> PeerCertificate:
    try:
        found = decoded(ssl.DER_cert_to_PEM_cert(raw).encode())
    except ValueError as error:
        summary = "its certificate cannot be read"
        raise _error(FaultKind.TLS, summary, address) from error
    return PeerCertificate(
        subject=_name(found.get("subject", ())),
        issuer=_name(found.get("issuer", ())),
        names=tuple(first_line(name) for _, name in found.get("subjectAltName", ())),
        not_before=instant(found["notBefore"]),
        not_after=instant(found["notAfter"]),
    )


def _name(parts: Sequence[Sequence[tuple[str, str]]]) -> str:
    """A distinguished name as people write it, the common name first."""
    pairs = [(_SHORT.get(key, key), value) for part in parts for key, value in part]
    pairs.sort(key=lambda pair: pair[0] != "CN")
    return first_line(", ".join(f"{key}={value}" for key, value in pairs))


def _error(kind: FaultKind, summary: str, address: Address) -> SourceError:
    return source_error(kind, summary, endpoint=str(address))
