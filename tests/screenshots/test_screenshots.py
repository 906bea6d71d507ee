"""Each picture is what the product draws of the lab at minute 4:40 of its story."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
import pytest_asyncio
from msgspec.structs import replace
from textual.pilot import Pilot

from tests.screenshots.drawing import at_rest, compare, reached
from tui.app import TaloscopeApp
from tui.backend import Backend
from tui.cli.demo import running_lab
from tui.clock import Clock, SystemClock
from tui.config import Config, load
from tui.engine.engine import Engine
from tui.model.fleet import FeedKey, Fleet, SourceState
from tui.model.machine import Certificate
from tui.model.reading import Reading
from tui.present import examination
from tui.state.book import Book

NOW = datetime(2026, 2, 27, 2, 13, 47, tzinfo=UTC)
LEFT = timedelta(days=300)
"""What certificates still have to live."""

PICTURES: dict[str, tuple[tuple[int, int], tuple[str, ...], *tuple[str, ...]]] = {
    "fleet": ((200, 60), (), "talos-cp-1"),
    "fleet-80x24": ((80, 24), (), "KubeProxyDown"),
    "alert": ((140, 44), ("slash", *"KubeProxyDown", "enter", "enter"), "cilium"),
    "silence": (
        (140, 30),
        *(("3", "j", "s", *("up",) * 5, "tilde", "end", "left", "|", "tab", "|"),),
        "hides 1 REAL alert",
    ),
    "node": ((140, 44), ("tab", "enter"), "kubelet not healthy"),
    "dmesg": ((140, 44), ("tab", "enter", "2"), "rejecting I/O"),
    "review": ((140, 44), ("tab", "j", "j", "enter", "5"), "review of prod"),
    "targets": ((160, 24), ("t",), "████"),
    "target": ((140, 26), ("t", "2", "enter"), "at most"),
    "checks": ((140, 30), ("t", "w", "w", "j", "j"), "→ Its certificate"),
    "checks-80x24": ((80, 24), ("t", "w", "w", "j", "j"), "→ Its certificate"),
    "logs": ((140, 44), ("L",), "rejecting I/O"),
    "logs-beside": ((200, 60), ("L", "C", "F"), "rejecting I/O"),
    # Last: what it makes would be in the pictures after it.
    "silences": (
        (140, 24),
        (
            *("3", "j", "s", "ctrl+s", "1", "g", "s", *"node", "ctrl+s", "y"),
            *("1", "G", "s", "left", "left", "ctrl+s", "S"),
        ),
        # Alerts tell one, silences the other: either may come first.
        "3 silenced, 1 REAL",
        "active 3",
    ),
}
"""Size, keys, and texts without which the picture is not of what it should be."""


class FixedClock(SystemClock):
    """It is always the same instant; waiting takes its time all the same."""

    def now(self) -> datetime:
        return NOW


@pytest.fixture(scope="module")
def config() -> Iterator[Path]:
    story = ("--at", "4m40s", "--speed", "0", "--now", NOW.isoformat())
    with running_lab(story, SystemClock()) as variables:
        yield Path(variables["TALOSCOPE_CONFIG"])


class ReadBefore(Engine):
    """It has read everything before the app meets it, so that nothing is a race."""

    known: Config

    async def run(self) -> None:
        await asyncio.Event().wait()

    def _observed(self, key: FeedKey, reading: Reading[Any]) -> None:
        # TLS holds certificates against the machine's own clock, so the lab dates them
        # by it: what a picture says of them would change from week to week.
        if isinstance(reading.value, Certificate):
            dated = replace(reading.value, expires_at=NOW + LEFT)
            reading = replace(reading, value=dated)
        super()._observed(key, reading)

    async def read(self) -> None:
        """What `run` does otherwise."""
        await super().run()


@asynccontextmanager
async def on_screen(
    config: Path,
    size: tuple[int, int],
    book: Book | None = None,
    clock: Clock | None = None,
    is_read: Callable[[Fleet], bool] | None = None,
) -> AsyncIterator[tuple[TaloscopeApp, Pilot[None]]]:
    """The app over everything that there is to be read, and a past if it has one.

    is_read   when to begin; default: when every feed has answered
    """
    async with (
        read_before(config, book, is_read or is_live) as engine,
        shown(engine, size, clock) as (app, pilot),
    ):
        yield app, pilot


@asynccontextmanager
async def read_before(
    config: Path, book: Book | None, is_read: Callable[[Fleet], bool]
) -> AsyncIterator[ReadBefore]:
    """An engine that has read everything."""
    known = replace(load(config), refresh_seconds=3600, timeout_seconds=20)
    engine = ReadBefore(known, FixedClock(), Random(1), book=book)
    engine.known = known
    reading = asyncio.create_task(engine.read())
    read = asyncio.Event()
    engine.subscribe(lambda fleet: read.set() if is_read(fleet) else None)
    try:
        async with asyncio.timeout(30):
            await read.wait()
        yield engine
    finally:
        reading.cancel()
        with suppress(asyncio.CancelledError):
            await reading


@asynccontextmanager
async def shown(
    engine: ReadBefore, size: tuple[int, int], clock: Clock | None = None
) -> AsyncIterator[tuple[TaloscopeApp, Pilot[None]]]:
    """An app over that engine, which others may have had before."""

    async def connect() -> Backend:
        return engine

    app = TaloscopeApp(engine.known, clock or FixedClock(), connect)
    async with app.run_test(size=size) as pilot:
        while app.fleet is None:
            await pilot.pause()
        await at_rest(pilot)
        yield app, pilot


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine(config: Path) -> AsyncIterator[ReadBefore]:
    """One for all pictures: each app only looks at it, or is the last."""
    async with read_before(config, None, is_live) as read:
        yield read


def is_live(fleet: Fleet) -> bool:
    """Whether every feed has answered, those too that alerts call for."""
    return all(
        source.state(NOW) is SourceState.LIVE
        for cluster in fleet.clusters
        for source in cluster.sources
    ) and all(cluster.alerts is not None for cluster in fleet.clusters)


@pytest.mark.asyncio(loop_scope="module")
async def test_a_deletion_is_pictured_as_it_was_tried(
    engine: ReadBefore, request: pytest.FixtureRequest
) -> None:
    async with shown(engine, (140, 36)) as (app, pilot):
        way = ("slash", *"KubeSchedulerDown", "enter", "enter", "D")
        await reached(app, pilot, way, "kind: ServiceMonitor")
        await reached(app, pilot, ("D",), "✔ dry run")
        await compare("monitor", app, request)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", PICTURES)
async def test_the_picture_is_what_the_program_draws(
    name: str,
    engine: ReadBefore,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(examination, "took", lambda _: "12ms")
    size, keys, *texts = PICTURES[name]
    async with shown(engine, size) as (app, pilot):
        await reached(app, pilot, keys, *texts)
        await compare(name, app, request)
