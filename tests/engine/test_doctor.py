"""What a step says of dates, clocks and roles, where no server is needed for it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.clock import ManualClock
from tests.judged import NOW
from tui.config import Permission
from tui.engine.doctor.talos import roles
from tui.engine.doctor.way import Limits, clock, lasting
from tui.model.diagnosis import Doing, Step, StepState

DAY = timedelta(days=1)
LIMITS = Limits(ManualClock(NOW), 5.0)


def states(*held: str, may: tuple[Permission, ...] = ()) -> dict[str, StepState]:
    return {step.title: step.state for step in roles(held, frozenset(may))}


def test_a_reader_may_read_and_is_told_what_it_may_not() -> None:
    found = states("os:reader")
    assert found["role"] is StepState.WELL
    assert found["right nodes"] is StepState.WELL
    assert found["right machine config"] is StepState.NOTED


def test_an_administrator_is_told_that_less_is_enough() -> None:
    assert states("os:admin")["role"] is StepState.NOTED


def test_who_holds_no_role_reads_nothing() -> None:
    assert states()["right nodes"] is StepState.ILL


def test_service_actions_are_asked_for_where_the_config_allows_them_alone() -> None:
    assert "right service actions" not in states("os:reader")
    wanted = (Permission.SERVICE_ACTIONS,)
    found = states("os:reader", may=wanted)
    assert found["right service actions"] is StepState.ILL
    found = states("os:operator", may=wanted)
    assert found["right service actions"] is StepState.WELL


@pytest.mark.parametrize(
    ("left", "words", "is_ill"),
    [
        (400 * DAY, "400 days left", False),
        (29 * DAY, "29 days left", True),
        (DAY, "1 day left", True),
        (timedelta(hours=5), "5 h left", True),
        (-DAY, "over", True),
    ],
)
def test_a_date_says_how_long_it_is_away(
    left: timedelta, words: str, is_ill: bool
) -> None:
    step = lasting((None, NOW + left), NOW, "Renew it.")
    assert step.told.endswith(f"UTC, {words}")
    assert step.is_ill is is_ill
    assert bool(step.advice) is is_ill


def test_what_begins_tomorrow_asks_for_a_look_at_the_clocks() -> None:
    step = lasting((NOW + DAY, NOW + 400 * DAY), NOW, "Renew it.")
    assert step.is_ill
    assert "not yet valid" in step.told
    assert "clock" in step.advice


@pytest.mark.parametrize(
    ("off", "told", "is_ill"),
    [
        (timedelta(seconds=0.4), "the same as this machine's", False),
        (timedelta(seconds=4), "4 s ahead of this machine", False),
        (timedelta(hours=1), "3600 s ahead of this machine", True),
        (timedelta(hours=-1), "3600 s behind this machine", True),
    ],
)
def test_a_clock_is_held_against_ours(off: timedelta, told: str, is_ill: bool) -> None:
    step = clock(NOW + off, 0.0, LIMITS)
    assert step is not None
    assert (step.what, step.told, step.is_ill) == (Doing.CLOCK, told, is_ill)


def test_an_answer_that_took_long_is_no_wrong_clock() -> None:
    step: Step | None = clock(NOW - timedelta(seconds=4), 8.0, LIMITS)
    assert step is not None
    assert not step.is_ill
    assert step.told == "the same as this machine's"


def test_a_server_that_shows_no_clock_is_not_said_to_be_right() -> None:
    assert clock(None, 0.0, LIMITS) is None
