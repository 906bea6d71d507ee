"""What is known of the alerts that fire: each look at the fleet adds to it. Pure.

An outage looks like no news: the last rows stay, and so does what is known of them. An
alert that is not listed any more has ended only when that has lasted; an Alertmanager
that was restarted lists nothing until everybody has sent again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain
from operator import itemgetter

from msgspec import Struct, field
from msgspec.structs import replace

from tui.model.alert import Alert, JudgedAlert, Verdict
from tui.model.change import AlertName, EpisodeKey, When, key_of, name_of
from tui.model.fleet import Fleet, SourceKind, SourceStatus
from tui.model.silence import Silence, SilenceNote

GRACE = timedelta(seconds=90)
"""Longer than Prometheus and Loki wait until they send a firing alert again."""
GAP = timedelta(seconds=90)
"""After so long without a list nobody can tell what happened meanwhile."""
MOST_CLEARED = 5_000
"""Alerts that were calm once: of more, only those that were so last are remembered."""
NO_FLEET = Fleet(())
CALM = frozenset({Verdict.FALSE_POSITIVE, Verdict.BY_DESIGN})


class Sight(Struct, frozen=True, gc=False):
    """What is known of one episode that has not ended."""

    judged: JudgedAlert
    """As it was when its verdict, its cluster or what keeps it quiet last changed."""
    turned: When
    """Since when it has this verdict."""
    real: When | None = None
    """Since when it is real. That nobody could tell for a while does not interrupt it:
    only proof that it is false does."""
    silences: tuple[SilenceNote, ...] = ()
    """All that cover it, the one that ends last first."""
    inhibited_by: tuple[str, ...] = ()
    """Names of alerts, or fingerprints of those that are not listed."""
    missing: When | None = None
    """Since when it is not listed any more."""
    unjudged_after: datetime | None = None
    """Nobody was looking since then, and it is not yet judged anew."""

    @property
    def key(self) -> EpisodeKey:
        """The episode."""
        return key_of(self.judged)


class Watch(Struct, frozen=True, gc=False):
    """A time in which one Alertmanager's list was read without a gap."""

    since: datetime
    until: datetime
    """When it was read last."""
    gap: timedelta = GAP
    """After so long without a list this watch is over."""


class Known(Struct, frozen=True, gc=False):
    """All episodes that have not ended, and what is worth keeping of those that have.

    What did not change keeps its identity.
    """

    sights: Mapping[AlertName, Sight] = field(default_factory=dict)
    watches: Mapping[str, Watch] = field(default_factory=dict)
    """The newest of each Alertmanager, by endpoint."""
    cleared: Mapping[AlertName, datetime] = field(default_factory=dict)
    """When an alert was last seen to be false or by design, if it is not so now;
    of MOST_CLEARED."""

    def of(self, endpoint: str) -> Known:
        """The part that is about one Alertmanager."""
        sights = {n: each for n, each in self.sights.items() if n[0] == endpoint}
        watches = {e: each for e, each in self.watches.items() if e == endpoint}
        return Known(sights, watches, self.cleared)


def look(known: Known, fleet: Fleet, now: datetime, last: Fleet = NO_FLEET) -> Known:
    """What is known after a look at the fleet.

    last    the fleet that was looked at when this became known: of thousands of alerts
            most are the same objects, and there is nothing new to them
    """
    scene = _Scene(known, fleet, now)
    alerts = list(alerts_of(fleet))
    newer: dict[AlertName, Sight | None] = {}
    for judged in scene.unsettled(alerts, last):
        name = name_of(judged)
        old = known.sights.get(name)
        new = scene.seen(old, judged)
        if new is not old:
            newer[name] = new
    for name in known.sights.keys() - set(map(name_of, alerts)):
        old = known.sights[name]
        new = scene.missed(old)
        if new is not old:
            newer[name] = new
    watches = {**known.watches, **{e: each.watch for e, each in scene.lists.items()}}
    if not newer:
        return Known(known.sights, watches, known.cleared)
    kept = {**known.sights, **newer}
    sights = {name: sight for name, sight in kept.items() if sight is not None}
    return Known(sights, watches, _cleared(known, newer, now))


