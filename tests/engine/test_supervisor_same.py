"""What an answer repeats is the same object, however often it comes."""

from __future__ import annotations

from dataclasses import dataclass

from tui.engine.supervisor import same
from tui.model.kept import Kept


@dataclass(frozen=True)
class Value:
    """Anything that a server lists."""

    number: int


def test_an_equal_answer_is_the_very_answer_before() -> None:
    old = tuple(map(Value, range(3)))
    assert same(old, tuple(map(Value, range(3)))) is old


def test_what_is_equal_in_a_new_answer_is_the_same_object() -> None:
    old = tuple(map(Value, range(3)))
    new = same(old, (Value(0), Value(7), Value(2)))
    assert new == (Value(0), Value(7), Value(2))
    assert [a is b for a, b in zip(old, new, strict=True)] == [True, False, True]


def test_an_answer_of_another_length_and_the_first_one_are_taken_as_they_are() -> None:
    new = (Value(1),)
    assert same((Value(1), Value(2)), new) is new
    assert same(None, new) is new


def test_a_list_that_remembers_what_was_made_of_it_goes_on_doing_so() -> None:
    old = Kept(map(Value, range(3)))
    new = same(old, Kept((Value(0), Value(7), Value(2))))
    assert isinstance(new, Kept)
