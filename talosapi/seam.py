"""Where a log that is sent again becomes new: behind what was seen already. Pure.

A node has no "since": it sends its whole buffer again. The seam is found by the texts
and their order; where marks have times, also by these: they may all be off by the same
amount in another answer, but not by different ones.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from enum import Enum
from math import nan
from operator import sub

from msgspec import Struct

MOST_ITEMS = 65_536
"""No buffer of a node holds more."""
ENOUGH = 4
"""Items that must agree where the buffer has lost the older ones ..."""
LARGEST_SHIFT_SECONDS = 1.001
"""... or two at the same times, but for the fraction of a second by which the times of
another answer may be off."""
JITTER_SECONDS = 0.001
_MOST_TRIES = 1_000


class Mark(Struct, frozen=True):
    """What is remembered of an item.

    key  of its text
    at   seconds of any epoch; None for an item without a time of its own
    """

    key: int
    at: float | None = None


class Trail:
    """The marks of the newest items of one answer, oldest first."""

    def __init__(self) -> None:
        self.keys = array("q")
        self.times = array("d")
        """NaN for an item without a time."""

    def __len__(self) -> int:
        return len(self.keys)

    def extend(self, marks: Iterable[Mark]) -> None:
        """Add newer ones; forget the oldest when that are too many."""
        for mark in marks:
            self.keys.append(mark.key)
            self.times.append(nan if mark.at is None else mark.at)
        if len(self.keys) >= 2 * MOST_ITEMS:
            del self.keys[:-MOST_ITEMS]
            del self.times[:-MOST_ITEMS]


class Place(Enum):
    """Where the end of what is sent again lies, while there is no seam."""

    INSIDE = "inside"
    """All of it was seen, and what was seen goes on."""
    BEFORE = "before"
    """What was seen may come yet."""
    BEHIND = "behind"
    """It begins behind all that was seen: something is missing between them."""


class Seam:
    """The search for the end of what was seen, in what is sent again."""

    def __init__(self, seen: Trail, *, is_whole: bool) -> None:
        """Begin with nothing sent again yet.

        seen      not empty
        is_whole  whether nothing may be sent again that is older than all of it
        """
        self.again = Trail()
        self._seen = seen
        self._is_whole = is_whole

    def find(self) -> int | Place:
        """How many from the begin of what was sent again were seen before.

        return  a Place while that cannot be said, and when there were none
        """
        if not self._is_whole:
            is_endless = len(self.again) >= MOST_ITEMS
            return (self.settle() or Place.BEHIND) if is_endless else self._further_on()
        found = self._at_begin()
        return found or (Place.BEHIND if len(self.again) > 1 else Place.BEFORE)

    def settle(self) -> int:
        """The same when no more is sent again: 0 when none of it was seen."""
        found = self._at_begin()
        return found if isinstance(found, int) else 0

    def _at_begin(self) -> int | Place | None:
        """The longest end of what was seen with which it begins; None for none."""
        for lost in (0, 1):  # a ring of bytes may have cut its first line
            for start in _places(self._seen, self.again, lost):
                size = min(len(self._seen) - start, len(self.again) - lost)
                if not self._agree(start, lost, size):
                    continue
                if start + size < len(self._seen):
                    return Place.INSIDE
                if self._is_enough(start, lost):
                    return lost + size
        return None

    def _further_on(self) -> int | Place:
        """Where all that was seen stands in it."""
        for start in _places(self.again, self._seen, 0):
            size = min(len(self._seen), len(self.again) - start)
            if self._agree(0, start, size):
                return start + size if size == len(self._seen) else Place.INSIDE
        return Place.BEFORE

    def _agree(self, start: int, lost: int, size: int) -> bool:
        """Whether these are the same items, in two answers."""
        with memoryview(self._seen.keys) as keys, memoryview(self.again.keys) as others:
            if keys[start : start + size] != others[lost : lost + size]:
                return False
        shifts = self._shifts(start, lost, size)
        return not shifts or max(shifts) - min(shifts) <= JITTER_SECONDS

    def _is_enough(self, start: int, lost: int) -> bool:
        """Whether those that agree, to the end of what was seen, can be no others."""
        size = len(self._seen) - start
        if size >= ENOUGH:
            return True
        shifts = self._shifts(start, lost, size)
        if any(abs(shift) > LARGEST_SHIFT_SECONDS for shift in shifts):
            return False
        return not start or len(shifts) > 1

    def _shifts(self, start: int, lost: int, size: int) -> list[float]:
        """How much later each item is said to be in the other answer."""
        others = self.again.times[lost : lost + size]
        shifts = map(sub, others, self._seen.times[start : start + size])
        return [shift for shift in shifts if shift == shift]  # noqa: PLR0124 - not NaN


def _places(within: Trail, of: Trail, index: int) -> Iterator[int]:
    """Where one trail's item at that index stands within another, oldest first.

    It cannot stand further in front there than in its own.
    """
    if len(of) <= index:
        return
    start = index - 1
    for _ in range(_MOST_TRIES):
        try:
            start = within.keys.index(of.keys[index], start + 1)
        except ValueError:
            return
        yield start
