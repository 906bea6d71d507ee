"""Port-forwards as the kubelet gives them to a plain websocket.

Frames are binary, and their first byte is the channel: 2i is the data of the i-th port,
2i+1 its errors. Each begins with its port, two bytes, little-endian. In v5 a client
says 255, CHANNEL to close its half; kubelets know v4 alone, which has no such thing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress

from aiohttp import WSMsgType, web

V4, V5 = "v4.channel.k8s.io", "v5.channel.k8s.io"
DATA, ERRORS, CLOSE = 0, 1, 255
PIECE_BYTES = 32 * 1024

Where = Callable[[str, int], str]
"""host:port where a port of a pod answers; empty when nothing listens there."""


class Kubelet:
    """Forwards to the ports of pods, one port a websocket."""

    def __init__(self, where: Where, protocols: tuple[str, ...] = (V4,)) -> None:
        self._where = where
        self._protocols = protocols
        self._open: set[asyncio.Transport] = set()
        self.carried = 0
        """Bytes so far, both ways."""

    @property
    def count(self) -> int:
        """Port-forwards that are open."""
        return len(self._open)

    async def forward(self, request: web.Request, pod: str) -> web.StreamResponse:
        """One port-forward, from its upgrade to its end."""
        asked = request.query.getall("ports", [])
        if len(asked) != 1 or not asked[0].isdigit():
            return web.Response(text="you must specify at least 1 port", status=400)
        socket = web.WebSocketResponse(
            protocols=self._protocols, max_msg_size=0, autoping=True
        )
        if not socket.can_prepare(request):
            return web.Response(text="Upgrade request required", status=400)
        await socket.prepare(request)
        transport = request.transport
        if transport is None:
            return socket
        self._open.add(transport)
        try:
            # It may be cut, which is what such things come to.
            with suppress(ConnectionError):
                await self._serve(socket, pod, int(asked[0]))
        finally:
            self._open.discard(transport)
        await socket.close()
        return socket

    def cut(self) -> None:
        """Cut them all without a goodbye, as a node does that dies."""
        for transport in tuple(self._open):
            transport.abort()

    async def _serve(self, socket: web.WebSocketResponse, pod: str, port: int) -> None:
        named = port.to_bytes(2, "little")
        for channel in (DATA, ERRORS):
            await socket.send_bytes(bytes([channel]) + named)
        host, _, number = self._where(pod, port).rpartition(":")
        try:
            if not number:
                raise ConnectionRefusedError
            reader, writer = await asyncio.open_connection(host, int(number))
        except OSError:
            words = (
                f"error forwarding port {port} to pod {pod}, uid : failed to execute "
                f"portforward in network namespace: failed to connect to "
                f"localhost:{port} inside namespace: dial tcp4 127.0.0.1:{port}: "
                "connect: connection refused"
            )
            await socket.send_bytes(bytes([ERRORS]) + words.encode())
            return
        down = asyncio.create_task(self._down(socket, reader))
        try:
            await self._up(socket, writer, down)
        finally:
            down.cancel()
            await asyncio.gather(down, return_exceptions=True)
            writer.transport.abort()

    async def _up(
        self,
        socket: web.WebSocketResponse,
        writer: asyncio.StreamWriter,
        down: asyncio.Task[None],
    ) -> None:
        """From the client to the pod, until either side ends."""
        while not down.done():
            message = asyncio.ensure_future(socket.receive())
            await asyncio.wait({message, down}, return_when=asyncio.FIRST_COMPLETED)
            if not message.done():
                message.cancel()
                with suppress(asyncio.CancelledError):
                    await message
                return
            frame = message.result()
            if frame.type is not WSMsgType.BINARY:
                return
            channel, payload = frame.data[0], frame.data[1:]
            if channel == DATA:
                self.carried += len(payload)
                writer.write(payload)
                await writer.drain()
            elif channel == CLOSE and socket.ws_protocol == V5:
                writer.write_eof()

    async def _down(
        self, socket: web.WebSocketResponse, reader: asyncio.StreamReader
    ) -> None:
        """From the pod to the client."""
        with suppress(ConnectionError):
            while piece := await reader.read(PIECE_BYTES):
                self.carried += len(piece)
                await socket.send_bytes(bytes([DATA]) + piece)


def behind(servers: Mapping[tuple[str, int], str]) -> Where:
    """Finds what answers for a pod by the beginning of its name and the port."""

    def where(pod: str, port: int) -> str:
        found = (
            at
            for (prefix, number), at in servers.items()
            if number == port and pod.startswith(prefix)
        )
        return next(found, "")

    return where
