"""Rows of targets that differ from rows before only in when they were scraped.

Of 20,000 targets most were scraped between two readings, and say what they said: as
objects of their own those were 200 MB an hour, and half of what recording costs.

wire    `[SCRAPED, BEFORE, positions, scraped, seconds, [position, row, ...]]`: BEFORE
        is the number of the rows before. Position (u32), microseconds since 1970 of the
        last scrape (i64) and what it took (f64) of each row that was scraped again, all
        little-endian; then the rows that became others, which are parts.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from msgspec.structs import replace

from tui.model.kept import Kept
from tui.model.target import TargetRow

FEWEST = 500
"""Rows, below which each is packed by itself."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

Scrape = tuple[datetime, float]
"""When it began, and the seconds that it took."""


class Again(NamedTuple):
    """What is new in rows, by their position."""

    scraped: Mapping[int, Scrape]
    others: Mapping[int, TargetRow]


def is_list(values: Sequence[Any]) -> bool:
    """Whether these are many rows of targets."""
    return len(values) >= FEWEST and type(values[0]) is TargetRow


def compared(before: Sequence[TargetRow], rows: Sequence[TargetRow]) -> Again | None:
    """What is new in rows; None when half of them are others."""
    if len(before) != len(rows):
        return None
    scraped: dict[int, Scrape] = {}
    others: dict[int, TargetRow] = {}
    for at, (old, new) in enumerate(zip(before, rows, strict=True)):
        if old is new:
            continue
        scrape = _scrape(old, new)
        if scrape is None:
            others[at] = new
        else:
            scraped[at] = scrape
    return None if len(others) * 2 > len(rows) else Again(scraped, others)


def _scrape(old: TargetRow, new: TargetRow) -> Scrape | None:
    """The new scrape of a row that is the same in all else."""
    was, now = old.target, new.target
    if was is None or now is None or now.last_scrape is None:
        return None
    is_same = (
        (was.labels is now.labels or was.labels == now.labels)
        and was.scrape_url == now.scrape_url
        and was.health is now.health
        and was.last_error == now.last_error
        and was.scrape_pool == now.scrape_pool
        and was.interval_seconds == now.interval_seconds
        and was.timeout_seconds == now.timeout_seconds
        and old.since == new.since
        and old.reason == new.reason
        and old.health is new.health
        and old.expected is new.expected
        and old.job == new.job
        and old.instance == new.instance
    )
    return (now.last_scrape, now.scrape_seconds) if is_same else None


def columns(scraped: Mapping[int, Scrape]) -> tuple[bytes, bytes, bytes]:
    """As they are written."""
    times = [(at - _EPOCH) // _MICROSECOND for at, _ in scraped.values()]
    took = [seconds for _, seconds in scraped.values()]
    found = array("I", scraped), array("q", times), array("d", took)
    return _bytes(found[0]), _bytes(found[1]), _bytes(found[2])


def scrapes(columns: Iterable[bytes]) -> dict[int, Scrape]:
    """From what was written; raises ValueError."""
    positions, times, took = (
        _array(code, each) for code, each in zip("Iqd", columns, strict=True)
    )
    pairs = zip(times, took, strict=True)
    found = [(_EPOCH + at * _MICROSECOND, seconds) for at, seconds in pairs]
    return dict(zip(positions, found, strict=True))


def remade(
    packed: Callable[[int], Sequence[Any]],
    value: Callable[[Any], Any],
    made: Mapping[int, Any],
    number: int,
    kind: int,
) -> Kept[TargetRow]:
    """The rows of that number, after what was written since the newest that are made.

    packed, value, made     what an Unpacker has: objects and what they stand for
    kind                    SCRAPED
    raise   what making a value raises
    """
    steps = []
    while number not in made and packed(number)[0] == kind:
        steps.append(packed(number))
        number = steps[-1][1]
    rows = list(value(number))
    newest: dict[int, Scrape] = {}
    for _, _, *found, others in reversed(steps):
        newest.update(scrapes(found))
        for at, row in zip(others[::2], others[1::2], strict=True):
            rows[at] = value(row)
            newest.pop(at, None)
    for at, scrape in newest.items():
        rows[at] = _again(rows[at], *scrape)
    return Kept(rows)


def _again(row: TargetRow, last_scrape: datetime, seconds: float) -> TargetRow:
    was = row.target
    if was is None:
        raise ValueError("no target was scraped there")
    scraped = replace(was, last_scrape=last_scrape, scrape_seconds=seconds)
    return replace(row, target=scraped)


def _bytes(column: array[Any]) -> bytes:
    if sys.byteorder == "big":
        column.byteswap()
    return column.tobytes()


def _array(code: str, data: bytes) -> array[Any]:
    column: array[Any] = array(code)
    column.frombytes(data)
    if sys.byteorder == "big":
        column.byteswap()
    return column
