"""The wall in the program: W opens it, and it needs no key."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.clock import ManualClock
from tests.estate import make_fleet, make_silence, with_failing
from tests.fakes import make_config
from tests.judged import NOW
from tests.screens.stage import on_stage
from tui.app import TaloscopeApp
from tui.backend import Backend
from tui.model.fleet import SourceKind
from tui.screens.fleet import FleetScreen
from tui.screens.wall import WallScreen

SIZES = ((80, 24), (120, 40), (200, 60), (300, 80))


@pytest.mark.parametrize("size", SIZES)
async def test_w_shows_the_wall_and_w_leaves_it(size: tuple[int, int]) -> None:
    async with on_stage(size) as stage:
        await stage.press("W")
        assert isinstance(stage.app.screen, WallScreen)
        assert "BTRFSCorruptionDetected" in stage.text
        assert "02:13:47 UTC" in stage.text.splitlines()[-1]
        await stage.press("W")
        assert isinstance(stage.app.screen, FleetScreen)


@pytest.mark.parametrize("size", SIZES)
async def test_a_wall_from_the_start_has_the_looks_of_one(
    size: tuple[int, int],
) -> None:
    async def connect() -> Backend:
        raise AssertionError("not before the first frame")

    app = TaloscopeApp(make_config(), ManualClock(NOW), connect, is_wall=True)
    app._start = app.show_now  # type: ignore[method-assign]
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        assert isinstance(app.screen, WallScreen)
        assert app.screen.styles.overflow_y == "hidden"
        band, page = (app.screen.query_one(name) for name in ("#band", "#page"))
        assert band.size.height + page.size.height == size[1]


async def test_what_somebody_else_silences_is_on_the_wall_with_the_name() -> None:
    async with on_stage((120, 40)) as stage:
        await stage.press("W")
        made = replace(make_silence(), created_by="alice", comment="ACK! on it")
        await stage.publish(replace(make_fleet(), silences=(made,)))
        assert "alice acknowledged" in stage.text


async def test_the_wall_keeps_as_many_strips_however_long_it_runs() -> None:
    async with on_stage((120, 40)) as stage:
        await stage.press("W")
        page = stage.app.screen.query_one("#page")
        for _ in range(400):
            await stage.clock.advance(1)
            stage.app.show_now()
        await stage.settle()
        assert len(vars(page)["_strips"]) <= 200
        assert len(list(stage.app.screen.walk_children())) == 4


async def test_what_is_cut_off_leaves_a_gap_before_the_next_figure() -> None:
    shown = with_failing(SourceKind.PROMETHEUS, SourceKind.KUBERNETES)
    async with on_stage((80, 24), shown) as stage:
        await stage.press("W")
        line = next(each for each in stage.text.splitlines() if "prod  " in each)
        assert "… " in line
        assert "…1" not in line
