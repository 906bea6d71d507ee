"""What is for people to read: of many machines as often as they are read."""

from __future__ import annotations

from itertools import count

from msgspec.structs import replace

from tests.engine.test_review import view
from tui.engine.paced import Paced
from tui.store import State


def times_made(machines: int, seconds: int) -> int:
    """How often it is made when it is asked for each second."""
    paced: Paced[int] = Paced()
    numbers = count(1)
    made = 0
    for second in range(seconds):
        seen = view(State(), second)
        seen = replace(seen, addresses={"a": ("node",) * machines})
        made = paced.made(seen, lambda: next(numbers))
    return made


def test_of_a_few_machines_it_is_made_every_three_seconds() -> None:
    assert times_made(5, 30) == 10


def test_of_many_machines_it_is_made_as_often_as_they_are_read() -> None:
    assert times_made(70, 28) == 4
    assert times_made(5_000, 30) == 3
