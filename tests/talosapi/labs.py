"""Real servers on loopback for the client's tests, and ways to reach them."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from talosapi.acceptor import Acceptor, Serve
from talosapi.config import TalosContext, load_config
from talosapi.memory import memory_file
from tui.lab.apid import Apid
from tui.lab.apid_calls import ApidWorld
from tui.lab.certificates import (
    Authority,
    Credentials,
    TalosAccess,
    make_authority,
    talosconfig,
)
from tui.lab.clock import LabClock, machine_now
from tui.lab.estate import Estate, LabCluster, LabLine, LabNode, LabService, Role
from tui.lab.faults import FaultSet
from tui.lab.world import World

AUTHORITY = make_authority(machine_now())
CONTROL_PLANE = "10.10.0.40"
WORKER = "10.10.0.42"


def story(*faults: str, minutes: float = 4, speed: float = 0) -> World:
    """The lab's story, standing still at a minute unless it is given a speed."""
    return World(LabClock(timedelta(minutes=minutes), speed), FaultSet.of(faults))


@dataclass
class HandMadeWorld:
    """A world with one node and whatever lines a test puts into it."""

    services: tuple[LabService, ...] = ()
    written: list[LabLine] = field(default_factory=list)
    booted_at: timedelta = timedelta(days=-1)
    clock: LabClock = field(default_factory=lambda: LabClock(timedelta(0), 0))

    def estate(self) -> Estate:
        node = LabNode(
            name="cp-1",
            address=CONTROL_PLANE,
            cluster="prod",
            role=Role.CONTROL_PLANE,
            talos_version="v1.11.2",
            kubernetes_version="v1.34.1",
            kernel="6.12.48-talos",
            booted_at=self.booted_at,
            services=self.services,
        )
        cluster = LabCluster(name="prod", nodes=(node,))
        return Estate(timedelta(0), (cluster,), (), ())

    def lines(self, after: timedelta, address: str = "") -> tuple[LabLine, ...]:
        return tuple(
            line
            for line in self.written
            if line.at > after and address in ("", line.address)
        )

    def write(self, service: str, *messages: str, priority: str = "info") -> None:
        """Write lines a microsecond apart, after all that were written before."""
        for message in messages:
            at = timedelta(microseconds=len(self.written) - 10**6)
            self.written.append(
                LabLine(at, "prod", CONTROL_PLANE, service, "kern", priority, message)
            )


def at_noon() -> LabClock:
    """A clock that stands at noon, so that times can be compared to the digit."""
    return LabClock(timedelta(0), 0, frozen=datetime(2026, 2, 27, 12, tzinfo=UTC))


@asynccontextmanager
async def serving(
    world: ApidWorld,
    *,
    address: str = CONTROL_PLANE,
    authority: Authority = AUTHORITY,
    names: Sequence[str] = ("127.0.0.1",),
    port: int = 0,
) -> AsyncIterator[Apid]:
    """An apid of prod on loopback."""
    apid = Apid(world, "prod", address, authority.server(names), authority.pem)
    await apid.start(port)
    try:
        yield apid
    finally:
        await apid.close()


def context_for(
    folder: Path,
    endpoints: Iterable[str],
    *,
    roles: Sequence[str] = ("os:reader",),
    authority: Authority = AUTHORITY,
    client: Credentials | None = None,
) -> TalosContext:
    """A context read from a talosconfig file as talosctl would have written it."""
    credentials = client or authority.client(roles)
    access = TalosAccess(tuple(endpoints), (WORKER,), authority, credentials)
    path = folder / "talosconfig"
    path.write_text(talosconfig("prod", {"prod": access}))
    return load_config(path).context()


@asynccontextmanager
async def accepting(serve: Serve) -> AsyncIterator[str]:
    """An endpoint that does with a connection whatever `serve` does."""
    listener = socket.create_server(("127.0.0.1", 0))
    host, port = listener.getsockname()
    acceptor = Acceptor(listener, serve)
    try:
        yield f"{host}:{port}"
    finally:
        await acceptor.close()


def listening() -> AbstractAsyncContextManager[str]:
    """An endpoint that accepts connections and then never says a word."""

    async def hold(_: socket.socket) -> None:
        await asyncio.Event().wait()

    return accepting(hold)


def ending(*, is_reset: bool) -> AbstractAsyncContextManager[str]:
    """A load balancer with nothing behind it: it ends each connection at once."""

    async def end(peer: socket.socket) -> None:
        if is_reset:
            now = struct.pack("ii", 1, 0)
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, now)
        peer.close()

    return accepting(end)


def showing_a_page(
    *, is_tls: bool, status: str = "400 Bad Request"
) -> AbstractAsyncContextManager[str]:
    """A web server, with TLS or without, that answers everything with a page."""
    tls = server_tls(AUTHORITY) if is_tls else None
    if tls is not None:
        tls.verify_mode = ssl.CERT_NONE
        tls.set_alpn_protocols([])

    async def show(peer: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.connect_accepted_socket(
            asyncio.Protocol, peer, ssl=tls
        )
        try:
            page = f"HTTP/1.1 {status}\r\n\r\n<html>hello</html>"
            transport.write(page.encode())
            await asyncio.Event().wait()
        finally:
            transport.abort()

    return accepting(show)


def server_tls(authority: Authority) -> ssl.SSLContext:
    """The TLS of a server of somebody else's making, with a certificate of ours."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.verify_mode = ssl.CERT_REQUIRED
    tls.load_verify_locations(cadata=authority.pem.decode())
    tls.set_alpn_protocols(["h2"])
    credentials = authority.server(["127.0.0.1"])
    with memory_file(credentials.certificate + credentials.key) as path:
        tls.load_cert_chain(path)
    return tls


def refusing() -> str:
    """An endpoint at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        host, port = listener.getsockname()
    return f"{host}:{port}"


class Relay:
    """A TCP relay that can be frozen: it stays connected and carries nothing."""

    def __init__(self, target: int) -> None:
        self.endpoint = ""
        self._target = target
        self._flowing = asyncio.Event()
        self._flowing.set()

    def freeze(self) -> None:
        """Carry nothing from now on."""
        self._flowing.clear()

    async def serve(self, peer: socket.socket) -> None:
        near, back = await asyncio.open_connection(sock=peer)
        far, there = await asyncio.open_connection("127.0.0.1", self._target)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._copy(near, there))
                group.create_task(self._copy(far, back))
        finally:
            back.transport.abort()
            there.transport.abort()

    async def _copy(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        while chunk := await reader.read(65536):
            await self._flowing.wait()
            writer.write(chunk)
        writer.close()


@asynccontextmanager
async def relaying(port: int) -> AsyncIterator[Relay]:
    """A relay to a port on loopback."""
    relay = Relay(port)
    async with accepting(relay.serve) as relay.endpoint:
        yield relay
