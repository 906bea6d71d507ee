"""What a client may ask the lab's Loki: parameters read as the real one reads them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum

from msgspec import Struct

from tui.lab.http import nanoseconds
from tui.lab.logql_parser import LogQLError, Query, parse
from tui.lab.loki_store import HOUR
from tui.lab.promql_parser import seconds

MAX_ENTRIES = 5000
MAX_POINTS = 11_000
MAX_LENGTH = (30 * 24 + 1) * HOUR
SECOND = 1_000_000_000


class LokiError(Exception):
    """An answer in plain text."""

    def __init__(self, text: str, status: int = 400) -> None:
        super().__init__(text)
        self.status = status


class Direction(StrEnum):
    """Which end of a range comes first, and so survives the limit."""

    BACKWARD = "backward"
    FORWARD = "forward"


class RangeRequest(Struct, frozen=True):
    """A range to answer: start inclusive, end exclusive, both in nanoseconds."""

    query: Query
    start: int
    end: int
    limit: int
    direction: Direction
    step: int


def read_query(asked: Mapping[str, str]) -> Query:
    """The query's tree; raises LokiError."""
    try:
        return parse(asked.get("query", ""))
    except LogQLError as error:
        raise LokiError(str(error)) from error


def read_span(asked: Mapping[str, str], now: datetime) -> tuple[int, int]:
    """Start and end: the last hour, or `since`, where nothing is said."""
    end = read_time("end", asked["end"]) if asked.get("end") else nanoseconds(now)
    if asked.get("start"):
        return read_time("start", asked["start"]), end
    since = HOUR
    if asked.get("since"):
        since = _since(asked["since"])
    return end - since, end


def read_range(asked: Mapping[str, str], now: datetime) -> RangeRequest:
    """The parameters of query_range; raises LokiError."""
    start, end = read_span(asked, now)
    limit = read_limit(asked)
    direction = asked.get("direction", "backward").lower()
    if direction not in tuple(Direction):
        raise LokiError(f"invalid direction '{asked['direction']}'")
    if end <= start:
        raise LokiError("end timestamp must not be before or equal to start time")
    step = _step(asked.get("step", ""), start, end)
    if (end - start) / step > MAX_POINTS:
        raise LokiError(
            "exceeded maximum resolution of 11,000 points per time series. "
            "Try increasing the value of the step parameter"
        )
    query = read_query(asked)
    if limit > MAX_ENTRIES:
        raise LokiError(
            "max entries limit per query exceeded, limit > max_entries_limit_per_query "
            f"({limit} > {MAX_ENTRIES})"
        )
    if end - start > MAX_LENGTH:
        length = f"{(end - start) // HOUR}h0m0s"
        raise LokiError(
            f"the query time range exceeds the limit (query length: {length}, "
            "limit: 30d1h)"
        )
    return RangeRequest(query, start, end, limit, Direction(direction), step)


def read_limit(asked: Mapping[str, str]) -> int:
    """The limit, 100 unless said; raises LokiError."""
    text = asked.get("limit") or "100"
    if not re.fullmatch(r"[-+]?\d+", text):
        raise LokiError(f'strconv.Atoi: parsing "{text}": invalid syntax')
    if int(text) <= 0:
        raise LokiError("limit must be a positive value")
    return int(text)


def read_time(name: str, text: str) -> int:
    """Nanoseconds, seconds (ten digits or fewer, or with a point), or RFC 3339."""
    if re.fullmatch(r"\d+", text):
        return int(text) * (SECOND if len(text) <= 10 else 1)
    if re.fullmatch(r"\d*\.\d+", text):
        return round(float(text) * 1000) * 1_000_000
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        reason = f'strconv.ParseInt: parsing "{text}": invalid syntax'
        raise LokiError(f"could not parse '{name}' parameter: {reason}") from error
    return nanoseconds(at if at.tzinfo else at.replace(tzinfo=UTC))


def _since(text: str) -> int:
    try:
        return int(seconds(text) * SECOND)
    except ValueError as error:
        reason = f'not a valid duration string: "{text}"'
        raise LokiError(f"could not parse 'since' parameter: {reason}") from error


def _step(text: str, start: int, end: int) -> int:
    if not text:
        return max(SECOND, (end - start) // 250 // SECOND * SECOND)
    try:
        step = float(text) if re.fullmatch(r"-?[\d.]+", text) else seconds(text)
    except ValueError as error:
        raise LokiError(
            f"could not parse 'step' parameter: cannot parse \"{text}\" to a valid "
            "duration"
        ) from error
    if step <= 0:
        raise LokiError(
            "zero or negative query resolution step widths are not accepted. "
            "Try a positive integer"
        )
    return int(step * SECOND)


def wants_categories(headers: Mapping[str, str]) -> bool:
    """Whether the client tells stream labels from metadata."""
    flags = headers.get("X-Loki-Response-Encoding-Flags", "")
    return "categorize-labels" in flags
