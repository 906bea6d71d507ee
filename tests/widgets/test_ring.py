from __future__ import annotations

from widgets.ring import Ring
from widgets.values import LogLine


def filled(capacity: int, count: int) -> Ring:
    ring = Ring(capacity)
    for number in range(count):
        ring.extend([LogLine(str(number))])
    return ring


def test_the_oldest_lines_are_forgotten() -> None:
    ring = filled(10, 25)
    assert (len(ring), ring.first, ring.end) == (10, 15, 25)


def test_a_number_stays_with_its_line() -> None:
    ring = filled(10_000, 14_500)
    assert ring[14_499].text == "14499"
    assert ring[ring.first].text == str(ring.first) == "4500"


def test_one_batch_may_be_larger_than_the_ring() -> None:
    ring = Ring(3)
    ring.extend([LogLine(str(number)) for number in range(8)])
    assert [line.text for _, line in ring.between(ring.first, ring.end)] == [
        "5",
        "6",
        "7",
    ]


def test_numbers_go_on_after_clearing() -> None:
    ring = filled(10, 4)
    ring.clear()
    ring.extend([LogLine("new")])
    assert (len(ring), ring.first) == (1, 4)
    assert ring[4].text == "new"


def test_the_newest_lines_are_replaced_in_their_places() -> None:
    ring = filled(capacity=10, count=4)
    oldest = ring[ring.first]
    ring.replace([LogLine("other 2"), LogLine("other 3")])
    assert (ring.first, ring.end) == (0, 4)
    assert ring[0] is oldest
    assert [ring[2].text, ring[3].text] == ["other 2", "other 3"]


def test_lines_beyond_those_that_are_kept_replace_nothing() -> None:
    ring = filled(capacity=10, count=1)
    ring.replace([LogLine("gone"), LogLine("kept")])
    assert (ring.end, ring[0].text) == (1, "kept")
