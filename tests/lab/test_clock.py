from __future__ import annotations

from datetime import timedelta

import pytest

from tests.lab.conftest import NOW, minutes
from tui.lab.clock import LabClock


def test_a_frozen_and_paused_clock_stands_still() -> None:
    clock = LabClock(minutes(4), 0, NOW)
    assert (clock.now(), clock.position()) == (NOW, minutes(4))


def test_offsets_are_dated_back_from_where_the_story_stands() -> None:
    clock = LabClock(minutes(4), 0, NOW)
    assert clock.when(minutes(1)) == NOW - minutes(3)
    assert clock.when(minutes(-60)) == NOW - minutes(64)


def test_an_instant_has_the_offset_that_it_was_made_from() -> None:
    clock = LabClock(minutes(4), 0, NOW)
    assert clock.offset(clock.when(minutes(-17))) == minutes(-17)


def test_a_jump_dates_everything_anew() -> None:
    clock = LabClock(minutes(1), 0, NOW)
    clock.move(at=minutes(9))
    assert clock.position() == minutes(9)
    assert clock.when(minutes(8)) == NOW - minutes(1)


def test_time_that_passes_at_once_leaves_the_past_where_it_was() -> None:
    clock = LabClock(minutes(1), 0, NOW)
    before = clock.when(minutes(0.5))
    clock.advance(minutes(3))
    clock.advance(minutes(1))
    assert (clock.now(), clock.position()) == (NOW + minutes(4), minutes(5))
    assert clock.when(minutes(0.5)) == before
    assert clock.when(minutes(4)) == NOW + minutes(3)
    assert clock.offset(clock.when(minutes(4))) == minutes(4)


def test_only_a_frozen_wall_can_be_passed_and_never_backwards() -> None:
    with pytest.raises(ValueError, match="--now"):
        LabClock(minutes(1), 0).advance(minutes(1))
    with pytest.raises(ValueError, match="does not go back"):
        LabClock(minutes(1), 0, NOW).advance(minutes(-1))


def test_a_change_of_speed_leaves_the_past_where_it_was() -> None:
    clock = LabClock(minutes(1), 0)
    before = clock.when(minutes(0.5))
    clock.move(speed=10)
    assert clock.speed == 10
    assert abs(clock.when(minutes(0.5)) - before) < timedelta(milliseconds=1)


def test_an_unfrozen_wall_moves_while_the_story_is_paused() -> None:
    clock = LabClock(minutes(1), 0)
    first = clock.now()
    while clock.now() == first:
        pass
    assert clock.position() == minutes(1)