def alerts_of(fleet: Fleet) -> Iterator[JudgedAlert]:
    """All alerts, those of no cluster too."""
    of_clusters = (cluster.alerts or () for cluster in fleet.clusters)
    return chain(chain.from_iterable(of_clusters), fleet.unassigned_alerts)


def _cleared(
    known: Known, newer: Mapping[AlertName, Sight | None], now: datetime
) -> Mapping[AlertName, datetime]:
    """With those that were calm and are no longer, or fire no longer."""
    turned = {}
    for name, new in newer.items():
        old = known.sights.get(name)
        if old is None or old.judged.verdict not in CALM:
            continue
        if new is None or not _is_calm_still(old, new):
            turned[name] = old.missing.at if old.missing else now
    if not turned:
        return known.cleared
    kept = {**known.cleared, **turned}
    if len(kept) > MOST_CLEARED:
        kept = dict(sorted(kept.items(), key=itemgetter(1))[-MOST_CLEARED:])
    return kept


def _is_calm_still(old: Sight, new: Sight) -> bool:
    is_same_episode = old.judged.alert.starts_at == new.judged.alert.starts_at
    return is_same_episode and new.judged.verdict in CALM


_Notes = tuple[SilenceNote, ...] | None


class _List(Struct, frozen=True, gc=False):
    """One Alertmanager's list of alerts."""

    watch: Watch
    is_newer: bool
    """Than the one that was looked at before."""
    after: datetime | None
    """When it was read before this, if nobody was looking in between."""


def _list(at: datetime, interval_seconds: float, before: Watch | None) -> _List:
    gap = max(GAP, 3 * timedelta(seconds=interval_seconds))
    if before is None or before.until > at + gap:
        # In the second case a clock was put back.
        return _List(Watch(at, at, gap), is_newer=True, after=None)
    is_gap = at - before.until > gap
    watch = Watch(at if is_gap else before.since, max(at, before.until), gap)
    return _List(watch, at > before.until, before.until if is_gap else None)


