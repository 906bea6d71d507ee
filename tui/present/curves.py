"""What one chart shows, with the words above it."""

from __future__ import annotations

from dataclasses import dataclass

from widgets.values import Line, Plot


@dataclass(frozen=True, slots=True)
class Curves:
    """Curves over time, and their newest values in words."""

    plot: Plot
    words: Line
