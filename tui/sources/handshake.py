"""A connection as one makes it by hand: its addresses, who takes it, whom TLS shows.

It dials nothing but what it is given, uses no proxy and sends no credentials.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from functools import cache

from talosapi.certificate import decoded, instant
from tui.model.fault import FaultKind
from tui.model.probe import Address, Handshake, PeerCertificate, Trust
from tui.sources.base import SourceError
from tui.sources.http_fault import broken, source_error
from tui.sources.text import first_line

Dial = Callable[[ssl.SSLContext], Awaitable[asyncio.StreamWriter]]
"""Opens a connection and speaks TLS on it, whatever way leads there."""

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


async def resolved(address: Address) -> Sequence[str]:
    """Its IP addresses, each once.

    raise   SourceError
    """
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


async def dialled(
    address: Address, tls: ssl.SSLContext | None = None, name: str = ""
) -> tuple[str, asyncio.StreamWriter]:
    """A connection to the first of its IP addresses that takes one, and that address.

    name    whom the certificate must name; the address's host when empty
    raise   SourceError; ssl.SSLCertVerificationError
    """
    last: OSError | None = None
    for found in await resolved(address):
        try:
            _, writer = await asyncio.open_connection(
                found,
                address.port,
                ssl=tls,
                server_hostname=(name or address.host) if tls else None,
            )
        except ssl.SSLCertVerificationError:
            raise
        except OSError as error:
            last = error
        else:
            return found, writer
    if last is None:
        raise _error(FaultKind.UNREACHABLE, "the name has no address", address)
    raise SourceError(broken(last, str(address))) from last


async def handshake(
    address: Address, dial: Dial | None = None, trusting: ssl.SSLContext | None = None
) -> Handshake:
    """Shake hands as one who verifies; if that fails, once more to see why.

    address     for errors, and where `dial` is not given to be dialled
    trusting    None: the machine's own CAs
    raise       SourceError
    """

    async def there(tls: ssl.SSLContext) -> asyncio.StreamWriter:
        return (await dialled(address, tls))[1]

    reach = dial or there
    if trusting is None:
        trusting = await asyncio.to_thread(_trusting)
    trust, said = Trust.TRUSTED, ""
    try:
        try:
            writer = await reach(trusting)
        except ssl.SSLCertVerificationError as error:
            trust = _TRUSTS.get(error.verify_code, Trust.INVALID)
            said = first_line(error.verify_message)
            writer = await reach(unverified())
    except OSError as error:
        raise SourceError(broken(error, str(address))) from error
    tls: ssl.SSLObject = writer.get_extra_info("ssl_object")
    protocol, raw = tls.version() or "", tls.getpeercert(binary_form=True)
    writer.transport.abort()
    if not raw:
        raise _error(FaultKind.TLS, "shows no certificate", address)
    return Handshake(trust, protocol, _certificate(raw, address), said)


@cache
def _trusting() -> ssl.SSLContext:
    """Blocking: with the machine's own CAs."""
    return ssl.create_default_context()


def unverified() -> ssl.SSLContext:
    """One that takes every certificate: nothing secret may be sent."""
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
