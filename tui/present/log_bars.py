"""How many entries and errors there are in each step of a stretch of time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tui.model.kernel import signs
from tui.model.log import Entry, LogCount
from tui.model.unix import SECOND_NS
from tui.present.logs import ClassCounts
from tui.present.units import count, plain, time_of_ns
from widgets.values import Bars, Line, LogLine, Span, Tone

_DAY = 86_400 * SECOND_NS
GRAIN = 10
"""Seconds to which the entries that are kept are counted."""
COUNTING = Bars(words=(Span("counting ...", Tone.QUIET),))


@dataclass(frozen=True, slots=True)
class Steps:
    """A stretch of time in steps that end at whole multiples of their length."""

    since_ns: int
    until_ns: int
    step_seconds: int
    told_until_ns: int | None = field(default=None, compare=False)
    """The end that was asked for, if the last step ends after it."""

    @classmethod
    def over(cls, since_ns: int, until_ns: int, cells: int, grain: int = 1) -> Steps:
        """So many steps at most, each of a whole number of grains (seconds)."""
        least = grain * SECOND_NS * max(1, cells - 1)
        seconds = grain * max(1, -(-(until_ns - since_ns) // least))
        step = seconds * SECOND_NS
        # A step does not hold its begin: who came right then needs the one before.
        begin, end = (since_ns - 1) // step, -(-until_ns // step)
        return cls(begin * step, end * step, seconds, until_ns)

    def bins(self, counts: Iterable[tuple[int, int]]) -> list[int]:
        """Share counts out over the steps, each by the end of its own, inclusive."""
        step = self.step_seconds * SECOND_NS
        found = [0] * ((self.until_ns - self.since_ns) // step)
        for until_ns, number in counts:
            place = (until_ns - 1 - self.since_ns) // step
            if 0 <= place < len(found):
                found[place] += number
        return found


@dataclass(slots=True)
class Tally:
    """Counts entries as they come, so that nobody has to go through all of them."""

    every: Counter[int] = field(default_factory=Counter)
    """By the end of their grain."""
    trouble: Counter[tuple[int, str, str]] = field(default_factory=Counter)
    """The same of what the catalogue knows: by end, class and severity."""

    def add(self, items: Iterable[tuple[str, Entry | LogLine]]) -> None:
        """Count entries; notes are none."""
        entries = [item for _, item in items if isinstance(item, Entry)]
        if not entries:
            return
        times = [entry.at_ns for entry in entries]
        end = _grain_end(min(times))
        if max(times) <= end:  # as in a flood, of which each is counted
            self.every[end] += len(times)
        else:
            self.every.update(map(_grain_end, times))
        for place, sign in signs([entry.line for entry in entries]):
            self.trouble[_grain_end(times[place]), sign.kind, sign.severity] += 1

    def forget(self, since_ns: int) -> None:
        """Let go of what is older."""
        for at in [at for at in self.every if at < since_ns]:
            del self.every[at]
        for key in [key for key in self.trouble if key[0] < since_ns]:
            del self.trouble[key]

    def bars(self, since_ns: int, until_ns: int, cells: int, missing: str) -> Bars:
        """What was counted from one time to another; what is older is forgotten."""
        self.forget(since_ns)
        steps = Steps.over(since_ns, until_ns, cells, GRAIN)
        errors = (
            (at, number)
            for (at, _, severity), number in self.trouble.items()
            if severity == "error"
        )
        return bars(steps, steps.bins(self.every.items()), steps.bins(errors), missing)

    def classes(self) -> ClassCounts:
        """How many lines of each class and severity were counted."""
        found: Counter[tuple[str, str]] = Counter()
        for (_, kind, severity), number in self.trouble.items():
            found[kind, severity] += number
        return found


def _grain_end(at_ns: int) -> int:
    grain = GRAIN * SECOND_NS
    return -(-at_ns // grain) * grain


def pairs(counts: Iterable[LogCount]) -> list[tuple[int, int]]:
    """What Loki counted, for the bins."""
    return [(each.until_ns, each.count) for each in counts]


def bars(steps: Steps, every: list[int], errors: list[int], missing: str = "") -> Bars:
    """A histogram with its words.

    missing  whose entries are not counted or do not come, or which are counted too
    """
    minutes, seconds = divmod(steps.step_seconds, 60)
    step = " ".join(f"{n}{unit}" for n, unit in ((minutes, "m"), (seconds, "s")) if n)
    words: Line = (Span(f"most {max(every):,} in {step}", Tone.QUIET),)
    if any(errors):
        words = (*words, Span(f", {count(sum(errors), 'error')}", Tone.CRITICAL))
    if missing:
        words = (*words, Span(f", {plain(missing)}", Tone.WARNING))
    until_ns = steps.told_until_ns or steps.until_ns
    has_day = until_ns // _DAY != steps.since_ns // _DAY
    begin, end = (_clock(at, has_day) for at in (steps.since_ns, until_ns))
    return Bars(tuple(every), tuple(errors), begin, end, words)


def nothing(missing: str) -> Bars:
    """What stands there when no entry is kept; as `bars`."""
    late: Line = (Span(f", {plain(missing)}", Tone.WARNING),) if missing else ()
    return Bars(words=(Span("no entries are kept", Tone.QUIET), *late))


def unanswered(why: str) -> Bars:
    """What stands there when Loki counted nothing."""
    return Bars(words=(Span(f"? not counted: {plain(why)}", Tone.WARNING),))


def _clock(at_ns: int, has_day: bool) -> str:  # noqa: FBT001 - private
    day = datetime.fromtimestamp(at_ns // SECOND_NS, UTC).strftime("%m-%d ")
    return f"{day if has_day else ''}{time_of_ns(at_ns)[:5]}"
