"""Alerts that were sent again and say what they said. Pure; knows no HTTP and no clock.

A sender repeats each of its alerts once a minute or so: of thousands, hundreds have
another time in every list, and nothing else is new. As other objects each time they
would be judged, drawn and recorded anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct, field
from msgspec.structs import replace

from tui.model.alert import WATCHDOG, Alert

_TIMED_A_SECOND = 25
"""Of more alerts than that for each second since, times follow more seldom ..."""
_TIMED_SECONDS = 60
"""... but so often. An alert may then have been sent later than it says."""


class Listed(Struct, frozen=True):
    """A list of alerts, and what the next one is held against."""

    alerts: tuple[Alert, ...] = ()
    by_fingerprint: Mapping[str, Alert] = field(default_factory=dict)
    timed_at: datetime | None = None
    """The newest time of all, when all last had their own newest times."""


def again(before: Listed, found: Sequence[Alert]) -> Listed:
    """The new list, in which alerts that say the same are those of the list before.

    Those that were sent again keep the times that they had, for as long as those are
    less than a minute behind all others, and tell of no sender that has gone quiet.
    Watchdog, whose time is what it says, has its newest time always.
    """
    sent = [each.updated_at for each in found if each.updated_at is not None]
    newest, since = max(sent, default=None), before.timed_at
    is_timely = newest is not None and since is not None and _holds(since, newest, sent)
    known, bound = before.by_fingerprint, newest if is_timely else None
    alerts = tuple(_again(known.get(each.fingerprint), each, bound) for each in found)
    names = {each.fingerprint: each for each in alerts}
    return Listed(alerts, names, since if is_timely else newest)


def _holds(since: datetime, newest: datetime, sent: Sequence[datetime]) -> bool:
    seconds = min(len(sent) / _TIMED_A_SECOND, _TIMED_SECONDS)
    return timedelta() <= newest - since < timedelta(seconds=seconds)


def _again(old: Alert | None, new: Alert, newest: datetime | None) -> Alert:
    """The alert of before, if it still says enough; else the new one.

    newest  when the last of all was sent; None to have the newest times
    """
    if old is None or not _says_as(old, new):
        return new
    if (old.updated_at, old.ends_at) == (new.updated_at, new.ends_at):
        return old
    if newest is not None and new.name != WATCHDOG and _is_young(old, new, newest):
        return old
    return replace(old, updated_at=new.updated_at, ends_at=new.ends_at)


def _is_young(old: Alert, new: Alert, newest: datetime) -> bool:
    """Whether the old times are behind those of the new one, and not far."""
    if old.updated_at is None or new.updated_at is None or old.ends_at is None:
        return False
    half = (old.ends_at - old.updated_at) / 2
    return old.updated_at <= new.updated_at and newest - old.updated_at < half


def _says_as(old: Alert, new: Alert) -> bool:
    """Whether both say the same, but for when it was sent."""
    return (
        old.state is new.state
        and old.starts_at == new.starts_at
        and old.silenced_by == new.silenced_by
        and old.inhibited_by == new.inhibited_by
        and old.labels == new.labels
        and old.annotations == new.annotations
        and old.generator_url == new.generator_url
        and old.receivers == new.receivers
        and old.lacking == new.lacking
    )
