from __future__ import annotations

from collections.abc import Sequence

from tui.model.kept import Kept, once


class Counted:
    """Adds up, and tells how often it was asked to."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, values: Sequence[int]) -> int:
        self.times += 1
        return sum(values)


def test_what_was_made_of_a_tuple_is_not_made_again() -> None:
    add, values = Counted(), Kept((1, 2, 3))
    assert [once(values, add), once(values, add)] == [6, 6]
    assert add.times == 1


def test_each_maker_and_each_tuple_has_its_own() -> None:
    add, values = Counted(), Kept((1, 2))
    assert (once(values, add), once(values, len), once(Kept((5,)), add)) == (3, 2, 5)


def test_plain_values_remember_nothing_and_are_still_answered() -> None:
    add = Counted()
    assert [once((1, 2), add), once((1, 2), add)] == [3, 3]
    assert add.times == 2


def test_it_is_equal_to_the_plain_tuple() -> None:
    assert Kept((1, 2)) == (1, 2)
    assert hash(Kept((1, 2))) == hash((1, 2))
