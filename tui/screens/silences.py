"""All silences of all clusters: which want looking after, and what each hides."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import ClassVar

from msgspec import Struct
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui.backend import Memory
from tui.clock import Clock
from tui.messages import EditSilence, NewSilence, RepeatSilence
from tui.model.alert import JudgedAlert
from tui.model.command import Command, Outcome
from tui.model.fleet import Fleet
from tui.model.memory import SilenceMemory
from tui.model.silence import SilenceState
from tui.present import alerts, history, kept, silences
from tui.present.glyphs import Marks
from tui.present.kept import Kept, View
from tui.present.target_order import WORST
from tui.screens.desk import Desk
from tui.screens.latest import run_latest
from tui.screens.mark_listing import MarkListing
from tui.screens.silence_changes import Ending, SilenceChanges
from tui.silencing.upkeep import alerts_of
from widgets.chips import Chips
from widgets.keys import hidden
from widgets.panel import Panel
from widgets.row_table import RowTable
from widgets.text import wrap
from widgets.text_block import Note, TextBlock
from widgets.values import Line, Span, Tone

_VIEWS = tuple(View)
_FOR_ONE = frozenset({"edit", "extend", "expire", "repeat", "copy"})
"""Actions for which a silence must be there."""
_WIDE = 150
"""From here on, owner and comment stand beside the matchers instead of below them."""
_COMMENT = 8
"""Cells before a comment below a row."""


class Access(Struct, frozen=True):
    """What the list may use."""

    submit: Callable[[Command], Awaitable[Outcome]]
    memory: Memory
    fleet: Callable[[], Fleet | None]
    """The newest: it may have come while a question was in front."""
    clock: Clock
    author: str


class SilencesScreen(Desk):
    """One row a silence; keys are for the marked ones, else for the one at hand."""

    CSS_PATH = "silences.tcss"
    FIRST_KEYS = ("repeat", "extend", "expire", "edit", "new", "mark")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new", "New", id="silences.new", tooltip="Write a new one"),
        Binding("e", "edit", "Edit", id="silences.edit", tooltip="Change it"),
        Binding(
            "plus",
            "extend",
            "Extend",
            key_display="+",
            id="silences.extend",
            tooltip="Let it last longer",
        ),
        Binding("x", "expire", "End", id="silences.expire", tooltip="End it now"),
        Binding(
            "R",
            "repeat",
            "Again",
            id="silences.repeat",
            tooltip="Make one that is over once more",
        ),
        hidden("c", "copy", "Copy id", "silences.copy", "Copy its id"),
        hidden("left,h", "view(-1)", "View", "silences.left", "The view before"),
        hidden("right,l", "view(1)", "View", "silences.right", "The next view"),
        *(
            hidden(
                f"{n}",
                f"show_view({n})",
                each.value,
                f"silences.{n}",
                f"Show silences: {each.value}",
            )
            for n, each in enumerate(_VIEWS, 1)
        ),
    ]

    def __init__(self, access: Access, marks: Marks, chosen: str = "") -> None:
        """Show those that stand; or first the view that has the one with an id."""
        super().__init__(marks)
        self._access = access
        self._view = View.ACTIVE
        self._is_empty = True
        """No silence is in the view."""
        self._sought = chosen
        self._unfolded: frozenset[str] = frozenset()
        self._rows = silences.SilenceRows(marks, self._folded)
        self._last: tuple[Fleet, datetime] | None = None
        self._kept: tuple[Kept, ...] = ()
        self._memory = SilenceMemory()
        self._unread = ""
        """Why that is not all that is remembered."""
        self._stamp: int | None = None

    def compose_body(self) -> ComposeResult:
        glyphs = self.marks.glyphs
        yield Chips((), glyphs=glyphs, id="views")
        yield Note(glyphs=glyphs, id="blind")
        with Panel(glyphs=glyphs):
            yield MarkListing(
                silences.COLUMNS, detail_column=silences.DETAIL_COLUMN, glyphs=glyphs
            )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is over can be made again, and nothing else; nothing, where none is."""
        is_over = self._view is View.EXPIRED
        if action in _FOR_ONE and self._is_empty:
            return False
        if action in {"edit", "extend", "expire"}:
            return not is_over
        if action == "repeat":
            return is_over
        return super().check_action(action, parameters)

    def on_mount(self) -> None:
        # The number keys choose; the list keeps the keyboard.
        self.query_one("#views", Chips).can_focus = False

    def show(self, fleet: Fleet, now: datetime) -> None:
        self._last = fleet, now
        if self._stamp != self._access.memory.stamp:
            self._stamp = self._access.memory.stamp
            run_latest(self, "memory", self._remember)
        self._kept = kept.kept(fleet, self._memory, now)
        if self._sought:
            self._turn_to_sought()
        unread = history.unread("which hide nothing", self._unread, self.marks)
        self.query_one("#blind", TextBlock).show_lines(
            *silences.blindness(fleet, now, self.marks), *([unread] if unread else [])
        )
        self._show_rows()
        if self._sought and self.query_one(MarkListing).move_to(self._sought):
            self._sought = ""

    def _turn_to_sought(self) -> None:
        """Show the view of the silence that one came for, or say that it is gone."""
        found = [each for each in self._kept if each.silence.id == self._sought]
        if found:
            self._view = kept.VIEW_OF[found[0].silence.state]
            self.refresh_bindings()
        else:
            words = "No Alertmanager lists that silence any more."
            self.notify(words, timeout=4, markup=False)
            self._sought = ""

    async def _remember(self) -> None:
        """Learn when silences last hid something."""
        self._memory = await self._access.memory.silences()
        self._unread = self._access.memory.unread
        if self.is_open and self._last is not None:
            self.show(*self._last)

    def _show_rows(self) -> None:
        if self._last is None:
            return
        fleet, now = self._last
        views = kept.choices(self._kept, now, is_wide=self.has_class("-wide"))
        self.query_one("#views", Chips).show(views, _VIEWS.index(self._view))
        listing = self.query_one(MarkListing)
        is_wide = self.size.width >= _WIDE
        listing.columns = silences.WIDE_COLUMNS if is_wide else silences.COLUMNS
        shown = kept.of_view(self._view, self._kept, now)
        rows = self._rows.rows(shown, self._unfolded, now, is_wide=is_wide)
        if self._is_empty is bool(shown):
            self._is_empty = not shown
            self.refresh_bindings()
        listing.say_if_empty((Span(self._nothing(fleet), Tone.QUIET),))
        listing.show_rows(rows)
        marked = alerts.marked_words(len(listing.marked), self.marks)
        title = Span(f"silences, {self._view.value}", Tone.ACCENT)
        gap = (Span("  "),) if marked else ()
        order = Span(f"{WORST}  ", Tone.QUIET)
        as_of = silences.as_of(fleet, now)
        self.query_one(Panel).show_title((title, *gap, *marked), (order, *as_of))

    def _folded(self, line: Line) -> tuple[Line, ...]:
        """A line in as many as it needs below a row."""
        room = self.query_one(MarkListing).size.width - silences.BEFORE_DETAILS
        return wrap(line, room, _COMMENT)

    def _nothing(self, fleet: Fleet) -> str:
        """What an empty list says: that there are none, or that nobody knows."""
        if any(each.silences is None for each in fleet.alertmanagers):
            return "not known yet: not every Alertmanager has answered"
        return kept.NONE[self._view]

    def on_resize(self) -> None:
        self.call_next(self._show_rows)  # -wide is set after this

    def on_mark_listing_marked(self) -> None:
        self.refresh_bindings()
        self._show_rows()

    def on_chips_taken(self, event: Chips.Taken) -> None:
        event.stop()
        self.action_show_view(event.place + 1)

    def action_view(self, by: int) -> None:
        """Show the next view, or the one before."""
        place = (_VIEWS.index(self._view) + by) % len(_VIEWS)
        self.action_show_view(place + 1)

    def action_show_view(self, number: int) -> None:
        """Show a view by its number; what was marked in another is not any more."""
        self._view = _VIEWS[number - 1]
        self.query_one(MarkListing).unmark()
        self.refresh_bindings()
        self._show_rows()

    def on_row_table_row_selected(self, event: RowTable.RowSelected) -> None:
        """Unfold all that is known of it and all it hides, or fold it again."""
        event.stop()
        self._unfolded ^= {event.key}
        self._show_rows()

    @property
    def _chosen(self) -> tuple[Kept, ...]:
        """The marked ones, else the one under the cursor."""
        listing = self.query_one(MarkListing)
        keys = listing.marked or {listing.cursor_key}
        return tuple(each for each in self._kept if each.silence.id in keys)

    def _of_state(self, *, expired: bool) -> tuple[Kept, ...]:
        """Those of the chosen that are over, or that are not; says when none is."""
        found = tuple(
            each
            for each in self._chosen
            if (each.silence.state is SilenceState.EXPIRED) is expired
        )
        if not found and self._chosen:
            words = "It is not over yet." if expired else "It is over."
            self.notify(words, timeout=3, markup=False)
        return found

    @property
    def _changes(self) -> SilenceChanges:
        access = self._access
        return SilenceChanges(
            self.app, access.submit, access.fleet, access.clock, self.marks
        )

    def action_new(self) -> None:
        """Write one from nothing, where the one at hand is."""
        place = self._chosen[0].cluster if self._chosen else ""
        self.post_message(NewSilence(place))

    def action_edit(self) -> None:
        """Open the form for the one at hand."""
        found = self._of_state(expired=False)
        if len(found) == 1:
            self.post_message(EditSilence(found[0].silence, found[0].cluster))
        elif found:
            self.notify("One at a time: unmark the others.", timeout=3, markup=False)

    def action_extend(self) -> None:
        """Ask how much longer."""
        if found := self._of_state(expired=False):
            self._changes.lengthen(found)

    def action_expire(self) -> None:
        """Ask whether they are to end, and tell what comes back."""
        found = self._of_state(expired=False)
        if found and self._last is not None:
            lines = silences.named(found, self._last[1])
            endings = [
                Ending(each.silence.id, each.cluster, line, each.silence)
                for each, line in zip(found, lines, strict=True)
            ]
            self._changes.end(endings, self._alerts)

    def _alerts(self) -> tuple[JudgedAlert, ...]:
        """Every alert that is known by now."""
        return alerts_of(self._last[0]) if self._last is not None else ()

    def action_repeat(self) -> None:
        """Make what is over once more: one in the form, several after one question."""
        found = self._of_state(expired=True)
        if len(found) == 1:
            self.post_message(RepeatSilence(found[0].silence, found[0].cluster))
        elif found:
            self._changes.repeat(found, self._access.author)

    def action_copy(self) -> None:
        """Copy the ids, as amtool takes them."""
        self.copy(" ".join(each.silence.id for each in self._chosen))
