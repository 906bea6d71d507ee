"""Curves with axes. The only user of plotext, which is imported when first needed:
that takes 50 ms, so whoever cares calls `load` in a thread after the first frame.

plotext draws the dots of one curve at a time; words, axes and tones are ours. Use it
from one thread only, because there is one figure.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import cache, partial
from itertools import groupby
from math import isfinite
from types import ModuleType
from typing import Any, TypeAlias

from textual.strip import Strip

from widgets.pane import LinePane
from widgets.text import cut, width_of
from widgets.values import UNICODE, Axis, Glyphs, Line, Plot, Series, Span, Tone

_STYLES = re.compile(r"\x1b\[[0-9;]*m")
_BLANK_BRAILLE = 0x2800
_ASCII_MARKERS = "*+ox"
_UNREAD = (("plotext._doc.doc", "docs"), ("plotext._tests.run", "test"))
"""Modules that plotext takes one name from, to hand it on."""

Point = tuple[float, float]
Beside: TypeAlias = Callable[
    [Callable[[], tuple[Line, ...]]], Awaitable[tuple[Line, ...]]
]
Dot = tuple[str, Tone]
_EMPTY: Dot = (" ", Tone.TEXT)


def render_chart(
    plot: Plot, width: int, height: int, glyphs: Glyphs = UNICODE
) -> tuple[Line, ...]:
    """Draw a plot as `height` lines of `width` cells.

    An axis without ticks takes no room. Values beyond the range of y are drawn on its
    edge, points beyond the range of x are left out. From two lines on, each has four
    levels; a single one has none.
    """
    if width <= 0 or height <= 0:
        return ()
    labels = [width_of(tick.label) for tick in plot.y.ticks]
    margin = min(max(labels) + 1, width) if labels else 0
    foot = 2 if plot.x.ticks and height > 4 else 1 if plot.x.ticks else 0
    canvas = _canvas(plot, width - margin, height - foot, glyphs)
    if margin:
        sides = _y_labels(plot, margin, len(canvas), glyphs)
        canvas = [(side, *line) for side, line in zip(sides, canvas, strict=True)]
    return (*canvas, *_x_labels(plot, margin, width, glyphs, foot))


def _canvas(plot: Plot, width: int, height: int, glyphs: Glyphs) -> list[Line]:
    if width <= 0 or height <= 0:
        return [()] * max(0, height)
    grid = [[_EMPTY] * width for _ in range(height)]
    x_range, y_range = _ranges(plot)
    for number, series in enumerate(plot.series):
        runs = tuple(_runs(series, x_range, y_range))
        marker = _ASCII_MARKERS[number % len(_ASCII_MARKERS)]
        rows = _dots(runs, width, height, "braille" if glyphs.is_braille else marker)
        for line, row in zip(grid, rows, strict=False):
            for at, character in enumerate(row[:width]):
                line[at] = _over(line[at], (character, series.tone))
    return [_spans(line) for line in grid]


def _ranges(plot: Plot) -> tuple[Point, Point]:
    known = [
        (x, y)
        for series in plot.series
        for x, y in zip(series.xs, series.ys, strict=True)
        if y is not None and isfinite(x) and isfinite(y)
    ]
    return (
        _range(plot.x, [x for x, _ in known]),
        _range(plot.y, [y for _, y in known]),
    )


def _range(axis: Axis, values: Sequence[float]) -> Point:
    low = axis.low if axis.low is not None else min(values, default=0.0)
    high = axis.high if axis.high is not None else max(values, default=1.0)
    return low, high


def _share(value: float, bounds: Point) -> float:
    low, high = bounds
    return (value - low) / (high - low) if high > low else 0.0


def _runs(series: Series, x_range: Point, y_range: Point) -> Iterator[list[Point]]:
    """Yield the stretches without a gap, scaled to 0..1.

    Nothing else may reach plotext: a NaN ends the whole process inside its kernel.
    """
    run: list[Point] = []
    for x, y in zip(series.xs, series.ys, strict=True):
        at = _share(x, x_range)
        if y is None or not isfinite(y) or not 0 <= at <= 1:
            if run:
                yield run
            run = []
        else:
            run.append((at, max(0.0, min(1.0, _share(y, y_range)))))
    if run:
        yield run


def _dots(
    runs: Sequence[list[Point]], width: int, height: int, marker: str
) -> list[str]:
    """Let plotext draw stretches of one curve on an empty canvas."""
    figure = _figure()
    figure.clear()
    figure.theme("colorless")
    figure.canvas("default")
    figure.plot_size(width, height)
    figure.axes(False)  # noqa: FBT003 - plotext's own way to say it
    figure.ruler("both", "both").frequency(0)
    figure.ruler("both", "both").lim(0, 1)
    for run in runs:
        xs = [_spread(x, width, 2) for x, _ in run]
        ys = [_spread(y, height, 4) for _, y in run]
        figure.draw(figure.signal(xs, ys, marker=marker).lines())
    return _STYLES.sub("", figure.build().string()).splitlines()


def _spread(share: float, cells: int, dots: int) -> float:
    """Move 0..1 from the middles of the outermost cells to their outermost dots."""
    outside = 0.5 - 0.5 / dots
    return (share * (cells - 1 + 2 * outside) - outside) / max(1, cells - 1)


def load() -> Any:  # plotext has no types
    """plotext, without its manual and its own tests: 3 MB that nobody here reads."""
    for name, value in _UNREAD:
        if name not in sys.modules:
            sys.modules[name] = ModuleType(name)
            setattr(sys.modules[name], value, None)
    import plotext  # noqa: PLC0415 - slow, see above

    return plotext


@cache
def _figure() -> Any:
    """Return a figure of our own that may be larger than the terminal."""
    return type(load().terminal)().limit(False, False)._master  # noqa: FBT003, SLF001 - there is no public way


def _over(below: Dot, above: Dot) -> Dot:
    """Lay one dot pattern over another; the upper one gives the tone."""
    character = above[0]
    if character in (" ", chr(_BLANK_BRAILLE)):
        return below
    bits = ord(below[0]) - _BLANK_BRAILLE
    if 0 < bits < 0x100 and character > chr(_BLANK_BRAILLE):
        character = chr(ord(character) | bits)
    return character, above[1]


def _spans(dots: Sequence[Dot]) -> Line:
    return tuple(
        Span("".join(character for character, _ in group), tone)
        for tone, group in groupby(dots, key=lambda dot: dot[1])
    )


def _y_labels(plot: Plot, margin: int, height: int, glyphs: Glyphs) -> list[Span]:
    bounds = _ranges(plot)[1]
    words = [""] * height
    for tick in plot.y.ticks:
        row = round((1 - _share(tick.at, bounds)) * (height - 1))
        if 0 <= row < height:
            words[row] = cut(tick.label, margin - 1, glyphs.ellipsis)
    edge = glyphs.box.vertical
    return [
        Span(" " * (margin - 1 - width_of(word)) + word + edge, Tone.QUIET)
        for word in words
    ]


def _x_labels(
    plot: Plot, margin: int, width: int, glyphs: Glyphs, lines: int
) -> list[Line]:
    """Draw the words below the canvas, and above them a line if there is room."""
    if not lines:
        return []
    bounds = _ranges(plot)[0]
    room = width - margin
    words = ""
    for tick in sorted(plot.x.ticks, key=lambda tick: tick.at):
        size = width_of(tick.label)
        at = round(_share(tick.at, bounds) * (room - 1)) - size // 2
        at = min(max(0, at), room - size)
        if at >= width_of(words) + (1 if words else 0):
            words += " " * (at - width_of(words)) + tick.label
    footer = (Span(" " * margin + words, Tone.QUIET),)
    if lines == 1:
        return [footer]
    corner = glyphs.box.bottom_left if margin else ""
    rule = " " * (margin - 1) + corner + glyphs.box.horizontal * room
    return [(Span(rule, Tone.QUIET),), footer]


async def _here(draw: Callable[[], tuple[Line, ...]]) -> tuple[Line, ...]:
    return draw()


class Chart(LinePane):
    """Draws a plot as large as there is room; afresh only when something changed.

    Plotting takes some ten milliseconds, in which no key would be heard. So it may be
    done elsewhere; until then the lines before are there.
    """

    _plot = Plot()
    _lines: tuple[Line, ...] = ()
    _drawn: tuple[Plot, int, int] | None = None
    _is_due = False

    def __init__(self, glyphs: Glyphs = UNICODE, beside: Beside = _here) -> None:
        """Empty.

        beside  where it is plotted: always the same thread
        """
        super().__init__(glyphs=glyphs)
        self._beside = beside

    def show(self, plot: Plot) -> None:
        """Draw another plot."""
        if plot != self._plot:
            self._plot = plot
            self.repaint()

    def draw_line(self, y: int, width: int) -> Strip:
        wanted = (self._plot, width, self.outer_size.height)
        if wanted != self._drawn and not self._is_due:
            self._is_due = self.call_later(self._plot_lines)
        line = self._lines[y] if y < len(self._lines) else ()
        return self.cached((y, width), lambda: self.line_strip(line, width))

    async def _plot_lines(self) -> None:
        wanted = (self._plot, *self.outer_size)
        try:
            lines = await self._beside(partial(render_chart, *wanted, self.glyphs))
        finally:
            self._is_due = False
        self._drawn, self._lines = wanted, lines
        self.forget_strips()
        self.repaint()
