"""A list below the edge of the screen: no key is for what is not seen."""

from __future__ import annotations

import pytest

from tests.screens.stage import Stage, on_stage
from tui.screens.listing import Listing
from widgets.page import Body


def foot(stage: Stage) -> str:
    return stage.text.splitlines()[-1]


def has_list(stage: Stage) -> bool:
    return isinstance(stage.app.focused, Listing)


async def test_a_list_out_of_view_leaves_the_keyboard_to_the_page() -> None:
    for size, is_seen in (((80, 10), False), ((120, 40), True)):
        async with on_stage(size) as stage:
            await stage.press("enter")
            assert "what would change it" in stage.text or not is_seen
            assert has_list(stage) is is_seen
            assert ("enter copy" in foot(stage)) is is_seen
            assert ("tab next pane" in foot(stage)) is not is_seen


async def test_what_the_cursor_is_on_comes_into_view() -> None:
    async with on_stage((80, 10)) as stage:
        await stage.press("enter", "j")
        assert stage.app.screen.query_one(Body).scroll_offset.y == 1
        await stage.press("tab")
        for key in ("j", "g", "G"):
            await stage.press(key)
            assert "▌" in stage.text
            stage.app.screen.query_one(Body).scroll_home(animate=False)


async def test_a_search_shows_the_list_that_it_narrows_to_its_end() -> None:
    async with on_stage((80, 10)) as stage:
        await stage.press("enter", "slash", "q", "q", "q")
        assert "nothing here has 'qqq'" in stage.text
        await stage.press("enter", "escape")
        assert "▌" in stage.text


async def test_the_runbook_takes_the_keyboard_from_a_list_that_it_hides() -> None:
    for size, is_seen in (((80, 24), False), ((120, 40), True)):
        async with on_stage(size) as stage:
            await stage.press("enter")
            assert has_list(stage)
            await stage.press("b")
            assert has_list(stage) is is_seen
            assert ("enter copy" in foot(stage)) is is_seen


@pytest.mark.parametrize(
    ("keys", "offered"),
    [
        (("N", "enter"), "enter"),
        (("N", "enter", "5"), "c copy"),
        (("t", "w"), "enter run it"),
    ],
    ids=["services", "review", "checks"],
)
async def test_a_small_screen_shows_the_row_that_its_keys_are_for(
    keys: tuple[str, ...], offered: str
) -> None:
    async with on_stage((40, 12)) as stage:
        await stage.press(*keys)
        assert offered in foot(stage)
        await stage.until("▌")
        assert offered in foot(stage)


async def test_the_log_of_a_service_is_read_on_a_small_screen() -> None:
    async with on_stage((40, 12)) as stage:
        await stage.press("N", "enter")
        assert "following" not in stage.text
        await stage.press("tab", "tab")
        assert "following" in stage.text
        assert "services" in stage.text
