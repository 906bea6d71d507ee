"""Which entries of a log were passed on already, second by second, within bounds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from operator import attrgetter

from tui.model.log import Entry, LogSpan
from tui.model.unix import SECOND_NS
from tui.sources.loki_wire import identity

MOST_KNOWN = 300_000
"""Identities that are kept: 30 MB at the most, and that only in a flood."""
WINDOW_SECONDS = 3600
"""Loki takes entries up to an hour behind the newest of their stream."""
_AT = attrgetter("at_ns")


class Ledger:
    """Knows entries by their identity, and how many there are in each second.

    A second ends at a whole one, inclusive: so Loki counts, (t - 1 s, t]. Of seconds
    that a flood pushed out it keeps the number alone.
    """

    def __init__(self, first: int = 0) -> None:
        """`first` is the first second of interest."""
        self._known: dict[int, set[int]] = {}
        self._size = self._size_left = 0
        """How many are known, and how many were when some were last let go."""
        self._agreed: dict[int, int] = {}
        """What Loki counted in a second that was read again for that, and differs."""
        self._counts: dict[int, int] = {}
        """How many there were in seconds from the oldest to the floor."""
        self.oldest = first
        """Seconds below are not looked at any more."""
        self.floor = first
        """Of seconds below the entries are forgotten."""

    def __len__(self) -> int:
        return self._size

    @property
    def is_full(self) -> bool:
        """More is known than should be: only what lets it forget may be added."""
        return self._size > MOST_KNOWN

    def add(self, entries: Iterable[Entry]) -> list[Entry]:
        """Take note of entries; return those that are new, in order of time.

        What is older than all that is looked at is taken for new: only a tail brings
        it, and never again. What is forgotten is taken for known; `missed` tells if it
        was not.
        """
        fresh = []
        last, known = None, set[int]()
        for entry in entries:
            second = -(-entry.at_ns // SECOND_NS)
            if second < self.floor:
                if second < self.oldest:
                    fresh.append(entry)
                continue
            if second != last:
                last, known = second, self._known.setdefault(second, set())
            number = identity(entry)
            if number not in known:
                known.add(number)
                self._size += 1
                fresh.append(entry)
        fresh.sort(key=_AT)
        return fresh

    def forget(self, now_second: int, unread_second: int) -> None:
        """Let go of what is too old, and of the oldest while it is too much.

        So many more may come until the next time as came since the last one.
        Nothing from `unread_second` on goes: ranges will bring it again.
        """
        most = MOST_KNOWN - 2 * max(0, self._size - self._size_left)
        self.oldest = max(self.oldest, min(now_second - WINDOW_SECONDS, unread_second))
        self.floor = max(self.floor, self.oldest)
        for second in sorted(self._known):
            if second >= unread_second:
                break
            if second >= self.oldest and self._size <= most:
                break
            self._counts[second] = len(self._known.pop(second))
            self._size -= self._counts[second]
            self.floor = max(self.floor, second + 1)
        self._size_left = self._size
        for second in [second for second in self._counts if second < self.oldest]:
            del self._counts[second]
        for second in [second for second in self._agreed if second < self.floor]:
            del self._agreed[second]

    def missed(self, counts: Mapping[int, int]) -> dict[int, int]:
        """How many came late to seconds that are forgotten, each told once."""
        late = {
            second: count - self._counts.get(second, 0)
            for second, count in counts.items()
            if self.oldest <= second < self.floor
            and count > self._counts.get(second, 0)
        }
        for second in late:
            self._counts[second] = counts[second]
        return late

    def differing(self, since: int, until: int, counts: Mapping[int, int]) -> list[int]:
        """Seconds from since to before until of which Loki has another number."""
        since = max(since, self.floor)
        return sorted(
            second
            for second in {*counts, *self._known}
            if since <= second < until
            and self._held(second) != (count := counts.get(second, 0))
            and self._agreed.get(second) != count
        )

    def agree(self, second: int, count: int) -> None:
        """Loki was read again for that number: it is no reason to do so once more."""
        self._agreed[second] = count

    def _held(self, second: int) -> int:
        return len(self._known.get(second, ()))


def second_of(at_ns: int) -> int:
    """The second in which Loki counts a nanosecond."""
    return -(-at_ns // SECOND_NS)


def spans(seconds: Iterable[int]) -> Iterator[LogSpan]:
    """The seconds as spans, neighbours as one; they come in order."""
    first = last = None
    for second in seconds:
        if first is None or last is None:
            first = last = second
        elif second == last + 1:
            last = second
        else:
            yield _span(first, last)
            first = last = second
    if first is not None and last is not None:
        yield _span(first, last)


def _span(first: int, last: int) -> LogSpan:
    return LogSpan((first - 1) * SECOND_NS + 1, last * SECOND_NS + 1)
