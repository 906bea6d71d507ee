"""One backend for all screens: the live one, or a moment of the record in its place.

Whoever holds a part of it, a memory or an archive, needs not be told when that changes.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from datetime import datetime
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import TypeVar

from msgspec.structs import replace

from tui.backend import (
    Archive,
    Backend,
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
from tui.model.diagnosis import Step
from tui.model.event import Event
from tui.model.examination import Subject
from tui.model.fault import Fault, FaultKind
from tui.model.fleet import Fleet, SourceKind
from tui.model.log import Entry, Gap, LogBatch, LogCount, LogQuery, LogSpan
from tui.model.machine import Moment
from tui.model.manifest import Manifests
from tui.model.memory import Episode, Habits, SilenceMemory
from tui.model.taped import TapeNote
from tui.model.target import Target
from tui.model.target_past import Past
from tui.state.worker import Worker
from tui.tape.framing import TapeError
from tui.tape.notes import marked
from tui.tape.past import PastBackend
from tui.tape.shelf import Shelf
from tui.tape.taping import Taping

T = TypeVar("T")

READ_SECONDS = 10.0
_UNRECORDED = (
    "Nothing is recorded, so nothing can be marked: [record] enabled = true in the "
    "config turns it on."
)
_REPLAYED = (
    "A record that is replayed takes no marks: taloscope mark --at TIME TEXT does."
)
READ_ONLY = "this view only looks: it may change nothing"


class Switch:
    """Records what the live backend knows, and shows the past when that is wanted."""

    def __init__(
        self,
        live: Backend,
        taping: Taping | None,
        shelf: Shelf | None,
        *,
        writes: bool = True,
        no_marks: str = "",
    ) -> None:
        """taping  None: nothing is recorded
        shelf   what can be gone back to; None: nothing
        writes  False: nothing may be changed from here
        no_marks  why without taping none is taken, when it is not the config's doing
        """
        self.speed = 0.0
        self._writes = writes
        self._no_marks = no_marks
        self._live = live
        self._taping = taping
        self._shelf = shelf
        self._worker = Worker("replay")
        self._past: PastBackend | None = None
        self._listeners: list[FleetListener] = []
        self._memory = _Memory(self)
        self.memory: Memory = self._memory
        self.archive: Archive = _Archive(self)

    @property
    def now_shown(self) -> Backend:
        """The backend that answers."""
        return self._past or self._live

    # What the screens ask.

    @property
    def fleet(self) -> Fleet:
        """The snapshot that is shown."""
        return self.now_shown.fleet

    @property
    def calls(self) -> Calls:
        """What calls for a person now, whatever is looked at."""
        return self._live.calls

    async def run(self) -> None:
        """Keep the snapshot new, and record it, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._live.run())
            if self._taping is not None:
                group.create_task(self._taping.run())

    def subscribe(self, listener: FleetListener) -> Unsubscribe:
        """Be told of newer live snapshots, unless the past is shown."""
        self._listeners.append(listener)
        end = self._live.subscribe(lambda f: None if self._past else listener(f))

        def ended() -> None:
            self._listeners.remove(listener)
            end()

        return ended

    def subscribe_logs(self, listener: LogListener) -> Unsubscribe:
        """The same by batches of entries."""
        return self._live.subscribe_logs(
            lambda name, batch: None if self._past else listener(name, batch)
        )

    def entries(self, cluster: str) -> Sequence[Entry]:
        """Kernel-log entries of a cluster, oldest first."""
        return self.now_shown.entries(cluster)

    def gaps(self, cluster: str) -> Sequence[Gap]:
        """What is lost of a cluster's kernel log."""
        return self.now_shown.gaps(cluster)

    def refresh(self) -> None:
        """Read everything now."""
        self.now_shown.refresh()

    async def submit(self, command: Command) -> Outcome:
        """Do it; in the past nothing is done, and nothing by who only looks."""
        if not self._writes:
            await turn()
            return Outcome(fault=Fault(FaultKind.READ_ONLY, READ_ONLY))
        return await self.now_shown.submit(command)

    def dmesg(self, cluster: str, address: str) -> AsyncIterator[LogBatch]:
        """Follow the kernel log of one node."""
        return self.now_shown.dmesg(cluster, address)

    def service_log(
        self, cluster: str, address: str, service: str
    ) -> AsyncIterator[LogBatch]:
        """Follow the log of one service of one node."""
        return self.now_shown.service_log(cluster, address, service)

    def watch(self, cluster: str, address: str) -> Unsubscribe:
        """Read the detail of one node every few seconds until that is ended."""
        return self.now_shown.watch(cluster, address)

    def compare(self, cluster: str, address: str) -> Unsubscribe:
        """Hold what a node's kernel prints against Loki until that is ended."""
        return self.now_shown.compare(cluster, address)

    def history(self, cluster: str, address: str) -> Sequence[Moment]:
        """What a node's numbers were, oldest first."""
        return self.now_shown.history(cluster, address)

    async def strips(
        self, wanted: Sequence[tuple[str, Target]]
    ) -> tuple[Past | Fault, ...]:
        """How targets did in the last day, by cluster and target, in that order."""
        found = await self.now_shown.strips(wanted)
        if self._taping is not None and self._past is None:
            for (cluster, target), past in zip(wanted, found, strict=True):
                self._taping.saw(cluster, target, past)
        return found

    async def past(self, cluster: str, target: Target) -> Past | Fault:
        """How one target did in the last day, and how long its scrapes took."""
        found = await self.now_shown.past(cluster, target)
        if self._taping is not None and self._past is None:
            self._taping.saw(cluster, target, found)
        return found

    def examine(self, subject: Subject) -> Inquiry:
        """Look at one target."""
        return self.now_shown.examine(subject)

    def diagnose(self, kind: SourceKind, endpoint: str) -> AsyncIterator[Step]:
        """Examine one connection, step by step."""
        return self.now_shown.diagnose(kind, endpoint)

    async def monitors(self, cluster: str, job: str) -> Manifests:
        """The ServiceMonitors that make a job of a cluster."""
        found = await self.now_shown.monitors(cluster, job)
        return found if self._writes else replace(found, refusal=READ_ONLY)

    # Which moment is shown.

    @property
    def tape_trouble(self) -> str:
        """Why nothing is recorded; mostly empty."""
        return self._taping.trouble if self._taping else ""

    @property
    def shown_at(self) -> datetime | None:
        """The moment of the past that is shown; None: what is now."""
        return self._past.taped.at if self._past else None

    @property
    def is_live(self) -> bool:
        """Whether there is a now to come back to."""
        return not isinstance(self._live, PastBackend)

    async def rewind(self, at: datetime) -> str:
        """Show what was known then; why that cannot be, else nothing."""
        shelf = self._shelf
        if shelf is None:
            return "nothing is recorded"
        taped = await self._read(partial(shelf.moment, at))
        if isinstance(taped, str):
            return taped
        before = self._past
        self._past = PastBackend(taped, shelf, self._worker, self._tell, before)
        self._memory.turn()
        return ""

    def leave_past(self) -> None:
        """Show what is now."""
        self._past = None
        self._memory.turn()

    async def tape_span(self) -> tuple[datetime, datetime] | str:
        """From when to when anything is recorded; or why that is not known."""
        if self._shelf is None:
            return "nothing is recorded"
        return await self._read(self._shelf.span)

    async def tape_notes(self) -> tuple[TapeNote, ...]:
        """What happened, the oldest first."""
        shelf = self._shelf
        if shelf is None:
            return ()
        found = await self._read(shelf.notes)
        if isinstance(found, str):
            return ()
        self._memory.marks = tuple(filter(None, map(marked, found)))
        return found

    @property
    def tape_place(self) -> Path | None:
        """Where the record lies; None: there is none, or nothing is written from it."""
        return self._shelf.place if self._shelf and self._writes else None

    @property
    def takes_no_marks(self) -> str:
        """Why nothing can be noted, and what to do; mostly empty."""
        if self._taping is not None:
            return ""
        return self._no_marks or (_UNRECORDED if self.is_live else _REPLAYED)

    async def mark(self, note: TapeNote) -> str:
        """Note something of a moment; why it could not be written, else nothing."""
        if self._taping is None:
            return self.takes_no_marks
        trouble = await self._taping.mark(note)
        if not trouble:
            self._memory.marks += tuple(filter(None, [marked(note)]))
            self._memory.turn()
        return trouble

    async def _read(self, work: Callable[[], T]) -> T | str:
        try:
            async with asyncio.timeout(READ_SECONDS):
                return await self._worker.do(work)
        except TapeError as error:
            return str(error)
        except TimeoutError:
            return "the disk does not answer"

    def _tell(self) -> None:
        """What is shown of the past has become more."""
        for listener in tuple(self._listeners):
            listener(self.fleet)


