from __future__ import annotations

import pytest

from widgets import log_search
from widgets.log_search import LogSearch
from widgets.ring import Ring
from widgets.values import LogLine


def ring_of(*texts: str, capacity: int = 100) -> Ring:
    ring = Ring(capacity)
    ring.extend([LogLine(text) for text in texts])
    return ring


def searched(pattern: str, ring: Ring) -> LogSearch:
    search = LogSearch(pattern, ring)
    search.read()
    return search


def test_small_letters_find_capitals_but_not_the_other_way_round() -> None:
    ring = ring_of("BTRFS error", "btrfs info")
    assert searched("btrfs", ring).count == 2
    assert searched("BTRFS", ring).count == 1


def test_what_is_no_regular_expression_is_found_as_it_stands() -> None:
    assert searched("(device", ring_of("error (device sdb)", "none")).count == 1


def test_next_and_previous_go_round() -> None:
    search = searched("x", ring_of("x", "-", "x", "-"))
    assert [search.after(0), search.after(2)] == [2, 0]
    assert [search.before(2), search.before(0)] == [0, 2]


def test_without_a_match_there_is_nowhere_to_go() -> None:
    search = searched("y", ring_of("x"))
    assert search.after(0) is None
    assert search.before(0) is None


def test_new_lines_are_read_too() -> None:
    ring = ring_of("x")
    search = searched("x", ring)
    ring.extend([LogLine("x")])
    assert not search.is_complete
    search.read()
    assert search.count == 2


def test_a_long_log_is_read_in_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_search, "SLICE", 3)
    search = searched("x", ring_of(*"xxxxx"))
    assert (search.count, search.is_complete) == (3, False)
    search.read()
    assert (search.count, search.is_complete) == (5, True)


def test_forgotten_lines_are_no_matches_any_more() -> None:
    ring = ring_of("x", "x", "x", capacity=3)
    search = searched("x", ring)
    ring.extend([LogLine("-"), LogLine("-")])
    assert search.count == 1
    assert search.position(2) == 1


def test_an_empty_match_marks_nothing() -> None:
    assert list(searched("x*", ring_of()).stretches("axxa")) == [(1, 3)]
