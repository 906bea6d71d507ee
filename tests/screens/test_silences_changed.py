"""Silences that somebody else changed while we looked at them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.estate import make_silence
from tests.screens.stage import SIZES, on_stage
from tests.screens.test_silences import fleet_of, make, toast
from tui.model.command import Bulk, ExpireSilence, Outcome, PutSilence
from tui.model.fault import Fault, FaultKind
from tui.model.silence import SilenceState

SEEN = make_silence()
NOW = replace(SEEN, ends_at=SEEN.ends_at + timedelta(days=1), comment="mine [red]")
SAID = "it was changed meanwhile: ends 2026-11-22 05:13:47 UTC"
CHANGED = Outcome(fault=Fault(FaultKind.CONFLICT, SAID), found=NOW)


@pytest.mark.parametrize("size", SIZES)
async def test_ending_what_was_changed_is_asked_again(size: tuple[int, int]) -> None:
    async with on_stage(size, fleet_of()) as stage:
        stage.backend.outcome = CHANGED
        await stage.press("S", "x", "y")
        assert "Changed meanwhile, so not ended. Do it all the same?" in stage.text
        assert SAID[:40] in stage.text
        assert "1 alert will notify again at once:" in stage.text
        await stage.press("enter")
        assert len(stage.backend.submitted) == 1
        await stage.press("x", "y")
        stage.backend.outcome = Outcome("s1")
        await stage.press("y")
        assert stage.backend.submitted[-1] == ExpireSilence("prod", "s1", NOW)
        assert toast(stage) == "1 silence ended."


async def test_of_many_only_the_changed_ones_are_asked_about_again() -> None:
    async with on_stage((120, 36), fleet_of(make("s2"))) as stage:
        other = replace(CHANGED, found=replace(make("s2"), comment="x"))
        stage.backend.outcome = Outcome(
            fault=CHANGED.fault, parts=(Outcome("s1"), other)
        )
        await stage.press("S", "asterisk", "x", "y")
        (bulk,) = stage.backend.submitted
        assert isinstance(bulk, Bulk)
        assert toast(stage) == "1 silence ended."
        assert "Do it all the same?" in stage.text
        stage.backend.outcome = Outcome("s2")
        await stage.press("y")
        again = stage.backend.submitted[-1]
        assert isinstance(again, ExpireSilence)
        assert again.seen == other.found


async def test_extending_what_was_changed_goes_on_from_what_it_is_now() -> None:
    async with on_stage((120, 36), fleet_of()) as stage:
        stage.backend.outcome = CHANGED
        await stage.press("S", "plus", "ctrl+s")
        assert "Changed meanwhile, so not extended." in stage.text
        assert "until 2026-11-22 05:13, then 2026-11-22 09:13 UTC" in stage.text
        question = stage.text.partition("Changed meanwhile")[2]
        assert question.count('alertname="KubeProxyDown"') == 1
        stage.backend.outcome = Outcome("s1")
        await stage.press("y")
        again = stage.backend.submitted[-1]
        assert isinstance(again, PutSilence)
        assert again.seen == NOW
        assert again.draft.ends_at == NOW.ends_at + timedelta(hours=4)
        assert again.draft.comment == "mine [red]"


async def test_what_has_ended_meanwhile_is_only_told() -> None:
    async with on_stage((120, 36), fleet_of()) as stage:
        over = replace(NOW, state=SilenceState.EXPIRED)
        stage.backend.outcome = replace(CHANGED, found=over)
        await stage.press("S", "plus", "ctrl+s")
        assert "Do it all the same?" not in stage.text
        assert toast(stage).startswith("1: not extended: it was changed meanwhile")


async def test_nobody_is_asked_who_is_elsewhere_by_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with on_stage((120, 36), fleet_of()) as stage:
        submit = stage.backend.submit

        async def slowly(command: ExpireSilence) -> Outcome:
            await submit(command)
            stage.app.pop_screen()
            return CHANGED

        monkeypatch.setattr(stage.backend, "submit", slowly)
        await stage.press("S", "x", "y")
        assert "Do it all the same?" not in stage.text
        assert toast(stage).startswith("1: not ended: it was changed meanwhile")
