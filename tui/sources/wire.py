"""What the JSON of all servers has in common: times, and how decoding fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TypeVar

import msgspec

from tui.aside import aside
from tui.model.fault import FaultKind
from tui.sources.base import SourceError
from tui.sources.http_fault import Answer, looks_like_html, source_error
from tui.sources.large import emptied_on_failure

T = TypeVar("T")
U = TypeVar("U")

SMALL_BYTES = 16_384
"""An answer below this is read, and made into values, in a few milliseconds."""
LITTLE_BYTES = 2_097_152
"""More than any object that Kubernetes keeps: etcd takes 1.5 MiB. A few ms to read."""


def decode(answer: Answer, decoder: msgspec.json.Decoder[T]) -> T:
    """The value of a JSON body.

    raise   SourceError(PROTOCOL): HTML, cut short, not JSON, or another shape
    """
    if looks_like_html(answer.body, answer.content_type):
        raise source_error(
            FaultKind.PROTOCOL, "answered HTML, not JSON", endpoint=answer.endpoint
        )
    with emptied_on_failure(answer.body), decoding(answer.endpoint):
        return decoder.decode(answer.body)


def decode_little(answer: Answer, decoder: msgspec.json.Decoder[T]) -> T:
    """The same of a body that is small by its nature: one object, a version.

    raise   as `decode` and `little`
    """
    return decode(little(answer), decoder)


def little(answer: Answer) -> Answer:
    """The answer, small as it is by its nature.

    raise   SourceError(PROTOCOL) when it is large: to take it apart would hold up the
            loop, and nothing of it is meant for us
    """
    if len(answer.body) > LITTLE_BYTES:
        summary = (
            f"answered {len(answer.body) / 1e6:,.0f} MB, not of the shape expected"
        )
        raise source_error(FaultKind.PROTOCOL, summary, endpoint=answer.endpoint)
    return answer


@contextmanager
def decoding(endpoint: str) -> Iterator[None]:
    """Where JSON is decoded: turns what the decoder raises into faults of an endpoint.

    raise   SourceError(PROTOCOL)
    """
    try:
        yield
    except msgspec.ValidationError as error:
        summary = "answered JSON of another shape"
        raise _protocol(summary, str(error), endpoint) from error
    except msgspec.DecodeError as error:
        is_cut = "truncated" in str(error)
        summary = "the answer was cut short" if is_cut else "answered no valid JSON"
        raise _protocol(summary, str(error), endpoint) from error
    except UnicodeDecodeError as error:
        raise _protocol("answered no valid JSON", error.reason, endpoint) from error
    except RecursionError as error:
        summary = "answered JSON that is nested too deeply"
        raise _protocol(summary, "", endpoint) from error


def _protocol(summary: str, reason: str, endpoint: str) -> SourceError:
    return source_error(FaultKind.PROTOCOL, summary, reason, endpoint)


async def read(
    answer: Answer, decoder: msgspec.json.Decoder[T], make: Callable[[T], U]
) -> U:
    """The value of a JSON body, made into something else; aside when it is large.

    make    what it is made with; pure. Parts that are `Raw` are best decoded in there,
            for a call of the decoder is not interrupted
    raise   as `decode`, from `make` too
    """

    def made() -> U:
        with decoding(answer.endpoint):
            return make(decode(answer, decoder))

    return made() if len(answer.body) < SMALL_BYTES else await aside(made)


def utc(time: datetime | None) -> datetime | None:
    """A time of the wire in UTC; year 1 is Go's way to say never.

    A time without a zone is UTC: Alertmanager reads it so. One behind the end of all
    years, by its zone, is that end.
    """
    if time is None or time.year == 1:
        return None
    if time.tzinfo is UTC:
        return time
    if time.tzinfo is None:
        return time.replace(tzinfo=UTC)
    try:
        return time.astimezone(UTC)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)


def rfc3339(time: datetime) -> str:
    """As all our servers take it: UTC, three digits, Z."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + (
        f"{time.microsecond // 1000:03d}Z"
    )
