"""A trend in one line of text, in plain Python: for table cells and small panes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import isfinite

from textual.strip import Strip

from widgets.pane import LinePane
from widgets.values import UNICODE, Axis, Glyphs, Line, Series, Span

_GAP = " "
_FREE = Axis()


def sparkline(
    values: Sequence[float | None],
    width: int,
    axis: Axis = _FREE,
    glyphs: Glyphs = UNICODE,
) -> str:
    """Draw values as bars from old to new, `width` cells wide at most.

    values  None (or what is not a finite number) is a gap and is left blank; several
            values in one cell are shown by the highest
    axis    the range; without one the lowest value is the lowest bar
    """
    columns = _columns([_finite(value) for value in values], width)
    known = [value for value in columns if value is not None]
    low = axis.low if axis.low is not None else min(known, default=0.0)
    high = axis.high if axis.high is not None else max(known, default=0.0)
    return "".join(
        _GAP if value is None else _bar(value, low, high, glyphs.levels)
        for value in columns
    )


def _finite(value: float | None) -> float | None:
    return value if value is not None and isfinite(value) else None


def _columns(values: Sequence[float | None], width: int) -> list[float | None]:
    """Share the values out over at most `width` columns."""
    count = min(len(values), width)
    if count <= 0:
        return []
    edges = [len(values) * column // count for column in range(count + 1)]
    return [
        max((v for v in values[start:end] if v is not None), default=None)
        for start, end in pairwise(edges)
    ]


def _bar(value: float, low: float, high: float, levels: str) -> str:
    if high <= low:
        return levels[0]
    share = (value - low) / (high - low)
    return levels[max(0, min(len(levels) - 1, round(share * (len(levels) - 1))))]


class Sparkline(LinePane):
    """A trend as wide as there is room."""

    DEFAULT_CSS = "Sparkline { height: 1; }"

    _series = Series((), ())
    _axis = _FREE
    _alarm: Series | None = None

    def show(
        self, series: Series, axis: Axis = _FREE, alarm: Series | None = None
    ) -> None:
        """Draw the ys of a series.

        alarm  as long as the series; where it is above 0 the bar has its tone
        """
        if (series, axis, alarm) != (self._series, self._axis, self._alarm):
            self._series, self._axis, self._alarm = series, axis, alarm
            self.repaint()

    def draw_line(self, y: int, width: int) -> Strip:
        if y:
            return self.blank(width)
        text = sparkline(self._series.ys, width, self._axis, self.glyphs)
        return self.line_strip(self._toned(text), width)

    def _toned(self, text: str) -> Line:
        alarm = self._alarm
        if alarm is None:
            return (Span(text, self._series.tone),)
        return tuple(
            Span(bar, alarm.tone if loud else self._series.tone)
            for bar, loud in zip(text, _columns(alarm.ys, len(text)), strict=True)
        )
