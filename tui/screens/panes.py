"""The four panes of a cluster: targets, alerts, nodes, kernel log."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui.aside import aside
from tui.messages import (
    OpenAlert,
    OpenFinding,
    OpenLogs,
    OpenNode,
    OpenTarget,
    OpenTargets,
)
from tui.model.alert import JudgedAlert
from tui.model.finding import Finding
from tui.model.fleet import Cluster, Trend
from tui.model.log import Entry, Gap
from tui.present import alerts, faults, log_lines, logs, nodes, targets, targets_pane
from tui.present.finding_rows import finding_key
from tui.present.shares import Need
from tui.present.silenced import Known
from tui.screens.listing import Listing
from tui.screens.mark_listing import MarkListing
from tui.screens.pane import MakingPane, Pane
from widgets.chart import Chart
from widgets.keys import hidden
from widgets.log_view import LogView
from widgets.row_table import RowTable
from widgets.values import Line, Row

if TYPE_CHECKING:
    from tui.present.spoken import Thing

_CHART_LEAST = 2
_CHART_MOST = 7
_CHART_WITH_TIMES = 5
_LOG_LINES = 3
_ROWS_AT_ONCE = 30
_NEWS_LINES = 9
_MOST_URGENT = 12
"""Lines of real alerts before which other panes shrink to their least."""
_KEPT_ENTRIES = 500
"""The Logs view has all; this pane has the newest."""


def silence_keys(place: str) -> tuple[Binding, ...]:
    """Keys of a pane of alerts; the screen knows what is marked in the others."""
    return (
        Binding(
            "s",
            "screen.silence",
            "Silence",
            id=f"{place}.silence",
            tooltip="Silence it, or what is marked",
        ),
        hidden(
            "x",
            "screen.expire",
            "End silence",
            f"{place}.expire",
            "End its silence, or those of the marked",
        ),
        hidden(
            "O",
            "screen.places",
            "Go to",
            f"{place}.places",
            "Go to what it names: node, target, log",
        ),
    )


class TargetsPane(MakingPane):
    """How the targets stand, how they stood, and which are not as they should be."""

    KINDS = faults.TARGET_SOURCES
    SUBJECT = "targets"
    _chart_lines = 0
    """As it was last set; not yet at first."""
    _drawn: tuple[Trend | None, bool] | None = None
    """The trend that the chart shows, and whether with times."""
    _has_trend = False

    def compose_body(self) -> ComposeResult:
        self._rows = targets_pane.PaneRows(self.marks)
        yield Chart(self.glyphs, aside)
        yield Listing(targets.PANE_COLUMNS, show_header=False, glyphs=self.glyphs)

    def heading(self, cluster: Cluster, now: datetime) -> Line:
        return targets.heading(cluster, now, self.marks)

    def show_body(self, cluster: Cluster, now: datetime, *, is_stale: bool) -> None:
        self._has_trend = bool(cluster.trend and cluster.trend.up.points)
        self._show_trend()
        listing = self.query_one(Listing)
        known = cluster.targets
        listing.say_if_empty(
            self.missing(cluster, now, is_known=known is not None, none="no targets")
        )
        listing.is_faint = is_stale
        if self.is_making:
            return
        rows = self._rows.some_rows(known or (), most=_ROWS_AT_ONCE)
        if rows is None:
            self.make_rows(partial(self._rows.rows, known or ()))
        else:
            listing.show_rows(rows, is_stale=is_stale)

    def body_need(self) -> Need:
        rows = self.query_one(Listing).rows
        wanted = max(1, len(rows)) + (_CHART_MOST if self._has_trend else 0)
        # Those that are not as they should be are the first.
        is_quiet = bool(rows) and not targets_pane.is_target(rows[0].key)
        if is_quiet and not self._fault_lines:
            return Need(1, wanted, is_patient=True)
        return Need(_CHART_LEAST + 1 if self._has_trend else 1, wanted, floor=1)

    def take(self, lines: int) -> None:
        super().take(lines)
        has_room = lines - self._fault_lines > _CHART_LEAST
        self.query_one(Chart).display = self._has_trend and has_room
        room = lines - self._fault_lines - len(self.query_one(Listing).rows)
        height = max(_CHART_LEAST, min(_CHART_MOST, room))
        if height != self._chart_lines:
            self._chart_lines = height
            self.query_one(Chart).styles.height = height
            self._show_trend()

    def _show_trend(self) -> None:
        """Draw the trend, with words below it when there is room."""
        trend = self.cluster.trend if self.cluster else None
        has_times = self._chart_lines >= _CHART_WITH_TIMES
        if self._drawn is None or not (
            self._drawn[0] is trend and self._drawn[1] is has_times
        ):
            self._drawn = trend, has_times
            self.query_one(Chart).show(targets.trend(trend, has_times=has_times))

    @property
    def selected_thing(self) -> Thing | None:
        key = self.query_one(Listing).cursor_key
        known = self.cluster.targets if self.cluster else None
        return next((each for each in known or () if each.key == key), None)

    def on_row_table_row_selected(self, event: RowTable.RowSelected) -> None:
        """Open the one that is not as it should be, or all of the cluster."""
        event.stop()
        if self.cluster is None:
            return
        name = self.cluster.name
        if targets_pane.is_target(event.key):
            self.post_message(OpenTarget(name, event.key))
        else:
            first = targets_pane.first_of(event.key, self.cluster.targets or ())
            self.post_message(OpenTargets(name, first))


class AlertsPane(MakingPane):
    """Alerts and findings, real ones first, each with the reason below it."""

    KINDS = faults.ALERT_SOURCES
    SUBJECT = "alerts"
    BINDINGS: ClassVar[list[BindingType]] = [*silence_keys("alerts")]
    silences: Known = {}  # noqa: RUF012 - a value that is replaced as a whole
    """Of the whole fleet, by id: who silenced what is shown here."""
    _full: tuple[Row, ...] = ()
    _brief: tuple[Row, ...] = ()
    """The same where there is little room."""
    _lines = 0
    """Those of all rows in full."""
    _real = 0, 0
    """Lines of what is real, in full and in brief."""
    _is_brief = False

    def compose_body(self) -> ComposeResult:
        self._rows = alerts.AlertRows(self.marks)
        yield MarkListing(
            alerts.COLUMNS,
            prefix=alerts.KEY_PREFIX,
            show_header=False,
            detail_column=alerts.DETAIL_COLUMN,
            glyphs=self.glyphs,
        )

    def heading(self, cluster: Cluster, now: datetime) -> Line:
        words = alerts.marked_words(len(self.marked), self.marks)
        return (*words, *alerts.heading(cluster, now, self.marks))

    def show_body(self, cluster: Cluster, now: datetime, *, is_stale: bool) -> None:
        listing = self.query_one(Listing)
        is_known = cluster.alerts is not None
        listing.say_if_empty(
            self.missing(cluster, now, is_known=is_known, none="no alerts")
        )
        listing.is_faint = is_stale
        known, found = cluster.alerts or (), cluster.findings
        if self.is_making:
            return
        asked = known, found, now, self.silences
        rows = self._rows.some_rows(*asked, most=_ROWS_AT_ONCE)
        if rows is None:
            self.make_rows(partial(self._rows.rows, *asked))
        else:
            self.put(rows, is_stale=is_stale)

    def put(self, rows: tuple[Row, ...], *, is_stale: bool) -> None:
        if rows is not self._full:
            self._full, self._brief = rows, alerts.brief(rows)
            self._lines = sum(1 + len(row.details) for row in rows)
            self._real = alerts.real_lines(rows), alerts.real_lines(self._brief)
        super().put(self._brief if self._is_brief else rows, is_stale=is_stale)

    def body_need(self) -> Need:
        listing = self.query_one(Listing)
        if listing.narrowed:
            return Need(3, max(1, listing.line_count), 3, is_greedy=True)
        urgent = min(self._real[1], _MOST_URGENT)
        return Need(3, max(1, self._lines), 3, is_greedy=True, urgent=urgent)

    def take(self, lines: int) -> None:
        """Where not all that is real has room, each says less of itself."""
        super().take(lines)
        is_brief = lines - self._fault_lines < self._real[0]
        if is_brief is not self._is_brief:
            self._is_brief = is_brief
            self.put(self._full, is_stale=self.query_one(Listing).is_faint)

    @property
    def selected(self) -> JudgedAlert | None:
        """The alert under the cursor."""
        key = self.query_one(Listing).cursor_key
        known = self.cluster.alerts if self.cluster else None
        return next((a for a in known or () if alerts.alert_key(a) == key), None)

    def on_row_table_row_selected(self, event: RowTable.RowSelected) -> None:
        event.stop()
        thing = self.selected_thing
        if isinstance(thing, JudgedAlert):
            self.post_message(OpenAlert(thing))
        elif isinstance(thing, Finding) and self.cluster is not None:
            self.post_message(OpenFinding(self.cluster.name, thing))

    @property
    def selected_thing(self) -> JudgedAlert | Finding | None:
        """The alert under the cursor, or the finding among them."""
        key = self.query_one(Listing).cursor_key
        found = self.cluster.findings if self.cluster else ()
        keys = finding_key
        return self.selected or next((f for f in found if keys(f) == key), None)

    @property
    def marked(self) -> tuple[JudgedAlert, ...]:
        """The alerts that are marked."""
        keys = self.query_one(MarkListing).marked
        known = self.cluster.alerts if self.cluster and keys else None
        return tuple(each for each in known or () if alerts.alert_key(each) in keys)


class NodesPane(Pane):
    """Each node as Talos and as Kubernetes see it, and its last kernel error."""

    KINDS = faults.NODE_SOURCES
    SUBJECT = "nodes"

    def compose_body(self) -> ComposeResult:
        self._rows = nodes.NodeRows(self.marks)
        yield Listing(nodes.COLUMNS, show_header=False, glyphs=self.glyphs)

    def heading(self, cluster: Cluster, now: datetime) -> Line:
        return nodes.heading(cluster, now, self.marks, self._rows.signs)

    def show_body(self, cluster: Cluster, now: datetime, *, is_stale: bool) -> None:  # noqa: ARG002 - each node has its own
        listing = self.query_one(Listing)
        if not cluster.nodes:
            listing.say_if_empty(self.missing(cluster, now, is_known=False, none=""))
        listing.show_rows(self._rows.rows(cluster.nodes, now))

    def body_need(self) -> Need:
        return Need(1, max(1, len(self.query_one(Listing).rows)), weight=2)

    def on_row_table_row_selected(self, event: RowTable.RowSelected) -> None:
        event.stop()
        if self.cluster is not None:
            address = event.key.removeprefix("node ")
            self.post_message(OpenNode(self.cluster.name, address))

    @property
    def selected_thing(self) -> Thing | None:
        key = self.query_one(Listing).cursor_key or ""
        address = key.removeprefix("node ")
        known = self.cluster.nodes if self.cluster else ()
        return next((n for n in known if n.handle == address), None)


class KernelLog(LogView, inherit_bindings=False):
    """A log that leaves left and right to the choice of a cluster."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            binding
            for binding in LogView.BINDINGS
            if isinstance(binding, Binding) and "sideways" not in binding.action
        ),
        Binding("enter", "open", "open", id="kernel.open", tooltip="Open the logs"),
    ]

    def action_open(self) -> None:
        pane = self.parent
        if isinstance(pane, KernelPane) and pane.cluster is not None:
            self.post_message(OpenLogs(pane.cluster.name))


