"""Real alerts that nobody can be supposed to know of: turned late, or kept quiet. Pure.

A silence that was made while its alert was real, and known to be real, was made
knowingly: however long, it conceals nothing. Nor does a short one that stands for some
work under way. And where an alert is real only because no rule covers it, a silence on
it is the operator's own verdict.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from msgspec.structs import replace

from tui.chronicle.known import Known, Sight
from tui.model.alert import Concealed, JudgedAlert, Surprise, Verdict, rank
from tui.model.change import AlertName, name_of
from tui.model.fleet import Fleet
from tui.model.kept import Kept
from tui.model.silence import SilenceNote

LONG = timedelta(days=1)
_SAID_FALSE = re.compile(
    r"\bfalse[\s_-]*(positive|alarm)s?\b|\bby[\s_-]design\b", re.IGNORECASE
)
_LOUDEST = tuple(Surprise)
Alerts = tuple[JudgedAlert, ...]


class _Marked(NamedTuple):
    """The alerts of one cluster, what was known of them, and what was made of both."""

    alerts: Alerts = ()
    sights: Mapping[AlertName, Sight] | None = None
    cleared: Mapping[AlertName, datetime] | None = None
    made: Mapping[AlertName, tuple[JudgedAlert, JudgedAlert]] = {}
    """Those that are marked, without the mark and with it."""
    result: Alerts = ()

    def is_of(self, alerts: Alerts, known: Known) -> bool:
        """Whether it is what these come to: not even the time is looked at."""
        return (
            self.alerts is alerts
            and self.sights is known.sights
            and self.cleared is known.cleared
        )


class Marker:
    """Marks alerts that turned real, and those of them that are concealed, in a fleet.

    One that stays as it is keeps its identity.
    """

    def __init__(self) -> None:
        self._marked: dict[str, _Marked] = {}
        """By cluster; "" holds those of none."""

    def marked(self, fleet: Fleet, known: Known) -> Fleet:
        """The fleet with its marks; concealed alerts are first in their cluster."""
        clusters = tuple(
            each
            if each.alerts is None
            or (alerts := self._of(each.name, each.alerts, known)) is each.alerts
            else replace(each, alerts=alerts)
            for each in fleet.clusters
        )
        strays = self._of("", fleet.unassigned_alerts, known)
        if not any(each.made for each in self._marked.values()):
            return fleet
        return replace(fleet, clusters=clusters, unassigned_alerts=strays)

    def _of(self, cluster: str, alerts: Alerts, known: Known) -> Alerts:
        before = self._marked.get(cluster, _Marked())
        if not before.is_of(alerts, known):
            made = _made(alerts, known, before.made)
            if not made:
                result = alerts
            elif before.alerts is alerts and _are_same(before.made, made):
                result = before.result
            else:
                result = _in_order(alerts, [new for _, new in made.values()])
            before = _Marked(alerts, known.sights, known.cleared, made, result)
            self._marked[cluster] = before
        return before.result


def _made(
    alerts: Alerts,
    known: Known,
    before: Mapping[AlertName, tuple[JudgedAlert, JudgedAlert]],
) -> dict[AlertName, tuple[JudgedAlert, JudgedAlert]]:
    """Those that are to be marked, without the mark and with it."""
    made = {}
    for judged in alerts:
        if judged.verdict is not Verdict.REAL:
            continue
        name = name_of(judged)
        found = _concealed(judged, known, name)
        turned = _turned(judged, known, name)
        if found is None and turned is None:
            continue
        old = before.get(name)
        if (
            old is None
            or old[0] is not judged
            or old[1].concealed != found
            or old[1].turned_at != turned
        ):
            old = judged, replace(judged, concealed=found, turned_at=turned)
        made[name] = old
    return made


def _in_order(alerts: Alerts, marked: Sequence[JudgedAlert]) -> Alerts:
    """Each in its marked form, the concealed ones first, then by what matters."""
    mine = {name_of(each): each for each in marked}
    all_of_them = [mine.get(name_of(each), each) for each in alerts]
    return Kept(sorted(all_of_them, key=lambda each: (not each.concealed, *rank(each))))


def _are_same(
    some: Mapping[AlertName, object], others: Mapping[AlertName, object]
) -> bool:
    """Whether the very same are marked."""
    return some.keys() == others.keys() and all(
        one is others[name] for name, one in some.items()
    )


def _turned(judged: JudgedAlert, known: Known, name: AlertName) -> datetime | None:
    """When it turned real in this episode; None when it was real from the start."""
    sight, cleared = known.sights.get(name), known.cleared.get(name)
    if sight is None or sight.real is None or not _has_turned(judged, cleared):
        return None
    return sight.real.at


def _has_turned(judged: JudgedAlert, cleared: datetime | None) -> bool:
    return cleared is not None and cleared >= judged.alert.starts_at


def _concealed(judged: JudgedAlert, known: Known, name: AlertName) -> Concealed | None:
    alert, sight = judged.alert, known.sights.get(name)
    is_quiet = bool(alert.silenced_by or alert.inhibited_by)
    if not is_quiet or sight is None or sight.real is None or not judged.judgement.rule:
        return None
    real = sight.real
    cleared = known.cleared.get(name)
    if not alert.silenced_by:
        if not _has_turned(judged, cleared):
            return None
        return Concealed(
            Surprise.TURNED, real.at, real.after, inhibited_by=sight.inhibited_by
        )
    notes = tuple(note for note in sight.silences if note.id in alert.silenced_by)
    surprise = _surprise(notes, real.at, cleared)
    return Concealed(surprise, real.at, real.after, notes) if surprise else None


def _surprise(
    notes: Sequence[SilenceNote], real_since: datetime, cleared: datetime | None
) -> Surprise | None:
    """Why it is news; None when one who silenced it knew, or may have known."""
    found = [_surprise_of(note, real_since, cleared) for note in notes]
    told = [each for each in found if each is not None]
    if not found or len(told) < len(found):
        return None
    return min(told, key=_LOUDEST.index)


def _surprise_of(
    note: SilenceNote, real_since: datetime, cleared: datetime | None
) -> Surprise | None:
    if note.changed_at is not None and note.changed_at > real_since:
        return None
    if cleared is not None:
        return Surprise.TURNED
    if says_false(note.comment):
        return Surprise.SAID_FALSE
    if note.starts_at is None or note.ends_at is None:
        return None
    return Surprise.LONG if note.ends_at - note.starts_at > LONG else None


def says_false(comment: str) -> bool:
    """Whether the comment of a silence calls what it hides false."""
    return _SAID_FALSE.search(comment) is not None
