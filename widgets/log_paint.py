"""How a line of a log is drawn: time, origin, and the text with its marks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from msgspec import Struct
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from widgets.pane import LinePane
from widgets.text import cells_of
from widgets.values import LogLine, Mark, Tone

_FOUND = "log-view--found"
_CURRENT = "log-view--current"
_LINE = "log-view--line"
_MOST_ROWS = 40
"""No line takes more rows than this; it can be read in full elsewhere."""
_FIELDS_INDENT = 2

Row = Sequence[Segment]


class LogLook(Struct, frozen=True):
    """What the picture of a line depends on, besides the line."""

    width: int
    """Cells, without the scroll bar."""
    left: int = 0
    """Cells of the text that are scrolled out on the left."""
    gutter_width: int = 0
    is_current: bool = False
    """The line that one went to."""
    is_marked: bool = False
    is_wrapped: bool = False
    """The text goes on below where it is too long."""
    has_fields: bool = False
    """What else is known stands below the text."""


class LogPainter:
    """Draws for one log, in its style."""

    def __init__(self, pane: LinePane) -> None:
        self._pane = pane

    def rows(
        self,
        line: LogLine,
        at: str,
        found: Iterable[tuple[int, int]],
        look: LogLook,
    ) -> list[Row]:
        """Draw a line.

        at     its time in words; empty draws none
        found  the stretches that a search has found in it
        """
        if line.is_gap:
            return [self._gap(line, look.width)]
        before = self._before(line, at, look)
        before = self._pane.fit(before, min(look.width, cells_of(before)))
        room = max(1, look.width - cells_of(before))
        rows = [
            [*(before if number == 0 else self._margin(look.width - room)), *row]
            for number, row in enumerate(self._text(line, found, look, room))
        ]
        if look.has_fields and line.fields:
            margin = self._margin(look.width - room + _FIELDS_INDENT)
            words = self._words_of(line)
            below = self._wrapped([words], max(1, room - _FIELDS_INDENT))
            rows += [[*margin, *row] for row in below]
        return [self._lit(row) if look.is_current else row for row in rows]

    def _lit(self, row: Row) -> Row:
        return [
            Segment(text, self._pane.over(style or Style.null(), _LINE))
            for text, style, _ in row
        ]

    def _margin(self, width: int) -> Row:
        return [Segment(" " * width, self._pane.tone_style(Tone.TEXT))]

    def _words_of(self, line: LogLine) -> Segment:
        words = "  ".join(f"{name}={value}" for name, value in line.fields)
        return Segment(self._pane.clean(words), self._pane.tone_style(Tone.QUIET))

    def _gap(self, line: LogLine, width: int) -> Row:
        style = self._pane.tone_style(line.tone)
        rule = self._pane.glyphs.rule
        text = f"{rule * 2} {self._pane.clean(line.text)} "
        return self._pane.fit((Segment(text + rule * width, style),), width)

    def _before(self, line: LogLine, at: str, look: LogLook) -> list[Segment]:
        pieces = []
        mark = self._pane.glyphs.mark
        accent = self._pane.tone_style(Tone.ACCENT)
        if at:
            text = self._pane.clean(at)
            pieces.append(Segment(text, self._pane.tone_style(Tone.QUIET)))
            pieces.append(Segment(mark if look.is_marked else " ", accent))
        elif look.is_marked:
            pieces.append(Segment(f"{mark} ", accent))
        if look.gutter_width:
            style = self._pane.tone_style(line.gutter_tone)
            origin = Segment(self._pane.clean(line.gutter), style)
            pieces += [
                *self._pane.fit((origin,), look.gutter_width),
                Segment(" ", style),
            ]
        return pieces

    def _text(
        self,
        line: LogLine,
        found: Iterable[tuple[int, int]],
        look: LogLook,
        room: int,
    ) -> list[Row]:
        pane = self._pane
        most = room * _MOST_ROWS if look.is_wrapped else look.left + room + 1
        seen = line.text[: most * 4]
        pieces = [
            Segment(pane.clean(text), style)
            for text, style in self._styled(line, seen, found, look)
        ]
        if line.sign:
            pieces.insert(0, Segment(f"{line.sign} ", pane.tone_style(line.tone)))
        if look.is_wrapped:
            return self._wrapped(pieces, room)
        if look.left:
            pieces = list(Strip(pieces).crop(look.left, look.left + room + 1))
        return [pane.fit(pieces, room)]

    def _wrapped(self, pieces: Sequence[Segment], room: int) -> list[Row]:
        """Go on below where there is no room left: at any letter, so none is lost."""
        strip = Strip(pieces)
        total = min(strip.cell_length, room * _MOST_ROWS)
        rows = [
            self._pane.fit(list(strip.crop(start, start + room)), room)
            for start in range(0, total, room)
        ]
        return list(rows) or [self._pane.fit((), room)]

    def _styled(
        self,
        line: LogLine,
        seen: str,
        found: Iterable[tuple[int, int]],
        look: LogLook,
    ) -> Iterable[tuple[str, Style]]:
        """Yield the text in pieces that have one style each; later marks win."""
        stretches = tuple(found)
        edges = {0, len(seen)}
        for start, end in (*((m.start, m.end) for m in line.marks), *stretches):
            edges |= {min(max(0, start), len(seen)), min(max(0, end), len(seen))}
        for start, end in pairwise(sorted(edges)):
            style = self._mark_style(line, start)
            if any(a <= start < b for a, b in stretches):
                style = self._pane.over(style, _CURRENT if look.is_current else _FOUND)
            yield seen[start:end], style

    def _mark_style(self, line: LogLine, at: int) -> Style:
        mark = Mark(0, 0, line.tone)
        for candidate in line.marks:
            if candidate.start <= at < candidate.end:
                mark = candidate
        return self._pane.tone_style(mark.tone, bold=mark.bold)
