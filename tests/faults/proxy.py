"""A proxy that does harm, in a process of its own: TLS before it, real servers behind.

    python -m tests.faults.proxy SPEC.json      prints the port that takes orders
    python -m tests.faults.proxy set PORT NAME FAULT

SPEC.json is a list of routes (see `Route`). An order is one line, `NAME FAULT`,
`NAME -` for none, or `trap`, which tells how many requests followed a redirect. A new
order cuts the connections there are, except for `silent`, which freezes them, and
`moved`, which freezes them for good and takes new ones: we are on another network.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import socket
import ssl
import struct
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path

from tests.faults import answers, http2

CERTIFICATES = ("good", "expired", "future", "name", "stranger")
DRIP_SECONDS = 0.3
DATE = re.compile(rb"(\r\nDate: )(\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT)", re.IGNORECASE)
BEFORE_TLS = ("mute", "slam", "shut")
ANSWERED = frozenset({*answers.NAMES, *http2.NAMES})
OLD_HTTP = "-h1"
"""Behind a name: said by HTTP/1.1 where HTTP/2 is spoken, too."""
Pipe = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class Route:
    """One port of ours, and the server behind it."""

    name: str
    port: int
    """Ours, on loopback; bound by `reserved` before, so that nobody takes it."""
    host: str
    upstream: int
    folder: str
    """Of `good.pem` and so on: the certificates that we show."""
    is_tls: bool = False
    """Whether the server behind it speaks TLS; `client.pem` is ours then."""
    client: str = ""
    alpn: list[str] = field(default_factory=list)


class Harm:
    """One route at work."""

    def __init__(self, route: Route, trap: str) -> None:
        self.route = route
        self.fault = ""
        self._trap = trap
        self._server: asyncio.Server | None = None
        self._held: list[socket.socket] = []
        self._network = 0
        """Those who came by another one hear and say nothing any more."""
        self._open: set[asyncio.StreamWriter] = set()

    async def order(self, fault: str) -> None:
        """Begin a fault, or end it."""
        if fault in answers.NAMES:
            answers.make(fault)  # it may take longer than a caller waits
        if fault in http2.NAMES:
            http2.make(fault)
        self.fault = "" if fault == "-" else fault
        if self.fault == "silent":
            return
        if self.fault == "moved":
            self._network += 1
            return
        await self._close()
        if self.fault == "hole":
            self._dig()
        elif self.fault != "refused":
            await self._listen()

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
        for writer in self._open:
            writer.transport.abort()
        for each in self._held:
            each.close()
        self._held.clear()
        await asyncio.sleep(0)  # noqa: TID251 - a turn of the loop

    async def _listen(self) -> None:
        tls = None if self.fault in BEFORE_TLS else self._tls()
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", self.route.port, ssl=tls, backlog=100
        )

    def _tls(self) -> ssl.SSLContext:
        shown = self.fault if self.fault in CERTIFICATES else "good"
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(Path(self.route.folder, f"{shown}.pem"))
        if self.route.alpn and not self.fault.endswith(OLD_HTTP):
            tls.set_alpn_protocols(self.route.alpn)
        return tls

    def _dig(self) -> None:
        """A queue that is full: the kernel drops whoever comes next."""
        hole = socket.socket()
        hole.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        hole.bind(("127.0.0.1", self.route.port))
        hole.listen(0)
        self._held.append(hole)
        for _ in range(4):
            filler = socket.socket()
            filler.setblocking(False)
            with suppress(BlockingIOError):
                filler.connect(("127.0.0.1", self.route.port))
            self._held.append(filler)

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._open.add(writer)
        with suppress(OSError, asyncio.IncompleteReadError, ssl.SSLError):
            if self.fault == "mute":
                await reader.read()
            elif self.fault == "slam":
                _reset(writer)
            elif self.fault == "shut":
                writer.close()
                await writer.wait_closed()
            elif self.fault.removesuffix(OLD_HTTP) in ANSWERED:
                await self._say(reader, writer)
            else:
                await self._pass((reader, writer))
        self._open.discard(writer)
        writer.transport.abort()

    async def _say(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """The same answer to whatever is asked."""
        fault = self.fault
        if "h2" in self.route.alpn and fault in http2.NAMES:
            await http2.say(fault, self._trap, reader, writer)
        await reader.read(65_536)
        said = answers.make(fault.removesuffix(OLD_HTTP))
        said = said.replace(answers.TRAP.encode(), self._trap.encode())
        for at in range(0, len(said), answers.PIECE):
            if writer.transport.is_closing():
                return
            writer.write(said[at : at + answers.PIECE])
            await writer.drain()
        writer.close()
        await writer.wait_closed()

    async def _pass(self, ours: Pipe) -> None:
        """What is said on either side is said on the other, harm aside."""
        route = self.route
        tls = None
        if route.is_tls:
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
            tls.load_cert_chain(route.client)
            if route.alpn:
                tls.set_alpn_protocols(route.alpn)
        theirs = await asyncio.open_connection(route.host, route.upstream, ssl=tls)
        both = (self._pump(ours[0], theirs[1]), self._answer(theirs[0], ours[1]))
        try:
            await asyncio.gather(*both, return_exceptions=True)
        finally:
            theirs[1].transport.abort()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        network = self._network
        while piece := await reader.read(answers.PIECE):
            if self.fault == "silent" or network != self._network:
                await asyncio.Event().wait()
            writer.write(piece)
            await writer.drain()
        writer.transport.abort()

    async def _answer(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        network = self._network
        while piece := await reader.read(answers.PIECE):
            if network != self._network:
                await asyncio.Event().wait()
            match self.fault:
                case "silent":
                    await asyncio.Event().wait()
                case "reset":
                    writer.write(piece[: len(piece) // 2])
                    await writer.drain()
                    _reset(writer)
                    return
                case "drip":
                    for at in range(len(piece)):
                        if writer.transport.is_closing():
                            return
                        writer.write(piece[at : at + 1])
                        await writer.drain()
                        await asyncio.sleep(DRIP_SECONDS)  # noqa: TID251 - the fault
                case "clock":
                    writer.write(DATE.sub(_an_hour_later, piece))
                    await writer.drain()
                case _:
                    writer.write(piece)
                    await writer.drain()
        writer.transport.abort()


def _an_hour_later(found: re.Match[bytes]) -> bytes:
    """The head of an answer whose server's clock is ahead; as long as it was."""
    then = parsedate_to_datetime(found[2].decode()) + timedelta(hours=1)
    return found[1] + format_datetime(then, usegmt=True).encode()


