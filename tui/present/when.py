"""A time as one types it, in UTC: `-2h`, `14:05`, `02-27 03:10`; or a stretch of time.

A stretch is two of them with `-`, `..` or `to` between, or one and how long from there:
`14:00-14:20`, `-30m..-10m`, `2026-02-27 03:10 +5m`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from tui.present.units import length

EXAMPLES = "-2h, 14:05, 2026-02-27 03:10, 14:00-14:20, -30m..-10m (UTC)"
_LENGTH = re.compile(r"\s*((?:\d+\s*[smhdw]\s*)+)")
_PART = re.compile(r"(\d+)\s*([smhdw])")
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_DAY = r"(?:(\d{4})-)?(\d\d?)-(\d\d?)"
_CLOCK = r"(\d\d?):(\d\d)(?::(\d\d)(?:\.\d+)?)?Z?"
_AT = re.compile(rf"(?:{_DAY}[T ]+)?{_CLOCK}")
_MIDNIGHT = re.compile(rf"{_DAY}()()()")
_BETWEEN = re.compile(r"\s*(?:\.\.+|…|–|\bto\b|(?=\+)|-)\s*")
_NOW = "now"
_LONGEST = timedelta(days=3_650)
_USUAL = timedelta(minutes=30)


class UnreadableTimeError(ValueError):
    """What was typed is no time in the past; it says why."""


class Stretch(Struct, frozen=True, gc=False):
    """A time to go to, and maybe where it ends."""

    since: datetime
    until: datetime | None = None
    """None goes on until now."""


def stretch_of(typed: str, now: datetime) -> Stretch:
    """The time that somebody means; its begin is never ahead of now.

    A time without its date, and a date without its year, is the last that there was;
    at the end of a stretch, the first one after its begin.

    raise   UnreadableTimeError
    """
    text, now = typed.strip(), now.astimezone(UTC)
    if _is_moment(text):
        return Stretch(_moment(text, now))
    for between in _BETWEEN.finditer(text):
        first, last = text[: between.start()], text[between.end() :]
        if _is_moment(first) and (_is_moment(last) or _is_end(last)):
            since = _moment(first, now)
            return Stretch(since, _end(last, since, now))
    raise UnreadableTimeError(f"{text!r} is no time. Type {EXAMPLES}.")


def meant(typed: str, now: datetime) -> str:
    """What a time that is being typed means, or why it cannot be read."""
    if not typed.strip():
        return f"goes to {EXAMPLES}"
    try:
        found = stretch_of(typed, now)
    except UnreadableTimeError as error:
        return str(error)
    since, until = found.since, found.until
    if until is None:
        return f"goes to {since:%Y-%m-%d %H:%M:%S} UTC, {length(now - since)} ago"
    day = "" if until.date() == since.date() else f"{until:%Y-%m-%d} "
    lasts = length(until - since)
    return f"shows {since:%Y-%m-%d %H:%M:%S} to {day}{until:%H:%M:%S} UTC, {lasts}"


def completed(typed: str, now: datetime) -> str | None:
    """What one may go on to type; it begins with what is typed. None: nothing."""
    now = now.astimezone(UTC)
    known = (each for each in _offered(typed, now) if each.startswith(typed))
    return next((each for each in known if each != typed), None)


def _offered(typed: str, now: datetime) -> Iterator[str]:
    if re.fullmatch(r"-\d+", typed):
        yield f"{typed}m"
    if re.fullmatch(r"\d\d?:?", typed):
        yield f"{typed.rstrip(':')}:00"
    for between in ("..", "-"):
        begin = typed.removesuffix(between).rstrip(".")
        if not _is_moment(begin):
            continue
        if begin.startswith("-") or begin == _NOW:
            yield f"{begin}..now"
            continue
        try:
            end = stretch_of(begin, now).since + _USUAL
        except UnreadableTimeError:
            continue
        yield f"{begin}{between}{end:%H:%M}"
    yield from ("-30m", "-2h", "-1d", "now")
    yield f"{now:%Y-%m-%d %H}:00"
    yield f"{now:%m-%d %H}:00"
    yield f"{now:%H}:00"


def _is_moment(text: str) -> bool:
    is_ago = text.startswith("-") and _LENGTH.fullmatch(text[1:])
    return bool(is_ago or _AT.fullmatch(text) or _MIDNIGHT.fullmatch(text))


def _is_end(text: str) -> bool:
    return text == _NOW or bool(text.startswith("+") and _LENGTH.fullmatch(text[1:]))


def _moment(text: str, now: datetime, since: datetime | None = None) -> datetime:
    """The last such time before now; with `since` the first one after that."""
    if text.startswith("-"):
        return now - _length(text[1:])
    found = _AT.fullmatch(text) or _MIDNIGHT.fullmatch(text)
    numbers = found.groups() if found else ()
    year, month, day, hour, minute, second = (int(n or 0) for n in numbers)
    near = since or now
    at = near.replace(microsecond=0)
    try:
        at = at.replace(year or at.year, month or at.month, day or at.day)
        at = at.replace(hour=hour, minute=minute, second=second)
        if since is not None and not month and at <= since:
            at += timedelta(days=1)
        elif since is None and at > now and not month:
            at -= timedelta(days=1)
        elif since is None and at > now and not year:
            at = at.replace(year=at.year - 1)
    except ValueError as error:
        raise UnreadableTimeError(f"{text!r}: there is no such day or time.") from error
    if since is None and at > now:
        raise UnreadableTimeError(f"{text!r} is still to come: now is {now:%H:%M} UTC.")
    return at


def _end(text: str, since: datetime, now: datetime) -> datetime | None:
    """Where a stretch ends; None when that is now, or still to come."""
    if text == _NOW:
        return None
    at = (
        since + _length(text[1:]) if text.startswith("+") else _moment(text, now, since)
    )
    if at <= since:
        begin = f"{since:%Y-%m-%d %H:%M:%S}"
        raise UnreadableTimeError(f"The end, {text!r}, is not after {begin} UTC.")
    return at if at < now else None


def _length(text: str) -> timedelta:
    seconds = sum(int(n) * _SECONDS[unit] for n, unit in _PART.findall(text))
    return timedelta(seconds=min(seconds, _LONGEST.total_seconds()))
