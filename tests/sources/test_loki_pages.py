"""Paging: whatever the server bears, a range is read whole and no entry twice."""

from __future__ import annotations

import pytest

from tui.model.fault import Fault, FaultKind
from tui.model.log import Entry, LogSpan
from tui.sources.base import SourceError
from tui.sources.http_fault import NotSentError
from tui.sources.loki_pages import GROW_AFTER, LEAST, Pager


class Ranges:
    """Answers up to `bears` entries; asked for more it fails in its own way."""

    def __init__(self, entries: list[Entry], bears: int, failure: SourceError) -> None:
        self.sizes: list[int] = []
        self._entries = sorted(entries, key=lambda entry: entry.at_ns)
        self.bears = bears
        self._failure = failure

    async def query_range(
        self, query: str, start_ns: int, end_ns: int, limit: int, *, forward: bool
    ) -> tuple[Entry, ...]:
        assert query
        assert forward
        self.sizes.append(limit)
        if limit > self.bears:
            raise self._failure
        found = [e for e in self._entries if start_ns <= e.at_ns < end_ns]
        return tuple(found[:limit])


def entries(count: int, step_ns: int = 1) -> list[Entry]:
    return [Entry(n // 3 * step_ns, {}, f"line {n}") for n in range(count)]


async def read(ranges: Ranges) -> list[str]:
    pages = Pager(ranges, "{}").pages(LogSpan(0, 10**9))
    return [entry.line async for page in pages for entry in page.entries]


TIMEOUT = SourceError(Fault(FaultKind.TIMEOUT, "no answer"))


@pytest.mark.parametrize("count", [0, 1, 999, 1000, 1001, 3500])
async def test_every_entry_comes_once(count: int) -> None:
    ranges = Ranges(entries(count), 5000, TIMEOUT)
    assert await read(ranges) == [f"line {n}" for n in range(count)]


@pytest.mark.parametrize(
    "failure",
    [TIMEOUT, SourceError(Fault(FaultKind.UNREACHABLE, "the connection was lost"))],
)
async def test_pages_get_smaller_when_answers_do_not_come(failure: SourceError) -> None:
    ranges = Ranges(entries(700), 300, failure)
    assert await read(ranges) == [f"line {n}" for n in range(700)]
    assert ranges.sizes[:2] == [1000, 250]
    assert set(ranges.sizes[1:]) == {250}


async def test_the_limit_that_the_server_names_is_kept() -> None:
    words = (
        "max entries limit per query exceeded, limit > "
        "max_entries_limit_per_query (1000 > 70)"
    )
    refused = SourceError(Fault(FaultKind.BAD_QUERY, "refused the request", words))
    ranges = Ranges(entries(200), 70, refused)
    assert await read(ranges) == [f"line {n}" for n in range(200)]
    assert max(ranges.sizes[1:]) == 70


async def test_a_server_that_never_answers_is_given_up() -> None:
    ranges = Ranges(entries(9), 0, TIMEOUT)
    with pytest.raises(SourceError, match="no answer"):
        await read(ranges)
    assert ranges.sizes == [1000, 250, 62, LEAST]


async def test_a_server_that_cannot_be_reached_is_asked_once() -> None:
    down = NotSentError(Fault(FaultKind.UNREACHABLE, "refused"))
    ranges = Ranges([], 0, down)
    with pytest.raises(NotSentError):
        await read(ranges)
    assert ranges.sizes == [1000]


async def test_pages_get_larger_again_when_the_servers_bad_hour_is_over() -> None:
    ranges = Ranges(entries(9000), 250, TIMEOUT)
    pager = Pager(ranges, "{}")
    first = [e.line async for page in pager.pages(LogSpan(0, 2)) for e in page.entries]
    assert first == [f"line {n}" for n in range(6)]
    assert ranges.sizes == [1000, 250]
    ranges.bears = 5000
    found = [e async for page in pager.pages(LogSpan(0, 10**9)) for e in page.entries]
    assert len(found) == 9000
    assert ranges.sizes[-1] == 1000
    assert ranges.sizes.count(250) <= GROW_AFTER + 1
