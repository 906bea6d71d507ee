"""The targets pane with more targets than anybody reads."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.estate import make_target
from tests.widgets.screen import Stage, screen_lines
from tui.model.fleet import Cluster, Fleet
from tui.model.kept import Kept
from tui.model.target import Expected, Health
from tui.present.glyphs import UNICODE
from tui.present.target_list import row_of
from tui.present.targets import PANE_COLUMNS, count_rows
from tui.present.targets_pane import MOST, PaneRows
from widgets.row_table import RowTable

JOBS = tuple(make_target(f"job-{n:04}", f"h{n}") for n in range(500))
REFUSED = "dial tcp 10.64.67.201:9100: connect: connection refused"
UNTRUSTED = "tls: failed to verify certificate: x509: signed by unknown authority"


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


def test_only_what_tells_targets_of_a_job_apart_is_told_of_their_addresses() -> None:
    instances = ("10.64.67.20:9100", "10.64.67.21:9100", "h1:9100", "h1:9101", "h2")
    down = [
        make_target("node", each, health=Health.DOWN, error="connection refused")
        for each in instances
    ]
    rows = PaneRows(UNICODE).rows(Kept(down))
    told = [row.cells[2].spans[0].text.strip() for row in rows]
    assert told == ["10.64.67.20", "10.64.67.21", "h1:9100", "h1:9101", "h2"]


def test_an_ipv6_address_without_a_port_loses_nothing() -> None:
    down = [
        make_target("node", each, health=Health.DOWN)
        for each in ("fe80::1", "[fe80::2]:9100")
    ]
    rows = PaneRows(UNICODE).rows(Kept(down))
    told = [row.cells[2].spans[0].text.strip() for row in rows]
    assert sorted(told) == ["fe80::1", "fe80::2"]


@pytest.mark.parametrize(
    ("width", "error", "why"),
    [
        *((width, REFUSED, "refused") for width in range(50, 67, 2)),
        *((width, UNTRUSTED, "TLS: unknown authority") for width in range(54, 67, 2)),
    ],
)
async def test_why_and_the_end_of_the_address_are_read_in_a_narrow_column(
    width: int, error: str, why: str
) -> None:
    down = [
        make_target(job, f"10.64.67.{n}:9100", health=Health.DOWN, error=error)
        for job in ("node", "talos-node-exporter", "proxmox-carrick")
        for n in (201, 202)
    ]
    table = RowTable(PANE_COLUMNS, show_header=False)
    table.rows = PaneRows(UNICODE).rows(Kept(down))
    app = Stage(table)
    # A column of the fleet has a frame on both sides.
    async with app.run_test(size=(width - 2, len(down) + 1)):
        lines = [line.rstrip() for line in screen_lines(app)[: len(down)]]
    assert all(why in line for line in lines), lines
    assert [line[-3:] for line in lines] == ["201", "202"] * 3


@pytest.mark.parametrize("width", range(50, 67, 4))
async def test_what_is_well_stands_in_one_column(width: int) -> None:
    jobs = ("node", "talos-node-exporter", "argocd-server-metrics")
    refused = make_target("kube-controller-manager", "", expected=Expected.NO)
    absent = replace(refused, health=Health.ABSENT, target=None)
    down = make_target("proxmox", "h1:1", health=Health.DOWN, error=UNTRUSTED)
    known = (down, *(make_target(job, "h1") for job in jobs), absent)
    table = RowTable(PANE_COLUMNS, show_header=False)
    table.rows = PaneRows(UNICODE).rows(Kept(known))
    async with Stage(table).run_test(size=(width - 2, 6)) as pilot:
        lines = screen_lines(pilot.app)
    starts = {line.index("1/1") for line in lines if "1/1" in line}
    assert len(starts) == 1
    assert "not expected, absent" in lines[4]
