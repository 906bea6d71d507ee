"""One connection to a port of a pod, over one websocket, as the kubelet takes it.

The way in is one end of a pair of sockets inside this process: nobody else on the
machine can come through.

wire    GET /api/v1/namespaces/NS/pods/POD/portforward?ports=N, binary frames, whose
        first byte is the channel: 0 data, 1 errors. The first frame of a channel is the
        port, two bytes, little-endian. In v5 the frame 255, CHANNEL closes one half;
        v4 has no such thing. No words come when a pod ends: the frames just stop.
"""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, ConnectionClosedOK

from tui.model.fault import Fault, FaultKind
from tui.sources.text import first_line

V4, V5 = "v4.channel.k8s.io", "v5.channel.k8s.io"
PROTOCOLS = (V5, V4)
"""As we like them; a kubelet takes the first that it knows."""
DATA, ERRORS, CLOSE = 0, 1, 255
PIECE_BYTES = 32 * 1024
LONGEST_WORDS = 4096


class Forward:
    """A forwarded connection. `end` of `open` is ours to read and write."""

    def __init__(self, websocket: ClientConnection, port: int, endpoint: str) -> None:
        self._websocket = websocket
        self._port = port
        self._endpoint = endpoint
        self._inner, self.end = socket.socketpair()
        for each in (self._inner, self.end):
            each.setblocking(False)  # noqa: FBT003 - so it is called
        self._named: set[int] = set()
        self._named_all = asyncio.Event()
        self._said = bytearray()
        self._running: asyncio.Task[None] | None = None
        self.fault: Fault | None = None
        """Why it ended, when that was not as it should be."""

    async def open(self) -> asyncio.Task[None]:
        """Wait until the kubelet has named the port; what runs then ends with it."""
        self._running = asyncio.create_task(self._run())
        named = asyncio.create_task(self._named_all.wait())
        try:
            await asyncio.wait(
                {named, self._running}, return_when=asyncio.FIRST_COMPLETED
            )
        except asyncio.CancelledError:
            await self.aclose()
            raise
        finally:
            named.cancel()
        if not self._named_all.is_set() and self.fault is None:
            self._fail(FaultKind.UNREACHABLE, "the kubelet closed the port-forward")
        return self._running

    async def aclose(self) -> None:
        """End it from our side."""
        self.end.close()
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    async def _run(self) -> None:
        """Carry both ways until either side has ended."""
        up = asyncio.create_task(self._up())
        try:
            # Our own side may be gone, and theirs may say goodbye.
            with suppress(ConnectionError, ConnectionClosedOK):
                await self._down()
        except ConnectionClosed as closed:
            reason = closed.rcvd.reason if closed.rcvd else ""
            self._fail(
                FaultKind.UNREACHABLE,
                "the port-forward was cut",
                reason or str(closed),
            )
        finally:
            up.cancel()
            with suppress(asyncio.CancelledError):
                await up
            self._inner.close()
            self._judge_words()
            await self._websocket.close()

    async def _down(self) -> None:
        """From the pod to us."""
        loop = asyncio.get_running_loop()
        while True:
            message = await self._websocket.recv(decode=False)
            if len(message) < 2:
                continue
            channel, payload = message[0], message[1:]
            if channel in {DATA, ERRORS} and channel not in self._named:
                if not self._is_named(channel, payload):
                    return
            elif channel == DATA:
                await loop.sock_sendall(self._inner, payload)
            elif channel == ERRORS:
                self._said += payload[: LONGEST_WORDS - len(self._said)]
            elif channel == CLOSE and payload[0] == DATA:
                self._inner.shutdown(socket.SHUT_WR)

    async def _up(self) -> None:
        """From us to the pod; our end is their end of the stream."""
        loop = asyncio.get_running_loop()
        with suppress(ConnectionError, ConnectionClosed):
            while piece := await loop.sock_recv(self._inner, PIECE_BYTES):
                await self._websocket.send(bytes([DATA]) + piece)
            if self._websocket.subprotocol == V5:
                await self._websocket.send(bytes([CLOSE, DATA]))
            else:
                await self._websocket.close()

    def _is_named(self, channel: int, payload: bytes) -> bool:
        """Whether the first frame of a channel names the port that we asked for."""
        if int.from_bytes(payload, "little") != self._port or len(payload) != 2:
            self._fail(FaultKind.PROTOCOL, "it answers as no port-forward does")
            return False
        self._named.add(channel)
        if self._named == {DATA, ERRORS}:
            self._named_all.set()
        return True

    def _judge_words(self) -> None:
        """What the kubelet said on the channel of errors."""
        words = first_line(self._said.decode(errors="replace"))
        if not words:
            return
        refused = "connection refused" in words
        summary = (
            f"nothing listens on port {self._port} of the pod"
            if refused
            else "the kubelet could not forward to the pod"
        )
        self._fail(FaultKind.UNREACHABLE, summary, words)

    def _fail(self, kind: FaultKind, summary: str, detail: str = "") -> None:
        self.fault = Fault(kind, summary, first_line(detail), self._endpoint)
