"""Silences that begin later: what is said of their time is said from then."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace
from textual.widgets import Input

from tests.judged import NOW
from tests.screens.stage import SIZES, on_stage
from tests.screens.test_silences import fleet_of, make, put
from tui.model.silence import SilenceState

BEGINS = NOW + timedelta(days=1)
LATER = replace(
    make("later", SilenceState.PENDING),
    starts_at=BEGINS,
    ends_at=BEGINS + timedelta(hours=2),
)


@pytest.mark.parametrize("size", SIZES)
async def test_its_length_counts_from_its_beginning(size: tuple[int, int]) -> None:
    async with on_stage(size, fleet_of(LATER)) as stage:
        await stage.press("S", "2", "e")
        assert stage.app.screen.query_one("#duration", Input).value == "2h"
        assert "it begins 2026-11-22 02:13:47 UTC" in stage.text
        stage.app.screen.query_one("#duration", Input).value = "1h"
        await stage.press("ctrl+s", "y")  # it hides what is real
        command = put(stage)
        assert command.draft.starts_at == BEGINS
        assert command.draft.ends_at == BEGINS + timedelta(hours=1)


async def test_an_end_before_its_beginning_is_not_sent() -> None:
    async with on_stage((120, 36), fleet_of(LATER)) as stage:
        await stage.press("S", "2", "e")
        stage.app.screen.query_one("#until", Input).value = "2026-11-21 09:00"
        await stage.press("ctrl+s")
        assert stage.backend.submitted == []
        assert "that is already over" in stage.text


async def test_an_end_that_it_is_given_in_the_list_is_after_its_beginning() -> None:
    async with on_stage((120, 36), fleet_of(LATER)) as stage:
        await stage.press("S", "2", "plus", *"tomorrow 08:00", "ctrl+s", "y")
        assert put(stage).draft.ends_at > BEGINS
