"""Kernel logs: all in one stream, those of one cluster, or all side by side."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from tui.backend import Backend
from tui.messages import OpenLogs
from tui.model.fleet import Fleet
from tui.model.log import Entry, Gap
from tui.present import stream
from tui.present.glyphs import Marks
from tui.screens.log_findings import FindingsPanel
from tui.screens.log_pane import LogPane
from tui.screens.log_past import PastPane
from tui.screens.log_scope import LogAccess, Scope
from tui.screens.telling import TellingDesk
from widgets.keys import hidden
from widgets.status_line import StatusLine

if TYPE_CHECKING:
    from tui.present.spoken import Selected

_COLUMN_WIDTH = 60
_ALL = "all clusters"


class LogsScreen(TellingDesk):
    """One pane, or one for each cluster, of which as many as there is room for."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "C",
            "beside",
            "Beside",
            id="logs.beside",
            tooltip="The clusters side by side, or in one stream",
        ),
        Binding(
            "F",
            "findings",
            "Findings",
            id="logs.findings",
            tooltip="The kernel findings in a list; enter goes to their lines",
        ),
        hidden(
            "escape",
            "close_findings",
            "Close",
            "logs.close_findings",
            "Close the list of findings",
        ),
        Binding(
            "tab", "step(1)", "Next", show=False, id="logs.tab", tooltip="Next cluster"
        ),
        Binding(
            "shift+tab",
            "step(-1)",
            "Before",
            show=False,
            id="logs.tab_back",
            tooltip="Cluster before",
        ),
        Binding("0", "cluster(0)", "All clusters", show=False, id="logs.all"),
        *(
            Binding(str(n), f"cluster({n})", f"Cluster {n}", show=False, id=f"logs.{n}")
            for n in range(1, 10)
        ),
    ]

    VERTICAL_BREAKPOINTS = [(0, "-low"), (22, "-middling"), (40, "-high")]  # noqa: RUF012 - so declared by Textual
    DEFAULT_CSS = """
    LogsScreen #panes { height: 1fr; }
    LogsScreen LogPane { width: 1fr; }
    LogsScreen #others { display: none; }
    LogsScreen.-low Histogram { display: none; }
    LogsScreen.-high Histogram { height: 3; }
    """
    FIRST_KEYS = ("toggle_follow", "error(1)", "filter", "findings", "beside")

    def __init__(
        self,
        wanted: OpenLogs,
        names: tuple[str, ...],
        access: LogAccess,
        marks: Marks,
    ) -> None:
        """Make the screen; `wanted` is whose logs it begins with."""
        super().__init__(marks, names)
        self._access = access
        self._fleet: Fleet | None = None
        self._findings = FindingsPanel(marks)
        self._findings.display = False
        self._first = 0
        """The first of the panes that are in view."""
        self._chosen = 0
        self._sought = wanted.line
        """Where it begins."""
        self._panes = [self._merged(wanted.cluster, wanted.node, wanted.kind)]

    def _merged(self, cluster: str, node: str = "", kind: str = "") -> LogPane:
        """A pane for one cluster, or for all of them in one stream."""
        names = (cluster,) if cluster else self._names
        scope = Scope(names, cluster or _ALL, node, kind)
        return self._pane(scope)

    def _pane(self, scope: Scope) -> LogPane:
        return LogPane(scope, self._access, self.marks, self._fleet)

    def compose_body(self) -> ComposeResult:
        yield StatusLine(glyphs=self.marks.glyphs, id="others")
        yield Horizontal(*self._panes, id="panes")
        yield self._findings

    def on_mount(self) -> None:
        if self._sought is not None:
            self.call_after_refresh(self._panes[0].stand_at, self._sought)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """With one cluster there is nothing to be put beside it."""
        if action == "beside":
            return len(self._names) > 1
        if action == "step":
            return self._is_beside
        if action == "close_findings":
            return self._findings.display
        return super().check_action(action, parameters)

    @property
    def selected_things(self) -> tuple[Selected, ...]:
        """The finding under the cursor; of its own lines the log tells."""
        found = self._findings.selected if self._findings.has_focus_within else None
        return () if found is None else ((found.cluster, found),)

    @property
    def _is_beside(self) -> bool:
        return len(self._panes) > 1

    @property
    def _focused_pane(self) -> LogPane:
        return self._panes[self._chosen]

    def show(self, fleet: Fleet, now: datetime) -> None:
        self._fleet = fleet
        for pane in self._panes:
            pane.show(fleet)
        self._show_others()
        self._show_findings(now)

    def turn(self, backend: Backend) -> None:  # noqa: ARG002 - it asks by itself
        for pane in self._panes:
            pane.refill()

    def add_entries(self, cluster: str, entries: tuple[Entry, ...]) -> None:
        for pane in self._panes:
            pane.add_entries(cluster, entries)

    def add_gaps(self, cluster: str, gaps: tuple[Gap, ...]) -> None:
        for pane in self._panes:
            pane.add_gaps(cluster, gaps)

    async def action_beside(self) -> None:
        """Put the clusters side by side, or all into one stream again."""
        if self._is_beside:
            await self._put([self._merged("")], 0)
            return
        panes = [self._pane(Scope((name,), name)) for name in self._names]
        shown = self._focused_pane.names
        chosen = self._names.index(shown[0]) if len(shown) == 1 else 0
        await self._put(panes, chosen)

    async def action_cluster(self, number: int) -> None:
        """Go to one cluster by its number; 0 shows all in one stream."""
        if number > len(self._names):
            return
        if number and self._is_beside:
            self._choose(number - 1)
        else:
            await self._put(
                [self._merged(self._names[number - 1] if number else "")], 0
            )

    async def _put(self, panes: list[LogPane], chosen: int) -> None:
        """Show other panes, which stand where the one in focus does."""
        before = self._focused_pane
        for pane in panes:
            pane.take_after(before)
        self._panes, self._first = panes, 0
        place = self.query_one("#panes", Horizontal)
        with self.app.batch_update():
            await place.remove_children()
            await place.mount(*panes)
            self._choose(chosen)
        self.refresh_bindings()
        self._show_findings(self._access.clock.now())

    def action_step(self, by: int) -> None:
        """Go to the next pane, or to the one before."""
        self._choose((self._chosen + by) % len(self._panes))

    def _choose(self, place: int) -> None:
        self._chosen = place
        self._place()
        self._focused_pane.log_view.focus()

    def on_resize(self) -> None:
        self._place()
        self._show_findings(self._access.clock.now())

    def on_descendant_focus(self) -> None:
        """The keyboard may have come into another pane by the mouse."""
        for place, pane in enumerate(self._panes):
            if pane.has_pseudo_class("focus-within"):
                self._chosen = place

    def _place(self) -> None:
        """Bring the chosen pane into view, moving by whole panes."""
        count = len(self._panes)
        shown = max(1, min(count, self.size.width // _COLUMN_WIDTH))
        self._first = max(min(self._first, self._chosen), self._chosen - shown + 1)
        self._first = min(self._first, count - shown)
        for place, pane in enumerate(self._panes):
            pane.display = self._first <= place < self._first + shown
        self.query_one("#others", StatusLine).display = shown < count
        self._show_others()

    def _show_others(self) -> None:
        """Every cluster in a few words; those in view stand in brackets."""
        others = self.query_one("#others", StatusLine)
        if others.display:
            told = [
                (
                    pane.names[0],
                    pane.trouble(),
                    pane.not_live() or pane.uncounted(),
                    pane.display,
                )
                for pane in self._panes
            ]
            others.show(stream.others(told, self.marks))

    def _show_findings(self, now: datetime) -> None:
        """Bring the list of findings up to date, if it is open."""
        if self._findings.display and self._fleet is not None:
            names = [name for pane in self._panes for name in pane.names]
            self._findings.show(self._fleet, names, now)

    def action_findings(self) -> None:
        """Go to the list of findings; from there, close it."""
        if self._findings.has_focus_within:
            self.action_close_findings()
            return
        self._findings.display = True
        self._show_findings(self._access.clock.now())
        self._findings.take_keys()
        self.refresh_bindings()

    def action_close_findings(self) -> None:
        """Close the list of findings, and go on in the log."""
        self._findings.display = False
        self._focused_pane.log_view.focus()
        self.refresh_bindings()

    def on_findings_panel_chosen(self, event: FindingsPanel.Chosen) -> None:
        """Go to the last line of a finding, in the log of its cluster."""
        event.stop()
        name = event.finding.cluster
        place = next(
            (n for n, pane in enumerate(self._panes) if name in pane.names), None
        )
        if place is not None:
            self._choose(place)
            self._panes[place].stand_at(event.finding)

    def on_log_canvas_status_changed(self) -> None:
        self._show_others()

    def on_past_pane_filled(self) -> None:
        self._show_others()

    def on_past_pane_time_asked(self, event: PastPane.TimeAsked) -> None:
        event.stop()
        now = self._access.clock.now()
        self.ask_time(event.pane.log_view, event.pane.go_to, now)
