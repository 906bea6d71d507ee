"""The sources screen examines the connection under the cursor, and keeps its keys."""

from __future__ import annotations

import pytest

from tests.screens.stage import SIZES, on_stage
from tui.model.diagnosis import Doing, Step, StepState
from tui.model.fleet import SourceKind

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
        assert [kind for kind, _ in stage.backend.diagnosed] == [
            SourceKind.PROMETHEUS,
            SourceKind.ALERTMANAGER,
        ]
        stage.backend.examining.set()
        await stage.until("all 1 step well")
        await stage.press("up")
        await stage.until("all 1 step well")
        assert len(stage.backend.diagnosed) == 3
