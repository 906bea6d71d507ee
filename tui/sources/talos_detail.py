"""All that one node does: rates of its disks and links, processes, containers.

Rates are reckoned from the sample before, so somebody has to keep that: `Samples`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Generic, TypeVar

from talosapi import rates
from talosapi.counters import DiskCounters, LinkCounters
from talosapi.workload import Container, ContainerUsage, Process, Runtime
from tui.clock import Clock
from tui.model.machine import ContainerUse, Detail, DiskRate, LinkRate, ProcessUse
from tui.sources.talos_parts import Parts

if TYPE_CHECKING:
    from talosapi.client import TalosClient

T = TypeVar("T")

OLDEST_SECONDS = 30.0
"""A sample before that one says nothing of now."""

CpuSeconds = Mapping[tuple[object, str], float]


class Sample(Generic[T]):
    """The newest sample of some counters."""

    def __init__(self) -> None:
        self._kept: tuple[T, float] | None = None

    def step(self, new: T, at_seconds: float) -> tuple[T, float] | None:
        """Keep the new one; give the one before and the seconds between, if recent."""
        before, self._kept = self._kept, (new, at_seconds)
        if before is None or not 0 < at_seconds - before[1] <= OLDEST_SECONDS:
            return None
        return before[0], at_seconds - before[1]


class Samples:
    """What is kept of one node between two details."""

    def __init__(self) -> None:
        self._disks: Sample[tuple[DiskCounters, ...]] = Sample()
        self._links: Sample[tuple[LinkCounters, ...]] = Sample()
        self._processes: Sample[CpuSeconds] = Sample()
        self._containers: Sample[CpuSeconds] = Sample()

    def disks(
        self, counters: tuple[DiskCounters, ...] | None, at_seconds: float
    ) -> tuple[DiskRate, ...] | None:
        """Whole disks; None without two samples, or when all counters were reset."""
        if counters is None:
            return None
        step = self._disks.step(counters, at_seconds)
        if step is None:
            return None
        found = rates.disk_rates(step[0], counters, step[1])
        known = tuple(
            DiskRate(
                name,
                rate.read_bytes_per_second,
                rate.write_bytes_per_second,
                rate.busy_ratio,
            )
            for name, rate in found.items()
            if rate is not None
        )
        return known if known or not found else None

    def links(
        self, counters: tuple[LinkCounters, ...] | None, at_seconds: float
    ) -> tuple[LinkRate, ...] | None:
        """Links with hardware behind them: the others carry the same bytes again."""
        if counters is None:
            return None
        step = self._links.step(counters, at_seconds)
        if step is None:
            return None
        found = {
            name: rate
            for name, rate in rates.link_rates(step[0], counters, step[1]).items()
            if rates.is_physical_link(name)
        }
        known = tuple(
            LinkRate(
                name,
                rate.received_bytes_per_second,
                rate.sent_bytes_per_second,
                rate.errors_per_second + rate.dropped_per_second,
            )
            for name, rate in found.items()
            if rate is not None
        )
        return known if known or not found else None

    def processes(
        self, listed: Iterable[Process] | None, at_seconds: float
    ) -> tuple[ProcessUse, ...]:
        """All processes; a number that was given away again is another process."""
        if listed is None:
            return ()
        listed = tuple(listed)
        now: CpuSeconds = {(p.pid, p.name): p.cpu_seconds for p in listed}
        step = self._processes.step(now, at_seconds)
        return tuple(
            ProcessUse(
                pid=each.pid,
                name=each.name,
                command=each.command,
                state=each.state,
                cpu=_cpu(step, now, (each.pid, each.name)),
                resident_bytes=each.resident_bytes,
            )
            for each in listed
        )

    def containers(
        self,
        listed: Iterable[tuple[Runtime, Container]],
        usages: Iterable[tuple[Runtime, ContainerUsage]],
        at_seconds: float,
    ) -> tuple[ContainerUse, ...]:
        """Containers with what they use; pods' sandboxes are no containers."""
        used = {(runtime, each.id): each for runtime, each in usages}
        now: CpuSeconds = {key: each.cpu_seconds for key, each in used.items()}
        step = self._containers.step(now, at_seconds)
        return tuple(
            ContainerUse(
                namespace=runtime.value,
                pod=each.pod_id if runtime is Runtime.KUBERNETES else "",
                name=each.name,
                image=each.image,
                status=each.status,
                cpu=_cpu(step, now, (runtime, each.id)),
                memory_bytes=usage.memory_bytes if usage else None,
            )
            for runtime, each in listed
            if not each.is_sandbox
            for usage in [used.get((runtime, each.id))]
        )


def _cpu(
    step: tuple[CpuSeconds, float] | None, now: CpuSeconds, key: tuple[object, str]
) -> float | None:
    """Processors used between two samples; None for what is new or began anew."""
    if step is None or key not in step[0] or key not in now:
        return None
    spent = now[key] - step[0][key]
    return spent / step[1] if spent >= 0 else None


async def read_detail(
    client: TalosClient, address: str, seconds: float, samples: Samples, clock: Clock
) -> Detail:
    """Ask for everything at once: somebody is looking.

    seconds     the deadline of each call
    raise       SourceError when not one part is answered
    """
    parts = Parts()
    runtimes = (Runtime.SYSTEM, Runtime.KUBERNETES)
    ask = {"timeout_seconds": seconds}
    async with asyncio.TaskGroup() as calls:
        disks = calls.create_task(
            parts.part("disks", client.disk_counters(address, **ask))
        )
        links = calls.create_task(
            parts.part("links", client.link_counters(address, **ask))
        )
        processes = calls.create_task(
            parts.part("processes", client.processes(address, **ask))
        )
        listed = [
            calls.create_task(
                parts.part("containers", client.containers(address, each, **ask))
            )
            for each in runtimes
        ]
        usages = [
            calls.create_task(
                parts.part("usage", client.container_usages(address, each, **ask))
            )
            for each in runtimes
        ]
    parts.check()
    at = clock.monotonic()
    return Detail(
        disks=samples.disks(disks.result(), at),
        links=samples.links(links.result(), at),
        processes=samples.processes(processes.result(), at),
        containers=samples.containers(
            _flat(runtimes, [each.result() for each in listed]),
            _flat(runtimes, [each.result() for each in usages]),
            at,
        ),
        unavailable=parts.unavailable,
    )


def _flat(
    runtimes: Iterable[Runtime], answers: Iterable[tuple[T, ...] | None]
) -> list[tuple[Runtime, T]]:
    """Each container with its runtime: ids are unique in one runtime only."""
    return [
        (runtime, each)
        for runtime, answer in zip(runtimes, answers, strict=True)
        for each in answer or ()
    ]
