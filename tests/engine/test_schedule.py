"""When to ask again."""

from __future__ import annotations

from random import Random

import pytest

from tui.engine.schedule import JITTER, Schedule
from tui.model.fault import Fault, FaultKind


@pytest.fixture
def schedule() -> Schedule:
    return Schedule(10.0, Random(7))


def test_success_waits_for_the_interval(schedule: Schedule) -> None:
    assert schedule.after(0) == pytest.approx(10.0, rel=JITTER)


def test_failures_wait_longer_and_longer(schedule: Schedule) -> None:
    waits = [schedule.after(failures) for failures in (1, 2, 3)]
    assert waits == [pytest.approx(each, rel=JITTER) for each in (1.0, 2.0, 4.0)]


def test_it_never_waits_longer_than_its_interval(schedule: Schedule) -> None:
    assert schedule.after(10_000) <= 10.0 * (1 + JITTER)


def test_what_the_server_asked_for_wins(schedule: Schedule) -> None:
    fault = Fault(FaultKind.RATE_LIMITED, "slow down", retry_after_seconds=90.0)
    assert schedule.after(1, fault) == 90.0


def test_what_two_readings_tell_of_is_read_again_soon() -> None:
    schedule = Schedule(10.0, Random(7), second_seconds=1.0)
    assert schedule.after_first() == pytest.approx(1.0, rel=JITTER)
    assert schedule.after(0) == pytest.approx(10.0, rel=JITTER)


def test_a_feed_may_take_longer_than_its_interval() -> None:
    assert Schedule(3.0, Random(7)).deadline == 3.0
    assert Schedule(3.0, Random(7), deadline_seconds=10.0).deadline == 10.0


def test_attempts_begin_on_a_beat_and_never_early() -> None:
    schedule = Schedule(10.0, Random(7), beat_seconds=0.25)
    assert schedule.on_beat(9.9, now_seconds=100.02) == pytest.approx(9.98)
    assert schedule.on_beat(10.0, now_seconds=100.0) == pytest.approx(10.0)
    assert Schedule(10.0, Random(7)).on_beat(9.9, now_seconds=100.02) == 9.9


@pytest.mark.parametrize(
    ("listed", "seconds"), [(0, 10), (6_000, 10), (18_000, 30), (180_000, 300)]
)
def test_a_long_list_is_asked_for_more_seldom(listed: int, seconds: float) -> None:
    schedule = Schedule(10, Random(1), is_by_length=True)
    pause = schedule.after(0, value=(0,) * listed)
    assert pause == pytest.approx(seconds, rel=JITTER)
    assert schedule.after_first((0,) * listed) == pytest.approx(seconds, rel=JITTER)
    assert schedule.after(3, value=None) < 10
