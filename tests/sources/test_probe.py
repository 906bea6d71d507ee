"""A probe dials one address on loopback: refused, silent, TLS of all kinds, HTTP."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from tui.clock import SystemClock
from tui.lab.certificates import Authority, make_authority
from tui.lab.exporters import served_with
from tui.model.fault import FaultKind
from tui.model.probe import (
    Address,
    Handshake,
    HttpProbe,
    HttpStatus,
    TcpProbe,
    TlsProbe,
    Trust,
)
from tui.sources import handshake
from tui.sources.base import SourceError
from tui.sources.http_fault import broken
from tui.sources.probe import try_out

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
HERE = "127.0.0.1"


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as found:
        yield found


async def talking(stack: AsyncExitStack, talk: Talk) -> Address:
    """A server that does with each connection what it is told, and closes it."""

    async def handle(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            await talk(reader, writer)
        except (ConnectionError, asyncio.CancelledError):
            writer.transport.abort()
        writer.close()

    server = await asyncio.start_server(handle, HERE, 0)
    await stack.enter_async_context(server)
    return Address(HERE, server.sockets[0].getsockname()[1])


async def never(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    """Read all there is and say nothing."""
    await reader.read()


async def hang_up(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
    """Say nothing and go."""


def saying(answer: bytes) -> Talk:
    """Answer every request with these bytes."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()

    return talk


