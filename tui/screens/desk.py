"""What all screens have in common: the top line, the search, the keys at the foot."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import ClassVar

from msgspec.structs import replace
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.suggester import Suggester
from textual.widget import Widget
from textual.widgets import Input

from tui import clipboard
from tui.backend import Backend
from tui.messages import SaveLog
from tui.model.alert import JudgedAlert
from tui.model.fleet import Fleet
from tui.model.log import Entry, Gap
from tui.present import log_lines, standing
from tui.present.glyphs import Marks
from tui.present.units import time_of_day
from tui.present.when import (
    Stretch,
    UnreadableTimeError,
    completed,
    meant,
    stretch_of,
)
from tui.screens.key_bar import KeyBar, words_of
from tui.screens.listing import Listing
from tui.screens.mark_listing import MarkListing
from tui.screens.pane import Pane
from tui.screens.stacked import StackedScreen
from widgets.input_line import InputLine
from widgets.keys import hidden
from widgets.log_view import LogView
from widgets.queries import keep_few_queries
from widgets.status_line import StatusLine
from widgets.text import cells_of
from widgets.values import Line, Span, Tone

_IN_THE_PAST = ("wind(-1)", "wind(1)", "now")
_NARROW = 100
_GOES = words_of(("enter", "go"), ("esc", "stay"))


class SearchBar(InputLine):
    """Where the text of a search is typed; out of sight until it is wanted."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "screen.end_search", "End search", id="search.end"),
    ]


class TimeSuggester(Suggester):
    """Completes a time while one types it."""

    def __init__(self, now: datetime) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._typed_at = now

    async def get_suggestion(self, value: str) -> str | None:
        return completed(value, self._typed_at)


