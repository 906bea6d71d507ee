"""Which rows of a log are in view. A line may take several rows, or none be wrapped.

The place is that of a line, not of a row: lines that come, or are forgotten, or are
filtered out, do not move what one reads.
"""

from __future__ import annotations

from collections.abc import Callable

from widgets.log_sieve import Selection

Row = tuple[int, int]
"""The number of a line, and which of its rows."""


class Window:
    """A stretch of rows of a selection of lines."""

    def __init__(self, rows_of: Callable[[int], int]) -> None:
        """`rows_of` tells how many rows a line takes, by its number."""
        self._rows_of = rows_of
        self.top: Row = (0, 0)
        """May be a line that is not in the selection: the next one is shown."""
        self._held: Row | None = None
        """Where the reader was before another selection of lines was chosen."""

    def go(self, top: Row) -> None:
        """Begin at a row."""
        self.top, self._held = top, None

    def hold(self) -> None:
        """Before another selection is shown, or one after the other while one types:
        each is shown where the reader was, however few lines the last one had."""
        if self._held is None:
            self._held = self.top
        self.top = self._held

    def rows(self, lines: Selection, height: int) -> list[Row]:
        """The rows in view, fewer where the lines end."""
        place, skip = self._start(lines)
        found: list[Row] = []
        while place < len(lines) and len(found) < height:
            number = lines.at(place)
            count = self._rows_of(number)
            found += [(number, row) for row in range(min(skip, count - 1), count)]
            place, skip = place + 1, 0
        return found[:height]

    def last_top(self, lines: Selection, height: int) -> Row:
        """Where the view begins when it shows the end."""
        place, room = len(lines), height
        while place > 0 and room > 0:
            place -= 1
            room -= self._rows_of(lines.at(place))
        if place >= len(lines):
            return (0, 0)
        return (lines.at(place), max(0, -room))

    def settle(self, lines: Selection, height: int, *, at_end: bool) -> None:
        """Stay inside the lines; show their end if that is wanted."""
        last = self.last_top(lines, height)
        if at_end:
            self.go(last)
        elif self.top > last:
            self.top = last

    def is_at_end(self, lines: Selection, height: int) -> bool:
        """Whether the last row is in view."""
        return self.top >= self.last_top(lines, height)

    def is_at_start(self, lines: Selection) -> bool:
        """Whether the first row is in view."""
        return self._start(lines) == (0, 0)

    def move(self, lines: Selection, rows: int) -> None:
        """Go so many rows down, or up when it is less than 0."""
        place, skip = self._start(lines)
        skip += rows
        while skip < 0 and place > 0:
            place -= 1
            skip += self._rows_of(lines.at(place))
        while place < len(lines) and skip >= (count := self._rows_of(lines.at(place))):
            place, skip = place + 1, skip - count
        if place < len(lines):
            self.go((lines.at(place), max(0, skip)))
        elif len(lines):
            self.go((lines.at(len(lines) - 1), 0))

    def centre(self, lines: Selection, number: int, height: int) -> None:
        """Bring a line into the middle."""
        self.go((number, 0))
        self.move(lines, -(height // 2))

    def _start(self, lines: Selection) -> tuple[int, int]:
        """The place of the first line in view, and how many of its rows are above."""
        number, skip = self.top
        place = lines.place(number)
        is_there = place < len(lines) and lines.at(place) == number
        return place, skip if is_there else 0
