"""How logs of entries are read: a line is made of an entry when it is looked at.

Between entries may stand lines that are made already: notes about what is missing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from msgspec.structs import replace

from tui.model.kernel import classify, kind_of, text_of
from tui.model.log import Entry, LogFinding
from tui.model.log_bytes import EntryBytes, at_ns
from tui.model.unix import SECOND_NS, to_ns
from tui.present import logs
from tui.present.glyphs import Marks
from tui.present.units import length, time_of_ns
from widgets.log_teller import CALM, ERROR, WARNING, LineTeller
from widgets.ring import Ring
from widgets.values import LogLine, TimeWords, Tone

_MICROSECOND_NS = 1_000
_DAY_NS = 86_400 * SECOND_NS
_RANKS = {"error": ERROR, "warning": WARNING}
LINES = LineTeller()


def _rank(line: str) -> int:
    sign = classify(line)
    return _RANKS.get(sign.severity, CALM) if sign else CALM


class EntryTeller:
    """Entries of one cluster."""

    def __init__(
        self, marks: Marks, names: Mapping[str, str], cluster: str = ""
    ) -> None:
        """Make a teller.

        names    what a node is called, by what the log calls it
        cluster  put before the origin when several clusters are merged
        """
        self._marks = marks
        self.names = names
        self._cluster = cluster

    def line(self, item: Entry | LogLine) -> LogLine:
        if isinstance(item, LogLine):
            return item
        return logs.entry_line(item, self._marks, self.names, self._cluster)

    def text(self, item: Entry | LogLine) -> str:
        return item.text if isinstance(item, LogLine) else text_of(item.line)

    def gutter(self, item: Entry | LogLine) -> str:
        if isinstance(item, LogLine):
            return "" if item.is_gap else item.gutter
        return logs.gutter(item, self.names, self._cluster)

    def rank(self, item: Entry | LogLine) -> int:
        if isinstance(item, LogLine):
            return LINES.rank(item)
        return _rank(item.line)

    def is_note(self, item: Entry | LogLine) -> bool:
        return isinstance(item, LogLine) and item.is_gap

    def at_ns(self, item: Entry | LogLine) -> int:
        return item.at_ns or 0


class QuietTeller(EntryTeller):
    """Entries of a kernel log in a small pane: quiet unless they are trouble."""

    def line(self, item: Entry | LogLine) -> LogLine:
        line = super().line(item)
        return line if line.key or line.is_gap else replace(line, tone=Tone.QUIET)


Sourced = tuple[str, Entry | LogLine]
"""An entry, and the cluster that it is of."""
Held = bytes | tuple[str, LogLine]
"""The same as a log holds it: an entry as bytes."""


class MergedTeller:
    """Entries of several clusters, or of nodes, in one log."""

    def __init__(self, tellers: Mapping[str, EntryTeller]) -> None:
        """`tellers` are those of each cluster, or node."""
        self._tellers = tellers
        self._store = EntryBytes()

    def held(self, told: Iterable[Sourced]) -> list[Held]:
        """What is told, to be given to a log that it is read from by this teller."""
        found: list[Held] = []
        run: list[Entry] = []
        owner = ""
        for cluster, item in told:
            is_note = isinstance(item, LogLine)
            if run and (is_note or cluster != owner):
                found += self._store.of(run, owner)
                run = []
            if isinstance(item, LogLine):
                found.append((cluster, item))
            else:
                run.append(item)
                owner = cluster
        return found + self._store.of(run, owner)

    def rename(self, names: Mapping[str, Mapping[str, str]]) -> None:
        """Call nodes otherwise, by cluster."""
        for cluster, teller in self._tellers.items():
            teller.names = names.get(cluster, {})

    def told(self, item: Held) -> Sourced:
        """What it was before it was held."""
        if isinstance(item, bytes):
            return self._store.cluster(item), self._store.entry(item)
        return item

    def line(self, item: Held) -> LogLine:
        cluster, told = self.told(item)
        return self._tellers[cluster].line(told)

    def text(self, item: Held) -> str:
        if isinstance(item, bytes):
            return text_of(self._store.line(item))
        return item[1].text

    def gutter(self, item: Held) -> str:
        cluster, told = self.told(item)
        return self._tellers[cluster].gutter(told)

    def rank(self, item: Held) -> int:
        cluster, told = self.told(item)
        return self._tellers[cluster].rank(told)

    def is_note(self, item: Held) -> bool:
        return not isinstance(item, bytes) and item[1].is_gap

    def at_ns(self, item: Held) -> int:
        return at_ns(item) if isinstance(item, bytes) else item[1].at_ns or 0


def last_of(found: LogFinding, ring: Ring[Held], teller: MergedTeller) -> int | None:
    """The number of a finding's last line in a log that is in the order of time."""
    numbers = range(ring.first, ring.end)
    begin = to_ns(found.last)
    for place in range(
        bisect_left(numbers, begin, key=lambda n: teller.at_ns(ring[n])), len(numbers)
    ):
        cluster, item = teller.told(ring[numbers[place]])
        if (item.at_ns or 0) >= begin + _MICROSECOND_NS:
            break
        if cluster == found.cluster and isinstance(item, Entry) and _ends(found, item):
            return numbers[place]
    return None


