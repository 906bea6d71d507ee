"""The colours are those of our own themes, from the first frame on."""

from __future__ import annotations

import pytest
from rich.color import Color as Painted
from rich.color import ColorSystem
from textual.color import Color
from textual.theme import Theme

from tests.screens.stage import on_stage
from tui.themes import DARK, LIGHT, THEMES


async def test_the_first_frame_has_our_dark_ground() -> None:
    async with on_stage() as stage:
        assert stage.app.screen.styles.background == Color.parse(DARK.background or "")


async def test_t_changes_to_the_light_one_and_back() -> None:
    async with on_stage() as stage:
        await stage.press("T")
        ground = stage.app.screen.styles.background
        assert ground == Color.parse(LIGHT.background or "")
        await stage.press("T")
        ground = stage.app.screen.styles.background
        assert ground == Color.parse(DARK.background or "")


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_critical_and_warning_stay_apart_where_there_are_16_colours(
    theme: Theme,
) -> None:
    told = {
        Painted.parse(each or "").downgrade(ColorSystem.STANDARD).number
        for each in (theme.error, theme.warning, theme.foreground, theme.background)
    }
    assert len(told) == 4