class _Memory:
    """The memory of whatever is shown."""

    def __init__(self, switch: Switch) -> None:
        self._switch = switch
        self._turns = 0
        self.marks: tuple[Event, ...] = ()
        """What was noted, as far as anybody has read or made it."""

    @property
    def _now(self) -> Memory:
        return self._switch.now_shown.memory

    @property
    def stamp(self) -> int:
        """Another number when it may have something new, or is another one."""
        return hash((self._turns, self._now.stamp))

    def turn(self) -> None:
        """It is another memory from now on."""
        self._turns += 1

    @property
    def trouble(self) -> str:
        """Why nothing is remembered."""
        return self._now.trouble

    @property
    def unread(self) -> str:
        """Why the last answer is not all that is remembered."""
        return self._now.unread

    @property
    def events(self) -> tuple[Event, ...]:
        """What happened beside alerts, and what was noted, oldest first."""
        at = self._switch.shown_at
        marks = (each for each in self.marks if at is None or each.at <= at)
        return tuple(sorted((*self._now.events, *marks), key=attrgetter("at")))

    async def changes(self) -> tuple[Change, ...]:
        """What happened last, newest first."""
        return await self._now.changes()

    async def episodes(self, name: AlertName) -> tuple[Episode, ...]:
        """What is remembered of one alert, the newest episode first."""
        return await self._now.episodes(name)

    async def habits(self) -> Habits:
        """What each name amounts to."""
        return await self._now.habits()

    async def silences(self) -> SilenceMemory:
        """When silences last hid an alert."""
        return await self._now.silences()


class _Archive:
    """The archive of whatever is shown."""

    def __init__(self, switch: Switch) -> None:
        self._switch = switch

    def pages(
        self, query: LogQuery, span: LogSpan, *, forward: bool
    ) -> AsyncGenerator[LogBatch, None]:
        """The entries of a span, page by page."""
        return self._switch.now_shown.archive.pages(query, span, forward=forward)

    async def counts(
        self, query: LogQuery, span: LogSpan, step_seconds: int, by: str = ""
    ) -> tuple[LogCount, ...] | Fault:
        """How many entries each step of a span has."""
        archive = self._switch.now_shown.archive
        return await archive.counts(query, span, step_seconds, by)
