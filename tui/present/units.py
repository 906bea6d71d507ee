"""Ages, times and counts in the few letters that a column has room for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tui.model.unix import SECOND_NS

_UNITS = (
    # below so many seconds, seconds in one, letter
    (60, 1, "s"),
    (3_600, 60, "m"),
    (86_400, 3_600, "h"),
    (14 * 86_400, 86_400, "d"),
    (104 * 7 * 86_400, 7 * 86_400, "w"),
)
_YEAR = 365 * 86_400
LONGEST = 2_048
"""Characters of a text that are worked on to show it."""


def age(then: datetime | None, now: datetime) -> str:
    """How long ago: `12s 4m 3h 2d 6w 2y`; empty when it never was.

    What is said to lie ahead of us is 0s old: clocks differ.
    """
    return "" if then is None else length(now - then)


NEVER = datetime.max.replace(tzinfo=UTC)
"""When what has no age will next say something else."""


def age_changes(then: datetime, now: datetime) -> datetime:
    """When `age` will next say something else."""
    seconds = max(0, int((now - then).total_seconds()))
    unit = next((unit for limit, unit, _ in _UNITS if seconds < limit), _YEAR)
    return then + timedelta(seconds=(seconds // unit + 1) * unit)


def length(span: timedelta) -> str:
    """A span in its largest whole unit."""
    seconds = max(0, int(span.total_seconds()))
    for limit, unit, letter in _UNITS:
        if seconds < limit:
            return f"{seconds // unit}{letter}"
    return f"{seconds // _YEAR}y"


def exact_length(span: timedelta) -> str:
    """A span to the minute, in the grammar of silences: `1d12h`, `45m`, `0m`."""
    minutes = max(0, round(span.total_seconds() / 60))
    days, rest = divmod(minutes, 1_440)
    hours, minutes = divmod(rest, 60)
    parts = ((days, "d"), (hours, "h"), (minutes, "m"))
    return "".join(f"{n}{letter}" for n, letter in parts if n) or "0m"


def brief_length(span: timedelta) -> str:
    """A span in its two largest units: `364d23h`, `3h12m`, `45m`."""
    minutes = max(0, round(span.total_seconds() / 60))
    days, rest = divmod(minutes, 1_440)
    hours, minutes = divmod(rest, 60)
    parts = ((days, "d"), (hours, "h"), *(((minutes, "m"),) if not days else ()))
    return "".join(f"{n}{letter}" for n, letter in parts if n) or "0m"


def until(then: datetime | None, now: datetime) -> str:
    """When something will be: `in 4s`, `now`; empty when nobody knows."""
    if then is None:
        return ""
    left = length(then - now)
    return "now" if left == "0s" else f"in {left}"


def time_of_day(at: datetime) -> str:
    """UTC, to the second."""
    return f"{at.astimezone(UTC):%H:%M:%S}"


def clock(at: datetime, now: datetime) -> str:
    """The UTC time of day, to the minute; with its date when that is not today's."""
    at, now = at.astimezone(UTC), now.astimezone(UTC)
    return f"{at:%H:%M}" if at.date() == now.date() else f"{at:%Y-%m-%d %H:%M}"


def brief_moment(at: datetime, now: datetime) -> str:
    """The UTC time of day, to the second; of another day `Nov 19 23:59`."""
    shown = day_and_time(at, now)
    return shown if shown == time_of_day(at) else f"{at.astimezone(UTC):%b %d %H:%M}"


def day_and_time(at: datetime, now: datetime) -> str:
    """The UTC time of day, to the second; with its date when that is not today's."""
    is_today = at.astimezone(UTC).date() == now.astimezone(UTC).date()
    return time_of_day(at) if is_today else moment(at)


def between(first: datetime, last: datetime, now: datetime) -> str:
    """`23:58:10 to 23:59:20` in UTC, or `at 23:58:10`; with dates of other days."""
    begin = day_and_time(first, now)
    if moment(first) == moment(last):
        return f"at {begin}"
    return f"{begin} to {day_and_time(last, first)}"


def moment(at: datetime | None) -> str:
    """Date and time in UTC, to the second; empty for None."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}" if at else ""


def time_of_ns(at_ns: int) -> str:
    """The UTC time of day of unix nanoseconds, to the second."""
    seconds = at_ns // SECOND_NS % 86_400
    return f"{seconds // 3_600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def count(number: int, noun: str, plural: str = "") -> str:
    """`1 alert`, `2 alerts`."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def plain(text: str) -> str:
    """A text on one line without anything that could steer a terminal."""
    if text.isprintable():
        return text
    return text.translate({ord(c): " " for c in set(text) if not c.isprintable()})


def one_line(text: str) -> str:
    """A text on one line, its words one space apart; of a long one, its beginning."""
    return " ".join(brief(text).split())


def brief(text: str) -> str:
    """As much of a text as a screen has room for; it says how much is left out.

    For what is worked on before it is shown: a megabyte of it would hold up the screen.
    """
    left = len(text) - LONGEST
    return text if left <= 0 else f"{text[:LONGEST]} (and {left:,} more characters)"
