"""The first screen: all clusters side by side, the worst of each at the top."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from tui.backend import Backend
from tui.clock import turn
from tui.messages import EndSilence, OpenAlert, SilenceAlert
from tui.model.alert import JudgedAlert
from tui.model.finding import Finding
from tui.model.fleet import Cluster, Fleet, SourceState, Standing
from tui.model.log import Entry, Gap
from tui.present import alerts, standing
from tui.present.glyphs import Marks
from tui.present.silenced import Known
from tui.present.standing import Detail
from tui.screens.column import ClusterColumn
from tui.screens.mark_listing import MarkListing
from tui.screens.pane import Pane
from tui.screens.panes import AlertsPane, KernelLog, silence_keys
from tui.screens.telling import TellingDesk
from widgets.keys import hidden
from widgets.panel import Panel
from widgets.row_table import RowTable
from widgets.status_line import StatusLine
from widgets.text import first_fitting
from widgets.values import Line, Span, Tone

if TYPE_CHECKING:
    from tui.present.spoken import Selected

_COLUMN_WIDTH = 50
_STANDINGS = list(Standing)
_STRAY_LINES = 4
_HELD_SECONDS = 0.002
"""So long the panes of a column may hold the event loop together."""


class StrayAlerts(Panel):
    """Alerts that belong to no configured cluster: shown, never dropped."""

    BINDINGS: ClassVar[list[BindingType]] = [*silence_keys("stray")]

    def __init__(self, marks: Marks) -> None:
        super().__init__(glyphs=marks.glyphs, classes="-flat")
        self._marks = marks
        self._alerts: tuple[JudgedAlert, ...] = ()
        self._rows = alerts.AlertRows(marks, is_wide=True)
        self.display = False

    def compose(self) -> ComposeResult:
        yield MarkListing(alerts.WIDE_COLUMNS, show_header=False, glyphs=self.glyphs)

    def show(
        self, found: tuple[JudgedAlert, ...], now: datetime, silences: Known
    ) -> None:
        """Show other alerts; without any it takes no room."""
        self._alerts = found
        self.display = bool(found)
        self.styles.height = 1 + min(_STRAY_LINES, len(found))
        listing = self.query_one(MarkListing)
        listing.show_rows(self._rows.rows(found, (), now, silences))
        marked = alerts.marked_words(len(listing.marked), self._marks)
        title = Span("alerts of no configured cluster  ", Tone.ACCENT)
        self.show_title((title, *marked))

    @property
    def selected(self) -> JudgedAlert | None:
        """The alert under the cursor."""
        key = self.query_one(MarkListing).cursor_key
        return next((a for a in self._alerts if alerts.alert_key(a) == key), None)

    def on_row_table_row_selected(self, event: RowTable.RowSelected) -> None:
        event.stop()
        if self.selected is not None:
            self.post_message(OpenAlert(self.selected))

    @property
    def marked(self) -> tuple[JudgedAlert, ...]:
        """The alerts that are marked."""
        keys = self.query_one(MarkListing).marked
        return tuple(each for each in self._alerts if alerts.alert_key(each) in keys)


class FleetScreen(TellingDesk):
    """As many columns as there is room for; the others in one line."""

    BINDINGS: ClassVar[list[BindingType]] = [
        hidden("s", "silence", "Silence", "fleet.silence", "Silence what is marked"),
        hidden(
            "x", "expire", "End silence", "fleet.expire", "End silences of the marked"
        ),
        Binding("tab", "app.focus_next", "Next pane", id="fleet.next"),
        Binding("left,h", "step(-1)", "Cluster before", show=False, id="fleet.left"),
        Binding("right,l", "step(1)", "Next cluster", show=False, id="fleet.right"),
        *(
            Binding(
                str(n), f"cluster({n})", f"Cluster {n}", show=False, id=f"fleet.{n}"
            )
            for n in range(1, 10)
        ),
    ]
    AUTO_FOCUS = ""

    def __init__(self, names: tuple[str, ...], marks: Marks) -> None:
        super().__init__(marks, names)
        self.columns = [
            ClusterColumn(number, name, marks) for number, name in enumerate(names, 1)
        ]
        """All columns, in the order of the config."""
        self._first = 0
        self._chosen = 0
        self._is_led = True
        """Until every feed was tried, or somebody has chosen a cluster."""
        self._last: tuple[Fleet, datetime] | None = None
        self._silences: Known = {}

    def compose_body(self) -> ComposeResult:
        yield StatusLine(glyphs=self.marks.glyphs, id="others")
        yield StrayAlerts(self.marks)
        with Horizontal(id="columns"):
            yield from self.columns

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Away from alerts there is something to silence only when it is marked."""
        focused = self.focused
        if action in {"silence", "expire"} and not (
            isinstance(focused, MarkListing) and focused.is_at_markable
        ):
            return any(listing.marked for listing in self.query(MarkListing))
        return super().check_action(action, parameters)

    async def fill(self) -> None:
        """Put the panes into the columns: too many widgets for the first frame."""
        for column in self.columns:
            await column.fill()
        if self.columns and self.focused is None:
            self.columns[self._chosen].focus_pane()

    def show(self, fleet: Fleet, now: datetime) -> None:
        if self._last is None or self._last[0].silences is not fleet.silences:
            self._silences = {each.id: each for each in fleet.silences}
        self._last = fleet, now
        self._lead(fleet, now)
        for column in self.columns:
            cluster = fleet.cluster(column.cluster_name)
            if cluster is not None and column.display:
                # Each in a task of its own, so that a key may come between them: what
                # waits for one and the same widget is done without a pause.
                column.call_later(self._show_column, column, cluster, now)
        self.query_one(StrayAlerts).show(fleet.unassigned_alerts, now, self._silences)
        others = self.query_one("#others", StatusLine)
        others.display = self._shown < len(self._names)
        if others.display:
            others.show(self._summaries(fleet, now))

    async def _show_column(
        self, column: ClusterColumn, cluster: Cluster, now: datetime
    ) -> None:
        if not self.is_open:
            return
        time = asyncio.get_running_loop().time
        began = time()
        for _ in column.steps(cluster, now, self._silences):
            if time() - began > _HELD_SECONDS:
                await turn()
                began = time()
                if not self.is_open:
                    return

    def add_entries(self, cluster: str, entries: tuple[Entry, ...]) -> None:
        for column in self.columns:
            if column.cluster_name == cluster:
                column.add_entries(entries)

    def turn(self, backend: Backend) -> None:
        for column in self.columns:
            for log in column.query(KernelLog):
                log.clear()
            column.add_entries(tuple(backend.entries(column.cluster_name)))
            column.add_gaps(tuple(backend.gaps(column.cluster_name)))

    def add_gaps(self, cluster: str, gaps: tuple[Gap, ...]) -> None:
        for column in self.columns:
            if column.cluster_name == cluster:
                column.add_gaps(gaps)

    @property
    def chosen_cluster(self) -> str:
        """The cluster that the keyboard is in."""
        return self._names[self._chosen] if self._names else ""

    @property
    def _has_alerts_focus(self) -> bool:
        return isinstance(self.focused, MarkListing)

    @property
    def _lists(self) -> list[AlertsPane | StrayAlerts]:
        """All lists of alerts."""
        return [*self.query(AlertsPane), *self.query(StrayAlerts)]

    @property
    def _focused(self) -> AlertsPane | StrayAlerts | None:
        """The one that has the keyboard."""
        return next((each for each in self._lists if each.has_focus_within), None)

    @property
    def _chosen_alerts(self) -> tuple[JudgedAlert, ...]:
        """All that are marked, in all clusters; else the one under the cursor."""
        marked = tuple(alert for each in self._lists for alert in each.marked)
        if marked:
            return marked
        focused = self._focused
        selected = focused.selected if focused else None
        return (selected,) if selected else ()

    @property
    def selected_things(self) -> tuple[Selected, ...]:
        """What is marked, when the alerts have the keyboard; else under the cursor."""
        chosen = self._chosen_alerts if self._has_alerts_focus else ()
        if chosen:
            return tuple((each.cluster, each) for each in chosen)
        panes = (pane for pane in self.query(Pane) if pane.has_focus_within)
        return tuple(
            (pane.cluster.name, pane.selected_thing)
            for pane in panes
            if pane.cluster is not None and pane.selected_thing is not None
        )

    def on_mark_listing_marked(self) -> None:
        self.refresh_bindings()
        if self._last is not None:
            self.show(*self._last)

    def action_silence(self) -> None:
        """Open the form for what is chosen."""
        chosen = self._chosen_alerts
        if chosen:
            self.post_message(SilenceAlert(chosen[0], chosen[1:]))

    def action_expire(self) -> None:
        """Ask whether the silences of what is chosen are to end."""
        quiet = [each for each in self._chosen_alerts if each.is_silenced]
        if quiet:
            self.post_message(EndSilence(quiet[0], tuple(quiet[1:])))
        else:
            self.notify("No silence covers it.", timeout=2, markup=False)

    def action_places(self) -> None:
        """Go to one of the things that the alert or finding under the cursor names."""
        from tui.present import places  # noqa: PLC0415 - seldom needed
        from tui.screens.places import lead_on  # noqa: PLC0415 - seldom needed

        about = self._alert_or_finding
        if about is None or self._last is None:
            return
        fleet, now = self._last
        if isinstance(about, JudgedAlert):
            found = places.of_alert(about, fleet, now, self.marks, is_open=False)
            lead_on(self, about.alert.name, found)
        else:
            cluster = fleet.cluster(self.chosen_cluster)
            if cluster is not None:
                found = places.of_finding(about, cluster, now, self.marks)
                lead_on(self, about.subject, found)

    @property
    def _alert_or_finding(self) -> JudgedAlert | Finding | None:
        """What the cursor is on, in the alerts that have the keyboard."""
        focused = self._focused
        if isinstance(focused, AlertsPane):
            return focused.selected_thing
        return focused.selected if focused else None

    def action_step(self, by: int) -> None:
        """Go to the next column, or to the one before."""
        self.action_cluster(self._chosen + by + 1)

    def _lead(self, fleet: Fleet, now: datetime) -> None:
        """Begin with the worst cluster where there is no room for all of them."""
        if not self._is_led or not self.size.width:
            return
        found = [_STANDINGS.index(each.standing(now)) for each in fleet.clusters]
        if self._shown < len(self._names) and min(found) < found[self._chosen]:
            self.action_cluster(found.index(min(found)) + 1)
        sources = (source for each in fleet.clusters for source in each.sources)
        self._is_led = any(
            source.state(now) is SourceState.CONNECTING for source in sources
        )

    def action_cluster(self, number: int) -> None:
        """Go to a column by its number."""
        if 1 <= number <= len(self._names):
            self._is_led = False
            like = self.focused
            self._chosen = number - 1
            self._place()
            self.columns[self._chosen].focus_pane(like)

    def on_resize(self) -> None:
        self._place()

    def on_descendant_focus(self) -> None:
        """The keyboard may have come into another column by tab or mouse."""
        for place, column in enumerate(self.columns):
            if column.has_pseudo_class("focus-within"):
                self._is_led = self._is_led and place == self._chosen
                self._chosen = place

    @property
    def _shown(self) -> int:
        """How many columns there is room for."""
        return max(1, min(len(self._names), self.size.width // _COLUMN_WIDTH))

    def _place(self) -> None:
        """Bring the chosen column into view, moving by whole columns."""
        shown = self._shown
        self._first = min(self._first, self._chosen)
        self._first = max(self._first, self._chosen - shown + 1)
        self._first = min(self._first, max(0, len(self._names) - shown))
        for place, column in enumerate(self.columns):
            column.display = self._first <= place < self._first + shown
        if self._last is not None:
            self.show(*self._last)

    def _summaries(self, fleet: Fleet, now: datetime) -> Line:
        """Every cluster in as many words as there is room for."""
        details = sorted(Detail, reverse=True)
        lines = (self._summary_line(fleet, now, each) for each in details)
        return first_fitting(lines, self.size.width)

    def _summary_line(self, fleet: Fleet, now: datetime, detail: Detail) -> Line:
        """Every cluster in a few words; those in view stand in brackets."""
        spans: list[Span] = []
        for number, cluster in enumerate(fleet.clusters, 1):
            is_shown = self._first < number <= self._first + self._shown
            left, right = ("[", "]") if is_shown else (" ", " ")
            words = standing.summary(number, cluster, now, self.marks, detail)
            spans += [Span(left, Tone.ACCENT), *words, Span(right, Tone.ACCENT)]
        return tuple(spans)
