"""What the JSON of all servers has in common: times, and how decoding fails."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TypeVar

import msgspec

from tui.model.fault import FaultKind
from tui.sources.http_fault import Answer, looks_like_html, source_error

T = TypeVar("T")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def decode(answer: Answer, decoder: msgspec.json.Decoder[T]) -> T:
    """The value of a JSON body.

    raise   SourceError(PROTOCOL): HTML, cut short, not JSON, or another shape
    """
    if looks_like_html(answer.body, answer.content_type):
        raise source_error(
            FaultKind.PROTOCOL, "answered HTML, not JSON", endpoint=answer.endpoint
        )
    try:
        return decoder.decode(answer.body)
    except msgspec.ValidationError as error:
        summary = "answered JSON of another shape"
        reason = str(error)
    except msgspec.DecodeError as error:
        reason = str(error)
        is_cut = "truncated" in reason
        summary = "the answer was cut short" if is_cut else "answered no valid JSON"
    except UnicodeDecodeError as error:
        summary, reason = "answered no valid JSON", error.reason
    raise source_error(FaultKind.PROTOCOL, summary, reason, answer.endpoint)


def utc(time: datetime | None) -> datetime | None:
    """A time of the wire in UTC; year 1 is Go's way to say never.

    A time without a zone is UTC: Alertmanager reads it so.
    """
    if time is None or time.year == 1:
        return None
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def rfc3339(time: datetime) -> str:
    """As all our servers take it: UTC, three digits, Z."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + (
        f"{time.microsecond // 1000:03d}Z"
    )


def to_ns(time: datetime) -> int:
    """Unix nanoseconds, exactly: a float would lose digits."""
    return (time - _EPOCH) // timedelta(microseconds=1) * 1000
