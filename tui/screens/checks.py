"""What to look at next for a target: its checks, made when one asks for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container

from tui.backend import Inquiry
from tui.model.examination import ExamState, Subject, TargetCheck
from tui.model.fleet import Fleet
from tui.present import examination
from tui.present.glyphs import Marks
from tui.screens.desk import Desk
from tui.screens.listing import Listing
from widgets.page import Page
from widgets.panel import Panel
from widgets.row_table import RowTable
from widgets.text_block import Paragraph, TextBlock
from widgets.values import Span, Tone

_WIDE = 110
Examine = Callable[[Subject], Inquiry]


class CheckList(Listing):
    """The checks; one under the cursor can be run by itself."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Run it", id="checks.run", tooltip="Run this check"),
    ]


class ChecksScreen(Desk):
    """Above what is concluded, below it the checks and what the chosen one rests on.

    What Kubernetes tells is asked at once. The target's own address is dialled only
    when a key says so.
    """

    CSS_PATH = "checks.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "w",
            "run_all",
            "Run all",
            id="checks.all",
            tooltip="Run all checks, those that dial the target too",
        ),
        Binding(
            "c",
            "copy",
            "Copy",
            id="checks.copy",
            tooltip="Copy what the check asks, to run it by hand",
        ),
        Binding("n", "next", "Next target", id="checks.next"),
    ]
    AUTO_FOCUS = "Listing"
    VERTICAL_BREAKPOINTS = [(0, "-low"), (18, "-high")]  # noqa: RUF012 - so declared by Textual

    def __init__(
        self, subjects: Sequence[Subject], examine: Examine, marks: Marks
    ) -> None:
        """Look at the first of these targets; `n` goes on to the others."""
        super().__init__(marks)
        self._subjects = tuple(subjects)
        self._place = 0
        self._examine = examine
        self._inquiry = examine(self._subjects[0])
        self._now: datetime | None = None
        self._health = self._subjects[0].health

    def compose_body(self) -> ComposeResult:
        glyphs = self.marks.glyphs
        with Container(id="page"):
            with Panel(id="what", glyphs=glyphs):
                yield TextBlock(id="head", glyphs=glyphs)
            with Container(id="body"):
                with Panel(id="checks", glyphs=glyphs):
                    yield CheckList(
                        examination.COLUMNS,
                        show_header=False,
                        detail_column=examination.DETAIL_COLUMN,
                        glyphs=glyphs,
                    )
                with Panel(id="answer", glyphs=glyphs), Page():
                    yield TextBlock(id="detail", glyphs=glyphs)

    def on_mount(self) -> None:
        self._ask_kubernetes()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is no key for another target where there is only one."""
        if action == "next" and len(self._subjects) == 1:
            return False
        return super().check_action(action, parameters)

    @property
    def selected(self) -> TargetCheck | None:
        """The check under the cursor."""
        key = self.query_one(Listing).cursor_key
        checks = self._inquiry.current.checks
        return next((each for each in checks if f"check {each.id}" == key), None)

    def show(self, fleet: Fleet, now: datetime) -> None:
        self._now = now
        subject = self._inquiry.current.subject
        cluster = fleet.cluster(subject.cluster)
        same = (subject.job, subject.instance, subject.scrape_url)
        for row in (cluster.targets if cluster else None) or ():
            url = row.target.scrape_url if row.target else ""
            if (row.job, row.instance, url) == same:
                self._health = row.health
        self._show_exam()

    def _show_exam(self) -> None:
        """Bring it up to date; called for each answer too."""
        now, exam = self._now, self._inquiry.current
        if now is None or not self.is_open:
            return
        count = len(self._subjects)
        where = f"{self._place + 1} of {count}" if count > 1 else ""
        self.query_one("#what", Panel).show_title(
            examination.title(exam), (Span(where, Tone.QUIET),) if where else ()
        )
        is_wide = self.size.width >= _WIDE
        lines = examination.head_lines(exam, self._health, self.marks, is_wide=is_wide)
        self.query_one("#head", TextBlock).show_lines(*lines)
        chips = examination.chips(exam, self.marks)
        title = (Span("checks  ", Tone.ACCENT), *chips)
        self.query_one("#checks", Panel).show_title(title)
        self.query_one(Listing).show_rows(examination.rows(exam, now, self.marks))
        self._show_detail()

    def _show_detail(self) -> None:
        check, now = self.selected, self._now
        self.query_one("#answer", Panel).show_title((Span("evidence", Tone.ACCENT),))
        if check is None or now is None:
            return
        is_brief = self.size.width < _WIDE
        told = examination.detail(check, now, self.marks, is_brief=is_brief)
        self.query_one("#detail", TextBlock).show(
            *(Paragraph(line, indent) for line, indent in told)
        )

    def on_row_table_row_highlighted(self, event: RowTable.RowHighlighted) -> None:
        event.stop()
        self._show_detail()
        self.query_one("#answer Page").scroll_home(animate=False)

    def on_row_table_row_selected(self, event: RowTable.RowSelected) -> None:
        """Run the check under the cursor."""
        event.stop()
        check = self.selected
        if check is not None:
            self._run(check.id)

    def _ask_kubernetes(self) -> None:
        """What is read anyway may be asked without a key."""
        checks = self._inquiry.current.checks
        self._run(*(each.id for each in checks if not each.is_from_here))

    def _run(self, *chosen: str) -> None:
        """Run checks beside whatever runs already, but no check twice at a time."""
        checks = self._inquiry.current.checks
        runs = {each.id for each in checks if each.state is ExamState.RUNNING}
        fresh = [each for each in chosen if each not in runs]
        if fresh:
            work = self._inquiry.run(fresh, self._show_exam)
            self.run_worker(work, group="checks")

    def action_run_all(self) -> None:
        """Run every check, and dial the target's address."""
        self._run(*(each.id for each in self._inquiry.current.checks))

    def action_next(self) -> None:
        """Look at the next of the targets."""
        self.workers.cancel_group(self, "checks")
        self._place = (self._place + 1) % len(self._subjects)
        subject = self._subjects[self._place]
        self._inquiry, self._health = self._examine(subject), subject.health
        self._ask_kubernetes()
        self._show_exam()

    def action_copy(self) -> None:
        """Copy what the check under the cursor asks."""
        if self.selected is not None:
            self.copy(examination.commands(self.selected))
