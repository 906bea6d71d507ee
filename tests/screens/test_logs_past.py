"""Entries that are older than those that are kept, read from Loki."""

from __future__ import annotations

from msgspec.structs import replace
from textual.widgets import Input

from tests.estate import make_entry
from tests.fakes import FakeArchive
from tests.judged import NOW
from tests.screens.stage import Stage, on_stage
from tui.model.fault import Fault, FaultKind
from tui.model.log import Entry, LogSpan
from tui.model.unix import to_ns
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
    await stage.until_that(lambda: log.line_count >= count, count)


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
        await stage.until("in the past: 11-20 23:43")
        await stage.press("end")
        await stage.until("following")
        assert texts(stage)[-1] == "the newest"


async def test_half_an_hour_back_and_on_again_leads_to_what_is_live() -> None:
    every = numbered(3 * 3600)
    async with on_stage((120, 36)) as stage:
        stage.backend.logs = {"prod": every[-50:]}
        stage.backend.archive.kept = {"prod": every}
        await stage.press("L", "1", "left_square_bracket")
        await stage.until("in the past: 01:43")
        await stage.clock.advance(3)
        await stage.press("right_square_bracket")
        await stage.until("following")


async def test_a_time_that_loki_does_not_tell_of_is_not_said_to_be_empty() -> None:
    async with on_stage((120, 36)) as stage:
        fault = Fault(FaultKind.TIMEOUT, "no answer within 5 s")
        stage.backend.archive.kept = {"prod": numbered(3 * 3600)}
        stage.backend.archive.fault = fault
        await stage.press("L", "1", "at", *"-2h", "enter")
        await stage.until("Loki did not answer: prod: no answer within 5 s; down tries")
        assert "nothing from this time" not in stage.text


async def test_what_is_no_time_is_refused_with_examples() -> None:
    async with on_stage((120, 36)) as stage:
        await stage.press("L", "at", *"soon", "enter")
        (said,) = stage.app._notifications
        assert "'soon' is no time. Type -2h, 14:05, " in said.message


async def test_what_a_time_means_is_told_while_one_types() -> None:
    async with on_stage((120, 36)) as stage:
        await stage.press("L", "at")
        await stage.until("goes to -2h, 14:05, 2026-02-27 03:10")
        await stage.press(*"02:00")
        await stage.until("goes to 2026-11-21 02:00:00 UTC, 13m ago")
        await stage.press(*"-02:05")
        await stage.until("shows 2026-11-21 02:00:00 to 02:05:00 UTC, 5m")
        await stage.press(*"x")
        await stage.until("is no time")


async def test_a_time_is_completed_by_the_right_arrow() -> None:
    async with on_stage((120, 36)) as stage:
        await stage.press("L", "at", "0", "1")
        bar = stage.app.screen.query_one("#search", Input)
        await stage.until_that(lambda: bar._suggestion == "01:00")
        await stage.press("right")
        assert bar.value == "01:00"


async def test_a_stretch_of_time_is_shown_whole_and_no_more() -> None:
    every = numbered(3 * 3600)
    async with on_stage((120, 36)) as stage:
        stage.backend.logs = {"prod": every[-50:]}
        stage.backend.archive.kept = {"prod": every}
        await stage.press("L", "1", "at", *"-2h..-110m", "enter")
        await stage.until("in the past: 00:13-00:23, End returns to live")
        await until_lines(stage, 600)
        assert texts(stage) == [f"prod {n:05}" for n in range(3599, 4199)]
        await stage.press("right_square_bracket")
        await stage.until("in the past: 00:23-00:33")
        await until_lines(stage, 600)
        assert texts(stage) == [f"prod {n:05}" for n in range(4199, 4799)]


async def test_behind_a_stretch_one_scrolls_on_without_a_seam() -> None:
    every = numbered(3600, same=7)
    async with on_stage((120, 36)) as stage:
        stage.backend.logs = {"prod": every[-50:]}
        stage.backend.archive.kept = {"prod": every}
        await stage.press("L", "1", "at", *"-5m..-4m", "enter")
        await stage.until("in the past: 02:08:47-02:09:47")
        log = stage.app.screen.query_one(LogView)
        before = log.line_count
        for _ in range(20):
            await stage.press("pagedown")
        await until_lines(stage, before + 100)
        found = [int(each.split()[1]) for each in texts(stage)]
        assert found == list(range(found[0], found[0] + len(found)))


async def test_what_a_stretch_has_no_lines_of_is_said() -> None:
    async with on_stage((120, 36)) as stage:
        await stage.press("L", "1", "at", *"-2h..-1h", "enter")
        await stage.until("Loki has nothing of this time")
        await stage.until("in the past: 00:13-01:13")


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


async def test_an_empty_time_of_one_class_is_not_called_empty() -> None:
    every = numbered(50)
    async with on_stage((120, 36)) as stage:
        stage.backend.archive.kept = {"prod": every}
        await stage.press("L", "c", "@")
        await stage.press(*"-30s..-10s", "enter")
        await stage.until("Loki has nothing of btrfs of this time")
        await stage.until("in the past: 02:13:17-02:13:37, ")
