"""How many there were when: a strip of bars, some of them bad, between two times."""

from __future__ import annotations

from itertools import groupby

from msgspec.structs import replace
from textual.strip import Strip

from widgets.pane import LinePane
from widgets.text import cells_of, width_of
from widgets.values import Bars, Line, Span, Tone


class Histogram(LinePane):
    """Bars as high as the pane; what is said stands beside them.

    A bar is red from its foot as far as its errors reach, and a cell at least: few
    errors among many lines are seen.
    """

    DEFAULT_CSS = "Histogram { height: 1; }"

    _bars = Bars()

    @property
    def bars(self) -> Bars:
        """What is drawn."""
        return self._bars

    def show(self, bars: Bars) -> None:
        """Draw other bars."""
        if bars != self._bars:
            self._bars = bars
            self.forget_strips()
            self.repaint()

    def draw_line(self, y: int, width: int) -> Strip:
        height = self.outer_size.height
        return self.cached((y, width, height), lambda: self._strip(y, width, height))

    def _strip(self, y: int, width: int, height: int) -> Strip:
        bars = self._bars
        if not bars.counts:
            return self.line_strip(bars.words if y == height - 1 else (), width)
        is_foot = y == height - 1
        left = f"{bars.begin} "
        end = f" {bars.end}"
        right: Line = (Span(end if is_foot else " ", Tone.QUIET),)
        words = self._words(width, width_of(left) + width_of(end))
        if y == 0:
            right = (*right, Span(" " if is_foot else "", Tone.QUIET), *words)
        said = 1 + cells_of(words)
        side = max(width_of(end), said) + (width_of(end) if height == 1 else 0)
        room = width - len(left) - side
        begin = Span(left if is_foot else " " * len(left), Tone.QUIET)
        cells = self._cells(height - 1 - y, height, max(0, room))
        return self.line_strip((begin, *cells, *right), width)

    def _words(self, width: int, taken: int) -> Line:
        """What is said; the last of it where the bars would have too little room."""
        words = self._bars.words
        while len(words) > 1:
            said = cells_of(words)
            if width - taken - said >= width // 2:
                break
            words = (replace(words[1], text=words[1].text.lstrip(", ")), *words[2:])
        return words

    def _cells(self, row: int, height: int, room: int) -> list[Span]:
        """One row of the bars; 0 is the lowest."""
        most = max(self._bars.counts)
        drawn = [
            self._cell(column * len(self._bars.counts) // room, row, height, most)
            for column in range(room)
        ]
        return [
            Span("".join(glyph for glyph, _ in run), tone)
            for tone, run in groupby(drawn, key=lambda cell: cell[1])
        ]

    def _cell(self, place: int, row: int, height: int, most: int) -> tuple[str, Tone]:
        levels = self.glyphs.levels
        count = self._bars.counts[place]
        errors = min(self._bars.errors[place], count)
        full = height * len(levels)
        # Rounded up: one line among thousands is not none.
        level = -(-count * full // most) - row * len(levels) if count else 0
        red = -(-errors * full // most) - row * len(levels) if errors else 0
        glyph = levels[min(level, len(levels)) - 1] if level > 0 else " "
        return glyph, Tone.CRITICAL if red > 0 else Tone.QUIET
