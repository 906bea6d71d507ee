"""Unix nanoseconds, in which lines of logs are timed: to them, and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND_NS = 1_000_000_000
_MICROSECOND = timedelta(microseconds=1)


def to_ns(at: datetime) -> int:
    """Unix nanoseconds, exactly: a float would lose digits."""
    return (at - EPOCH) // _MICROSECOND * 1000


def of_ns(at_ns: int) -> datetime:
    """An instant of Unix nanoseconds, to the microsecond."""
    return EPOCH + timedelta(microseconds=at_ns // 1000)


def span_ns(span: timedelta) -> int:
    """A span in nanoseconds."""
    return span // _MICROSECOND * 1000
