"""How long a silence lasts: amtool's durations, and ends as people say them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta, tzinfo

from tui.silencing.grammar import WordingError

FOR_GOOD = timedelta(hours=8760)
"""What the house calls for good: a year, after which somebody looks again."""

_UNITS = {
    "y": timedelta(days=365),
    "w": timedelta(weeks=1),
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "s": timedelta(seconds=1),
    "ms": timedelta(milliseconds=1),
}
_PART = re.compile(r"(\d{1,18})(ms|[ywdhms])")
_WHOLE = re.compile(r"(?:\d{1,18}(?:ms|[ywdhms]))+")
_LONGEST_SECONDS = (2**63 - 1) / 1e9
"""Go counts nanoseconds in 64 bits: 292 years."""
_LAST_YEAR = 9998
"""Alertmanager adds to an end how long it keeps what is over, and counts to 9999."""
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_START_OF_WORK = time(8)
_WORDS = re.compile(
    r"(?:(today|tomorrow|[a-z]{3,9})(?:\s+|$))?(?:at\s+)?(?:(\d{1,2}):(\d\d))?\s*"
    r"(utc|z|[+-](?:[01]\d|2[0-3]):[0-5]\d)?"
)
_ZONE = re.compile(r"\s*(?:utc|z)$", re.IGNORECASE)


def is_duration(text: str) -> bool:
    """Whether a text is meant as a duration, be it a good one or not."""
    return _WHOLE.fullmatch(text.strip()) is not None


def parse_duration(text: str) -> timedelta:
    """`4h`, `1d12h`, `1w`, `1y`: whole numbers, larger units first, each once.

    raise   WordingError
    """
    wanted = text.strip()
    if not is_duration(wanted):
        raise WordingError(f"{wanted or 'empty'} is no duration: write 90m, 4h, 1d12h")
    units = list(_UNITS)
    parts = [(int(n), unit) for n, unit in _PART.findall(wanted)]
    order = [units.index(unit) for _, unit in parts]
    if len(set(order)) != len(order):
        raise WordingError(f"{wanted} names a unit twice")
    if order != sorted(order):
        raise WordingError(f"{wanted}: write the larger unit first, as in 1d12h")
    seconds = sum(n * _UNITS[unit].total_seconds() for n, unit in parts)
    if seconds > _LONGEST_SECONDS:
        raise WordingError("that is more than 292 years")
    return timedelta(seconds=seconds)


def parse_end(text: str, now: datetime, zone: tzinfo = UTC) -> datetime:
    """When a silence ends: after a duration, at a time, or `for good`.

    A time is `2026-11-21 08:00`, `monday 08:00`, `tomorrow 18:00`, `08:00`; with
    `until` before it or not. A day without a time means 08:00. A weekday is the next
    one that is ahead. Times are those of `zone` unless they say `Z` or `+02:00`.
    raise   WordingError
    """
    wanted = " ".join(text.split()).lower().removeprefix("until ")
    if not wanted:
        raise WordingError("say how long: 4h, 1d12h, or an end time")
    if wanted in {"for good", "forever"}:
        end = now + FOR_GOOD
    elif is_duration(wanted):
        end = now + parse_duration(wanted)
    else:
        end = _spoken(wanted, now, zone) or _iso(wanted, now, zone)
    if end <= now:
        raise WordingError("that is already over")
    return bounded(end)


def bounded(end: datetime) -> datetime:
    """An end that a server can keep.

    raise   WordingError
    """
    if end.year > _LAST_YEAR:
        raise WordingError(f"that is too far ahead: {_LAST_YEAR} is the last year")
    return end


def written(span: timedelta) -> str:
    """A span as `parse_duration` reads it, to the second: `1d12h`, `0s`.

    Days are the largest unit, as amtool's users write them; a year is 8760h.
    """
    if span == FOR_GOOD:
        return "8760h"
    seconds = max(0, round(span.total_seconds()))
    parts = []
    for unit in ("d", "h", "m", "s"):
        number, seconds = divmod(seconds, int(_UNITS[unit].total_seconds()))
        if number:
            parts.append(f"{number}{unit}")
    return "".join(parts) or "0s"


def _spoken(text: str, now: datetime, zone: tzinfo) -> datetime | None:
    """`monday 08:00` and its like; None when it is something else."""
    found = _WORDS.fullmatch(text)
    if found is None or not (found[1] or found[2]):
        return None
    day, hour, minute, shift = found.groups()
    if shift:
        zone = _offset(shift)
    at = _START_OF_WORK
    if hour:
        if int(hour) > 23 or int(minute) > 59:
            raise WordingError(f"{hour}:{minute} is no time of day")
        at = time(int(hour), int(minute))
    today = now.astimezone(zone).date()
    ahead = 0
    if day == "tomorrow":
        ahead = 1
    elif day and day != "today":
        names = [name for name in _DAYS if name.startswith(day)]
        if len(names) != 1:
            return None
        ahead = (_DAYS.index(names[0]) - today.weekday()) % 7
    end = _once_more(datetime.combine(today + timedelta(days=ahead), at, zone), now)
    if end <= now and day not in {"today", "tomorrow"}:
        again = 7 if day else 1
        end = datetime.combine(end.date() + timedelta(days=again), at, zone)
    return end.astimezone(UTC)


def _once_more(end: datetime, now: datetime) -> datetime:
    """The hour that clocks show twice: where it is over, the second time."""
    if end > now:
        return end
    return max(end, end.replace(fold=1), key=datetime.timestamp)


def _offset(text: str) -> tzinfo:
    if text in {"utc", "z"}:
        return UTC
    zone = datetime.fromisoformat(f"2000-01-01T00:00{text}").tzinfo
    return zone or UTC


def _iso(text: str, now: datetime, zone: tzinfo) -> datetime:
    try:
        end = datetime.fromisoformat(_ZONE.sub("+00:00", text.upper()))
        local = end if end.tzinfo else end.replace(tzinfo=zone)
        return _once_more(local, now).astimezone(UTC)
    except (ValueError, OverflowError):
        words = f"{text} is neither a duration (4h, 1d12h, 1w) nor a time"
        raise WordingError(f"{words} (2026-11-21 08:00, monday 08:00)") from None
