"""The past is shown on the same screens, says that it is past, and changes nothing."""

from __future__ import annotations

import gc
from datetime import timedelta
from functools import partial
from pathlib import Path
from warnings import catch_warnings, simplefilter

from msgspec.structs import replace

from tests.estate import kernel_entries, make_fleet
from tests.fakes import FakeBackend
from tests.judged import NOW
from tests.screens.stage import Stage, on_stage
from tui.backend import Backend
from tui.model.bounds import Bounds
from tui.model.fleet import Fleet
from tui.model.log import Entry, Gap, LogBatch
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
    workers = [each for each in stage.app.workers if each.group == "wind"]
    winding = [each for each in workers if not each.is_cancelled]
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


async def test_steps_faster_than_they_can_be_taken_are_one(tmp_path: Path) -> None:
    async with on_stage(wrap=partial(recorded, folder=tmp_path)) as stage:
        with catch_warnings(record=True) as told:
            simplefilter("always")
            for _ in range(7):
                stage.app.action_wind(-1)
            await wound(stage)
            gc.collect()
        assert told == []  # of steps that were never begun: it would be on stderr
        assert stage.app.fleet == quiet(make_fleet())


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
        assert "●───" in foot


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


async def test_the_wall_of_then_says_so_and_end_leads_to_that_of_now(
    tmp_path: Path,
) -> None:
    async with on_stage((200, 60), wrap=partial(recorded, folder=tmp_path)) as stage:
        await press(stage, "W")
        live = stage.text
        assert "PAST" not in live
        await press(stage, "less_than_sign")
        assert stage.text == live, "a wall that nobody touches is never of the past"
        await press(stage, "W", *["less_than_sign"] * 7, "W")
        assert isinstance(stage.app.screen, WallScreen)
        assert "PAST" in stage.top
        assert "BTRFSCorruptionDetected" not in stage.text
        await press(stage, "end")
        assert stage.text == live


async def test_how_a_target_did_is_asked_of_the_moment_that_is_shown(
    tmp_path: Path,
) -> None:
    async with on_stage((200, 60), wrap=partial(recorded, folder=tmp_path)) as stage:
        await press(stage, "t")
        live = stage.text
        assert "▁▁▁" in live
        await press(stage, "less_than_sign")
        assert "▁▁▁" not in stage.text, "nobody looked at it then"
        await press(stage, "enter")
        assert "not recorded: nobody looked at it then" in stage.text
        await press(stage, "end")
        assert "not recorded" not in stage.text
        await press(stage, "escape")
        assert stage.text == live


async def test_a_log_that_is_followed_now_is_none_of_the_past(tmp_path: Path) -> None:
    wrap = partial(recorded, folder=tmp_path)
    async with on_stage(size=(200, 60), wrap=wrap) as stage:
        await press(stage, "N", "enter")
        assert "not recorded: the logs" not in stage.text
        await press(stage, "less_than_sign")
        await stage.until("not recorded: the logs of services")
        await press(stage, "end")
        assert "not recorded: the logs" not in stage.text


async def test_the_kernel_logs_of_nodes_are_none_of_the_past(tmp_path: Path) -> None:
    wrap = partial(recorded, folder=tmp_path)
    async with on_stage(size=(200, 60), wrap=wrap) as stage:
        told = LogBatch((Entry(1, {"priority": "err"}, "it broke"),))
        stage.backend.batches_of = {"10.10.0.40": (told,)}
        await press(stage, "N", "d")
        await stage.until("it broke")
        await press(stage, "less_than_sign")
        await stage.until("not recorded: what a node itself keeps")
        assert "it broke" not in stage.text
        await press(stage, "end")
        await stage.until("it broke")
        assert "not recorded: what" not in stage.text


async def test_what_was_lost_of_a_log_is_told_of_then_and_again_of_now(
    tmp_path: Path,
) -> None:
    """On the first screen as in the logs: nobody is to take such a log for whole."""
    kept = kernel_entries("prod")
    at = kept[len(kept) // 2].at_ns

    def lost(how_many: int) -> Gap:
        return Gap(at - 2_000_000_000, at, "Loki let them go", how_many)

    def both(live: Backend) -> Backend:
        assert isinstance(live, FakeBackend)
        live.logs, live.lost = {"prod": kept}, {"prod": (lost(8), lost(9))}
        hand = Writer(tmp_path, "run", Bounds(), {})
        log = TapedLog(kept, (lost(8),))
        hand.write(Taped(NOW - timedelta(minutes=1), live.fleet, logs={"prod": log}))
        return Switch(live, None, Shelf(tmp_path))

    async with on_stage((200, 60), wrap=both) as stage:
        for keys in ((), ("L",)):
            await press(stage, *keys)
            await stage.until("gap: about 9 entries lost")
            await press(stage, "less_than_sign")
            await stage.until("gap: about 8 entries lost")
            assert "gap: about 9 entries lost" not in stage.text
            await press(stage, "end")
            await stage.until("gap: about 9 entries lost")
            assert "gap: about 8 entries lost" in stage.text


async def test_the_foot_of_the_past_says_how_to_move_and_to_leave(
    tmp_path: Path,
) -> None:
    async with on_stage((100, 30), wrap=partial(recorded, folder=tmp_path)) as stage:
        assert "s silence" in stage.text.splitlines()[-1]
        await press(stage, "less_than_sign")
        told = stage.text.splitlines()[-1]
        assert "< back in time   > on in time   end back to now" in told
        assert "silence" not in told
        assert "─●" in stage.text.splitlines()[-2]
        await press(stage, "end")
        assert "s silence" in stage.text.splitlines()[-1]