async def serving(
    stack: AsyncExitStack,
    answer: Callable[[web.Request], Awaitable[web.StreamResponse]],
    tls: ssl.SSLContext | None = None,
) -> str:
    """The base URL of a web server."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    scheme = "https" if tls else "http"
    server = TestServer(app, scheme=scheme, host=HERE)
    await server.start_server(ssl=tls)
    stack.push_async_callback(server.close)
    return f"{scheme}://{HERE}:{server.port}"


async def behind(
    stack: AsyncExitStack, *names: str, days_ago: int = 0
) -> tuple[Address, Authority]:
    """A server behind TLS with a certificate for these names."""

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(text="up 1\n")

    authority = make_authority(SystemClock().now() - timedelta(days=days_ago))
    url = await serving(stack, answer, served_with(authority.server(names)))
    found = Address.of(url)
    assert found is not None
    return found, authority


async def failure(what: TcpProbe | TlsProbe | HttpProbe, seconds: float = 5) -> Any:
    with pytest.raises(SourceError) as caught:
        await try_out(what, seconds)
    return caught.value.fault


async def test_a_port_that_listens_accepts(stack: AsyncExitStack) -> None:
    address = await talking(stack, never)
    assert await try_out(TcpProbe(address), 5) == HERE


async def test_a_port_where_nothing_listens_refuses() -> None:
    fault = await failure(TcpProbe(Address(HERE, unused_port())))
    assert fault.kind is FaultKind.UNREACHABLE
    assert fault.summary == "refused the connection: nothing listens"


async def test_a_black_hole_is_told_from_a_refusal(stack: AsyncExitStack) -> None:
    """A full queue of connections: the kernel drops what else knocks."""
    listener = stack.enter_context(socket.socket())
    listener.bind((HERE, 0))
    listener.listen(0)
    for _ in range(2):
        caller = stack.enter_context(socket.socket())
        caller.setblocking(False)
        caller.connect_ex(listener.getsockname())
    address = Address(HERE, listener.getsockname()[1])
    fault = await failure(TcpProbe(address), 0.3)
    assert fault.kind is FaultKind.UNREACHABLE
    assert fault.summary == "no connection within 0.3 s"


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a..b", "x" * 300])
async def test_a_name_without_an_address_says_so(host: str) -> None:
    fault = await failure(TcpProbe(Address(host, 1)))
    assert fault.kind is FaultKind.UNREACHABLE
    assert "name" in fault.summary


async def test_every_address_of_a_name_is_tried(stack: AsyncExitStack) -> None:
    address = await talking(stack, never)
    found = await try_out(TcpProbe(Address("localhost", address.port)), 5)
    assert found == HERE


async def test_a_certificate_of_a_private_ca_is_read_and_not_trusted(
    stack: AsyncExitStack,
) -> None:
    address, _ = await behind(stack, "carrick.home.arpa", HERE)
    found: Handshake = await try_out(TlsProbe(address), 5)
    assert found.trust is Trust.UNKNOWN_CA
    assert found.protocol.startswith("TLSv1.")
    assert found.certificate.subject == "CN=carrick.home.arpa"
    assert found.certificate.issuer == "O=talos"
    assert found.certificate.names == ("carrick.home.arpa", HERE)
    left = found.certificate.not_after - SystemClock().now()
    assert timedelta(hours=23) < left <= timedelta(days=1)


@pytest.fixture
def trusting(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Callable[[bytes], None]]:
    """Makes the machine trust a CA: OpenSSL reads that variable."""

    def trust(pem: bytes) -> None:
        (tmp_path / "ca.pem").write_bytes(pem)
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        handshake._trusting.cache_clear()

    yield trust
    handshake._trusting.cache_clear()


async def test_a_certificate_that_the_machine_trusts_is_trusted(
    stack: AsyncExitStack, trusting: Callable[[bytes], None]
) -> None:
    address, authority = await behind(stack, HERE)
    trusting(authority.pem)
    found: Handshake = await try_out(TlsProbe(address), 5)
    assert (found.trust, found.said) == (Trust.TRUSTED, "")


async def test_a_certificate_of_another_name_says_so(
    stack: AsyncExitStack, trusting: Callable[[bytes], None]
) -> None:
    address, authority = await behind(stack, "10.9.8.7")
    trusting(authority.pem)
    found: Handshake = await try_out(TlsProbe(address), 5)
    assert found.trust is Trust.OTHER_NAME
    assert "127.0.0.1" in found.said
    assert found.certificate.names == ("10.9.8.7",)


async def test_an_expired_certificate_still_tells_its_dates(
    stack: AsyncExitStack, trusting: Callable[[bytes], None]
) -> None:
    address, authority = await behind(stack, HERE, days_ago=30)
    trusting(authority.pem)
    found: Handshake = await try_out(TlsProbe(address), 5)
    assert found.trust is Trust.EXPIRED
    assert found.certificate.not_after < SystemClock().now()


async def test_a_certificate_of_the_future_is_not_valid_yet(
    stack: AsyncExitStack, trusting: Callable[[bytes], None]
) -> None:
    address, authority = await behind(stack, HERE, days_ago=-30)
    trusting(authority.pem)
    assert (await try_out(TlsProbe(address), 5)).trust is Trust.NOT_YET_VALID


async def test_a_port_that_hangs_up_is_not_said_to_be_slow(
    stack: AsyncExitStack,
) -> None:
    fault = await failure(TlsProbe(await talking(stack, hang_up)))
    assert fault.kind in {FaultKind.UNREACHABLE, FaultKind.TLS}


async def test_a_port_that_never_shakes_hands_is_slow(stack: AsyncExitStack) -> None:
    fault = await failure(TlsProbe(await talking(stack, never)), 0.4)
    assert fault.kind is FaultKind.TIMEOUT
    assert fault.summary == "no answer within 0.4 s"


async def test_plain_http_on_the_port_is_told_from_bad_tls(
    stack: AsyncExitStack,
) -> None:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response()

    address = Address.of(await serving(stack, answer))
    assert address is not None
    fault = await failure(TlsProbe(address))
    assert fault.kind is FaultKind.TLS
    assert fault.summary == "does not speak TLS: is the URL http?"


async def status(stack: AsyncExitStack, answer: bytes) -> HttpStatus:
    address = await talking(stack, saying(answer))
    found: HttpStatus = await try_out(HttpProbe(f"http://{address}/metrics"), 5)
    return found


async def test_metrics_look_like_metrics(stack: AsyncExitStack) -> None:
    found = await status(stack, b"HTTP/1.1 200 OK\r\n\r\n# HELP up Is it up.\nup 1\n")
    assert (found.status, found.is_metrics) == (200, True)
    assert found.first_line == "# HELP up Is it up."


@pytest.mark.parametrize(
    ("body", "is_metrics"),
    [
        (b"# TYPE up gauge\n", True),
        (b"up 1\n", True),
        (b'http_requests_total{code="200"} 1027 1395066363000\n', True),
        (b"node_time NaN\n", True),
        (b"", False),
        (b"<html>", False),
        (b"Unauthorized\n", False),
        (b'{"up": 1}', False),
        (b"not found\n", False),
    ],
)
async def test_what_counts_as_metrics(
    stack: AsyncExitStack, body: bytes, is_metrics: bool
) -> None:
    found = await status(stack, b"HTTP/1.1 200 OK\r\n\r\n" + body)
    assert found.is_metrics is is_metrics


async def test_a_401_tells_what_it_wants(stack: AsyncExitStack) -> None:
    head = b'HTTP/1.1 401 No ticket\r\nWWW-Authenticate: Basic realm="pve"\r\n\r\n'
    found = await status(stack, head)
    assert (found.status, found.challenge) == (401, 'Basic realm="pve"')


async def test_a_503_keeps_the_servers_words(stack: AsyncExitStack) -> None:
    words = b"dial tcp 10.244.40.7:8082: i/o timeout"
    found = await status(stack, b"HTTP/1.1 503 Unavailable\r\n\r\n" + words + b"\nmore")
    assert (found.status, found.first_line) == (503, words.decode())


async def test_a_page_for_people_is_no_metrics(stack: AsyncExitStack) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
    found = await status(stack, head + b"<!DOCTYPE html><title>Sign in</title>")
    assert (found.is_html, found.is_metrics) == (True, False)


async def test_a_redirect_is_told_and_not_followed(stack: AsyncExitStack) -> None:
    asked: list[str] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        asked.append(request.path)
        return web.Response(status=302, headers={"Location": "/login"})

    url = await serving(stack, answer)
    found: HttpStatus = await try_out(HttpProbe(f"{url}/metrics"), 5)
    assert (found.status, found.location, asked) == (302, "/login", ["/metrics"])


async def test_no_credentials_are_sent(
    stack: AsyncExitStack, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Not those of the URL, nor those that httpx would find in a .netrc."""
    seen: list[web.Request] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        seen.append(request)
        return web.Response(text="up 1\n")

    (tmp_path / ".netrc").write_text(f"machine {HERE} login me password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    url = await serving(stack, answer)
    told = url.replace("://", "://me:secret@") + "/metrics?target=a&token=t0p"
    wanted = HttpProbe.of(told)
    assert wanted is not None
    assert (await try_out(wanted, 5)).status == 200
    (request,) = seen
    assert "Authorization" not in request.headers
    assert "Cookie" not in request.headers
    assert request.query_string == "target=a"


async def test_a_body_without_an_end_is_not_waited_for(stack: AsyncExitStack) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x" * 4096)
            await writer.drain()

    address = await talking(stack, talk)
    found: HttpStatus = await try_out(HttpProbe(f"http://{address}/"), 5)
    assert found.status == 200
    assert len(found.first_line) <= 300


async def test_what_steers_a_terminal_does_not_come_through(
    stack: AsyncExitStack,
) -> None:
    body = b"\x1b[2J\x1b]0;title\x07boo\x08\x9b31m\n"
    found = await status(stack, b"HTTP/1.1 500 Oops\r\n\r\n" + body)
    assert found.first_line.isprintable()
    assert "boo" in found.first_line


@pytest.mark.parametrize(
    ("talk", "kind"),
    [
        (hang_up, FaultKind.UNREACHABLE),
        (saying(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), FaultKind.PROTOCOL),
        (never, FaultKind.TIMEOUT),
    ],
)
async def test_what_is_no_http_server_is_a_fault(
    stack: AsyncExitStack, talk: Talk, kind: FaultKind
) -> None:
    address = await talking(stack, talk)
    assert (await failure(HttpProbe(f"http://{address}/"), 0.4)).kind is kind


async def test_a_certificate_does_not_keep_the_status_from_us(
    stack: AsyncExitStack,
) -> None:
    """It is judged by itself; here nothing secret is sent."""
    address, _ = await behind(stack, "other.example")
    found: HttpStatus = await try_out(HttpProbe(f"https://{address}/metrics"), 5)
    assert (found.status, found.is_metrics) == (200, True)


def test_a_server_that_wants_a_client_certificate_says_so() -> None:
    """Over a socket its alert may come after the end of the connection."""
    error = ssl.SSLError(1, "[SSL] tlsv13 alert certificate required")
    error.reason = "TLSV13_ALERT_CERTIFICATE_REQUIRED"
    fault = broken(error, "https://h")
    assert (fault.kind, fault.summary) == (FaultKind.TLS, "wants a client certificate")
