"""Follows the kernel logs of each Loki, and divides them among its clusters."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import aclosing
from functools import partial

from msgspec.structs import replace

from tui.aside import aside
from tui.clock import Clock
from tui.courtesy import keyboard
from tui.engine.connections import Connections
from tui.engine.journal import Journal
from tui.engine.plan import Served
from tui.engine.supervisor import tried
from tui.engine.view import KERNEL_WINDOW
from tui.model.fault import Fault
from tui.model.log import Entry, Gap, LogBatch
from tui.model.unix import SECOND_NS
from tui.sources.loki_wire import identity
from tui.store import KernelLogged
from tui.triage import assign

KEPT_GAPS = 1_000

LogListener = Callable[[str, LogBatch], None]


class Kernel:
    """What the kernels say: kept, folded into findings, passed on."""

    def __init__(
        self,
        clusters: Sequence[str],
        kept: int,
        connections: Connections,
        clock: Clock,
        apply: Callable[[KernelLogged], None],
    ) -> None:
        """`kept` is how many entries of all clusters together."""
        self._connections = connections
        self._clock = clock
        self._apply = apply
        self.journal = Journal(clusters, kept)
        self.log_listeners: list[LogListener] = []
        self._gaps: dict[str, deque[Gap]] = {}

    def gaps(self, cluster: str) -> Sequence[Gap]:
        """What is lost of a cluster's kernel log for certain, as it was found."""
        return tuple(self._gaps.get(cluster, ()))

    async def follow(self, served: Served, heard: Callable[[LogBatch], None]) -> None:
        """Follow the kernel logs of one Loki for all clusters that it serves.

        When it is begun again after a failure of our own, the tail brings once more
        what there was: that is not told twice.
        """
        kept = self._kept(served)
        known = await aside(partial(_identities, kept)) if kept else frozenset()
        since = self._clock.now() - KERNEL_WINDOW
        since_ns = int(since.timestamp()) * SECOND_NS
        tail = self._connections.loki_tail(served.endpoint)
        async with aclosing(tail.batches(since_ns)) as batches:
            async for batch in batches:
                fault = self._keep(served, _without(batch, known))
                if batch.is_current:
                    known = frozenset()
                heard(replace(batch, fault=batch.fault or fault))
                await keyboard.give_way(self._clock)

    def _kept(self, served: Served) -> list[Sequence[Entry]]:
        """What is kept of its clusters; nothing when the program has just begun."""
        logs = (self.journal.entries(name) for name in served.names)
        return [log for log in logs if log]

    def _keep(self, served: Served, batch: LogBatch) -> Fault | None:
        """Divide what is new among the clusters; fold it; pass it on.

        What we fail at is lost, and told as a gap: the log goes on behind it.

        return  the first failure of our own
        """
        failed, parts = tried(partial(_parts, served, batch))
        if failed is not None:
            batch = _lacking(batch, batch.entries, failed)
            parts = dict.fromkeys(served.names, ())
        for name, own in parts.items():
            if name not in self.journal:
                continue
            part = replace(batch, entries=own)
            fault, _ = tried(partial(self._fold, name, own))
            if fault is not None:
                failed = failed or fault
                part = _lacking(batch, own, fault)
            if part.gaps:
                kept = self._gaps.setdefault(name, deque(maxlen=KEPT_GAPS))
                kept.extend(part.gaps)
            for heard in tuple(self.log_listeners):
                heard(name, part)
        return failed

    def _fold(self, name: str, entries: tuple[Entry, ...]) -> None:
        if entries:
            log = self.journal.add(name, entries, self._clock.now(), KERNEL_WINDOW)
            self._apply(KernelLogged(name, log))


def _parts(served: Served, batch: LogBatch) -> dict[str, tuple[Entry, ...]]:
    """The entries by cluster; news without entries are for all of them."""
    is_news = batch.gaps or batch.fault
    parts: dict[str, list[Entry]] = {name: [] for name in served.names if is_news}
    marks, owners = served.marks, dict[int, str]()
    for entry in batch.entries:
        name = owners.get(id(entry.labels))
        if name is None:  # entries of one stream share their labels
            name = assign.cluster_of(entry.labels, marks, served.home)
            owners[id(entry.labels)] = name
        parts.setdefault(name, []).append(entry)
    return {name: tuple(part) for name, part in parts.items()}


def _lacking(batch: LogBatch, lost: Sequence[Entry], fault: Fault) -> LogBatch:
    """The same, where our own mistake has cost these entries."""
    times = [entry.at_ns for entry in lost]
    gap = Gap(min(times), max(times) + 1, fault.summary, len(times))
    return replace(batch, entries=(), gaps=(*batch.gaps, gap))


def _identities(logs: Iterable[Sequence[Entry]]) -> frozenset[int]:
    return frozenset(identity(entry) for log in logs for entry in log)


def _without(batch: LogBatch, known: frozenset[int]) -> LogBatch:
    if not known:
        return batch
    fresh = (each for each in batch.entries if identity(each) not in known)
    return replace(batch, entries=tuple(fresh))
