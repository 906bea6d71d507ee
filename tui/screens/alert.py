"""One alert: what it is, why we say what we say of it, and what to do."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from tui.backend import Memory
from tui.messages import (
    EndSilence,
    OpenAlert,
    OpenChecks,
    OpenMonitor,
    SilenceAlert,
)
from tui.model.alert import JudgedAlert
from tui.model.change import name_of
from tui.model.examination import Subject
from tui.model.fleet import Fleet
from tui.model.memory import Episode
from tui.present import (
    alerts,
    change,
    concealed,
    evidence,
    examination,
    history,
    places,
    runbook,
    silenced,
)
from tui.present.glyphs import Marks
from tui.screens.latest import run_latest
from tui.screens.listing import CopyListing, Listing
from tui.screens.places import lead_on
from tui.screens.telling import TellingDesk
from widgets.evidence_list import EvidenceList
from widgets.page import Body
from widgets.panel import Panel
from widgets.row_table import RowTable
from widgets.text import cells_of
from widgets.text_block import Paragraph, TextBlock
from widgets.values import Line, Span, Tone

if TYPE_CHECKING:
    from tui.present.spoken import Selected

_WIDE = 110
_NAME_WIDTH = 8
"""Cells of a copy's row that are not its text."""


class AlertScreen(TellingDesk):
    """Left what it is, right why we say so, below what to do about it."""

    CSS_PATH = "alert.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "silence", "Silence", id="alert.silence", tooltip="Silence it"),
        Binding(
            "x", "expire", "End silence", id="alert.expire", tooltip="End its silence"
        ),
        Binding(
            "c",
            "copy",
            "Copy",
            show=False,
            id="alert.copy",
            tooltip="Copy the fix or query",
        ),
        Binding(
            "O",
            "places",
            "Go to",
            id="alert.places",
            tooltip="Go to the node, target or log that it names",
        ),
        Binding(
            "w",
            "checks",
            "What next",
            id="alert.checks",
            tooltip="Check what to look at next for its target",
        ),
        Binding(
            "D",
            "monitor",
            "Fix: ServiceMonitor",
            show=False,
            id="alert.monitor",
            tooltip="Show the ServiceMonitor that makes it, to delete it",
        ),
        Binding(
            "b", "runbook", "Runbook", id="alert.runbook", tooltip="Go to the runbook"
        ),
    ]
    AUTO_FOCUS = "Listing"

    def __init__(self, asked: OpenAlert, marks: Marks, memory: Memory) -> None:
        super().__init__(marks)
        self.alert = asked.alert
        self._starts_at_runbook = asked.at_runbook
        self._memory = memory
        self._recalled = -1
        """The stamp of the memory when it was last asked."""
        self._episodes: tuple[Episode, ...] = ()
        self._unread = ""
        """Why these are not all that is remembered."""
        self._last: tuple[Fleet, datetime] | None = None
        self._silences: silenced.Known = {}
        self._subjects: tuple[Subject, ...] = ()
        """The targets that it is about."""

    def compose_body(self) -> ComposeResult:
        glyphs = self.marks.glyphs
        with Body(id="body"):
            with Vertical(id="left"):
                with Panel(id="what", glyphs=glyphs):
                    yield TextBlock(id="facts", glyphs=glyphs)
                with Panel(id="runbook", glyphs=glyphs):
                    yield TextBlock(id="page", glyphs=glyphs)
            with Vertical(id="right"):
                with Panel(id="why", glyphs=glyphs):
                    yield TextBlock(id="verdict", glyphs=glyphs)
                    yield EvidenceList(id="evidence", glyphs=glyphs)
                    yield TextBlock(id="change", glyphs=glyphs)
                with Panel(id="do", glyphs=glyphs):
                    columns = evidence.COPY_COLUMNS
                    yield CopyListing(columns, show_header=False, glyphs=glyphs)
                    yield TextBlock(id="whole", glyphs=glyphs)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is no key for a silence or a target that is not there."""
        if action == "expire" and not self.alert.is_silenced:
            return False
        if action == "checks" and not self._subjects:
            return False
        if action == "monitor" and not self.alert.judgement.needless_job:
            return False
        return super().check_action(action, parameters)

    @property
    def _keys(self) -> tuple[bool, ...]:
        """What decides which keys there are."""
        job = self.alert.judgement.needless_job
        return self.alert.is_silenced, bool(self._subjects), bool(job)

    def on_resize(self, event: events.Resize) -> None:
        """Where there is one column only, verdict and fixes come first."""
        body = self.query_one("#body", Body)
        left, right = self.query_one("#left"), self.query_one("#right")
        if event.size.width < _WIDE:
            body.move_child(left, after=right)
        else:
            body.move_child(left, before=right)
        body.call_after_refresh(body.read_from_top, self.query_one(Listing))

    def show(self, fleet: Fleet, now: datetime) -> None:
        found = _find(fleet, self.alert)
        before = self._keys
        self.alert = found or self.alert
        cluster = fleet.cluster(self.alert.cluster)
        self._subjects = examination.subjects(self.alert, cluster)
        if before != self._keys:
            self.refresh_bindings()
        self._silences = {each.id: each for each in fleet.silences}
        self._recall()
        self._show_why(now, is_firing=found is not None)
        self._show_what(fleet, now)
        self._show_copies()
        self._title("runbook", "runbook")
        page = runbook.page(self.alert.judgement.runbook)
        none: Line = (Span("No runbook page covers this alert.", Tone.QUIET),)
        self.query_one("#page", TextBlock).show(
            *(Paragraph(line, indent) for line, indent in page or ((none, 0),))
        )
        if self._starts_at_runbook:
            self._starts_at_runbook = False
            self.call_after_refresh(self.action_runbook)

    def _recall(self) -> None:
        """Ask what is remembered of it, when there may be something new."""
        if self._memory.stamp != self._recalled:
            self._recalled = self._memory.stamp
            run_latest(self, "memory", self._ask_memory)

    async def _ask_memory(self) -> None:
        self._episodes = await self._memory.episodes(name_of(self.alert))
        self._unread = self._memory.unread
        if self.is_open and self._last is not None:
            self._show_what(*self._last)

    def _show_copies(self) -> None:
        """What can be copied; without anything there is no box for it."""
        listing = self.query_one(Listing)
        listing.show_rows(evidence.copy_rows(self.alert))
        listing.styles.height = max(1, listing.line_count)
        box = self.query_one("#do", Panel)
        box.display = bool(listing.rows or listing.narrowed)
        if not box.display and self.focused in {None, listing}:
            self.query_one("#body").focus()
        more = ", D deletes the monitor" if self.alert.judgement.needless_job else ""
        self._title("do", f"fixes and queries, c copies{more}")
        self._show_whole()

    def _show_whole(self) -> None:
        """Below the list what does not fit into its row."""
        listing = self.query_one(Listing)
        lines = evidence.copy_lines(self.alert, listing.cursor_key or "")
        room = listing.size.width - _NAME_WIDTH
        is_long = len(lines) > 1 or any(cells_of(line) > room for line in lines)
        self.query_one("#whole", TextBlock).show_lines(*(((), *lines) * is_long))

    def on_row_table_row_highlighted(self, event: RowTable.RowHighlighted) -> None:
        event.stop()
        self._show_whole()

    def _show_why(self, now: datetime, *, is_firing: bool) -> None:
        name = self.alert.alert.name
        where = self.alert.cluster or "no configured cluster"
        gone = () if is_firing else (Span("no longer firing", Tone.WARNING),)
        title = (Span(name, bold=True), Span(f"  {where}", Tone.QUIET))
        self.query_one("#why", Panel).show_title(title, gone)
        lines = evidence.verdict_lines(self.alert, self.marks)
        news = concealed.news_lines(self.alert, self.marks)
        quiet = silenced.view_lines(self.alert, self._silences, now, self.marks)
        apart = silenced.apart_lines(self.alert, self.marks)
        told = (*lines, *news, *quiet, *apart, ())
        self.query_one("#verdict", TextBlock).show_lines(*told)
        items = evidence.items(self.alert, now, self.marks)
        self.query_one(EvidenceList).show_items(items)
        turns = evidence.change_lines(self.alert)
        self.query_one("#change", TextBlock).show_lines(*turns)

    def _show_what(self, fleet: Fleet, now: datetime) -> None:
        self._title("what", "what it is")
        self._last = fleet, now
        known = self.alert.alert
        told = change.timeline(
            self.alert, fleet.silences, self._episodes, now, self.marks
        )
        unread = history.unread("what it was before", self._unread, self.marks)
        told += (unread,) if unread else ()
        self.query_one("#facts", TextBlock).show(
            *(Paragraph(line, change.TIME_WIDTH) for line in (*told, ())),
            *(
                Paragraph(line, indent)
                for line, indent in evidence.pairs(known.labels, known.annotations)
            ),
        )

    def _title(self, panel: str, words: str) -> None:
        self.query_one(f"#{panel}", Panel).show_title((Span(words, Tone.ACCENT),))

    @property
    def selected_things(self) -> tuple[Selected, ...]:
        return ((self.alert.cluster, self.alert),)

    def on_row_table_row_selected(self, event: RowTable.RowSelected) -> None:
        event.stop()
        self.action_copy()

    def action_copy(self) -> None:
        """Copy the fix or the query under the cursor."""
        text = evidence.copy_text(self.alert, self.query_one(Listing).cursor_key or "")
        self.copy(text)

    def action_runbook(self) -> None:
        """Bring the runbook page into view."""
        runbook, table = self.query_one("#runbook"), self.query_one(Listing)
        body = self.query_one(Body)
        # On a page that has just been opened it is read from the top first.
        body.call_after_refresh(body.read_from, runbook, table)

    def action_places(self) -> None:
        """Go to one of the things that it or its evidence names."""
        if self._last is not None:
            asked = self.alert, *self._last, self.marks
            found = places.of_alert(*asked, is_open=True)
            lead_on(self, self.alert.alert.name, found)

    def action_checks(self) -> None:
        """Look at what comes next for the targets that it is about."""
        self.post_message(OpenChecks(self._subjects))

    def action_monitor(self) -> None:
        """Show the ServiceMonitor that makes it."""
        job = self.alert.judgement.needless_job
        self.post_message(OpenMonitor(self.alert.cluster, job))

    def action_silence(self) -> None:
        self.post_message(SilenceAlert(self.alert))

    def action_expire(self) -> None:
        self.post_message(EndSilence(self.alert))


def _find(fleet: Fleet, alert: JudgedAlert) -> JudgedAlert | None:
    """The same alert in a newer snapshot."""
    cluster = fleet.cluster(alert.cluster)
    known = cluster.alerts if cluster else fleet.unassigned_alerts
    key = alerts.alert_key(alert)
    return next((each for each in known or () if alerts.alert_key(each) == key), None)
