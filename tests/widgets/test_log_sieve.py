from __future__ import annotations

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from widgets import log_sieve
from widgets.log_sieve import Everything, Sieve
from widgets.ring import Ring


def ring_of(words: str, capacity: int = 1_000) -> Ring[str]:
    ring: Ring[str] = Ring(capacity)
    ring.extend(list(words))
    return ring


def is_x(_: int, item: str) -> bool:
    return item == "x"


def never() -> bool:
    return False


def sieved(ring: Ring[str], around: int = 0) -> Sieve:
    sieve = Sieve(ring, is_x, around)
    sieve.read(never)
    return sieve


def numbers(sieve: Sieve) -> list[int]:
    return [sieve.at(place) for place in range(len(sieve))]


def wanted(ring: Ring[str], around: int) -> list[int]:
    """The same, by the shortest way to say it."""
    kept = range(ring.first, ring.end)
    hits = [n for n in kept if ring[n] == "x"]
    return [n for n in kept if any(abs(n - hit) <= around for hit in hits)]


def test_the_newest_lines_are_read_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_sieve, "CHUNK", 2)
    sieve = Sieve(ring_of("xx--xx"), is_x)
    slices = count()
    sieve.read(lambda: next(slices) == 0)
    assert (numbers(sieve), sieve.is_complete) == ([4, 5], False)
    sieve.read(never)
    assert (numbers(sieve), sieve.is_complete) == ([0, 1, 4, 5], True)


def test_lines_around_are_shown_once_and_not_counted() -> None:
    sieve = sieved(ring_of("--x-x--x---"), around=1)
    assert numbers(sieve) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert sieve.count == 3


def test_next_and_previous_go_round() -> None:
    sieve = sieved(ring_of("x-x-"))
    assert [sieve.after(0), sieve.after(2)] == [2, 0]
    assert [sieve.before(2), sieve.before(0)] == [0, 2]


def test_without_a_line_there_is_nowhere_to_go() -> None:
    sieve = sieved(ring_of("-"))
    assert sieve.after(0) is None
    assert sieve.before(0) is None


def test_a_line_that_takes_the_number_of_one_that_went_owes_it_nothing() -> None:
    ring: Ring[str] = Ring(4)
    sieve = Sieve(ring, is_x)
    ring.extend(["x"])
    sieve.read(never)
    ring.prepend(["-"] * 4)
    sieve.keep_up()
    ring.extend(["-"])
    sieve.read(never)
    assert numbers(sieve) == wanted(ring, 0) == []


def test_an_older_line_that_takes_the_number_of_one_that_went_owes_it_nothing() -> None:
    ring: Ring[str] = Ring(3)
    sieve = Sieve(ring, is_x)
    ring.extend(["-"])
    ring.prepend(["x"])
    sieve.read(never)
    ring.extend(["x", "x"])
    sieve.keep_up()
    ring.prepend(["-"])
    sieve.read(never)
    assert numbers(sieve) == wanted(ring, 0) == [1]


def test_all_lines_of_a_ring_are_a_selection_too() -> None:
    ring = ring_of("abcde", capacity=3)
    lines = Everything(ring)
    assert [lines.at(place) for place in range(len(lines))] == [2, 3, 4]
    assert [lines.place(number) for number in (0, 3, 9)] == [0, 1, 3]


Step = tuple[str, str]
steps = st.lists(
    st.tuples(
        st.sampled_from(("extend", "prepend", "slice", "read", "hold", "late")),
        st.text("x--", max_size=9),
    ),
    max_size=12,
)


@given(steps, st.integers(0, 3))
def test_whatever_comes_and_goes_it_shows_what_it_should(
    taken: list[Step], around: int
) -> None:
    ring: Ring[str] = Ring(12)
    sieve = Sieve(ring, is_x, around)
    for step, words in taken:
        match step:
            case "extend":
                ring.extend(list(words))
            case "prepend":
                sieve.keep_up()
                ring.prepend(list(words))
                sieve.keep_up()
            case "slice":
                sieve.read(lambda: True)
            case "hold":
                ring.is_held = not ring.is_held
            case "late":
                ring.replace(list(words))
                sieve.forget_from(max(ring.first, ring.end - len(words)))
            case _:
                sieve.read(never)
    sieve.read(never)
    if around == 0:
        assert numbers(sieve) == wanted(ring, 0)
    shown = numbers(sieve)
    assert shown == sorted(set(shown))
    assert set(wanted(ring, 0)) <= set(shown)
    assert sieve.count == len(wanted(ring, 0))
    assert [sieve.place(number) for number in shown] == list(range(len(shown)))
