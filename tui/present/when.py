"""A time as one types it: `-2h`, `14:05`, `02-27 03:10`, `2026-02-27 03:10`."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

EXAMPLES = "-2h, 14:05 or 2026-02-27 03:10 (UTC)"
_AGO = re.compile(r"-\s*((?:\d+\s*[smhdw]\s*)+)")
_PART = re.compile(r"(\d+)\s*([smhdw])")
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_AT = re.compile(
    r"(?:(?:(\d{4})-)?(\d\d?)-(\d\d?)[T ]+)?(\d\d?):(\d\d)(?::(\d\d)(?:\.\d+)?)?Z?"
)
_LONGEST = timedelta(days=3_650)


def moment_of(typed: str, now: datetime) -> datetime | None:
    """The moment that somebody means, never ahead of now; None for no such thing.

    A time without its date, and a date without its year, is the last that there was.
    """
    text = typed.strip()
    if ago := _AGO.fullmatch(text):
        seconds = sum(int(n) * _SECONDS[unit] for n, unit in _PART.findall(ago[1]))
        return now - timedelta(seconds=min(seconds, _LONGEST.total_seconds()))
    if not (found := _AT.fullmatch(text)):
        return None
    year, month, day, hour, minute, second = (int(n or 0) for n in found.groups())
    now = now.astimezone(UTC)
    at = now.replace(microsecond=0)
    try:
        at = at.replace(year or at.year, month or at.month, day or at.day)
        at = at.replace(hour=hour, minute=minute, second=second)
        if at > now and not month:
            at -= timedelta(days=1)
        elif at > now and not year:
            at = at.replace(year=at.year - 1)
    except ValueError:
        return None
    return at if at <= now else None
