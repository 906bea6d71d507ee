"""What the screens may ask for. The engine is one such backend, a test has another."""

from __future__ import annotations

from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Callable,
    Collection,
    Sequence,
)
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from tui.model.attention import Real
from tui.model.fleet import Fleet, SourceKind
from tui.model.log import Entry, Gap, LogBatch, LogCount, LogQuery, LogSpan

if TYPE_CHECKING:
    from pathlib import Path

    from tui.model.change import AlertName, Change
    from tui.model.command import Command, Outcome
    from tui.model.diagnosis import Step
    from tui.model.event import Event
    from tui.model.examination import Examination, Subject
    from tui.model.fault import Fault
    from tui.model.machine import Moment
    from tui.model.manifest import Manifests
    from tui.model.memory import Episode, Habits, SilenceMemory
    from tui.model.taped import TapeNote
    from tui.model.target import Target
    from tui.model.target_past import Past

FleetListener = Callable[[Fleet], None]
CallListener = Callable[[tuple[Real, ...]], None]
LogListener = Callable[[str, LogBatch], None]
Unsubscribe = Callable[[], None]


class Inquiry(Protocol):
    """One target that is looked at, and what is known of it."""

    @property
    def current(self) -> Examination:
        """All checks, as far as they have come."""

    async def run(self, chosen: Collection[str], show: Callable[[], None]) -> None:
        """Make checks anew, by their ids; `show` is called when something came out."""


class Memory(Protocol):
    """What is remembered of alerts, from the runs before too."""

    @property
    def stamp(self) -> int:
        """Another number whenever there may be something new."""

    @property
    def trouble(self) -> str:
        """Why nothing is remembered, or what was lost; empty when all is well."""

    @property
    def unread(self) -> str:
        """Why the last answer is not all that is remembered; empty when it is."""

    @property
    def events(self) -> tuple[Event, ...]:
        """What happened in this run beside alerts, oldest first."""

    async def changes(self) -> tuple[Change, ...]:
        """What happened last, newest first."""

    async def episodes(self, name: AlertName) -> tuple[Episode, ...]:
        """What is remembered of one alert, the newest episode first."""

    async def habits(self) -> Habits:
        """What each name amounts to."""

    async def silences(self) -> SilenceMemory:
        """When silences last hid an alert."""


class Calls(Protocol):
    """What has turned real since somebody looked."""

    @property
    def trouble(self) -> str:
        """Why the operator's command failed the last time; mostly empty."""

    def subscribe(self, listener: CallListener) -> Unsubscribe:
        """Be told of what has turned real, on the event loop."""


class Archive(Protocol):
    """What Loki keeps of the kernel logs, read when somebody looks."""

    def pages(
        self, query: LogQuery, span: LogSpan, *, forward: bool
    ) -> AsyncGenerator[LogBatch, None]:
        """The entries of a span, none twice and none left out, page by page.

        A page is asked for when the next batch is; close the generator to end early.
        Inside a batch entries are oldest first; backward, each batch is older than the
        one before. A batch with a fault has no entries: the next one tries again where
        it failed. It ends when the span is read, or the query is refused as wrong: a
        span is at most 30 days long.

        `LogSpan.before(kept, …)` and `.behind(kept, …)` join what one has.
        """

    async def counts(
        self, query: LogQuery, span: LogSpan, step_seconds: int, by: str = ""
    ) -> tuple[LogCount, ...] | Fault:
        """How many entries each step of a span has; steps without any are left out.

        Steps are aligned to multiples of their length. At most 11,000 of them.

        by      a label to count by, such as `level`
        """


class Backend(Protocol):
    """Everything that is known, and the few things that can be asked."""

    @property
    def fleet(self) -> Fleet:
        """The newest snapshot."""

    @property
    def memory(self) -> Memory:
        """What is remembered of alerts."""

    @property
    def calls(self) -> Calls:
        """What calls for a person."""

    @property
    def archive(self) -> Archive:
        """The kernel logs of the past."""

    async def run(self) -> None:
        """Keep the snapshot new, until cancelled."""

    def subscribe(self, listener: FleetListener) -> Unsubscribe:
        """Be told of newer snapshots, on the event loop, at most 10 times a second."""

    def subscribe_logs(self, listener: LogListener) -> Unsubscribe:
        """The same by batches: a cluster's entries, and what is lost or fails.

        Entries of one batch are oldest first; late ones come in later batches and
        belong where their time is. Gaps and faults of a shared Loki are told for each
        cluster. What came before is in `entries`.
        """

    def entries(self, cluster: str) -> Sequence[Entry]:
        """Kernel-log entries kept so far, oldest first."""

    def gaps(self, cluster: str) -> Sequence[Gap]:
        """What is lost of a cluster's kernel log for certain, as it was found."""

    def refresh(self) -> None:
        """Read everything now."""

    async def submit(self, command: Command) -> Outcome:
        """Do it; what it changed is read again without asking."""

    def dmesg(self, cluster: str, address: str) -> AsyncIterator[LogBatch]:
        """Follow the kernel log of one node until closed."""

    def service_log(
        self, cluster: str, address: str, service: str
    ) -> AsyncIterator[LogBatch]:
        """Follow the log of one service of one node until closed."""

    def watch(self, cluster: str, address: str) -> Unsubscribe:
        """Read the detail of one node every few seconds until that is ended."""

    def compare(self, cluster: str, address: str) -> Unsubscribe:
        """Hold what a node's kernel prints against Loki until that is ended."""

    def history(self, cluster: str, address: str) -> Sequence[Moment]:
        """What a node's numbers were since the program runs, oldest first."""

    async def strips(
        self, wanted: Sequence[tuple[str, Target]]
    ) -> tuple[Past | Fault, ...]:
        """How targets did in the last day, by cluster and target, in that order."""

    async def past(self, cluster: str, target: Target) -> Past | Fault:
        """How one target did in the last day, and how long its scrapes took."""

    def examine(self, subject: Subject) -> Inquiry:
        """Look at one target; nothing is asked before its `run`."""

    def diagnose(self, kind: SourceKind, endpoint: str) -> AsyncIterator[Step]:
        """Examine one connection, step by step as they end; close it to end early."""

    async def monitors(self, cluster: str, job: str) -> Manifests:
        """The ServiceMonitors that make a job of a cluster, read in full now."""


@runtime_checkable
class Tape(Protocol):
    """A record that one can go back in."""

    speed: float
    """Seconds of the record that pass in one of ours; 0: it stands."""

    @property
    def is_live(self) -> bool:
        """Whether there is a now to come back to."""

    @property
    def tape_trouble(self) -> str:
        """Why nothing is recorded; mostly empty."""

    @property
    def shown_at(self) -> datetime | None:
        """The moment of the past that is shown; None: what is now."""

    async def rewind(self, at: datetime) -> str:
        """Show what was known then; why that cannot be, else nothing."""

    def leave_past(self) -> None:
        """Show what is now."""

    async def tape_span(self) -> tuple[datetime, datetime] | str:
        """From when to when anything is recorded; or why that is not known."""

    async def tape_notes(self) -> tuple[TapeNote, ...]:
        """What happened, the oldest first."""

    @property
    def tape_place(self) -> Path | None:
        """Where the record lies; None: there is none, or nothing is written from it."""

    @property
    def takes_no_marks(self) -> str:
        """Why nothing can be noted, and what to do; mostly empty."""

    async def mark(self, note: TapeNote) -> str:
        """Note something of a moment; why it could not be written, else nothing."""
