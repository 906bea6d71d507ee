"""Strips with small caches draw what Textual's own draw."""

from __future__ import annotations

import gc

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from widgets import strips

RED, BOLD = Style(color="red"), Style(bold=True)
SEGMENTS = (Segment("none ", RED), Segment("was lost", BOLD))


@pytest.fixture
def saved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Strip, "__init__", Strip.__init__)
    assert strips.save()


def shapes() -> list[Strip]:
    """What can be made of one strip, each twice: what is remembered is the same."""
    strip = Strip(SEGMENTS, 13)
    return [
        made
        for _ in range(2)
        for made in (
            strip,
            strip.crop(2, 7),
            *strip.divide([3, 8, 13]),
            strip.apply_style(BOLD),
            strip.adjust_cell_length(20, RED),
            strip.adjust_cell_length(4),
            strip.crop_extend(3, 30, RED),
            strip.apply_offsets(1, 2),
            strip.simplify(),
        )
    ]


def test_what_is_made_of_a_strip_is_what_textual_makes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patched:
        before = shapes()
        patched.setattr(Strip, "__init__", Strip.__init__)
        assert strips.save()
        after = shapes()
    assert [(list(each), each.cell_length) for each in after] == [
        (list(each), each.cell_length) for each in before
    ]


@pytest.mark.usefixtures("saved")
def test_a_strip_that_was_divided_is_not_divided_again() -> None:
    strip = Strip(SEGMENTS, 13)
    assert strip.divide([3, 13])[0] is strip.divide([3, 13])[0]


@pytest.mark.usefixtures("saved")
def test_only_the_newest_four_ways_to_divide_are_remembered() -> None:
    strip = Strip(SEGMENTS, 13)
    first = strip.divide([1, 13])[0]
    for cut in (2, 3, 4):
        strip.divide([cut, 13])
    assert strip.divide([1, 13])[0] is first
    strip.divide([5, 13])
    assert strip.divide([1, 13])[0] is not first


@pytest.mark.usefixtures("saved")
def test_strips_share_nothing_of_what_was_made_of_them() -> None:
    one, other = Strip(SEGMENTS, 13), Strip((Segment("x" * 13),), 13)
    assert one.crop(0, 3).text == "non"
    assert other.crop(0, 3).text == "xxx"
    assert other.adjust_cell_length(15).text == "x" * 13 + "  "


def test_strips_of_another_textual_are_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = Strip.__init__
    monkeypatch.setattr(Strip, "__slots__", [*Strip.__slots__, "_more"])
    assert not strips.save()
    assert Strip.__init__ is made


@pytest.mark.usefixtures("saved")
def test_a_strip_that_is_drawn_whole_goes_without_the_collector() -> None:
    gc.collect()
    gc.disable()
    try:
        for _ in range(50):
            strip = Strip(SEGMENTS, 13)
            assert strip.divide([13])[0] is strip
        del strip
        assert gc.collect() < 50
    finally:
        gc.enable()
