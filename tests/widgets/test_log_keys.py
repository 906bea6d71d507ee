"""The keys of a log that do more than move."""

from __future__ import annotations

from datetime import UTC, datetime

from textual import on

from tests.widgets.screen import Stage, screen_lines, screen_text
from tests.widgets.test_log_view import beat
from widgets.log_search import LogFilter
from widgets.log_view import LogView
from widgets.values import LogLine, TimeWords, Tone

DAY = TimeWords("UTC", lambda ns: f"{datetime.fromtimestamp(ns, UTC):%H:%M:%S}")
PLAIN = TimeWords("ns", str)


class LogStage(Stage):
    """Keeps what the user asked of it."""

    def __init__(self, view: LogView) -> None:
        super().__init__(view)
        self.view = view
        self.asked: list[object] = []

    @on(LogView.CopyAsked)
    def keep_copy(self, message: LogView.CopyAsked) -> None:
        self.asked.append([item.text for item in message.items])

    @on(LogView.EdgeReached)
    def keep_edge(self, message: LogView.EdgeReached) -> None:
        self.asked.append(message.direction)

    @on(LogView.LiveAsked)
    def keep_live(self) -> None:
        self.asked.append("live")


def stage(*lines: LogLine) -> LogStage:
    view = LogView(times=(DAY, PLAIN))
    view.append(lines)
    return LogStage(view)


def numbered(count: int, loud: int = -1) -> list[LogLine]:
    return [
        LogLine(f"line {n}.", Tone.CRITICAL if n == loud else Tone.TEXT, at_ns=n)
        for n in range(count)
    ]


async def test_a_filter_shows_its_lines_and_those_around() -> None:
    app = stage(*numbered(1000))
    async with app.run_test(size=(30, 9)) as pilot:
        app.view.chosen = LogFilter(r"\b500\b")
        await beat(pilot, app.view)
        assert [line[9:18] for line in screen_lines(app)[:2]] == ["line 500.", ""]
        await pilot.press("plus", "plus", "minus")
        await beat(pilot, app.view)
        assert [line[9:18] for line in screen_lines(app)[:3]] == [
            f"line {n}." for n in (499, 500, 501)
        ]
        assert "±1: 3" in "".join(span.text for span in app.view.words())


async def test_lines_that_come_are_filtered_too() -> None:
    app = stage(*numbered(10))
    async with app.run_test(size=(30, 9)) as pilot:
        app.view.chosen = LogFilter("!line")
        await beat(pilot, app.view)
        assert "no line passes the filter" in screen_text(app)
        app.view.append([LogLine("other"), LogLine("line 10.")])
        await beat(pilot, app.view)
        assert screen_text(app).strip() == "other"


async def test_e_goes_to_the_next_error_and_only_errors_are_a_key_away() -> None:
    app = stage(*numbered(5000, loud=1234))
    async with app.run_test(size=(30, 9)) as pilot:
        await pilot.press("E")
        await beat(pilot, app.view)
        assert "line 1234." in screen_text(app)
        assert not app.view.following
        await pilot.press("v", "v")
        await beat(pilot, app.view)
        assert [line.split()[1:3] for line in screen_lines(app) if line] == [
            ["line", "1234."]
        ]


async def test_marks_are_gone_to_and_copied_together() -> None:
    app = stage(*numbered(100))
    async with app.run_test(size=(30, 5)) as pilot:
        app.view._beat.strike()
        await pilot.press("space", "g", "apostrophe")
        await beat(pilot, app.view)
        assert "◆line 99." in screen_text(app)
        await pilot.press("y", "space", "y", "M")
        await pilot.pause()
        assert app.asked[-2:] == [["line 99."], ["line 99."]]


async def test_a_line_out_of_view_is_not_the_one_that_one_stands_on() -> None:
    app = stage(*numbered(1000, loud=500))
    async with app.run_test(size=(30, 9)) as pilot:
        app.view.search(r"line 5\d\d\.")
        await pilot.press("E")
        await beat(pilot, app.view)
        assert app.view.search_status == "match 1 of 100"
        await pilot.press("pageup", "pageup", "pageup", "y")
        assert app.asked == [["line 480."]]
        await pilot.press("e")
        await beat(pilot, app.view)
        await pilot.press("G", "y", "N", "y")
        await beat(pilot, app.view)
        assert app.asked[1:] == [["line 999."], ["line 599."]]
        await pilot.press("G")
        assert app.view.search_status == "100 matches"


async def test_a_filter_leaves_one_where_one_reads() -> None:
    app = stage(*numbered(1000))
    async with app.run_test(size=(30, 9)) as pilot:
        await pilot.press("g", "pagedown")
        first = screen_lines(app)[0]
        for typed in ("9", "99", "999", ""):
            app.view.chosen = LogFilter(typed)
            await beat(pilot, app.view)
        assert screen_lines(app)[0] == first
        for typed in ("9", "99", ""):
            app.view.chosen = LogFilter(typed)
            await beat(pilot, app.view)
            if typed:
                await pilot.press("pagedown")
        assert "line 899." in screen_lines(app)[0]


