"""The review of the node's cluster: each check, and what its answer rests on."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui.model.fleet import Cluster, NodeView
from tui.model.review import Check
from tui.present import review
from tui.screens.listing import Listing, ReadListing
from tui.screens.node_tab import NodeTab
from widgets.evidence_list import EvidenceList
from widgets.page import Page
from widgets.panel import Panel
from widgets.row_table import RowTable
from widgets.text_block import TextBlock
from widgets.values import Span, Tone


class ReviewTab(NodeTab):
    """The checks on the left; the one under the cursor on the right, or below."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "c", "copy", "Copy", id="node.copy", tooltip="Copy what was asked for it"
        ),
    ]

    _checks: tuple[Check, ...] = ()
    _now: datetime | None = None

    def compose(self) -> ComposeResult:
        glyphs = self.marks.glyphs
        with Panel(id="checks", glyphs=glyphs):
            yield ReadListing(
                review.COLUMNS,
                show_header=False,
                detail_column=review.DETAIL_COLUMN,
                glyphs=glyphs,
            )
        with Panel(id="answer", glyphs=glyphs), Page():
            yield TextBlock(id="advice", glyphs=glyphs)
            yield EvidenceList(glyphs=glyphs)

    @property
    def selected(self) -> Check | None:
        """The check under the cursor."""
        key = self.query_one(Listing).cursor_key
        return next((c for c in self._checks if f"check {c.id}" == key), None)

    def show(self, cluster: Cluster, node: NodeView, now: datetime) -> None:  # noqa: ARG002 - a review is the cluster's
        self._checks, self._now = cluster.review, now
        chips = review.chips(cluster.review, self.marks)
        title = (Span(f"review of {cluster.name}  ", Tone.ACCENT), *chips)
        self.query_one("#checks", Panel).show_title(title)
        listing = self.query_one(Listing)
        listing.say_if_empty(
            (Span(f"{self.marks.connecting} nothing has been checked yet", Tone.QUIET),)
        )
        listing.show_rows(review.rows(cluster.review, self.marks))
        self._show_answer()

    def on_row_table_row_highlighted(self, event: RowTable.RowHighlighted) -> None:
        event.stop()
        self._show_answer()

    def on_row_table_row_selected(self, event: RowTable.RowSelected) -> None:
        event.stop()

    def _show_answer(self) -> None:
        check, now = self.selected, self._now
        self.query_one("#answer", Panel).show_title((Span("why", Tone.ACCENT),))
        lines = review.advice(check, self.marks) if check else ()
        self.query_one("#advice", TextBlock).show_lines(*lines)
        items = review.evidence(check, now, self.marks) if check and now else ()
        self.query_one(EvidenceList).show_items(items)

    def action_copy(self) -> None:
        """Copy what was asked to answer the check under the cursor."""
        if self.selected is not None:
            self.post_message(self.CopyAsked(review.queries(self.selected)))
