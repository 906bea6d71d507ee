"""Connections that close when nobody waits for them, and bodies in small pieces.

httpcore 1.0 closes a connection when a handshake fails, but not when it is cancelled: a
deadline, or the end of the program, would leave a socket open until it is collected.
httpx unpacks whatever arrives at once: of a list of targets, a megabyte and more.
"""

from __future__ import annotations

import asyncio
import ssl
import zlib
from collections.abc import AsyncIterator, Iterable
from typing import Any

import httpcore
import httpx


class _Stream(httpcore.AsyncNetworkStream):
    """A connection; what is not about its handshake is done by the one inside."""

    def __init__(self, inner: httpcore.AsyncNetworkStream, backend: Backend) -> None:
        self._inner = inner
        self._backend = backend
        self._network = backend.network

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's own interface
    ) -> httpcore.AsyncNetworkStream:
        inner = self._inner
        try:
            self._inner = await inner.start_tls(ssl_context, server_hostname, timeout)
        except asyncio.CancelledError:
            await inner.aclose()
            raise
        return self

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        return await self._inner.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._inner.aclose()

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable" and self._network != self._backend.network:
            return True  # asked of an idle connection: it has ended, as far as we know
        return self._inner.get_extra_info(info)


class Backend(httpcore.AnyIOBackend):
    """Opens connections of that kind."""

    network = 0
    """Over which they are opened, as far as we know."""

    def distrust(self) -> None:
        """Use no connection again that is open now: one of them has died, and where a
        machine slept, or is on another network, so have all."""
        self.network += 1

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's own interface
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        opened = await super().connect_tcp(
            host, port, timeout, local_address, socket_options
        )
        return _Stream(opened, self)


def close_when_cancelled(
    client: httpx.AsyncClient, backend: httpcore.AsyncNetworkBackend | None = None
) -> httpx.AsyncClient:
    """The same client, whose connections are closed when a handshake is cancelled.

    backend   which does that, and opens them; None for one of its own

    httpx takes no backend, so it is put where its transports keep theirs.
    """
    for transport in (client._transport, *client._mounts.values()):  # noqa: SLF001
        if isinstance(transport, httpx.AsyncHTTPTransport):
            transport._pool._network_backend = backend or Backend()  # noqa: SLF001
    return client


PIECE_BYTES = 256 * 1024
_GZIP = 16 + zlib.MAX_WBITS


async def pieces(response: httpx.Response) -> AsyncIterator[bytes]:
    """The body as it comes, unpacked, none of it longer than PIECE_BYTES.

    raise   httpx.DecodingError, and what httpx raises
    """
    if response.headers.get("content-encoding", "").strip().lower() != "gzip":
        async for piece in response.aiter_bytes(PIECE_BYTES):
            yield piece
        return
    unpacker = zlib.decompressobj(_GZIP)
    try:
        async for packed in response.aiter_raw():
            while packed and not unpacker.eof:
                yield unpacker.decompress(packed, PIECE_BYTES)
                packed = unpacker.unconsumed_tail  # noqa: PLW2901 - what is left of it
        yield unpacker.flush()
    except zlib.error as error:
        raise httpx.DecodingError(str(error), request=response.request) from error
