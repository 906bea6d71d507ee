"""When fleets are made: on whole seconds while all is calm."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from tests.clock import START, ManualClock
from tui.engine.beat import Beat


async def rested(clock: ManualClock, beat: Beat) -> float:
    """Seconds that it rests, to the 500th."""
    began = clock.monotonic()
    resting = asyncio.create_task(beat.rest())
    while not resting.done():
        await clock.advance(0.002)
    return clock.monotonic() - began


async def worked(clock: ManualClock, beat: Beat, seconds: float) -> None:
    await clock.advance(seconds)
    beat.done()


@pytest.mark.parametrize("into", [0.02, 0.5, 0.9])
async def test_while_all_is_calm_a_fleet_is_begun_with_every_other_second(
    into: float,
) -> None:
    clock = ManualClock(START + timedelta(seconds=into))
    beat = Beat(clock)
    beat.is_settled = True
    await rested(clock, beat)
    for _ in range(5):
        await worked(clock, beat, 0.003)
        assert await rested(clock, beat) == pytest.approx(2.0, abs=0.05)
        assert clock.now().microsecond <= 20_000


@pytest.mark.parametrize(("took", "seconds"), [(0.010, 3), (0.014, 4), (0.2, 5)])
async def test_what_takes_longer_is_begun_with_a_later_second(
    took: float, seconds: float
) -> None:
    clock = ManualClock(START + timedelta(seconds=0.4))
    beat = Beat(clock)
    beat.is_settled = True
    await rested(clock, beat)
    await worked(clock, beat, took)
    assert took + await rested(clock, beat) == pytest.approx(seconds, abs=0.05)
    assert clock.now().microsecond <= 20_000
    await worked(clock, beat, 0.003)
    assert await rested(clock, beat) == pytest.approx(2.0, abs=0.05)


async def test_who_waits_for_something_is_not_made_to_wait_for_a_whole_second() -> None:
    clock = ManualClock(START + timedelta(seconds=0.1))
    beat = Beat(clock)
    beat.is_settled = True
    await rested(clock, beat)
    beat.hurry()
    assert await rested(clock, beat) <= 0.06
    await worked(clock, beat, 0.01)
    assert await rested(clock, beat) <= 0.2
