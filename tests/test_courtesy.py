"""Who is at the keyboard goes first, and what flows in does not wait for ever."""

from __future__ import annotations

import asyncio

from tests.clock import ManualClock, turns
from tui.courtesy import DRAWN_SECONDS, LONGEST_SECONDS, Courtesy


class LoopClock(ManualClock):
    """Sleeps as long as it takes one to look whether it sleeps."""

    def __init__(self) -> None:
        super().__init__()
        self.slept = 0

    async def sleep(self, seconds: float) -> None:
        self.slept += 1
        await super().sleep(seconds)


def now() -> float:
    return asyncio.get_running_loop().time()


async def test_without_a_key_what_flows_in_goes_on_at_once() -> None:
    clock = LoopClock()
    await Courtesy().give_way(clock)
    assert clock.slept == 0


async def test_what_flows_in_waits_until_the_answer_to_a_key_is_drawn() -> None:
    clock, courtesy = LoopClock(), Courtesy()
    courtesy.pressed(now() + 60)
    flow = asyncio.create_task(courtesy.give_way(clock))
    await clock.advance(1.0)
    assert not flow.done()
    courtesy.drawn(now() - 1)
    await clock.advance(1.0)
    assert flow.done()


async def test_an_answer_that_is_drawn_in_parts_is_waited_for_to_its_end() -> None:
    clock, courtesy = LoopClock(), Courtesy()
    begin = now()
    courtesy.pressed(begin)
    courtesy.drawn(begin)
    courtesy.drawn(begin + DRAWN_SECONDS / 2)
    courtesy.drawn(begin + DRAWN_SECONDS)
    flow = asyncio.create_task(courtesy.give_way(clock))
    while not flow.done():
        await clock.advance(1.0)
    assert now() >= begin + 2 * DRAWN_SECONDS


async def test_an_answer_that_does_not_come_is_not_waited_for() -> None:
    clock, courtesy = LoopClock(), Courtesy()
    courtesy.pressed(now() - LONGEST_SECONDS)
    await courtesy.give_way(clock)
    assert clock.slept == 0


async def test_a_key_that_is_held_down_does_not_stop_the_flow() -> None:
    clock, courtesy = LoopClock(), Courtesy()
    courtesy.pressed(now() - LONGEST_SECONDS + 0.01)
    first = asyncio.create_task(courtesy.give_way(clock))
    while not first.done():
        await clock.advance(0.002)
    slept = clock.slept
    courtesy.pressed(now())
    second = asyncio.create_task(courtesy.give_way(clock))
    await turns()
    assert slept
    assert second.done()
