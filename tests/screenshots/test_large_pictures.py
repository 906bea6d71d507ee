"""Pictures of a larger estate: control planes of three, some nodes of others dead."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.screenshots.drawing import compare, reached
from tests.screenshots.test_screenshots import NOW, on_screen
from tui.cli.demo import running_lab
from tui.clock import SystemClock
from tui.model.fleet import Fleet, SourceState

STORY = ("--at", "4m40s", "--speed", "0", "--now", NOW.isoformat())
LARGE = ("--nodes", "15", "--fault", "etcd-lagging:talos-prod-cp-2")


@pytest.fixture(scope="module")
def config() -> Iterator[Path]:
    with running_lab((*STORY, *LARGE), SystemClock()) as variables:
        yield Path(variables["TALOSCOPE_CONFIG"])


def is_tried(fleet: Fleet) -> bool:
    """Whether prod has answered, and whether all others were at least asked."""
    states = {
        each.name: {source.state(NOW) for source in each.sources}
        for each in fleet.clusters
    }
    return states["prod"] == {SourceState.LIVE} and not any(
        SourceState.CONNECTING in each for each in states.values()
    )


async def test_etcd_is_drawn_with_all_its_members(
    config: Path, request: pytest.FixtureRequest
) -> None:
    async with on_screen(config, (140, 20), is_read=is_tried) as (app, pilot):
        keys = ("tab", "slash", *"cp-1", "enter", "enter", "4")
        await reached(app, pilot, keys, "talos-prod-cp-2")
        await compare("etcd", app, request)
