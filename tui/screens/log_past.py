"""A log of Loki's that goes back: older lines at its upper end, or another time."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from tui.backend import Archive
from tui.clock import Clock
from tui.model.log import Entry, LogSpan
from tui.model.unix import SECOND_NS, span_ns, to_ns
from tui.present import log_lines
from tui.present.glyphs import Marks
from tui.present.units import plain, time_of_ns
from tui.present.when import Stretch
from tui.screens.latest import run_latest
from tui.screens.log_pages import LogPages
from widgets.log_view import LogView
from widgets.panel import Panel
from widgets.values import Span, Tone

SHIFT = timedelta(minutes=30)
_REACH = timedelta(days=29)
"""Loki is asked about so much of the past at once."""
_SHORT = timedelta(minutes=10)
"""The ends of a shorter stretch are told to the second."""

PAST_KEYS: list[BindingType] = [
    Binding(
        "left_square_bracket",
        "shift(-1)",
        "Earlier",
        key_display="[",
        id="logs.earlier",
        tooltip="Half an hour earlier, or the stretch before; read from Loki",
    ),
    Binding(
        "right_square_bracket",
        "shift(1)",
        "Later",
        key_display="]",
        show=False,
        id="logs.later",
        tooltip="Half an hour later, or the stretch behind",
    ),
    Binding(
        "at",
        "time",
        "Go to a time",
        key_display="@",
        show=False,
        id="logs.time",
        tooltip="Go to a time, such as -2h, or a stretch: 14:00-14:20",
    ),
]


class PastPane(Panel):
    """Reads the past into its log; what the log shows is up to its heirs."""

    BINDINGS: ClassVar[list[BindingType]] = [*PAST_KEYS]

    @dataclass
    class TimeAsked(Message):
        """The user wants to type a time to go to."""

        pane: PastPane

    class Filled(Message):
        """All that is kept has been read, and counted."""

    def __init__(self, marks: Marks, archive: Archive, clock: Clock, kept: int) -> None:
        """Make a pane.

        archive  what Loki has of older entries
        kept     entries that the log keeps; by reading older ones half as many more
        """
        super().__init__(glyphs=marks.glyphs)
        self.marks = marks
        self.log_view = LogView(
            capacity=kept, glyphs=marks.glyphs, times=log_lines.times(clock.now)
        )
        self._teller = log_lines.MergedTeller({})
        """How the log is read, and what holds its entries."""
        self._archive = archive
        self._clock = clock
        self._most = kept + kept // 2
        self._oldest = 0
        """The number of the first line when older ones were last read."""
        self._older: LogPages | None = None
        self._newer: LogPages | None = None
        self._stretch: Stretch | None = None
        """The time that is shown, when it is in the past."""
        self._has_rest = False
        """What lies behind the end of a stretch is still to be read, by scrolling."""
        self._is_filling = False

    @property
    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """The clusters that are shown."""

    @property
    @abstractmethod
    def only(self) -> str:
        """What alone is shown, with a space before it; empty for everything."""

    @abstractmethod
    def _begin(self) -> None:
        """Empty the log, and forget what was read for it."""

    @abstractmethod
    def refill(self) -> None:
        """Show what is live."""

    @abstractmethod
    def _wanted(self, told: Iterable[log_lines.Sourced]) -> list[log_lines.Sourced]:
        """Those that are shown."""

    @abstractmethod
    def _past_read(self, found: list[log_lines.Sourced]) -> None:
        """Entries of the past were added to the log, or another time begins."""

    @property
    def stretch(self) -> Stretch | None:
        """The time that is shown; None when it is live."""
        return self._stretch

    def uncounted(self) -> Span | None:
        """Why its errors are not those of now, or not all of them yet."""
        if self._stretch is not None:
            return Span("in the past", Tone.QUIET)
        if self._is_filling:
            return Span(f"{self.marks.connecting} reading", Tone.QUIET)
        return None

    def action_shift(self, direction: int) -> None:
        """Show another half an hour, or the stretch beside this one."""
        now = self._clock.now()
        shown = self._stretch or Stretch(now)
        if shown.until is None:
            since = shown.since + direction * SHIFT
            if now - since < SHIFT / 2:  # back where one came from, a moment later
                self.refill()
            else:
                self.go_to(Stretch(since))
            return
        step = direction * (shown.until - shown.since)
        self.go_to(Stretch(shown.since + step, shown.until + step))

    def action_time(self) -> None:
        """Ask for the time to go to."""
        self.post_message(self.TimeAsked(self))

    def go_to(self, stretch: Stretch) -> None:
        """Show a time as Loki has it, until now without an end; live when it is now."""
        now = self._clock.now()
        if stretch.since >= now:
            self.refill()
            return
        if stretch.until is not None and stretch.until >= now:
            stretch = Stretch(stretch.since)
        self._begin()
        self._stretch, self._has_rest = stretch, stretch.until is not None
        reach = to_ns(stretch.since - _REACH)
        before = LogSpan(reach, to_ns(stretch.since))
        self._older = self._pages(before, forward=False)
        behind = LogSpan(to_ns(stretch.since), to_ns(stretch.until or now))
        self._newer = self._pages(behind, forward=True)
        self._say_past()
        self.log_view.empty = (Span("reading ...", Tone.QUIET),)
        has_end = stretch.until is not None
        read = self._read_stretch if has_end else self._read_newer
        run_latest(self, "fill", read)

    def _pages(self, span: LogSpan, *, forward: bool) -> LogPages:
        spans = dict.fromkeys(self.names, span)
        return LogPages(self._archive, spans, forward=forward)

    def on_log_view_edge_reached(self, event: LogView.EdgeReached) -> None:
        event.stop()
        if event.direction > 0:
            self.run_worker(self._read_newer(), group="edge")
        elif not self._is_filling:
            self.run_worker(self._read_older(), group="edge")

    def on_log_view_live_asked(self, event: LogView.LiveAsked) -> None:
        event.stop()
        self.refill()

    async def _read_older(self) -> None:
        """Put what Loki has before the oldest entry before it."""
        log = self.log_view
        if self._stretch is None and (
            self._older is None or log.ring.first != self._oldest
        ):
            # What was let go since then must be read once more.
            spans = self._before()
            self._older = LogPages(self._archive, spans, forward=False)
        pages = self._older
        if pages is None or pages.is_reading or self._is_full():
            return
        found = await self._read_some(pages)
        if pages is self._older:
            log.prepend(self._teller.held(found))
            self._oldest = log.ring.first
            self._say_past()
            self._past_read(found)
            if pages.is_over and not found:
                words = plain(f"Loki has nothing older{self.only}.")
                self.notify(words, timeout=2, markup=False)

    async def _read_newer(self) -> None:
        """Add what Loki has behind the newest entry; from its end on it is live."""
        if self._has_rest and self._newer is not None and self._newer.is_over:
            self._go_on()
        pages = self._newer
        if pages is None or pages.is_reading:
            return
        if pages.is_over:
            self.refill()
            return
        if self._is_full():
            return
        found = await self._read_some(pages)
        if pages is self._newer:
            self.log_view.append(self._teller.held(found))
            none = f"Loki has nothing{self.only} from this time on"
            if pages.trouble:
                none = f"Loki did not answer: {pages.trouble}; down tries again"
            elif self._stretch is not None and self._stretch.until is not None:
                none = f"Loki has nothing{self.only} of this time"
            self.log_view.empty = (Span(plain(none), Tone.QUIET),)
            self._say_past()
            self._past_read(found)

    async def _read_stretch(self) -> None:
        """Read all of a stretch that has an end, as far as there is room."""
        pages = self._newer
        while pages is not None and pages is self._newer and not pages.is_over:
            before = self.log_view.line_count
            await self._read_newer()
            if pages.trouble or (
                self.log_view.line_count == before and not pages.is_over
            ):
                return  # scrolling down tries again

    def _go_on(self) -> None:
        """From the end of a stretch on, read until now."""
        self._has_rest = False
        if self._stretch is not None and self._stretch.until is not None:
            end = to_ns(self._stretch.until)
            behind = LogSpan(end, to_ns(self._clock.now()))
            self._newer = self._pages(behind, forward=True)

    def _is_full(self) -> bool:
        """Whether reading more would let lines go, and leave a seam."""
        is_full = self.log_view.line_count >= self._most
        if is_full:
            words = "This log holds no more: go on with [ ] or @."
            self.notify(words, timeout=4, markup=False)
        return is_full

    def _before(self) -> dict[str, LogSpan]:
        """What lies before the entries that are shown, by cluster."""
        oldest = to_ns(self._clock.now())
        kept: dict[str, list[Entry]] = {}
        for held in self.log_view.kept_items():
            cluster, item = self._teller.told(held)
            if isinstance(item, Entry):
                oldest = min(oldest, item.at_ns)
                run = kept.setdefault(cluster, [])
                if not run or run[0].at_ns == item.at_ns:
                    run.append(item)
                elif len(kept) == len(self.names) and all(
                    each[0].at_ns < item.at_ns for each in kept.values()
                ):
                    break  # what comes now is newer than the oldest of each
        reach = oldest - span_ns(_REACH)
        return {
            name: LogSpan.before(kept[name], reach)
            if name in kept
            else LogSpan(reach, oldest + 1)
            for name in self.names
        }

    async def _read_some(self, pages: LogPages) -> list[log_lines.Sourced]:
        """Read until something is wanted, or there is no more."""
        found: list[log_lines.Sourced] = []
        while not found and not pages.is_over:
            found = self._wanted(await pages.more())
            if pages.trouble:
                words = plain(f"Loki did not answer: {pages.trouble}")
                self.notify(words, severity="warning", timeout=4, markup=False)
                break
        return found

    def _say_past(self) -> None:
        """Say which time is shown, when it does not end now."""
        if self._stretch is None:
            return
        first, end = self._reach(self._stretch)
        asked = self._stretch.until and self._stretch.until - self._stretch.since
        cells = len("14:05:00" if asked and asked < _SHORT else "14:05")
        until = f"{time_of_ns(first)[:cells]}-{time_of_ns(end)[:cells]}"
        begin = datetime.fromtimestamp(first // SECOND_NS, UTC)
        is_today = begin.date() == self._clock.now().astimezone(UTC).date()
        day = "" if is_today else f"{begin:%m-%d} "
        self.log_view.past = f"in the past: {day}{until}, End returns to live"

    def _reach(self, stretch: Stretch) -> tuple[int, int]:
        """The first and the last time of the log, or the one that was gone to."""
        log, since_ns = self.log_view, to_ns(stretch.since)
        end_ns = since_ns
        if stretch.until is not None and self._newer is not None:
            # One that does not fit is shown as far as it was read.
            is_read = self._newer.is_over or not (self._has_rest and log.line_count)
            end_ns = to_ns(stretch.until) if is_read else since_ns
        if not log.line_count:
            return since_ns, end_ns
        at_ns = log.teller.at_ns
        first = min(since_ns, at_ns(log.ring[log.ring.first]))
        return first, max(end_ns, at_ns(log.ring[log.ring.end - 1]))
