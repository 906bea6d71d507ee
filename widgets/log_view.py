"""A log that follows its end: the newest lines of a stream, searched and scrolled.

Lines are appended at any rate and painted on a beat. Nothing here knows where they
come from; the owner cleans, tones and merges them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip

from widgets.keys import hidden
from widgets.log_paint import LogLook, LogPainter
from widgets.log_search import LogSearch
from widgets.pane import LinePane
from widgets.ring import Ring
from widgets.scroll import bar_glyph, top_for
from widgets.text import width_of
from widgets.values import UNICODE, Glyphs, Line, LogLine

_BEAT_SECONDS = 1 / 20
_FLOOD_BEAT_SECONDS = 1 / 5
"""When each picture holds nothing of the one before, nobody reads them all."""
_WHEEL_LINES = 3
_SIDE_STEP = 8
_WIDEST_GUTTER = 20
_FOLLOW = "Follow the newest line, or stay here"


class LogView(LinePane, can_focus=True):
    """Shows the end of a log, or a place in it while the user reads there."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "log-view--found",
        "log-view--current",
        "log-view--line",
    }
    DEFAULT_CSS = """
    LogView { height: 1fr; }
    LogView > .log-view--found { background: $warning 30%; text-style: underline; }
    LogView > .log-view--line { background: $primary 35%; }
    LogView > .log-view--current { text-style: reverse bold; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "toggle_follow", "Follow", id="log.follow", tooltip=_FOLLOW),
        hidden("n", "match(1)", "Next match", "log.next", "Go to the next match"),
        hidden("N", "match(-1)", "Match before", "log.previous", "Go a match back"),
        hidden("j,down", "scroll_lines(1)", "Down", "log.down", "Scroll a line down"),
        hidden("k,up", "scroll_lines(-1)", "Up", "log.up", "Scroll a line up"),
        hidden("h,left", "sideways(-1)", "Left", "log.left", "Move to the left"),
        hidden("l,right", "sideways(1)", "Right", "log.right", "Move to the right"),
        hidden("g,home", "oldest", "Oldest", "log.oldest", "Go to the oldest line"),
        hidden("G,end", "newest", "Newest", "log.newest", "Follow the newest line"),
        hidden("pagedown", "page(1)", "Page down", "log.page_down", "A page down"),
        hidden("pageup", "page(-1)", "Page up", "log.page_up", "A page up"),
    ]

    @dataclass
    class StatusChanged(Message):
        """What the view says about itself has changed; at most once a beat."""

        view: LogView
        status: str
        search_status: str

        @property
        def control(self) -> LogView:
            return self.view

    def __init__(
        self,
        *,
        capacity: int = 100_000,
        glyphs: Glyphs = UNICODE,
        clock: Callable[[int], str] = str,
        id: str | None = None,  # noqa: A002 - the name that Textual gives it
        classes: str | None = None,
    ) -> None:
        """Make an empty log that keeps the newest `capacity` lines.

        clock  puts unix nanoseconds into words, all of one width
        """
        super().__init__(glyphs=glyphs, id=id, classes=classes)
        self._ring = Ring(capacity)
        self._clock = clock
        self._painter = LogPainter(self)
        self._search: LogSearch | None = None
        self._current = -1
        self._is_following = True
        self._top = 0
        self._left = 0
        self._seen_end = 0
        self._gutter_width = 0
        self._empty: Line = ()
        self._is_dirty = False
        self._is_resting = False
        self._told = ("following", "")

    def append(self, lines: Sequence[LogLine]) -> None:
        """Add lines at the end; they are painted on the next beat."""
        if lines:
            self._ring.extend(lines)
            self._widen(lines)

    def replace(self, lines: Sequence[LogLine]) -> None:
        """Draw the newest lines otherwise, in their places: so many as are given."""
        if lines:
            self._ring.replace(lines)
            self.forget_strips()
            self._widen(lines)

    def _widen(self, lines: Sequence[LogLine]) -> None:
        widest = max(width_of(line.gutter) for line in lines)
        self._gutter_width = min(max(self._gutter_width, widest), _WIDEST_GUTTER)
        self._touch()

    def tell_time(self, clock: Callable[[int], str]) -> None:
        """Put times into other words from now on, those of old lines too."""
        self._clock = clock
        self.forget_strips()
        self._touch()

    def clear(self) -> None:
        """Forget all lines and follow again."""
        self._ring.clear()
        self._gutter_width = 0
        self._left = 0
        self.following = True

    @property
    def line_count(self) -> int:
        """Lines that are kept."""
        return len(self._ring)

    @property
    def following(self) -> bool:
        """True while the newest line is always in view."""
        return self._is_following

    @following.setter
    def following(self, is_following: bool) -> None:
        if self._is_following and not is_following:
            self._seen_end = self._ring.end
        self._is_following = is_following
        self._touch()

    @property
    def empty(self) -> Line:
        """What is said while there are no lines."""
        return self._empty

    @empty.setter
    def empty(self, line: Line) -> None:
        self._empty = line
        self._touch()

    @property
    def status(self) -> str:
        """Whether the log follows, and how many lines came since it does not."""
        if self._is_following:
            return "following"
        new = self._ring.end - self._seen_end
        return f"paused, {new} new" if new else "paused"

    @property
    def search_status(self) -> str:
        """How the search stands; empty without one."""
        search = self._search
        if search is None:
            return ""
        count = f"{search.count}" if search.is_complete else f"{search.count}+"
        if search.count and self._current >= self._ring.first:
            return f"match {search.position(self._current)} of {count}"
        return f"{count} matches" if search.count != 1 else f"{count} match"

    def search(self, pattern: str) -> None:
        """Look for a pattern in all lines, and in those to come; empty ends it."""
        self._search = LogSearch(pattern, self._ring) if pattern else None
        self._current = -1
        self.forget_strips()
        self._touch()

    def draw_line(self, y: int, width: int) -> Strip:
        number = self._top + y
        ring = self._ring
        if not ring.first <= number < ring.end:
            text = self._empty if y == 0 and not len(ring) else ()
            return self.line_strip(text, width)
        top = self._top - ring.first
        bar = bar_glyph(y, self.outer_size.height, top, len(ring), self.glyphs)
        is_current = number == self._current
        look = (width, bar, self._left, self._gutter_width, is_current)
        return self.cached(
            (number, *look), lambda: self._draw(ring[number], LogLook(*look))
        )

    def _draw(self, line: LogLine, look: LogLook) -> Strip:
        if line.at_ns is not None:
            line = replace(line, at_text=self._clock(line.at_ns))
        if self._search is None:
            return self._painter.line(line, (), look)
        seen = line.text[: (look.left + look.width) * 4]
        return self._painter.line(line, self._search.stretches(seen), look)

    def _touch(self) -> None:
        """Paint soon: at once after a rest, else on the next beat."""
        self._is_dirty = True
        if self.is_running and not self._is_resting:
            self._beat()

    def _beat(self) -> None:
        self._is_resting = False
        if self._search is not None and not self._search.is_complete:
            self._search.read()
            self._is_dirty = True
        if not self._is_dirty:
            return
        self._is_resting = True
        before = self._top
        self._paint()
        is_flood = self._top - before > self.outer_size.height
        self.set_timer(_FLOOD_BEAT_SECONDS if is_flood else _BEAT_SECONDS, self._beat)

    def _paint(self) -> None:
        """Show what is; who pressed a key waits for no beat."""
        self._is_dirty = False
        before = self._top
        self._settle()
        if self._top == before:
            self.repaint()
        elif not self.is_covered:
            self.refresh()
        self._tell()

    def _settle(self) -> None:
        """Keep the window inside the lines; at their end while following."""
        last = max(self._ring.first, self._ring.end - self.outer_size.height)
        if self._is_following:
            self._top = last
        self._top = min(max(self._top, self._ring.first), last)

    def _tell(self) -> None:
        told = (self.status, self.search_status)
        if told != self._told:
            self._told = told
            self.post_message(self.StatusChanged(self, *told))

    def _look_at(self, top: int) -> None:
        """Show the log from a line on; at its end it follows again."""
        is_at_end = top + self.outer_size.height >= self._ring.end
        if is_at_end != self._is_following:
            self.following = is_at_end
        self._top = top
        self._settle()
        self.repaint()
        self._tell()

    def action_scroll_lines(self, lines: int) -> None:
        self._look_at(self._top + lines)

    def action_page(self, pages: int) -> None:
        self._look_at(self._top + pages * max(1, self.outer_size.height - 1))

    def action_oldest(self) -> None:
        self._look_at(self._ring.first)

    def action_newest(self) -> None:
        self.following = True
        self._paint()

    def action_toggle_follow(self) -> None:
        self.following = not self.following
        self._paint()

    def action_sideways(self, steps: int) -> None:
        self._left = max(0, self._left + steps * _SIDE_STEP)
        self.repaint()

    @property
    def current_line(self) -> LogLine | None:
        """The line that one went to; else the newest in view, if there is any."""
        ring = self._ring
        return ring[self._here()] if len(ring) else None

    def _here(self) -> int:
        if self._ring.first <= self._current < self._ring.end:
            return self._current
        return min(self._top + self.outer_size.height, self._ring.end) - 1

    def seek(self, direction: int, wanted: Callable[[LogLine], bool]) -> bool:
        """Go to the next line below (1) or above (-1) that is wanted.

        return  False when there is none in that direction
        """
        ring = self._ring
        is_down = direction > 0
        has_current = ring.first <= self._current < ring.end
        start = self._here() + direction if has_current else None
        if start is None:
            start = self._top if is_down else self._here()
        lines = range(start, ring.end) if is_down else range(start, ring.first - 1, -1)
        for number in lines:
            if wanted(ring[number]):
                self._go_to(number)
                return True
        return False

    def stand(self) -> None:
        """Stay at the current line, and mark it."""
        self._current = self._here()
        self.following = False

    def _go_to(self, number: int) -> None:
        self._current = number
        self.following = False
        self._top = number - self.outer_size.height // 2
        self._touch()

    def action_match(self, direction: int) -> None:
        """Go to the next match below (1) or above (-1) the one that we are on."""
        if self._search is None:
            return
        is_down = direction > 0
        here = self._top - 1 if is_down else self._top + self.outer_size.height
        if self._current >= self._ring.first:
            here = self._current
        number = self._search.after(here) if is_down else self._search.before(here)
        if number is not None:
            self._go_to(number)

    def on_mount(self) -> None:
        self._beat()

    def on_resize(self) -> None:
        self._settle()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self._look_at(self._top + _WHEEL_LINES)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self._look_at(self._top - _WHEEL_LINES)

    def on_click(self, event: events.Click) -> None:
        if event.x == self.outer_size.width - 1:
            top = top_for(event.y, self.outer_size.height, len(self._ring))
            self._look_at(self._ring.first + top)
