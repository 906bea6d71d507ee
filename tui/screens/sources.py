"""How each connection is doing: what, where, since when, what failed, what to do."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui.model.fleet import Fleet, SourceStatus
from tui.present import faults
from tui.present.glyphs import Marks
from tui.screens.desk import Desk
from tui.screens.listing import Listing
from widgets.panel import Panel
from widgets.row_table import RowTable
from widgets.values import Span, Tone


class SourcesScreen(Desk):
    """One row a feed, those in trouble first, with advice below them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy", "Copy", id="sources.copy", tooltip="Copy the whole fault"),
    ]

    def __init__(self, marks: Marks) -> None:
        super().__init__(marks)
        self._sources: dict[str, SourceStatus] = {}

    def compose_body(self) -> ComposeResult:
        with Panel(glyphs=self.marks.glyphs):
            yield Listing(
                faults.COLUMNS,
                detail_column=faults.DETAIL_COLUMN,
                glyphs=self.marks.glyphs,
            )

    def show(self, fleet: Fleet, now: datetime) -> None:
        self._sources = {
            faults.source_key(source): source
            for cluster in fleet.clusters
            for source in cluster.sources
        }
        title = (Span("sources", Tone.ACCENT),)
        self.query_one(Panel).show_title(title)
        self.query_one(Listing).show_rows(faults.source_rows(fleet, now, self.marks))

    def on_row_table_row_selected(self, event: RowTable.RowSelected) -> None:
        event.stop()
        self.action_copy()

    def action_copy(self) -> None:
        """Copy what failed, in full, or where the source is."""
        source = self._sources.get(self.query_one(Listing).cursor_key or "")
        if source is not None:
            fault = source.fault
            told = f"{fault.summary}\n{fault.detail}".strip() if fault else ""
            self.copy(told or source.key.endpoint)
