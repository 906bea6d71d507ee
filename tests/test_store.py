"""The reducer: the only writer of what was read."""

from __future__ import annotations

from tests.clock import START
from tui.model.fleet import FeedKey, SourceKind
from tui.model.reading import Reading
from tui.store import Forgotten, KernelLog, KernelLogged, Observed, State, reduce

KEY = FeedKey(SourceKind.PROMETHEUS, "http://prometheus", "targets")
OTHER = FeedKey(SourceKind.PROMETHEUS, "http://prometheus", "rules")


def test_a_reading_is_kept_under_its_feed() -> None:
    state = reduce(State(), Observed(KEY, Reading(("a",), START)))
    assert state.readings[KEY].value == ("a",)


def test_an_equal_new_value_is_dropped_for_the_old_one() -> None:
    old = ("rows", "that", "are", "equal")
    state = reduce(State(), Observed(KEY, Reading(old, START)))
    again = reduce(state, Observed(KEY, Reading(old[:2] + old[2:], START)))
    assert again.readings[KEY].value is old


def test_other_feeds_keep_their_identity() -> None:
    state = reduce(State(), Observed(OTHER, Reading(("a",), START)))
    after = reduce(state, Observed(KEY, Reading(("b",), START)))
    assert after.readings[OTHER] is state.readings[OTHER]


def test_a_forgotten_feed_leaves_nothing_behind() -> None:
    state = reduce(State(), Observed(KEY, Reading(("a",), START)))
    assert KEY not in reduce(state, Forgotten(KEY)).readings


def test_the_state_before_is_not_touched() -> None:
    before = State()
    reduce(before, KernelLogged("prod", KernelLog(last_entry_at=START)))
    assert before.kernel == {}