class _Scene:
    """What one look has before it."""

    def __init__(self, known: Known, fleet: Fleet, now: datetime) -> None:
        self._now = now
        self.lists: dict[str, _List] = {}
        self._noted: dict[str, datetime | None] = {}
        """When each Alertmanager last listed its silences; None: it will do so."""
        for status in _alertmanagers(fleet):
            endpoint, at = status.key.endpoint, status.observed_at
            if status.key.feed == "silences":
                self._noted[endpoint] = _noted_at(status, now)
            elif at is not None:
                before = known.watches.get(endpoint)
                self.lists[endpoint] = _list(at, status.interval_seconds, before)
        self._silences = {each.id: each for each in fleet.silences}
        self._fleet = fleet
        self._names: dict[str, str] | None = None
        self._told: dict[tuple[str, tuple[str, ...]], _Notes] = {}
        """By endpoint and ids: one silence covers hundreds of alerts."""

    def unsettled(
        self, alerts: Sequence[JudgedAlert], last: Fleet
    ) -> Sequence[JudgedAlert]:
        """All but those that are as they were, and that nothing else is told of."""
        if any(each.after for each in self.lists.values()):
            return alerts
        is_same = self._fleet.silences is last.silences
        covered = frozenset(self._silences if is_same else ()).issuperset
        settled = set(map(id, alerts_of(last)))
        return [
            judged
            for judged in alerts
            if id(judged) not in settled
            or judged.alert.inhibited_by
            or not covered(judged.alert.silenced_by)
        ]

    def seen(self, old: Sight | None, judged: JudgedAlert) -> Sight | None:
        """What is known of an alert that is listed; None as long as nothing is."""
        listed = self.lists.get(judged.endpoint)
        away = listed.after if listed else None
        if old is not None and old.judged.alert.starts_at != judged.alert.starts_at:
            old = None
        if judged.is_waiting:
            if old is None or away is None:
                return old
            return replace(old, unjudged_after=away)
        if old is None:
            begun = judged.alert.starts_at
            is_old = self._now - begun > GAP
            turned = When(self._now, begun if is_old else None)
            return self._quieted(_turned(Sight(judged, turned), judged, turned), judged)
        if old.missing is not None:
            old = replace(old, missing=None)
        if old.judged.verdict is not judged.verdict:
            turned = When(self._now, old.unjudged_after or away)
            old = _turned(replace(old, unjudged_after=None), judged, turned)
        elif old.unjudged_after is not None:
            old = replace(old, unjudged_after=None)
        if old.judged.cluster != judged.cluster:
            # Only now is it known whose it is.
            old = replace(old, judged=judged)
        return self._quieted(old, judged)

    def missed(self, old: Sight) -> Sight | None:
        """The same of one that is not; None when it has ended."""
        listed = self.lists.get(old.judged.endpoint)
        if listed is None or not listed.is_newer:
            return old
        at = listed.watch.until
        if old.missing is None or old.missing.at > at:  # a clock was put back
            return replace(old, missing=When(at, listed.after))
        return None if at - old.missing.at >= GRACE else old

    def _quieted(self, sight: Sight, judged: JudgedAlert) -> Sight:
        """With what keeps it quiet now."""
        alert = judged.alert
        is_quiet = alert.silenced_by or alert.inhibited_by
        if not (is_quiet or sight.silences or sight.inhibited_by):
            return sight
        covering = judged.endpoint, alert.silenced_by
        if covering not in self._told:
            self._told[covering] = self._notes(*covering)
        silences = self._told[covering]
        if silences is not None and silences != sight.silences:
            sight = replace(sight, judged=judged, silences=silences)
        inhibited_by = self._inhibitors(alert)
        if inhibited_by != sight.inhibited_by:
            sight = replace(sight, judged=judged, inhibited_by=inhibited_by)
        return sight

    def _notes(self, endpoint: str, ids: tuple[str, ...]) -> _Notes:
        """What covers an alert; None when the list of silences is yet to tell."""
        if not ids:
            return ()
        listed = self.lists.get(endpoint)
        noted = self._noted.get(endpoint, self._now)
        has_yet_to = noted is None or (
            listed is not None and noted <= listed.watch.until
        )
        if has_yet_to and any(each not in self._silences for each in ids):
            return None
        notes = [_note(each, self._silences.get(each)) for each in ids]
        ends = {
            note.id: note.ends_at.timestamp() if note.ends_at else 0 for note in notes
        }
        return tuple(sorted(notes, key=lambda note: (-ends[note.id], note.id)))

    def _inhibitors(self, alert: Alert) -> tuple[str, ...]:
        if not alert.inhibited_by:
            return ()
        if self._names is None:
            known = alerts_of(self._fleet)
            self._names = {j.alert.fingerprint: j.alert.name for j in known}
        names = self._names
        return tuple(
            dict.fromkeys(names.get(each, each) for each in alert.inhibited_by)
        )


def _turned(sight: Sight, judged: JudgedAlert, turned: When) -> Sight:
    """With the verdict that it has now."""
    real = sight.real
    if judged.verdict in CALM:
        real = None
    elif judged.verdict is Verdict.REAL:
        real = real or turned
    return replace(sight, judged=judged, turned=turned, real=real)


def _alertmanagers(fleet: Fleet) -> Iterator[SourceStatus]:
    for cluster in fleet.clusters:
        for status in cluster.sources:
            if status.key.kind is SourceKind.ALERTMANAGER:
                yield status


def _noted_at(status: SourceStatus, now: datetime) -> datetime | None:
    """When the silences were read; one that fails will not tell us more than now."""
    if status.fault is not None:
        return now
    return status.observed_at


def _note(silence_id: str, silence: Silence | None) -> SilenceNote:
    if silence is None:
        return SilenceNote(silence_id)
    return SilenceNote(
        silence.id,
        silence.created_by,
        silence.comment,
        silence.starts_at,
        silence.ends_at,
        silence.updated_at or silence.starts_at,
    )
