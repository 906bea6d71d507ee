"""The colours are those of our own themes, from the first frame on."""

from __future__ import annotations

from textual.color import Color

from tests.screens.stage import on_stage
from tui.themes import DARK, LIGHT


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
