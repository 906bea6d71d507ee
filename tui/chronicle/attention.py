"""Who is to be called, and what for: what has turned real since the last look. Pure.

What is real already when the program has read everything for the first time calls
nobody: whoever started it is looking at it. What was seen to be false until then and
turns real does call. What comes and goes calls once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import TypeAlias

from tui.chronicle.known import CALM
from tui.chronicle.met import Met
from tui.model.alert import JudgedAlert, Verdict
from tui.model.attention import ALERT, HIDDEN, Real, Wishes
from tui.model.change import name_of
from tui.model.finding import Finding
from tui.model.fleet import Fleet
from tui.model.kept import once

FLAPPING = timedelta(minutes=15)
"""What comes back within it has not gone."""

Key = tuple[str, ...]
_Source: TypeAlias = JudgedAlert | tuple[Finding, str]
"""What is real: an alert, or a finding and its cluster."""


class Attention:
    """Carries what is known to be real from one look to the next."""

    def __init__(self, wishes: Wishes, zone: tzinfo | None = None) -> None:
        """zone   of the operator; None for that of the machine"""
        self._wishes = wishes
        self._zone = zone
        self._met = Met()
        self._calm: set[Key] = set()
        """Alerts that were false or by design in a cluster that is not met yet."""
        self._real: Mapping[Key, _Source] = {}
        self._left: dict[Key, datetime] = {}
        """When what is real no longer was last seen to be so."""
        self._held: dict[Key, None] = {}
        """What turned real in the quiet hours."""
        self._shown: tuple[object, ...] = ()

    def look(self, fleet: Fleet, now: datetime) -> tuple[Real, ...]:
        """What calls now, the worst first; mostly nothing."""
        shown = tuple((each.alerts, each.findings) for each in fleet.clusters)
        parts = (*shown, fleet.unassigned_alerts)
        if self._is_same(parts) and not self._held:
            self._met.note(fleet, now)
            return ()
        self._shown = parts
        real = dict(_real(fleet))
        called = [
            key
            for key in real.keys() - self._real.keys()
            if self._calls(_made(key, real[key]), now)
        ]
        for key in self._real.keys() - real.keys():
            self._left[key] = now
        self._left = {k: at for k, at in self._left.items() if _lately(at, now)}
        self._real = real
        self._met.note(fleet, now)
        self._calm.update(self._calm_in(fleet))
        return self._awake(called, now)

    def _is_same(self, parts: tuple[object, ...]) -> bool:
        before = self._shown
        if len(before) != len(parts):
            return False
        return all(_are_same(old, new) for old, new in zip(before, parts, strict=True))

    def _calls(self, real: Real, now: datetime) -> bool:
        """Whether it is news, and wanted."""
        left = self._left.get(real.key)
        if left is not None and _lately(left, now):
            return False
        if real.kind == ALERT and (HIDDEN, *real.key[1:]) in self._real:
            return False  # it was told of already, and somebody has ended what hid it
        if real.cluster and real.cluster not in self._met and not self._was_calm(real):
            return False
        wishes = self._wishes
        if wishes.clusters is not None and real.cluster not in wishes.clusters:
            return False
        severities = wishes.severities
        return not severities or not real.severity or real.severity in severities

    def _calm_in(self, fleet: Fleet) -> Iterator[Key]:
        """The calm alerts of clusters of which one cannot tell yet what is new."""
        for cluster in fleet.clusters:
            if cluster.name not in self._met:
                for each in cluster.alerts or ():
                    if each.verdict in CALM:
                        yield name_of(each)

    def _was_calm(self, real: Real) -> bool:
        return real.kind in {ALERT, HIDDEN} and real.key[1:] in self._calm

    def _awake(self, called: Sequence[Key], now: datetime) -> tuple[Real, ...]:
        """What may call at this hour, with what had to wait and is real still."""
        quiet = self._wishes.quiet
        if quiet is not None and quiet.holds(now.astimezone(self._zone).time()):
            self._held.update((key, None) for key in called)
            return ()
        keys = {*self._held, *called}
        if not keys:
            return ()
        self._held.clear()
        found = [_made(key, each) for key, each in self._real.items() if key in keys]
        return tuple(sorted(found, key=_rank))


def _lately(left: datetime, now: datetime) -> bool:
    """Whether it may only be flapping. By a clock that was put back nobody can tell."""
    return abs(now - left) < FLAPPING


def _rank(real: Real) -> int:
    """What to tell of first."""
    if real.is_hidden:
        return 0
    return {"critical": 1, "": 2}.get(real.severity, 3)


def _are_same(old: object, new: object) -> bool:
    if old is new:
        return True
    if not (isinstance(old, tuple) and isinstance(new, tuple)) or len(old) != 2:
        return False
    return len(new) == 2 and old[0] is new[0] and old[1] is new[1]


def _real(fleet: Fleet) -> Iterator[tuple[Key, _Source]]:
    """Everything that is real, unless somebody has silenced it knowingly."""
    for cluster in fleet.clusters:
        yield from once(cluster.alerts or (), of_alerts)
        for finding in cluster.findings:
            if finding.verdict is Verdict.REAL:
                key = finding.kind.value, cluster.name, finding.subject
                yield key, (finding, cluster.name)
    yield from once(fleet.unassigned_alerts, of_alerts)


def of_alerts(alerts: Sequence[JudgedAlert]) -> tuple[tuple[Key, JudgedAlert], ...]:
    """The real ones among alerts; to be asked for by `once`."""
    return tuple((_key(each), each) for each in alerts if _is_told(each))


def _is_told(judged: JudgedAlert) -> bool:
    """Whether it is real, and not kept quiet by somebody who knew that."""
    alert = judged.alert
    is_quiet = alert.silenced_by or alert.inhibited_by
    is_known = is_quiet and judged.concealed is None
    return judged.verdict is Verdict.REAL and not is_known


def _key(judged: JudgedAlert) -> Key:
    kind = ALERT if judged.concealed is None else HIDDEN
    return kind, *name_of(judged)


def _made(key: Key, source: _Source) -> Real:
    """What a person is told of one of thousands: most of them tell nobody anything."""
    if isinstance(source, tuple):
        finding, cluster = source
        kind = finding.kind.value
        return Real(
            key, kind, cluster, finding.title, finding.detail, since=finding.since
        )
    alert, hidden = source.alert, source.concealed
    return Real(
        key,
        key[0],
        source.cluster,
        alert.name,
        source.judgement.reason,
        alert.severity,
        hidden.since if hidden is not None else source.matters_since,
        alert.labels,
        source.judgement.evidence,
    )
