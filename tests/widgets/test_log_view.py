from __future__ import annotations

from collections.abc import Iterable

import pytest
from textual import on
from textual.pilot import Pilot

from tests.widgets.screen import (
    Stage,
    screen_lines,
    screen_text,
    style_of,
    until,
    until_that,
)
from widgets.log_search import LogFilter
from widgets.log_view import LogView
from widgets.values import ASCII, LogLine, Mark, Span, Tone


class LogStage(Stage):
    """Keeps what the log says about itself."""

    def __init__(self, view: LogView) -> None:
        super().__init__(view)
        self.view = view
        self.told: list[tuple[str, str]] = []

    @on(LogView.StatusChanged)
    def keep(self, message: LogView.StatusChanged) -> None:
        self.told.append((message.status, message.search_status))


def lines(numbers: Iterable[int]) -> list[LogLine]:
    return [LogLine(f"line {number}.") for number in numbers]


def stage(count: int = 0, capacity: int = 100_000) -> LogStage:
    view = LogView(capacity=capacity)
    view.append(lines(range(count)))
    return LogStage(view)


async def beat(pilot: Pilot[None], view: LogView) -> None:
    """Let the time of one beat pass, by the end of which all is read."""
    while not view._book.is_complete:
        view._read()
    view._beat.strike()
    await pilot.pause()


async def at_rest(pilot: Pilot[None], view: LogView) -> None:
    """Wait until nothing is to be painted, and nothing was just now."""
    await until_that(pilot, lambda: not view._beat.is_due and not view._beat.is_resting)


async def test_the_newest_lines_are_in_view() -> None:
    app = stage(100)
    async with app.run_test(size=(30, 5)) as pilot:
        await beat(pilot, app.view)
        assert [line[:8] for line in screen_lines(app)] == [
            f"line {n}." for n in range(95, 100)
        ]
        app.view.append(lines([100]))
        await beat(pilot, app.view)
        assert screen_lines(app)[-1].startswith("line 100.")


async def test_time_and_origin_stand_before_the_text() -> None:
    app = stage()
    async with app.run_test(size=(44, 5)) as pilot:
        app.view.append(
            [
                LogLine("BTRFS error", at_text="02:13:35", gutter="w-2"),
                LogLine("calm", at_text="02:13:36", gutter="monitor"),
            ]
        )
        await beat(pilot, app.view)
        assert screen_lines(app)[:2] == [
            "02:13:35 w-2     BTRFS error",
            "02:13:36 monitor calm",
        ]


async def test_scrolling_up_pauses_and_counts_what_comes_meanwhile() -> None:
    app = stage(100)
    async with app.run_test(size=(30, 5)) as pilot:
        await beat(pilot, app.view)
        await pilot.press("k")
        before = screen_lines(app)
        app.view.append(lines(range(312)))
        await beat(pilot, app.view)
        assert [line[:8] for line in screen_lines(app)] == [line[:8] for line in before]
        assert app.view.status == "paused, 312 new"
        assert app.told[-1] == ("paused, 312 new", "")


@pytest.mark.parametrize("key", ["G", "end", "f"])
async def test_keys_follow_again(key: str) -> None:
    app = stage(100)
    async with app.run_test(size=(30, 5)) as pilot:
        await beat(pilot, app.view)
        await pilot.press("g")
        assert "line 0." in screen_text(app)
        assert not app.view.following
        await pilot.press(key)
        await beat(pilot, app.view)
        assert "line 99." in screen_text(app)
        assert app.told[-1] == ("following", "")


async def test_scrolling_down_to_the_end_follows_again() -> None:
    app = stage(100)
    async with app.run_test(size=(30, 5)) as pilot:
        await beat(pilot, app.view)
        await pilot.press("pageup", "j", "j", "j")
        assert app.view.status == "paused"
        await pilot.press("pagedown")
        assert app.view.status == "following"


async def test_a_reader_keeps_twice_as_many_lines_then_sees_the_oldest() -> None:
    app = stage(100, capacity=100)
    async with app.run_test(size=(30, 5)) as pilot:
        await beat(pilot, app.view)
        await pilot.press("g")
        app.view.append(lines(range(100, 200)))
        await beat(pilot, app.view)
        assert screen_lines(app)[0].startswith("line 0.")
        app.view.append(lines(range(200, 250)))
        await beat(pilot, app.view)
        assert screen_lines(app)[0].startswith("line 50.")
        assert app.view.line_count == 200