def _ends(found: LogFinding, entry: Entry) -> bool:
    """Whether an entry of that very moment is the last of a finding."""
    last = found.entry
    if last is None:
        return kind_of(entry.line) == found.kind
    return entry.line == last.line and entry.labels == last.labels


def exact_of_ns(at_ns: int) -> str:
    """Date and time in UTC, to the millisecond."""
    at = datetime.fromtimestamp(at_ns // SECOND_NS, UTC)
    return f"{at:%Y-%m-%d %H:%M:%S}.{at_ns % SECOND_NS // 1_000_000:03}"


def since_boot(booted_at: datetime) -> Callable[[int], str]:
    """A clock that tells seconds since a node was started."""
    booted = booted_at.timestamp()
    return lambda at_ns: f"{at_ns / 1e9 - booted:11.3f}"


def dated_of_ns(at_ns: int) -> str:
    """Month, day and time of the day in UTC."""
    day = datetime.fromtimestamp(at_ns // SECOND_NS, UTC)
    return f"{day:%m-%d} {time_of_ns(at_ns)}"


def of_day(now: Callable[[], datetime | None]) -> TimeWords:
    """The time of the day; with the day while not all in view is of today.

    now  None while nobody knows
    """

    def today_ns() -> int:
        at = now()
        return to_ns(at) // _DAY_NS * _DAY_NS if at else 0

    return TimeWords("UTC", time_of_ns, dated=dated_of_ns, today_ns=today_ns)


def times(
    now: Callable[[], datetime], booted_at: datetime | None = None
) -> tuple[TimeWords, ...]:
    """The ways to tell times: of the day, exactly, as ages, and since a node's start.

    booted_at  when the node was started, where that is known and there is one
    """

    def ago(at_ns: int) -> str:
        at = datetime.fromtimestamp(at_ns // SECOND_NS, UTC)
        return f"{length(now() - at):>4} ago"

    known = (
        of_day(now),
        TimeWords("UTC, exact", exact_of_ns),
        TimeWords("ago", ago, is_moving=True),
    )
    if booted_at is None:
        return known
    since = TimeWords("seconds since boot", since_boot(booted_at))
    return (known[0], since, *known[1:])


def as_text(line: LogLine) -> str:
    """One line for a file or the clipboard: time in full, origin, text."""
    at = f"{exact_of_ns(line.at_ns).replace(' ', 'T')}Z" if line.at_ns else ""
    return " ".join(part for part in (at, line.gutter, line.text) if part)


def as_texts(lines: Iterable[Any], line_of: Callable[[Any], LogLine]) -> str:
    """All lines, one below the other."""
    return "".join(f"{as_text(line_of(each))}\n" for each in lines)
