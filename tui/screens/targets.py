"""All targets of one cluster: what is expected beside what Prometheus says."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui.messages import OpenChecks
from tui.model.examination import Subject
from tui.model.fleet import Fleet
from tui.model.target import TargetRow
from tui.present import faults, target_list, targets
from tui.present.glyphs import Marks
from tui.screens.desk import Desk
from tui.screens.listing import Listing
from widgets.fault_bar import FaultBar
from widgets.panel import Panel
from widgets.row_table import RowTable
from widgets.values import Span, Tone


class TargetsScreen(Desk):
    """One row a target; what is wrong with it stands in its row."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "w",
            "checks",
            "What next",
            id="targets.checks",
            tooltip="Check what to look at next for it",
        ),
        Binding("c", "copy", "Copy URL", id="targets.copy", tooltip="Copy its URL"),
        *(
            Binding(
                str(n), f"cluster({n})", f"Cluster {n}", show=False, id=f"targets.{n}"
            )
            for n in range(1, 10)
        ),
    ]

    def __init__(
        self, cluster: str, names: tuple[str, ...], marks: Marks, key: str = ""
    ) -> None:
        """Make the screen; the cursor begins on the target of that key."""
        super().__init__(marks, names)
        self._cluster = cluster
        self._wanted = key
        self._rows: tuple[TargetRow, ...] = ()
        self._unfolded: set[str] = set()
        self._last: tuple[Fleet, datetime] | None = None

    def compose_body(self) -> ComposeResult:
        bar = FaultBar(glyphs=self.marks.glyphs)
        bar.display = False
        yield bar
        with Panel(glyphs=self.marks.glyphs):
            yield Listing(target_list.COLUMNS, glyphs=self.marks.glyphs)

    def show(self, fleet: Fleet, now: datetime) -> None:
        self._last = fleet, now
        cluster = fleet.cluster(self._cluster)
        if cluster is None:
            return
        failed = faults.worst(cluster, faults.TARGET_SOURCES, now)
        note = faults.fault_note(failed, now, self.marks) if failed else None
        self.query_one(FaultBar).show_fault(note)
        self._rows = cluster.targets or ()
        title = (
            Span(f"targets of {cluster.name}  ", Tone.ACCENT),
            *targets.heading(cluster, now, self.marks),
        )
        age = faults.pane_age(cluster, faults.TARGET_SOURCES, now, self.marks)
        self.query_one(Panel).show_title(title, age)
        known = cluster.alerts or ()
        rows = target_list.rows(self._rows, known, self._unfolded, now, self.marks)
        listing = self.query_one(Listing)
        listing.show_rows(rows, is_stale=failed is not None)
        if self._wanted and listing.move_to(self._wanted):
            self._wanted = ""

    def action_cluster(self, number: int) -> None:
        """Show another cluster."""
        if number <= len(self._names):
            self._cluster = self._names[number - 1]
            if self._last is not None:
                self.show(*self._last)

    def on_row_table_row_selected(self, event: RowTable.RowSelected) -> None:
        """Show everything about a target, or no longer."""
        event.stop()
        self._unfolded ^= {event.key}
        if self._last is not None:
            self.show(*self._last)

    def action_checks(self) -> None:
        """Look at what comes next for the target under the cursor."""
        key = self.query_one(Listing).cursor_key
        chosen = [row for row in self._rows if row.key == key]
        subjects = tuple(Subject.of(self._cluster, row) for row in chosen)
        self.post_message(OpenChecks(subjects))

    def action_copy(self) -> None:
        """Copy the URL that Prometheus scrapes."""
        key = self.query_one(Listing).cursor_key
        for row in self._rows:
            if row.key == key and row.target is not None:
                self.copy(row.target.scrape_url)
