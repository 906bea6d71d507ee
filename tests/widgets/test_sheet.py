"""Components of a widget: made when somebody draws with them, as Textual makes them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import ClassVar

import pytest
from textual.app import App, ComposeResult
from textual.css.stylesheet import Stylesheet
from textual.pilot import Pilot
from textual.widget import Widget

from widgets.sheet import ThriftyStylesheet


class Lamp(Widget):
    """Two lights, and how often it was drawn."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"lamp--low", "lamp--high"}
    DEFAULT_CSS = """
    Lamp { background: black; }
    Lamp > .lamp--low { color: red; }
    Lamp.-warm > .lamp--low { color: yellow; }
    Lamp > .lamp--high { color: blue; }
    Lamp.-warm > .lamp--high { color: green; }
    """
    drawn = 0

    def render(self) -> str:
        self.drawn += 1
        style = self.get_component_rich_style("lamp--low")
        return str(style.color.name if style.color else None)


class Room(App[None]):
    """One lamp."""

    def __init__(self, sheet: type[Stylesheet]) -> None:
        super().__init__()
        self.stylesheet = sheet(variables=self.get_css_variables())
        self.lamp = Lamp()

    def compose(self) -> ComposeResult:
        yield self.lamp


def made(lamp: Lamp) -> list[str]:
    """The components that were made so far."""
    return sorted(lamp._component_styles.keys())


@asynccontextmanager
async def lit(sheet: type[Stylesheet]) -> AsyncIterator[tuple[Lamp, Pilot[None]]]:
    """A lamp in its room, and who walks about there."""
    room = Room(sheet)
    async with room.run_test() as pilot:
        yield room.lamp, pilot


async def test_a_component_is_made_when_somebody_draws_with_it() -> None:
    async with lit(ThriftyStylesheet) as (lamp, _):
        assert made(lamp) == ["lamp--low"]
        assert "lamp--high" in lamp._component_styles
        lamp.get_component_styles("lamp--high")
        assert made(lamp) == ["lamp--high", "lamp--low"]


@pytest.mark.parametrize("sheet", [Stylesheet, ThriftyStylesheet])
async def test_a_component_looks_as_the_sheet_says(sheet: type[Stylesheet]) -> None:
    async with lit(sheet) as (lamp, pilot):
        colors = [lamp.get_component_styles("lamp--low").color.hex]
        lamp.add_class("-warm")
        await pilot.pause()
        colors += [lamp.get_component_styles("lamp--low").color.hex]
        colors += [lamp.get_component_styles("lamp--high").color.hex]
        assert colors == ["#FF0000", "#FFFF00", "#008000"]


@pytest.mark.parametrize("sheet", [Stylesheet, ThriftyStylesheet])
async def test_a_widget_is_drawn_anew_when_its_component_looks_otherwise(
    sheet: type[Stylesheet],
) -> None:
    async with lit(sheet) as (lamp, pilot):
        drawn = lamp.drawn
        lamp.add_class("-warm")
        await pilot.pause()
        assert lamp.drawn > drawn


@pytest.mark.parametrize("sheet", [Stylesheet, ThriftyStylesheet])
async def test_a_component_that_no_widget_has_is_an_error(
    sheet: type[Stylesheet],
) -> None:
    async with lit(sheet) as (lamp, _):
        with pytest.raises(KeyError):
            lamp.get_component_styles("lamp--none")


@pytest.mark.parametrize("sheet", [Stylesheet, ThriftyStylesheet])
async def test_a_widget_that_is_gone_has_no_components(
    sheet: type[Stylesheet],
) -> None:
    async with lit(sheet) as (lamp, _):
        await lamp.remove()
        with pytest.raises(KeyError):
            lamp.get_component_styles("lamp--low")


def test_a_copy_is_as_thrifty() -> None:
    assert isinstance(ThriftyStylesheet().copy(), ThriftyStylesheet)
