"""The newest lines of a log, numbered from the first one that ever came."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from widgets.values import LogLine

# Old lines are cut off the list in pieces, because each cut moves all that remain.
_PIECE = 4_096


class Ring:
    """A list that forgets its oldest lines; numbers stay with the lines for ever."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._lines: list[LogLine] = []
        self._offset = 0
        """Number of the first line in the list."""

    def __len__(self) -> int:
        return self.end - self.first

    def __getitem__(self, number: int) -> LogLine:
        return self._lines[number - self._offset]

    @property
    def first(self) -> int:
        """The number of the oldest line that is kept."""
        return max(self._offset, self.end - self._capacity)

    @property
    def end(self) -> int:
        """The number that the next line will have."""
        return self._offset + len(self._lines)

    def extend(self, lines: Sequence[LogLine]) -> None:
        """Add lines at the end."""
        self._lines.extend(lines)
        surplus = len(self._lines) - self._capacity
        if surplus >= min(_PIECE, self._capacity):
            del self._lines[:surplus]
            self._offset += surplus

    def replace(self, lines: Sequence[LogLine]) -> None:
        """Put others in place of the newest lines, as many as are given."""
        kept = max(0, len(self._lines) - len(lines))
        self._lines[kept:] = lines[len(lines) - len(self._lines) + kept :]

    def clear(self) -> None:
        """Forget all lines; numbers go on."""
        self._offset = self.end
        self._lines.clear()

    def between(self, start: int, end: int) -> Iterable[tuple[int, LogLine]]:
        """Return the lines from `start` to before `end` with their numbers."""
        lines = self._lines[start - self._offset : end - self._offset]
        return enumerate(lines, start)
