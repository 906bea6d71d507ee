"""A look at all that lives waits until nobody touches anything."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial

import pytest
from textual.app import ComposeResult
from textual.widgets import Input

from tests.clock import ManualClock
from tui.app.queueing import Queueing
from tui.cli.garbage import QUIET_SECONDS, UP_SECONDS, collect_when_quiet

NO_QUIET_MOMENT = """
import gc, weakref
from tui.cli import garbage

class Ring:
    def __init__(self, size):
        self.itself = self
        self.rest = [[] for _ in range(size)]

garbage.collect_from_now_on()
old = Ring(100_000)
lost = weakref.ref(old)
while gc.get_stats()[1]["collections"] < 8:
    old.rest += [[] for _ in range(1_000)]
del old
kept = []
for _ in range(900):
    kept.append([[] for _ in range(4_000)])
print(lost() is None)
"""


@dataclass
class Hands:
    """What is known of the operator, and what came of it."""

    touches: int = 0
    looks: list[str] = field(default_factory=list)


@asynccontextmanager
async def watched(clock: ManualClock, hands: Hands) -> AsyncIterator[None]:
    settle, collect = (partial(hands.looks.append, each) for each in ("up", "again"))
    watching = asyncio.create_task(
        collect_when_quiet(clock, lambda: hands.touches, settle, collect)
    )
    yield
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching


async def test_it_is_done_once_when_all_is_up_and_nobody_touches_anything() -> None:
    clock, hands = ManualClock(), Hands()
    async with watched(clock, hands):
        await clock.advance(UP_SECONDS - 1)
        assert hands.looks == []
        for _ in range(10):
            await clock.advance(UP_SECONDS)
    assert hands.looks == ["up"]


async def test_it_is_done_again_when_something_was_touched() -> None:
    clock, hands = ManualClock(), Hands()
    async with watched(clock, hands):
        await clock.advance(2 * UP_SECONDS)
        hands.touches += 3
        for _ in range(10):
            await clock.advance(QUIET_SECONDS)
    assert hands.looks == ["up", "again"]


@pytest.mark.parametrize("looks", [[], ["up"]])
async def test_it_waits_while_keys_are_pressed(looks: list[str]) -> None:
    clock, hands = ManualClock(), Hands()
    async with watched(clock, hands):
        if looks:
            await clock.advance(2 * UP_SECONDS)
        for _ in range(40):
            hands.touches += 1
            await clock.advance(QUIET_SECONDS / 2)
        assert hands.looks == looks
        await clock.advance(2 * QUIET_SECONDS)
    assert len(hands.looks) == len(looks) + 1


def test_what_is_there_when_all_is_up_is_not_looked_at_again() -> None:
    code = """
import gc
from tui.cli import garbage
garbage.collect_from_now_on()
kept = [[] for _ in range(10_000)]
lost = []; lost.append(lost); del lost
before = len(gc.get_objects())
garbage._settle()
print(gc.get_freeze_count() >= 10_000, before - len(gc.get_objects()) >= 10_000)
"""
    assert _printed(code) == ["True", "True"]


class Typed(Queueing):
    def compose(self) -> ComposeResult:
        yield Input()


@pytest.mark.parametrize("key", ["a", "escape", "f5"])
async def test_a_key_is_a_touch_whoever_takes_it(key: str) -> None:
    app = Typed()
    async with app.run_test() as pilot:
        before = app.touches
        await pilot.press(key)
        assert app.touches > before


async def test_the_mouse_is_a_touch_and_time_is_none() -> None:
    app = Typed()
    async with app.run_test() as pilot:
        await pilot.pause(0.1)
        assert app.touches == 0
        await pilot.click(Input)
        assert app.touches > 0


def test_where_no_moment_is_quiet_old_cycles_are_found_in_the_end() -> None:
    assert _printed(NO_QUIET_MOMENT) == ["True"]


def _printed(code: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return done.stdout.split()
