from __future__ import annotations

from msgspec.structs import replace

from tests.estate import failing, make_fleet
from tests.screens.stage import on_stage
from tests.screens.test_telling import notes
from tui.model.fault import FaultKind
from tui.model.fleet import Fleet
from tui.screens.desk import Desk, SearchBar
from tui.screens.listing import Listing


def with_silent_prometheus() -> Fleet:
    fleet = make_fleet()
    prod = fleet.clusters[0]
    sources = (
        failing(prod.sources[0], FaultKind.UNREACHABLE, "refused"),
        *prod.sources[1:],
    )
    return replace(
        fleet, clusters=(replace(prod, sources=sources), *fleet.clusters[1:])
    )


async def test_a_search_says_what_it_looks_through() -> None:
    async with on_stage((120, 36)) as stage:
        await stage.press("1", "slash")
        assert "searches prod alerts" in stage.text
        await stage.press("escape")
        assert "searches" not in stage.text


async def test_a_key_right_behind_a_search_goes_where_it_should() -> None:
    """A quick hand, or a pasted text, waits for no turn of the loop."""
    async with on_stage((120, 36)) as stage:
        await stage.press("1")
        desk = stage.app.screen
        assert isinstance(desk, Desk)
        desk.action_search()
        assert isinstance(desk.focused, SearchBar)
        desk.action_end_search()
        assert isinstance(desk.focused, Listing)


async def test_the_foot_leads_to_everything() -> None:
    async with on_stage((120, 36)) as stage:
        assert ": all  ? keys" in stage.text.splitlines()[-1]


async def test_the_foot_leads_to_the_sources_when_one_fails() -> None:
    async with on_stage((80, 24), with_silent_prometheus()) as stage:
        assert stage.text.splitlines()[-1].startswith(" o sources")


async def test_a_copy_of_nothing_says_so() -> None:
    async with on_stage((120, 36)) as stage:
        await stage.press("t", "c", "G", "c")
        assert notes(stage) == ["Copied.", "Nothing to copy here."]
