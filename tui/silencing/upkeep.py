"""Which silences want looking after, and what comes back when one ends."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from tui.model.alert import JudgedAlert, Verdict
from tui.model.fleet import Fleet
from tui.model.memory import SilenceMemory
from tui.model.silence import Silence, SilenceState

SOON = timedelta(hours=24)
"""A silence that ends within this should be looked at."""
IDLE = timedelta(days=7)
"""A silence that has hidden nothing for so long is probably not needed."""

_ENOUGH = 0.9
"""Share of the last week in which somebody must have looked."""
_ORDER = list(Verdict)


def alerts_of(fleet: Fleet) -> tuple[JudgedAlert, ...]:
    """Every alert that is known, whoever it belongs to."""
    found = [alert for cluster in fleet.clusters for alert in cluster.alerts or ()]
    return (*found, *fleet.unassigned_alerts)


def hidden_by(alerts: Iterable[JudgedAlert]) -> Mapping[str, tuple[JudgedAlert, ...]]:
    """By id of the silence, what it hides now as Alertmanager says: worst first."""
    found: dict[str, list[JudgedAlert]] = {}
    for alert in sorted(alerts, key=lambda each: _ORDER.index(each.verdict)):
        for silence_id in alert.alert.silenced_by:
            found.setdefault(silence_id, []).append(alert)
    return {silence_id: tuple(hidden) for silence_id, hidden in found.items()}


def hides_real(hidden: Iterable[JudgedAlert]) -> tuple[JudgedAlert, ...]:
    """The real ones among what a silence hides."""
    return tuple(each for each in hidden if each.verdict is Verdict.REAL)


def comes_back(
    alerts: Iterable[JudgedAlert], ended: Collection[str]
) -> tuple[JudgedAlert, ...]:
    """What will notify again once these silences have ended, worst first.

    Not what another silence still covers, nor what is inhibited.
    """
    gone = set(ended)
    found = [
        each
        for each in alerts
        if each.alert.silenced_by
        and gone.issuperset(each.alert.silenced_by)
        and not each.alert.inhibited_by
    ]
    return tuple(sorted(found, key=lambda each: _ORDER.index(each.verdict)))


def is_ending(silence: Silence, now: datetime, within: timedelta = SOON) -> bool:
    """Whether it is active and ends soon."""
    is_active = silence.state is SilenceState.ACTIVE
    return is_active and now < silence.ends_at <= now + within


def idle_for(
    silence: Silence,
    endpoint: str,
    memory: SilenceMemory,
    hidden: Collection[JudgedAlert],
    now: datetime,
) -> timedelta | None:
    """How long it is known to have hidden nothing.

    endpoint    of the Alertmanager that has it
    hidden      what it hides now
    return      None when it hides something, is not active, or nobody can tell: who did
                not look for most of the week cannot say that it hid nothing
    """
    looked = memory.looked.get(endpoint)
    if silence.state is not SilenceState.ACTIVE or hidden:
        return None
    if looked is None or looked.share < _ENOUGH:
        return None
    last = memory.last.get(silence.id, looked.since)
    return now - max(silence.starts_at, last, looked.since)
