"""Pictures of the log pipeline: a pod that is down, and lines that get lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.screenshots.drawing import at_rest, compare, reached
from tests.screenshots.test_screenshots import (
    NOW,
    ReadBefore,
    is_live,
    read_before,
    shown,
)
from tests.widgets.screen import screen_text
from tui.cli.demo import running_lab
from tui.clock import SystemClock

PICTURES = {
    "pipeline": ((200, 60), ("P",), "never got to Loki"),
    "pipeline-80x24": ((80, 24), ("P",), "never got to Loki"),
}
FAULTS = ("vector-down:talos-wk-2", "lines-lost:talos-wk-3:9")


@pytest.fixture(scope="module")
def config() -> Iterator[Path]:
    story = ["--at", "4m40s", "--speed", "0", "--now", NOW.isoformat()]
    story += [word for fault in FAULTS for word in ("--fault", fault)]
    with running_lab(story, SystemClock()) as variables:
        yield Path(variables["TALOSCOPE_CONFIG"])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine(config: Path) -> AsyncIterator[ReadBefore]:
    async with read_before(config, None, is_live) as read:
        yield read


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", PICTURES)
async def test_the_picture_is_what_the_program_draws(
    name: str, engine: ReadBefore, request: pytest.FixtureRequest
) -> None:
    size, keys, text = PICTURES[name]
    async with shown(engine, size) as (app, pilot):
        await reached(app, pilot, keys, text)
        async with asyncio.timeout(10):
            while "not asked" in screen_text(app):
                await pilot.pause(0.01)
        await at_rest(pilot)
        await compare(name, app, request)
