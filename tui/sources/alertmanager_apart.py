"""Alerts of several peers of one Alertmanager: all of them, and where peers disagree.
Pure; knows no HTTP and no clock.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from tui.model.alert import Alert, AlertState

GRACE = timedelta(minutes=2)
"""A sender repeats an alert within that: then a peer that was restarted knows it."""
_MANY = 2
Told: TypeAlias = tuple[str, Sequence[Alert]]
"""URL of a peer that answered, and what it lists."""


class Joined(Struct, frozen=True):
    """What all peers list, and what the next lists are held against."""

    alerts: tuple[Alert, ...] = ()
    """Sorted by fingerprint."""
    since: Mapping[str, datetime] = field(default_factory=dict)
    """By fingerprint, since when peers tell an alert differently."""
    is_first: bool = True
    """Nobody has looked before."""


def joined(before: Joined, told: Sequence[Told], now: datetime | None) -> Joined:
    """All that any peer lists: one may have missed an alert.

    Where they disagree for longer than a grace, an alert names those that lack it. Who
    looks for the first time cannot know since when: as long as the alert is there.
    now     None: where they disagree does not matter
    """
    known: dict[str, Alert] = {}
    for _, listed in told:
        for each in listed:
            old = known.get(each.fingerprint)
            known[each.fingerprint] = each if old is None else _one_of(old, each)
    since = _name_peers(known, before, told, now) if now else {}
    alerts = tuple(sorted(known.values(), key=lambda each: each.fingerprint))
    return Joined(alerts, since, is_first=False)


def _name_peers(
    known: dict[str, Alert], before: Joined, told: Sequence[Told], now: datetime
) -> Mapping[str, datetime]:
    """Write into alerts which peers have long lacked them; since when others do so."""
    since: dict[str, datetime] = {}
    for name, lacking in _lacking(known, told):
        begun = known[name].starts_at if before.is_first else now
        since[name] = min(before.since.get(name, begun), now)
        if now - since[name] > GRACE:
            known[name] = replace(known[name], lacking=lacking)
    return since


def _lacking(
    known: Mapping[str, Alert], told: Sequence[Told]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Fingerprint of what not all tell alike, and the URLs of those that lack it."""
    if len(told) < _MANY:
        return
    lists = [(url, {each.fingerprint: each for each in listed}) for url, listed in told]
    for name, alert in known.items():
        urls = [url for url, listed in lists if not _is_so(listed.get(name), alert)]
        if urls:
            yield name, tuple(urls)


def _is_so(listed: Alert | None, alert: Alert) -> bool:
    """Whether a peer has it, as loud as the loudest."""
    return listed is not None and _is_quiet(listed) is _is_quiet(alert)


def _is_quiet(alert: Alert) -> bool:
    return alert.state is AlertState.SUPPRESSED


def _one_of(one: Alert, other: Alert) -> Alert:
    """What two peers tell of an alert: as loud as any has it, for that one notifies.

    It began when the first says, as Alertmanager itself has it of several senders, and
    was sent when the last says.
    """
    newer = max((one, other), key=_sent)
    loud = min((newer, one, other), key=_is_quiet)
    begun = min(one.starts_at, other.starts_at)
    return replace(
        loud, starts_at=begun, updated_at=newer.updated_at, ends_at=newer.ends_at
    )


def _sent(alert: Alert) -> float:
    return alert.updated_at.timestamp() if alert.updated_at else 0.0
