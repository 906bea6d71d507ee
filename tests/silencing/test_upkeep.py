from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from tests.estate import make_fleet, make_silence
from tests.judged import NOW, ago, btrfs_alert, false_proxy, scheduler_alert
from tui.model.alert import JudgedAlert
from tui.model.memory import Looked, SilenceMemory
from tui.model.silence import Silence, SilenceState
from tui.silencing.upkeep import (
    IDLE,
    alerts_of,
    comes_back,
    hidden_by,
    hides_real,
    idle_for,
    is_ending,
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


def idle(
    silence: Silence,
    *hidden: JudgedAlert,
    last: float | None = None,
    looked: float = 20,
    share: float = 1,
) -> timedelta | None:
    """Days ago; `looked` for how long."""
    memory = SilenceMemory(
        {} if last is None else {silence.id: ago(days=last)},
        {"am": Looked(ago(days=looked), share)},
    )
    return idle_for(silence, "am", memory, hidden, NOW)


def test_a_silence_is_idle_since_it_last_hid_something() -> None:
    assert idle(ACTIVE, last=8) == timedelta(days=8) > IDLE
    assert idle(ACTIVE) == timedelta(days=20)
    assert idle(replace(ACTIVE, starts_at=ago(days=1))) == timedelta(days=1)


def test_a_silence_that_hides_something_is_not_idle() -> None:
    assert idle(ACTIVE, REAL) is None
    assert idle(replace(ACTIVE, state=SilenceState.EXPIRED)) is None


def test_what_nobody_looked_at_is_not_called_idle() -> None:
    assert idle(ACTIVE, share=0.5) is None
    assert idle_for(ACTIVE, "am", SilenceMemory(), (), NOW) is None


def test_every_alert_counts_whoever_it_belongs_to() -> None:
    fleet = make_fleet()
    assert set(map(id, fleet.unassigned_alerts)) <= set(map(id, alerts_of(fleet)))
