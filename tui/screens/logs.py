"""Kernel logs of one cluster, or of all in one stream, as they are written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui.backend import Archive
from tui.clock import Clock
from tui.messages import OpenLogs
from tui.model.fleet import Fleet
from tui.model.kernel import kind_of
from tui.model.log import Entry, Gap, LogSpan
from tui.present import log_lines, logs, stream
from tui.present.glyphs import Marks
from tui.present.units import plain, span_ns, time_of_ns, to_ns
from tui.screens.desk import Desk
from tui.screens.line import LineScreen
from tui.screens.log_pages import LogPages
from widgets.log_view import LogView
from widgets.panel import Panel
from widgets.values import LogLine, Span, Tone

_EDGES = 10
"""Cells of a title that are frame and gaps."""
_TITLE = 20
"""Cells that the title needs at least."""
_SHIFT = timedelta(minutes=30)
_DAY = timedelta(days=1)
_REACH = timedelta(days=29)
"""Loki is asked about so much of the past at once."""
_MOST = 150_000
"""Lines to which it grows by reading older ones."""
_SLICE = 250
"""Entries read in one go, so that keys are never kept waiting."""


class LogsScreen(Desk):
    """The stream, its classes of errors as chips, and whether it follows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "line", "Line", id="logs.line", tooltip="Read a line in full"),
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
        Binding("c", "class", "Class", id="logs.class", tooltip="Only one class"),
        Binding("0", "cluster(0)", "All clusters", show=False, id="logs.all"),
        *(
            Binding(str(n), f"cluster({n})", f"Cluster {n}", show=False, id=f"logs.{n}")
            for n in range(1, 10)
        ),
    ]

    def __init__(
        self,
        wanted: OpenLogs,
        names: tuple[str, ...],
        read: Callable[[str], Sequence[Entry | LogLine]],
        archive: Archive,
        at: tuple[Clock, Marks],
    ) -> None:
        """Make the screen.

        wanted   whose logs to begin with; of a node or class, at its first error
        read     the entries of a cluster that are kept, oldest first
        archive  what Loki has of older ones
        at       the time, and the glyphs
        """
        clock, marks = at
        super().__init__(marks, names)
        self._archive = archive
        self._oldest = 0
        """The number of the first line when older ones were last read."""
        self._older: LogPages | None = None
        self._newer: LogPages | None = None
        self._since: datetime | None = None
        """Where the time that is shown begins, when it is in the past."""
        self._cluster = wanted.cluster
        self._node = wanted.node
        self._read = read
        self._clock = clock
        self._class = wanted.kind
        self._starts_at_error = bool(wanted.node or wanted.kind)
        self._short = stream.short_names(names)
        self._node_names: dict[str, dict[str, str]] = {}
        self._fleet: Fleet | None = None
        self._is_filling = False
        self._late: list[log_lines.Sourced] = []

    def compose_body(self) -> ComposeResult:
        with Panel(id="stream", glyphs=self.marks.glyphs):
            times = log_lines.times(self._clock.now)
            yield LogView(glyphs=self.marks.glyphs, times=times)

    def on_mount(self) -> None:
        self._refill()

    def show(self, fleet: Fleet, now: datetime) -> None:  # noqa: ARG002 - entries do not age
        self._fleet = fleet
        known = {each.name: logs.node_names(each) for each in fleet.clusters}
        is_outdated = known != self._node_names
        # Who reads in an old place is not thrown out of it for the sake of a name.
        if is_outdated and self.query_one(LogView).following:
            self._node_names = known
            self._refill()
        self._show_title()

    def add_entries(self, cluster: str, entries: tuple[Entry, ...]) -> None:
        if self._cluster in {"", cluster} and self._since is None:
            self._arrive([(cluster, entry) for entry in entries])

    def add_gaps(self, cluster: str, gaps: tuple[Gap, ...]) -> None:
        if self._cluster in {"", cluster} and self._since is None:
            self._arrive([(cluster, logs.gap_line(gap)) for gap in gaps])

    def _arrive(self, told: Sequence[log_lines.Sourced]) -> None:
        """Show it, or keep it until all that was there before is shown."""
        if self._is_filling:
            self._late += told
        else:
            self._append(told)

    def action_cluster(self, number: int) -> None:
        """Show one cluster by its number, or all with 0."""
        if number <= len(self._names):
            self._cluster = self._names[number - 1] if number else ""
            self._node = ""
            self._show_again()

    def action_class(self) -> None:
        """Show only the next class of errors, after the last one all again."""
        kinds = ["", *(kind for kind, _, _ in self._found_classes())]
        place = kinds.index(self._class) if self._class in kinds else -1
        self._class = kinds[(place + 1) % len(kinds)]
        self._show_again()

    def _show_again(self) -> None:
        """Show the same time as before, with other entries of it."""
        if self._since is None:
            self._refill()
        else:
            self._go_to(self._since)

    def action_line(self) -> None:
        """Read the line that one stands on in full."""
        log = self.query_one(LogView)
        line = log.current_line
        if line is None:
            return
        log.stand()

        def step(direction: int) -> LogLine | None:
            log.step(direction)
            return log.current_line

        self.app.push_screen(LineScreen(line, step, self.marks))

    def _found_classes(self) -> tuple[tuple[str, int, bool], ...]:
        if self._fleet is None:
            return ()
        return logs.class_counts(logs.fleet_findings(self._fleet, self._cluster))

    @property
    def _chosen_names(self) -> tuple[str, ...]:
        return (self._cluster,) if self._cluster else self._names

    def _begin(self) -> LogView:
        """Empty the log, and forget what was read for it."""
        log = self.query_one(LogView)
        log.clear()
        log.use(self._teller())
        self._older = self._newer = self._since = None
        self._is_filling, self._late = False, []
        return log

    def action_shift(self, direction: int) -> None:
        """Show another half an hour."""
        now = self._clock.now()
        self._go_to((self._since or now) + direction * _SHIFT)

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
        first, end = since, since
        if log.line_count:
            at_ns = log.teller.at_ns
            first = min(since, at_ns(log.ring[log.ring.first]))
            end = max(since, at_ns(log.ring[log.ring.end - 1]))
        until = f"{time_of_ns(first)[:5]}-{time_of_ns(end)[:5]}"
        day = f"{self._since:%m-%d} " if self._clock.now() - self._since > _DAY else ""
        log.past = f"in the past: {day}{until}, End returns to live"

    def _refill(self) -> None:
        self._begin()
        self._is_filling = True
        self._show_title()
        self.run_worker(self._fill(), group="fill", exclusive=True)

    async def _fill(self) -> None:
        """Read what is kept in slices, then what came meanwhile."""
        names = self._chosen_names
        known = [(name, entry) for name in names for entry in self._read(name)]
        known.sort(key=lambda each: each[1].at_ns or 0)
        for start in range(0, len(known), _SLICE):
            self._append(known[start : start + _SLICE])
            await self._clock.sleep(0)
            if not self.is_open:
                return
        self._is_filling = False
        self._append(self._late)
        self._late = []
        if self._starts_at_error and self.query_one(LogView).line_count:
            self._starts_at_error = False
            self.query_one(LogView).seek_first_error()

    def _append(self, told: Iterable[log_lines.Sourced]) -> None:
        self.query_one(LogView).merge(self._wanted(told))

    def _wanted(self, told: Iterable[log_lines.Sourced]) -> list[log_lines.Sourced]:
        """Those of the node and the class that are shown; notes always."""
        found = list(told)
        if self._node:
            found = [each for each in found if self._is_of_node(*each)]
        if self._class:
            found = [each for each in found if _is_of(each[1], self._class)]
        return found

    def _is_of_node(self, cluster: str, item: Entry | LogLine) -> bool:
        return isinstance(item, LogLine) or self._origin(cluster, item) == self._node

    def _origin(self, cluster: str, entry: Entry) -> str:
        return logs.origin(entry, self._node_names.get(cluster, {}))

    def _teller(self) -> log_lines.MergedTeller:
        return log_lines.MergedTeller(
            {
                name: log_lines.EntryTeller(
                    self.marks,
                    self._node_names.get(name, {}),
                    "" if self._cluster else self._short[name],
                )
                for name in self._names
            }
        )

    def on_log_canvas_status_changed(self) -> None:
        if self.is_open:
            self._show_title()

    def _show_title(self) -> None:
        log = self.query_one(LogView)
        found = logs.fleet_findings(self._fleet, self._cluster) if self._fleet else ()
        if self._node:
            found = tuple(each for each in found if each.node == self._node)
        only = [self._class] if self._class else []
        panel = self.query_one("#stream", Panel)
        right = log.words(panel.size.width - _TITLE)
        room = panel.size.width - sum(len(span.text) for span in right) - _EDGES
        what = self._node or self._cluster or "all clusters"
        panel.show_title(stream.title(what, only, found, self.marks, room), right)


def _is_of(item: Entry | LogLine, kind: str) -> bool:
    return isinstance(item, LogLine) or kind_of(item.line) == kind
