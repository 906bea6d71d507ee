"""A part of a cluster's column: a title with its age, a fault when there is one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from msgspec.structs import replace
from textual.app import ComposeResult
from textual.message import Message

from tui.aside import aside
from tui.model.fleet import Cluster, SourceKind
from tui.present import faults
from tui.present.glyphs import Marks
from tui.present.shares import Need
from tui.screens.latest import run_latest
from tui.screens.listing import Listing
from widgets.fault_bar import FaultBar
from widgets.panel import Panel
from widgets.values import Line, Row, Span, Tone

if TYPE_CHECKING:
    from tui.present.spoken import Thing


class Pane(Panel):
    """Shows one subject of one cluster. A failed source dims it, never empties it."""

    KINDS: ClassVar[frozenset[SourceKind]] = frozenset()
    SUBJECT: ClassVar[str] = ""

    class NeedChanged(Message):
        """It wants other lines than it has, though nobody showed it anything."""

    def __init__(self, marks: Marks) -> None:
        super().__init__(glyphs=marks.glyphs, classes="-flat")
        self.marks = marks
        self.cluster: Cluster | None = None
        self._fault_lines = 0

    def compose(self) -> ComposeResult:
        bar = FaultBar(glyphs=self.marks.glyphs)
        bar.display = False
        yield bar
        yield from self.compose_body()

    def compose_body(self) -> ComposeResult:
        """Yield what is below the title and the fault."""
        yield from ()

    def show(self, cluster: Cluster, now: datetime) -> None:
        """Bring the pane up to date."""
        self.cluster = cluster
        failed = faults.worst(cluster, self.KINDS, now)
        line = faults.fault_line(failed, now, self.marks) if failed else ()
        self.query_one(FaultBar).show_line(line)
        self._fault_lines = 1 if line else 0
        # The body first: what is marked in it, the heading counts.
        self.show_body(cluster, now, is_stale=failed is not None)
        subject = Span(f"{self.SUBJECT}  ", Tone.ACCENT)
        heading = self.heading(cluster, now)
        if failed is not None:
            # On the left, where it is not the first to go when there is no room.
            age = faults.pane_age(cluster, self.KINDS, now, self.marks)
            heading = (*age, Span("  "), *heading) if age else heading
        # The age of what is live stands in the header of the column only.
        self.show_title((subject, *heading))

    def heading(self, cluster: Cluster, now: datetime) -> Line:
        """Say the most important in a few words."""
        raise NotImplementedError

    def show_body(self, cluster: Cluster, now: datetime, *, is_stale: bool) -> None:
        """Bring what is below the title up to date."""
        raise NotImplementedError

    @property
    def selected_thing(self) -> Thing | None:
        """What the cursor is on; None when there is nothing of its own to tell."""
        return None

    def need(self) -> Need:
        """How many lines there should be below the title: the fault's are extra."""
        body = self.body_need()
        return replace(body, wanted=body.wanted + self._fault_lines)

    def body_need(self) -> Need:
        """The same without the fault."""
        raise NotImplementedError

    def take(self, lines: int) -> None:
        """Have so many lines below the title."""
        body = self.body_need()
        has_room = lines > min(body.least, body.wanted)
        self.query_one(FaultBar).display = has_room and self._fault_lines > 0
        height = lines + 1
        if self.styles.height is None or self.styles.height.value != height:
            self.styles.height = height

    def missing(
        self, cluster: Cluster, now: datetime, *, is_known: bool, none: str
    ) -> Line:
        """What to say instead of rows: nothing is there, or nothing is known."""
        if is_known:
            return (Span(none, Tone.QUIET),)
        return (faults.unknown(cluster, self.KINDS, now, self.marks),)


class MakingPane(Pane):
    """A pane whose rows may be more than can be made in one turn of the loop."""

    is_making = False
    """While it is, what is new comes with a later beat."""

    def make_rows(self, make: Callable[[], tuple[Row, ...]]) -> None:
        """Have rows made beside the loop, and show them then."""
        self.is_making = True
        run_latest(self, "default", self._show_made, make)

    def put(self, rows: tuple[Row, ...], *, is_stale: bool) -> None:
        """Show these rows."""
        self.query_one(Listing).show_rows(rows, is_stale=is_stale)

    async def _show_made(self, make: Callable[[], tuple[Row, ...]]) -> None:
        try:
            rows = await aside(make)
        finally:
            self.is_making = False
        self.put(rows, is_stale=self.query_one(Listing).is_faint)
        self.post_message(self.NeedChanged())
