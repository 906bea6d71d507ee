"""A tail that is well: Loki counts, and only what is missing is read."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from tests.clock import START, ManualClock
from tests.sources.loki_server import SmallLoki
from tests.sources.test_loki_tail import NOW, SECOND, SOON, clock_ns, reading
from tui.sources.loki_tail import WHOLE_SECONDS


async def pass_of(loki: SmallLoki, clock: ManualClock) -> None:
    """Let the next look behind the tail begin, and come to its counts."""
    loki.counts_asked.clear()
    await clock.advance(SOON)
    async with asyncio.timeout(5):
        await loki.counts_asked.wait()


async def test_behind_a_tail_that_brings_all_nothing_is_read_for_half_a_minute() -> (
    None
):
    loki, clock = SmallLoki(), ManualClock()
    async with reading(loki, clock) as reader:
        await reader.until_batches(1)
        before = len(loki.ranges)
        passed = 0.0
        while passed + SOON < WHOLE_SECONDS:
            await loki.push((clock_ns(clock), f"{passed}"))
            await reader.until_lines(int(passed / SOON) + 1)
            await pass_of(loki, clock)
            passed += SOON
        assert len(loki.ranges) == before
        await loki.push((clock_ns(clock), "last"))
        await reader.until_lines(int(passed / SOON) + 1)
        await pass_of(loki, clock)
        assert len(loki.ranges) > before


async def test_of_what_a_trickle_lost_only_its_second_is_read() -> None:
    loki, clock = SmallLoki(), ManualClock(START + timedelta(seconds=0.1))
    async with reading(loki, clock) as reader:
        await reader.until_batches(1)
        before = len(loki.ranges)
        await loki.push((NOW + SECOND // 4, "lost"), is_tailed=False)
        await loki.push((NOW + SECOND // 2, "seen"))
        await reader.until_lines(1)
        await clock.advance(SOON)
        await reader.until_lines(2)
        assert reader.lines == ["seen", "lost"]
        asked = [
            (int(each["start"]), int(each["end"])) for each in loki.ranges[before:]
        ]
        assert asked == [(NOW + 1, NOW + SECOND + 1)]


async def test_where_lokis_clock_is_ahead_of_ours_what_is_lost_is_read_at_once() -> (
    None
):
    loki, clock = SmallLoki(), ManualClock()
    async with reading(loki, clock) as reader:
        await reader.until_batches(1)
        await loki.push((NOW + 300 * SECOND, "lost"), is_tailed=False)
        await loki.push((NOW + 301 * SECOND, "seen"))
        await reader.until_lines(1)
        await clock.advance(SOON)
        await reader.until_lines(2)
        assert reader.lines == ["seen", "lost"]
