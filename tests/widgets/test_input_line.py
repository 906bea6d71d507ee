"""A field that is edited: what stands in it is text, and costs no key its time."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult

from tests.yardstick import best_ms
from widgets.input_line import LONGEST, InputLine
from widgets.text import one_for_one, width_of


class Desk(App[None]):
    def compose(self) -> ComposeResult:
        yield InputLine()


@pytest.mark.parametrize("pasted", ["\u0301" * LONGEST, "漢" * 8_000 + "a" * 8_000])
async def test_a_long_line_is_drawn_quickly_wherever_one_looks(pasted: str) -> None:
    app = Desk()
    async with app.run_test(size=(80, 5)):
        field = app.query_one(InputLine)
        field.value = pasted
        for place in (0, len(pasted) // 2, len(pasted)):
            field.cursor_position = place
            assert best_ms(lambda: field.render_line(0), times=3) < 150


async def test_of_what_is_pasted_as_much_stays_as_there_is_room_for() -> None:
    app = Desk()
    async with app.run_test():
        field = app.query_one(InputLine)
        field.insert_text_at_cursor("x" * 1_000_000)
        assert field.value == "x" * LONGEST


def test_each_character_has_its_place() -> None:
    assert one_for_one("a\x1bb\u202ec") == "a?b?c"
    assert one_for_one("e\u0301 漢") == "e\u0301 漢"
    assert width_of(one_for_one("\u0301" * 60)) == 57
