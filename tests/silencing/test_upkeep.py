from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.estate import make_fleet, make_silence
from tests.judged import NOW, ago, btrfs_alert, false_proxy, scheduler_alert
from tui.model.alert import JudgedAlert
from tui.model.change import Change, EpisodeKey, Silenced, SilenceEnded, Subject
from tui.model.silence import SilenceNote, SilenceState
from tui.silencing.upkeep import (
    IDLE,
    Seen,
    alerts_of,
    comes_back,
    hidden_by,
    hides_real,
    idle_for,
    is_ending,
    last_hidden,
)

ACTIVE = replace(
    make_silence(), starts_at=ago(days=30), ends_at=NOW + timedelta(days=1)
)


def silenced(alert: JudgedAlert, *ids: str, inhibited: bool = False) -> JudgedAlert:
    by = ("x",) if inhibited else ()
    return replace(alert, alert=replace(alert.alert, silenced_by=ids, inhibited_by=by))


REAL = silenced(btrfs_alert(), "a")
FALSE = silenced(false_proxy("prod", 4), "a", "b")


def test_what_each_silence_hides_is_told_worst_first() -> None:
    found = hidden_by((FALSE, REAL, scheduler_alert()))
    assert found == {"a": (REAL, FALSE), "b": (FALSE,)}
    assert hides_real(found["a"]) == (REAL,)


def test_only_what_nothing_else_keeps_quiet_comes_back() -> None:
    inhibited = silenced(scheduler_alert(), "a", inhibited=True)
    alerts = (FALSE, REAL, inhibited, false_proxy("agentic", 1))
    assert comes_back(alerts, {"a"}) == (REAL,)
    assert comes_back(alerts, {"b"}) == ()
    assert comes_back(alerts, {"a", "b"}) == (REAL, FALSE)


def test_a_silence_is_ending_within_a_day() -> None:
    assert is_ending(ACTIVE, NOW)
    assert not is_ending(replace(ACTIVE, ends_at=NOW + timedelta(hours=25)), NOW)
    assert not is_ending(replace(ACTIVE, state=SilenceState.PENDING), NOW)


def test_a_silence_is_idle_since_it_last_hid_something() -> None:
    seen = Seen(since=ago(days=20), last=ago(days=8))
    assert idle_for(ACTIVE, (), seen, NOW) == timedelta(days=8) > IDLE
    assert idle_for(ACTIVE, (), Seen(ago(days=20)), NOW) == timedelta(days=20)
    young = replace(ACTIVE, starts_at=ago(days=1))
    assert idle_for(young, (), Seen(ago(days=20)), NOW) == timedelta(days=1)


def test_what_nobody_remembers_is_not_called_idle() -> None:
    assert idle_for(ACTIVE, (), None, NOW) is None
    assert idle_for(ACTIVE, (REAL,), Seen(ago(days=20)), NOW) is None
    over = replace(ACTIVE, state=SilenceState.EXPIRED)
    assert idle_for(over, (), Seen(ago(days=20)), NOW) is None


def test_the_history_tells_when_a_silence_last_hid_something() -> None:
    subject = Subject(EpisodeKey("am", "f", NOW), "prod", {})
    note = SilenceNote("a")
    changes = (
        Change(subject, ago(days=3), SilenceEnded(note, is_still_silenced=False)),
        Change(subject, ago(days=5), Silenced(note)),
        Change(subject, ago(days=2), Silenced(SilenceNote("b"))),
    )
    assert last_hidden(changes) == {"a": ago(days=3), "b": ago(days=2)}


def test_every_alert_counts_whoever_it_belongs_to() -> None:
    fleet = make_fleet()
    assert set(map(id, fleet.unassigned_alerts)) <= set(map(id, alerts_of(fleet)))
