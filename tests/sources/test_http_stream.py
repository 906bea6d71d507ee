from __future__ import annotations

import asyncio

import httpx
import pytest

from tui.sources.http_stream import close_when_cancelled


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
