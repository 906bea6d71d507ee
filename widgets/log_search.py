"""A search in a log that grows: it reads in slices and keeps up with new lines."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from widgets.ring import Ring

# So many lines are read in less than 5 ms, even by a pattern that is not simple.
SLICE = 10_000


class LogSearch:
    """The lines of a ring that match a pattern.

    A pattern in small letters finds capitals too. What is no regular expression is
    looked for as it stands.
    """

    def __init__(self, pattern: str, ring: Ring) -> None:
        self.pattern = pattern
        self._ring = ring
        self._regex = _compile(pattern)
        self._numbers: list[int] = []
        self._read_to = ring.first

    @property
    def count(self) -> int:
        """Lines found so far among those that are still kept."""
        return len(self._kept())

    @property
    def is_complete(self) -> bool:
        """False while lines have not been read yet."""
        return self._read_to >= self._ring.end

    def read(self) -> None:
        """Read the next slice."""
        start = max(self._read_to, self._ring.first)
        self._read_to = min(start + SLICE, self._ring.end)
        found = self._regex.search
        self._numbers.extend(
            number
            for number, line in self._ring.between(start, self._read_to)
            if found(line.text)
        )

    def after(self, number: int) -> int | None:
        """Return the next match behind a line; behind the last one, the first."""
        numbers = self._kept()
        return (
            numbers[bisect_right(numbers, number) % len(numbers)] if numbers else None
        )

    def before(self, number: int) -> int | None:
        """Return the next match before a line; before the first one, the last."""
        numbers = self._kept()
        return numbers[bisect_left(numbers, number) - 1] if numbers else None

    def position(self, number: int) -> int:
        """Return which match a line is, counted from 1."""
        return bisect_right(self._kept(), number)

    def stretches(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where the pattern matches in a text."""
        for match in self._regex.finditer(text):
            if match.end() > match.start():
                yield match.span()

    def _kept(self) -> list[int]:
        """Forget the matches that the ring has forgotten."""
        del self._numbers[: bisect_left(self._numbers, self._ring.first)]
        return self._numbers


def _compile(pattern: str) -> re.Pattern[str]:
    flags = re.IGNORECASE if pattern.islower() else re.NOFLAG
    try:
        return re.compile(pattern, flags)
    except re.error:
        return re.compile(re.escape(pattern), flags)
