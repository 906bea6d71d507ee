"""The rows of a table in order: which row is on which line, where a key has gone."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from widgets.values import Row


class RowIndex:
    """Rows that do not change; lines are counted from 0 at the first row."""

    def __init__(self, rows: Sequence[Row] = ()) -> None:
        self.rows = tuple(rows)
        self._starts = [0, *accumulate(1 + len(row.details) for row in self.rows)]
        self._places = {row.key: place for place, row in enumerate(self.rows)}

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def line_count(self) -> int:
        """Lines of all rows together."""
        return self._starts[-1]

    def start(self, place: int) -> int:
        """Return the first line of a row."""
        return self._starts[place]

    def end(self, place: int) -> int:
        """Return the line behind the last one of a row."""
        return self._starts[place + 1]

    def at_line(self, line: int) -> tuple[int, int]:
        """Return the place of the row on a line, and which of its lines that is."""
        place = bisect_right(self._starts, line) - 1
        return place, line - self._starts[place]

    def place(self, key: str) -> int | None:
        """Return where the row with a key is."""
        return self._places.get(key)

    def follow(self, place: int, newer: RowIndex) -> int:
        """Return where a row of this index is in a newer one.

        When it is gone, the next row that is still there stands in for it, else the
        last one before it.
        """
        successors = range(place, len(self.rows))
        predecessors = range(min(place, len(self.rows)) - 1, -1, -1)
        for candidates in (successors, predecessors):
            for candidate in candidates:
                found = newer.place(self.rows[candidate].key)
                if found is not None:
                    return found
        return 0
