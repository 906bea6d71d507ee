"""One line with something on the left and something on the right."""

from __future__ import annotations

from textual.strip import Strip

from widgets.pane import LinePane
from widgets.text import cells_of
from widgets.values import Align, Line


class StatusLine(LinePane):
    """Shows two lines in one; when they do not fit, the left one is cut."""

    DEFAULT_CSS = "StatusLine { height: 1; }"

    _left: Line = ()
    _right: Line = ()

    def show(self, left: Line, right: Line = ()) -> None:
        """Show other words."""
        if (left, right) != (self._left, self._right):
            self._left, self._right = left, right
            self.repaint()

    def draw_line(self, y: int, width: int) -> Strip:
        if y:
            return self.blank(width)
        left, right = self.pieces(self._left), self.pieces(self._right)
        room = max(0, width - cells_of(right) - (1 if left and right else 0))
        segments = self.fit(left, min(room, cells_of(left)))
        taken = cells_of(segments)
        return Strip([*segments, *self.fit(right, width - taken, Align.RIGHT)], width)
