"""What the lab's Loki has taken in: streams of entries, kept for good."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter

from msgspec import Struct

from tui.lab.matchers import Matcher, all_match

Labels = tuple[tuple[str, str], ...]

HOUR = 3_600_000_000_000
MINUTE = HOUR // 60
_AHEAD, _BEHIND, _AGE = 10 * MINUTE, HOUR, 7 * 24 * HOUR


class Entry(Struct, frozen=True):
    """One entry: nanoseconds since 1970, text, and its structured metadata."""

    at: int
    line: str
    metadata: Labels = ()


class Found(Struct, frozen=True):
    """An entry and the labels of its stream."""

    labels: Labels
    entry: Entry


@dataclass(slots=True)
class Stream:
    """The entries of one label set by time; in order of arrival within a nanosecond."""

    labels: Labels
    entries: list[Entry] = field(default_factory=list)

    def between(self, start: int, end: int) -> list[Entry]:
        """Entries with start <= at < end."""
        first = bisect_left(self.entries, start, key=_AT)
        return self.entries[first : bisect_left(self.entries, end, key=_AT)]

    def count(self, start: int, end: int) -> int:
        """How many there are with start <= at < end."""
        first = bisect_left(self.entries, start, key=_AT)
        return bisect_left(self.entries, end, key=_AT, lo=first) - first

    def add(self, entry: Entry) -> bool:
        """Take an entry; False when the very same one is there already."""
        first = bisect_left(self.entries, entry.at, key=_AT)
        last = bisect_right(self.entries, entry.at, key=_AT)
        if entry in self.entries[first:last]:
            return False
        insort(self.entries, entry, key=_AT)
        return True


_AT: Callable[[Entry], int] = attrgetter("at")
_LEVELS = {"err": "error", "warning": "warn"}


def complete(labels: Mapping[str, str]) -> Labels:
    """A stream's labels with the service_name that Loki adds."""
    name = labels.get("job") or "unknown_service"
    return tuple(sorted({"service_name": name, **labels}.items()))


def detected(labels: Mapping[str, str]) -> str:
    """The level that Loki detects: normalised by halves, as the real one does."""
    level = labels.get("level", "unknown")
    return _LEVELS.get(level, level)


class Store:
    """All streams, and whoever wants to hear of new entries."""

    def __init__(self) -> None:
        self.streams: dict[Labels, Stream] = {}
        self._chosen: dict[tuple[Matcher, ...], list[Stream]] = {}
        """What was asked for since there was a new one."""
        self._listeners: set[Callable[[Found], None]] = set()

    def add(
        self, labels: Mapping[str, str], entries: Iterable[tuple[int, str, Labels]]
    ) -> None:
        """Take entries of one stream without asking how old they are."""
        key = complete(labels)
        stream = self.streams.get(key)
        if stream is None:
            stream = self.streams[key] = Stream(key)
            self._chosen.clear()
        level = ("detected_level", detected(labels))
        for at, line, metadata in entries:
            entry = Entry(at, line, tuple(sorted((level, *metadata))))
            if stream.add(entry):
                found = Found(key, entry)
                for listener in tuple(self._listeners):
                    listener(found)

    def chosen(self, matchers: tuple[Matcher, ...]) -> list[Stream]:
        """Those whose labels match; a matrix asks again for each of its steps."""
        if matchers not in self._chosen:
            self._chosen[matchers] = [
                stream
                for stream in self.streams.values()
                if all_match(matchers, dict(stream.labels))
            ]
        return self._chosen[matchers]

    def push(
        self,
        labels: Mapping[str, str],
        entries: list[tuple[int, str, Labels]],
        now: int,
    ) -> list[tuple[int, str]]:
        """Take what is neither too old nor too new; returns what was refused.

        return  time and kind of each refusal: too new, too old, too far behind
        """
        refused, taken = [], []
        stream = self.streams.get(complete(labels))
        newest = stream.entries[-1].at if stream and stream.entries else 0
        for at, line, metadata in entries:
            kind = _refusal(at, newest, now)
            if kind:
                refused.append((at, kind))
            else:
                taken.append((at, line, metadata))
                newest = max(newest, at)
        self.add(labels, taken)
        return refused

    def listen(self, listener: Callable[[Found], None]) -> Callable[[], None]:
        """Hear of every new entry; returns the way to stop."""
        self._listeners.add(listener)
        return lambda: self._listeners.discard(listener)


def _refusal(at: int, newest: int, now: int) -> str:
    if at > now + _AHEAD:
        return "too new"
    if at < now - _AGE:
        return "too old"
    return "too far behind" if at < newest - _BEHIND else ""
