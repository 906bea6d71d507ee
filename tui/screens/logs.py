"""Kernel logs of one cluster, or of all in one stream, as they are written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui.clock import Clock
from tui.model.fleet import Fleet
from tui.model.log import Entry
from tui.present import logs
from tui.present.glyphs import Marks
from tui.screens.desk import Desk
from widgets.log_view import LogView
from widgets.panel import Panel
from widgets.values import LogLine, Span, Tone

_SLICE = 250
"""Entries read in one go, so that keys are never kept waiting."""


class LogsScreen(Desk):
    """The stream, its classes of errors as chips, and whether it follows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "error(1)", "Next error", id="logs.error"),
        Binding("E", "error(-1)", "Error before", show=False, id="logs.error_before"),
        Binding("c", "class", "Class", id="logs.class", tooltip="Only one class"),
        Binding("0", "cluster(0)", "All clusters", show=False, id="logs.all"),
        *(
            Binding(str(n), f"cluster({n})", f"Cluster {n}", show=False, id=f"logs.{n}")
            for n in range(1, 10)
        ),
    ]

    def __init__(
        self,
        cluster: str,
        names: tuple[str, ...],
        read: Callable[[str], Sequence[Entry]],
        clock: Clock,
        marks: Marks,
    ) -> None:
        """Make the screen.

        cluster  whose logs to begin with; empty for all
        read     the entries of a cluster that are kept, oldest first
        """
        super().__init__(marks, names)
        self._cluster = cluster
        self._read = read
        self._clock = clock
        self._class = ""
        self._fleet: Fleet | None = None
        self._is_filling = False
        self._late: list[tuple[str, Entry]] = []

    def compose_body(self) -> ComposeResult:
        with Panel(id="stream", glyphs=self.marks.glyphs):
            yield LogView(glyphs=self.marks.glyphs)

    def on_mount(self) -> None:
        self._refill()

    def show(self, fleet: Fleet, now: datetime) -> None:  # noqa: ARG002 - entries do not age
        self._fleet = fleet
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
            self._refill()

    def action_class(self) -> None:
        """Show only the next class of errors, after the last one all again."""
        kinds = ["", *(kind for kind, _, _ in self._found_classes())]
        place = kinds.index(self._class) if self._class in kinds else -1
        self._class = kinds[(place + 1) % len(kinds)]
        self._refill()

    def action_error(self, direction: int) -> None:
        """Go to the next error, or to the one before."""
        log = self.query_one(LogView)
        log.search(f"{self.marks.real} ")
        log.action_match(direction)

    def _found_classes(self) -> tuple[tuple[str, int, bool], ...]:
        if self._fleet is None:
            return ()
        return logs.class_counts(logs.fleet_findings(self._fleet, self._cluster))

    def _refill(self) -> None:
        self.query_one(LogView).clear()
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
        self._is_filling = False
        self._append(self._late)
        self._late = []

    def _append(self, entries: Iterable[tuple[str, Entry]]) -> None:
        lines = [self._line(cluster, entry) for cluster, entry in entries]
        if self._class:
            lines = [line for line in lines if line.key == self._class]
        self.query_one(LogView).append(lines)

    def _line(self, name: str, entry: Entry) -> LogLine:
        cluster = self._fleet.cluster(name) if self._fleet else None
        names = logs.node_names(cluster) if cluster else {}
        return logs.entry_line(entry, self.marks, names, "" if self._cluster else name)

    def on_log_view_status_changed(self) -> None:
        if self.is_open:
            self._show_title()

    def _show_title(self) -> None:
        log = self.query_one(LogView)
        what = self._cluster or "all clusters"
        only = f", only {self._class}" if self._class else ""
        title = [Span(f"kernel logs of {what}{only}", Tone.ACCENT)]
        if self._fleet is not None:
            found = logs.fleet_findings(self._fleet, self._cluster)
            title += [Span("  "), *logs.chips(found, self.marks)]
        tone = Tone.QUIET if log.following else Tone.WARNING
        search = f"{log.search_status}  " if log.search_status else ""
        right = (Span(search), Span(log.status, tone))
        self.query_one("#stream", Panel).show_title(tuple(title), right)
