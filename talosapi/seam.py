"""Where a log that is sent again becomes new: behind what was seen already. Pure.

A node has no "since": it sends its whole buffer again. The seam is found by the text
and the order of the last marks; where marks have times, also by these: they may all be
off by the same amount in another answer, but not by different ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

CONTEXT = 512
"""Marks that are remembered, and must agree if the buffer still has them all."""
ENOUGH = 4
"""Marks that must agree where the buffer has lost the older ones."""
JITTER_SECONDS = 0.001


@dataclass(frozen=True, slots=True)
class Mark:
    """What is remembered of an item.

    key  of its text
    at   seconds of any epoch; None for an item without a time of its own
    """

    key: int
    at: float | None = None


class Seam:
    """The search for what was seen, in what is sent again.

    last   the newest marks that were seen, of one answer, oldest first; not empty
    again  what was fed
    """

    def __init__(self, last: Sequence[Mark]) -> None:
        self._last = tuple(last)
        self.again: list[Mark] = []
        self._borders = _borders([mark.key for mark in self._last])
        self._matched = 0

    def feed(self, mark: Mark) -> bool:
        """Take the next mark; whether all that was seen ends with this one."""
        self.again.append(mark)
        while self._matched and self._last[self._matched].key != mark.key:
            self._matched = self._borders[self._matched - 1]
        if self._last[self._matched].key == mark.key:
            self._matched += 1
        if self._matched < len(self._last):
            return False
        self._matched = self._borders[-1]
        return _agree(self._last, self.again[-len(self._last) :])

    def overlap(self) -> int | None:
        """When no more is sent again: how many from its begin were seen already.

        return  None when it does not reach back to what was seen
        """
        for lost in (0, 1):  # a ring of bytes may have cut its first line
            again = self.again[lost:]
            longest = min(len(self._last), len(again))
            for size in range(longest, min(ENOUGH, longest) - 1, -1):
                if size and _agree(self._last[-size:], again[:size]):
                    return lost + size
        return None


def _agree(last: Sequence[Mark], again: Sequence[Mark]) -> bool:
    """Whether these are the same items, in two answers."""
    if any(one.key != other.key for one, other in zip(last, again, strict=True)):
        return False
    shifts = [
        other.at - one.at
        for one, other in zip(last, again, strict=True)
        if one.at is not None and other.at is not None
    ]
    return not shifts or max(shifts) - min(shifts) <= JITTER_SECONDS


def _borders(keys: Sequence[int]) -> list[int]:
    """For each prefix, how long its longest proper prefix is that also ends it.

    source  Knuth, Morris and Pratt: it says where to go on after a mismatch
    """
    borders = [0] * len(keys)
    length = 0
    for index in range(1, len(keys)):
        while length and keys[index] != keys[length]:
            length = borders[length - 1]
        if keys[index] == keys[length]:
            length += 1
        borders[index] = length
    return borders
