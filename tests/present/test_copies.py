from __future__ import annotations

from tui.present import copies
from tui.present.copies import Copy


def test_names_take_no_more_room_than_the_longest() -> None:
    found = (Copy("a", "look", "curl"), Copy("b", "expect it", "x = 1"))
    name, text = copies.columns(found)
    assert (name.width, name.weight) == (len("expect it"), 0)
    assert text.weight == 1
    assert copies.columns(())[0].width == 0
