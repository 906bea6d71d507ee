"""The newest lines of a log, numbered from the first one that ever came."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")

# Old lines are cut off the list in pieces, because each cut moves all that remain.
_PIECE = 4_096
# So far back may a line belong that comes late; one that is later stays at the end.
_REACH = 5_000
_UNKNOWN = 255


class Ring(Generic[T]):
    """A list that forgets its oldest lines; numbers stay with the lines for ever.

    Lines older than all of them may be put before it: their numbers may be negative.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._items: list[T] = []
        self._ranks = bytearray()
        """How grave each line is, as far as anybody has asked."""
        self._offset = 0
        """Number of the first line in the list."""
        self._oldest = 0
        """Number of the oldest line that there ever was."""
        self._is_held = False

    def __len__(self) -> int:
        return self.end - self.first

    def __getitem__(self, number: int) -> T:
        return self._items[number - self._offset]

    @property
    def first(self) -> int:
        """The number of the oldest line that is kept."""
        return max(self._offset, self.end - self._limit)

    @property
    def end(self) -> int:
        """The number that the next line will have."""
        return self._offset + len(self._items)

    @property
    def dropped(self) -> int:
        """Lines that were forgotten since it was cleared."""
        return self.first - self._oldest

    @property
    def is_held(self) -> bool:
        """Whether somebody reads in it: then it keeps twice as many."""
        return self._is_held

    @is_held.setter
    def is_held(self, is_held: bool) -> None:
        self._forget(self.first - self._offset)
        self._is_held = is_held

    @property
    def _limit(self) -> int:
        return self._capacity * 2 if self._is_held else self._capacity

    def extend(self, items: Sequence[T]) -> None:
        """Add lines at the end."""
        self._items.extend(items)
        self._ranks.extend(_unknown(len(items)))
        surplus = len(self._items) - self._limit
        if surplus >= min(_PIECE, self._capacity):
            self._forget(surplus)

    def merge(self, items: Sequence[T], order: Callable[[T], int]) -> int:
        """Add lines where their times belong, not too far before the end.

        items   in order
        return  the number of the first line that is not what it was; end without one
        """
        if not items:
            return self.end
        earliest, at = order(items[0]), self.end
        lowest = max(self.first, self.end - _REACH)
        while at > lowest and order(self[at - 1]) > earliest:
            at -= 1
        if at < self.end:
            place = at - self._offset
            later = [*self._items[place:], *items]
            later.sort(key=order)
            del self._items[place:], self._ranks[place:]
            items = later
        self.extend(items)
        return at

    def prepend(self, items: Sequence[T]) -> None:
        """Put older lines before all; where they are too many, the newest go."""
        self._forget(self.first - self._offset)
        self._items[:0] = items
        self._ranks[:0] = _unknown(len(items))
        self._offset -= len(items)
        self._oldest = min(self._oldest, self._offset)
        surplus = len(self._items) - self._limit
        if surplus > 0:
            del self._items[-surplus:], self._ranks[-surplus:]

    def replace(self, items: Sequence[T]) -> None:
        """Put others in place of the newest lines, as many as are given."""
        kept = max(0, len(self._items) - len(items))
        self._items[kept:] = items[len(items) - len(self._items) + kept :]
        self._ranks[kept:] = _unknown(len(self._items) - kept)

    def clear(self) -> None:
        """Forget all lines; numbers go on."""
        self._offset = self._oldest = self.end
        self._items.clear()
        self._ranks.clear()
        self._is_held = False

    def between(self, start: int, end: int) -> Iterable[tuple[int, T]]:
        """Return the lines from `start` to before `end` with their numbers."""
        return enumerate(self._items[start - self._offset : end - self._offset], start)

    def rank(self, number: int, ask: Callable[[T], int]) -> int:
        """Return how grave a line is; `ask` is asked once for each line."""
        place = number - self._offset
        rank = self._ranks[place]
        if rank == _UNKNOWN:
            rank = self._ranks[place] = ask(self._items[place])
        return rank

    def _forget(self, count: int) -> None:
        del self._items[:count], self._ranks[:count]
        self._offset += count


def _unknown(count: int) -> bytes:
    return bytes((_UNKNOWN,)) * count
