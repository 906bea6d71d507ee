"""Which lines of a log are shown or found: read in slices, the newest lines first.

A selection is a sequence of numbers of lines, oldest first: all of a ring, or those
that a sieve has let through so far.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from itertools import islice
from typing import Any, Protocol

from widgets.ring import Ring

CHUNK = 128
"""Lines that are read before the clock is looked at; each may take 20 µs."""
_NOBODY = 1 << 62


class Selection(Protocol):
    """Numbers of lines in order; a place is an index into them."""

    def __len__(self) -> int:
        """How many lines."""

    def at(self, place: int) -> int:
        """The number of the line at a place."""

    def place(self, number: int) -> int:
        """How many lines of it have a lower number."""


class Everything:
    """All lines of a ring."""

    def __init__(self, ring: Ring[Any]) -> None:
        self._ring = ring

    def __len__(self) -> int:
        return len(self._ring)

    def at(self, place: int) -> int:
        return self._ring.first + place

    def place(self, number: int) -> int:
        return min(max(0, number - self._ring.first), len(self._ring))


class Sieve:
    """Lines that pass a test, and so many lines around each of them.

    It keeps a code for each line, `2 * number`, odd for one that passed: those that it
    found on its way to older lines as negatives in one list, later ones in another, so
    that both rise and grow at their ends.
    """

    def __init__(
        self, ring: Ring[Any], test: Callable[[int, Any], bool], around: int = 0
    ) -> None:
        """`test` is given the number of a line, and the line."""
        self._ring = ring
        self._test = test
        self._around = around
        self._old: list[int] = []
        self._new: list[int] = []
        self._low = self._high = ring.end
        """What is between was read."""
        self._owed_up = ring.first
        """Before this, lines are shown for the sake of one before them ..."""
        self._owed_down = _NOBODY
        """... and from this on for one behind them."""
        self._hits = 0

    @property
    def count(self) -> int:
        """Lines that passed so far among those that are still kept."""
        self.keep_up()
        return self._hits

    @property
    def is_complete(self) -> bool:
        """False while lines have not been read yet."""
        return self._high >= self._ring.end and self._low <= self._ring.first

    def read(self, is_over: Callable[[], bool]) -> None:
        """Read until there is nothing left, or until it is over."""
        self.keep_up()
        while not self.is_complete:
            if self._high < self._ring.end:
                self._read_up()
            else:
                self._read_down()
            if is_over():
                return

    def forget_from(self, number: int) -> None:
        """Read the lines from a number on again: they are not what they were."""
        self._cut_end(number)
        self._high = min(self._high, number)
        self._low = min(self._low, number)
        near = [*(-code for code in self._old[:1]), *self._new[-self._around - 1 :]]
        hits = [code >> 1 for code in near if code & 1]
        self._owed_up = hits[-1] + self._around + 1 if hits else self._high

    def __len__(self) -> int:
        self.keep_up()
        return len(self._old) + len(self._new)

    def at(self, place: int) -> int:
        behind = place - len(self._old)
        return (-self._old[-place - 1] if behind < 0 else self._new[behind]) >> 1

    def place(self, number: int) -> int:
        self.keep_up()
        code = number << 1
        if self._new and self._new[0] < code:
            return len(self._old) + bisect_left(self._new, code)
        return len(self._old) - bisect_left(self._old, 1 - code)

    def after(self, number: int) -> int | None:
        """Return the next line behind a number; behind the last one, the first."""
        count = len(self)
        return self.at(self.place(number + 1) % count) if count else None

    def before(self, number: int) -> int | None:
        """Return the next line before a number; before the first one, the last."""
        count = len(self)
        return self.at((self.place(number) - 1) % count) if count else None

    def _read_up(self) -> None:
        ring, around = self._ring, self._around
        start = self._high
        self._high = min(start + CHUNK, ring.end)
        for number, item in ring.between(start, self._high):
            if self._test(number, item):
                # Lines that were not read yet tell themselves when they are.
                if number - around < self._low:
                    self._owed_down = min(self._owed_down, number - around)
                self._fill_up(max(number - around, self._newest + 1, self._low), number)
                self._new.append(number << 1 | 1)
                self._hits += 1
                self._owed_up = number + around + 1
            elif number < self._owed_up:
                self._new.append(number << 1)

    def _fill_up(self, start: int, end: int) -> None:
        self._new.extend(number << 1 for number in range(start, end))

    def _read_down(self) -> None:
        ring, around = self._ring, self._around
        end = min(self._low, ring.end)
        self._low = max(end - CHUNK, ring.first)
        for number, item in reversed(list(ring.between(self._low, end))):
            if self._test(number, item):
                last = min(number + around, self._oldest - 1, ring.end - 1)
                self._old.extend(-(each << 1) for each in range(last, number, -1))
                self._old.append(-(number << 1 | 1))
                self._hits += 1
                self._owed_down = number - around
            elif number >= self._owed_down:
                self._old.append(-(number << 1))

    @property
    def _newest(self) -> int:
        codes = self._new[-1:] or [-code for code in self._old[:1]]
        return codes[0] >> 1 if codes else self._ring.first - 1

    @property
    def _oldest(self) -> int:
        codes = [-code for code in self._old[-1:]] or self._new[:1]
        return codes[0] >> 1 if codes else self._ring.end

    def keep_up(self) -> None:
        """Forget the lines that the ring has forgotten.

        Before and after older lines are put before all: those get numbers again.
        """
        first = self._ring.first << 1
        self._high = max(self._high, self._ring.first)
        self._low = max(self._low, self._ring.first)
        self._owed_down = max(self._owed_down, self._ring.first - self._around)
        while self._old and -self._old[-1] < first:
            self._hits -= -self._old.pop() & 1
        gone = bisect_left(self._new, first) if self._new else 0
        if gone:
            self._hits -= sum(code & 1 for code in islice(self._new, gone))
            del self._new[:gone]
        if self._high > self._ring.end:
            self.forget_from(self._ring.end)

    def _cut_end(self, number: int) -> None:
        code = number << 1
        while self._new and self._new[-1] >= code:
            self._hits -= self._new.pop() & 1
        gone = bisect_left(self._old, 1 - code)
        self._hits -= sum(-each & 1 for each in islice(self._old, gone))
        del self._old[:gone]
