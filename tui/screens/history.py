"""What happened, newest first; and which alerts to fix at the source."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container

from tui.aside import aside
from tui.backend import Memory
from tui.messages import OpenAlert, OpenFinding, OpenMoment, OpenSilences, OpenSources
from tui.model.change import Change
from tui.model.event import Connection, Event, Mark, Turn
from tui.model.finding import Finding
from tui.model.fleet import Fleet
from tui.model.memory import Habit, Habits
from tui.present import happened, history
from tui.present.glyphs import Marks
from tui.present.units import plain
from tui.screens.latest import run_latest
from tui.screens.listing import Listing
from tui.screens.telling import TellingDesk
from widgets.panel import Panel
from widgets.row_table import RowTable
from widgets.text_block import Note, TextBlock
from widgets.values import Row, Span, Tone

if TYPE_CHECKING:
    from tui.present.spoken import Selected

_WIDE = 110
"""From here on, why stands beside a change instead of below it."""
_BESIDE = 180
"""From here on, the two lists stand side by side."""
_ALL_DAYS_WIDTH = 230


class HistoryScreen(TellingDesk):
    """Two lists: changes, and names."""

    CSS_PATH = "history.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "app.focus_next", "Other list", id="history.next"),
        Binding("0", "cluster(0)", "All clusters", show=False, id="history.all"),
        *(
            Binding(
                str(n), f"cluster({n})", f"Cluster {n}", show=False, id=f"history.{n}"
            )
            for n in range(1, 10)
        ),
    ]
    AUTO_FOCUS = "#changes"
    FIRST_KEYS = ("select", "search", "app.focus_next", "cluster(0)", "tell")

    def __init__(self, memory: Memory, names: tuple[str, ...], marks: Marks) -> None:
        super().__init__(marks, names)
        self._memory = memory
        self._recalled: tuple[object, ...] = ()
        """What the rows were made for."""
        self._cluster = ""
        self._happened: tuple[history.Happened, ...] = ()
        self._habits: Habits | None = None
        self._unread = ""
        """Why not all of this could be read."""
        self._last: tuple[Fleet, datetime] | None = None

    def compose_body(self) -> ComposeResult:
        glyphs = self.marks.glyphs
        trouble = Note(id="trouble", glyphs=glyphs)
        trouble.display = False
        yield trouble
        with Container(id="body"):
            with Panel(id="happened", glyphs=glyphs):
                yield Listing(
                    history.CHANGE_COLUMNS,
                    detail_column=history.DETAIL_COLUMN,
                    glyphs=glyphs,
                    id="changes",
                )
            with Panel(id="fix", glyphs=glyphs):
                columns = history.habit_columns(history.DAYS)
                yield Listing(columns, glyphs=glyphs, id="habits")

    def show(self, fleet: Fleet, now: datetime) -> None:
        self._last = fleet, now
        is_wide = self.size.width >= _WIDE
        # Rows tell times of today and dates of other days.
        wanted = self._memory.stamp, self._cluster, self.size.width, now.date()
        if wanted != self._recalled:
            self._recalled = wanted
            run_latest(self, "memory", self._recall, now, is_wide=is_wide)

    async def _recall(self, now: datetime, *, is_wide: bool) -> None:
        """Ask the memory, and show what it says."""
        changes = await self._memory.changes()
        unread = self._memory.unread
        habits = await self._memory.habits()
        self._unread = unread or self._memory.unread
        self._habits = habits
        self._happened = history.newest_first(
            (each for each in changes if self._is_shown(each.subject.cluster)),
            (each for each in self._memory.events if self._is_shown(each.cluster)),
        )
        rows = await aside(
            partial(history.rows, self._happened, now, self.marks, is_wide=is_wide)
        )
        if self.is_open:
            self._show_changes(rows, is_wide=is_wide)
            self._show_habits(habits)
            self._show_trouble()

    def _show_changes(self, rows: tuple[Row, ...], *, is_wide: bool) -> None:
        listing = self.query_one("#changes", Listing)
        listing.columns = (
            history.WIDE_CHANGE_COLUMNS if is_wide else history.CHANGE_COLUMNS
        )
        none = "nothing has happened while anybody was looking"
        listing.say_if_empty((self._none(none),))
        listing.show_rows(rows)
        where = f"of {self._cluster}" if self._cluster else "of all clusters"
        title = (Span(f"history {where}", Tone.ACCENT),)
        order = (Span("newest first", Tone.QUIET),)
        self.query_one("#happened", Panel).show_title(title, order)

    def _show_habits(self, habits: Habits) -> None:
        listing = self.query_one("#habits", Listing)
        width = self.size.width
        has_room = _WIDE <= width < _BESIDE or width >= _ALL_DAYS_WIDTH
        days = history.ALL_DAYS if has_room else history.DAYS
        listing.columns = history.habit_columns(days)
        none = "no alert has fired while anybody was looking"
        if self._happened:
            none = "what fires now is not counted yet"
        listing.say_if_empty((self._none(none),))
        shown = [each for each in habits.habits if self._is_shown(each.cluster)]
        listing.show_rows(history.habit_rows(shown, self.marks, days))
        is_unread = bool(self._unread)
        seen = "" if is_unread else history.coverage(habits)
        self.query_one("#fix", Panel).show_title(
            history.heading(habits, is_unread=is_unread), (Span(seen, Tone.QUIET),)
        )

    def _none(self, words: str) -> Span:
        """What an empty list says: that there is nothing, or that nobody knows."""
        if self._unread:
            return Span("could not be read: see above", Tone.WARNING)
        return Span(words, Tone.QUIET)

    def _show_trouble(self) -> None:
        block = self.query_one("#trouble", TextBlock)
        trouble = self._memory.trouble
        line = (Span(f"{self.marks.degraded} {trouble}", Tone.WARNING),)
        block.display = bool(trouble or self._unread)
        block.show_lines(history.unread("", self._unread, self.marks) or line)

    def _is_shown(self, cluster: str) -> bool:
        """What concerns several clusters is shown with each."""
        return not self._cluster or cluster in {"", self._cluster}

    def on_resize(self) -> None:
        self.set_class(self.size.width >= _BESIDE, "-beside")
        self._again()

    def action_cluster(self, number: int) -> None:
        """Show one cluster by its number, or all with 0."""
        if number <= len(self._names):
            self._cluster = self._names[number - 1] if number else ""
            self._again()

    def _again(self) -> None:
        if self._last is not None:
            self.show(*self._last)

    def on_row_table_row_selected(self, event: RowTable.RowSelected) -> None:
        """Open the alert, as it is or as it was."""
        event.stop()
        if self._last is None:
            return
        if event.table.id == "habits":
            for habit in self._habits.habits if self._habits else ():
                if history.habit_key(habit) == event.key:
                    self._open_habit(habit, self._last[0])
            return
        for each in self._happened:
            if history.row_key(each) == event.key:
                if isinstance(each, Event):
                    self._open_event(each, self._last[0])
                else:
                    self._open_change(each, self._last[0])
                return

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Of an empty list nothing can be copied."""
        if action == "tell":
            return isinstance(self.focused, Listing) and bool(self.focused.rows)
        return super().check_action(action, parameters)

    @property
    def selected_things(self) -> tuple[Selected, ...]:
        """What happened, or how an alert is that is often false."""
        listing = self.focused
        key = listing.cursor_key if isinstance(listing, Listing) else None
        if key is None or self._last is None:
            return ()
        if listing is not None and listing.id == "habits":
            habits = self._habits.habits if self._habits else ()
            chosen = (each for each in habits if history.habit_key(each) == key)
            return tuple(
                (each.cluster, history.firing(self._last[0], each) or each.newest)
                for each in chosen
            )
        found = (each for each in self._happened if history.row_key(each) == key)
        return tuple(
            (each.cluster if isinstance(each, Event) else each.subject.cluster, each)
            for each in found
        )[:1]

    def _open_habit(self, habit: Habit, fleet: Fleet) -> None:
        found = history.firing(fleet, habit)
        self.post_message(OpenAlert(found or habit.newest))

    def _open_event(self, event: Event, fleet: Fleet) -> None:
        about = event.about
        if isinstance(about, Finding):
            finding = happened.current(fleet, event.cluster, about)
            ended_at = event.at if event.turn is Turn.ENDED else None
            self.post_message(OpenFinding(event.cluster, finding, ended_at))
        elif isinstance(about, Mark):
            self.post_message(OpenMoment(event.at))
        elif isinstance(about, Connection):
            self.post_message(OpenSources())
        else:
            self.post_message(OpenSilences(about.id))

    def _open_change(self, change: Change, fleet: Fleet) -> None:
        found = history.current(fleet, change)
        if found is not None:
            self.post_message(OpenAlert(found))
        else:
            run_latest(self, "open", self._open_past, change)

    async def _open_past(self, change: Change) -> None:
        """Open an alert as it was last known."""
        key = change.subject.key
        for episode in await self._memory.episodes(key.name):
            if episode.judged.alert.starts_at == key.starts_at:
                self.post_message(OpenAlert(episode.judged))
                return
        words, unread = "No more is remembered of it.", self._memory.unread
        if unread:
            words = plain(f"The history could not be read: {unread}")
        self.notify(words, timeout=4 if unread else 2, markup=False)
