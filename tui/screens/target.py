"""One target: what is known of it, how its last day was, and the ways out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container

from tui.backend import Backend
from tui.messages import OpenChecks, OpenTargets
from tui.model.examination import Subject
from tui.model.fault import Fault
from tui.model.fleet import Fleet
from tui.model.labels import Labels
from tui.model.target import Target, TargetRow
from tui.model.target_past import Past
from tui.present import copies, target_list, target_page
from tui.present.copies import Copy
from tui.present.glyphs import Marks
from tui.present.target_since import alerted, since_of
from tui.screens.curve_panel import CurvePanel
from tui.screens.latest import run_latest
from tui.screens.listing import CopyListing, Listing
from tui.screens.telling import TellingDesk
from widgets.keys import hidden
from widgets.page import Body
from widgets.panel import Panel
from widgets.row_table import RowTable
from widgets.text import cells_of
from widgets.text_block import Paragraph, TextBlock
from widgets.values import Span, Tone

if TYPE_CHECKING:
    from tui.present.spoken import Selected

AskPast = Callable[[str, Target], Awaitable[Past | Fault]]
_GOOD_FOR = timedelta(minutes=1)
_AROUND = 4
"""Cells of a row that are neither name nor text: the edges, and the gap."""


class TargetScreen(TellingDesk):
    """A page; Prometheus is asked for the target's last day while it is open."""

    CSS_PATH = "target.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "w",
            "checks",
            "What next",
            id="target.checks",
            tooltip="Check what to look at next for it",
        ),
        hidden("c", "copy", "Copy", "target.copy", "Copy this text"),
        Binding(
            "a",
            "among",
            "Among all",
            id="target.among",
            tooltip="Show it among the targets of its cluster",
        ),
    ]
    AUTO_FOCUS = "Listing"

    def __init__(
        self, cluster: str, key: str, marks: Marks, ask: AskPast, labels: Labels
    ) -> None:
        """Make the page.

        key     as `TargetRow.key`
        ask     how the target did in the last day
        labels  that mark the cluster's targets on a shared Prometheus
        """
        super().__init__(marks)
        self._cluster, self._key = cluster, key
        self._ask, self._labels = ask, labels
        self._row: TargetRow | None = None
        self._past: Past | Fault | None = None
        self._has_own_past = False
        """Whether that is of the moment that is shown, or near it."""
        self._asked_at: datetime | None = None
        self._copies: tuple[Copy, ...] = ()
        self._last: tuple[Fleet, datetime] | None = None

    def compose_body(self) -> ComposeResult:
        glyphs = self.marks.glyphs
        with Body(id="body"):
            with Container(id="told"):
                with Panel(id="what", glyphs=glyphs):
                    yield TextBlock(id="head", glyphs=glyphs)
                    yield TextBlock(id="facts", glyphs=glyphs)
                with Panel(id="do", glyphs=glyphs):
                    columns = copies.columns(())
                    yield CopyListing(columns, show_header=False, glyphs=glyphs)
                    yield TextBlock(id="whole", glyphs=glyphs)
            with Panel(id="day", glyphs=glyphs):
                yield CurvePanel("up", self.marks)
                yield CurvePanel("took", self.marks)

    def on_mount(self) -> None:
        body = self.query_one("#body", Body)
        body.call_after_refresh(body.read_from_top, self.query_one(Listing))

    def show(self, fleet: Fleet, now: datetime) -> None:
        self._last = fleet, now
        found = target_list.row_of(fleet, self._cluster, self._key)
        row = self._row = found or self._row
        if row is None:
            words = f"{self._key} is not a target of {self._cluster}"
            self.query_one("#what", Panel).show_title((Span(words, Tone.WARNING),))
            return
        self._show_what(fleet, row, now, is_gone=found is None)
        self._show_day()
        self._show_copies(row)
        self._ask_past(row, now)

    def _show_what(
        self, fleet: Fleet, row: TargetRow, now: datetime, *, is_gone: bool
    ) -> None:
        cluster = fleet.cluster(self._cluster)
        alerts = alerted(cluster.alerts or ()) if cluster else {}
        is_alone = target_list.is_alone(fleet, self._cluster, row)
        since = since_of(row, self._past, alerts, is_alone=is_alone)
        read_at = target_list.read_at(cluster) if cluster else None
        gone = (Span("no longer listed", Tone.WARNING),) if is_gone else ()
        self.query_one("#what", Panel).show_title(
            target_page.title(self._cluster, row), gone
        )
        head = target_page.head(row, self.marks)
        self.query_one("#head", TextBlock).show(
            *(Paragraph(*each) for each in head), Paragraph(())
        )
        facts = target_page.facts(row, since, now, read_at)
        self.query_one("#facts", TextBlock).show(*(Paragraph(*each) for each in facts))

    def _show_day(self) -> None:
        row, past = self._row, self._past
        title = (Span("the last 24 hours", Tone.ACCENT),)
        self.query_one("#day", Panel).show_title(title)
        none = target_page.why_none(past, row)
        up = target_page.up_curves(past)
        self.query_one("#up", CurvePanel).show_curves(up, none)
        took = target_page.took_curves(past, row.target if row else None)
        self.query_one("#took", CurvePanel).show_curves(took, none)

    def _show_copies(self, row: TargetRow) -> None:
        self._copies = target_page.copies(self._cluster, row, self._labels)
        listing = self.query_one(Listing)
        listing.columns = copies.columns(self._copies)
        listing.show_rows(copies.rows(self._copies))
        listing.styles.height = max(1, listing.line_count)
        has_ways = any(each.key.startswith("fix") for each in self._copies)
        words = "ways out, and by hand" if has_ways else "by hand"
        title = (Span(f"{words}, c copies", Tone.ACCENT),)
        self.query_one("#do", Panel).show_title(title)
        self._show_whole()

    def _show_whole(self) -> None:
        """Below the list what does not fit into its row."""
        listing = self.query_one(Listing)
        lines = copies.lines(self._copies, listing.cursor_key or "")
        room = listing.size.width - listing.columns[0].width - _AROUND
        is_long = len(lines) > 1 or any(cells_of(line) > room for line in lines)
        self.query_one("#whole", TextBlock).show_lines(*(((), *lines) * is_long))

    def _ask_past(self, row: TargetRow, now: datetime) -> None:
        """Ask once, and again when the answer is old; never while it is asked."""
        is_due = self._asked_at is None or now - self._asked_at > _GOOD_FOR
        if row.target is not None and is_due:
            self._asked_at = now
            run_latest(self, "past", self._fill, row.target)

    def turn(self, backend: Backend) -> None:  # noqa: ARG002 - it asks by itself
        self._asked_at, self._has_own_past = None, False

    async def _fill(self, target: Target) -> None:
        answer = await self._ask(self._cluster, target)
        if isinstance(answer, Past) or not self._has_own_past:
            self._past, self._has_own_past = answer, isinstance(answer, Past)
        if self.is_open and self._last is not None:
            self.show(*self._last)

    @property
    def selected_things(self) -> tuple[Selected, ...]:
        return ((self._cluster, self._row),) if self._row else ()

    def on_row_table_row_highlighted(self, event: RowTable.RowHighlighted) -> None:
        event.stop()
        self._show_whole()

    def on_row_table_row_selected(self, event: RowTable.RowSelected) -> None:
        event.stop()
        self.action_copy()

    def action_copy(self) -> None:
        """Copy the text under the cursor."""
        key = self.query_one(Listing).cursor_key or ""
        self.copy(copies.text(self._copies, key))

    def action_checks(self) -> None:
        """Look at what comes next for it."""
        if self._row is not None:
            self.post_message(OpenChecks((Subject.of(self._cluster, self._row),)))

    def action_among(self) -> None:
        """Show the target among all of its cluster."""
        self.post_message(OpenTargets(self._cluster, self._key))
