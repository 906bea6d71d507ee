"""What a kernel printed held against what Loki has: which lines never got there. Pure.

Only the text tells a line again: dmesg works its times out anew at each call, and what
ships the line stamps it as it likes. A line is called lost only when there is no other
way to see it; in doubt it is not.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from tui.model.kernel import text_of
from tui.model.log import Entry
from tui.model.pipeline import Comparison
from tui.model.unix import of_ns

LAG = timedelta(seconds=60)
"""What was printed so lately may be under way."""
BOOT = timedelta(minutes=10)
"""Lines of a boot come before the network and the right time: they are set aside."""
EARLY = timedelta(seconds=30)
LATE = timedelta(minutes=20)
"""An entry stands for a line printed at most so much after, or before it."""
SAMPLES = 5

_HEAD = re.compile(r"^\w+: +\w+: \[[^\]]*\]: ?")
_ODD = re.compile("[\\s\ufffd]+")


class Stretch(Struct, frozen=True):
    """Between which times lines are held against each other, by the node's clock."""

    since: datetime
    until: datetime
    booted_at: datetime | None = None


def compared(
    printed: Sequence[Entry], stored: Iterable[Entry], stretch: Stretch
) -> Comparison:
    """How many lines of the stretch are nowhere in Loki.

    printed   of one node's dmesg, oldest first
    stored    of that node, from `EARLY` before the stretch until now
    """
    known = _times(stored)
    judged: dict[str, list[float]] = {}
    aside = 0
    for entry in printed:
        at = of_ns(entry.at_ns)
        if not stretch.since <= at <= stretch.until:
            continue
        if _is_of_boot(at, stretch.booted_at):
            aside += 1
        elif key := _key(entry.line):
            judged.setdefault(key, []).append(at.timestamp())
    lost: list[tuple[float, str]] = []
    for key, times in judged.items():
        lost += [(at, key) for at in _unmatched(_once(times), known.get(key, []))]
    lost.sort()
    moments = [datetime.fromtimestamp(at, UTC) for at, _ in lost]
    return Comparison(
        stretch.since,
        stretch.until,
        printed=sum(map(len, judged.values())),
        lost=len(lost),
        newest=max((of_ns(each.at_ns) for each in printed), default=None),
        first_lost=moments[0] if moments else None,
        last_lost=moments[-1] if moments else None,
        samples=tuple(text for _, text in lost[-SAMPLES:]),
        aside=aside,
    )


def stretch_of(
    printed: Sequence[Entry],
    now: datetime,
    reach: timedelta,
    booted_at: datetime | None,
    clock_offset: timedelta = timedelta(0),
) -> Stretch:
    """What of a ring buffer can be judged now.

    reach         how far back Loki is asked
    clock_offset  the node's clock against the right time; positive is ahead
    """
    oldest = of_ns(printed[0].at_ns) if printed else now
    until = now + min(clock_offset, timedelta(0)) - LAG
    # The ring may have lost a part of its oldest second.
    since = max(oldest, now - reach + max(clock_offset, timedelta(0)))
    return Stretch(min(since, until), until, booted_at)


def _times(stored: Iterable[Entry]) -> dict[str, list[float]]:
    """When each text was stored, sorted."""
    found: dict[str, list[float]] = {}
    for entry in stored:
        found.setdefault(_key(entry.line), []).append(entry.at_ns / 1e9)
    for times in found.values():
        times.sort()
    return found


def _unmatched(times: list[float], stored: list[float]) -> list[float]:
    """Those for which no entry is left; each entry stands for one line."""
    early, late = EARLY.total_seconds(), LATE.total_seconds()
    found, place = [], 0
    for at in times:
        place = max(place, bisect_left(stored, at - early))
        if place < len(stored) and stored[place] <= at + late:
            place += 1
        else:
            found.append(at)
    return found


def _once(times: list[float]) -> list[float]:
    """Lines that share text and time are one to Loki, which keeps one of equals."""
    return sorted(set(times))


def _key(line: str) -> str:
    """The text of a line in whatever form it came, without what forms differ in."""
    text = _HEAD.sub("", text_of(line))
    return _ODD.sub(" ", text).strip()


def _is_of_boot(at: datetime, booted_at: datetime | None) -> bool:
    return booted_at is not None and at < booted_at + BOOT
