"""The wall clock and the seconds that pass, held against each other."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from tests.clock import ManualClock, turns
from tui.engine.steps import WAKING_SECONDS, Steps, Waking
from tui.model.fleet import FeedKey, SourceKind

KEY = FeedKey(SourceKind.PROMETHEUS, "http://prometheus", "targets")


class Put(ManualClock):
    """Its wall can be put elsewhere."""

    by = timedelta()

    def now(self) -> datetime:
        return super().now() + self.by


@pytest.mark.parametrize("hours", [8, 1, -1])
async def test_a_leap_of_the_wall_clock_is_told_once_and_within_a_second(
    hours: int,
) -> None:
    clock, told = Put(), list[timedelta]()
    task = asyncio.create_task(Steps(clock, told.append).run())
    await turns()
    await clock.advance(100)
    clock.by += timedelta(hours=hours)
    await clock.advance(1)
    assert told == [timedelta(hours=hours)]
    await clock.advance(100)
    assert len(told) == 1
    task.cancel()


async def test_a_clock_that_is_slewed_is_no_leap() -> None:
    clock, told = Put(), list[timedelta]()
    task = asyncio.create_task(Steps(clock, told.append).run())
    await turns()
    for _ in range(100):
        clock.by += timedelta(milliseconds=500)
        await clock.advance(1)
    assert told == []
    task.cancel()


class Held(Put):
    """Whoever reads its wall is held up for so long meanwhile."""

    seconds = 0.0

    def now(self) -> datetime:
        self._move_to(self.monotonic() + self.seconds)
        return super().now()


async def test_a_machine_that_is_too_busy_to_read_both_clocks_has_not_slept() -> None:
    clock, told = Held(), list[timedelta]()
    task = asyncio.create_task(Steps(clock, told.append).run())
    await turns()
    await clock.advance(5)
    clock.seconds = 60.0
    await clock.advance(1)
    clock.seconds = 0.0
    await clock.advance(5)
    assert told == []
    task.cancel()


async def test_waking_ends_when_all_is_read_or_after_half_a_minute() -> None:
    clock = ManualClock()
    waking = Waking(clock)
    assert not waking.is_on
    waking.begin([KEY])
    assert waking.is_on
    waking.read(KEY)
    assert not waking.is_on
    waking.begin([KEY])
    await clock.advance(WAKING_SECONDS)
    assert not waking.is_on
