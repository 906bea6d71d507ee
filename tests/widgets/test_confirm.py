from __future__ import annotations

import pytest

from tests.widgets.screen import Stage, screen_text
from widgets.confirm import Confirm
from widgets.values import Span


@pytest.mark.parametrize(
    ("key", "answer"),
    [("y", True), ("enter", False), ("escape", False), ("n", False), ("q", False)],
)
async def test_only_the_confirming_key_says_yes(key: str, answer: bool) -> None:
    answers: list[bool | None] = []
    app = Stage()
    async with app.run_test(size=(70, 12)) as pilot:
        question = Confirm("Expire", ((Span("silence 4711 [/x]"),),))
        await app.push_screen(question, answers.append)
        await pilot.press("x", key)
        await pilot.pause()
        assert answers == [answer]


async def test_the_question_says_what_will_happen_and_which_keys_answer() -> None:
    app = Stage()
    async with app.run_test(size=(70, 12)):
        await app.push_screen(Confirm("Expire", ((Span("silence [/x]"),),), yes="e"))
        text = screen_text(app)
        assert "Expire" in text
        assert "silence [/x]" in text
        assert "e yes   enter no" in text