def _reset(writer: asyncio.StreamWriter) -> None:
    """End the connection by RST, not by FIN."""
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def reserved() -> socket.socket:
    """A port that is taken and refuses; the proxy may listen on it beside this."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("127.0.0.1", 0))
    return sock


async def serve(routes: list[Route]) -> None:
    """Until standard input ends."""
    # It breaks connections for a living.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL + 1)
    followed = 0

    async def trap(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal followed
        if await reader.read(65_536):
            followed += 1
        writer.transport.abort()

    trapping = await asyncio.start_server(trap, "127.0.0.1", 0)
    address = "{}:{}".format(*trapping.sockets[0].getsockname())
    harms = {route.name: Harm(route, address) for route in routes}
    for harm in harms.values():
        await harm.order("-")

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        name, _, fault = (await reader.readline()).decode().strip().partition(" ")
        if name != "trap":
            await harms[name].order(fault)
        writer.write(f"{followed}\n".encode())
        await writer.drain()
        writer.close()

    orders = await asyncio.start_server(take, "127.0.0.1", 0)
    print(orders.sockets[0].getsockname()[1], flush=True)  # noqa: T201 - its parent reads it
    await asyncio.to_thread(sys.stdin.read)
    os._exit(0)  # whatever is still being carried


def order(port: int, line: str) -> int:
    """Give an order; blocks. Returns how many requests followed a redirect."""
    with socket.create_connection(("127.0.0.1", port), 20) as connection:
        connection.sendall(f"{line}\n".encode())
        return int(connection.makefile().readline())


if __name__ == "__main__":
    if sys.argv[1] == "set":
        order(int(sys.argv[2]), " ".join(sys.argv[3:]))
    else:
        spec = json.loads(Path(sys.argv[1]).read_text())
        asyncio.run(serve([Route(**each) for each in spec]))
