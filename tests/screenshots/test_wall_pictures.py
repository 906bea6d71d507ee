"""Pictures of the wall: the lab's incident, a calm night, a cluster that is dead."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.estate import with_failing
from tests.present.test_wall import calm_fleet
from tests.screens.stage import on_stage
from tests.screenshots.drawing import compare, reached
from tests.screenshots.test_screenshots import (
    NOW,
    ReadBefore,
    is_live,
    read_before,
    shown,
)
from tui.cli.demo import running_lab
from tui.clock import SystemClock
from tui.model.fleet import Fleet, SourceKind


@pytest.fixture(scope="module")
def config() -> Iterator[Path]:
    story = ("--at", "4m40s", "--speed", "0", "--now", NOW.isoformat())
    with running_lab(story, SystemClock()) as variables:
        yield Path(variables["TALOSCOPE_CONFIG"])


def dead_fleet() -> Fleet:
    """Nothing of prod answers but the servers that it shares with the others."""
    return with_failing(SourceKind.KUBERNETES, SourceKind.TALOS)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine(config: Path) -> AsyncIterator[ReadBefore]:
    async with read_before(config, None, is_live) as read:
        yield read


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("name", "size"), [("wall", (200, 60)), ("wall-80x24", (80, 24))]
)
async def test_the_incident_is_drawn(
    name: str, size: tuple[int, int], engine: ReadBefore, request: pytest.FixtureRequest
) -> None:
    async with shown(engine, size) as (app, pilot):
        await reached(app, pilot, ("W",), "BTRFSCorruptionDetected")
        await compare(name, app, request)


@pytest.mark.parametrize(
    ("name", "make", "text"),
    [
        ("wall-calm", calm_fleet, "2 false, 1 silenced"),
        ("wall-dead", dead_fleet, "Talos 4m old"),
    ],
)
async def test_calm_and_dead_are_drawn(
    name: str, make: object, text: str, request: pytest.FixtureRequest
) -> None:
    assert callable(make)
    async with on_stage((160, 40), make()) as stage:
        await reached(stage.app, stage.pilot, ("W",), text)
        await compare(name, stage.app, request)