async def test_keys_of_less_go_by_pages() -> None:
    app = stage(*numbered(100))
    async with app.run_test(size=(30, 9)) as pilot:
        seen = []
        for key in ("g", "ctrl+f", "ctrl+f", "b", "ctrl+b"):
            await pilot.press(key)
            await beat(pilot, app.view)
            seen.append(int(screen_lines(app)[0].split()[2].rstrip(".")))
        assert seen == [0, 8, 16, 8, 0]


async def test_what_is_no_pattern_is_said_to_be_a_text() -> None:
    app = stage(*numbered(100))
    async with app.run_test(size=(30, 9)) as pilot:
        app.view.chosen = LogFilter("!line (")
        app.view.search("[")
        await beat(pilot, app.view)
        words = "".join(span.text for span in app.view.words())
        assert "& !line ( (as text): 100" in words
        assert "0 matches (as text)" in words
        app.view.search("line.")
        assert "match" in app.view.search_status
        assert "as text" not in app.view.search_status


async def test_a_long_line_is_broken_and_loses_no_letter() -> None:
    app = stage(LogLine("abcdefghij" * 6))
    async with app.run_test(size=(26, 6)) as pilot:
        await pilot.press("w")
        await beat(pilot, app.view)
        assert "".join(screen_lines(app)) == "abcdefghij" * 6
        assert len([line for line in screen_lines(app) if line]) == 3


async def test_what_else_is_known_stands_below_when_it_is_wanted() -> None:
    app = stage(LogLine("BTRFS error", at_ns=0, fields=(("seq", "12"), ("node", "a"))))
    async with app.run_test(size=(40, 6)) as pilot:
        await pilot.press("i")
        await beat(pilot, app.view)
        assert screen_lines(app)[:2] == [
            "00:00:00 BTRFS error",
            "           seq=12  node=a",
        ]


async def test_times_are_told_the_next_way() -> None:
    app = stage(LogLine("a", at_ns=61))
    async with app.run_test(size=(40, 6)) as pilot:
        await beat(pilot, app.view)
        assert screen_lines(app)[0] == "00:01:01 a"
        await pilot.press("u")
        await beat(pilot, app.view)
        assert screen_lines(app)[0] == "61 a"


async def test_older_lines_come_before_what_one_reads() -> None:
    app = stage(*numbered(50))
    async with app.run_test(size=(30, 5)) as pilot:
        app.view._beat.strike()
        await pilot.press("g", "k")
        await pilot.pause()
        assert app.asked == [-1]
        before = screen_lines(app)
        app.view.prepend([LogLine("older", at_ns=0)])
        await beat(pilot, app.view)
        assert [x[:12] for x in screen_lines(app)] == [x[:12] for x in before]
        await pilot.press("k")
        assert "older" in screen_lines(app)[0]


async def test_late_lines_stand_where_they_belong_and_move_nobody() -> None:
    app = stage(*numbered(50))
    async with app.run_test(size=(30, 5)) as pilot:
        await pilot.press("pageup", "space")
        before = screen_lines(app)
        app.view.merge([LogLine("late", at_ns=10)])
        await beat(pilot, app.view)
        assert [x[:18] for x in screen_lines(app)] == [x[:18] for x in before]
        assert [item.text for item in app.view.shown_items()[10:12]] == [
            "line 10.",
            "late",
        ]


async def test_the_end_of_the_past_is_not_the_present() -> None:
    app = stage(*numbered(50))
    async with app.run_test(size=(60, 5)) as pilot:
        app.view.past = "in the past: 14:00-14:30, End returns to live"
        await pilot.press("j", "G")
        await pilot.pause()
        assert app.asked == [1, "live"]
        assert not app.view.following
        assert app.view.status.startswith("in the past")


async def test_what_was_let_go_is_counted() -> None:
    view = LogView(capacity=100)
    view.append(numbered(250))
    app = LogStage(view)
    async with app.run_test(size=(60, 5)):
        words = "".join(span.text for span in view.words())
        assert words == "kept 100 of 250  following"


async def test_a_hundred_thousand_lines_are_read_in_slices() -> None:
    app = stage(*numbered(100_000, loud=3))
    async with app.run_test(size=(200, 60)) as pilot:
        view = app.view
        view.search("9.*1")
        for level in range(2):
            view.chosen = LogFilter(level=level)
            slices = 0
            while not view._book.is_complete:
                view._read()
                slices += 1
            assert slices > 2
        await pilot.pause()
        assert view.line_count == 100_000
