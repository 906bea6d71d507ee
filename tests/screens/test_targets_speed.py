"""20 targets or 20,000: only what is on the screen costs anything."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from threading import current_thread
from time import thread_time

from msgspec.structs import replace

from tests.estate import make_fleet, make_target
from tests.screens.stage import Stage, on_stage
from tests.yardstick import best_ms, slowness
from tui.model.fleet import Fleet
from tui.model.kept import Kept
from tui.model.target import Health, TargetRow
from tui.present.glyphs import UNICODE
from tui.present.search import search
from tui.present.target_order import ORDERS, arranged
from tui.present.targets_pane import PaneRows
from tui.screens.panes import TargetsPane
from tui.screens.targets import TargetsScreen
from widgets.values import Row

COUNT = 20_000
SLOWEST_MS = 50
"""Of CPU in one step of the loop, drawing the whole screen included."""


def crowd(count: int = COUNT) -> tuple[TargetRow, ...]:
    """Some down, most up, as the engine ranks them."""
    rows = [
        make_target(
            f"job-{n % 300:03}",
            f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}:9100",
            health=Health.DOWN if n % 331 == 0 else Health.UP,
            error="context deadline exceeded" if n % 331 == 0 else "",
        )
        for n in range(count)
    ]
    return Kept(sorted(rows, key=lambda row: (row.rank, row.job, row.instance)))


def crowded(rows: tuple[TargetRow, ...]) -> Fleet:
    fleet = make_fleet()
    prod = replace(fleet.clusters[0], targets=rows)
    return replace(fleet, clusters=(prod, *fleet.clusters[1:]))


async def test_rows_of_hundreds_of_jobs_are_made_beside_the_loop() -> None:
    threads = set()

    class Watched(PaneRows):
        def _build(self, known: Sequence[TargetRow]) -> tuple[Row, ...]:
            if len(known) == COUNT:
                threads.add(current_thread().name.partition("_")[0])
            return super()._build(known)

    async with on_stage((200, 60)) as stage:
        for pane in stage.app.screen.query(TargetsPane):
            pane._rows = Watched(UNICODE)
        await stage.publish(crowded(crowd()))
        await stage.until("job-0")
        assert threads == {"aside"}


async def arranged_by(stage: Stage, words: str) -> None:
    """Wait for the thread that puts them in order."""
    await stage.until(words)
    await stage.settle()


@contextmanager
def slowest_callback() -> Iterator[list[float]]:
    """Milliseconds of CPU of each step of the loop: others' load does not count.

    Nor does the collector, which the program has tuned (tui.cli.dashboard) and a test
    process full of made-up targets has not.
    """
    spent: list[float] = []
    run = asyncio.events.Handle._run

    def timed(handle: asyncio.Handle) -> None:
        before = thread_time()
        run(handle)
        spent.append(1000 * (thread_time() - before))

    asyncio.events.Handle._run = timed  # type: ignore[method-assign,assignment]
    gc.disable()
    try:
        yield spent
    finally:
        gc.enable()
        asyncio.events.Handle._run = run  # type: ignore[method-assign]


async def test_a_beat_over_20000_targets_keeps_no_key_waiting() -> None:
    async with on_stage((200, 60), crowded(crowd())) as stage:
        await stage.press("t")
        await arranged_by(stage, "19,941/20,003 up")
        assert isinstance(stage.app.screen, TargetsScreen)
        with slowest_callback() as spent:
            for _ in range(5):
                stage.app.call_later(stage.app.show_now)
                await stage.settle()
        assert max(spent) < 10 * slowness()


async def test_no_key_and_no_refresh_stalls_the_loop() -> None:
    async with on_stage((200, 60), crowded(crowd())) as stage:
        await stage.press("t")
        await arranged_by(stage, "19,941/20,003 up")
        newer = crowded(crowd())
        with slowest_callback() as spent:
            await stage.press("j", "G", "g", "pagedown", "D", "J", "W")
            await stage.publish(newer)
            await stage.press("slash", *"29", "escape")
        assert len(spent) > 100
        assert max(spent) < SLOWEST_MS * slowness()


async def test_the_search_finds_among_20000_and_counts_exactly() -> None:
    async with on_stage((120, 36), crowded(crowd())) as stage:
        await stage.press("t")
        await arranged_by(stage, "19,941/20,003 up")
        await stage.press("slash", *"job-007")
        await arranged_by(stage, "/job-007 67 of 20,003")
        assert "19,941/20,003 up" in stage.text


def test_putting_20000_in_order_is_quick_enough_for_a_thread() -> None:
    known = (("prod", crowd()),)
    shelf = arranged(known, ORDERS[0], search("")).shelf
    for order in ORDERS:
        assert best_ms(partial(arranged, known, order, search(""), shelf)) < 100, order
    assert best_ms(partial(arranged, known, ORDERS[0], search("job !up"), shelf)) < 150
