"""How each connection is doing: what, where, since when, what failed, what to do."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui.model.fleet import Fleet
from tui.present import sources
from tui.present.glyphs import Marks
from tui.screens.desk import Desk
from tui.screens.listing import Listing
from widgets.panel import Panel
from widgets.row_table import RowTable
from widgets.values import Span, Tone


class SourcesScreen(Desk):
    """One row a server, those in trouble first; enter unfolds its feeds."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy", "Copy", id="sources.copy", tooltip="Copy the whole fault"),
    ]

    def __init__(self, marks: Marks) -> None:
        super().__init__(marks)
        self._known: sources.Users = {}
        self._unfolded: set[str] = set()
        self._now: datetime | None = None

    def compose_body(self) -> ComposeResult:
        with Panel(glyphs=self.marks.glyphs):
            yield Listing(
                sources.COLUMNS,
                detail_column=sources.DETAIL_COLUMN,
                glyphs=self.marks.glyphs,
            )

    def show(self, fleet: Fleet, now: datetime) -> None:
        self._known, self._now = sources.users(fleet), now
        self._show_rows(now)

    def _show_rows(self, now: datetime) -> None:
        rows = sources.rows(self._known, self._unfolded, now, self.marks)
        self.query_one(Listing).show_rows(rows)
        self.query_one(Panel).show_title((Span("sources", Tone.ACCENT),))

    def on_row_table_row_selected(self, event: RowTable.RowSelected) -> None:
        """Unfold the feeds of a server, or fold them again."""
        event.stop()
        if self._now is not None:
            self._unfolded ^= {event.key}
            self._show_rows(self._now)

    def action_copy(self) -> None:
        """Copy what failed, in full, or where the source is."""
        key = self.query_one(Listing).cursor_key
        for source in self._known:
            if key in {sources.feed_key(source), sources.group_key(source)}:
                fault = source.fault
                told = f"{fault.summary}\n{fault.detail}".strip() if fault else ""
                self.copy(told or source.key.endpoint)
                return
