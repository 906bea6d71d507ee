"""Entries are kept as bytes, and come back as they were."""

from __future__ import annotations

import gc

import pytest

from tui.model import log_bytes
from tui.model.log import Entry
from tui.model.log_bytes import EntryBytes, KeptEntries, at_ns, time_order

LABELS = {"host": "10.10.0.40"}
NEWEST = 2**63 - 1


@pytest.mark.parametrize("line", ["", "a line", "µ ü 漢 \x00\n", "half \ud800 a pair"])
@pytest.mark.parametrize("at", [0, 1, 1_772_150_400_123_456_789, NEWEST])
@pytest.mark.parametrize("most", [0, 1, 4_096])
def test_an_entry_comes_back_as_it_was(
    line: str, at: int, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_bytes, "MOST", most)
    store = EntryBytes()
    entries = [Entry(at, LABELS, line), Entry(at, LABELS, line, {"level": "é"})]
    kept = [*store.of(entries[:1], "prod"), *store.of(entries[1:], "dev")]
    assert [store.entry(each) for each in kept] == entries
    assert [store.cluster(each) for each in kept] == ["prod", "dev"]
    assert [store.line(each) for each in kept] == [line, line]
    assert [at_ns(each) for each in kept] == [at, at]


def test_bytes_are_sorted_by_time_and_stay_in_order_within_a_nanosecond() -> None:
    store = EntryBytes()
    entries = [Entry(at, {}, line) for at, line in ((256, "b"), (3, "c"), (256, "a"))]
    kept = sorted(store.of(entries), key=time_order)
    assert [store.line(each) for each in kept] == ["c", "b", "a"]


def test_labels_that_went_away_are_not_taken_for_those_of_another() -> None:
    store = EntryBytes()
    kept = [
        each
        for number in range(500)
        for each in store.of([Entry(1, {"host": str(number)}, "x", {})])
    ]
    assert [store.entry(each).labels["host"] for each in kept] == [
        str(number) for number in range(500)
    ]


def test_what_is_kept_is_read_as_a_sequence_and_in_parts() -> None:
    store = EntryBytes()
    entries = [Entry(number, LABELS, str(number)) for number in range(9)]
    kept = KeptEntries(store, store.of(entries))
    assert list(kept) == entries
    assert kept[-1] == entries[-1]
    assert list(kept[-3:]) == entries[-3:]
    assert len(kept[2:4]) == 2


def test_the_collector_of_garbage_has_nothing_to_look_at() -> None:
    store = EntryBytes()
    kept = store.of([Entry(number, LABELS, "x") for number in range(100)])
    assert not any(map(gc.is_tracked, kept))
