from __future__ import annotations

from typing import Any, Self

from textual.geometry import Region
from textual.screen import ModalScreen, Screen

from tests.widgets.screen import screen_text
from tests.widgets.test_log_view import beat, lines, stage


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
