"""A moment of the record as a backend: the screens cannot tell, but nothing is done."""

from __future__ import annotations

import asyncio
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Callable,
    Collection,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from msgspec import Struct, field
from msgspec.structs import replace

from tui.backend import (
    Archive,
    CallListener,
    Calls,
    FleetListener,
    Inquiry,
    LogListener,
    Memory,
    Unsubscribe,
)
from tui.clock import turn
from tui.model.change import AlertName, Change
from tui.model.command import Command, Outcome
from tui.model.diagnosis import Doing, Step, StepState
from tui.model.event import Event
from tui.model.examination import Examination, Subject, TargetKind
from tui.model.fault import Fault, FaultKind
from tui.model.fleet import Fleet, NodeView, SourceKind
from tui.model.log import Entry, Gap, LogBatch, LogCount, LogQuery, LogSpan
from tui.model.machine import Detail, Moment
from tui.model.manifest import Manifests
from tui.model.memory import Episode, Habits, SilenceMemory
from tui.model.reading import Reading
from tui.model.taped import Taped, TapedLog
from tui.model.target import Target
from tui.model.target_past import Past
from tui.state.worker import Worker
from tui.tape.framing import TapeError
from tui.tape.shelf import Shelf
from tui.tape.taping import ENTRIES, past_key

REFUSED = "this is the past: nothing can be changed; end leads back to now"
_HOUR = timedelta(hours=1)
_UNSEEN = "nobody looked at it then"
_OLDER = "of the past, only the newest lines are kept"
_DETAIL = ("disks", "links", "processes", "containers")


def unrecorded(what: str) -> Fault:
    """Why something of the past cannot be shown."""
    return Fault(FaultKind.PAST, _unrecorded(what))


def _unrecorded(what: str) -> str:
    return f"not recorded: {what}"


class PastMemory:
    """What was remembered then."""

    def __init__(self, taped: Taped) -> None:
        self.stamp = 0
        self._taped = taped

    @property
    def trouble(self) -> str:
        """Why nothing was remembered."""
        return self._taped.memory.trouble

    @property
    def unread(self) -> str:
        """Why not all that was remembered could be read."""
        return self._taped.memory.unread

    @property
    def events(self) -> tuple[Event, ...]:
        """What had happened beside alerts, oldest first."""
        return self._taped.memory.events

    async def changes(self) -> tuple[Change, ...]:
        """What had happened, newest first."""
        return self._taped.memory.changes

    async def episodes(self, name: AlertName) -> tuple[Episode, ...]:
        """What was remembered of one alert."""
        return self._taped.memory.episodes.get(name, ())

    async def habits(self) -> Habits:
        """What each name amounted to."""
        at = self._taped.at
        return self._taped.memory.habits or Habits(at, at)

    async def silences(self) -> SilenceMemory:
        """When silences had last hidden an alert."""
        return self._taped.memory.silences


class _NoCalls:
    """Nothing of the past calls anybody."""

    trouble = ""

    def subscribe(self, listener: CallListener) -> Unsubscribe:
        """Never tell of anything."""
        del listener
        return _nothing


class _Kept:
    """Pages and counts of the entries that are in the record, and of no others."""

    def __init__(self, taped: Taped) -> None:
        self._taped = taped

    async def pages(
        self, query: LogQuery, span: LogSpan, *, forward: bool
    ) -> AsyncGenerator[LogBatch, None]:
        """That older lines are not recorded, as a gap: nothing else is kept."""
        del query, forward
        await turn()
        gap = Gap(span.since_ns, span.until_ns, _unrecorded(_OLDER))
        yield LogBatch(gaps=(gap,))

    async def counts(
        self, query: LogQuery, span: LogSpan, step_seconds: int, by: str = ""
    ) -> tuple[LogCount, ...] | Fault:
        """Not known: nobody recorded what Loki would have counted."""
        del query, span, step_seconds, by
        await turn()
        return unrecorded("what Loki kept of the logs")


