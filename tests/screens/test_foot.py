"""The keys in the foot of a screen are those that do something there."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.estate import make_fleet, unreachable_fleet
from tests.screens.stage import Stage, on_stage
from tui.model.finding import Finding
from tui.screens.fleet import FleetScreen
from tui.screens.panes import AlertsPane


def foot(stage: Stage) -> str:
    return stage.text.splitlines()[-1]


async def test_in_an_empty_list_there_is_nothing_to_mark() -> None:
    fleet = make_fleet()
    managers = tuple(replace(each, silences=()) for each in fleet.alertmanagers)
    none = replace(fleet, silences=(), alertmanagers=managers)
    async with on_stage((120, 36), none) as stage:
        await stage.press("S")
        assert "space" not in foot(stage)
        await stage.publish(fleet)
        assert "space mark" in foot(stage)
        await stage.publish(none)
        assert "space" not in foot(stage)


async def test_the_form_says_how_a_length_is_chosen() -> None:
    async with on_stage((120, 36)) as stage:
        await stage.press("s")
        assert "tab next field" in foot(stage)
        stage.app.screen.query_one("#presets").focus()
        await stage.pilot.pause()
        assert "targets" not in foot(stage)
        assert "left before" in foot(stage)
        assert "right next" in foot(stage)


async def test_the_counts_of_the_form_say_what_they_count() -> None:
    async with on_stage((120, 36)) as stage:
        await stage.press("s")
        lines = stage.text.splitlines()
        place = next(n for n, line in enumerate(lines) if "[x] alertname" in line)
        heading = lines[place - 1].index("alerts") + len("alerts")
        assert lines[place][:heading][-1].isdigit()


async def test_history_offers_its_own_keys_and_the_fleet_its_panes() -> None:
    async with on_stage((80, 24)) as stage:
        assert "tab next pane" in foot(stage)
        await stage.press("H")
        for words in ("/ search", "tab other list", "0 all clusters"):
            assert words in foot(stage)
        assert "…" not in foot(stage)
        await stage.pilot.resize_terminal(120, 36)
        await stage.pilot.pause()
        assert "y copy" not in foot(stage)  # there is nothing yet


async def test_a_list_without_rows_offers_nothing_to_open() -> None:
    async with on_stage((120, 36)) as stage:
        await stage.press("t")
        assert "enter open" in foot(stage)
        await stage.press("slash", "q", "q", "q", "enter")
        assert "nothing here has" in stage.text
        assert "enter" not in foot(stage)
        await stage.press("escape")
        assert "enter open" in foot(stage)
        await stage.press("H")
        assert "enter" not in foot(stage)


@pytest.mark.parametrize("length", range(2, 12, 3))
async def test_names_of_wide_characters_are_measured_in_cells(length: int) -> None:
    fleet = make_fleet()
    wide = replace(fleet.clusters[0], name="東" * length)
    known = replace(fleet, clusters=(wide, *fleet.clusters[1:]))
    async with on_stage((80, 24), known) as stage:
        assert "…" not in stage.text.splitlines()[1]


async def test_without_alerts_there_is_nothing_to_silence_but_sources_to_look_at() -> (
    None
):
    async with on_stage((120, 36), unreachable_fleet()) as stage:
        assert "silence" not in foot(stage)
        assert "o sources" in foot(stage)
        await stage.press("S")
        assert "o sources" in foot(stage)
        await stage.publish(make_fleet())
        await stage.press("escape")
        assert "s silence" in foot(stage)


async def test_on_a_finding_no_silence_is_offered_unless_an_alert_is_marked() -> None:
    async with on_stage((120, 36)) as stage:
        assert "s silence" in foot(stage)
        pane = next(p for p in stage.app.screen.query(AlertsPane) if p.has_focus_within)
        while not isinstance(pane.selected_thing, Finding):
            await stage.press("j")
        assert "s silence" not in foot(stage)
        await stage.press("s")
        assert isinstance(stage.app.screen, FleetScreen)
        await stage.press("g", "g")
        assert "s silence" in foot(stage)
        await stage.press("space", "G")
        while not isinstance(pane.selected_thing, Finding):
            await stage.press("k")
        assert "s silence" in foot(stage)


async def test_a_finding_that_takes_the_place_of_an_alert_takes_its_key_away() -> None:
    fleet = make_fleet()
    async with on_stage((120, 36), fleet) as stage:
        prod = replace(fleet.clusters[0], alerts=())
        await stage.publish(replace(fleet, clusters=(prod, *fleet.clusters[1:])))
        assert "s silence" not in foot(stage)


async def test_rows_that_lead_nowhere_offer_nothing_to_open() -> None:
    async with on_stage((120, 36)) as stage:
        await stage.press("tab", "enter")
        assert "enter log" in foot(stage)
        await stage.press("tab")
        assert "enter" not in foot(stage)
        await stage.press("5")
        assert "c copy" in foot(stage)
        assert "enter" not in foot(stage)


async def test_no_key_of_the_foot_is_cut_at_any_width() -> None:
    async with on_stage((120, 24)) as stage:
        for keys in ((), ("L", "F"), ("H",)):
            await stage.press(*keys)
            for width in range(40, 100, 3):
                await stage.pilot.resize_terminal(width, 24)
                await stage.pilot.pause()
                assert "…" not in foot(stage)