class Desk(StackedScreen):
    """A screen that shows the fleet, or a part of it, as of one moment."""

    BINDINGS: ClassVar[list[BindingType]] = [
        hidden("escape", "unmark", "Unmark", "desk.unmark", "Take all marks away"),
        Binding(
            "slash",
            "search",
            "Search",
            key_display="/",
            id="desk.search",
            tooltip="Narrow the list, or look for a text in the log",
        ),
    ]
    FIRST_KEYS: ClassVar[tuple[str, ...]] = ()
    """Actions whose keys are shown first, before what the moment asks for."""
    LEADS_TO_SOURCES: ClassVar[bool] = True
    """While something is not seen, its foot offers to go and look why."""
    AUTO_FOCUS = "RowTable, LogView"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012 - so declared by Textual

    HAS_PAST: ClassVar[bool] = True
    """Whether one can go back in the record from it."""

    def __init__(self, marks: Marks, names: tuple[str, ...] = ()) -> None:
        """Make a screen; `names` are the clusters that number keys choose from."""
        super().__init__()
        keep_few_queries(self)
        self.marks = marks
        self._names = names
        self._searched: Listing | LogView | None = None
        self._is_filter = False
        """What is typed is a filter of a log."""
        self._go_to_typed: Callable[[Stretch], None] | None = None
        """What is typed is a time, and this goes there."""
        self._typed_at = datetime.fromtimestamp(0, UTC)
        """When that was asked for."""
        self._has_told_hidden = False
        self._held: list[LogView] = []
        """The logs that follow again when the screen is no longer held."""

    def compose(self) -> ComposeResult:
        yield StatusLine(glyphs=self.marks.glyphs, id="top")
        yield from self.compose_body()
        yield StatusLine(glyphs=self.marks.glyphs, id="scrub")
        yield SearchBar(placeholder="search", id="search")
        yield KeyBar(glyphs=self.marks.glyphs, id="keys")

    def compose_body(self) -> ComposeResult:
        """Yield what is between the top line and the keys."""
        yield from ()

    def on_key(self, event: events.Key) -> None:
        """Say so when the number of a cluster is pressed that is not there."""
        number = event.key
        if not number.isdecimal() or int(number) <= len(self._names):
            return
        bound = self._bindings.key_to_bindings.get(number, [])
        if any(each.action == f"cluster({number})" for each in bound):
            words = standing.no_cluster(number, len(self._names))
            self.notify(words, timeout=3, markup=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is no key for a cluster that is not there."""
        if action == "cluster" and parameters:
            number = parameters[0]
            return isinstance(number, int) and number <= len(self._names)
        if action == "unmark":
            return any(listing.marked for listing in self.query(MarkListing))
        return super().check_action(action, parameters)

    @property
    def is_open(self) -> bool:
        """False before it is mounted, and once it or the app is being closed.

        Who has waited for an answer must ask: the screen may be gone meanwhile, and its
        widgets are taken away one by one.
        """
        if not (self.is_mounted and self.is_attached and self.app.is_running):
            return False
        return self in self.app.screen_stack

    def show_top(
        self,
        fleet: Fleet | None,
        now: datetime,
        note: Line = (),
        hidden: tuple[JudgedAlert, ...] = (),
    ) -> None:
        """Bring the top line up to date.

        note    whether the screen is frozen
        hidden  real alerts that are hidden, and of which nobody has taken note
        """
        name = () if self.size.width < _NARROW else (Span("taloscope   ", bold=True),)
        right = (*note, Span(f"{time_of_day(now)} UTC ", Tone.TEXT))
        left = (Span(" "), *name)
        used = cells_of((*left, *right)) + 1
        room = self.size.width - used
        verdict = standing.top_line(fleet, now, self.marks, room, is_noted=not hidden)
        self.query_one("#top", StatusLine).show((*left, *verdict), right)
        is_blind = fleet is not None and any(
            standing.unseen(each, now) for each in fleet.clusters
        )
        # There nothing can be changed, and one wants to move and to leave.
        past = _IN_THE_PAST if self.has_class("-past") else ()
        asked = ("sources",) if is_blind and self.LEADS_TO_SOURCES else ()
        self.query_one(KeyBar).put_first((*past, *self.FIRST_KEYS, *asked))
        self._show_hidden(hidden, now)

    def _show_hidden(self, hidden: tuple[JudgedAlert, ...], now: datetime) -> None:
        """Tell above all else of what is real, hidden, and news to everybody."""
        if not hidden and not self._has_told_hidden:
            return
        from tui.screens.hidden import HiddenBar  # noqa: PLC0415 - seldom needed

        if self._has_told_hidden:
            for bar in self.query(HiddenBar):
                bar.show(hidden, now)
        else:
            self._has_told_hidden = True
            self.mount(HiddenBar(hidden, now, self.marks), after="#top")

    def go_to_hidden(self) -> bool:
        """Give the keyboard to what is hidden; False when nothing is told of."""
        from tui.screens.hidden import HiddenBar  # noqa: PLC0415 - seldom needed

        for bar in self.query(HiddenBar):
            if bar.display:
                bar.take_keys()
                return True
        return False

    def show(self, fleet: Fleet, now: datetime) -> None:
        """Bring everything below the top line up to date."""

    def add_entries(self, cluster: str, entries: tuple[Entry, ...]) -> None:
        """Take in new kernel-log entries of a cluster."""

    def add_gaps(self, cluster: str, gaps: tuple[Gap, ...]) -> None:
        """Say what of a cluster's kernel log is lost."""

    def turn(self, backend: Backend) -> None:
        """Ask again for what is of another moment: the backend shows it by now."""

    def show_scrub(self, line: Line) -> None:
        """Show where one is in the record; nothing: no bar."""
        self.query_one("#scrub", StatusLine).show(line)

    def freeze(self, *, is_frozen: bool) -> None:
        """Hold the logs where they are, or let those follow again that did before."""
        if is_frozen:
            self._held = [log for log in self.query(LogView) if log.following]
        for log in self._held:
            log.following = not is_frozen

    def go_back(self) -> None:
        """Close the screen; one that holds what was typed may ask first."""
        self.dismiss()

    def copy(self, text: str, said: str = "Copied.") -> None:
        """Put a text on the terminal's clipboard (OSC 52), and say so."""
        if not text:
            self.notify("Nothing to copy here.", timeout=2, markup=False)
            return
        if not clipboard.fits(text):
            words = "Too long for a terminal's clipboard: save it to a file with s."
            self.notify(words, severity="warning", timeout=5, markup=False)
            return
        self.app.copy_to_clipboard(text)
        self.notify(said, timeout=2, markup=False)

    def action_search(self) -> None:
        """Ask for the text to look for in the focused list or log."""
        found = self.focused
        if not isinstance(found, (Listing, LogView)):
            found = self.query("Listing, LogView").first()
        if isinstance(found, (Listing, LogView)):
            typed = found.narrowed if isinstance(found, Listing) else ""
            self._ask_for(found, typed, f"searches {_place(found)}")

    def on_log_view_filter_asked(self, event: LogView.FilterAsked) -> None:
        """Ask which lines of a log to show."""
        event.stop()
        log = event.view
        words = f"shows in {_place(log)} what matches; ! what does not"
        self._ask_for(log, log.chosen.typed, words, is_filter=True)

    def ask_time(
        self, log: LogView, go: Callable[[Stretch], None], now: datetime
    ) -> None:
        """Ask for a time to go to in a log; while one types, say what it means."""
        self._go_to_typed = go
        self._typed_at = now
        bar = self.query_one("#search", SearchBar)
        bar.suggester = TimeSuggester(now)
        self._searched = log
        bar.value, bar.placeholder = "", "time"
        bar.display = True
        self.set_focus(bar)
        self.query_one(KeyBar).tell_search(meant("", now), _GOES)

    def _go(self, go: Callable[[Stretch], None], typed: str) -> None:
        """Go to the time that was typed, or say why there is none."""
        try:
            if typed.strip():
                go(stretch_of(typed, self._typed_at))
        except UnreadableTimeError as error:
            self.notify(str(error), severity="warning", timeout=6, markup=False)

    def _ask_for(
        self,
        found: Listing | LogView,
        typed: str,
        words: str,
        *,
        is_filter: bool = False,
    ) -> None:
        self._searched, self._is_filter = found, is_filter
        bar = self.query_one("#search", SearchBar)
        bar.value, bar.placeholder = typed, "filter" if is_filter else "search"
        bar.display = True
        self.set_focus(bar)
        self.query_one(KeyBar).tell_search(words)

    def on_log_view_copy_asked(self, event: LogView.CopyAsked) -> None:
        """Copy lines of a log: one without its time and origin, several with them."""
        event.stop()
        line_of = event.view.teller.line
        if len(event.items) == 1:
            self.copy(line_of(event.items[0]).text)
        else:
            self.copy(log_lines.as_texts(event.items, line_of))

    def on_log_view_save_asked(self, event: LogView.SaveAsked) -> None:
        """Ask where to put what a log shows."""
        event.stop()
        self.post_message(SaveLog(event.view))

    def on_log_canvas_error_missed(self) -> None:
        self.notify("No more errors that way.", timeout=2, markup=False)

    def on_log_view_search_missed(self) -> None:
        words = "Nothing is searched for; / asks for what."
        self.notify(words, timeout=2, markup=False)

    def action_unmark(self) -> None:
        """Take the marks of all lists away."""
        for listing in self.query(MarkListing):
            listing.unmark()

    def action_end_search(self) -> None:
        """Forget the search, show everything again."""
        if self._go_to_typed is None:
            self._look_for("")
        self._go_to_typed = None
        self._leave_search()

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.input.id == "search" and event.input.display:
            event.stop()
            if self._go_to_typed is None:
                self._look_for(event.value)
            else:
                told = meant(event.value, self._typed_at)
                self.query_one(KeyBar).tell_search(told, _GOES)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if event.input.id == "search":
            event.stop()
            go, self._go_to_typed = self._go_to_typed, None
            self._leave_search()
            if go is not None:
                self._go(go, event.value)
            elif (
                isinstance(self._searched, LogView)
                and not self._is_filter
                and event.value
            ):
                self._searched.action_match(-1)

    def _look_for(self, text: str) -> None:
        if isinstance(self._searched, LogView) and self._is_filter:
            self._searched.chosen = replace(self._searched.chosen, typed=text)
        elif isinstance(self._searched, LogView):
            self._searched.search(text)
        elif self._searched is not None:
            self._searched.narrow(text)

    def _leave_search(self) -> None:
        bar = self.query_one("#search", SearchBar)
        if self._searched is not None:
            self.set_focus(self._searched)
        bar.display, bar.suggester = False, None
        self.query_one(KeyBar).tell_search("")


def _place(found: Widget) -> str:
    """What a search looks through, in words."""
    pane = found.parent
    if isinstance(pane, Pane) and pane.cluster is not None:
        return f"{pane.cluster.name} {pane.SUBJECT}"
    return "this log" if isinstance(found, LogView) else "this list"
