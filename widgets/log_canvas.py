"""A log on the screen: the lines in view, drawn on a beat, at any rate of arrival.

Nothing here knows where lines come from, or which keys there are; the owner says by a
teller how its items are read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from rich.segment import Segment
from textual.message import Message
from textual.strip import Strip

from widgets import log_words
from widgets.log_beat import LogBeat
from widgets.log_book import LogBook
from widgets.log_paint import LogLook, LogPainter, Row
from widgets.log_search import LogFilter
from widgets.log_teller import LineTeller, Teller
from widgets.log_times import NUMBERS, LogTimes
from widgets.log_window import Window
from widgets.pane import LinePane
from widgets.ring import Ring
from widgets.scroll import bar_glyph
from widgets.text import width_of, within
from widgets.values import UNICODE, Glyphs, Line, LogLine, Span, TimeWords, Tone

_SLICE_SECONDS = 0.004
"""So long it reads in one go; then keys have their turn."""
_REST_SECONDS = 0.001
_WIDEST_GUTTER = 20
_KEPT_DRAWN = 400


class LogCanvas(LinePane):
    """Shows the end of a log, or a place in it."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "log-view--found",
        "log-view--current",
        "log-view--line",
    }
    DEFAULT_CSS = """
    LogCanvas { height: 1fr; }
    LogCanvas > .log-view--found { background: $warning 30%; text-style: underline; }
    LogCanvas > .log-view--line { background: $primary 35%; }
    LogCanvas > .log-view--current { text-style: reverse bold; }
    """

    @dataclass
    class StatusChanged(Message):
        """What the log says about itself has changed; at most once a beat."""

        view: LogCanvas
        status: str
        search_status: str

        @property
        def control(self) -> LogCanvas:
            return self.view

    @dataclass
    class ErrorMissed(Message):
        """There is no error where the user looked for one."""

        view: LogCanvas

    def __init__(
        self,
        *,
        capacity: int = 100_000,
        glyphs: Glyphs = UNICODE,
        times: Sequence[TimeWords] = (NUMBERS,),
        teller: Teller[Any] | None = None,
        id: str | None = None,  # noqa: A002 - the name that Textual gives it
        classes: str | None = None,
    ) -> None:
        """Make an empty log that keeps the newest `capacity` lines.

        times   the ways to tell times, the first one to begin with
        teller  how its items are read; None: they are LogLines
        """
        super().__init__(glyphs=glyphs, id=id, classes=classes)
        self._book = LogBook(capacity, teller or LineTeller())
        self._painter = LogPainter(self)
        self._window = Window(self._rows_of)
        self._layout: list[tuple[int, int]] = []
        self._drawn: dict[tuple[int, LogLook], list[Row]] = {}
        self._times = LogTimes(times)
        self._is_following = True
        self._past = ""
        self._left = self._seen_end = self._gutter_width = 0
        self._is_wrapped = False
        self._has_fields = False
        self._empty: Line = ()
        self._beat = LogBeat(self, self._paint_new)
        self._is_reading = False
        self._told: tuple[str, str, Line] = ("following", "", ())

    def append(self, items: Sequence[Any]) -> None:
        """Add lines at the end; they are painted on the next beat."""
        if items:
            self._book.append(items)
            self._touch()

    def merge(self, items: Sequence[Any]) -> None:
        """Add lines where their times belong; they are in order among themselves."""
        if items:
            number, row = self._window.top
            self._window.top = (self._book.merge(items, number), row)
            if self._book.is_moved:
                self.forget_strips()
            self._touch()

    def prepend(self, items: Sequence[Any]) -> None:
        """Put older lines before all; what is in view stays there."""
        if items:
            self._book.prepend(items)
            self._touch()

    def replace(self, items: Sequence[Any]) -> None:
        """Draw the newest lines otherwise, in their places: so many as are given."""
        if items:
            self._book.replace(items)
            self.forget_strips()
            self._touch()

    def clear(self) -> None:
        """Forget all lines and follow again."""
        self._book.clear()
        self._layout = []
        self._left = self._gutter_width = 0
        self._past = ""
        if self.is_running:
            self._beat.rest()  # so that what comes at once replaces what was there
        self.following = True

    def use(self, teller: Teller[Any]) -> None:
        """Read the items otherwise from now on."""
        self._book.teller = teller
        self._book.choose(self._book.filter)
        self.forget_strips()
        self._touch()

    def retell(self) -> None:
        """Draw all lines anew: their teller says something else of them."""
        self.forget_strips()
        self._touch()

    @property
    def ring(self) -> Ring[Any]:
        """The lines that are kept."""
        return self._book.ring

    @property
    def teller(self) -> Teller[Any]:
        """How its items are read."""
        return self._book.teller

    @property
    def line_count(self) -> int:
        """Lines that are kept."""
        return len(self._book.ring)

    def kept_items(self) -> Iterable[Any]:
        """All that is kept, oldest first, whether it is shown or not."""
        ring = self._book.ring
        return (item for _, item in ring.between(ring.first, ring.end))

    def shown_items(self) -> list[Any]:
        """All that the filter has let pass, oldest first."""
        return self._book.items()

    @property
    def following(self) -> bool:
        """True while the newest line is always in view."""
        return self._is_following

    @following.setter
    def following(self, is_following: bool) -> None:
        if self._is_following and not is_following:
            self._seen_end = self._book.ring.end
        self._is_following = is_following and not self._past
        self._book.ring.is_held = not self._is_following
        self._touch()

    @property
    def past(self) -> str:
        """Which time is shown, when the end of the log is not the present."""
        return self._past

    @past.setter
    def past(self, words: str) -> None:
        self._past = words
        self.following = self._is_following

    @property
    def empty(self) -> Line:
        """What is said while there are no lines."""
        return self._empty

    @empty.setter
    def empty(self, line: Line) -> None:
        if line != self._empty:
            self._empty = line
            self._touch()

    @property
    def status(self) -> str:
        """Whether the log follows, and how many lines came since it does not."""
        if self._past:
            return self._past
        if self._is_following:
            return "following"
        new = self._book.ring.end - self._seen_end
        return f"paused, {new:,} new" if new else "paused"

    @property
    def search_status(self) -> str:
        """How the search stands; empty without one."""
        return log_words.search_status(self._book)

    def words(self, room: int = 1_000) -> Line:
        """All that it says about itself, in so many cells; the status always."""
        loud = Tone.QUIET if self._is_following else Tone.WARNING
        return log_words.joined(self._book, Span(self.status, loud), room)

    def search(self, pattern: str) -> None:
        """Look for a pattern in all lines, and in those to come; empty ends it."""
        self._book.look_for(pattern)
        self._book.current = self._book.ring.first - 1
        self.forget_strips()
        self.hurry()

    @property
    def chosen(self) -> LogFilter:
        """Which lines are shown."""
        return self._book.filter

    @chosen.setter
    def chosen(self, wanted: LogFilter) -> None:
        self._window.hold()
        self._book.choose(wanted)
        self.hurry()

    def forget_strips(self) -> None:
        super().forget_strips()
        self._drawn.clear()

    def draw_line(self, y: int, width: int) -> Strip:
        ring, lines = self._book.ring, self._book.shown
        number, row = self._layout[y] if y < len(self._layout) else (ring.end, 0)
        if not ring.first <= number < ring.end:
            is_first = y == 0 and not self._layout
            text = log_words.nothing(self._book, self._empty) if is_first else ()
            return self.line_strip(text, width)
        top = lines.place(self._layout[0][0])
        bar = bar_glyph(y, self.outer_size.height, top, len(lines), self.glyphs)
        look = self._look(number, width - 1)
        return self.cached(
            (number, row, bar, look), lambda: self._strip(number, row, bar, look)
        )

    def _strip(self, number: int, row: int, bar: str, look: LogLook) -> Strip:
        rows = self._rows(number, look)
        end = Segment(bar, self.tone_style(Tone.QUIET))
        return Strip([*rows[min(row, len(rows) - 1)], end], look.width + 1)

    def _look(self, number: int, width: int) -> LogLook:
        return LogLook(
            width,
            self._left,
            self._gutter_width,
            number == self._book.current,
            self._book.is_marked(number),
            self._is_wrapped,
            self._has_fields,
        )

    def _rows(self, number: int, look: LogLook) -> list[Row]:
        """The rows of a line, drawn once for each look."""
        rows = self._drawn.get((number, look))
        if rows is None:
            if len(self._drawn) >= _KEPT_DRAWN:
                self._drawn.clear()
            rows = self._drawn[number, look] = self._draw(number, look)
        return rows

    def _draw(self, number: int, look: LogLook) -> list[Row]:
        line: LogLine = self._book.teller.line(self._book.ring[number])
        words = line.at_text
        if line.at_ns is not None:
            words = self._times.words(line.at_ns)
        search = self._book.search
        if search is None:
            return self._painter.rows(line, words, (), look)
        seen = line.text[: (look.left + look.width) * 40]
        return self._painter.rows(line, words, search.pattern.stretches(seen), look)

    def _rows_of(self, number: int) -> int:
        """How many rows a line takes."""
        if not self._is_wrapped and not self._has_fields:
            return 1
        return len(self._rows(number, self._look(number, self.outer_size.width - 1)))

    def _touch(self) -> None:
        """Paint what came: at once after a rest, else on the next beat."""
        self._beat.is_due = True
        if self.is_running:
            self._read_on()
            self._beat.touch()

    def hurry(self) -> None:
        """Paint what somebody asked for: a flood keeps nobody waiting."""
        self._touch()
        if self.is_running:
            self._beat.strike()

    def _read_on(self) -> None:
        if not self._is_reading and not self._book.is_complete:
            self._is_reading = True
            self.set_timer(_REST_SECONDS, self._read)

    def _read(self) -> None:
        """Read a slice of what is searched or filtered; rest, and go on."""
        self._is_reading = False
        time = asyncio.get_running_loop().time
        end = time() + _SLICE_SECONDS
        self._book.read(lambda: time() >= end)
        if self._book.sought is not None:
            number, self._book.sought = self._book.sought, None
            self._go_to(number)
        elif self._book.is_sought_in_vain:
            self._book.is_sought_in_vain = False
            self.post_message(self.ErrorMissed(self))
        self._touch()

    def _paint_new(self) -> bool:
        """Paint; tell whether nothing is left of what was in view."""
        self._read_on()
        before = self._window.top[0]
        self._paint()
        return self._window.top[0] - before > self.outer_size.height

    def _paint(self) -> None:
        """Show what is; who pressed a key waits for no beat."""
        self._beat.is_due = False
        before = self._window.top
        self._settle()
        if self._window.top == before:
            self.repaint()
        elif not self.is_covered:
            self.refresh()
        self._tell()

    def _settle(self) -> None:
        """Keep the window inside the lines; at their end while following."""
        self._lay_out()
        ring, at_ns = self._book.ring, self._book.teller.at_ns
        if self._times.look_at(at_ns(ring[number]) for number, _ in self._layout):
            self.forget_strips()
            self._lay_out()
        self._widen()

    def _lay_out(self) -> None:
        lines, height = self._book.shown, self.outer_size.height
        self._window.settle(lines, height, at_end=self._is_following)
        self._layout = self._window.rows(lines, height)

    def _widen(self) -> None:
        """Make room for where the lines in view came from."""
        ring, teller = self._book.ring, self._book.teller
        gutters = (teller.gutter(ring[n]) for n, row in self._layout if not row)
        widest = max((width_of(within(gutter)) for gutter in gutters), default=0)
        if widest > self._gutter_width:
            self._gutter_width = min(widest, _WIDEST_GUTTER)

    def _tell(self) -> None:
        words = (Span(self._times.way.name), *self.words())
        told = (self.status, self.search_status, words)
        if told != self._told:
            self._told = told
            self.post_message(self.StatusChanged(self, told[0], told[1]))

    def _go_to(self, number: int) -> None:
        """Bring a line into view, and stand on it."""
        self._book.current = number
        self.following = False
        self._window.centre(self._book.shown, number, self.outer_size.height)
        self.hurry()

    def on_resize(self) -> None:
        self._drawn.clear()
        self._settle()
