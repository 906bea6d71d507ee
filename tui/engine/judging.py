"""Whose each alert is, and the judgement on it from that cluster's answers.

Of thousands of alerts those are judged again that may have another verdict by now, and
no others. Alerts whose judgement rests on the same things are one group.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import chain
from operator import itemgetter

from msgspec import Struct, field
from msgspec.structs import replace

from tui.engine.answers import Answers, answers_of
from tui.engine.kinds import Kind, grouped
from tui.engine.plan import Served
from tui.engine.view import View
from tui.model.alert import Alert, JudgedAlert, Rank, Verdict, rank
from tui.model.fleet import SourceKind
from tui.model.kept import Kept
from tui.model.question import Question
from tui.model.reading import STALE_AFTER
from tui.triage import assign, notes
from tui.triage.case import Case, Scene

_NEVER = datetime.max.replace(tzinfo=UTC)
_STALE_PACE = timedelta(seconds=1)
"""How often what rests on an old answer is judged: it says how old that is."""
_TIMED_A_SECOND = 15
"""Where more alerts are listed than that for each second since, times of real ones
follow more seldom ..."""
_TIMED_SECONDS = 90
"""... but so often. A piece of evidence is then younger than it says, never older.

Both are half as long again as those of the alerts' own times: when these follow, all is
judged anew, and the evidence has its newest times with them."""


class _Ground(Struct, frozen=True):
    """What the judgement of a group rests on in one cluster, beside alert and time."""

    cluster: str
    scene: Scene
    """As much of it as the group looks at."""
    answers: Answers = field(default_factory=lambda: Answers({}, {}))

    def due(self, now: datetime, pace: timedelta) -> datetime:
        """When the same ground may give another judgement; a refresh from now at most.

        pace    how often most things are read
        """
        # What asks nothing changes with what is read, and when that grows stale.
        moments = [now + pace if self.answers.readings else _NEVER]
        for question, answer in self.answers.readings.items():
            if answer.observed_at is not None:
                each = self.answers.paces.get(question, pace)
                stale_at = answer.observed_at + STALE_AFTER * each
                moments.append(stale_at if now <= stale_at else now + _STALE_PACE)
        rows_at, rows_pace = self.scene.rows_at, self.scene.rows_pace or pace
        if rows_at is not None and now <= rows_at + STALE_AFTER * rows_pace:
            moments.append(rows_at + STALE_AFTER * rows_pace)
        return min(moments)


class _Group(Struct, frozen=True):
    """A group as it was judged."""

    members: tuple[Alert, ...]
    listed: int
    """How many alerts its Alertmanager lists."""
    grounds: tuple[_Ground, ...]
    judged: tuple[JudgedAlert, ...]
    """In the order of the members ..."""
    ranks: tuple[Rank, ...]
    """... and what each is sorted by."""
    at: datetime
    due: datetime
    timed_at: datetime
    """When all evidence was last given its newest times."""

    def holds(
        self, grounds: tuple[_Ground, ...], now: datetime, *, is_timely: bool
    ) -> bool:
        """Whether an alert of the group would be judged in the same way now."""
        if not self.at <= now < self.due:
            return False
        before = self.grounds
        if is_timely:
            # When the rules were read decides nothing.
            before = tuple(map(_undated, before))
            grounds = tuple(map(_undated, grounds))
        return before == grounds

    def is_timely(self, members: tuple[Alert, ...], now: datetime) -> bool:
        """Whether evidence of real alerts may keep the times that it has.

        members     of the group as it is now: where most are others than before, all
                    is judged anew at once, and not once for them and once for times
        """
        seconds = min(self.listed / _TIMED_A_SECOND, _TIMED_SECONDS)
        is_young = timedelta() <= now - self.timed_at < timedelta(seconds=seconds)
        return is_young and not _are_others(self.members, members)


class Judging:
    """Judges all alerts pass after pass; what did not change is the same object."""

    def __init__(self) -> None:
        self._groups: dict[Kind, _Group] = {}
        self.asked: tuple[tuple[tuple[str, ...], tuple[Question, ...]], ...] = ()
        """What judging takes: which clusters are asked what."""
        self._lists: dict[str, tuple[list[_Group], tuple[JudgedAlert, ...]]] = {}

    def alerts(
        self, view: View, scenes: Mapping[str, Scene]
    ) -> dict[str, tuple[JudgedAlert, ...]]:
        """Judged alerts by name of the cluster; "" holds those of no cluster.

        A cluster whose Alertmanager never answered is not in it. An alert made of
        kernel lines that names no cluster goes where the lines are.
        """
        found: dict[str, list[_Group]] = {}
        groups: dict[Kind, _Group] = {}
        for served in view.of_kind(SourceKind.ALERTMANAGER):
            alerts: tuple[Alert, ...] | None = view.reading(served.key("alerts")).value
            if alerts is None:
                continue
            for cluster in served.clusters:
                found.setdefault(cluster.name, [])
            for kind, members in grouped(view, served, alerts, scenes):
                grounds = tuple(_ground(view, kind, at, scenes) for at in kind.clusters)
                groups[kind] = self._judged(
                    view, served, kind, members, len(alerts), grounds
                )
                found.setdefault(kind.cluster, []).append(groups[kind])
        self._groups = groups
        self.asked = tuple((kind.clusters, kind.questions) for kind in groups)
        self._lists = {name: self._ranked(name, each) for name, each in found.items()}
        return {name: ranked for name, (_, ranked) in self._lists.items()}

    def _judged(
        self,
        view: View,
        served: Served,
        kind: Kind,
        members: tuple[Alert, ...],
        listed: int,
        grounds: tuple[_Ground, ...],
    ) -> _Group:
        """The group as it was, or judged anew as far as it must be."""
        known, now = self._groups.get(kind), view.now
        is_timely = known is not None and known.is_timely(members, now)
        holds = known is not None and known.holds(grounds, now, is_timely=is_timely)
        if known is not None and holds and known.members == members:
            return known
        old_ones = known.judged if known is not None else ()
        before = {each.alert.fingerprint: each for each in old_ones}
        judged = []
        for alert in members:
            old = before.get(alert.fingerprint)
            if old is None or not holds or not _is_same(old.alert, alert):
                new = _judge(view, served, kind, grounds, alert)
                old = old if old and _says_as(old, new, is_timely=is_timely) else new
            judged.append(old)
        due = min(ground.due(now, view.pace) for ground in grounds)
        return _Group(
            members,
            listed,
            grounds,
            tuple(judged),
            tuple(map(rank, judged)),
            now,
            due if kind.has_rule else _NEVER,
            known.timed_at if known is not None and is_timely else now,
        )

    def _ranked(
        self, name: str, groups: list[_Group]
    ) -> tuple[list[_Group], tuple[JudgedAlert, ...]]:
        """All alerts of a cluster, worst first."""
        known = self._lists.get(name)
        if known is not None and len(known[0]) == len(groups):
            pairs = zip(known[0], groups, strict=True)
            if all(old.judged is new.judged for old, new in pairs):
                return known
        judged = chain.from_iterable(group.judged for group in groups)
        ranks = chain.from_iterable(group.ranks for group in groups)
        ranked = sorted(zip(ranks, judged, strict=True), key=itemgetter(0))
        return groups, Kept([each for _, each in ranked])


def _doubt(view: View, served: Served, alert: Alert, cluster: str) -> str:
    """What speaks against the alert being of the cluster that it is shown in."""
    if not cluster:
        return assign.why_nobodys(alert.labels, served.marks)
    if elsewhere := assign.named_elsewhere(alert.labels, cluster, view.config.marks):
        return elsewhere
    if served.is_shared:
        return ""
    (only,) = served.clusters
    return assign.contradiction(alert.labels, only.name, only.labels)


def _ground(
    view: View, kind: Kind, cluster: str, scenes: Mapping[str, Scene]
) -> _Ground:
    """What the group looks at in one cluster."""
    scene = scenes.get(cluster, Scene())
    if not kind.has_rule:
        return _Ground(cluster, Scene(rules=scene.rules, rules_at=scene.rules_at))
    seen = scene if kind.kernel else replace(scene, kernel=())
    config = view.cluster(cluster)
    if config is None:
        return _Ground(cluster, seen)
    return _Ground(cluster, seen, answers_of(view, config, kind.questions))


def _judge(
    view: View,
    served: Served,
    kind: Kind,
    grounds: tuple[_Ground, ...],
    alert: Alert,
) -> JudgedAlert:
    """The alert by its own cluster; and by others when it is about them as well."""
    doubt = _doubt(view, served, alert, kind.cluster) or kind.doubt.why
    first, *others = grounds
    cases = [
        _case(view, alert, first, is_placed=kind.is_placed, doubt=doubt),
        *(_case(view, alert, ground) for ground in others),
    ]
    judgement = view.rulebook.judge_together(cases)
    waits = kind.doubt.is_waiting or any(
        a.attempts == 0 for each in cases for a in each.answers.values()
    )
    return JudgedAlert(
        alert,
        judgement,
        kind.cluster,
        kind.endpoint,
        is_waiting=judgement.verdict is Verdict.UNDECIDED and waits,
        concerns=kind.concerns,
    )


def _case(
    view: View,
    alert: Alert,
    ground: _Ground,
    *,
    is_placed: bool = False,
    doubt: str = "",
) -> Case:
    """One alert with the answers of one cluster only."""
    config = view.cluster(ground.cluster)
    return Case(
        alert=alert,
        cluster=ground.cluster,
        answers=ground.answers.readings,
        inventory=config.inventory if config else (),
        interval=view.pace,
        now=view.now,
        scene=ground.scene,
        is_placed=is_placed,
        paces=ground.answers.paces,
        ahead=ground.answers.ahead,
        doubt=doubt,
    )


def _undated(ground: _Ground) -> _Ground:
    return replace(ground, scene=replace(ground.scene, rules_at=None))


def _says_as(old: JudgedAlert, new: JudgedAlert, *, is_timely: bool) -> bool:
    """Whether the new one says no more than the old one: that is kept then.

    is_timely   times that moved are nothing to tell of what is real
    """
    if old == new:
        return True
    return (
        is_timely
        and old.verdict is Verdict.REAL
        and _is_same(old.alert, new.alert)
        and notes.untimed(old.judgement) == notes.untimed(new.judgement)
        and old == replace(new, alert=old.alert, judgement=old.judgement)
    )


def _are_others(before: tuple[Alert, ...], now: tuple[Alert, ...]) -> bool:
    """Whether most of these are other objects than those before."""
    if before is now:
        return False
    known = set(map(id, before))
    return 2 * sum(id(each) not in known for each in now) > len(now)


def _is_same(old: Alert, new: Alert) -> bool:
    return old is new or old == new
