"""Talos: the nodes of one talosconfig context, as apid tells of them.

With the modules named after it the only place that knows `talosapi`; its values and
errors end here.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from talosapi.certificate import ClientCertificate, read_certificate
from talosapi.config import TalosContext, find_config, load_config
from talosapi.errors import TalosConfigError, TalosError
from talosapi.messages import KernelRecord
from talosapi.resume import Pace, Piece
from talosapi.tls import client_context
from tui.clock import Clock
from tui.model.command import ServiceVerb
from tui.model.fault import Fault, FaultKind
from tui.model.log import Entry, LogBatch
from tui.model.machine import Certificate, Detail, Facts, Vitals
from tui.model.pipeline import Shipping
from tui.model.probe import Address
from tui.model.question_beyond import StaticPod
from tui.model.storage import NodeStorage
from tui.model.talos import TalosNode
from tui.sources.base import SourceError
from tui.sources.talos_node import NodeReader
from tui.sources.talos_tail import batches
from tui.sources.talos_values import (
    config_fault,
    entry_ns,
    fault,
    kernel_entry,
    line_time,
)
from tui.sources.text import first_line

if TYPE_CHECKING:
    from talosapi.client import TalosClient


PAST_LINES = 1000
"""Of a service's log, to begin with."""


class WayIn(Struct, frozen=True):
    """What one context of a talosconfig lets us do."""

    endpoints: tuple[Address, ...]
    tls: ssl.SSLContext
    """As apid is dialled: our certificate, its authority alone."""
    roles: tuple[str, ...]
    begins_at: datetime
    expires_at: datetime


