"""What is drawn for a change: the lines that changed, of the widgets that have them."""

from __future__ import annotations

from typing import Any

from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip
from textual.widgets import Static

from tests.widgets.screen import screen_lines
from widgets.compositor import ThriftyCompositor, cells, parts
from widgets.pane import LinePane
from widgets.values import Span


class Page(LinePane):
    """Lines of its own words, and which of them it was asked for."""

    DEFAULT_CSS = "Page { height: 1fr; }"

    def __init__(self, word: str) -> None:
        super().__init__()
        self.words = dict.fromkeys(range(10), word)
        self.drawn: list[int] = []

    def say(self, y: int, word: str) -> None:
        self.words[y] = word
        self.repaint_lines(range(y, y + 1))

    def draw_line(self, y: int, width: int) -> Strip:
        return self.line_strip((Span(self.words[y]),), width)

    def render_lines(self, crop: Region) -> list[Strip]:
        self.drawn += crop.line_range
        return super().render_lines(crop)


class Pages(Screen[None]):
    """Two pages above each other."""

    def __init__(self) -> None:
        super().__init__()
        self._compositor = ThriftyCompositor()
        self.upper, self.lower = Page("upper"), Page("lower")

    def compose(self) -> ComposeResult:
        yield self.upper
        yield self.lower

    def cover(self, edge: str, **size: Any) -> Static:
        """Put a widget before them, along an edge."""
        over = Static("over")
        over.set_styles(layer="_toastrack", dock=edge, **size)
        self.mount(over)
        return over


class Sheet(App[None]):
    """Nothing but the pages."""

    def __init__(self) -> None:
        super().__init__()
        self.pages = Pages()

    def get_default_screen(self) -> Screen[None]:
        return self.pages


async def test_only_the_lines_that_changed_are_drawn() -> None:
    app = Sheet()
    async with app.run_test(size=(20, 20)) as pilot:
        await pilot.pause()
        upper, lower = app.pages.upper, app.pages.lower
        upper.drawn.clear()
        lower.drawn.clear()
        upper.say(2, "first")
        lower.say(7, "last")
        await pilot.pause()
        assert (upper.drawn, lower.drawn) == ([2], [7])


async def test_what_a_widget_leaves_behind_is_drawn_though_it_did_not_change() -> None:
    app = Sheet()
    async with app.run_test(size=(20, 20)) as pilot:
        over = app.pages.cover("top", height=3)
        await pilot.pause()
        assert screen_lines(app)[0] == "over"
        app.pages.upper.drawn.clear()
        await over.remove()
        await pilot.pause()
        assert {0, 1, 2} <= set(app.pages.upper.drawn)
        assert screen_lines(app)[0] == "upper"


async def test_what_lies_behind_another_is_not_drawn() -> None:
    app = Sheet()
    async with app.run_test(size=(20, 20)) as pilot:
        app.pages.cover("top", height=3)
        await pilot.pause()
        app.pages.upper.drawn.clear()
        app.pages.refresh()
        await pilot.pause()
        assert app.pages.upper.drawn == list(range(3, 10))
        assert screen_lines(app)[:4] == ["over", "", "", "upper"]


async def test_all_of_it_is_what_textual_draws() -> None:
    app = Sheet()
    async with app.run_test(size=(20, 20)) as pilot:
        app.pages.cover("right", width=5)
        await pilot.pause()
        ours = app.pages._compositor.render_full_update()
        theirs = app.pages._compositor.render_strips()
        found = [Strip.join(line).simplify() for line in ours.strips]
        assert found == [line.simplify() for line in theirs]


def test_lines_that_follow_each_other_are_one_part() -> None:
    shown = Region(5, 10, 20, 30)
    changed = [Region(9, 20, 1, 1), Region(0, 12, 50, 1), Region(6, 13, 2, 2)]
    found = parts(shown, cells(changed))
    assert found == [Region(5, 12, 20, 3), Region(5, 20, 20, 1)]


def test_what_changed_beside_a_widget_is_no_part_of_it() -> None:
    beside, below = Region(25, 10, 5, 5), Region(5, 15, 9, 1)
    assert parts(Region(5, 10, 20, 5), cells([beside, below])) == []


def test_of_what_reaches_beyond_a_widget_only_its_own_lines_are_drawn() -> None:
    left = cells([Region(0, 0, 9, 60)])
    assert parts(Region(0, 4, 9, 3), left) == [Region(0, 4, 9, 3)]


def test_what_one_has_drawn_is_left_to_nobody_behind_it() -> None:
    left = cells([Region(4, 2, 3, 2), Region(0, 3, 1, 1)])
    assert parts(Region(2, 0, 6, 9), left) == [Region(2, 2, 6, 2)]
    assert parts(Region(0, 0, 20, 9), left) == [Region(0, 3, 20, 1)]
    assert parts(Region(0, 0, 20, 9), left) == []


def test_what_lies_beside_the_screen_is_not_seen() -> None:
    left = cells([Region(-3, 0, 5, 1), Region(-9, 1, 4, 1)])
    assert left == {0: 0b11, 1: 0}
    assert parts(Region(-4, 0, 5, 2), left) == [Region(-4, 0, 5, 1)]
    assert left == {0: 0b10, 1: 0}
