"""What was passed on is known second by second, within bounds."""

from __future__ import annotations

import pytest

from tui.model.log import Entry, LogSpan
from tui.model.unix import SECOND_NS
from tui.sources import loki_ledger
from tui.sources.loki_ledger import Ledger, second_of, spans


def entry(at_ns: int, line: str = "x", **labels: str) -> Entry:
    return Entry(at_ns, labels, line)


def test_an_entry_is_new_once_and_order_is_that_of_time() -> None:
    ledger = Ledger()
    a, b = entry(5), entry(3)
    assert ledger.add([a, b, a]) == [b, a]
    assert ledger.add([b, entry(3, host="other")]) == [entry(3, host="other")]
    assert len(ledger) == 3


def test_a_second_ends_at_a_whole_one_as_loki_counts() -> None:
    assert [second_of(at) for at in (1, SECOND_NS, SECOND_NS + 1)] == [1, 1, 2]


def test_seconds_differ_until_they_were_read_again_for_that_number() -> None:
    ledger = Ledger()
    ledger.add([entry(5 * SECOND_NS), entry(7 * SECOND_NS)])
    counts = {5: 1, 6: 2}
    assert ledger.differing(0, 8, counts) == [6, 7]
    ledger.agree(6, 2)
    ledger.agree(7, 0)
    assert ledger.differing(0, 8, counts) == []
    assert ledger.differing(0, 8, {5: 1, 6: 3}) == [6]


def test_what_was_agreed_on_is_forgotten_with_its_second() -> None:
    """Of a second that Loki counts and never gives, there is nothing else to forget."""
    ledger = Ledger()
    ledger.agree(6, 2)
    ledger.forget(4000, 4000)
    fresh = Ledger()
    fresh.forget(4000, 4000)
    assert vars(ledger) == vars(fresh)


def test_neighbouring_seconds_are_read_as_one_span() -> None:
    assert list(spans([3, 4, 9])) == [
        LogSpan(2 * SECOND_NS + 1, 4 * SECOND_NS + 1),
        LogSpan(8 * SECOND_NS + 1, 9 * SECOND_NS + 1),
    ]


def test_what_is_older_than_the_window_is_forgotten() -> None:
    ledger = Ledger()
    ledger.add([entry(SECOND_NS), entry(4000 * SECOND_NS)])
    ledger.forget(4000, 4000)
    assert len(ledger) == 1
    assert ledger.differing(0, 4001, {1: 1}) == [4000]


def test_in_a_flood_the_oldest_are_forgotten_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(loki_ledger, "MOST_KNOWN", 10)
    ledger = Ledger()
    ledger.add(entry(n * SECOND_NS // 4) for n in range(1, 41))
    ledger.forget(10, 10)
    assert len(ledger) <= 10
    assert ledger.floor == 10


def test_it_leaves_room_for_as_many_as_came_since_the_last_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Or the tail of a flood would be left to ranges, which read all once more."""
    monkeypatch.setattr(loki_ledger, "MOST_KNOWN", 60)
    ledger = Ledger()
    for second in range(1, 30):
        ledger.add(entry(second * SECOND_NS - n) for n in range(20))
        assert not ledger.is_full
        ledger.forget(second, second)


def test_nothing_is_forgotten_that_ranges_will_bring_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(loki_ledger, "MOST_KNOWN", 10)
    ledger = Ledger()
    flood = [entry(n * SECOND_NS // 4) for n in range(1, 41)]
    ledger.add(flood)
    ledger.forget(10 + 2 * loki_ledger.WINDOW_SECONDS, 3)
    assert ledger.floor == 3
    assert ledger.is_full
    assert ledger.add(flood[8:]) == []


def test_what_comes_late_to_a_forgotten_second_is_told_once_by_its_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(loki_ledger, "MOST_KNOWN", 10)
    ledger = Ledger(2)
    ledger.add(entry(n * SECOND_NS // 4) for n in range(5, 41))
    ledger.forget(10, 10)
    assert ledger.add([entry(5 * SECOND_NS, "late"), entry(SECOND_NS, "older")]) == [
        entry(SECOND_NS, "older")
    ]
    assert ledger.missed({1: 7, 4: 4, 5: 6, 10: 99}) == {5: 2}
    assert ledger.missed({5: 6}) == {}
