"""One finding: what it rests on, what to do, and where to look next."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui.messages import (
    OpenChecks,
    OpenFinding,
    OpenLogs,
    OpenNode,
    OpenPipeline,
    OpenSources,
    OpenTarget,
    OpenTargets,
)
from tui.model.examination import Subject
from tui.model.fleet import Fleet
from tui.present import finding as words
from tui.present import trace as traces
from tui.present.glyphs import Marks
from tui.screens.listing import Listing
from tui.screens.telling import TellingDesk
from widgets.evidence_list import EvidenceList
from widgets.page import Body
from widgets.panel import Panel
from widgets.row_table import RowTable
from widgets.text_block import TextBlock
from widgets.values import Span, Tone

if TYPE_CHECKING:
    from tui.present.spoken import Selected

MOST_TRACES = 3
"""Devices whose way is shown in full."""
WIDE = 120
"""Cells from which all steps have room beside each other."""


class FindingScreen(TellingDesk):
    """Like the screen of an alert, for what no alert tells."""

    CSS_PATH = "finding.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "w",
            "checks",
            "What next",
            id="finding.checks",
            tooltip="Check what to look at next for its target",
        ),
        Binding("c", "copy", "Copy", id="finding.copy", tooltip="Copy the command"),
        Binding(
            "R",
            "copy_rule",
            "Copy rule",
            id="finding.rule",
            tooltip="Copy a rule for Loki that would see its lines",
        ),
    ]
    AUTO_FOCUS = "Listing"

    def __init__(self, asked: OpenFinding, marks: Marks, selector: str) -> None:
        """Show what is known of it; `selector` is that of the cluster's kernel logs."""
        super().__init__(marks)
        self._selector = selector
        self._cluster = asked.cluster
        self.finding = asked.finding
        self._ended_at = asked.ended_at
        self._was_there = False
        self._about = words.Subject(None, (), ())
        self._is_begun = False

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is no key for a target where it is about none."""
        if action == "checks" and not self._about.rows:
            return False
        if action == "copy_rule" and not self._about.unseen:
            return False
        return super().check_action(action, parameters)

    def compose_body(self) -> ComposeResult:
        glyphs = self.marks.glyphs
        with Body(id="body"):
            with Panel(id="why", glyphs=glyphs):
                yield TextBlock(id="head", glyphs=glyphs)
                yield EvidenceList(id="evidence", glyphs=glyphs)
            for number in range(MOST_TRACES):
                with Panel(id=f"trace{number}", classes="trace", glyphs=glyphs):
                    yield TextBlock(id=f"chain{number}", glyphs=glyphs)
                    yield EvidenceList(id=f"steps{number}", glyphs=glyphs)
            with Panel(id="next", glyphs=glyphs):
                yield Listing(words.WAY_COLUMNS, show_header=False, glyphs=glyphs)
            with Panel(id="do", glyphs=glyphs):
                yield TextBlock(id="advice", glyphs=glyphs)

    def on_mount(self) -> None:
        body = self.query_one("#body", Body)
        body.call_after_refresh(body.read_from_top, self.query_one(Listing))

    def show(self, fleet: Fleet, now: datetime) -> None:
        cluster = fleet.cluster(self._cluster)
        if cluster is None:
            return
        newer = cluster.newest(self.finding)
        self.finding = newer or self.finding
        if newer:
            self._was_there, self._ended_at = True, None
        elif self._was_there and self._ended_at is None:
            self._ended_at = now
        before = self._about
        self._about = words.subject(self.finding, cluster)
        if self._about != before:
            self.refresh_bindings()
        gone = () if newer else (Span("no longer found", Tone.WARNING),)
        title = (Span(self.finding.subject, bold=True),)
        place = (Span(f"  {self._cluster}", Tone.QUIET),)
        self.query_one("#why", Panel).show_title((*title, *place), gone)
        firing = {each.alert.name for each in cluster.alerts or ()}
        head = (
            words.head_lines(self.finding, firing, now, self.marks)
            if newer
            else words.ended_lines(self.finding, self._ended_at, now, self.marks)
        )
        self.query_one("#head", TextBlock).show_lines(*head, ())
        items = words.items(self._about, self._cluster, now, self.marks)
        self.query_one("#evidence", EvidenceList).show_items(items)
        self._show_traces(now)
        self._show_next()
        if not self._is_begun:
            # What has the focus lies below, and was brought into view.
            self._is_begun = True
            body = self.query_one("#body", Body)
            self.call_after_refresh(body.scroll_home, animate=False)

    def _show_traces(self, now: datetime) -> None:
        """What each device leads to; what there is no room for is counted."""
        found = self.finding.traces
        is_wide = self.size.width >= WIDE
        for number in range(MOST_TRACES):
            box = self.query_one(f"#trace{number}", Panel)
            box.display = number < len(found)
            if number >= len(found):
                continue
            each = found[number]
            left = len(found) - MOST_TRACES if number == MOST_TRACES - 1 else 0
            box.show_title(traces.title(each, left), traces.verdict(each, self.marks))
            lines = traces.chain(each, self.marks)
            if not is_wide:
                lines = (traces.brief(each, self.marks),)
            self.query_one(f"#chain{number}", TextBlock).show_lines(*lines, ())
            steps = traces.steps(each, now, self.marks)
            self.query_one(f"#steps{number}", EvidenceList).show_items(steps)

    def _show_next(self) -> None:
        listing = self.query_one(Listing)
        listing.show_rows(words.way_rows(self._about))
        listing.styles.height = max(1, listing.line_count)
        self.query_one("#next", Panel).show_title((Span("open", Tone.ACCENT),))
        told = words.advice(self.finding, self._about)
        advice = (*told, *words.rule_lines(self._about))
        box = self.query_one("#do", Panel)
        box.display = bool(advice)
        box.show_title((Span("what helps", Tone.ACCENT),))
        self.query_one("#advice", TextBlock).show_lines(*advice)

    @property
    def selected_things(self) -> tuple[Selected, ...]:
        return ((self._cluster, self.finding),)

    def on_row_table_row_selected(self, event: RowTable.RowSelected) -> None:
        """Go on to where the row under the cursor leads."""
        event.stop()
        about, name = self._about, self._cluster
        match event.key:
            case words.CHECKS:
                self.action_checks()
            case words.LOGS:
                first = about.kernel[0]
                # Where the log has its address only, its lines are told by its name.
                node = about.node.name if about.node is not None else first.node
                self.post_message(OpenLogs(name, node, first.kind))
            case words.NODE if about.node is not None:
                self.post_message(OpenNode(name, about.node.handle))
            case words.PIPELINE:
                self.post_message(OpenPipeline(name))
            case words.TARGET:
                self.post_message(OpenTarget(name, about.rows[0].key))
            case words.TARGETS:
                self.post_message(OpenTargets(name, about.rows[0].key))
            case _:
                self.post_message(OpenSources())

    def action_checks(self) -> None:
        """Look at what comes next for the targets that it is about."""
        rows = self._about.rows
        subjects = tuple(Subject.of(self._cluster, row) for row in rows)
        self.post_message(OpenChecks(subjects))

    def action_copy(self) -> None:
        """Copy the way out, or a command that shows the same by hand."""
        self.copy(words.copy_text(self.finding, self._about))

    def action_copy_rule(self) -> None:
        """Copy rules that would have told of what no alert tells."""
        self.copy(words.rule_text(self._about, self._selector))
