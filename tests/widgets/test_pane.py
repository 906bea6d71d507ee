from __future__ import annotations

from typing import Any, Self

from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.screen import ModalScreen, Screen
from textual.strip import Strip

from tests.widgets.screen import screen_text
from tests.widgets.test_log_view import beat, lines, stage
from widgets.pane import LinePane
from widgets.values import Span


class Front(Screen[None]):
    """Counts how often it is drawn anew."""

    drawn = 0

    def refresh(self, *regions: Region, **how: Any) -> Self:
        self.drawn += 1
        return super().refresh(*regions, **how)


class Question(ModalScreen[None]):
    """The same, and one sees past it."""

    drawn = 0

    def refresh(self, *regions: Region, **how: Any) -> Self:
        self.drawn += 1
        return super().refresh(*regions, **how)


async def test_what_another_screen_hides_costs_nothing_until_that_closes() -> None:
    app = stage(3)
    async with app.run_test(size=(30, 5)) as pilot:
        await beat(pilot, app.view)
        front = Front()
        await app.push_screen(front)
        await pilot.pause()
        before = front.drawn
        app.view.append(lines(range(100)))
        await beat(pilot, app.view)
        await pilot.pause(0.1)
        assert front.drawn == before
        app.pop_screen()
        await beat(pilot, app.view)
        assert "line 99." in screen_text(app)


async def test_what_is_seen_past_a_question_goes_on() -> None:
    app = stage(3)
    async with app.run_test(size=(30, 5)) as pilot:
        await beat(pilot, app.view)
        question = Question()
        await app.push_screen(question)
        await pilot.pause()
        before = question.drawn
        app.view.append(lines(range(100)))
        await beat(pilot, app.view)
        await pilot.pause(0.1)
        assert question.drawn > before


class Sheet(LinePane):
    """Three lines that say the same, and what it asks to be sent."""

    word = "old"

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Region] = []

    def draw_line(self, y: int, width: int) -> Strip:  # noqa: ARG002 - all are alike
        return self.line_strip((Span(self.word),), width)

    def refresh(self, *regions: Region, **how: Any) -> Self:
        self.asked += regions
        return super().refresh(*regions, **how)


class Desk(App[None]):
    def compose(self) -> ComposeResult:
        yield Sheet()


async def test_a_line_that_was_drawn_unasked_is_still_to_be_sent() -> None:
    """Textual draws what lies between two dirty lines, and does not send it."""
    app = Desk()
    async with app.run_test(size=(30, 3)) as pilot:
        sheet = app.query_one(Sheet)
        await pilot.pause()
        sheet.word = "new"
        sheet.render_lines(Region(0, 0, 30, 3))
        sheet.repaint()
        assert sheet.asked == [Region(0, 0, 30, 3)]
        await pilot.pause()
        sheet.repaint()
        assert len(sheet.asked) == 1, "it is sent once"
