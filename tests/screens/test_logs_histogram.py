"""How many entries and errors came when, above the log."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.estate import make_entry
from tests.screens.stage import Stage, on_stage
from tests.screens.test_logs_past import numbered
from tui.model.fault import Fault, FaultKind
from tui.model.log import Entry
from widgets.histogram import Histogram

BAD = "BTRFS error (device sdb): parent transid verify failed on 1 wanted 2 found 1"


def with_an_error(entries: tuple[Entry, ...], place: int) -> tuple[Entry, ...]:
    bad = replace(entries[place], line=BAD)
    return (*entries[:place], bad, *entries[place + 1 :])


def strip(stage: Stage) -> Histogram:
    return stage.app.screen.query_one(Histogram)


@pytest.mark.parametrize(
    ("size", "rows"), [((200, 60), 3), ((80, 24), 1), ((80, 20), 0)]
)
async def test_the_bars_take_the_room_that_there_is(
    size: tuple[int, int], rows: int
) -> None:
    async with on_stage(size) as stage:
        await stage.press("L")
        pane = strip(stage)
        assert (pane.outer_size.height if pane.display else 0) == rows


async def test_what_is_kept_is_counted_with_its_errors() -> None:
    async with on_stage((120, 36)) as stage:
        stage.backend.logs = {"prod": with_an_error(numbered(120), 60)}
        await stage.press("L", "1")
        await stage.until("most 10 in 10s, 1 error")
        bars = strip(stage).bars
        assert (sum(bars.counts), sum(bars.errors)) == (120, 1)
        assert (bars.begin, bars.end) == ("02:11", "02:13")


async def test_what_arrives_is_counted() -> None:
    async with on_stage((120, 36)) as stage:
        stage.backend.logs = {"prod": numbered(20)}
        await stage.press("L", "1")
        assert sum(strip(stage).bars.counts) == 20
        stage.backend.log("prod", make_entry(BAD))
        await stage.until("1 error")
        assert sum(strip(stage).bars.counts) == 21


async def test_loki_counts_the_past_errors_by_the_catalogue() -> None:
    every = with_an_error(numbered(3 * 3600), 3700)
    async with on_stage((120, 36)) as stage:
        stage.backend.logs = {"prod": every[-50:]}
        stage.backend.archive.kept = {"prod": every}
        await stage.press("L", "1", "at", *"-2h", "enter")
        await stage.until(", 1 error")
        bars = strip(stage).bars
        assert (bars.begin, bars.end) == ("00:13", "00:43")
        assert max(bars.counts) == 24
        assert sum(bars.errors) == 1
        await stage.press("end")
        await stage.until("following")
        assert sum(strip(stage).bars.counts) == 50


async def test_a_loki_that_does_not_count_is_no_calm_one() -> None:
    async with on_stage((120, 36)) as stage:
        every = numbered(3 * 3600)
        stage.backend.archive.kept = {"prod": every}
        stage.backend.archive.fault = Fault(FaultKind.UNREACHABLE, "connection refused")
        await stage.press("L", "1", "at", *"-2h", "enter")
        await stage.until("? not counted: prod: connection refused")
        assert strip(stage).bars.counts == ()


async def test_older_lines_widen_the_bars() -> None:
    every = numbered(500)
    async with on_stage((120, 36)) as stage:
        stage.backend.logs = {"prod": every[-50:]}
        stage.backend.archive.kept = {"prod": every}
        await stage.press("L", "1", "g", "g")
        await stage.until_that(lambda: sum(strip(stage).bars.counts) >= 150)
        assert sum(strip(stage).bars.counts) == 150
