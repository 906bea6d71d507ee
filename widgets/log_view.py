"""The log that one reads: the keys that move in it, search it and mark its lines.

They are those of less and lnav, where these have one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from msgspec.structs import replace
from textual import events
from textual.binding import BindingType
from textual.message import Message
from textual.timer import Timer

from widgets.log_canvas import LogCanvas
from widgets.log_keys import BINDINGS
from widgets.log_search import LEVELS, LogFilter
from widgets.scroll import top_for
from widgets.values import LogLine, TimeWords

_DAY_SECONDS = 5
"""So long after midnight at most a log at rest tells the day of its lines."""
_WHEEL_LINES = 3
_SIDE_STEP = 8
_MOST_AROUND = 20


class LogView(LogCanvas, can_focus=True):
    """Follows the newest line, until one goes elsewhere."""

    BINDINGS: ClassVar[list[BindingType]] = list(BINDINGS)

    @dataclass
    class EdgeReached(Message):
        """The user wants to see more than there is: older (-1) or newer lines (1)."""

        view: LogView
        direction: int

    @dataclass
    class LiveAsked(Message):
        """The user wants to see the newest lines, but the log shows the past."""

        view: LogView

    @dataclass
    class FilterAsked(Message):
        """The user wants to type a filter."""

        view: LogView

    @dataclass
    class SearchMissed(Message):
        """The user wants to see the next match, but searches for nothing."""

        view: LogView

    @dataclass
    class CopyAsked(Message):
        """The user wants these lines on the clipboard."""

        view: LogView
        items: Sequence[Any]

    @dataclass
    class SaveAsked(Message):
        """The user wants all lines that are shown in a file."""

        view: LogView

    def take_after(self, other: LogView) -> None:
        """Be as another log is: its filter, search, times and look."""
        self.chosen = other.chosen
        if other._book.search is not None:
            self.search(other._book.search.pattern.typed)
        self._is_wrapped, self._has_fields = other._is_wrapped, other._has_fields
        self._times.place = other._times.place

    def _look_at(self, rows: int) -> None:
        """Move so many rows; at the end it follows again."""
        lines, height = self._book.shown, self.outer_size.height
        if rows < 0 and self._window.is_at_start(lines):
            self.post_message(self.EdgeReached(self, -1))
        self._window.move(lines, rows)
        is_at_end = self._window.is_at_end(lines, height)
        if rows > 0 and is_at_end and self.past:
            self.post_message(self.EdgeReached(self, 1))
        if is_at_end != self.following:
            self.following = is_at_end
        self._paint()

    def action_scroll_lines(self, lines: int) -> None:
        self._look_at(lines)

    def action_page(self, pages: int) -> None:
        self._look_at(pages * max(1, self.outer_size.height - 1))

    def action_oldest(self) -> None:
        lines = self._book.shown
        if self._window.is_at_start(lines):
            self.post_message(self.EdgeReached(self, -1))
        if len(lines):
            self._window.go((lines.at(0), 0))
        self.following = self._window.is_at_end(lines, self.outer_size.height)
        self._paint()

    def action_newest(self) -> None:
        if self.past:
            self.post_message(self.LiveAsked(self))
            return
        self._follow()

    def _follow(self) -> None:
        """Show the newest line; where one stood was left."""
        self._book.current = self.ring.first - 1
        self.following = True
        self._paint()

    def action_toggle_follow(self) -> None:
        if self.past:
            self.post_message(self.LiveAsked(self))
            return
        if not self.following:
            self._follow()
        else:
            self.following = False
            self._paint()

    def action_sideways(self, steps: int) -> None:
        self._left = max(0, self._left + steps * _SIDE_STEP)
        self.repaint()

    def action_match(self, direction: int) -> None:
        """Go to the next match below (1) or above (-1) the one that we are on."""
        if self._book.search is None:
            self.post_message(self.SearchMissed(self))
        number = self._book.match(self._edge(direction), direction)
        if number is not None:
            self._go_to(number)

    def action_error(self, direction: int) -> None:
        """Go to the next error below (1) or above (-1)."""
        self._book.seek_error(self._edge(direction) + direction, direction)
        self.hurry()

    def seek_first_error(self) -> None:
        """Go to the oldest error."""
        self._book.seek_error(self.ring.first, 1)
        self.hurry()

    def action_level(self) -> None:
        """Show all lines, warnings and errors, or errors alone."""
        level = (self.chosen.level + 1) % len(LEVELS)
        self.chosen = replace(self.chosen, level=level)

    def action_filter(self) -> None:
        self.post_message(self.FilterAsked(self))

    def action_around(self, step: int) -> None:
        """Show more or fewer lines around those that pass the filter."""
        around = min(max(0, self.chosen.around + step), _MOST_AROUND)
        self.chosen = replace(self.chosen, around=around)

    def action_wrap(self) -> None:
        """Break long lines, or cut them."""
        self._is_wrapped = not self._is_wrapped
        self._left = 0
        self._paint()

    def action_fields(self) -> None:
        """Show what else is known of each line, or no longer."""
        self._has_fields = not self._has_fields
        self._paint()

    def action_times(self) -> None:
        """Tell times the next way."""
        self._choose_time((self._times.place + 1) % len(self._times.ways))
        self.hurry()

    def action_mark(self) -> None:
        """Mark the line that one stands on, or no longer."""
        if len(self._book.shown):
            here = self._here()
            self._book.current = here
            self._book.mark(here)
            self._paint()

    def action_marked(self, direction: int) -> None:
        """Go to the next marked line, or to the one before."""
        number = self._book.mark_beside(self._edge(direction), direction)
        if number is not None:
            self._go_to(number)

    def action_unmark_lines(self) -> None:
        self._book.unmark()
        self._paint()

    def action_copy(self) -> None:
        """Copy what is marked; else the line that one stands on."""
        ring = self._book.ring
        numbers = self._book.marked or ([self._here()] if len(self._book.shown) else [])
        items = [ring[number] for number in numbers]
        if items:
            self.post_message(self.CopyAsked(self, items))

    def action_save(self) -> None:
        self.post_message(self.SaveAsked(self))

    @property
    def current_line(self) -> LogLine | None:
        """The line that one went to; else the newest in view, if there is any."""
        if not len(self._book.shown):
            return None
        line: LogLine = self.teller.line(self.ring[self._here()])
        return line

    def step(self, direction: int) -> None:
        """Go to the line after (1) or before (-1) the one that one stands on."""
        number = self._book.step(self._here(), direction)
        if number is not None:
            self._go_to(number)

    def stand_on(self, number: int) -> None:
        """Go to a line, and stand on it; a filter that hides it is taken away."""
        passes = self.chosen.test(self.ring, self.teller)
        if not passes(number, self.ring[number]):
            self.chosen = LogFilter()
        self._go_to(number)

    def stand(self) -> None:
        """Stay at the current line, and mark it."""
        if len(self._book.shown):
            self._book.current = self._here()
            self.following = False

    @property
    def _stands(self) -> bool:
        """Whether the line that one went to is in view: who scrolled on left it."""
        self._lay_out()
        return any(number == self._book.current for number, _ in self._layout)

    def _here(self) -> int:
        """The line that one stands on; else the last in view."""
        if self._stands:
            return self._book.current
        if self._layout:
            return self._layout[-1][0]
        return self._book.shown.at(len(self._book.shown) - 1)

    def _edge(self, direction: int) -> int:
        """Where looking for something begins: the current line, or out of view."""
        if self._stands:
            return self._book.current
        if not self._layout:
            return self.ring.end
        return self._layout[0][0] - 1 if direction > 0 else self._layout[-1][0] + 1

    @property
    def time_name(self) -> str:
        """What its times are."""
        return self._times.way.name

    def tell_times(self, times: Sequence[TimeWords]) -> None:
        """Offer other ways to tell times; the one of now stays if it is among them."""
        names = [each.name for each in times]
        chosen = names.index(self.time_name) if self.time_name in names else 0
        self._times.ways = tuple(times)
        self._choose_time(chosen)

    _ticker: Timer | None = None

    def _choose_time(self, place: int) -> None:
        self._times.place = place
        if self._ticker is not None:
            self._ticker.stop()
            self._ticker = None
        if self._times.way.is_moving and self.is_running:
            self._ticker = self.set_interval(1, self._tick)
        self._tick()

    def _tick(self) -> None:
        self.forget_strips()
        self._touch()

    def on_mount(self) -> None:
        self._choose_time(self._times.place)
        self.set_interval(_DAY_SECONDS, self.turn_of_day)

    def turn_of_day(self) -> None:
        """Tell the day of what is in view, though nothing new came since midnight."""
        had_days = self._times.has_days
        self._settle()
        if self._times.has_days != had_days:
            self._touch()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self._look_at(_WHEEL_LINES)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self._look_at(-_WHEEL_LINES)

    def on_click(self, event: events.Click) -> None:
        lines = self._book.shown
        if event.x == self.outer_size.width - 1 and len(lines):
            place = top_for(event.y, self.outer_size.height, len(lines))
            self._window.go((lines.at(min(place, len(lines) - 1)), 0))
            self._look_at(0)
