"""How the rows of a table are drawn: cells into columns, details below them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

from msgspec import Struct
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from widgets.columns import GAP, column_widths
from widgets.pane import LinePane
from widgets.text import cells_of, width_of
from widgets.values import Align, Cell, Column, Glyphs, Row, Tone

_EDGES = 2
"""The cursor's mark on the left and the scroll bar on the right, a cell each."""
_DIM = Style(dim=True)


class Look(Struct, frozen=True):
    """What the picture of a row depends on, besides the row."""

    width: int
    bar: str
    is_cursor: bool
    has_focus: bool
    is_marked: bool = False
    is_faint: bool = False

    def edge(self, part: int, glyphs: Glyphs) -> str:
        """What stands left of a line of the row; its mark is beside the first."""
        has_cursor = self.is_cursor and self.has_focus
        if self.is_marked and part == 0:
            return glyphs.cursor_mark if has_cursor else glyphs.mark
        return glyphs.cursor if has_cursor else " "


class RowPainter:
    """Draws for one table, in its style."""

    def __init__(self, pane: LinePane, detail_column: int) -> None:
        self._pane = pane
        self._detail_column = detail_column

    def header(self, columns: Sequence[Column], width: int) -> Strip:
        """Draw the titles of the columns."""
        cells = tuple(Cell(column.title, Tone.QUIET) for column in columns)
        segments = self._cells(Row("", cells), columns, width - _EDGES)
        return Strip(self._framed(self._over(segments, "row-table--header"), " ", " "))

    def row(self, row: Row, part: int, columns: Sequence[Column], look: Look) -> Strip:
        """Draw one line of a row: its cells, or with `part` above 0 a detail."""
        room = look.width - _EDGES
        if part == 0:
            segments = self._cells(row, columns, room)
        else:
            segments = self._detail(row, part - 1, columns, room)
        if row.dim or look.is_faint:
            segments = [
                Segment(text, style and style + _DIM) for text, style, _ in segments
            ]
        if look.is_cursor:
            segments = self._over(segments, "row-table--cursor")
        edge = look.edge(part, self._pane.glyphs)
        return Strip(self._framed(segments, edge, look.bar), look.width)

    def _cells(self, row: Row, columns: Sequence[Column], room: int) -> list[Segment]:
        pane = self._pane
        segments: list[Segment] = []
        taken = 0
        widths = list(column_widths(columns, room))
        self._lend(row.cells, columns, widths)
        for index, (cell, column) in enumerate(zip(row.cells, columns, strict=False)):
            if not widths[index]:
                continue
            if taken:
                segments += pane.fit((), GAP)
                taken += GAP
            first = Segment(
                pane.clean(cell.text),
                pane.tone_style(cell.tone or row.tone, bold=cell.bold),
            )
            pieces = (first, *pane.pieces(cell.spans))
            if (cell.align or column.align) is Align.LEFT:
                _spread(row.cells, pieces, widths, index)
            width = widths[index]
            segments += pane.fit(pieces, width, cell.align or column.align, column.cut)
            taken += width
        return segments + pane.fit((), max(0, room - taken))

    def _lend(
        self, cells: Sequence[Cell], columns: Sequence[Column], widths: list[int]
    ) -> None:
        """Let a text that is too long have what is free in the column beside it, or
        what that one must give.
        """
        for left, right in itertools.pairwise(range(min(len(cells), len(widths)))):
            if columns[left].lends and widths[left] and widths[right]:
                here = self._width(cells[left]) - widths[left]
                there = self._width(cells[right]) - widths[right]
                if here > 0 > there:
                    moved = min(here, -there)
                elif there > 0:
                    spare = widths[left] - columns[left].width
                    wanted = min(there, columns[left + 1].wants - widths[left + 1])
                    moved = -max(min(there, -here), min(wanted, spare), 0)
                else:
                    continue
                widths[left] += moved
                widths[right] -= moved

    def _width(self, cell: Cell) -> int:
        """Cells that a field takes when nothing is cut off."""
        texts = (cell.text, *(span.text for span in cell.spans))
        return sum(width_of(self._pane.clean(text)) for text in texts)

    def _detail(
        self, row: Row, number: int, columns: Sequence[Column], room: int
    ) -> list[Segment]:
        widths = column_widths(columns, room)[: self._detail_column]
        indent = sum(width + GAP for width in widths if width)
        pieces = self._pane.pieces(row.details[number])
        return self._pane.fit((), indent) + self._pane.fit(pieces, room - indent)

    def _over(self, segments: Iterable[Segment], component: str) -> list[Segment]:
        return [
            Segment(text, self._pane.over(style or Style.null(), component))
            for text, style, _ in segments
        ]

    def _framed(
        self, segments: Iterable[Segment], edge: str, bar: str
    ) -> list[Segment]:
        return [
            Segment(edge, self._pane.tone_style(Tone.ACCENT)),
            *segments,
            Segment(bar, self._pane.tone_style(Tone.QUIET)),
        ]


def _spread(
    cells: Sequence[Cell], pieces: Iterable[Segment], widths: list[int], index: int
) -> None:
    """Let what is too long for its cell run on over empty ones, as in a spreadsheet."""
    after = index + 1
    if after == len(widths) or not _is_empty(cells, after):
        return
    lacking = cells_of(pieces) - widths[index]
    while lacking > 0 and after < len(widths) and _is_empty(cells, after):
        more = widths[after] + GAP if widths[after] else 0
        widths[index] += more
        widths[after] = 0
        lacking -= more
        after += 1


def _is_empty(cells: Sequence[Cell], index: int) -> bool:
    if index >= len(cells):
        return True
    return not cells[index].text and not cells[index].spans
