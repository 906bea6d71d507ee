"""How long a silence lasts, and until when: both fields say the same."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.estate import ALERTMANAGER, make_silence
from tests.judged import NOW
from tests.screens.silencing import FALSE_POSITIVE, fleet_with
from tests.screens.stage import on_stage
from tui.model.alertmanager import Alertmanager


async def test_a_silence_that_is_changed_shows_how_much_longer_it_lasts() -> None:
    long = replace(make_silence(), ends_at=NOW + timedelta(days=364, hours=2))
    managers = (Alertmanager(ALERTMANAGER, ("prod",), (long,)),)
    fleet = fleet_with(silences=(long,), alertmanagers=managers)
    async with on_stage((200, 60), fleet) as stage:
        await stage.press("S", "e")
        assert "for      364d2h" in stage.text
        assert "until  2027-11-20 04:13" in stage.text


@pytest.mark.parametrize("typed", ["yesterday", "2027-02-30 08:00"])
async def test_an_end_that_cannot_be_read_stays_to_be_corrected(typed: str) -> None:
    async with on_stage((200, 60)) as stage:
        await stage.press(*FALSE_POSITIVE, "up", "ctrl+u", *typed, "tab")
        assert f"until  {typed}" in stage.text
        assert "8760h" not in stage.text, "no length where the end cannot be read"
        await stage.press("ctrl+s")
        assert stage.backend.submitted == []
