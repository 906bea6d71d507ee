"""A short list over other widgets, below the field that it belongs to.

It never has the keyboard: the field keeps it, and moves the choice.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual.geometry import Region

from widgets.row_index import RowSource
from widgets.row_table import RowTable
from widgets.values import UNICODE, Column, Glyphs

_MOST_LINES = 8
_LEAST_LINES = 3
_WIDTH = 56


class Popup(RowTable, can_focus=False):
    """Put it on a layer of its own; it shows itself while it has rows."""

    DEFAULT_CSS = """
    Popup { position: absolute; display: none; }
    Popup > .row-table--cursor { background: $primary 60%; text-style: bold; }
    """

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        glyphs: Glyphs = UNICODE,
        id: str | None = None,  # noqa: A002 - the name that Textual gives it
    ) -> None:
        super().__init__(columns, show_header=False, glyphs=glyphs, id=id)

    @property
    def is_active(self) -> bool:
        return True

    def show_below(self, field: Region, rows: RowSource, chosen: str) -> None:
        """Show rows, one of them chosen (none when empty); no rows hide it.

        field  where the field is on the screen
        """
        self.display = len(rows) > 0
        if not self.display:
            return
        self.show_lazily(rows)
        self.shows_cursor = self.move_to(chosen)
        screen = self.screen.size
        width = min(_WIDTH, screen.width - field.x)
        below = screen.height - field.bottom
        is_above = below < min(_LEAST_LINES, len(rows)) and field.y > below
        room = field.y if is_above else below
        height = max(1, min(_MOST_LINES, len(rows), room))
        self.styles.width, self.styles.height = width, height
        self.styles.offset = (field.x, field.y - height if is_above else field.bottom)
