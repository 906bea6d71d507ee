"""Whose each alert is: thousands are as many kinds as there are sets of questions.

What alerts of one kind rest on is the same; they are judged as one group.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

from tui.engine.plan import Served
from tui.engine.view import View
from tui.model.alert import Alert
from tui.model.fleet import SourceKind
from tui.model.question import Question
from tui.model.reading import Freshness
from tui.triage import assign
from tui.triage.case import Scene


@dataclass(frozen=True, slots=True)
class Kind:
    """What alerts of one group have in common."""

    endpoint: str
    """The Alertmanager that lists them."""
    cluster: str
    is_placed: bool
    concerns: tuple[str, ...]
    has_rule: bool
    questions: tuple[Question, ...]
    kernel: tuple[str, ...]

    @property
    def clusters(self) -> tuple[str, ...]:
        """Their own, then the others that they are about."""
        return self.cluster, *(each for each in self.concerns if each != self.cluster)


@dataclass(frozen=True, slots=True)
class _Listed:
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
            concerns=_concerned(view, alert, kind.cluster),
        )
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
    if view.rulebook.is_cleared_by_clusters(alert):
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


def _concerned(view: View, alert: Alert, cluster: str) -> tuple[str, ...]:
    """All clusters of a shared Prometheus, when the alert is not of one alone.

    An `absent()` alert carries no labels but those of the sender: it says the same of
    every cluster that the sender looks at. Only what clears it must hold in all.
    """
    served = view.serving(SourceKind.PROMETHEUS, cluster)
    if served is None or not served.is_shared:
        return ()
    if not view.rulebook.is_cleared_by_clusters(alert):
        return ()
    known, pace = view.said(served.key("rules"))
    is_fresh = known.freshness(view.now, pace) is Freshness.LIVE
    rules = known.value if is_fresh and known.value else ()
    if assign.is_own(alert, rules, served.marks, cluster, served.home):
        return ()
    return tuple(each.name for each in served.clusters)
