"""Tries the address of one scrape target: a connection, TLS, one GET.

It dials nothing but the address that it is given, follows no redirect, uses no proxy
and sends no credentials.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any, assert_never

import httpx

from tui.model.fault import FaultKind
from tui.model.probe import Address, HttpProbe, HttpStatus, Probe, TcpProbe, TlsProbe
from tui.sources.base import SourceError
from tui.sources.handshake import dialled, handshake, unverified
from tui.sources.http_fault import broken, garbled, looks_like_html, source_error
from tui.sources.http_stream import close_when_cancelled
from tui.sources.text import first_line

READ_BYTES = 8192
"""Of a body; no more of it is wanted than its first line."""

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
    found, writer = await dialled(address)
    writer.transport.abort()
    return found


async def get(url: str, seconds: float) -> HttpStatus:
    """GET a URL; the certificate is not verified, since nothing secret is sent."""
    shown = url.partition("?")[0]
    headers = {"Accept": "*/*", "Accept-Encoding": "identity"}
    try:
        async with (
            close_when_cancelled(
                httpx.AsyncClient(
                    verify=unverified(),
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