@dataclass
class _NoInquiry:
    """A target that cannot be looked at any more."""

    current: Examination

    async def run(self, chosen: Collection[str], show: Callable[[], None]) -> None:
        """Make no checks."""
        del chosen
        await turn()
        show()


class Numbers(Struct, frozen=True):
    """What the numbers of all nodes were in the hour before a moment."""

    at: datetime | None = None
    """Up to when they have been read; None: not at all."""
    of: Mapping[tuple[str, str], tuple[Moment, ...]] = field(default_factory=dict)
    """By cluster and address, oldest first."""

    def until(self, at: datetime) -> Numbers:
        """What of them is of the hour before another moment.

        Of one that is earlier the begin is not there, so that nothing counts as read.
        """
        begin = at - _HOUR
        is_later = self.at is not None and begin < self.at <= at
        kept = {
            name: tuple(each for each in known if begin <= each.at <= at)
            for name, known in self.of.items()
        }
        return Numbers(self.at if is_later else None, kept)


class PastBackend:
    """What was known at one moment, and nothing else."""

    def __init__(
        self,
        taped: Taped,
        shelf: Shelf,
        worker: Worker,
        changed: Callable[[], None],
        before: PastBackend | None = None,
    ) -> None:
        """changed  called when more has been read of that moment
        before   the moment that was shown until now
        """
        self.taped = taped
        self._fleet = _told(taped.fleet)
        self.memory: Memory = PastMemory(taped)
        self.archive: Archive = _Kept(taped)
        self.calls: Calls = _NoCalls()
        self._shelf = shelf
        self._worker = worker
        self._changed = changed
        self._numbers = before.numbers_until(taped.at) if before else Numbers()
        self._reading: asyncio.Task[None] | None = None

    @property
    def fleet(self) -> Fleet:
        """The snapshot of then."""
        return self._fleet

    async def run(self) -> None:
        """Do nothing: the past stays as it is."""
        await turn()

    def subscribe(self, listener: FleetListener) -> Unsubscribe:
        """Never tell of anything newer."""
        del listener
        return _nothing

    def subscribe_logs(self, listener: LogListener) -> Unsubscribe:
        """Never tell of new entries."""
        del listener
        return _nothing

    def entries(self, cluster: str) -> Sequence[Entry]:
        """The newest entries of then, oldest first."""
        return self.taped.logs.get(cluster, TapedLog()).entries

    def gaps(self, cluster: str) -> Sequence[Gap]:
        """What was known to be lost; and what the record does not hold."""
        log = self.taped.logs.get(cluster, TapedLog())
        if len(log.entries) < ENTRIES:
            return log.gaps  # no others were known then
        first = log.entries[0].at_ns
        return (*log.gaps, Gap(first - 1, first, _unrecorded(_OLDER)))

    def refresh(self) -> None:
        """Do nothing."""

    async def submit(self, command: Command) -> Outcome:
        """Refuse."""
        del command
        await turn()
        return Outcome(fault=Fault(FaultKind.PAST, REFUSED))

    async def dmesg(self, cluster: str, address: str) -> AsyncIterator[LogBatch]:
        """Say that it is not recorded."""
        del cluster, address
        await turn()
        yield LogBatch(fault=unrecorded("what a node itself keeps"), is_current=True)

    async def service_log(
        self, cluster: str, address: str, service: str
    ) -> AsyncIterator[LogBatch]:
        """Say that it is not recorded."""
        del cluster, address, service
        await turn()
        yield LogBatch(fault=unrecorded("the logs of services"), is_current=True)

    def watch(self, cluster: str, address: str) -> Unsubscribe:
        """Nothing more can be read of a node of then."""
        del cluster, address
        return _nothing

    def compare(self, cluster: str, address: str) -> Unsubscribe:
        """Nothing more can be compared either."""
        del cluster, address
        return _nothing

    def history(self, cluster: str, address: str) -> Sequence[Moment]:
        """A node's numbers in the hour before; read when they are first asked for."""
        if self._reading is None:
            self._reading = asyncio.create_task(self._read_numbers())
        return self._numbers.of.get((cluster, address), ())

    def numbers_until(self, at: datetime) -> Numbers:
        """What has been read of the nodes' numbers, as far as it is known at a time."""
        return self._numbers.until(at)

    async def _read_numbers(self) -> None:
        work = partial(numbers, self._shelf, self._numbers, self.taped.at)
        self._numbers = await self._worker.do(work)
        self._changed()

    async def strips(
        self, wanted: Sequence[tuple[str, Target]]
    ) -> tuple[Past | Fault, ...]:
        """What somebody looked at shortly before."""
        await turn()
        return tuple(self._past(cluster, target) for cluster, target in wanted)

    async def past(self, cluster: str, target: Target) -> Past | Fault:
        """The same of one target."""
        await turn()
        return self._past(cluster, target)

    def _past(self, cluster: str, target: Target) -> Past | Fault:
        found = self.taped.pasts.get(past_key(cluster, target))
        return found or unrecorded(_UNSEEN)

    def examine(self, subject: Subject) -> Inquiry:
        """Say that nothing can be checked any more."""
        words = "This is the past: what it answered then nobody can ask any more."
        return _NoInquiry(Examination(subject, TargetKind.STATIC, (), words))

    async def diagnose(
        self,
        kind: SourceKind,  # noqa: ARG002 - none can be examined
        endpoint: str,  # noqa: ARG002
    ) -> AsyncIterator[Step]:
        """Say that nothing can be tried any more."""
        await turn()
        words = "This is the past: what stood in the way then nobody can try any more."
        yield Step(Doing.BUG, StepState.NOTED, words)

    async def monitors(self, cluster: str, job: str) -> Manifests:
        """Say that they are not recorded."""
        await turn()
        return Manifests(cluster, job, fault=unrecorded("manifests"), refusal=REFUSED)


