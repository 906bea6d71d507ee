"""The colours are those of our own themes, from the first frame on."""

from __future__ import annotations

import pytest
from rich.color import Color as Painted
from rich.color import ColorSystem
from textual.color import Color
from textual.theme import Theme

from tests.screens.stage import on_stage
from tui.themes import DARK, LIGHT, THEMES
from widgets.status_line import StatusLine
from widgets.values import Tone


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


@pytest.mark.parametrize("key", ["", "T"], ids=["dark", "light"])
async def test_without_colours_what_is_critical_is_the_loudest(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with on_stage() as stage:
        await stage.press(*([key] if key else []))
        line = stage.app.screen.query_one("#top", StatusLine)
        ground = line.background_colors[1].brightness
        apart = {
            tone: abs(Color.from_rich_color(style.color).brightness - ground)
            for tone in Tone
            if (style := line.tone_style(tone)).color
        }
        assert apart[Tone.CRITICAL] == max(apart.values())
        assert apart[Tone.WARNING] > apart[Tone.QUIET]
