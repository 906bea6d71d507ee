"""What one chart shows, with the words above it."""

from __future__ import annotations

from msgspec import Struct

from widgets.values import Line, Plot


class Curves(Struct, frozen=True, gc=False):
    """Curves over time, and their newest values in words."""

    plot: Plot
    words: Line
