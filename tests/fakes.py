"""A backend that does what a test says."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from datetime import timedelta
from pathlib import Path

from tests.estate import kernel_entries, make_fleet
from tests.inquiries import FakeInquiry
from tests.judged import NOW
from tests.machines import make_history
from tests.triage.examination.exams import Exam
from tui.backend import CallListener, FleetListener, LogListener
from tui.config import ClusterConfig, Config
from tui.model.attention import Real
from tui.model.change import AlertName, Change
from tui.model.command import Command, Outcome
from tui.model.diagnosis import Step
from tui.model.event import Event
from tui.model.examination import Subject
from tui.model.fault import Fault
from tui.model.fleet import Fleet, SourceKind
from tui.model.log import Entry, Gap, LogBatch, LogCount, LogQuery, LogSpan
from tui.model.machine import Moment
from tui.model.manifest import Manifests
from tui.model.memory import Episode, Habits, SilenceMemory
from tui.model.target import Health, Target
from tui.model.target_past import Past


class FakeMemory:
    """A memory that holds what it is given."""

    def __init__(self) -> None:
        self.stamp = 0
        self.trouble = self.unread = ""
        self.happened: tuple[Change, ...] = ()
        self.events: tuple[Event, ...] = ()
        self.known: dict[AlertName, tuple[Episode, ...]] = {}
        self.told = Habits(NOW - timedelta(days=30), NOW)
        self.hid = SilenceMemory()

    async def changes(self) -> tuple[Change, ...]:
        return self.happened

    async def episodes(self, name: AlertName) -> tuple[Episode, ...]:
        return self.known.get(name, ())

    async def habits(self) -> Habits:
        return self.told

    async def silences(self) -> SilenceMemory:
        return self.hid


class FakeCalls:
    """Calls when it is told to."""

    def __init__(self) -> None:
        self.trouble = ""
        self._listeners: list[CallListener] = []

    def subscribe(self, listener: CallListener) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def call(self, *found: Real) -> None:
        for listener in self._listeners:
            listener(found)


class FakeArchive:
    """Keeps `kept`, and gives it in pages of `page` entries; counts what it keeps."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[Entry, ...]] = {}
        """By cluster, oldest first."""
        self.page = 100
        self.fault: Fault | None = None
        """Instead of a page or of counts, while it is set."""
        self.asked: list[tuple[LogQuery, LogSpan]] = []

    async def pages(
        self, query: LogQuery, span: LogSpan, *, forward: bool
    ) -> AsyncGenerator[LogBatch, None]:
        self.asked.append((query, span))
        wanted = [
            entry
            for entry in self.kept.get(query.cluster, ())
            if span.since_ns <= entry.at_ns < span.until_ns and entry not in span.held
        ]
        while wanted:
            if self.fault is not None:
                yield LogBatch(fault=self.fault)
            elif forward:
                page, wanted = wanted[: self.page], wanted[self.page :]
                yield LogBatch(tuple(page))
            else:
                wanted, page = wanted[: -self.page], wanted[-self.page :]
                yield LogBatch(tuple(page))

    async def counts(
        self, query: LogQuery, span: LogSpan, step_seconds: int, by: str = ""
    ) -> tuple[LogCount, ...] | Fault:
        self.asked.append((query, span))
        if self.fault is not None:
            return self.fault
        step_ns = step_seconds * 1_000_000_000
        passes = re.compile(query.stages[4:-1]) if query.stages else re.compile("")
        counted = Counter(
            (-(-entry.at_ns // step_ns) * step_ns, entry.labels.get(by, ""))
            for entry in self.kept.get(query.cluster, ())
            if span.since_ns <= entry.at_ns < span.until_ns
            and passes.search(entry.line)
        )
        return tuple(
            LogCount(until_ns, count, {by: value} if value else {})
            for (until_ns, value), count in sorted(counted.items())
        )


class FakeBackend:
    """A backend that says what it is told to say, and remembers what it was asked."""

    def __init__(self, fleet: Fleet | None = None) -> None:
        self.fleet = make_fleet() if fleet is None else fleet
        self.logs = {
            each.name: kernel_entries(each.name) for each in self.fleet.clusters
        }
        self.lost: dict[str, tuple[Gap, ...]] = {}
        self.memory = FakeMemory()
        self.calls = FakeCalls()
        self.archive = FakeArchive()
        self.outcome = Outcome("new-silence")
        self.submitted: list[Command] = []
        self.answering = asyncio.Event()
        """While it is closed, what was submitted gets no answer."""
        self.answering.set()
        self.refreshed = 0
        self.tails: list[tuple[str, ...]] = []
        self.batches: tuple[LogBatch, ...] = (LogBatch(kernel_entries()),)
        self.batches_of: dict[str, tuple[LogBatch, ...]] = {}
        """By address, once any node has batches of its own."""
        self.open_tails = 0
        self.watched: list[tuple[str, str]] = []
        self.compared: list[tuple[str, str]] = []
        self.moments: tuple[Moment, ...] = make_history()
        self.asked: list[tuple[tuple[str, Target], ...]] = []
        self.remembered: Callable[[Target], Past | Fault] = make_past
        self.exam: Exam | None = None
        self.manifests = Manifests("monit", "")
        self.looked_for: list[tuple[str, str]] = []
        self.inquiry: FakeInquiry | None = None
        self.steps: tuple[Step, ...] = ()
        self.examining = asyncio.Event()
        """While it is closed, an examination does not end."""
        self.examining.set()
        self.diagnosed: list[tuple[SourceKind, str]] = []
        self._fleet_listeners: list[FleetListener] = []
        self._log_listeners: list[LogListener] = []

    async def run(self) -> None:
        await asyncio.Event().wait()

    def subscribe(self, listener: FleetListener) -> Callable[[], None]:
        self._fleet_listeners.append(listener)
        return lambda: self._fleet_listeners.remove(listener)

    def subscribe_logs(self, listener: LogListener) -> Callable[[], None]:
        self._log_listeners.append(listener)
        return lambda: self._log_listeners.remove(listener)

    def tell(self, cluster: str, batch: LogBatch) -> None:
        """Something new in the log of a cluster."""
        for listener in tuple(self._log_listeners):
            listener(cluster, batch)

    def entries(self, cluster: str) -> Sequence[Entry]:
        return self.logs.get(cluster, ())

    def gaps(self, cluster: str) -> Sequence[Gap]:
        return self.lost.get(cluster, ())

    def refresh(self) -> None:
        self.refreshed += 1

    async def submit(self, command: Command) -> Outcome:
        self.submitted.append(command)
        await self.answering.wait()
        return self.outcome

    def dmesg(self, cluster: str, address: str) -> AsyncIterator[LogBatch]:
        return self._tail("dmesg", cluster, address)

    def service_log(
        self, cluster: str, address: str, service: str
    ) -> AsyncIterator[LogBatch]:
        return self._tail("service", cluster, address, service)

    async def _tail(self, *what: str) -> AsyncIterator[LogBatch]:
        self.tails.append(what)
        self.open_tails += 1
        try:
            own = self.batches_of
            for batch in own.get(what[2], ()) if own else self.batches:
                yield batch
            await asyncio.Event().wait()
        finally:
            self.open_tails -= 1

    def watch(self, cluster: str, address: str) -> Callable[[], None]:
        self.watched.append((cluster, address))
        return lambda: self.watched.remove((cluster, address))

    def compare(self, cluster: str, address: str) -> Callable[[], None]:
        self.compared.append((cluster, address))
        return lambda: self.compared.remove((cluster, address))

    def history(self, cluster: str, address: str) -> Sequence[Moment]:  # noqa: ARG002 - all nodes had the same
        return self.moments

    async def strips(
        self, wanted: Sequence[tuple[str, Target]]
    ) -> tuple[Past | Fault, ...]:
        self.asked.append(tuple(wanted))
        return tuple(self.remembered(target) for _, target in wanted)

    async def past(self, cluster: str, target: Target) -> Past | Fault:
        self.asked.append(((cluster, target),))
        return self.remembered(target)

    def examine(self, subject: Subject) -> FakeInquiry:
        exam = self.exam or Exam(subject)
        self.inquiry = FakeInquiry(subject, exam)
        return self.inquiry

    async def diagnose(self, kind: SourceKind, endpoint: str) -> AsyncIterator[Step]:
        self.diagnosed.append((kind, endpoint))
        for step in self.steps:
            yield step
        await self.examining.wait()

    async def monitors(self, cluster: str, job: str) -> Manifests:
        self.looked_for.append((cluster, job))
        return self.manifests

    def publish(self, fleet: Fleet) -> None:
        """A newer snapshot arrives."""
        self.fleet = fleet
        for listener in tuple(self._fleet_listeners):
            listener(fleet)

    def log(self, cluster: str, *entries: Entry) -> None:
        """New kernel-log entries arrive."""
        self.logs[cluster] = (*self.logs.get(cluster, ()), *entries)
        self.tell(cluster, LogBatch(entries))


def make_past(target: Target) -> Past | Fault:
    """Up for a day; what is down turned half an hour ago, and once in the night."""
    up: list[float | None] = [1.0] * 96
    up[40] = 0.5
    if target.health is Health.DOWN:
        up[-2:] = [0.0, 0.0]
    return Past(NOW, NOW, 900, tuple(up), (0.02,) * 96)


def make_config(fleet: Fleet | None = None) -> Config:
    """A config with the clusters of a fleet."""
    clusters = (fleet or make_fleet()).clusters
    return Config(
        Path("config.toml"),
        tuple(ClusterConfig(each.name, {"cluster": each.name}) for each in clusters),
    )
