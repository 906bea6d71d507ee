"""The kernel logs of all clusters, within bounds."""

from __future__ import annotations

from datetime import timedelta

from tests.clock import START
from tui.engine.journal import Journal
from tui.model.log import Entry

KEPT = 1_000
HOUR = timedelta(hours=1)
NOW_NS = int(START.timestamp()) * 1_000_000_000
BTRFS = (
    "BTRFS error (device sdb): parent transid verify failed on logical 30408704 "
    "mirror 1 wanted 8412 found 8409"
)


def entry(line: str, seconds_ago: int = 0) -> Entry:
    return Entry(NOW_NS - seconds_ago * 1_000_000_000, {"host": "10.10.0.42"}, line)


def test_every_cluster_has_a_journal_of_its_own() -> None:
    book = Journal(["prod", "monit"], KEPT)
    book.add("prod", [entry("a")], START, HOUR)
    assert [each.line for each in book.entries("prod")] == ["a"]
    assert list(book.entries("monit")) == []


def test_trouble_in_two_batches_is_one_finding() -> None:
    book = Journal(["prod"], KEPT)
    book.add("prod", [entry(BTRFS, 60)], START, HOUR)
    log = book.add("prod", [entry(BTRFS)], START, HOUR)
    assert [(each.kind, each.count) for each in log.findings] == [("btrfs", 2)]


def test_the_newest_entry_dates_the_log_even_when_a_late_one_follows() -> None:
    book = Journal(["prod"], KEPT)
    book.add("prod", [entry("new")], START, HOUR)
    log = book.add("prod", [entry("late", 90)], START, HOUR)
    assert log.last_entry_at == START


def test_the_log_says_when_each_node_wrote_last() -> None:
    book = Journal(["prod"], KEPT)
    book.add("prod", [entry("first", 90)], START, HOUR)
    log = book.add("prod", [entry("then")], START, HOUR)
    assert log.last_by_node == {"10.10.0.42": START}


def test_the_oldest_entries_go_when_there_are_too_many() -> None:
    book = Journal(["prod"], KEPT)
    many = [entry(str(number)) for number in range(KEPT + 2_500)]
    book.add("prod", many, START, HOUR)
    kept = book.entries("prod")
    assert len(kept) == KEPT
    assert kept[-1].line == many[-1].line


def test_of_few_that_are_kept_little_more_is_ever_held() -> None:
    clusters = ["prod", "monit", "agentic"]
    book = Journal(clusters, KEPT)
    for number in range(3 * KEPT):
        book.add(clusters[number % 3], [entry(str(number))], START, HOUR)
        held = sum(len(book.entries(each)) for each in clusters)
        assert held <= KEPT * 5 // 4


def test_late_entries_stand_where_their_times_belong() -> None:
    book = Journal(["prod"], KEPT)
    book.add("prod", [entry("1", 9), entry("3", 7), entry("4", 7)], START, HOUR)
    book.add("prod", [entry("2", 8), entry("5", 7), entry("6", 1)], START, HOUR)
    assert "".join(each.line for each in book.entries("prod")) == "123456"


def test_what_was_asked_for_stays_while_more_comes() -> None:
    book = Journal(["prod"], KEPT)
    book.add("prod", [entry("old", 5)], START, HOUR)
    kept = book.entries("prod")
    book.add("prod", [entry("late", 9), entry("new")], START, HOUR)
    assert [each.line for each in kept] == ["old"]
    assert [each.line for each in book.entries("prod")[-2:]] == ["old", "new"]
