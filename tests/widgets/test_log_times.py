from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.widgets.screen import Stage, screen_lines
from tui.model.unix import to_ns
from tui.present.log_lines import times
from widgets.log_view import LogView
from widgets.values import LogLine

TEN_TO = datetime(2026, 2, 26, 23, 50, tzinfo=UTC)
LATE = datetime(2026, 2, 26, 23, 59, 59, tzinfo=UTC)
MIDNIGHT = datetime(2026, 2, 27, tzinfo=UTC)
EARLY = datetime(2026, 2, 27, 0, 0, 1, tzinfo=UTC)


class Stood:
    """A clock that stands where it is put."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


def stage(at: datetime, *lines: datetime) -> tuple[Stage, LogView, Stood]:
    clock = Stood(at)
    view = LogView(times=times(clock.now))
    view.append([LogLine("text", at_ns=to_ns(each), gutter="w-2") for each in lines])
    return Stage(view), view, clock


async def test_of_today_only_the_time_of_the_day_is_told() -> None:
    app, view, _ = stage(EARLY, MIDNIGHT, EARLY)
    async with app.run_test(size=(40, 4)) as pilot:
        view._beat.strike()
        await pilot.pause()
        assert [line[:17] for line in screen_lines(app)[:2]] == [
            "00:00:00 w-2 text",
            "00:00:01 w-2 text",
        ]


@pytest.mark.parametrize("columns", [40, 80])
async def test_one_line_of_yesterday_gives_all_in_view_their_day(columns: int) -> None:
    app, view, _ = stage(EARLY, LATE, EARLY)
    async with app.run_test(size=(columns, 4)) as pilot:
        view._beat.strike()
        await pilot.pause()
        assert [line[:23] for line in screen_lines(app)[:2]] == [
            "02-26 23:59:59 w-2 text",
            "02-27 00:00:01 w-2 text",
        ]


async def test_the_day_goes_with_the_last_line_of_yesterday() -> None:
    app, view, _ = stage(EARLY, LATE, *[EARLY] * 4)
    async with app.run_test(size=(40, 4)) as pilot:
        view._beat.strike()
        await pilot.pause()
        assert screen_lines(app)[0].startswith("00:00:01 w-2 text")
        await pilot.press("g")
        assert screen_lines(app)[0].startswith("02-26 23:59:59 w-2 text")
        await pilot.press("G")
        assert screen_lines(app)[0].startswith("00:00:01 w-2 text")


async def test_a_log_at_rest_tells_the_day_when_midnight_has_passed() -> None:
    app, view, clock = stage(LATE, TEN_TO)
    async with app.run_test(size=(40, 4)) as pilot:
        view._beat.strike()
        await pilot.pause()
        assert screen_lines(app)[0].startswith("23:50:00 w-2 text")
        clock.at = MIDNIGHT
        view.turn_of_day()
        view._beat.strike()
        await pilot.pause()
        assert screen_lines(app)[0].startswith("02-26 23:50:00 w-2 text")
