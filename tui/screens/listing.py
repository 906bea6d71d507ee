"""A table that can be narrowed to the rows that hold a text."""

from __future__ import annotations

from collections.abc import Sequence

from widgets.row_table import RowTable
from widgets.values import Line, Row, Span, Tone


class Listing(RowTable):
    """A RowTable whose owner shows all rows, and whose user may see only some."""

    _all: tuple[Row, ...] = ()
    _wanted = ""
    _none: Line = ()

    def show_rows(self, rows: Sequence[Row], *, is_stale: bool = False) -> None:
        """Show other rows; stale ones are all drawn faintly."""
        self.is_faint = is_stale
        if rows is not self._all and rows != self._all:
            self._all = tuple(rows)
            self._apply()

    def say_if_empty(self, line: Line) -> None:
        """Say this when there are no rows at all."""
        if line != self._none:
            self._none = line
            self._apply()

    @property
    def narrowed(self) -> str:
        """The text that the shown rows hold; empty when all are shown."""
        return self._wanted

    def narrow(self, text: str) -> None:
        """Show only rows that hold a text, in small letters or capitals."""
        self._wanted = text.casefold()
        self._apply()

    @property
    def line_count(self) -> int:
        """Lines that all shown rows take."""
        return self._index.line_count

    def _apply(self) -> None:
        if not self._wanted:
            self.empty = self._none
            self.rows = self._all
            return
        words = f"nothing here has {self._wanted!r}"
        self.empty = (Span(words, Tone.QUIET),) if self._all else self._none
        self.rows = [row for row in self._all if self._wanted in _text(row)]


def _text(row: Row) -> str:
    """Everything that can be read in a row."""
    spans = [span.text for line in row.details for span in line]
    for cell in row.cells:
        spans += [cell.text, *(span.text for span in cell.spans)]
    return " ".join(spans).casefold()
