"""Entries that are older than those that are kept, read from Loki."""

from __future__ import annotations

from dataclasses import replace

from tests.estate import make_entry
from tests.fakes import FakeArchive
from tests.judged import NOW
from tests.screens.stage import Stage, on_stage
from tui.model.fault import Fault, FaultKind
from tui.model.log import Entry, LogSpan
from tui.present.units import to_ns
from tui.screens.log_pages import LogPages
from widgets.log_view import LogView

MINUTE = 60_000_000_000


def numbered(count: int, name: str = "prod", same: int = 1) -> tuple[Entry, ...]:
    """Entries, the last one now; so many share each nanosecond."""
    end = to_ns(NOW)
    return tuple(
        replace(
            make_entry(f"{name} {n:05}"),
            at_ns=end - (count - 1 - n) // same * 1_000_000_000,
        )
        for n in range(count)
    )


def texts(stage: Stage) -> list[str]:
    log = stage.app.screen.query_one(LogView)
    return [log.teller.text(item) for item in log.kept_items()]


async def until_lines(stage: Stage, count: int) -> None:
    log = stage.app.screen.query_one(LogView)
    for _ in range(200):
        if log.line_count >= count:
            return
        await stage.pilot.pause(0.01)
    raise AssertionError(f"{log.line_count} of {count} lines")


async def test_scrolling_up_at_the_top_reads_older_entries_without_a_seam() -> None:
    every = numbered(500, same=7)
    async with on_stage((120, 36)) as stage:
        stage.backend.logs = {"prod": every[-50:]}
        stage.backend.archive.kept = {"prod": every}
        await stage.press("L", "1")
        for count in (150, 250, 350, 450, 500):
            await stage.press("g", "g")
            await until_lines(stage, count)
        assert texts(stage) == [f"prod {n:05}" for n in range(500)]


async def test_older_entries_of_several_clusters_come_in_the_order_of_time() -> None:
    archive = FakeArchive()
    archive.page = 10
    many, few = numbered(100, "a"), numbered(7, "b")
    archive.kept = {"a": many, "b": few}
    span = LogSpan(0, to_ns(NOW) + 1)
    for forward in (False, True):
        pages = LogPages(archive, {"a": span, "b": span}, forward=forward)
        found: list[int] = []
        while not pages.is_over:
            times = [item.at_ns or 0 for _, item in await pages.more()]
            assert times == sorted(times)
            found = found + times if forward else times + found
        assert found == sorted(found)
        assert len(found) == 107


async def test_a_time_in_the_past_is_plainly_in_the_past_and_end_leads_back() -> None:
    every = numbered(3 * 3600)
    async with on_stage((120, 36)) as stage:
        stage.backend.logs = {"prod": every[-50:]}
        stage.backend.archive.kept = {"prod": every}
        await stage.press("L", "1", "at", *"-2h", "enter")
        await stage.until("in the past: 00:13-00:15, End returns to live")
        assert texts(stage)[0] == "prod 03599"
        stage.backend.log("prod", make_entry("the newest"))
        await stage.settle()
        assert "the newest" not in texts(stage)
        await stage.press("left_square_bracket")
        await stage.until("in the past: 23:43")
        await stage.press("end")
        await stage.until("following")
        assert texts(stage)[-1] == "the newest"


async def test_what_is_no_time_is_refused_with_examples() -> None:
    async with on_stage((120, 36)) as stage:
        await stage.press("L", "at", *"soon", "enter")
        (said,) = stage.app._notifications
        assert "No time in the past: type -2h, 14:05 or" in said.message


async def test_a_loki_that_does_not_answer_is_told_and_asked_again() -> None:
    every = numbered(200)
    async with on_stage((120, 36)) as stage:
        stage.backend.logs = {"prod": every[-50:]}
        stage.backend.archive.kept = {"prod": every}
        stage.backend.archive.fault = Fault(FaultKind.UNREACHABLE, "connection refused")
        await stage.press("L", "1", "g", "g")
        (said,) = stage.app._notifications
        assert said.message == "Loki did not answer: prod: connection refused"
        stage.backend.archive.fault = None
        await stage.press("g")
        await until_lines(stage, 150)
        assert texts(stage) == [f"prod {n:05}" for n in range(50, 200)]
