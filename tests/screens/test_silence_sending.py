"""A silence that is on its way to a server that takes its time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.widgets import Input

from tests.screens.silencing import FALSE_POSITIVE, draft
from tests.screens.stage import Stage, on_stage
from tui.model.command import Outcome
from tui.model.fault import Fault, FaultKind
from tui.screens.fleet import FleetScreen
from tui.screens.silence import SilenceScreen
from widgets.confirm import Confirm

CHANGED = (*FALSE_POSITIVE, "up", "up", *"4h")


@asynccontextmanager
async def sending(*keys: str) -> AsyncIterator[Stage]:
    """What these keys have made is sent, and nobody answers yet."""
    async with on_stage((200, 60)) as stage:
        stage.backend.answering.clear()
        await stage.press(*keys, "ctrl+s")
        assert "sending it" in stage.text
        yield stage


async def answer(stage: Stage) -> None:
    stage.backend.answering.set()
    await stage.settle()


def told(stage: Stage) -> list[str]:
    return [each.message for each in stage.app._notifications]


async def test_what_is_on_its_way_is_not_sent_again_by_a_second_key() -> None:
    async with sending(*FALSE_POSITIVE) as stage:
        await stage.press("ctrl+s", "ctrl+s")
        await answer(stage)
        assert draft(stage)
        (words,) = told(stage)
        assert words.startswith("KubeProxyDown silenced until")
        assert isinstance(stage.app.screen, FleetScreen)


async def test_what_was_refused_may_be_sent_again() -> None:
    async with sending(*FALSE_POSITIVE) as stage:
        stage.backend.outcome = Outcome(fault=Fault(FaultKind.BAD_QUERY, "refused"))
        await answer(stage)
        await stage.press("ctrl+s")
        assert len(stage.backend.submitted) == 2


@pytest.mark.parametrize("is_done", [True, False])
async def test_who_has_left_the_form_is_told_what_became_of_it(
    *, is_done: bool
) -> None:
    async with sending(*FALSE_POSITIVE) as stage:
        if not is_done:
            fault = Fault(FaultKind.TIMEOUT, "no answer within 5 s")
            stage.backend.outcome = Outcome(fault=fault, is_unknown=True)
        await stage.press("escape")
        assert isinstance(stage.app.screen, FleetScreen)
        await answer(stage)
        (words,) = told(stage)
        wanted = "KubeProxyDown silenced" if is_done else "UNKNOWN whether it was"
        assert words.startswith(wanted)


@pytest.mark.parametrize("key", ["y", "n", "escape"])
async def test_a_question_in_front_does_not_go_in_place_of_the_form(key: str) -> None:
    async with sending(*CHANGED) as stage:
        await stage.press("escape")
        await answer(stage)
        assert isinstance(stage.app.screen, Confirm)
        await stage.press(key)
        assert isinstance(stage.app.screen, FleetScreen)
        assert len(stage.app.screen_stack) == 1


async def test_what_failed_is_told_over_the_question_and_in_the_form() -> None:
    async with sending(*CHANGED) as stage:
        stage.backend.outcome = Outcome(fault=Fault(FaultKind.FORBIDDEN, "forbidden"))
        await stage.press("escape")
        await answer(stage)
        assert told(stage)
        await stage.press("n")
        assert isinstance(stage.app.screen, SilenceScreen)
        assert "not created: forbidden" in stage.text


async def test_a_very_long_comment_leaves_room_for_what_became_of_it() -> None:
    async with on_stage((200, 36)) as stage:
        await stage.press(*FALSE_POSITIVE)
        stage.app.screen.query_one("#comment", Input).value = "long " * 600
        stage.backend.outcome = Outcome(fault=Fault(FaultKind.FORBIDDEN, "forbidden"))
        await stage.press("ctrl+s")
        assert "author" in stage.text
        assert "not created: forbidden" in stage.text
