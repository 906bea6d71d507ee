"""Which silences want looking after, and what comes back when one ends."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from tui.model.alert import JudgedAlert, Verdict
from tui.model.change import Change, Silenced, SilenceEnded
from tui.model.fleet import Fleet
from tui.model.silence import Silence, SilenceState

SOON = timedelta(hours=24)
"""A silence that ends within this should be looked at."""
IDLE = timedelta(days=7)
"""A silence that has hidden nothing for so long is probably not needed."""

_ORDER = list(Verdict)


@dataclass(frozen=True, slots=True)
class Seen:
    """What is remembered of one silence."""

    since: datetime
    """Since when somebody has been looking."""
    last: datetime | None = None
    """When it was last seen to hide an alert; None: never since then."""


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
    hidden: Collection[JudgedAlert],
    seen: Seen | None,
    now: datetime,
) -> timedelta | None:
    """How long it is known to have hidden nothing.

    hidden  what it hides now
    seen    None when nothing is remembered of it
    return  None when it hides something, is not active, or nobody can tell
    """
    if silence.state is not SilenceState.ACTIVE or hidden or seen is None:
        return None
    return now - max(silence.starts_at, seen.last or seen.since)


def last_hidden(changes: Iterable[Change]) -> Mapping[str, datetime]:
    """When each silence was last seen to begin or to cease hiding an alert, by id."""
    found: dict[str, datetime] = {}
    for change in changes:
        if isinstance(change.what, Silenced | SilenceEnded):
            silence_id = change.what.silence.id
            found[silence_id] = max(change.at, found.get(silence_id, change.at))
    return found
