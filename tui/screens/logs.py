"""Kernel logs of one cluster, or of all in one stream, as they are written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui.backend import Archive
from tui.clock import Clock
from tui.messages import OpenLogs
from tui.model.fleet import Fleet
from tui.model.kernel import kind_of
from tui.model.log import Entry, Gap
from tui.present import log_bars, log_lines, logs, stream
from tui.present.glyphs import Marks
from tui.present.units import span_ns, to_ns
from tui.screens import log_counts
from tui.screens.line import LineScreen
from tui.screens.log_past import PAST_KEYS, SHIFT, PastDesk
from widgets.histogram import Histogram
from widgets.log_view import LogView
from widgets.panel import Panel
from widgets.values import LogLine

_EDGES = 10
"""Cells of a title that are frame and gaps."""
_TITLE = 20
"""Cells that the title needs at least."""
_BARS_SECONDS = 1
"""So often the bars of what is live are drawn."""
_SIDES = 40
"""Cells beside the bars, about."""
_SLICE = 250
"""Entries read in one go, so that keys are never kept waiting."""


class LogsScreen(PastDesk):
    """The stream, its classes of errors as chips, and whether it follows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "line", "Line", id="logs.line", tooltip="Read a line in full"),
        *PAST_KEYS,
        Binding("c", "class", "Class", id="logs.class", tooltip="Only one class"),
        Binding("0", "cluster(0)", "All clusters", show=False, id="logs.all"),
        *(
            Binding(str(n), f"cluster({n})", f"Cluster {n}", show=False, id=f"logs.{n}")
            for n in range(1, 10)
        ),
    ]

    VERTICAL_BREAKPOINTS = [(0, "-low"), (22, "-middling"), (40, "-high")]  # noqa: RUF012 - so declared by Textual
    DEFAULT_CSS = """
    LogsScreen.-low Histogram { display: none; }
    LogsScreen.-high Histogram { height: 3; }
    """

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
        super().__init__(marks, names, archive, clock)
        self._cluster = wanted.cluster
        self._node = wanted.node
        self._read = read
        self._class = wanted.kind
        self._starts_at_error = bool(wanted.node or wanted.kind)
        self._short = stream.short_names(names)
        self._node_names: dict[str, dict[str, str]] = {}
        self._fleet: Fleet | None = None
        self._late: list[log_lines.Sourced] = []
        self._tally = log_bars.Tally()
        self._counted: log_bars.Steps | None = None
        """What Loki was asked to count last."""

    def compose_body(self) -> ComposeResult:
        with Panel(id="stream", glyphs=self.marks.glyphs):
            yield Histogram(glyphs=self.marks.glyphs)
            times = log_lines.times(self._clock.now)
            yield LogView(glyphs=self.marks.glyphs, times=times)

    def on_mount(self) -> None:
        self._refill()
        self.set_interval(_BARS_SECONDS, self._draw_bars)

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
        self._tally, self._counted = log_bars.Tally(), None
        self.query_one(Histogram).show(log_bars.COUNTING)
        return log

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
        self._draw_bars()
        if self._starts_at_error and self.query_one(LogView).line_count:
            self._starts_at_error = False
            self.query_one(LogView).seek_first_error()

    def _append(self, told: Iterable[log_lines.Sourced]) -> None:
        found = self._wanted(told)
        self._tally.add(found)
        self.query_one(LogView).merge(found)

    def _past_read(self, found: list[log_lines.Sourced]) -> None:
        """Count what came: here when it ends now, else Loki does."""
        if self._since is None:
            self._tally.add(found)
            self._draw_bars()
            return
        since = to_ns(self._since)
        first, end = self._reach(self.query_one(LogView), since)
        end = min(max(end, since + span_ns(SHIFT)), to_ns(self._clock.now()))
        steps = log_bars.Steps.over(first, end, self._bar_cells)
        if steps != self._counted:
            self._counted = steps
            self.run_worker(self._count(steps), group="counts", exclusive=True)

    async def _count(self, steps: log_bars.Steps) -> None:
        """Let Loki count; it cannot tell the nodes as we do."""
        note = "of all nodes" if self._node else ""
        names, kind = self._chosen_names, self._class
        bars = await log_counts.count(self._archive, names, kind, steps, note)
        if self._counted == steps and self.is_open:
            self.query_one(Histogram).show(bars)

    def _draw_bars(self) -> None:
        """Show how many of the entries that are kept came when, until now."""
        if self._since is not None or self._is_filling:
            return
        log = self.query_one(LogView)
        now = to_ns(self._clock.now())
        first = log.teller.at_ns(log.ring[log.ring.first]) if log.line_count else 0
        if first and self._tally.every:
            bars = self._tally.bars(first, max(now, first), self._bar_cells)
        else:
            bars = log_bars.NOTHING
        self.query_one(Histogram).show(bars)

    @property
    def _bar_cells(self) -> int:
        return max(1, self.query_one(Histogram).size.width - _SIDES)

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
