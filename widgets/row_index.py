"""The rows of a table in order: which row is on which line, where a key has gone."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Protocol

from widgets.values import Row


class RowSource(Protocol):
    """Rows of one line each that are made when they are looked at, however many."""

    def __len__(self) -> int: ...

    def key(self, place: int) -> str:
        """Return the key of a row without making it."""
        ...

    def row(self, place: int) -> Row:
        """Make a row."""
        ...

    def place(self, key: str) -> int | None:
        """Return where the row with a key is, without a search."""
        ...


class Index:
    """Rows in order that do not change; lines are counted from 0 at the first row."""

    def __len__(self) -> int:
        raise NotImplementedError

    @property
    def rows(self) -> tuple[Row, ...]:
        """All rows; those that are made when they are looked at are all made now."""
        raise NotImplementedError

    @property
    def line_count(self) -> int:
        """Lines of all rows together."""
        raise NotImplementedError

    def start(self, place: int) -> int:
        """Return the first line of a row."""
        raise NotImplementedError

    def end(self, place: int) -> int:
        """Return the line behind the last one of a row."""
        raise NotImplementedError

    def at_line(self, line: int) -> tuple[int, int]:
        """Return the place of the row on a line, and which of its lines that is."""
        raise NotImplementedError

    def key(self, place: int) -> str:
        """Return the key of a row."""
        raise NotImplementedError

    def row(self, place: int) -> Row:
        """Return a row."""
        raise NotImplementedError

    def place(self, key: str) -> int | None:
        """Return where the row with a key is."""
        raise NotImplementedError

    def follow(self, place: int, newer: Index) -> int:
        """Return where a row of this index is in a newer one.

        When it is gone, the next row that is still there stands in for it, else the
        last one before it.
        """
        successors = range(place, len(self))
        predecessors = range(min(place, len(self)) - 1, -1, -1)
        for candidates in (successors, predecessors):
            for candidate in candidates:
                found = newer.place(self.key(candidate))
                if found is not None:
                    return found
        return 0


class RowIndex(Index):
    """Rows that are there already, with their details."""

    def __init__(self, rows: Sequence[Row] = ()) -> None:
        self._rows = tuple(rows)
        self._starts = [0, *accumulate(1 + len(row.details) for row in self._rows)]
        self._places = {row.key: place for place, row in enumerate(self._rows)}

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def rows(self) -> tuple[Row, ...]:
        return self._rows

    @property
    def line_count(self) -> int:
        return self._starts[-1]

    def start(self, place: int) -> int:
        return self._starts[place]

    def end(self, place: int) -> int:
        return self._starts[place + 1]

    def at_line(self, line: int) -> tuple[int, int]:
        place = bisect_right(self._starts, line) - 1
        return place, line - self._starts[place]

    def key(self, place: int) -> str:
        return self._rows[place].key

    def row(self, place: int) -> Row:
        return self._rows[place]

    def place(self, key: str) -> int | None:
        return self._places.get(key)


class LazyIndex(Index):
    """Rows of one line each; what is never seen is never made."""

    def __init__(self, source: RowSource) -> None:
        self._source = source
        self._made: dict[int, Row] = {}

    def __len__(self) -> int:
        return len(self._source)

    @property
    def rows(self) -> tuple[Row, ...]:
        return tuple(self.row(place) for place in range(len(self)))

    @property
    def line_count(self) -> int:
        return len(self._source)

    def start(self, place: int) -> int:
        return place

    def end(self, place: int) -> int:
        return place + 1

    def at_line(self, line: int) -> tuple[int, int]:
        return line, 0

    def key(self, place: int) -> str:
        return self._source.key(place)

    def row(self, place: int) -> Row:
        found = self._made.get(place)
        if found is None:
            found = self._made[place] = self._source.row(place)
        return found

    def place(self, key: str) -> int | None:
        return self._source.place(key)
