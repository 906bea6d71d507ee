from __future__ import annotations

import pytest
from msgspec.structs import replace

from tui.model.target import Expected, Health, InventoryTarget, Target, TargetRow
from tui.triage.changes import NOTHING
from tui.triage.inventory import Rows, rows


def target(job: str, instance: str, health: Health = Health.UP) -> Target:
    labels = {"job": job, "instance": instance}
    return Target(labels, health, job, f"http://{instance}/metrics", "", None, 0, 10, 5)


def line(job: str, instance: str | None, *, expected: bool = True) -> InventoryTarget:
    return InventoryTarget(job, instance, expected, "because")


def facts(found: tuple[TargetRow, ...]) -> list[tuple[str, str, str, str]]:
    return [(r.job, r.instance, r.expected.value, r.health.value) for r in found]


@pytest.mark.parametrize("health", [Health.UP, Health.DOWN, Health.UNKNOWN])
@pytest.mark.parametrize(
    ("inventory", "expected"),
    [
        ((line("a", "10.0.0.1:9100"),), Expected.YES),
        ((line("a", None),), Expected.YES),
        ((line("a", "10.0.0.1:9100", expected=False),), Expected.NO),
        ((line("a", None, expected=False),), Expected.NO),
        ((), Expected.UNLISTED),
    ],
)
def test_what_is_there_keeps_its_health_whatever_the_inventory_says(
    health: Health, inventory: tuple[InventoryTarget, ...], expected: Expected
) -> None:
    (row,) = rows((target("a", "10.0.0.1:9100", health),), inventory)
    assert (row.expected, row.health) == (expected, health)
    assert row.target is not None


@pytest.mark.parametrize("expected", [True, False])
@pytest.mark.parametrize("instance", ["10.0.0.1:9100", None])
def test_a_line_that_nothing_matches_is_an_absent_row(
    instance: str | None, expected: bool
) -> None:
    (row,) = rows((), (line("a", instance, expected=expected),))
    assert row.health is Health.ABSENT
    assert row.expected is (Expected.YES if expected else Expected.NO)
    assert (row.instance, row.reason, row.target) == (instance or "", "because", None)


@pytest.mark.parametrize(
    ("listed", "instance", "matches"),
    [
        ("10.10.0.40", "10.10.0.40", True),
        ("10.10.0.40", "10.10.0.40:10250", True),
        ("10.10.0.40:10250", "10.10.0.40:10250", True),
        ("10.10.0.40:10250", "10.10.0.40:9100", False),
        ("10.10.0.40:10250", "10.10.0.40", False),
        ("10.10.0.4", "10.10.0.40:10250", False),
        ("talos-wk-1", "talos-wk-1:10250", True),
        ("fd00::1", "[fd00::1]:9100", True),
        ("fd00:", "fd00::1", False),
    ],
)
def test_a_line_without_a_port_stands_for_every_port_of_its_host(
    listed: str, instance: str, matches: bool
) -> None:
    found = rows((target("a", instance),), (line("a", listed),))
    (scraped,) = [row for row in found if row.target]
    assert scraped.expected is (Expected.YES if matches else Expected.UNLISTED)
    assert len(found) == (1 if matches else 2)


def test_another_job_s_line_is_not_a_target_s_own() -> None:
    found = rows((target("kube-proxy-exporter", "x"),), (line("kube-proxy", None),))
    assert facts(found) == [
        ("kube-proxy", "", "yes", "absent"),
        ("kube-proxy-exporter", "x", "unlisted", "up"),
    ]


def test_the_closest_line_wins() -> None:
    inventory = (
        line("a", None, expected=False),
        line("a", "h", expected=True),
        line("a", "h:2", expected=False),
    )
    targets = (target("a", "h:1"), target("a", "h:2"), target("a", "i:1"))
    found = {row.instance: row.expected for row in rows(targets, inventory)}
    assert found == {"h:1": Expected.YES, "h:2": Expected.NO, "i:1": Expected.NO}


def test_the_worst_comes_first() -> None:
    targets = (
        target("up", "1"),
        target("down", "1", Health.DOWN),
        target("strange", "1", Health.DOWN),
        target("fresh", "1", Health.UNKNOWN),
        target("unwanted", "1"),
    )
    inventory = (
        line("up", None),
        line("down", None),
        line("gone", "1"),
        line("fresh", None),
        line("unwanted", None, expected=False),
        line("off", None, expected=False),
    )
    order = [row.job for row in rows(targets, inventory)]
    assert order == ["down", "gone", "strange", "unwanted", "fresh", "up", "off"]


def test_rows_of_what_was_not_scraped_since_are_the_same_objects() -> None:
    one, other = target("a", "x"), target("b", "y", Health.DOWN)
    kept = Rows()
    before = kept.of((one, other), (line("c", None),), NOTHING)
    again = replace(one, scrape_seconds=0.5)
    after = kept.of((again, other), (line("c", None),), NOTHING)
    assert after == rows((again, other), (line("c", None),))
    assert [new is old for old, new in zip(before, after, strict=True)] == [
        row.job != "a" for row in before
    ]


@pytest.mark.parametrize(
    "listed",
    [
        (target("a", "x", Health.DOWN), target("b", "y")),
        (target("a", "x"), target("b", "z")),
        (target("a", "x"),),
        (target("a", "x"), target("b", "y"), target("kube-proxy", "p")),
    ],
)
def test_rows_kept_from_before_are_what_they_would_be_if_made_anew(
    listed: tuple[Target, ...],
) -> None:
    inventory = (line("b", "y"), line("kube-proxy", None, expected=False))
    kept = Rows()
    kept.of((target("a", "x"), target("b", "y")), inventory, NOTHING)
    assert kept.of(listed, inventory, NOTHING) == rows(listed, inventory)
