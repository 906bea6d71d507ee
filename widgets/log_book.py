"""The lines of a log with what was asked of them: filter, search, marks, next error.

It knows no screen. What takes long is done in `read`, in slices, so that results come
while one goes on typing.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from typing import Any

from widgets.log_search import LogFilter, LogSearch
from widgets.log_sieve import CHUNK, Everything, Selection, Sieve
from widgets.log_teller import ERROR, Teller
from widgets.ring import Ring


class LogBook:
    """One log. Lines are known by their numbers in its ring."""

    def __init__(self, capacity: int, teller: Teller[Any]) -> None:
        self.ring: Ring[Any] = Ring(capacity)
        self.teller = teller
        self.filter = LogFilter()
        self.search: LogSearch | None = None
        self.current = self.ring.first - 1
        """The line that one went to; before the first one there is none."""
        self.sought: int | None = None
        """A line that was looked for, once it is found."""
        self.is_sought_in_vain = False
        self.is_moved = False
        """Whether the last merging gave lines other numbers."""
        self._everything = Everything(self.ring)
        self._sieve: Sieve | None = None
        self._marks: list[int] = []
        self._seeking: tuple[int, int] | None = None
        """The number to go on from, and the direction."""
        self._awaited: tuple[int, int] | None = None
        """The same of a match, while none is known and not all lines are read."""

    @property
    def shown(self) -> Selection:
        """The lines that the filter has let pass so far."""
        return self._everything if self._sieve is None else self._sieve

    def append(self, items: Sequence[Any]) -> None:
        """Add lines at the end."""
        self.ring.extend(items)

    def merge(self, items: Sequence[Any], place: int) -> int:
        """Add lines, in order, where their times belong.

        place   a line that somebody looks at
        return  the number that it has now
        """
        ring, before = self.ring, self.ring.end
        numbers = (place, self.current, *self._marks)
        kept = {id(ring[n]): n for n in numbers if ring.first <= n < before}
        start = ring.merge(items, self.teller.at_ns)
        self.is_moved = start < before
        if not self.is_moved:
            return place
        self._read_again(start)
        moved = {
            kept[id(item)]: number
            for number, item in ring.between(start, ring.end)
            if id(item) in kept
        }
        self.current = moved.get(self.current, self.current)
        self._marks = sorted(moved.get(number, number) for number in self._marks)
        return moved.get(place, place)

    def prepend(self, items: Sequence[Any]) -> None:
        """Put older lines before all."""
        for sieve in self._sieves:
            sieve.keep_up()
        self.ring.prepend(items)
        for sieve in self._sieves:
            sieve.keep_up()

    def replace(self, items: Sequence[Any]) -> None:
        """Put others in place of the newest lines."""
        self.ring.replace(items)
        self._read_again(max(self.ring.first, self.ring.end - len(items)))

    def clear(self) -> None:
        """Forget all lines, and where one was; what was asked is asked of new ones."""
        self.ring.clear()
        self.current = self.ring.first - 1
        self._marks.clear()
        self._seeking = None
        self.choose(self.filter)

    def choose(self, wanted: LogFilter) -> None:
        """Show the lines that pass a filter."""
        self.filter = wanted
        self._sieve = None
        if not wanted.is_open:
            test = wanted.test(self.ring, self.teller)
            self._sieve = Sieve(self.ring, test, wanted.around)
        if self.search is not None:
            self.look_for(self.search.pattern.typed)

    def look_for(self, typed: str) -> None:
        """Search for a pattern; empty ends it."""
        self.search = self._awaited = None
        if typed:
            self.search = LogSearch(typed, self.ring, self.teller, self.filter)

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left to read."""
        return self._seeking is None and all(each.is_complete for each in self._sieves)

    @property
    def _sieves(self) -> list[Sieve]:
        return [each for each in (self._sieve, self.search) if each is not None]

    def read(self, is_over: Callable[[], bool]) -> None:
        """Read on until nothing is left or it is over."""
        for sieve in self._sieves:
            sieve.read(is_over)
            if not sieve.is_complete:
                return
        if self._awaited is not None:
            self.sought = self.match(*self._awaited)
        while self._seeking is not None:
            self._seek_on(*self._seeking)
            if is_over():
                return

    def match(self, start: int, direction: int) -> int | None:
        """The next match below (1) or above (-1) a line; `sought` later if not now."""
        search = self.search
        if search is None:
            return None
        number = search.after(start) if direction > 0 else search.before(start)
        is_late = number is None and not search.is_complete
        self._awaited = (start, direction) if is_late else None
        return number

    def seek_error(self, start: int, direction: int) -> None:
        """Look for the next error from a line on; `sought` will be it."""
        self.sought, self.is_sought_in_vain = None, False
        self._seeking = start, direction

    def _seek_on(self, start: int, direction: int) -> None:
        lines, ring, ask = self.shown, self.ring, self.teller.rank
        place = lines.place(start)
        if direction < 0:
            place = lines.place(start + 1) - 1
        for _ in range(CHUNK):
            if not 0 <= place < len(lines):
                self._seeking, self.is_sought_in_vain = None, True
                return
            number = lines.at(place)
            if ring.rank(number, ask) >= ERROR:
                self._seeking, self.sought = None, number
                return
            place += direction
        self._seeking = number + direction, direction

    def step(self, start: int, direction: int) -> int | None:
        """The line after (1) or before (-1) another among those shown."""
        lines = self.shown
        place = lines.place(start + 1) if direction > 0 else lines.place(start) - 1
        return lines.at(place) if 0 <= place < len(lines) else None

    @property
    def marked(self) -> list[int]:
        """The lines that are marked, oldest first."""
        del self._marks[: bisect_left(self._marks, self.ring.first)]
        return self._marks

    def is_marked(self, number: int) -> bool:
        """Whether a line is marked."""
        place = bisect_left(self._marks, number)
        return place < len(self._marks) and self._marks[place] == number

    def mark(self, number: int) -> None:
        """Mark a line, or no longer."""
        place = bisect_left(self._marks, number)
        if self.is_marked(number):
            del self._marks[place]
        else:
            self._marks.insert(place, number)

    def unmark(self) -> None:
        """Take all marks away."""
        self._marks.clear()

    def mark_beside(self, number: int, direction: int) -> int | None:
        """The next mark after or before a line; behind the last one, the first."""
        marks = self.marked
        if not marks:
            return None
        place = bisect_right(marks, number)
        if direction < 0:
            place = bisect_left(marks, number) - 1
        return marks[place % len(marks)]

    def items(self) -> list[Any]:
        """Every line that is shown, oldest first."""
        lines = self.shown
        if self._sieve is None:
            return [
                item for _, item in self.ring.between(self.ring.first, self.ring.end)
            ]
        return [self.ring[lines.at(place)] for place in range(len(lines))]

    def _read_again(self, start: int) -> None:
        for sieve in self._sieves:
            sieve.forget_from(start)
