from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable
from math import inf, nan

import pytest
from msgspec.structs import replace

from tests.widgets.screen import Stage, screen_text, style_of, until
from widgets.chart import Chart, render_chart
from widgets.text import width_of
from widgets.values import ASCII, UNICODE, Axis, Glyphs, Line, Plot, Series, Tick, Tone

UP = Plot(
    (Series(range(60), [14.0] * 30 + [None] * 10 + [12.0] * 20),),
    Axis(0, 59),
    Axis(0, 14, (Tick(14, "14"), Tick(0, "0"))),
)


def texts(plot: Plot, width: int, height: int, glyphs: Glyphs = UNICODE) -> list[str]:
    lines = render_chart(plot, width, height, glyphs)
    return ["".join(span.text for span in line) for line in lines]


def is_blank(text: str) -> bool:
    return not text.strip(" \u2800")


def test_a_tiny_chart_shows_the_range_and_the_curve() -> None:
    lines = texts(UP, 43, 3)
    assert [line[:3] for line in lines] == ["14│", "  │", " 0│"]
    assert not is_blank(lines[0][3:20])


def test_a_gap_in_the_data_is_a_gap_in_the_curve() -> None:
    columns = [line[3:] for line in texts(UP, 63, 4)]
    assert all(is_blank(line[31:39]) for line in columns)
    assert not all(is_blank(line[41:59]) for line in columns)


def test_a_drop_of_one_is_seen_in_three_lines() -> None:
    before = texts(Plot((Series((0, 1), (14, 14)),), y=Axis(0, 14)), 20, 3)
    after = texts(Plot((Series((0, 1), (13, 13)),), y=Axis(0, 14)), 20, 3)
    assert before != after


def test_the_highest_value_touches_the_top_and_the_lowest_the_bottom() -> None:
    lines = texts(Plot((Series((0, 1), (0, 1)),)), 10, 4)
    assert lines[0][9] == "⠉" or ord(lines[0][9]) & 0x09
    assert ord(lines[3][0]) & 0xC0


@pytest.mark.parametrize("size", [(40, 3), (120, 20), (10, 2), (1, 1), (3, 5), (5, 1)])
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_a_chart_fills_its_room_and_no_more(
    size: tuple[int, int], glyphs: Glyphs
) -> None:
    width, height = size
    plot = Plot(UP.series, Axis(0, 59, (Tick(0, "02:00"), Tick(59, "02:30"))), UP.y)
    lines = texts(plot, width, height, glyphs)
    assert len(lines) == height
    assert all(width_of(line) <= width for line in lines)


def test_ascii_charts_are_ascii() -> None:
    assert "".join(texts(UP, 60, 10, ASCII)).isascii()


def test_where_two_curves_cross_both_leave_their_dots() -> None:
    flat = Series((0, 1), (1, 1), Tone.GOOD)
    rising = Series((0, 1), (0, 2), Tone.CRITICAL)
    lines = render_chart(Plot((flat, rising)), 11, 3)
    assert {span.tone for span in lines[1]} == {Tone.GOOD, Tone.CRITICAL}


@pytest.mark.parametrize(
    "ys",
    [
        (),
        (5.0,),
        (1.0, 1.0),
        (nan, nan),
        (inf, -inf, 3.0),
        (1.7e308, -1.7e308, 0.0),
        (1e300, 1e300, None),
    ],
)
def test_no_number_can_break_the_kernel(ys: tuple[float | None, ...]) -> None:
    assert len(texts(Plot((Series(range(len(ys)), ys),)), 20, 4)) == 4


def test_no_room_is_no_lines() -> None:
    assert render_chart(UP, 0, 5) == ()
    assert render_chart(UP, 5, 0) == ()


def test_words_on_the_axis_do_not_overlap() -> None:
    ticks = tuple(Tick(at, f"02:{at:02}") for at in range(60))
    footer = texts(Plot(UP.series, Axis(0, 59, ticks)), 40, 6)[-1]
    assert all(len(word) == 5 for word in footer.split())


async def test_a_chart_is_drawn_once_for_many_repaints() -> None:
    chart = Chart()
    chart.show(UP)
    app = Stage(chart)
    async with app.run_test(size=(40, 5)) as pilot:
        assert "14│" in screen_text(app)
        assert style_of(app, "14│") == chart.tone_style(Tone.QUIET)
        built = chart.strips_built
        chart.refresh()
        await pilot.pause()
        assert chart.strips_built == built


def test_plotext_is_imported_by_the_first_curve_only() -> None:
    code = (
        "import sys; from widgets.chart import render_chart; "
        "from widgets.values import Plot; render_chart(Plot(), 10, 3); "
        "sys.exit('plotext' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_curve_is_drawn_without_the_manual_and_the_tests_of_plotext() -> None:
    code = (
        "import sys; from widgets.chart import render_chart; "
        "from widgets.values import Plot, Series, Tone; "
        "plot = Plot((Series((0.0, 1.0), (0.0, 1.0), Tone.TEXT),)); "
        "assert render_chart(plot, 10, 3)[0]; "
        "sys.exit(bool({'unittest', 'plotext._doc.sections'} & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


async def test_while_a_curve_is_plotted_the_one_before_is_there() -> None:
    is_free = asyncio.Event()

    async def slowly(draw: Callable[[], tuple[Line, ...]]) -> tuple[Line, ...]:
        await is_free.wait()
        return draw()

    chart = Chart(beside=slowly)
    app = Stage(chart)
    async with app.run_test(size=(40, 5)) as pilot:
        is_free.set()
        chart.show(UP)
        await until(pilot, "14│")
        is_free.clear()
        chart.show(replace(UP, y=Axis(0, 14, (Tick(14, "full"),))))
        await pilot.pause(0.05)
        assert "14│" in screen_text(app)
        # What came in the meantime is what is shown at last.
        chart.show(replace(UP, y=Axis(0, 14, (Tick(14, "most"),))))
        is_free.set()
        await until(pilot, "most│")
