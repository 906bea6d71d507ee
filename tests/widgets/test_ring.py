from __future__ import annotations

from widgets.ring import Ring
from widgets.values import LogLine


def filled(capacity: int, count: int) -> Ring[LogLine]:
    ring: Ring[LogLine] = Ring(capacity)
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
    ring: Ring[LogLine] = Ring(3)
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


def texts(ring: Ring[LogLine]) -> list[str]:
    return [line.text for _, line in ring.between(ring.first, ring.end)]


def timed(*seconds: int) -> list[LogLine]:
    return [LogLine(str(each), at_ns=each) for each in seconds]


def at(line: LogLine) -> int:
    return line.at_ns or 0


def test_lines_that_come_late_stand_where_their_times_belong() -> None:
    ring: Ring[LogLine] = Ring(10)
    ring.extend(timed(1, 3, 5))
    assert ring.merge(timed(2, 6), at) == 1
    assert texts(ring) == ["1", "2", "3", "5", "6"]
    assert ring.merge(timed(7), at) == 5


def test_lines_of_one_time_keep_their_order() -> None:
    ring: Ring[LogLine] = Ring(10)
    ring.extend([LogLine("a", at_ns=1), LogLine("b", at_ns=1)])
    ring.merge([LogLine("c", at_ns=1)], at)
    assert texts(ring) == ["a", "b", "c"]


def test_older_lines_come_before_and_numbers_stay() -> None:
    ring = filled(capacity=10, count=3)
    ring.prepend([LogLine("older"), LogLine("old")])
    assert (ring.first, ring.end, ring[0].text) == (-2, 3, "0")
    assert texts(ring) == ["older", "old", "0", "1", "2"]


def test_where_older_lines_are_too_many_the_newest_go() -> None:
    ring = filled(capacity=4, count=3)
    ring.prepend([LogLine("older"), LogLine("old")])
    assert texts(ring) == ["older", "old", "0", "1"]


def test_dropped_lines_are_counted_until_they_are_read_again() -> None:
    ring = filled(capacity=10, count=25)
    assert ring.dropped == 15
    ring.is_held = True
    ring.prepend([LogLine("14")])
    assert ring.dropped == 14
    ring.clear()
    assert ring.dropped == 0


def test_what_somebody_reads_is_kept_twice_as_long() -> None:
    ring = filled(capacity=10, count=10)
    ring.is_held = True
    ring.extend([LogLine("new")] * 10)
    assert ring.first == 0
    ring.extend([LogLine("new")])
    assert ring.first == 1
    ring.is_held = False
    assert ring.first == 11


def test_how_grave_a_line_is_is_asked_once() -> None:
    ring = filled(capacity=10, count=1)
    asked = []

    def ask(line: LogLine) -> int:
        asked.append(line)
        return 2

    assert [ring.rank(0, ask), ring.rank(0, ask)] == [2, 2]
    assert len(asked) == 1
