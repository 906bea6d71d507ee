from __future__ import annotations

from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from tests.yardstick import best_ms
from tui.model.target import Health, InventoryTarget, Since, Target
from tui.triage.changes import NOTHING, Changes, follow
from tui.triage.inventory import rows

START = datetime(2026, 2, 27, 2, 0, tzinfo=UTC)
STEP = timedelta(seconds=10)


def target(
    job: str, instance: str, health: Health = Health.UP, path: str = "metrics"
) -> Target:
    labels = {"job": job, "instance": instance}
    return Target(labels, health, job, f"http://{instance}/{path}", "", None, 0, 10, 5)


def followed(*readings: tuple[Target, ...], step: timedelta = STEP) -> Changes:
    found = NOTHING
    for turn, listed in enumerate(readings):
        found = follow(found, listed, START + turn * step)
    return found


A, B = target("a", "h:1"), target("b", "h:2")
A_DOWN = replace(A, health=Health.DOWN)


def test_what_never_changed_is_so_at_least_since_it_was_first_read() -> None:
    changes = followed((A, B), (A, B), (A, B))
    assert changes.of(A) == Since(START, is_exact=False)


def test_a_target_that_turns_is_so_since_then() -> None:
    changes = followed((A, B), (A_DOWN, B), (A_DOWN, B))
    assert changes.of(A_DOWN) == Since(START + STEP)
    assert changes.of(B) == Since(START, is_exact=False)


def test_the_scrape_that_showed_it_tells_better_than_our_reading() -> None:
    seen = START + timedelta(seconds=3)
    turned = replace(A_DOWN, last_scrape=seen)
    assert followed((A,), (turned,)).of(turned) == Since(seen)


def test_a_server_with_a_clock_ahead_moves_nothing_into_the_future() -> None:
    turned = replace(A_DOWN, last_scrape=START + timedelta(hours=1))
    assert followed((A,), (turned,)).of(turned) == Since(START + STEP)


def test_a_server_with_a_clock_behind_moves_nothing_before_what_was_seen() -> None:
    turned = replace(A_DOWN, last_scrape=START - timedelta(hours=1))
    assert followed((A,), (turned,)).of(turned) == Since(START)


def test_what_turned_while_nothing_was_read_did_so_at_an_unknown_moment() -> None:
    changes = followed((A,), (A_DOWN,), step=timedelta(minutes=10))
    assert changes.of(A_DOWN) == Since(START + timedelta(minutes=10), is_exact=False)


def test_a_target_that_appears_is_there_since_then() -> None:
    assert followed((A,), (A, B)).of(B) == Since(START + STEP)
    assert followed((A,), (A, B), (A, B)).of(B) == Since(START + STEP)


def test_targets_of_one_address_are_told_apart_by_their_url() -> None:
    probes = target("a", "h:1", path="probes")
    down = replace(probes, health=Health.DOWN)
    changes = followed((A, probes), (A, down))
    assert changes.of(down) == Since(START + STEP)
    assert changes.of(A) == Since(START, is_exact=False)


def test_targets_of_one_url_are_told_apart_by_their_job() -> None:
    other = target("other", "h:1")
    changes = followed((A, other), (A_DOWN, other))
    assert changes.of(A_DOWN) == Since(START + STEP)
    assert changes.of(other) == Since(START, is_exact=False)


def line(job: str, instance: str | None) -> InventoryTarget:
    return InventoryTarget(job, instance, expected=True)


def absent_since(changes: Changes, of: InventoryTarget) -> Since | None:
    (row,) = rows(changes.listed, (of,), changes)
    assert row.health is Health.ABSENT
    return row.since


def test_a_target_that_is_gone_is_absent_since_then() -> None:
    changes = followed((A, B), (A,), (A,))
    assert absent_since(replace(changes, listed=()), line("b", "h:2")) == Since(
        START + STEP
    )
    assert changes.absence("b", "h") == Since(START + STEP)
    assert changes.absence("b", None) == Since(START + STEP)
    assert changes.absence("b", "h:3") == Since(START, is_exact=False)


def test_a_whole_job_is_absent_since_its_last_target_went() -> None:
    other = target("b", "h:3")
    changes = followed((A, B, other), (A, other), (A,))
    assert changes.absence("b", None) == Since(START + 2 * STEP)


def test_a_target_that_came_back_is_not_gone() -> None:
    changes = followed((A, B), (A,), (A, B))
    assert changes.absence("b", "h:2") == Since(START, is_exact=False)
    assert changes.of(B) == Since(START + 2 * STEP)


def test_nothing_is_remembered_of_what_is_gone_but_that() -> None:
    changes = followed((A, B), (A_DOWN, B), (B,), (B,))
    assert not changes.turned
    assert list(changes.gone) == [("a", "h:1")]


def test_nobody_who_watched_knows_nothing() -> None:
    (row,) = rows((A,), ())
    assert row.since is None


def test_20000_targets_are_followed_within_a_beat() -> None:
    before = tuple(
        target(f"job{n % 40:02}", f"10.0.{n // 250}.1") for n in range(20_000)
    )
    after = tuple(replace(each, scrape_seconds=0.1) for each in before)
    after = (replace(after[0], health=Health.DOWN), *after[1:])
    known = followed(before)
    assert len(follow(known, after, START + STEP).turned) == 1
    assert best_ms(lambda: follow(known, after, START + STEP)) < 50


def test_of_two_pools_that_scrape_one_url_each_has_its_own_time() -> None:
    """One of them may have the token that the other lacks."""
    other = replace(A, scrape_pool="another", health=Health.DOWN)
    served = replace(A, scrape_pool="another", labels={**A.labels, "service": "s"})
    changes = followed((A, other, served), (A, other, served, B))
    for each in (A, other, served):
        assert changes.of(each) == Since(START, is_exact=False)
    up = replace(other, health=Health.UP)
    changes = followed((A, other), (A, up))
    assert changes.of(A) == Since(START, is_exact=False)
    assert changes.of(up) == Since(START + STEP)
