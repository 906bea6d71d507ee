"""How each connection is doing: what, where, since when, what failed, what to do."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.timer import Timer

from tui.clock import Clock
from tui.model.diagnosis import Step
from tui.model.fleet import Fleet, SourceKind, SourceStatus
from tui.present import diagnosis, sources
from tui.present.glyphs import Marks
from tui.present.units import plain
from tui.screens.desk import Desk
from tui.screens.latest import run_latest
from tui.screens.listing import Listing
from widgets.page import Page
from widgets.panel import Panel
from widgets.row_table import RowTable
from widgets.text_block import Note, Paragraph, TextBlock
from widgets.values import Span, Tone

_REST_SECONDS = 0.3
"""The cursor stays so long before what is under it is examined."""
Diagnose = Callable[[SourceKind, str], AsyncIterator[Step]]


@dataclass
class Examined:
    """What is known of one connection, step by step."""

    was_ill: bool
    """Whether its feeds were in trouble: another state is examined anew."""
    steps: list[Step] = field(default_factory=list)
    ended_at: datetime | None = None
    """None while it is being examined."""


class SourcesScreen(Desk):
    """One row a server, those in trouble first; enter unfolds its feeds.

    Below, or beside it, how the connection under the cursor is made, step by step.
    """

    CSS_PATH = "sources.tcss"
    FIRST_KEYS = ("examine",)
    LEADS_TO_SOURCES = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "x",
            "examine",
            "Examine",
            id="sources.examine",
            tooltip="Try this connection again, step by step",
        ),
        Binding("c", "copy", "Copy", id="sources.copy", tooltip="Copy the whole fault"),
    ]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (160, "-wide")]  # noqa: RUF012 - so declared by Textual

    def __init__(
        self,
        diagnose: Diagnose,
        unrecorded: Callable[[], str],
        clock: Clock,
        marks: Marks,
    ) -> None:
        """diagnose    examines one connection; its steps come as they end
        unrecorded  why nothing is recorded; mostly empty
        """
        super().__init__(marks)
        self._unrecorded = unrecorded
        self._diagnose = diagnose
        self._clock = clock
        self._known: sources.Users = {}
        self._unfolded: set[str] = set()
        self._now: datetime | None = None
        self._examined: dict[str, Examined] = {}
        self._resting: Timer | None = None

    def compose_body(self) -> ComposeResult:
        glyphs = self.marks.glyphs
        trouble = Note(id="trouble", glyphs=glyphs)
        trouble.display = False
        yield trouble
        with Container(id="body"):
            with Panel(id="servers", glyphs=glyphs):
                yield Listing(
                    sources.COLUMNS,
                    detail_column=sources.DETAIL_COLUMN,
                    glyphs=glyphs,
                )
            with Panel(id="steps", glyphs=glyphs), Page():
                yield TextBlock(glyphs=glyphs)

    def show(self, fleet: Fleet, now: datetime) -> None:
        self._known, self._now = sources.users(fleet), now
        self._show_trouble(fleet)
        self._show_rows(now)
        self._show_steps()
        chosen = self._chosen
        if chosen is not None:
            done = self._examined.get(sources.group_key(chosen))
            if done is not None and done.ended_at and done.was_ill != self._is_ill(now):
                self.action_examine()

    def _show_trouble(self, fleet: Fleet) -> None:
        """The record is written to a disk, which is a connection as well; and what is
        wrong with our clock is wrong with all."""
        block, why = self.query_one("#trouble", TextBlock), self._unrecorded()
        told = [fleet.our_clock.told] if fleet.our_clock else []
        told += [f"Nothing is recorded: {plain(why)}"] if why else []
        block.display = bool(told)
        glyph = self.marks.degraded
        block.show_lines(*((Span(f"{glyph} {each}", Tone.WARNING),) for each in told))

    @property
    def _chosen(self) -> SourceStatus | None:
        """A feed of the server under the cursor."""
        key = self.query_one(Listing).cursor_key
        for source in self._known:
            if key in {sources.feed_key(source), sources.group_key(source)}:
                return source
        return None

    def _is_ill(self, now: datetime) -> bool:
        """Whether any feed of the server under the cursor is in trouble."""
        chosen = self._chosen
        return chosen is not None and any(
            sources.is_in_trouble(each, now)
            for each in self._known
            if sources.group_key(each) == sources.group_key(chosen)
        )

    def _show_rows(self, now: datetime) -> None:
        rows = sources.rows(self._known, self._unfolded, now, self.marks)
        self.query_one(Listing).show_rows(rows)
        title = (Span("sources", Tone.ACCENT),)
        self.query_one("#servers", Panel).show_title(title)

    def _show_steps(self) -> None:
        """What is known of the connection under the cursor."""
        if not self.is_open:
            return
        chosen, now = self._chosen, self._now
        if chosen is None or now is None:
            return
        done = self._examined.get(sources.group_key(chosen))
        steps = done.steps if done else []
        title = sources.server_title(chosen)
        right = diagnosis.standing(steps, done.ended_at if done else None, now)
        self.query_one("#steps", Panel).show_title(title, right)
        told = diagnosis.told(steps, self.marks)
        room = self.query_one("#steps Page").size.height
        if len(told) > room:
            told = diagnosis.told(steps, self.marks, is_brief=True)
        lines = [Paragraph(line, indent) for line, indent in told]
        if done is None or done.ended_at is None:
            waiting = f"{self.marks.connecting} examining"
            lines.append(Paragraph((Span(waiting, Tone.ACCENT),)))
        self.query_one("#steps TextBlock", TextBlock).show(*lines)

    def on_row_table_row_highlighted(self, event: RowTable.RowHighlighted) -> None:
        """Examine what the cursor rests on, unless that was done already."""
        event.stop()
        self._show_steps()
        self.query_one("#steps Page").scroll_home(animate=False)
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(_REST_SECONDS, self._rested)

    def _rested(self) -> None:
        chosen = self._chosen
        if chosen is not None and sources.group_key(chosen) not in self._examined:
            self.action_examine()

    def on_row_table_row_selected(self, event: RowTable.RowSelected) -> None:
        """Unfold the feeds of a server, or fold them again."""
        event.stop()
        if self._now is not None:
            self._unfolded ^= {event.key}
            self._show_rows(self._now)

    def action_examine(self) -> None:
        """Try the connection under the cursor anew; another one is left alone."""
        chosen, now = self._chosen, self._now
        if chosen is None or now is None:
            return
        for key, each in tuple(self._examined.items()):
            if each.ended_at is None:
                del self._examined[key]
        done = Examined(self._is_ill(now))
        self._examined[sources.group_key(chosen)] = done
        self._show_steps()
        run_latest(self, "steps", self._examine, done, *sources.server_of(chosen))

    async def _examine(self, done: Examined, kind: SourceKind, endpoint: str) -> None:
        async for step in self._diagnose(kind, endpoint):
            done.steps.append(step)
            self._show_steps()
        done.ended_at = self._clock.now()
        self._show_steps()

    def action_copy(self) -> None:
        """Copy what failed, in full, or where the source is."""
        key = self.query_one(Listing).cursor_key
        for source in self._known:
            if key in {sources.feed_key(source), sources.group_key(source)}:
                fault = source.fault
                told = f"{fault.summary}\n{fault.detail}".strip() if fault else ""
                self.copy(told or source.key.endpoint)
                return
