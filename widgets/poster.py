"""Lines of fields, each of a width of its own: a page that nobody scrolls."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from textual.strip import Strip

from widgets.pane import LinePane
from widgets.values import Fields


class Poster(LinePane):
    """Shows a page; of the next one only those lines are drawn that are other ones."""

    _page: Sequence[Fields] = ()

    def show(self, page: Sequence[Fields]) -> None:
        """Show other lines; those below the last are blank."""
        if page != self._page:
            self._page = page
            self.repaint()

    def draw_line(self, y: int, width: int) -> Strip:
        if y >= len(self._page):
            return self.blank(width)
        fields = self._page[y]
        return self.cached((fields, width), lambda: self._drawn(fields, width))

    def _drawn(self, fields: Fields, width: int) -> Strip:
        segments: list[Segment] = []
        left = width
        for field in fields:
            room = max(0, min(left, field.width))
            segments += self.fit(self.pieces(field.line), room, field.align)
            left -= room
        return Strip([*segments, *self.fit((), left)], width)