async def test_a_search_marks_and_counts_the_lines_that_match() -> None:
    app = stage(100)
    async with app.run_test(size=(30, 5)) as pilot:
        await beat(pilot, app.view)
        plain = style_of(app, "line 99.")
        app.view.search(r"9\d")
        await beat(pilot, app.view)
        assert app.view.search_status == "10 matches"
        assert style_of(app, "99") != plain
        app.view.search("")
        await beat(pilot, app.view)
        assert app.view.search_status == ""
        assert style_of(app, "line 99.") == plain


async def test_n_goes_from_match_to_match() -> None:
    app = stage(100)
    async with app.run_test(size=(30, 5)) as pilot:
        app.view.search("5")
        await beat(pilot, app.view)
        await pilot.press("g", "n", "n")
        await beat(pilot, app.view)
        assert app.view.search_status == "match 2 of 19"
        assert "line 15." in screen_text(app)
        await pilot.press("N", "N")
        await beat(pilot, app.view)
        assert app.view.search_status == "match 19 of 19"
        assert not app.view.following


async def test_who_asks_before_all_is_read_is_taken_to_the_match_later() -> None:
    app = stage(5_000)
    async with app.run_test(size=(30, 5)) as pilot:
        await beat(pilot, app.view)
        app.view.search(r"line 7\.")
        app.view.action_match(-1)
        assert "line 7." not in screen_text(app)
        await until(pilot, "line 7.")


async def test_n_without_a_match_stays_where_it_is() -> None:
    app = stage(100)
    async with app.run_test(size=(30, 5)) as pilot:
        await pilot.press("n")
        app.view.search("nothing of the kind")
        await beat(pilot, app.view)
        await pilot.press("n", "N")
        assert app.view.following
        assert app.view.search_status == "0 matches"


async def test_lines_that_come_are_searched_too() -> None:
    app = stage(1)
    async with app.run_test(size=(30, 5)) as pilot:
        app.view.search("line")
        app.view.append(lines([1]))
        await beat(pilot, app.view)
        assert app.view.search_status == "2 matches"


async def test_missing_lines_are_seen_to_be_missing() -> None:
    app = stage()
    async with app.run_test(size=(40, 5)) as pilot:
        gap = LogLine("gap: about 40 lines lost", Tone.WARNING, is_gap=True)
        app.view.append([*lines([1]), gap, *lines([42])])
        await beat(pilot, app.view)
        assert screen_lines(app)[1].startswith("╌╌ gap: about 40 lines lost ╌╌╌╌")
        assert style_of(app, "gap") == app.view.tone_style(Tone.WARNING)


async def test_marks_are_drawn_in_their_own_tone() -> None:
    app = stage()
    async with app.run_test(size=(40, 5)) as pilot:
        app.view.append([LogLine("BTRFS error", marks=(Mark(0, 5, Tone.CRITICAL),))])
        await beat(pilot, app.view)
        assert style_of(app, "BTRFS") == app.view.tone_style(Tone.CRITICAL)
        assert style_of(app, " error") == app.view.tone_style(Tone.TEXT)


async def test_a_mark_beyond_the_end_of_its_line_is_harmless() -> None:
    app = stage()
    async with app.run_test(size=(40, 5)) as pilot:
        app.view.append([LogLine("short", marks=(Mark(3, 99, Tone.CRITICAL),))])
        await beat(pilot, app.view)
        assert screen_lines(app)[0] == "short"


async def test_a_long_line_can_be_read_sideways() -> None:
    app = stage()
    async with app.run_test(size=(20, 3)) as pilot:
        app.view.append([LogLine("0123456789" * 5, at_text="t")])
        await beat(pilot, app.view)
        assert screen_lines(app)[0] == "t 0123456789012345…"
        await pilot.press("l")
        assert screen_lines(app)[0] == "t 8901234567890123…"
        await pilot.press("h", "h")
        assert screen_lines(app)[0] == "t 0123456789012345…"


