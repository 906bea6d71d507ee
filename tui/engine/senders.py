"""Who sent an alert: the Prometheus of a cluster that we know, or somebody else.

An Alertmanager may serve clusters of which the config does not know, whose alerts look
the same. What their own Prometheus is not known to fire is not cleared by them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from msgspec import Struct

from tui.engine.plan import Served
from tui.engine.view import View
from tui.model.alert import Alert
from tui.model.fleet import SourceKind
from tui.model.labels import Labels
from tui.model.metric import Rule, RuleAlert
from tui.triage import assign

_REPLICAS = frozenset({"prometheus_replica", "replica", "__replica__"})
"""Two that watch the same send what differs in these alone."""


class Doubt(Struct, frozen=True):
    """Whether somebody else may have sent an alert."""

    why: str = ""
    """In words; empty when nobody else may have."""
    is_waiting: bool = False
    """A Prometheus was not asked for its rules yet."""


KNOWN = Doubt()


def stranger(
    view: View, served: Served, clusters: tuple[str, ...], alert: Alert
) -> Doubt:
    """Whether an alert may be of none of these clusters.

    Rules that were read once go on telling: that they grow old, or are read no more,
    clears nothing.

    served      the Alertmanager that lists it
    clusters    those that the alert may be about
    """
    if not view.rulebook.is_of_prometheus(alert):
        return KNOWN
    doubts: list[str] = []
    every: dict[str, tuple[Rule, ...]] = {}
    is_waiting = is_fired = False
    for name in clusters:
        server = view.serving(SourceKind.PROMETHEUS, name)
        if server is None:
            return KNOWN
        reading = view.reading(server.key("rules"))
        rules: tuple[Rule, ...] | None = reading.value
        if rules == ():
            return KNOWN  # who evaluates none reads them from elsewhere
        every[server.endpoint.urls[0]] = rules or ()
        is_fired = is_fired or _fires(rules or (), alert)
        is_waiting = is_waiting or not reading.attempts
        said = "has not told its rules" if rules is None else "does not fire it"
        doubts.append(f"prometheus {name} {said}")
    if not is_fired:
        told = " and ".join(dict.fromkeys(doubts))
        return Doubt(f"{told}: who sent it is not known", is_waiting)
    return Doubt(_too_many(view, served, clusters[0], alert, every))


def _fires(rules: Iterable[Rule], alert: Alert) -> bool:
    """Whether one of them sends it, or cannot tell by now; none sends what waits."""
    return _any(rules, alert, _is_sent)


def _is_sent(active: RuleAlert, labels: Labels) -> bool:
    return active.state != "pending" and active.may_be(labels)


def may_fire(rules: Iterable[Rule], alert: Alert) -> bool:
    """Whether one of them has it, if only pending, or cannot tell by now."""
    return _any(rules, alert, RuleAlert.may_be)


def _any(
    rules: Iterable[Rule], alert: Alert, is_it: Callable[[RuleAlert, Labels], bool]
) -> bool:
    return any(
        rule.health != "ok" or any(is_it(each, alert.labels) for each in rule.alerts)
        for rule in rules
        if rule.name == alert.name
    )


def _too_many(
    view: View,
    served: Served,
    cluster: str,
    alert: Alert,
    every: Mapping[str, tuple[Rule, ...]],
) -> str:
    """Whether more of that name are listed than are fired: one is somebody else's."""
    mine = _named(view, served).get((cluster, alert.name), ())
    own = [
        rule for rules in every.values() for rule in rules if rule.name == alert.name
    ]
    if len(mine) < 2 or any(rule.health != "ok" for rule in own):
        return ""
    fired = [
        active.labels
        for rule in own
        for active in rule.alerts
        if any(_is_sent(active, labels) for labels in mine)
    ]
    if len(mine) <= len(fired):
        return ""
    return (
        f"Alertmanager lists {len(mine)} of that name, and Prometheus fires "
        f"{len(fired)}: one is somebody else's, and labels in the config do not tell"
    )


def _named(view: View, served: Served) -> Mapping[tuple[str, str], tuple[Labels, ...]]:
    """The label sets that are listed, by cluster and name of the alert."""
    key = served.key("alerts")
    alerts: tuple[Alert, ...] = view.reading(key).value or ()
    return view.memo.once(
        ("listed", key), alerts, partial(_by_name, view, served, alerts)
    )


def _by_name(
    view: View, served: Served, alerts: tuple[Alert, ...]
) -> Mapping[tuple[str, str], tuple[Labels, ...]]:
    marks = {each.name: each.labels for each in served.clusters}
    found: dict[tuple[str, str], list[Labels]] = {}
    for alert in alerts:
        if not view.rulebook.is_of_prometheus(alert):
            continue
        name = assign.cluster_of(alert.labels, served.marks, served.home)
        if assign.contradiction(alert.labels, name, marks.get(name, {})):
            continue
        labels = {k: v for k, v in alert.labels.items() if k not in _REPLICAS}
        each = found.setdefault((name, alert.name), [])
        if labels not in each:
            each.append(labels)
    return {key: tuple(each) for key, each in found.items()}
