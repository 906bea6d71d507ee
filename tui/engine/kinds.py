"""Whose each alert is: thousands are as many kinds as there are sets of questions.

What alerts of one kind rest on is the same; they are judged as one group.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from tui.engine.plan import Served
from tui.engine.senders import KNOWN, Doubt, may_fire, stranger
from tui.engine.view import View
from tui.model.alert import Alert
from tui.model.fleet import SourceKind
from tui.model.metric import Rule
from tui.model.question import Question
from tui.model.reading import Freshness
from tui.triage import assign
from tui.triage.case import Scene


class Kind(Struct, frozen=True):
    """What alerts of one group have in common."""

    endpoint: str
    """The Alertmanager that lists them."""
    cluster: str
    is_placed: bool
    concerns: tuple[str, ...]
    has_rule: bool
    questions: tuple[Question, ...]
    kernel: tuple[str, ...]
    doubt: Doubt = KNOWN
    """Whether somebody else than they may have sent it."""

    @property
    def clusters(self) -> tuple[str, ...]:
        """Their own, then the others that they are about."""
        return self.cluster, *(each for each in self.concerns if each != self.cluster)


class _Listed(Struct, frozen=True):
    """The alerts of one Alertmanager by what they rest on."""

    groups: Mapping[Kind, tuple[Alert, ...]]
    loose: tuple[Alert, ...]
    """Those of which other facts tell whose they are: kernel lines, and rules."""


def grouped(
    view: View,
    served: Served,
    alerts: tuple[Alert, ...],
    scenes: Mapping[str, Scene],
) -> Iterator[tuple[Kind, tuple[Alert, ...]]]:
    """The alerts of one Alertmanager by what their judgement rests on."""
    key = served.key("alerts")
    listed = view.memo.once(
        ("groups", key), alerts, partial(_listed, view, served, alerts)
    )
    yield from listed.groups.items()
    own = {each.name: scenes[each.name].kernel for each in served.clusters}
    loose: dict[Kind, list[Alert]] = {}
    for alert in listed.loose:
        name = assign.cluster_of(alert.labels, served.marks, served.home)
        placed = ""
        if not assign.is_marked(alert.labels, served.marks):
            kinds = view.rulebook.kernel_kinds(alert)
            placed = assign.cluster_by_kernel(alert, kinds, own)
        kind = _kind(view, served, alert, placed or name)
        kind = replace(
            kind,
            is_placed=placed not in {"", name},
            concerns=_concerned(view, served, alert, kind.cluster),
        )
        kind = replace(kind, doubt=stranger(view, served, kind.clusters, alert))
        loose.setdefault(kind, []).append(alert)
    for kind, members in loose.items():
        yield kind, tuple(members)


def _listed(view: View, served: Served, alerts: tuple[Alert, ...]) -> _Listed:
    groups: dict[Kind, list[Alert]] = {}
    uncovered: dict[str, list[Alert]] = {}
    """By cluster those of no rule: of thousands nearly all, and of one kind."""
    loose = []
    for alert in alerts:
        has_rule = view.rulebook.rule_for(alert) is not None
        if has_rule and _is_loose(view, served, alert):
            loose.append(alert)
            continue
        name = assign.cluster_of(alert.labels, served.marks, served.home)
        if has_rule:
            groups.setdefault(_kind(view, served, alert, name), []).append(alert)
        else:
            uncovered.setdefault(name, []).append(alert)
    for name, each in uncovered.items():
        groups[_kind(view, served, each[0], name)] = each
    return _Listed(
        {kind: tuple(members) for kind, members in groups.items()}, tuple(loose)
    )


def _is_loose(view: View, served: Served, alert: Alert) -> bool:
    rules = view.rulebook
    if rules.is_cleared_by_clusters(alert) or rules.is_of_prometheus(alert):
        return True
    is_marked = assign.is_marked(alert.labels, served.marks)
    return not is_marked and bool(view.rulebook.kernel_kinds(alert))


def _kind(view: View, served: Served, alert: Alert, cluster: str) -> Kind:
    rule = view.rulebook.rule_for(alert)
    return Kind(
        endpoint=served.key("alerts").endpoint,
        cluster=cluster,
        is_placed=False,
        concerns=(),
        has_rule=rule is not None,
        questions=rule.questions if rule else (),
        kernel=rule.kernel if rule else (),
    )


def _concerned(
    view: View, served: Served, alert: Alert, cluster: str
) -> tuple[str, ...]:
    """All clusters that the alert may be about, when it is not of one alone.

    Only what clears it must hold in all. None for an alert of one cluster.
    """
    if not view.rulebook.is_cleared_by_clusters(alert):
        return ()
    found = (
        *_told_of(view, alert, cluster),
        *_senders(view, served, alert, cluster),
        *_namesakes(view, served, alert, cluster),
    )
    return tuple(dict.fromkeys(found))


def _told_of(view: View, alert: Alert, cluster: str) -> tuple[str, ...]:
    """The clusters of a shared Prometheus.

    An `absent()` alert carries no labels but those of the sender: it says the same of
    every cluster that the sender looks at.
    """
    served = view.serving(SourceKind.PROMETHEUS, cluster)
    if served is None or not served.is_shared:
        return ()
    if assign.is_own(alert, _rules(view, served), served.marks, cluster, served.home):
        return ()
    return served.names


def _senders(view: View, served: Served, alert: Alert, cluster: str) -> tuple[str, ...]:
    """The clusters of a shared Alertmanager that may have sent what names none.

    All but those whose own Prometheus does not fire it now: what several send with the
    same labels is one alert there.
    """
    if not cluster or assign.is_marked(alert.labels, served.marks):
        return ()
    return tuple(
        each.name
        for each in served.clusters
        if each.name != cluster and _may_send(view, each.name, alert)
    )


def _namesakes(
    view: View, served: Served, alert: Alert, cluster: str
) -> tuple[str, ...]:
    """The clusters that may have sent it in this one's name.

    Who copies a config copies the label that its sender adds. Then their own Prometheus
    fires it, nothing of theirs is listed, and both are one alert here.
    """
    if not cluster or not assign.is_marked(alert.labels, served.marks):
        return ()
    key = served.key("alerts")
    alerts: tuple[Alert, ...] = view.reading(key).value or ()
    work = partial(_by_cluster, served, alerts)
    listed = view.memo.once(("named", key), alerts, work)
    return tuple(
        each.name
        for each in served.clusters
        if each.name != cluster
        and (alert.name, each.name) not in listed
        and _fires(view, each.name, cluster, alert)
    )


def _by_cluster(
    served: Served, alerts: tuple[Alert, ...]
) -> frozenset[tuple[str, str]]:
    """The names of alerts, each with its cluster."""
    return frozenset(
        (each.name, assign.cluster_of(each.labels, served.marks, served.home))
        for each in alerts
    )


def _fires(view: View, sender: str, cluster: str, alert: Alert) -> bool:
    """Whether a Prometheus that is not this cluster's too fires the alert now."""
    served = view.serving(SourceKind.PROMETHEUS, sender)
    if served is None or cluster in served.names:
        return False
    return any(
        active.state == "firing" and active.may_be(alert.labels)
        for rule in _rules(view, served)
        if rule.name == alert.name
        for active in rule.alerts
    )


def _may_send(view: View, cluster: str, alert: Alert) -> bool:
    served = view.serving(SourceKind.PROMETHEUS, cluster)
    rules = _rules(view, served) if served else ()
    return not rules or may_fire(rules, alert)


def _rules(view: View, served: Served) -> tuple[Rule, ...]:
    """The rules of a Prometheus as they are now; none when nobody knows."""
    known, pace = view.said(served.key("rules"))
    is_fresh = known.freshness(view.now, pace) is Freshness.LIVE
    return known.value if is_fresh and known.value else ()
