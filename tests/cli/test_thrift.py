"""Memory goes back to the system where that can be done; elsewhere nothing breaks."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from types import SimpleNamespace

from rich.cells import cached_cell_len, cell_len

from tests.clock import ManualClock
from tui.cli import thrift
from tui.sources.large import large


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


class Hurried(ManualClock):
    """Sleeps no longer than it takes to note for how long."""

    def __init__(self) -> None:
        super().__init__()
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    async def wait(self, event: asyncio.Event, seconds: float) -> None:
        del seconds
        await event.wait()


async def test_what_a_large_answer_left_is_given_back_soon() -> None:
    clock = Hurried()
    more = iter((True, False))
    async with AsyncExitStack() as until:
        await large().take_turn(until)
    await asyncio.wait_for(thrift.keep_trim(clock, lambda: next(more)), 5)
    assert clock.slept == [thrift.FIRST_SECONDS, thrift.SOON_SECONDS]
    assert not large().ended.is_set()


def test_texts_that_were_measured_are_let_go_of_once_there_are_many() -> None:
    kept = cached_cell_len.cache_info
    cached_cell_len.cache_clear()
    for number in range(thrift.MEASURED):
        cell_len(f"line {number}")
    thrift.forget()
    assert kept().currsize == thrift.MEASURED
    cell_len("one more")
    thrift.forget()
    assert kept().currsize == 0


def test_what_is_free_is_given_back() -> None:
    asked: list[tuple[int, ...]] = []

    def note(*values: int) -> int:
        asked.append(values)
        return 1

    library = SimpleNamespace(mallopt=note, malloc_trim=note)
    assert thrift.save(lambda: library)
    assert thrift.trim(lambda: library)
    assert asked == [(-8, 2), (-3, 131_072), (0,)]
