from __future__ import annotations

from time import perf_counter

from msgspec.structs import replace

from tests.estate import make_fleet
from tui.model.target import TargetRow
from tui.present.glyphs import UNICODE
from tui.present.named import MOST, directory, matches
from widgets.values import Row


def names(rows: tuple[Row, ...]) -> list[str]:
    return [row.cells[1].text for row in rows]


def test_everything_of_the_fleet_that_can_be_opened_is_in_it() -> None:
    fleet = make_fleet()
    known = directory(fleet, UNICODE)
    wanted = sum(
        len(each.alerts or ())
        + len(each.findings)
        + len(each.nodes)
        + len(each.targets or ())
        for each in fleet.clusters
    )
    assert len(known.entries) == wanted + len(fleet.unassigned_alerts)
    assert {entry.row.key for entry in known.entries} == set(known.things)


def test_before_anything_is_known_it_is_empty() -> None:
    assert directory(None, UNICODE).entries == ()


def test_what_two_servers_tell_of_is_in_it_twice() -> None:
    fleet = make_fleet()
    prod = fleet.clusters[0]
    twice = replace(prod, alerts=(prod.alerts or ())[:1] * 2, findings=())
    known = directory(replace(fleet, clusters=(twice,)), UNICODE)
    assert len({entry.row.key for entry in known.entries}) == len(known.entries)


def test_a_name_that_begins_or_ends_so_comes_before_one_that_holds_it() -> None:
    fleet = make_fleet()
    node = fleet.clusters[0].nodes[0]
    cluster = replace(
        fleet.clusters[0],
        alerts=(),
        findings=(),
        targets=(),
        nodes=tuple(
            replace(node, name=name, address=f"10.0.0.{number}")
            for number, name in enumerate(("awk2b", "a-wk2b", "a-wk2", "wk2-a", "wk2"))
        ),
    )
    known = directory(replace(fleet, clusters=(cluster,)), UNICODE)
    found = names(matches(known.entries, "WK2"))
    assert found == ["wk2", "wk2-a", "a-wk2", "a-wk2b", "awk2b"]


def test_all_words_have_to_be_there_and_none_behind_an_exclamation_mark() -> None:
    known = directory(make_fleet(), UNICODE)
    kinds = {row.cells[0].text for row in matches(known.entries, "node prod")}
    assert "node" in kinds
    assert "node" not in {
        row.cells[0].text for row in matches(known.entries, "prod !node")
    }


def test_among_thousands_it_takes_no_time_that_a_key_would_wait_for() -> None:
    fleet = make_fleet()
    prod = fleet.clusters[0]
    one = (prod.targets or ())[0]
    many = tuple(
        TargetRow(one.job, f"10.0.{n // 250}.{n % 250}:9100", one.expected, one.health)
        for n in range(20_000)
    )
    crowd = replace(fleet, clusters=(replace(prod, targets=many),))
    known = directory(crowd, UNICODE)
    began = perf_counter()
    rows = matches(known.entries, "10.0.7")
    assert perf_counter() - began < 0.2
    assert len(rows) == MOST
