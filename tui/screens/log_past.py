"""A log of Loki's that goes back: older lines at its upper end, or another time."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from datetime import datetime, timedelta

from textual.binding import Binding, BindingType

from tui.backend import Archive
from tui.clock import Clock
from tui.model.log import Entry, LogSpan
from tui.present import log_lines
from tui.present.glyphs import Marks
from tui.present.units import plain, span_ns, time_of_ns, to_ns
from tui.screens.desk import Desk
from tui.screens.log_pages import LogPages
from widgets.log_view import LogView
from widgets.values import Span, Tone

SHIFT = timedelta(minutes=30)
_DAY = timedelta(days=1)
_REACH = timedelta(days=29)
"""Loki is asked about so much of the past at once."""
_MOST = 150_000
"""Lines to which it grows by reading older ones."""

PAST_KEYS: list[BindingType] = [
    Binding(
        "left_square_bracket",
        "shift(-1)",
        "Earlier",
        key_display="[",
        id="logs.earlier",
        tooltip="Half an hour earlier, read from Loki",
    ),
    Binding(
        "right_square_bracket",
        "shift(1)",
        "Later",
        key_display="]",
        show=False,
        id="logs.later",
        tooltip="Half an hour later",
    ),
    Binding(
        "at",
        "time",
        "Go to a time",
        key_display="@",
        show=False,
        id="logs.time",
        tooltip="Go to a time, such as -2h or 14:05",
    ),
]


class PastDesk(Desk):
    """Reads the past into its log; what the log shows is up to its heirs."""

    def __init__(
        self, marks: Marks, names: tuple[str, ...], archive: Archive, clock: Clock
    ) -> None:
        """Make a screen; `archive` is what Loki has of older entries."""
        super().__init__(marks, names)
        self._archive = archive
        self._clock = clock
        self._oldest = 0
        """The number of the first line when older ones were last read."""
        self._older: LogPages | None = None
        self._newer: LogPages | None = None
        self._since: datetime | None = None
        """Where the time that is shown begins, when it is in the past."""
        self._is_filling = False

    @property
    @abstractmethod
    def _chosen_names(self) -> tuple[str, ...]:
        """The clusters that are shown."""

    @abstractmethod
    def _begin(self) -> LogView:
        """Empty the log, and forget what was read for it."""

    @abstractmethod
    def _refill(self) -> None:
        """Show what is live."""

    @abstractmethod
    def _wanted(self, told: Iterable[log_lines.Sourced]) -> list[log_lines.Sourced]:
        """Those that are shown."""

    @abstractmethod
    def _past_read(self, found: list[log_lines.Sourced]) -> None:
        """Entries of the past were added to the log, or another time begins."""

    def action_shift(self, direction: int) -> None:
        """Show another half an hour."""
        now = self._clock.now()
        self._go_to((self._since or now) + direction * SHIFT)

    def action_time(self) -> None:
        """Ask for the time to go to."""
        self.ask_time(self._go_to, self._clock.now())

    def _go_to(self, since: datetime) -> None:
        """Show the time from a moment on, as Loki has it; live when that is now."""
        now = self._clock.now()
        if since >= now:
            self._refill()
            return
        log = self._begin()
        self._since = since
        at, reach = to_ns(since), to_ns(since - _REACH)
        names = self._chosen_names
        before = {name: LogSpan(reach, at) for name in names}
        behind = {name: LogSpan(at, to_ns(now)) for name in names}
        self._older = LogPages(self._archive, before, forward=False)
        self._newer = LogPages(self._archive, behind, forward=True)
        self._say_past(log)
        log.empty = (Span("reading ...", Tone.QUIET),)
        self.run_worker(self._read_newer(), group="fill", exclusive=True)

    def on_log_view_edge_reached(self, event: LogView.EdgeReached) -> None:
        event.stop()
        if event.direction > 0:
            self.run_worker(self._read_newer(), group="edge")
        elif not self._is_filling:
            self.run_worker(self._read_older(), group="edge")

    def on_log_view_live_asked(self, event: LogView.LiveAsked) -> None:
        event.stop()
        self._refill()

    async def _read_older(self) -> None:
        """Put what Loki has before the oldest entry before it."""
        log = self.query_one(LogView)
        if self._since is None and (
            self._older is None or log.ring.first != self._oldest
        ):
            # What was let go since then must be read once more.
            spans = self._before(log)
            self._older = LogPages(self._archive, spans, forward=False)
        pages = self._older
        if pages is None or pages.is_reading or self._is_full(log):
            return
        found = await self._read_some(pages)
        if pages is self._older:
            log.prepend(found)
            self._oldest = log.ring.first
            self._say_past(log)
            self._past_read(found)
            if pages.is_over and not found:
                self.notify("Loki has nothing older.", timeout=2, markup=False)

    async def _read_newer(self) -> None:
        """Add what Loki has behind the newest entry; from its end on it is live."""
        pages = self._newer
        if pages is None or pages.is_reading:
            return
        if pages.is_over:
            self._refill()
            return
        log = self.query_one(LogView)
        if self._is_full(log):
            return
        found = await self._read_some(pages)
        if pages is self._newer:
            log.append(found)
            log.empty = (Span("Loki has nothing from this time on", Tone.QUIET),)
            self._say_past(log)
            self._past_read(found)

    def _is_full(self, log: LogView) -> bool:
        """Whether reading more would let lines go, and leave a seam."""
        is_full = log.line_count >= _MOST
        if is_full:
            words = "This log holds no more: go on with [ ] or @."
            self.notify(words, timeout=4, markup=False)
        return is_full

    def _before(self, log: LogView) -> dict[str, LogSpan]:
        """What lies before the entries that are shown, by cluster."""
        oldest = to_ns(self._clock.now())
        kept: dict[str, list[Entry]] = {}
        for cluster, item in log.kept_items():
            if isinstance(item, Entry):
                oldest = min(oldest, item.at_ns)
                run = kept.setdefault(cluster, [])
                if not run or run[0].at_ns == item.at_ns:
                    run.append(item)
        reach = oldest - span_ns(_REACH)
        return {
            name: LogSpan.before(kept[name], reach)
            if name in kept
            else LogSpan(reach, oldest + 1)
            for name in self._chosen_names
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

    def _say_past(self, log: LogView) -> None:
        """Say which time is shown, when it does not end now."""
        if self._since is None:
            return
        since = to_ns(self._since)
        first, end = self._reach(log, since)
        until = f"{time_of_ns(first)[:5]}-{time_of_ns(end)[:5]}"
        day = f"{self._since:%m-%d} " if self._clock.now() - self._since > _DAY else ""
        log.past = f"in the past: {day}{until}, End returns to live"

    def _reach(self, log: LogView, since_ns: int) -> tuple[int, int]:
        """The first and the last time of the log, or the one that was gone to."""
        if not log.line_count:
            return since_ns, since_ns
        at_ns = log.teller.at_ns
        first = min(since_ns, at_ns(log.ring[log.ring.first]))
        return first, max(since_ns, at_ns(log.ring[log.ring.end - 1]))