class KernelPane(Pane):
    """The kernel log of the cluster, live, with what it found by class."""

    KINDS = faults.LOG_SOURCES
    SUBJECT = "kernel"

    def compose_body(self) -> ComposeResult:
        self._names: dict[str, str] = {}
        self._now: datetime | None = None
        teller = log_lines.QuietTeller(self.marks, self._names)
        yield KernelLog(
            glyphs=self.glyphs,
            capacity=_KEPT_ENTRIES,
            times=(log_lines.of_day(lambda: self._now),),
            teller=teller,
        )

    def heading(self, cluster: Cluster, now: datetime) -> Line:
        return logs.heading(cluster, now, self.marks)

    def show_body(self, cluster: Cluster, now: datetime, *, is_stale: bool) -> None:  # noqa: ARG002 - entries do not age
        self._now = now
        log = self.query_one(KernelLog)
        known = cluster.last_entry_at is not None
        log.empty = self.missing(cluster, now, is_known=known, none="")
        names = logs.node_names(cluster)
        if names != self._names:
            # Entries may come before anybody knows what their nodes are called.
            self._names = names
            log.use(log_lines.QuietTeller(self.marks, names))

    def body_need(self) -> Need:
        has_news = bool(self.cluster and self.cluster.log_findings)
        if has_news:
            return Need(2, _NEWS_LINES, is_greedy=True, floor=1)
        lines = self.query_one(KernelLog).line_count
        return Need(1, max(1, min(_LOG_LINES, lines)), is_greedy=True)

    def add(self, entries: tuple[Entry, ...]) -> None:
        """Take in new entries."""
        new = [entry for entry in entries[-_KEPT_ENTRIES:] if logs.is_kernel(entry)]
        self.query_one(KernelLog).merge(new)

    def add_gaps(self, gaps: tuple[Gap, ...]) -> None:
        """Say what is lost."""
        self.query_one(KernelLog).merge([logs.gap_line(gap) for gap in gaps])
