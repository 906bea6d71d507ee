"""The targets pane with more targets than anybody reads."""

from __future__ import annotations

from dataclasses import replace

from tests.estate import make_target
from tui.model.fleet import Cluster, Fleet
from tui.model.kept import Kept
from tui.model.target import Expected, Health
from tui.present.glyphs import UNICODE
from tui.present.target_list import row_of
from tui.present.targets import count_rows
from tui.present.targets_pane import MOST, PaneRows

JOBS = tuple(make_target(f"job-{n:04}", f"h{n}") for n in range(500))


def test_the_same_targets_make_no_row() -> None:
    maker, known = PaneRows(UNICODE), Kept(JOBS)
    assert maker.rows(known) is maker.rows(known)


def test_targets_that_were_only_scraped_again_give_the_very_rows_of_before() -> None:
    maker = PaneRows(UNICODE)
    before = maker.rows(Kept(JOBS))
    assert maker.rows(Kept(replace(each) for each in JOBS)) is before


def test_many_new_rows_are_not_made_by_one_who_has_no_time_for_them() -> None:
    maker, known = PaneRows(UNICODE), Kept(JOBS)
    assert maker.some_rows(known, most=100) is None
    rows = maker.rows(known)
    assert maker.some_rows(known, most=100) is rows
    assert maker.some_rows(Kept(JOBS[:50]), most=100) == rows[:50]


def test_after_a_refresh_rows_of_jobs_that_are_as_they_were_stay() -> None:
    maker = PaneRows(UNICODE)
    before = maker.rows(Kept(JOBS))
    another = make_target("job-0007", "other")
    after = maker.rows(Kept((*(replace(each) for each in JOBS), another)))
    assert sum(new is not old for new, old in zip(after, before, strict=True)) == 1
    assert "2/2" in after[7].cells[2].text


def test_of_very_many_problems_the_rest_is_counted() -> None:
    down = [
        make_target("j", f"h{n:04}", health=Health.DOWN, error="connection refused")
        for n in range(MOST + 300)
    ]
    rows = PaneRows(UNICODE).rows(Kept((*down, *JOBS)))
    assert len(rows) == MOST + 1 + len(JOBS)
    assert rows[MOST].cells[1].text == "300 more"


def test_what_is_expected_and_down_stands_before_what_is_in_no_inventory() -> None:
    unlisted = make_target("a", "h1", health=Health.DOWN, expected=Expected.UNLISTED)
    wanted = make_target("b", "h2", health=Health.DOWN)
    rows = PaneRows(UNICODE).rows(Kept((unlisted, wanted)))
    assert [row.cells[1].text for row in rows] == ["b", "a"]


def test_two_pools_that_scrape_the_same_are_as_many_rows_as_are_counted() -> None:
    one = make_target("a", "h1", health=Health.DOWN)
    assert one.target is not None
    two = replace(one, target=replace(one.target, scrape_pool="another"))
    known = Kept((one, two))
    assert len(PaneRows(UNICODE).rows(known)) == count_rows(known).down == 2
    assert row_of(Fleet((Cluster("prod", targets=known),)), "prod", two.key) is two
