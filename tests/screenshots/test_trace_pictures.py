"""Pictures of a volume that serves stale data: where it leads, and what proves it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

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
from tui.model.fleet import Fleet
from tui.model.trace import Stage

CHAIN = "jellyfin-0"
PICTURES = {
    "trace-fleet": ((200, 60), ()),
    "trace-fleet-80x24": ((80, 24), ()),
    "trace": ((200, 60), ("j", "j", "enter")),
    "trace-80x24": ((80, 24), ("j", "j", "enter")),
}


@pytest.fixture(scope="module")
def config() -> Iterator[Path]:
    story = ("--at", "11m", "--speed", "0", "--now", NOW.isoformat())
    with running_lab(story, SystemClock()) as variables:
        yield Path(variables["TALOSCOPE_CONFIG"])


def is_traced(fleet: Fleet) -> bool:
    """Whether all that the traces ask for was answered."""
    traces = [trace for cluster in fleet.clusters for trace in cluster.traces]
    claims = [trace.step(Stage.CLAIM) for trace in traces]
    return (
        is_live(fleet)
        and len(traces) == 2
        and all(step and "is Bound" in step.proofs[-1].claim for step in claims)
    )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine(config: Path) -> AsyncIterator[ReadBefore]:
    async with read_before(config, None, is_traced) as read:
        yield read


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", PICTURES)
async def test_the_picture_is_what_the_program_draws(
    name: str,
    engine: ReadBefore,
    request: pytest.FixtureRequest,
) -> None:
    size, keys = PICTURES[name]
    async with shown(engine, size) as (app, pilot):
        await reached(app, pilot, keys, CHAIN)
        await compare(name, app, request)
