"""The sources screen examines the connection under the cursor, and keeps its keys."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.clock import ManualClock
from tests.judged import NOW
from tests.screens.stage import SIZES, on_stage
from tui.backend import Backend
from tui.model.bounds import Bounds
from tui.model.diagnosis import Doing, Step, StepState
from tui.model.fleet import SourceKind
from tui.model.server_clock import OurClock
from tui.tape.switch import Switch
from tui.tape.taping import RETRY_SECONDS, Taping
from tui.tape.writer import Writer

STEPS = (
    Step(Doing.DNS, StepState.WELL, "loki.example is 10.0.0.9", seconds=0.004),
    Step(Doing.TCP, StepState.WELL, "10.0.0.9:443 answers", seconds=0.002),
    Step(
        Doing.TLS,
        StepState.ILL,
        "its certificate has expired: CN=loki.example, by CN=[red]us[/]",
        "Renew it on the server.",
    ),
    Step(Doing.AUTH, StepState.LEFT_OUT),
    Step(Doing.VERSION, StepState.LEFT_OUT),
)


@pytest.mark.parametrize("size", SIZES)
async def test_the_connection_under_the_cursor_is_examined(
    size: tuple[int, int],
) -> None:
    async with on_stage(size) as stage:
        stage.backend.steps = STEPS
        await stage.press("o")
        await stage.until("1 of 5 steps fails  0s ago")
        assert "✖ tls" in stage.text
        assert "CN=loki.example, by CN=[red]us[/]" in " ".join(stage.text.split())
        assert "→ Renew it on the server." in stage.text
        assert "not tried, nor version" in stage.text


async def test_each_connection_is_examined_once_until_a_key_says_so() -> None:
    async with on_stage((120, 36)) as stage:
        stage.backend.steps = STEPS
        await stage.press("o")
        await stage.until("1 of 5 steps fails")
        await stage.press("down")
        await stage.until("0s ago")
        while len(stage.backend.diagnosed) < 2:
            await stage.pilot.pause(0.02)
        await stage.press("up")
        assert len(stage.backend.diagnosed) == 2
        await stage.press("x")
        first, second, third = stage.backend.diagnosed
        assert first == third != second


async def test_steps_come_one_by_one_while_the_keys_go_on() -> None:
    async with on_stage((120, 36)) as stage:
        stage.backend.steps = STEPS[:2]
        stage.backend.examining.clear()
        await stage.press("o")
        await stage.until("10.0.0.9:443 answers")
        assert "… examining" in stage.text
        await stage.press("enter")
        assert "trend prod" in stage.text
        stage.backend.examining.set()
        await stage.until("all 2 steps well")
        assert "examining" not in stage.text


async def test_who_moves_on_is_not_told_of_the_one_before() -> None:
    async with on_stage((120, 36)) as stage:
        stage.backend.steps = STEPS[:1]
        stage.backend.examining.clear()
        await stage.press("o")
        await stage.until("loki.example is")
        await stage.press("down", "x")
        # Whoever rests on a line for a moment has asked for it before the key does.
        asked = [kind for kind, _ in stage.backend.diagnosed]
        kinds = [SourceKind.PROMETHEUS, SourceKind.ALERTMANAGER]
        assert list(dict.fromkeys(asked)) == kinds
        stage.backend.examining.set()
        await stage.until("all 1 step well")
        await stage.press("up")
        await stage.until("all 1 step well")
        assert len(stage.backend.diagnosed) == len(asked) + 1


@pytest.mark.parametrize("size", SIZES)
async def test_why_nothing_is_recorded_stands_there_until_it_is_over(
    size: tuple[int, int], tmp_path: Path
) -> None:
    in_the_way = tmp_path / "tape"
    in_the_way.touch()
    clock = ManualClock(NOW)

    def recorded(live: Backend) -> Backend:
        hand = Writer(in_the_way, "run", Bounds(), {})
        return Switch(live, Taping(live, clock, hand), None)

    async with on_stage(size, wrap=recorded) as stage:
        await stage.until("not recorded: see o")
        await stage.press("o")
        await stage.until("XDG_STATE_HOME")
        told = "".join(stage.text.split())
        assert "▲Nothingisrecorded:/" in told
        assert "tape:Fileexists.Makeitwritable" in told
        in_the_way.unlink()
        await clock.advance(RETRY_SECONDS)
        while stage.app.unrecorded():
            await stage.pilot.pause(0.02)
        stage.app.show_now()
        await stage.settle()
        assert "recorded" not in stage.text


async def test_our_own_clock_is_told_once_above_all_servers() -> None:
    async with on_stage((120, 36)) as stage:
        wrong = replace(stage.backend.fleet, our_clock=OurClock(3601.0, 9))
        await stage.publish(wrong)
        assert "our clock 60 min behind" in stage.text
        await stage.press("o")
        told = " ".join(stage.text.split())
        assert "This machine's clock is 60 min behind, as 9 other clocks agree" in told
        assert told.count("NTP") == 1


async def test_a_server_whose_clock_is_off_says_so_and_what_to_do() -> None:
    async with on_stage((120, 36)) as stage:
        fleet = stage.backend.fleet
        first, *rest = fleet.clusters
        source = replace(first.sources[0], clock_ahead_seconds=-45.0)
        cluster = replace(first, sources=(source, *first.sources[1:]))
        await stage.publish(replace(fleet, clusters=(cluster, *rest)))
        await stage.press("o")
        assert "its clock is 45 s behind this machine's" in stage.text
        assert "NTP" in stage.text
