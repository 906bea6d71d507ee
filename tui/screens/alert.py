"""One alert: what it is, why we say what we say of it, and what to do."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll

from tui.messages import EndSilence, SilenceAlert
from tui.model.alert import JudgedAlert
from tui.model.fleet import Fleet
from tui.present import alerts, evidence, runbook
from tui.present.glyphs import Marks
from tui.screens.desk import Desk
from tui.screens.listing import Listing
from widgets.evidence_list import EvidenceList
from widgets.panel import Panel
from widgets.row_table import RowTable
from widgets.text_block import TextBlock
from widgets.values import Line, Span, Tone

_WIDE = 110


class AlertScreen(Desk):
    """Left what it is, right why we say so, below what to do about it."""

    CSS_PATH = "alert.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "silence", "Silence", id="alert.silence", tooltip="Silence it"),
        Binding(
            "x", "expire", "End silence", id="alert.expire", tooltip="End its silence"
        ),
        Binding("c", "copy", "Copy", id="alert.copy", tooltip="Copy the fix or query"),
    ]
    AUTO_FOCUS = "Listing"

    def __init__(self, alert: JudgedAlert, marks: Marks) -> None:
        super().__init__(marks)
        self.alert = alert

    def compose_body(self) -> ComposeResult:
        glyphs = self.marks.glyphs
        with VerticalScroll(id="body"):
            with Panel(id="what", glyphs=glyphs):
                yield TextBlock(id="facts", glyphs=glyphs)
            with Panel(id="why", glyphs=glyphs):
                yield TextBlock(id="verdict", glyphs=glyphs)
                yield EvidenceList(id="evidence", glyphs=glyphs)
                yield TextBlock(id="change", glyphs=glyphs)
            with Panel(id="do", glyphs=glyphs):
                columns = evidence.COPY_COLUMNS
                yield Listing(
                    columns, show_header=False, detail_column=1, glyphs=glyphs
                )
            with Panel(id="runbook", glyphs=glyphs):
                yield TextBlock(id="page", glyphs=glyphs)

    def on_resize(self, event: events.Resize) -> None:
        """Where there is one column only, verdict and fixes come first."""
        body = self.query_one("#body")
        why, what = self.query_one("#why"), self.query_one("#what")
        if event.size.width < _WIDE:
            body.move_child(what, after=self.query_one("#do"))
        else:
            body.move_child(what, before=why)
        body.call_after_refresh(body.scroll_home, animate=False)

    def show(self, fleet: Fleet, now: datetime) -> None:
        found = _find(fleet, self.alert)
        self.alert = found or self.alert
        self._show_why(now, is_firing=found is not None)
        self._show_what(fleet, now)
        rows = evidence.copy_rows(self.alert)
        listing = self.query_one(Listing)
        listing.show_rows(rows)
        listing.styles.height = max(1, listing.line_count)
        self._title("do", "fixes and queries, c copies")
        self._title("runbook", "runbook")
        page = runbook.page(self.alert.judgement.runbook)
        none: Line = (Span("No runbook page covers this alert.", Tone.QUIET),)
        self.query_one("#page", TextBlock).show_lines(*(page or (none,)))

    def _show_why(self, now: datetime, *, is_firing: bool) -> None:
        name = self.alert.alert.name
        where = self.alert.cluster or "no configured cluster"
        gone = () if is_firing else (Span("no longer firing", Tone.WARNING),)
        title = (Span(name, bold=True), Span(f"  {where}", Tone.QUIET))
        self.query_one("#why", Panel).show_title(title, gone)
        lines = evidence.verdict_lines(self.alert, self.marks)
        self.query_one("#verdict", TextBlock).show_lines(*lines, ())
        items = evidence.items(self.alert, now, self.marks)
        self.query_one(EvidenceList).show_items(items)
        change = evidence.change_lines(self.alert)
        self.query_one("#change", TextBlock).show_lines(*change)

    def _show_what(self, fleet: Fleet, now: datetime) -> None:
        self._title("what", "what it is")
        self.query_one("#facts", TextBlock).show_lines(
            *evidence.timeline(self.alert, fleet.silences, now, self.marks),
            (),
            *evidence.pairs(self.alert.alert.labels),
            (),
            *evidence.pairs(self.alert.alert.annotations),
        )

    def _title(self, panel: str, words: str) -> None:
        self.query_one(f"#{panel}", Panel).show_title((Span(words, Tone.ACCENT),))

    def on_row_table_row_selected(self, event: RowTable.RowSelected) -> None:
        event.stop()
        self.action_copy()

    def action_copy(self) -> None:
        """Copy the fix or the query under the cursor."""
        text = evidence.copy_text(self.alert, self.query_one(Listing).cursor_key or "")
        self.copy(text)

    def action_silence(self) -> None:
        self.post_message(SilenceAlert(self.alert))

    def action_expire(self) -> None:
        if self.alert.is_silenced:
            self.post_message(EndSilence(self.alert))
        else:
            self.notify("No silence covers it.", markup=False)


def _find(fleet: Fleet, alert: JudgedAlert) -> JudgedAlert | None:
    """The same alert in a newer snapshot."""
    cluster = fleet.cluster(alert.cluster)
    known = cluster.alerts if cluster else fleet.unassigned_alerts
    key = alerts.alert_key(alert)
    return next((each for each in known or () if alerts.alert_key(each) == key), None)
