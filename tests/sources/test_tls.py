"""TLS with a CA of one's own: for requests and for tails alike."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from msgspec.structs import replace

from tui.clock import SystemClock
from tui.config import Endpoint
from tui.lab.certificates import make_authority
from tui.model.fault import FaultKind
from tui.sources.base import SourceError
from tui.sources.loki import LokiSource


@dataclass(frozen=True)
class Place:
    """A server behind TLS, and the file of its CA."""

    endpoint: Endpoint
    ca_file: Path


async def answer(request: web.Request) -> web.StreamResponse:
    """No entries, or a tail that sends none."""
    if request.path.endswith("/tail"):
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for _ in socket:
            pass
        return socket
    return web.json_response({"status": "success", "data": {"result": []}})


async def serving(folder: Path, *, days_ago: int, name: str) -> TestServer:
    authority = make_authority(SystemClock().now() - timedelta(days=days_ago))
    server = authority.server([name])
    (folder / "ca.pem").write_bytes(authority.pem)
    (folder / "tls.pem").write_bytes(server.certificate + b"\n" + server.key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "tls.pem")
    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    started = TestServer(app, scheme="https")
    await started.start_server(ssl=context)
    return started


def place(server: TestServer, folder: Path) -> Place:
    url = f"https://127.0.0.1:{server.port}"
    return Place(Endpoint((url,)), folder / "ca.pem")


@pytest.fixture
async def private(tmp_path: Path) -> AsyncIterator[Place]:
    server = await serving(tmp_path, days_ago=0, name="127.0.0.1")
    yield place(server, tmp_path)
    await server.close()


async def use(endpoint: Endpoint) -> None:
    """One query and one tail."""
    source = LokiSource(endpoint, 5.0)
    try:
        assert await source.query_range("{}", 0, 1, 1, forward=True) == ()
        async with aclosing(source.tail("{}", 1)) as frames:
            assert (await anext(frames)).entries == ()
    finally:
        await source.aclose()


async def test_a_private_ca_is_trusted_when_it_is_named(private: Place) -> None:
    await use(replace(private.endpoint, ca_file=private.ca_file))


async def test_nothing_is_verified_when_that_is_asked_for(private: Place) -> None:
    await use(replace(private.endpoint, insecure=True))


async def test_an_unknown_ca_is_a_tls_fault(private: Place) -> None:
    source = LokiSource(private.endpoint, 5.0)
    with pytest.raises(SourceError, match="a CA that we do not know") as caught:
        await source.query_range("{}", 0, 1, 1, forward=True)
    assert caught.value.fault.kind is FaultKind.TLS
    with pytest.raises(SourceError, match="a CA that we do not know") as caught:
        await anext(source.tail("{}", 1))
    assert caught.value.fault.kind is FaultKind.TLS
    await source.aclose()


async def test_a_certificate_of_another_name_says_so(tmp_path: Path) -> None:
    server = await serving(tmp_path, days_ago=0, name="10.9.8.7")
    found = place(server, tmp_path)
    source = LokiSource(replace(found.endpoint, ca_file=found.ca_file), 5.0)
    with pytest.raises(SourceError, match=r"not valid for .127\.0\.0\.1") as caught:
        await source.query_range("{}", 0, 1, 1, forward=True)
    assert caught.value.fault.kind is FaultKind.TLS
    await source.aclose()
    await server.close()


async def test_an_expired_certificate_says_so(tmp_path: Path) -> None:
    server = await serving(tmp_path, days_ago=20_000, name="127.0.0.1")
    found = place(server, tmp_path)
    source = LokiSource(replace(found.endpoint, ca_file=found.ca_file), 5.0)
    with pytest.raises(SourceError, match="does not hold now") as caught:
        await source.query_range("{}", 0, 1, 1, forward=True)
    assert caught.value.fault.kind is FaultKind.TLS
    await source.aclose()
    await server.close()
