"""A screen that another covers: nothing is drawn because of it."""

from __future__ import annotations

from collections import Counter

from textual import messages
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widgets import Static

from tests.widgets.screen import screen_text
from tui.clock import turn
from tui.screens.stacked import LINES_AT_ONCE, StackedScreen
from widgets.pane import LinePane
from widgets.values import Span


class Counted(Static):
    """A text, and how often it was drawn."""

    drawn = 0

    def render_lines(self, crop: Region) -> list[Strip]:
        self.drawn += 1
        return super().render_lines(crop)


class Page(StackedScreen):
    """Nothing but a text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = Counted(text)

    def compose(self) -> ComposeResult:
        yield self.text


async def test_a_covered_screen_has_nothing_drawn_in_front() -> None:
    app: App[None] = App()
    async with app.run_test() as pilot:
        behind, front = Page("one"), Page("two")
        await app.push_screen(behind)
        await app.push_screen(front)
        await pilot.pause()
        drawn = front.text.drawn
        for number in range(5):
            behind.text.update(f"one {number}")
            await pilot.pause()
        assert front.text.drawn == drawn


async def test_who_comes_back_to_it_sees_what_is_new() -> None:
    app: App[None] = App()
    async with app.run_test() as pilot:
        behind = Page("one")
        await app.push_screen(behind)
        await app.push_screen(Page("two"))
        behind.text.update("one\nhas grown")
        await pilot.pause()
        app.pop_screen()
        await pilot.pause()
        assert "has grown" in screen_text(app)


async def test_behind_a_question_it_goes_on() -> None:
    app: App[None] = App()
    async with app.run_test() as pilot:
        behind = Page("one")
        await app.push_screen(behind)
        await app.push_screen(ModalScreen())
        drawn = behind.text.drawn
        behind.text.update("one more")
        await pilot.pause()
        assert behind.text.drawn > drawn


async def test_what_changes_between_laying_out_and_drawing_is_drawn() -> None:
    app: App[None] = App()
    async with app.run_test() as pilot:
        page = Page("one")
        await app.push_screen(page)
        await pilot.pause()
        drawn = page.text.drawn
        # A change is on its way to the screen while a timer has it laid out.
        page.text._set_dirty()
        page.post_message(messages.Update(page.text))
        page._refresh_layout()
        await pilot.pause()
        assert page.text.drawn > drawn


class Tall(LinePane):
    """Lines that note in which turn of the loop each of them was painted."""

    def __init__(self) -> None:
        super().__init__()
        self.turn = 0
        self.painted: Counter[int] = Counter()

    def on_mount(self) -> None:
        self.styles.height = "1fr"
        self.run_worker(self._count())

    async def _count(self) -> None:
        while True:
            self.turn += 1
            await turn()

    def draw_line(self, y: int, width: int) -> Strip:
        return self.cached((y, width), lambda: self._paint(y, width))

    def _paint(self, y: int, width: int) -> Strip:
        self.painted[self.turn] += 1
        return self.line_strip((Span(f"line {y}"),), width)


class Many(StackedScreen):
    """A screen full of lines."""

    def compose(self) -> ComposeResult:
        yield Tall()


async def test_a_screen_full_of_lines_is_painted_in_steps() -> None:
    app: App[None] = App()
    async with app.run_test(size=(80, 60)) as pilot:
        screen = Many()
        await app.push_screen(screen)
        await pilot.pause()
        pane = screen.query_one(Tall)
        assert max(pane.painted.values()) <= LINES_AT_ONCE
        pane.painted.clear()
        pane.forget_strips()
        pane.refresh()
        await pilot.pause()
        assert sum(pane.painted.values()) == 60
        assert max(pane.painted.values()) <= LINES_AT_ONCE
        assert "line 59" in screen_text(app)


async def test_what_is_closed_while_it_is_painted_harms_nobody() -> None:
    app: App[None] = App()
    async with app.run_test(size=(80, 60)) as pilot:
        await app.push_screen(Many())
        for _ in range(3):
            screen = Many()
            await app.push_screen(screen)
            pane = screen.query_one(Tall)
            await turn()
            await pane.remove()
            await app.pop_screen()
        await pilot.pause()
        assert "line 59" in screen_text(app)