async def test_what_comes_from_outside_is_never_markup() -> None:
    app = stage()
    async with app.run_test(size=(50, 5)) as pilot:
        app.view.append([LogLine("[/nope] \x1b[31mred\x1b[0m 漢字 e\u0301 \u202eabc")])
        await beat(pilot, app.view)
        assert screen_lines(app)[0] == "[/nope] �red� 漢字 e\u0301 �abc"


async def test_an_empty_log_says_what_that_means() -> None:
    app = stage()
    app.view.empty = (Span("connecting", Tone.QUIET),)
    async with app.run_test(size=(30, 5)) as pilot:
        assert screen_text(app) == "connecting"
        app.view.append(lines([1]))
        await beat(pilot, app.view)
        app.view.clear()
        await beat(pilot, app.view)
        assert screen_text(app) == "connecting"


async def test_what_replaces_a_log_at_once_is_painted_with_no_blank_between() -> None:
    app = stage(3)
    async with app.run_test(size=(30, 5)) as pilot:
        await at_rest(pilot, app.view)
        painted = []
        paint = app.view._beat._paint

        def noted() -> bool:
            painted.append(app.view.line_count)
            return paint()

        app.view._beat._paint = noted
        app.view.clear()
        app.view.append(lines([7]))
        assert painted == []
        await at_rest(pilot, app.view)
        assert painted == [1]
        assert screen_text(app) == "line 7."


async def test_a_log_that_is_not_painted_yet_blames_no_filter() -> None:
    app = stage(3)
    async with app.run_test(size=(30, 5)) as pilot:
        await at_rest(pilot, app.view)
        app.view.clear()
        app.view.append(lines([7]))
        assert "filter" not in screen_text(app)
        app.view.chosen = LogFilter("nothing of the kind")
        await beat(pilot, app.view)
        assert screen_text(app) == "no line passes the filter"


async def test_after_clearing_old_pictures_are_not_shown() -> None:
    app = stage(3)
    async with app.run_test(size=(30, 5)) as pilot:
        await beat(pilot, app.view)
        app.view.clear()
        app.view.append([LogLine("new")])
        await beat(pilot, app.view)
        assert screen_text(app) == "new"


async def test_a_new_line_draws_one_line_afresh() -> None:
    app = stage(1000)
    async with app.run_test(size=(80, 40)) as pilot:
        await beat(pilot, app.view)
        app.view.append(lines([1000]))
        await beat(pilot, app.view)
        built = app.view.strips_built
        app.view.append(lines([1001]))
        await beat(pilot, app.view)
        # The line itself, and two where the scroll bar's end passes over a line.
        assert app.view.strips_built - built <= 3


async def test_lines_that_come_fast_are_painted_once_a_beat() -> None:
    app = stage(1000)
    async with app.run_test(size=(80, 40)) as pilot:
        await beat(pilot, app.view)
        built = app.view.strips_built
        for number in range(50):
            app.view.append(lines(range(number * 100, number * 100 + 100)))
        await beat(pilot, app.view)
        assert app.view.strips_built - built <= 2 * 40


async def test_what_somebody_asks_for_waits_for_no_beat() -> None:
    app = stage(1000)
    async with app.run_test(size=(80, 40)) as pilot:
        await beat(pilot, app.view)
        app.view.append(lines(range(100)))
        app.view.append(lines(range(100)))
        assert app.view._beat.is_due
        app.view.search("9")
        assert not app.view._beat.is_due


async def test_a_log_that_is_at_rest_needs_no_timer() -> None:
    app = stage(3)
    async with app.run_test(size=(30, 5)) as pilot:
        await beat(pilot, app.view)
        app.view._beat.strike()
        assert not app.view._beat.is_resting


async def test_ascii_glyphs_make_an_ascii_screen() -> None:
    view = LogView(glyphs=ASCII)
    view.append([*lines(range(20)), LogLine("lost", is_gap=True), LogLine("x" * 99)])
    app = LogStage(view)
    async with app.run_test(size=(30, 5)) as pilot:
        await beat(pilot, view)
        assert screen_text(app).isascii()
