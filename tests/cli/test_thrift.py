"""Memory goes back to the system where that can be done; elsewhere nothing breaks."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

from tests.clock import ManualClock
from tui.cli import thrift


def test_where_there_is_no_glibc_nothing_is_done() -> None:
    assert not thrift.save(SimpleNamespace)
    assert not thrift.trim(SimpleNamespace)
    assert not thrift.save(lambda: None)
    assert not thrift.trim(lambda: None)


async def test_where_it_cannot_be_done_it_is_not_tried_again() -> None:
    clock = ManualClock()
    trying = asyncio.create_task(thrift.keep_trim(clock, lambda: False))
    await clock.advance(thrift.FIRST_SECONDS)
    await asyncio.wait_for(trying, 5)


def test_what_is_free_is_given_back() -> None:
    asked: list[tuple[int, ...]] = []

    def note(*values: int) -> int:
        asked.append(values)
        return 1

    library = SimpleNamespace(mallopt=note, malloc_trim=note)
    assert thrift.save(lambda: library)
    assert thrift.trim(lambda: library)
    assert asked == [(-8, 2), (-3, 131_072), (0,)]
