"""A look at all that lives waits until nobody touches anything."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import pytest
from textual.app import ComposeResult
from textual.widgets import Input

from tests.clock import ManualClock
from tui.app.queueing import Queueing
from tui.cli.garbage import DUE, QUIET_SECONDS, collect_when_quiet

NO_QUIET_MOMENT = """
import gc, weakref
from tui.cli import garbage

class Ring:
    def __init__(self, size):
        self.itself = self
        self.rest = [[] for _ in range(size)]

garbage.DUE = 100
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
    """What is known of the operator and of the collector, and what came of it."""

    touches: int = 0
    looks: int = DUE
    collected: int = 0

    def collect(self) -> None:
        self.collected += 1
        self.looks = 0


@asynccontextmanager
async def watched(clock: ManualClock, hands: Hands) -> AsyncIterator[None]:
    watching = asyncio.create_task(
        collect_when_quiet(
            clock, lambda: hands.touches, lambda: hands.looks, hands.collect
        )
    )
    yield
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching


async def test_it_is_done_once_when_it_is_due_and_nobody_touches_anything() -> None:
    clock, hands = ManualClock(), Hands()
    async with watched(clock, hands):
        await clock.advance(5 * QUIET_SECONDS)
    assert hands.collected == 1


async def test_it_is_not_done_before_it_is_due() -> None:
    clock, hands = ManualClock(), Hands(looks=DUE - 1)
    async with watched(clock, hands):
        await clock.advance(5 * QUIET_SECONDS)
    assert hands.collected == 0


async def test_it_waits_while_keys_are_pressed() -> None:
    clock, hands = ManualClock(), Hands()
    async with watched(clock, hands):
        for _ in range(20):
            hands.touches += 1
            await clock.advance(QUIET_SECONDS / 2)
        assert hands.collected == 0
        await clock.advance(2 * QUIET_SECONDS)
    assert hands.collected == 1


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
    done = subprocess.run(
        [sys.executable, "-c", NO_QUIET_MOMENT],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["True"]