def numbers(shelf: Shelf, known: Numbers, at: datetime) -> Numbers:
    """What the numbers of all nodes were in the hour before. Blocks.

    known   is not read again
    """
    found: dict[tuple[str, str], dict[datetime, Moment]] = {}
    if known.at is not None:
        found = {name: {each.at: each for each in of} for name, of in known.of.items()}
    begin = at - _HOUR
    try:
        for each in shelf.walk(max(begin, known.at or begin), at, timedelta()):
            for cluster in each.fleet.clusters:
                for node in cluster.nodes:
                    seen = found.setdefault((cluster.name, node.address), {})
                    seen.update((moment.at, moment) for moment in _read_of(node))
    except TapeError:
        return known
    return Numbers(
        at,
        {
            name: tuple(seen[time] for time in sorted(seen))
            for name, seen in found.items()
        },
    )


def _read_of(node: NodeView) -> Iterator[Moment]:
    """What a snapshot tells of a node's numbers: each kind is of a time of its own."""
    vitals, detail = node.vitals, node.detail
    if vitals.observed_at and vitals.value:
        yield Moment(vitals.observed_at, vitals.value)
    rates = detail.value and (detail.value.disks, detail.value.links)
    if detail.observed_at and rates and rates != (None, None):
        yield Moment(detail.observed_at, None, *rates)


def _told(fleet: Fleet) -> Fleet:
    """With that said which else would stay to be asked for: nobody does any more."""
    unseen = Reading(Detail(unavailable=dict.fromkeys(_DETAIL, _unrecorded(_UNSEEN))))
    clusters = tuple(
        replace(
            cluster,
            nodes=tuple(
                node if node.detail.value else replace(node, detail=unseen)
                for node in cluster.nodes
            ),
        )
        for cluster in fleet.clusters
    )
    return replace(fleet, clusters=clusters)


def _nothing() -> None:
    """End what was never begun."""
