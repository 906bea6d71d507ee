"""How a line of a log is drawn: time, origin, and the text with its marks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from widgets.pane import LinePane, cells_of
from widgets.values import LogLine, Mark, Tone

_FOUND = "log-view--found"
_CURRENT = "log-view--current"
_LINE = "log-view--line"


@dataclass(frozen=True, slots=True)
class LogLook:
    """What the picture of a line depends on, besides the line."""

    width: int
    bar: str
    left: int
    """Cells of the text that are scrolled out on the left."""
    gutter_width: int
    is_current: bool
    """The line that one went to."""


class LogPainter:
    """Draws for one log, in its style."""

    def __init__(self, pane: LinePane) -> None:
        self._pane = pane

    def line(
        self, line: LogLine, found: Iterable[tuple[int, int]], look: LogLook
    ) -> Strip:
        """Draw a line; `found` are the stretches that a search has found in it."""
        room = look.width - 1
        if line.is_gap:
            segments = self._gap(line, room)
        else:
            before = self._before(line, look.gutter_width)
            segments = self._pane.fit(before, min(room, cells_of(before)))
            room -= cells_of(segments)
            segments += self._text(line, found, look, room)
            if look.is_current:
                segments = [
                    Segment(text, self._pane.over(style or Style.null(), _LINE))
                    for text, style, _ in segments
                ]
        bar = Segment(look.bar, self._pane.tone_style(Tone.QUIET))
        return Strip([*segments, bar], look.width)

    def _gap(self, line: LogLine, room: int) -> list[Segment]:
        style = self._pane.tone_style(line.tone)
        rule = self._pane.glyphs.rule
        text = f"{rule * 2} {self._pane.clean(line.text)} "
        return self._pane.fit((Segment(text + rule * room, style),), room)

    def _before(self, line: LogLine, gutter_width: int) -> list[Segment]:
        pieces = []
        if line.at_text:
            text = self._pane.clean(line.at_text) + " "
            pieces.append(Segment(text, self._pane.tone_style(Tone.QUIET)))
        if gutter_width:
            style = self._pane.tone_style(line.gutter_tone)
            origin = Segment(self._pane.clean(line.gutter), style)
            pieces += [*self._pane.fit((origin,), gutter_width), Segment(" ", style)]
        return pieces

    def _text(
        self,
        line: LogLine,
        found: Iterable[tuple[int, int]],
        look: LogLook,
        room: int,
    ) -> list[Segment]:
        pane = self._pane
        seen = line.text[: (look.left + room + 1) * 4]
        pieces = [
            Segment(pane.clean(text), style)
            for text, style in self._styled(line, seen, found, look)
        ]
        if look.left:
            pieces = list(Strip(pieces).crop(look.left, look.left + room + 1))
        return pane.fit(pieces, room)

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
