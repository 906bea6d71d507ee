"""The scroll bar: one column, drawn by the widget that it belongs to."""

from __future__ import annotations

from widgets.values import Glyphs


def bar_glyph(y: int, height: int, top: int, total: int, glyphs: Glyphs) -> str:
    """Return the character of the scroll bar on line `y` of `height`.

    top     the first of `total` lines that is visible
    return  a space when all lines are visible
    """
    if total <= height or height <= 0:
        return " "
    size = max(1, height * height // total)
    start = round(top * (height - size) / (total - height))
    return glyphs.thumb if start <= y < start + size else glyphs.track


def top_for(y: int, height: int, total: int) -> int:
    """Return the first line to show after a click on line `y` of the bar."""
    return round(y * max(0, total - height) / max(1, height - 1))
