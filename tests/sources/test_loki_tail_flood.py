"""A tail that brings much: gathered, and held against what Loki counts."""

from __future__ import annotations

import asyncio

from tests.clock import ManualClock, turns
from tests.sources.loki_server import STREAM, SmallLoki
from tests.sources.test_loki_tail import NOW, SECOND, SOON, clock_ns, reading
from tui.sources.loki_inbox import FLOOD, GATHER_SECONDS


async def test_a_busy_tail_is_held_against_counts_and_only_its_holes_are_read() -> None:
    loki, clock = SmallLoki(), ManualClock()
    async with reading(loki, clock) as reader:
        await reader.until_batches(1)
        flow = [(NOW - 4 * SECOND + n * SECOND // 1000, f"{n:04}") for n in range(3000)]
        await loki.push(*flow[:1500])
        await loki.push(*flow[1500:1510], is_tailed=False)
        await loki.push(*flow[1510:])
        await reader.until_flood(2990, clock)
        before = len(loki.ranges)
        await clock.advance(SOON)
        await reader.until_lines(3000)
        assert [each["start"] for each in loki.ranges[before:]] == [
            str(NOW - 3 * SECOND + 1)
        ]
        assert sorted(reader.lines) == [line for _, line in flow]


async def test_a_tail_that_admits_to_drops_is_not_held_against_counts() -> None:
    loki, clock = SmallLoki(), ManualClock()
    async with reading(loki, clock) as reader:
        await reader.until_batches(1)
        flow = [(NOW + 1 + n, f"{n:04}") for n in range(1500)]
        await loki.push((NOW, "dropped"), is_tailed=False)
        await loki.push(*flow[:-1])
        dropped = [{"timestamp": str(NOW), "labels": STREAM}]
        await loki.send((flow[-1],), dropped_entries=dropped)
        await reader.until_flood(1500, clock)
        before = len(loki.ranges)
        await clock.advance(SOON)
        await reader.until_lines(1501)
        assert int(loki.ranges[before]["end"]) > NOW + 60 * SECOND


async def test_what_a_busy_tail_brings_does_not_wait_for_the_count_of_loki() -> None:
    loki, clock = SmallLoki(), ManualClock()
    async with reading(loki, clock) as reader:
        await reader.until_batches(1)
        flow = [(NOW - 4 * SECOND + n * SECOND // 1000, f"{n:04}") for n in range(3000)]
        await loki.push(*flow)
        await reader.until_flood(3000, clock)
        loki.counts_asked.clear()
        loki.counts_answered.clear()
        await clock.advance(SOON)
        async with asyncio.timeout(5):
            await loki.counts_asked.wait()
        await loki.push((clock_ns(clock), "meanwhile"))
        await reader.until_lines(3001)
        assert reader.lines[-1] == "meanwhile"


async def test_of_a_tail_that_is_behind_no_second_is_read_that_it_will_bring() -> None:
    loki, clock = SmallLoki(), ManualClock()
    async with reading(loki, clock) as reader:
        await reader.until_batches(1)
        flow = [(NOW - 9 * SECOND + n * SECOND // 1000, f"{n:04}") for n in range(6000)]
        await loki.push(*flow[3000:], is_tailed=False)
        await loki.push(*flow[:3000])
        await reader.until_flood(3000, clock)
        before = len(loki.ranges)
        await clock.advance(SOON)
        await loki.send(tuple(flow[3000:]))
        await reader.until_flood(6000, clock)
        assert len(loki.ranges) == before
        assert sorted(reader.lines) == [line for _, line in flow]


async def test_in_a_flood_it_is_waited_for_more_before_anybody_is_told() -> None:
    loki, clock = SmallLoki(), ManualClock()
    async with reading(loki, clock) as reader:
        await reader.until_batches(1)
        await loki.send(tuple((NOW + 1 + n, f"{n:04}") for n in range(FLOOD)))
        await reader.until_lines(FLOOD)
        await loki.send(((NOW + 1000, "a"),))
        await loki.send(((NOW + 1001, "b"),))
        await turns()
        assert len(reader.lines) == FLOOD
        await clock.advance(GATHER_SECONDS)
        await reader.until_lines(FLOOD + 2)
        assert [each.line for each in reader.batches[-1].entries] == ["a", "b"]
