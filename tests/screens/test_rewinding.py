"""The past is shown on the same screens, says that it is past, and changes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

from tests.estate import make_fleet
from tests.judged import NOW
from tests.screens.stage import Stage, on_stage
from tui.backend import Backend
from tui.model.bounds import Bounds
from tui.model.fleet import Fleet
from tui.model.taped import Taped, TapedLog
from tui.screens.logs import LogsScreen
from tui.screens.wall import WallScreen
from tui.tape.shelf import Shelf
from tui.tape.switch import Switch
from tui.tape.writer import Writer


def quiet(fleet: Fleet) -> Fleet:
    """The fleet before anything happened."""
    calm = tuple(replace(each, alerts=(), findings=()) for each in fleet.clusters)
    return replace(fleet, clusters=calm, unassigned_alerts=())


def recorded(live: Backend, folder: Path) -> Backend:
    """An estate in trouble, that was quiet a minute ago."""
    hand = Writer(folder, "run", Bounds(), {})
    for seconds in (-70, -60):
        at = NOW + timedelta(seconds=seconds)
        logs = {each.name: TapedLog() for each in live.fleet.clusters}
        hand.write(Taped(at, quiet(live.fleet), logs=logs))
    hand.write(Taped(NOW - timedelta(seconds=2), live.fleet))
    return Switch(live, None, Shelf(folder))


async def press(stage: Stage, *keys: str) -> None:
    for key in keys:
        await stage.press(key)
        await wound(stage)


async def wound(stage: Stage) -> None:
    """Wait until the moment is shown that was asked for."""
    winding = [each for each in stage.app.workers if each.group == "wind"]
    if winding:
        await stage.app.workers.wait_for_complete(winding)
    await stage.settle()


async def test_what_was_known_comes_back_and_goes_again(tmp_path: Path) -> None:
    async with on_stage(wrap=partial(recorded, folder=tmp_path)) as stage:
        now = stage.text
        await press(stage, *["less_than_sign"] * 7)
        assert "PAST" in stage.top
        assert stage.app.fleet == quiet(make_fleet())
        await press(stage, "end")
        assert stage.text == now


async def test_going_on_past_the_end_leads_to_now(tmp_path: Path) -> None:
    async with on_stage(wrap=partial(recorded, folder=tmp_path)) as stage:
        await press(stage, "less_than_sign")
        assert "PAST" in stage.top
        await press(stage, "greater_than_sign", "greater_than_sign")
        assert "PAST" not in stage.top


async def test_nothing_is_written_in_the_past(tmp_path: Path) -> None:
    async with on_stage(wrap=partial(recorded, folder=tmp_path)) as stage:
        before = stage.app.screen
        await press(stage, "less_than_sign", "ctrl+n")
        assert stage.app.screen is before
        told = [each.message for each in stage.app._notifications]
        assert any("nothing can be changed" in each for each in told)


async def test_the_bar_of_time_stands_at_the_foot(tmp_path: Path) -> None:
    async with on_stage(wrap=partial(recorded, folder=tmp_path)) as stage:
        await press(stage, "left_curly_bracket")
        foot = stage.text.splitlines()[-2]
        assert "O---" in foot


async def test_the_first_step_back_leads_to_the_newest_moment(tmp_path: Path) -> None:
    """However long ago that was recorded."""

    def old(live: Backend) -> Backend:
        hand = Writer(tmp_path, "run", Bounds(), {})
        hand.write(Taped(NOW - timedelta(minutes=3), quiet(live.fleet)))
        return Switch(live, None, Shelf(tmp_path))

    async with on_stage(wrap=old) as stage:
        await press(stage, "less_than_sign")
        assert "PAST" in stage.top
        assert stage.app.fleet == quiet(make_fleet())


async def test_screens_opened_in_the_past_say_so_too(tmp_path: Path) -> None:
    async with on_stage(wrap=partial(recorded, folder=tmp_path)) as stage:
        await press(stage, "less_than_sign", "L")
        assert isinstance(stage.app.screen, LogsScreen)
        await press(stage, "less_than_sign")
        assert "PAST" in stage.top
        assert stage.app.screen.has_class("-past")
        await press(stage, "end")
        assert "PAST" not in stage.top


async def test_the_wall_shows_what_is_now_alone(tmp_path: Path) -> None:
    async with on_stage(wrap=partial(recorded, folder=tmp_path)) as stage:
        await press(stage, "less_than_sign")
        before = stage.app.screen
        stage.app.action_wall()
        await stage.settle()
        assert stage.app.screen is before
        await press(stage, "end")
        stage.app.action_wall()
        await press(stage, "less_than_sign")
        assert isinstance(stage.app.screen, WallScreen)
        assert not stage.app.is_past


async def test_what_is_not_recorded_is_said_and_not_tried_again(tmp_path: Path) -> None:
    wrap = partial(recorded, folder=tmp_path)
    async with on_stage(size=(200, 60), wrap=wrap) as stage:
        await press(stage, "less_than_sign", "N", "enter")
        await stage.until("not recorded: the logs of services")
        assert "trying again" not in stage.text


async def test_ages_are_those_of_then(tmp_path: Path) -> None:
    """Whatever rows are on the screen already."""
    hand = Writer(tmp_path, "run", Bounds(), {})
    for hours in (-1, 30):
        hand.write(Taped(NOW + timedelta(hours=hours), make_fleet()))

    def both(live: Backend) -> Backend:
        return Switch(live, None, Shelf(tmp_path))

    texts = []
    for way in ((30, -1), (-1,)):
        async with on_stage((200, 60), wrap=both) as stage:
            for hours in way:
                stage.app.go_to(NOW + timedelta(hours=hours))
                await wound(stage)
            texts.append(stage.text)
    assert texts[0] == texts[1]
