from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator

import httpx
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tui.sources.http_stream import PIECE_BYTES, Backend, close_when_cancelled, pieces


async def test_a_handshake_that_is_cancelled_closes_its_connection() -> None:
    closed = asyncio.Event()

    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read a greeting, say nothing; end when the other side does."""
        while await reader.read(4096):
            pass
        writer.close()
        closed.set()

    server = await asyncio.start_server(mute, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    client = close_when_cancelled(httpx.AsyncClient(verify=True, timeout=30))
    async with server, client:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await client.get(f"https://127.0.0.1:{port}/")
        async with asyncio.timeout(5):
            await closed.wait()


async def test_no_idle_connection_is_used_again_once_one_has_died() -> None:
    peers = []

    async def answer(request: web.Request) -> web.Response:
        peers.append(request.transport and request.transport.get_extra_info("peername"))
        return web.Response()

    app = web.Application()
    app.router.add_get("/", answer)
    backend = Backend()
    client = close_when_cancelled(httpx.AsyncClient(), backend)
    async with TestServer(app) as server, client:
        for is_first in (True, False):
            await client.get(str(server.make_url("/")))
            await client.get(str(server.make_url("/")))
            if is_first:
                backend.distrust()
    assert peers[0] == peers[1] != peers[2] == peers[3]


def packed(body: bytes, encoding: str = "gzip") -> httpx.Response:
    async def sent() -> AsyncIterator[bytes]:
        for at in range(0, len(body), 1000):
            yield body[at : at + 1000]

    request = httpx.Request("GET", "http://one")
    headers = {"content-encoding": encoding} if encoding else {}
    return httpx.Response(200, headers=headers, content=sent(), request=request)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", ""])
async def test_however_well_a_body_is_packed_its_pieces_are_small(
    encoding: str,
) -> None:
    body = b"all alike " * 500_000
    sent = {"gzip": gzip.compress(body), "deflate": zlib.compress(body)}
    answered = packed(sent.get(encoding, body), encoding)
    got = [piece async for piece in pieces(answered)]
    assert b"".join(got) == body
    assert max(map(len, got)) <= PIECE_BYTES


async def test_a_body_that_cannot_be_unpacked_is_told_as_such() -> None:
    body = gzip.compress(b"x" * 10_000)
    spoilt = body[:20] + bytes(255 - each for each in body[20:40]) + body[40:]
    with pytest.raises(httpx.DecodingError):
        [piece async for piece in pieces(packed(spoilt))]
