"""Pictures of what only time tells: rates and curves need a lab that moves.

The lab stands still at one moment of its story after the other, and at each of them
everything is read once. So a picture is the same in every run.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from tests.e2e.labs import RunningLab, running_lab
from tests.screenshots.drawing import at_rest, compare, reached
from tests.screenshots.test_screenshots import NOW, FixedClock, ReadBefore, is_live
from tui.app import TaloscopeApp
from tui.backend import Backend
from tui.clock import SystemClock
from tui.config import load
from tui.engine import feeds
from tui.model.fleet import Fleet

END = timedelta(minutes=4, seconds=40)
STEP = timedelta(seconds=10)
WATCHED = ("prod", "10.10.0.42")
NEVER = 3600.0
PICTURES = {
    # Size, keys, a text without which it is not the picture, and moments before it.
    "nodes": ((200, 24), ("N",), "kubelet", 1),
    "resources": ((160, 48), ("tab", "enter", "3"), "iowait", 24),
}


class SteppingClock(SystemClock):
    """It is the same instant until the test takes a step; waiting takes its time."""

    def __init__(self, begin: datetime) -> None:
        self._now = begin

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._now.timestamp()

    def step(self) -> None:
        self._now += STEP


@contextmanager
def lab_before(moments: int) -> Iterator[RunningLab]:
    """A lab in which so many moments must pass until the picture."""
    left = moments * STEP
    at, now = f"{(END - left).total_seconds():g}s", (NOW - left).isoformat()
    with running_lab("--at", at, "--speed", "0", "--now", now) as started:
        yield started


def is_read(fleet: Fleet, at: datetime) -> bool:
    """Whether all nodes were read at that moment, and at the last one everything."""
    nodes = [node for cluster in fleet.clusters for node in cluster.nodes]
    watched = [node.detail for node in nodes if node.address == WATCHED[1]]
    readings = [one for node in nodes for one in (node.talos, node.vitals, node.facts)]
    return all(one.observed_at == at for one in (*readings, *watched)) and (
        at < NOW or is_live(fleet)
    )


@asynccontextmanager
async def after(
    lab: RunningLab, moments: int, size: tuple[int, int]
) -> AsyncIterator[tuple[TaloscopeApp, Pilot[None]]]:
    """The app over an engine that has seen so many moments of the story go by."""
    config = load(Path(lab.environment["TALOSCOPE_CONFIG"]))
    known = replace(config, refresh_seconds=NEVER, timeout_seconds=20)
    clock = SteppingClock(NOW - moments * STEP)
    engine = ReadBefore(known, clock, Random(1))

    async def connect() -> Backend:
        return engine

    async def read() -> None:
        news = asyncio.Event()
        end = engine.subscribe(lambda _: news.set())
        async with asyncio.timeout(30):
            while not is_read(engine.fleet, clock.now()):
                news.clear()
                await news.wait()
        end()

    async with asyncio.TaskGroup() as group:
        reading = group.create_task(engine.read())
        engine.watch(*WATCHED)
        for left in range(moments, -1, -1):
            engine.refresh()
            await read()
            if left:
                await asyncio.to_thread(lab.advance, f"{STEP.total_seconds():g}s")
                clock.step()
        app = TaloscopeApp(known, FixedClock(), connect)
        async with app.run_test(size=size) as pilot:
            while app.fleet is None:
                await pilot.pause()
            await at_rest(pilot)
            yield app, pilot
        reading.cancel()


@pytest.mark.parametrize("name", PICTURES)
async def test_the_picture_is_what_the_program_draws(
    name: str,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Only the test says when something is read again.
    monkeypatch.setattr(feeds, "DETAIL_SECONDS", NEVER)
    monkeypatch.setattr(feeds, "SECOND_SECONDS", NEVER)
    size, keys, text, moments = PICTURES[name]
    with lab_before(moments) as lab:
        async with after(lab, moments, size) as (app, pilot):
            await reached(app, pilot, keys, text)
            await compare(name, app, request)
