"""When an answer came that was on its way while the machine slept."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from tests.clock import ManualClock
from tests.engine.test_supervisor import KEY, running
from tui.engine.schedule import Schedule
from tui.engine.supervisor import Poller
from tui.model.reading import Freshness, Reading


class WallClock(ManualClock):
    """A wall clock that goes ahead alone."""

    ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead


@pytest.mark.parametrize(
    ("seconds", "freshness"),
    [
        (0, Freshness.LIVE),
        (9, Freshness.LIVE),
        (8 * 3600, Freshness.LOST),
        (-3600, Freshness.LIVE),
    ],
)
async def test_it_is_as_old_as_the_question_when_that_was_before_a_long_sleep(
    seconds: float, freshness: Freshness
) -> None:
    clock, readings = WallClock(), list[Reading[Any]]()

    async def slept() -> str:
        clock.ahead += timedelta(seconds=seconds)
        return "rows"

    def note(_: object, reading: Reading[Any]) -> None:
        readings.append(reading)

    async with running(Poller(KEY, slept, Schedule(10.0, Random(7)), clock, note)):
        found = readings[0].freshness(clock.now(), timedelta(seconds=10))
    assert readings[0].value == "rows"
    assert found is freshness
