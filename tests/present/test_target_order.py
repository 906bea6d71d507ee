from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.estate import make_target
from tests.judged import ago
from tui.model.target import Expected, Health, Since, TargetRow
from tui.present.search import search
from tui.present.target_order import ORDERS, WORST, Arrangement, Known, arranged

ROWS = (
    make_target("b", "h:2", health=Health.DOWN, error="context deadline exceeded"),
    make_target("a", "h:1"),
    make_target("c", "h:3", expected=Expected.NO, health=Health.ABSENT, reason="Off"),
)
KNOWN: Known = (
    ("prod", ROWS),
    ("monit", (make_target("a", "x:1", health=Health.DOWN), make_target("z", "x:2"))),
)


def shown(found: Arrangement) -> list[tuple[str, str]]:
    targets = (found.target(place) for place in range(len(found)))
    return [(cluster, row.job) for cluster, row in targets]


def test_the_worst_of_all_clusters_come_first_then_the_order_of_the_config() -> None:
    assert shown(arranged(KNOWN, WORST, search(""))) == [
        ("prod", "b"),
        ("monit", "a"),
        ("prod", "a"),
        ("monit", "z"),
        ("prod", "c"),
    ]


@pytest.mark.parametrize("order", ORDERS)
def test_every_order_shows_all_and_finds_each_by_its_key(order: str) -> None:
    found = arranged(KNOWN, order, search(""))
    assert len(found) == 5
    for place in range(5):
        assert found.places[found.key(place)] == place


@pytest.mark.parametrize(
    ("typed", "jobs"),
    [
        ("timeout", ["b"]),
        ("down", ["b", "a"]),
        ("down !monit", ["b"]),
        ("off", ["c"]),
        ("absent no", ["c"]),
        ("x:2", ["z"]),
        ("zzz", []),
    ],
)
def test_a_search_looks_at_everything_that_is_shown(
    typed: str, jobs: list[str]
) -> None:
    found = arranged(KNOWN, WORST, search(typed))
    assert [job for _, job in shown(found)] == jobs


def test_counts_are_of_all_whatever_is_shown() -> None:
    counts = arranged(KNOWN, WORST, search("zzz")).shelf.counts
    assert (counts.up, counts.wanted, counts.down, counts.not_expected) == (2, 4, 2, 1)


def test_what_is_known_of_the_same_targets_is_used_again() -> None:
    first = arranged(KNOWN, WORST, search(""))
    assert arranged(KNOWN, "job", search("a"), first.shelf).shelf is first.shelf
    fewer: Known = (("prod", ROWS[:2]), KNOWN[1])
    assert arranged(fewer, WORST, search(""), first.shelf).shelf is not first.shelf


def changed(job: str, minutes: float, *, is_exact: bool = True) -> TargetRow:
    since = Since(ago(minutes=minutes), is_exact=is_exact)
    return replace(make_target(job, "h"), since=since)


def test_what_was_never_seen_to_change_comes_last_among_changes() -> None:
    rows = (changed("old", 1, is_exact=False), changed("b", 9), changed("c", 2))
    found = arranged((("p", rows),), "newest change", search(""))
    assert [job for _, job in shown(found)] == ["c", "b", "old"]


def test_what_has_no_scrape_comes_last_among_scrapes() -> None:
    absent = make_target("gone", "h", health=Health.ABSENT)
    rows = (absent, make_target("a", "h"))
    for order in ("slowest scrape", "oldest scrape"):
        found = arranged((("p", rows),), order, search(""))
        assert [job for _, job in shown(found)] == ["a", "gone"]
