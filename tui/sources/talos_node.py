"""One Talos node, and what must be remembered of it between two questions."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from talosapi import rates
from talosapi.counters import SystemStat
from talosapi.errors import TalosError
from talosapi.kinds import STATIC_POD_STATUS
from talosapi.messages import Service
from tui.clock import Clock
from tui.model.fault import Fault, FaultKind
from tui.model.log import Entry
from tui.model.machine import Detail, Facts, Vitals
from tui.model.pipeline import Shipping
from tui.model.question_beyond import StaticPod
from tui.model.storage import NodeStorage
from tui.model.talos import TalosNode, TalosService
from tui.sources.base import SourceError
from tui.sources.talos_detail import Samples, read_detail
from tui.sources.talos_facts import read_facts
from tui.sources.talos_shipping import read_printed, read_shipping
from tui.sources.talos_storage import read_storage
from tui.sources.talos_values import available_bytes, cpu_use, fault, service

if TYPE_CHECKING:
    from talosapi.client import TalosClient

NEW_IDENTITY = 30
"""Name and version hardly change, a version never without a reboot, which is noticed:
they are asked at each thirtieth turn."""
_SILENCE = {
    FaultKind.UNREACHABLE,
    FaultKind.TIMEOUT,
    FaultKind.TLS,
    FaultKind.CONFIG,
}
"""A refusal is an answer, and says nothing of other questions; these do."""


class _Identity(Struct, frozen=True):
    """What stays the same while a node runs."""

    hostname: str
    version: str
    booted_at: datetime | None


class NodeReader:
    """Asks one node. All methods raise SourceError and nothing else.

    While a node does not answer, `services` alone knocks: every other question fails
    with its fault at once. So a node that swallows calls holds up one call, not ten,
    of those that its apid's connection allows.
    """

    def __init__(
        self,
        address: str,
        opened: Callable[[], Awaitable[TalosClient]],
        seconds: float,
        clock: Clock,
    ) -> None:
        """Remember whom to ask.

        opened      gives the client
        seconds     the deadline of each call
        """
        self._address = address
        self._opened = opened
        self._seconds = seconds
        self._clock = clock
        self._knocked = asyncio.Event()
        self._silence: Fault | None = None
        self._identity: _Identity | None = None
        self._turns = 0
        self._listed: tuple[Service, ...] = ()
        self._services: tuple[TalosService, ...] = ()
        """The same in our words, made once for each new list."""
        self._stat: SystemStat | None = None
        self._samples = Samples()

    async def services(self) -> TalosNode:
        """The node and its services. The others wait until this was asked once."""
        try:
            client = await self._opened()
            listed = await client.services(self._address, timeout_seconds=self._seconds)
            self._silence = None
            self._knocked.set()
            identity = await self._known(client)
        except TalosError as error:
            failure = fault(error)
            self._forget(failure)
            raise SourceError(failure) from error
        except SourceError as error:
            self._forget(error.fault)
            raise
        self._turns += 1
        if listed is not self._listed:
            self._listed, self._services = listed, tuple(map(service, listed))
        return TalosNode(
            address=self._address,
            hostname=identity.hostname,
            version=identity.version,
            services=self._services,
            boot_time=identity.booted_at,
            served_by=client.serving,
        )

    async def vitals(self) -> Vitals:
        """What its processors and its memory do, since the last time this was asked."""
        client = await self._met()
        address, seconds = self._address, self._seconds
        try:
            async with asyncio.TaskGroup() as calls:
                stat = calls.create_task(
                    client.system_stat(address, timeout_seconds=seconds)
                )
                memory = calls.create_task(
                    client.memory(address, timeout_seconds=seconds)
                )
                load = calls.create_task(
                    client.load_avg(address, timeout_seconds=seconds)
                )
        except ExceptionGroup as group:
            raise _first(group) from group
        now, before = stat.result(), self._stat
        self._stat = now
        if before is not None and rates.has_rebooted(before, now):
            self._identity, before, self._samples = None, None, Samples()
        return Vitals(
            cpu=cpu_use(rates.cpu_usage(before.cpu, now.cpu)) if before else None,
            cores=sum(cpu is not None for cpu in now.cpus),
            memory_total_bytes=memory.result().total_bytes,
            memory_available_bytes=available_bytes(memory.result()),
            load1=load.result().load1,
            load5=load.result().load5,
            load15=load.result().load15,
            booted_at=now.booted_at,
        )

    async def facts(self) -> Facts:
        """What changes slowly, as far as the node tells it."""
        client = await self._met()
        return await read_facts(client, self._address, self._seconds, self._clock.now)

    async def detail(self) -> Detail:
        """All that it does, since the last time this was asked."""
        client = await self._met()
        return await read_detail(
            client, self._address, self._seconds, self._samples, self._clock
        )

    async def shipping(self) -> Shipping:
        """Where its logs go, as far as the role may know."""
        return await read_shipping(await self._met(), self._address, self._seconds)

    async def printed(self) -> tuple[Entry, ...]:
        """All that its kernel still has of what it printed."""
        client = await self._met()
        return await read_printed(client, self._address, self._seconds, self._clock)

    async def storage(self) -> NodeStorage:
        """Its disks and mounts, as far as the node tells of them."""
        return await read_storage(await self._met(), self._address, self._seconds)

    async def static_pods(self) -> Mapping[str, StaticPod]:
        """Its static pods by name, as its own kubelet tells; none on a worker."""
        client = await self._met()
        try:
            found = await client.list_resources(
                self._address, STATIC_POD_STATUS, timeout_seconds=self._seconds
            )
        except TalosError as error:
            raise SourceError(fault(error)) from error
        return {
            each.id.rpartition("/")[2]: StaticPod(
                self._address, each.spec.phase, each.spec.is_ready
            )
            for each in found
            if each.id.startswith("kube-system/") and not each.is_tearing_down
        }

    async def _met(self) -> TalosClient:
        """The client, for a node that answers."""
        await self._knocked.wait()
        if self._silence is not None:
            raise SourceError(self._silence)
        return await self._opened()

    async def _known(self, client: TalosClient) -> _Identity:
        """Who it is, asked anew after a silence, a reboot and a number of turns."""
        if self._identity is not None and self._turns % NEW_IDENTITY:
            return self._identity
        address, seconds = self._address, self._seconds
        try:
            async with asyncio.TaskGroup() as calls:
                version = calls.create_task(
                    client.version(address, timeout_seconds=seconds)
                )
                hostname = calls.create_task(
                    client.hostname(address, timeout_seconds=seconds)
                )
                stat = calls.create_task(
                    client.system_stat(address, timeout_seconds=seconds)
                )
        except ExceptionGroup as group:
            raise _first(group) from group
        self._identity = _Identity(
            hostname.result(), version.result().tag, stat.result().booted_at
        )
        return self._identity

    def _forget(self, failure: Fault) -> None:
        """After a silence it may be another boot, another version, another machine."""
        self._identity = None
        self._silence = failure if failure.kind in _SILENCE else None
        self._knocked.set()


def _first(group: ExceptionGroup[Exception]) -> Exception:
    """The first failure in our words; anything but a TalosError is a bug."""
    first = group.exceptions[0]
    return SourceError(fault(first)) if isinstance(first, TalosError) else first
