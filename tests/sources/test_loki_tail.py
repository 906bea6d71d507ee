"""The tail that loses nothing: over a socket, against a server that misbehaves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from tests.clock import START, ManualClock, turns
from tests.sources.loki_server import STREAM, SmallLoki
from tui.model.fault import FaultKind
from tui.model.log import LogBatch
from tui.model.unix import to_ns
from tui.sources import loki_ledger
from tui.sources.loki_inbox import GATHER_SECONDS
from tui.sources.loki_tail import (
    TICK_SECONDS,
    TICKS_TO_PASS,
    TICKS_TO_RECONCILE,
    WHOLE_SECONDS,
    LokiTail,
)

NOW = to_ns(START)
SECOND = 1_000_000_000
SINCE = NOW - 900 * SECOND
SOON = TICK_SECONDS * TICKS_TO_PASS
RECONCILED = TICK_SECONDS * TICKS_TO_RECONCILE


class Reader:
    """Collects batches in the background, as the engine would."""

    def __init__(self, tail: LokiTail, since_ns: int) -> None:
        self.batches: list[LogBatch] = []
        self._changed = asyncio.Condition()
        self._tail = tail
        self._since_ns = since_ns

    async def run(self) -> None:
        stream = self._tail.batches(self._since_ns)
        try:
            async for batch in stream:
                async with self._changed:
                    self.batches.append(batch)
                    self._changed.notify_all()
        finally:
            await stream.aclose()

    @property
    def lines(self) -> list[str]:
        return [entry.line for batch in self.batches for entry in batch.entries]

    async def until_lines(self, count: int) -> None:
        async with asyncio.timeout(5), self._changed:
            await self._changed.wait_for(lambda: len(self.lines) >= count)

    async def until_flood(self, count: int, clock: ManualClock) -> None:
        """The same of so many that they are gathered, which takes time."""
        async with asyncio.timeout(5):
            while len(self.lines) < count:
                if self._tail._inbox.is_gathering:
                    await clock.advance(GATHER_SECONDS)
                await turns()

    async def until_batches(self, count: int) -> None:
        async with asyncio.timeout(5), self._changed:
            await self._changed.wait_for(lambda: len(self.batches) >= count)

    async def until_gap(self) -> None:
        async with asyncio.timeout(5), self._changed:
            await self._changed.wait_for(lambda: any(b.gaps for b in self.batches))


@asynccontextmanager
async def reading(
    loki: SmallLoki, clock: ManualClock, since_ns: int = SINCE
) -> AsyncIterator[Reader]:
    async with loki.serving() as source:
        tail = LokiTail(source, '{job="talos-kernel"}', clock, lambda _: 1.0)
        reader = Reader(tail, since_ns)
        task = asyncio.create_task(reader.run())
        try:
            async with asyncio.timeout(5):
                await loki.connected.wait()
            yield reader
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def test_a_quiet_tail_says_at_once_that_it_is_current() -> None:
    async with reading(SmallLoki(), ManualClock()) as reader:
        await reader.until_batches(1)
        assert reader.batches[0] == LogBatch(is_current=True)


async def test_the_past_comes_first_and_then_what_is_live() -> None:
    loki = SmallLoki()
    await loki.push((NOW - 60 * SECOND, "past"), (NOW - 61 * SECOND, "older"))
    async with reading(loki, ManualClock()) as reader:
        await reader.until_lines(2)
        await loki.push((NOW, "live"))
        await reader.until_lines(3)
        assert reader.lines == ["older", "past", "live"]
        entry = reader.batches[-1].entries[0]
        assert entry.labels == STREAM
        assert entry.metadata == {"detected_level": "info"}
        assert loki.headers[0]["X-Scope-OrgID"] == "homelab"


async def test_what_the_tail_loses_is_read_by_range_and_nothing_comes_twice() -> None:
    loki, clock = SmallLoki(), ManualClock()
    async with reading(loki, clock) as reader:
        await loki.push((NOW + 1, "seen"))
        await reader.until_lines(1)
        await loki.push((NOW + 2, "lost"), is_tailed=False)
        await loki.push((NOW + 3, "seen too"))
        await reader.until_lines(2)
        await clock.advance(RECONCILED)
        await reader.until_lines(3)
        assert reader.lines == ["seen", "seen too", "lost"]


async def test_a_frame_that_admits_to_drops_is_followed_by_a_range_at_once() -> None:
    loki, clock = SmallLoki(), ManualClock()
    async with reading(loki, clock) as reader:
        await reader.until_batches(1)
        await loki.push((NOW, "dropped"), is_tailed=False)
        dropped = [{"timestamp": str(NOW), "labels": STREAM}]
        await loki.send(((NOW + 1, "last"),), dropped_entries=dropped)
        await reader.until_lines(1)
        await clock.advance(SOON)
        await reader.until_lines(2)
        assert reader.lines == ["last", "dropped"]


async def test_after_a_cut_nothing_is_lost_and_nothing_repeated() -> None:
    loki, clock = SmallLoki(), ManualClock()
    async with reading(loki, clock) as reader:
        await loki.push((NOW, "before"))
        await reader.until_lines(1)
        await loki.cut(why="all ingesters closed the connection")
        await loki.push((NOW + SECOND, "meanwhile"), is_tailed=False)
        async with asyncio.timeout(5):
            while not loki.connected.is_set():
                await clock.advance(1.0)
        await reader.until_lines(2)
        assert reader.lines == ["before", "meanwhile"]
        (fault,) = {batch.fault for batch in reader.batches if batch.fault}
        assert (fault.kind, fault.summary) == (FaultKind.UNREACHABLE, "is stopping")


async def test_while_no_tail_can_be_had_ranges_still_bring_what_there_is() -> None:
    loki, clock = SmallLoki(), ManualClock()
    async with reading(loki, clock) as reader:
        await reader.until_batches(1)
        loki.refuse_tails = True
        await loki.cut(why="going away")
        await loki.push((NOW, "by range"), is_tailed=False)
        async with asyncio.timeout(5):
            while not reader.lines:
                await clock.advance(1.0)
        last = next(batch for batch in reader.batches if batch.entries)
        assert last.fault is not None
        loki.refuse_tails = False
        async with asyncio.timeout(5):
            while not loki.connected.is_set():
                await clock.advance(1.0)
        await loki.push((clock_ns(clock), "live again"))
        await reader.until_lines(2)
        assert reader.lines == ["by range", "live again"]


async def test_the_routine_end_of_a_tail_is_no_fault() -> None:
    loki, clock = SmallLoki(), ManualClock()
    async with reading(loki, clock) as reader:
        await reader.until_batches(1)
        await clock.advance(3600.0)
        await loki.cut(why="reached tail max duration limit")
        async with asyncio.timeout(5):
            await loki.connected.wait()
        await loki.push((clock_ns(clock), "goes on"))
        await reader.until_lines(1)
        assert not any(batch.fault for batch in reader.batches)


def clock_ns(clock: ManualClock) -> int:
    return to_ns(clock.now())


async def test_many_entries_at_one_nanosecond_are_read_whole_through_small_pages() -> (
    None
):
    loki = SmallLoki()
    loki.largest_page = 1300
    many = [(NOW - SECOND, f"burst {number:04}") for number in range(1200)]
    await loki.push((NOW - 2 * SECOND, "first"), *many, (NOW - 1, "last"))
    async with reading(loki, ManualClock()) as reader:
        await reader.until_lines(1202)
        assert sorted(reader.lines) == sorted({line for _, line in loki.kept})
        assert max(len(batch.entries) for batch in reader.batches) <= 500


async def test_a_nanosecond_fuller_than_the_largest_page_is_a_gap() -> None:
    loki = SmallLoki()
    loki.largest_page = 50
    many = [(NOW - SECOND, f"burst {number:04}") for number in range(80)]
    await loki.push(*many, (NOW - 1, "behind it"))
    async with reading(loki, ManualClock()) as reader:
        await reader.until_lines(51)
        (gap,) = [gap for batch in reader.batches for gap in batch.gaps]
        assert (gap.since_ns, gap.until_ns) == (NOW - SECOND, NOW - SECOND + 1)
        assert reader.lines[-1] == "behind it"


async def test_a_range_that_cannot_be_read_is_a_fault_until_it_can_be() -> None:
    loki, clock = SmallLoki(), ManualClock()
    loki.refuse_ranges = web.Response(status=500, text="boom")
    await loki.push((NOW - SECOND, "kept by Loki"), is_tailed=False)
    async with reading(loki, clock) as reader:
        await reader.until_batches(1)
        for count in (2, 3, 4):
            await clock.advance(SOON)
            await reader.until_batches(count)
        assert all(batch.fault for batch in reader.batches)
        loki.refuse_ranges = None
        await clock.advance(SOON)
        await reader.until_lines(1)
        assert reader.lines == ["kept by Loki"]
        assert not any(batch.gaps for batch in reader.batches)


async def test_what_comes_fifty_minutes_late_is_read_though_no_tail_told_of_it() -> (
    None
):
    loki, clock = SmallLoki(), ManualClock()
    async with reading(loki, clock, NOW - 3500 * SECOND) as reader:
        await reader.until_batches(1)
        await loki.push((NOW - 3000 * SECOND, "late"), is_tailed=False)
        await clock.advance(WHOLE_SECONDS + RECONCILED)
        await reader.until_lines(1)
        assert reader.lines == ["late"]


async def test_a_query_that_cannot_be_counted_is_read_again_for_late_entries() -> None:
    loki, clock = SmallLoki(), ManualClock()
    loki.refuse_counts = True
    async with reading(loki, clock) as reader:
        await reader.until_batches(1)
        await loki.push((NOW - 60 * SECOND, "late"), is_tailed=False)
        await clock.advance(WHOLE_SECONDS + RECONCILED)
        await reader.until_lines(1)
        assert reader.lines == ["late"]
        assert not any(batch.fault for batch in reader.batches)


async def test_late_entries_are_passed_on_though_time_has_moved_past_them() -> None:
    loki, clock = SmallLoki(), ManualClock()
    async with reading(loki, clock) as reader:
        await loki.push((NOW, "on time"))
        await reader.until_lines(1)
        await clock.advance(RECONCILED)
        await loki.push((NOW - 60 * SECOND, "late"), is_tailed=False)
        await clock.advance(RECONCILED)
        await reader.until_lines(2)
        assert reader.lines == ["on time", "late"]


async def test_a_flood_that_outruns_the_ranges_is_neither_lost_nor_repeated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The ledger is full long before the ranges come to what the tail brought."""
    monkeypatch.setattr(loki_ledger, "MOST_KNOWN", 30)
    loki, clock = SmallLoki(), ManualClock()
    flood = [(NOW - 50 * SECOND + n * SECOND // 4, f"{n:03}") for n in range(160)]
    async with reading(loki, clock) as reader:
        await reader.until_batches(1)
        loki.refuse_ranges = web.Response(status=500, text="boom")
        for first in range(0, 160, 20):
            await loki.push(*flood[first : first + 20])
            await clock.advance(SOON)
        assert 0 < len(reader.lines) < 160
        loki.refuse_ranges = None
        for _ in range(30):
            await clock.advance(SOON)
        await reader.until_lines(160)
        await loki.cut()
        await clock.advance(RECONCILED)
        await loki.push((NOW + 3 * SECOND, "after it"))
        await clock.advance(RECONCILED)
        await reader.until_lines(161)
        assert sorted(reader.lines) == [*(line for _, line in flood), "after it"]
        assert not any(batch.gaps for batch in reader.batches)


async def test_what_comes_too_late_in_a_flood_is_a_gap_with_its_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(loki_ledger, "MOST_KNOWN", 30)
    loki, clock = SmallLoki(), ManualClock()
    await loki.push(*((NOW - n * SECOND // 4, f"{n:03}") for n in range(160)))
    async with reading(loki, clock) as reader:
        await reader.until_lines(160)
        await clock.advance(RECONCILED)
        late = [(NOW - 30 * SECOND, f"late {n}") for n in range(3)]
        await loki.push(*late)
        await clock.advance(WHOLE_SECONDS + RECONCILED)
        await reader.until_gap()
        (gap,) = [gap for batch in reader.batches for gap in batch.gaps]
        assert (gap.until_ns, gap.count) == (NOW - 30 * SECOND + 1, 3)
        assert len(reader.lines) == 160


async def test_a_tail_that_ends_while_ranges_are_read_does_not_wait_for_them() -> None:
    loki, clock = SmallLoki(), ManualClock()
    await loki.push(*((NOW - 60 * SECOND + n, f"{n:04}") for n in range(2500)))
    loki.cut_at_range = True
    async with reading(loki, clock) as reader:
        await reader.until_lines(1000)
        await asyncio.wait_for(again(loki, clock), 5)
        await reader.until_lines(2500)
        assert len(loki.headers) == 2
        assert sorted(reader.lines) == [f"{n:04}" for n in range(2500)]


async def again(loki: SmallLoki, clock: ManualClock) -> None:
    """Let time pass until the tail is opened again."""
    while len(loki.headers) < 2:
        await clock.advance(1.0)
