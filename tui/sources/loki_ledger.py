"""Which entries of a log were passed on already, second by second, within bounds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from tui.model.log import Entry, LogSpan
from tui.sources.loki_wire import identity

SECOND_NS = 1_000_000_000
MOST_KNOWN = 300_000
"""Identities that are kept: 30 MB at the most, and that only in a flood."""
WINDOW_SECONDS = 3600
"""Loki takes entries up to an hour behind the newest of their stream."""


class Ledger:
    """Knows entries by their identity, and how many there are in each second.

    A second ends at a whole one, inclusive: so Loki counts, (t - 1 s, t].
    """

    def __init__(self) -> None:
        self._known: dict[int, set[int]] = {}
        self._size = 0
        self._agreed: dict[int, int] = {}
        """What Loki counted in a second that was read again for that, and differs."""
        self.floor = 0
        """Seconds below are forgotten."""

    def __len__(self) -> int:
        return self._size

    def add(self, entries: Iterable[Entry]) -> list[Entry]:
        """Take note of entries; return those that are new, in order of time.

        What is older than all that is known is taken for new: only a tail brings it.
        """
        fresh = []
        for entry in entries:
            second = second_of(entry.at_ns)
            if second < self.floor:
                fresh.append(entry)
                continue
            known = self._known.get(second)
            if known is None:
                known = self._known[second] = set()
            size = len(known)
            known.add(identity(entry))
            if len(known) > size:
                self._size += 1
                fresh.append(entry)
        fresh.sort(key=_at)
        return fresh

    def forget(self, now_second: int) -> None:
        """Let go of what is too old, and of the oldest while it is too much."""
        floor = max(self.floor, now_second - WINDOW_SECONDS)
        for second in sorted(self._known):
            if second >= floor and self._size <= MOST_KNOWN:
                break
            self._size -= len(self._known.pop(second))
            self._agreed.pop(second, None)
            floor = max(floor, second + 1)
        self.floor = floor

    def differing(self, since: int, until: int, counts: Mapping[int, int]) -> list[int]:
        """Seconds from since to before until of which Loki has another number."""
        seconds = {*counts, *self._known}
        return sorted(
            second
            for second in seconds
            if max(since, self.floor) <= second < until
            and self._held(second) != counts.get(second, 0)
            and self._agreed.get(second) != counts.get(second, 0)
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


def _at(entry: Entry) -> int:
    return entry.at_ns
