"""Kernel logs of one cluster, or of all in one stream, as they are written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui.clock import Clock
from tui.messages import OpenLogs
from tui.model.fleet import Fleet
from tui.model.kernel import kind_of
from tui.model.log import Entry
from tui.present import log_lines, logs, stream
from tui.present.glyphs import Marks
from tui.screens.desk import Desk
from tui.screens.line import LineScreen
from widgets.log_view import LogView
from widgets.panel import Panel
from widgets.values import LogLine

_EDGES = 10
"""Cells of a title that are frame and gaps."""
_TITLE = 20
"""Cells that the title needs at least."""
_SLICE = 250
"""Entries read in one go, so that keys are never kept waiting."""


class LogsScreen(Desk):
    """The stream, its classes of errors as chips, and whether it follows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "line", "Line", id="logs.line", tooltip="Read a line in full"),
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
        read: Callable[[str], Sequence[Entry]],
        clock: Clock,
        marks: Marks,
    ) -> None:
        """Make the screen.

        wanted   whose logs to begin with; of a node or class, at its first error
        read     the entries of a cluster that are kept, oldest first
        """
        super().__init__(marks, names)
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
        self._late: list[tuple[str, Entry]] = []

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
        if self._cluster in {"", cluster}:
            arrived = [(cluster, entry) for entry in entries]
            if self._is_filling:
                self._late += arrived
            else:
                self._append(arrived)

    def action_cluster(self, number: int) -> None:
        """Show one cluster by its number, or all with 0."""
        if number <= len(self._names):
            self._cluster = self._names[number - 1] if number else ""
            self._node = ""
            self._refill()

    def action_class(self) -> None:
        """Show only the next class of errors, after the last one all again."""
        kinds = ["", *(kind for kind, _, _ in self._found_classes())]
        place = kinds.index(self._class) if self._class in kinds else -1
        self._class = kinds[(place + 1) % len(kinds)]
        self._refill()

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

    def _refill(self) -> None:
        log = self.query_one(LogView)
        log.clear()
        log.use(self._teller())
        self._late = []
        self._is_filling = True
        self._show_title()
        self.run_worker(self._fill(), group="fill", exclusive=True)

    async def _fill(self) -> None:
        """Read what is kept in slices, then what came meanwhile."""
        names = [self._cluster] if self._cluster else self._names
        known = [(name, entry) for name in names for entry in self._read(name)]
        known.sort(key=lambda each: each[1].at_ns)
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

    def _append(self, entries: Iterable[tuple[str, Entry]]) -> None:
        wanted = [
            (cluster, entry)
            for cluster, entry in entries
            if not self._node or self._origin(cluster, entry) == self._node
        ]
        if self._class:
            wanted = [each for each in wanted if kind_of(each[1].line) == self._class]
        self.query_one(LogView).merge(wanted)

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