class TalosSource:
    """The nodes of one context. Every method raises SourceError and nothing else.

    Of one node, `node` must be asked: `vitals`, `facts` and `detail` wait for its first
    answer, and fail as it does while the node is silent.
    """

    def __init__(
        self,
        context_name: str,
        talosconfig: Path | None,
        timeout_seconds: float,
        clock: Clock,
        backoff: Callable[[int], float],
    ) -> None:
        """Remember whom to ask; files are read and dialled at the first question.

        talosconfig   None for talosctl's own search order
        clock         for tails: to wait between attempts, to date lines without a time;
                      for rates: to know how long ago the last sample was taken
        """
        self._context_name = context_name
        self._talosconfig = talosconfig
        self._timeout_seconds = timeout_seconds
        self._clock = clock
        self._backoff = backoff
        self._client: TalosClient | None = None
        self._opening = asyncio.Lock()
        self._readers: dict[str, NodeReader] = {}

    async def addresses(self) -> tuple[str, ...]:
        """The nodes that the talosconfig names; they may be none."""
        return (await asyncio.to_thread(self._context)).nodes

    async def node(self, address: str) -> TalosNode:
        """One node and its services."""
        return await self._reader(address).services()

    async def vitals(self, address: str) -> Vitals:
        """What one node's processors and memory do; CPU use since the last time."""
        return await self._reader(address).vitals()

    async def facts(self, address: str) -> Facts:
        """What changes slowly on one node."""
        return await self._reader(address).facts()

    async def detail(self, address: str) -> Detail:
        """All that one node does; rates since the last time."""
        return await self._reader(address).detail()

    async def shipping(self, address: str) -> Shipping:
        """Where one node's logs go, as far as the role may know."""
        return await self._reader(address).shipping()

    async def printed(self, address: str) -> tuple[Entry, ...]:
        """All that one node's kernel still has of what it printed, oldest first."""
        return await self._reader(address).printed()

    async def storage(self, address: str) -> NodeStorage:
        """The disks of one node, and what is on them."""
        return await self._reader(address).storage()

    async def static_pods(self, addresses: Iterable[str]) -> Mapping[str, StaticPod]:
        """Static pods of these nodes by name, without those of nodes that fail.

        raise   SourceError when not one node answers
        """
        asked = [self._reader(address).static_pods() for address in addresses]
        answers = await asyncio.gather(*asked, return_exceptions=True)
        found: dict[str, StaticPod] = {}
        for answer in answers:
            if isinstance(answer, Mapping):
                found |= answer
            elif not isinstance(answer, SourceError):
                raise answer
        failed = [each for each in answers if isinstance(each, SourceError)]
        if len(failed) == len(answers):
            summary = "no control plane is known to Talos"
            raise failed[0] if failed else SourceError(Fault(FaultKind.CONFIG, summary))
        return found

    async def way_in(self) -> WayIn:
        """What the talosconfig says: whom to dial, and who we are.

        raise   SourceError(CONFIG), of a certificate that cannot be used too
        """
        return await asyncio.to_thread(self._way_in)

    async def version(self) -> str:
        """The release of the endpoint that lets us in, such as `v1.11.2`.

        It is asked of itself: it answers when every node behind it is down.
        """
        client = await self._opened()
        try:
            found = await client.version("", timeout_seconds=self._timeout_seconds)
        except TalosError as error:
            raise SourceError(fault(error)) from error
        return found.tag

    async def clock(self, address: str) -> datetime | None:
        """What the clock of a node shows; None when it does not say."""
        client = await self._opened()
        try:
            found = await client.time(address, timeout_seconds=self._timeout_seconds)
        except TalosError as error:
            raise SourceError(fault(error)) from error
        return found.node_time

    async def certificate(self) -> Certificate:
        """How long the talosconfig of this context lets us in."""
        return await asyncio.to_thread(self._certificate)

    async def change_service(
        self, address: str, service: str, verb: ServiceVerb
    ) -> str:
        """Start, stop or restart a service; returns what Talos says of it."""
        client = await self._opened()
        calls = {
            ServiceVerb.START: client.start_service,
            ServiceVerb.STOP: client.stop_service,
            ServiceVerb.RESTART: client.restart_service,
        }
        try:
            return await calls[verb](
                address, service, timeout_seconds=self._timeout_seconds
            )
        except TalosError as error:
            raise SourceError(fault(error)) from error

    def dmesg(self, address: str) -> AsyncGenerator[LogBatch, None]:
        """The kernel log of one node, resumed after each cut; never ends by itself.

        Labels: node, facility, priority. Metadata: SUBSYSTEM and DEVICE, if any.
        """
        at = self._clock.now()

        def entry(record: KernelRecord) -> Entry:
            nonlocal at
            at = record.at or at
            return kernel_entry(record, at, address)

        async def opened() -> AsyncGenerator[Piece[KernelRecord], None]:
            return (await self._opened()).follow_dmesg(address, self._pace())

        return batches(opened, entry, address, self._pause)

    def service_log(self, address: str, service: str) -> AsyncGenerator[LogBatch, None]:
        """One service's log, from its last 1000 lines on; never ends by itself.

        Labels: node, service. A line that carries no time has that of its arrival.
        """
        labels = {"node": address, "service": service}

        def entry(line: str) -> Entry:
            at = line_time(line) or self._clock.now()
            return Entry(entry_ns(at), labels, line)

        async def opened() -> AsyncGenerator[Piece[str], None]:
            client = await self._opened()
            return client.follow_logs(address, service, self._pace(), past=PAST_LINES)

        return batches(opened, entry, address, self._pause)

    async def aclose(self) -> None:
        """End every call and connection."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    def _pace(self) -> Pace:
        return Pace(self._clock.sleep, self._backoff)

    async def _pause(self, failures: int) -> None:
        await self._clock.sleep(self._backoff(failures))

    def _reader(self, address: str) -> NodeReader:
        if address not in self._readers:
            self._readers[address] = NodeReader(
                address, self._opened, self._timeout_seconds, self._clock
            )
        return self._readers[address]

    async def _opened(self) -> TalosClient:
        """The client, made once; the config is read in a thread, and so is gRPC."""
        async with self._opening:
            if self._client is None:
                context = await asyncio.to_thread(self._context)
                make = await asyncio.to_thread(_client_class)
                self._client = make(context)
            return self._client

    def _context(self) -> TalosContext:
        """Blocking: reads the talosconfig."""
        try:
            config = (
                load_config(self._talosconfig) if self._talosconfig else find_config()
            )
            return config.context(self._context_name)
        except TalosConfigError as error:
            raise SourceError(config_fault(error)) from error

    def _certificate(self) -> Certificate:
        """Blocking: reads the talosconfig."""
        context = self._context()
        return Certificate(f"talosconfig {context.name}", _read(context).not_after)

    def _way_in(self) -> WayIn:
        """Blocking: reads the talosconfig."""
        context = self._context()
        found = _read(context)
        try:
            tls = client_context(context)
        except OSError as error:
            summary = f"talosconfig: ca, crt and key of {context.name!r} do not fit"
            detail = first_line(str(error))
            raise SourceError(Fault(FaultKind.CONFIG, summary, detail)) from error
        return WayIn(
            tuple(Address(each.host, each.port) for each in context.endpoints),
            tls,
            found.roles,
            found.not_before,
            found.not_after,
        )


def _read(context: TalosContext) -> ClientCertificate:
    try:
        return read_certificate(context.crt)
    except ValueError as error:
        summary = f"talosconfig: crt of context {context.name!r} is no certificate"
        raise SourceError(Fault(FaultKind.CONFIG, summary)) from error


def _client_class() -> type[TalosClient]:
    """Blocking: gRPC takes its time to load."""
    from talosapi.client import TalosClient  # noqa: PLC0415 - see above

    return TalosClient
