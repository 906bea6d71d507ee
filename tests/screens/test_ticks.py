"""The clock at the top: drawn each second, and not twice in one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.clock import START
from tui.app.ticks import Ticks, first_tick

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(("into", "wait"), [(0.0, 0.25), (0.2, 0.05), (0.75, 0.5)])
def test_the_clock_is_looked_at_a_quarter_into_each_second(
    into: float, wait: float
) -> None:
    assert first_tick(START + into * SECOND) == pytest.approx(wait)


def test_a_second_that_was_drawn_with_news_is_not_drawn_once_more() -> None:
    ticks = Ticks()
    assert ticks.is_due(START)
    ticks.drawn(START + SECOND)
    assert not ticks.is_due(START + 1.2 * SECOND)
    assert ticks.is_due(START + 2.2 * SECOND)


def test_news_of_the_second_before_do_not_hold_the_clock() -> None:
    ticks = Ticks()
    ticks.drawn(START + 0.9 * SECOND)
    assert ticks.is_due(START + 1.2 * SECOND)


def test_where_the_clock_stands_it_is_drawn_all_the_same() -> None:
    ticks = Ticks()
    ticks.drawn(START)
    assert [ticks.is_due(START) for _ in range(3)] == [False, True, True]
