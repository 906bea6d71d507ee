from __future__ import annotations

from math import inf, nan

from tests.widgets.screen import Stage, screen_text, style_of
from widgets.sparkline import Sparkline, sparkline
from widgets.values import ASCII, Axis, Series, Tone


def test_bars_rise_from_the_lowest_value_to_the_highest() -> None:
    assert sparkline((0, 1, 2, 3, 4, 5, 6, 7), 8) == "▁▂▃▄▅▆▇█"


def test_the_range_can_be_given() -> None:
    assert sparkline((50, 100), 2, Axis(0, 100), ASCII) == "=#"


def test_values_beyond_the_range_are_on_its_edge() -> None:
    assert sparkline((-5, 500), 2, Axis(0, 100)) == "▁█"


def test_what_is_not_known_is_a_gap_and_not_a_zero() -> None:
    assert sparkline((0, None, nan, inf, 1), 5) == "▁   █"


def test_a_peak_survives_when_values_share_a_cell() -> None:
    assert sparkline((0, 9, 0, 0, 0, 0), 3) == "█▁▁"


def test_no_change_is_no_peak() -> None:
    assert sparkline((5, 5, 5), 3) == "▁▁▁"


def test_no_values_or_no_room_draw_nothing() -> None:
    assert sparkline((), 5) == ""
    assert sparkline((1, 2), 0) == ""


async def test_the_widget_uses_the_room_it_has() -> None:
    trend = Sparkline()
    trend.show(Series(range(40), [float(y) for y in range(40)]))
    app = Stage(trend)
    async with app.run_test(size=(8, 2)):
        assert screen_text(app) == "▁▂▃▄▅▆▇█"


async def test_bars_with_an_alarm_have_its_tone() -> None:
    trend = Sparkline()
    entries = Series(range(3), (1, 2, 3), Tone.QUIET)
    errors = Series(range(3), (0, 1, 0), Tone.CRITICAL)
    trend.show(entries, Axis(0, 3), errors)
    app = Stage(trend)
    async with app.run_test(size=(8, 2)):
        assert style_of(app, "▃") == trend.tone_style(Tone.QUIET)
        assert style_of(app, "▆") == trend.tone_style(Tone.CRITICAL)
