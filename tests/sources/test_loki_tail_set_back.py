"""Our clock is set back, rightly or wrongly: what the tail loses is still read."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.clock import ManualClock
from tests.sources.loki_server import SmallLoki
from tests.sources.test_loki_tail import NOW, SECOND, SINCE, SOON, reading
from tui.sources.loki_tail import WHOLE_SECONDS

HOUR_NS = 3600 * SECOND


def true_ns(clock: ManualClock) -> int:
    """The time of Loki's clock, which nobody touches."""
    return NOW + int(clock.monotonic() * SECOND)


async def passes(clock: ManualClock) -> None:
    """Give ranges time to be read, late entries too."""
    for _ in range(int(WHOLE_SECONDS / SOON) + 2):
        await clock.advance(SOON)


@pytest.mark.parametrize("minutes", [5, 11, 50, 200])
async def test_a_clock_that_is_wrong_since_then_loses_nothing(minutes: int) -> None:
    loki, clock = SmallLoki(), ManualClock()
    await loki.push((NOW - SECOND, "before"), is_tailed=False)
    async with reading(loki, clock) as reader:
        await reader.until_lines(1)
        await passes(clock)
        clock._now -= timedelta(minutes=minutes)
        await loki.push((true_ns(clock), "lost"), is_tailed=False)
        await passes(clock)
        await loki.push((true_ns(clock), "heard"))
        await passes(clock)
        await reader.until_lines(3)
        await loki.push((true_ns(clock), "lost again"), is_tailed=False)
        await passes(clock)
        await reader.until_lines(4)
        await passes(clock)
        assert sorted(reader.lines) == ["before", "heard", "lost", "lost again"]


@pytest.mark.parametrize("hours", [0.5, 3, 24 * 365])
async def test_a_clock_that_is_put_right_reads_on_from_there(hours: float) -> None:
    loki, clock = SmallLoki(), ManualClock()
    clock._now += timedelta(hours=hours)
    since = SINCE + int(hours * HOUR_NS)
    async with reading(loki, clock, since) as reader:
        await passes(clock)
        clock._now -= timedelta(hours=hours)
        await passes(clock)
        await loki.push((true_ns(clock), "heard"))
        await reader.until_lines(1)
        await loki.push((true_ns(clock) + SECOND, "lost"), is_tailed=False)
        await passes(clock)
        await reader.until_lines(2)
        await passes(clock)
        assert reader.lines == ["heard", "lost"]
