"""Clocks against ours: nothing is told of them that is not proven."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.judged import NOW
from tui.model.server_clock import OurClock, ahead, ours, said

HOUR = 3600.0


def after(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


@pytest.mark.parametrize("took", [0.0, 0.4, 40.0])
def test_an_answer_that_took_long_says_nothing_of_the_clock(took: float) -> None:
    sent, heard = NOW, NOW + after(took)
    for shown in (sent, heard - after(took / 2), heard):
        assert ahead(None, shown, sent, heard, 1.0) == 0.0


def test_a_date_that_was_cut_to_the_second_is_no_clock_that_is_behind() -> None:
    assert ahead(None, NOW, NOW + after(0.9), NOW + after(0.95), 1.0) == 0.0


@pytest.mark.parametrize("off", [HOUR, -HOUR, 31.0])
def test_a_clock_is_off_by_as_much_as_is_certain(off: float) -> None:
    shown = NOW + after(off)
    found = ahead(None, shown, NOW - after(0.2), NOW, 1.0)
    assert found is not None
    assert abs(found - off) <= 1.2


def test_what_is_known_stays_as_long_as_it_may_be_true() -> None:
    known = 3599.5
    slow = NOW - after(9), NOW
    assert ahead(known, NOW + after(3595), *slow, 1.0) == known
    assert ahead(known, NOW, NOW, NOW, 1.0) == 1.0


def test_our_own_clock_that_is_put_back_meanwhile_blames_nobody() -> None:
    assert ahead(0.0, NOW, NOW, NOW - after(HOUR), 1.0) == 0.0


def test_when_most_agree_against_us_it_is_our_clock() -> None:
    assert ours([HOUR, HOUR + 1, HOUR - 2, 0.0]) == OurClock(HOUR - 1, 3)


@pytest.mark.parametrize(
    "clocks", [[], [HOUR], [HOUR, 0.0], [HOUR, -HOUR], [0.0, 0.0, HOUR], [29.0, 29.0]]
)
def test_our_clock_is_not_blamed_without_a_majority(clocks: list[float]) -> None:
    assert ours(clocks) is None


def test_how_far_is_told_in_words() -> None:
    found = [said(45), said(-300, "ours"), said(3601, "ours"), said(-9 * 86_400)]
    assert found == [
        "45 s ahead",
        "5 min behind ours",
        "60 min ahead of ours",
        "9 days behind",
    ]
