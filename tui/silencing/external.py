"""Which labels a Prometheus adds on its way to Alertmanager, seen from what it sends.

Its rules page shows alerts without its external labels. An alert that is in both lists
gives them away, also where relabelling changes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from tui.model.alert import Alert
from tui.model.labels import Labels
from tui.model.metric import Rule, Ruler

_SAMPLES = 50
"""Alerts to look at; the same labels are added to all."""
_OF_ONE_RULE = 5
"""Each is held against all alerts of its name: a rule may have hundreds."""


def with_external(ruler: Ruler, alerts: Iterable[Alert]) -> Ruler:
    """The ruler with what its firing alerts tell of its external labels.

    A label is added only to an alert that has none of that name. So one that is on
    every alert may be external, without anything that tells its value: it is unsure.
    """
    added: dict[str, set[str]] = {}
    common: set[str] | None = None
    for own, sent in islice(_pairs(ruler.rules or (), alerts), _SAMPLES):
        names = set(sent)
        common = names if common is None else common & names
        for name in names - set(own):
            added.setdefault(name, set()).add(sent[name])
    if common is None:
        return ruler
    external = {name: next(iter(v)) for name, v in added.items() if len(v) == 1}
    unsure = (common | set(added)) - set(external) - {"alertname"}
    return Ruler(
        ruler.endpoint, ruler.clusters, ruler.rules, external, frozenset(unsure)
    )


def _pairs(
    rules: Sequence[Rule], alerts: Iterable[Alert]
) -> Iterator[tuple[Labels, Labels]]:
    """The labels of an alert in Prometheus, and of the one that it is there.

    One that could be several is left out: another server may have sent them.
    """
    by_name: dict[str, list[Labels]] = {}
    for alert in alerts:
        by_name.setdefault(alert.name, []).append(alert.labels)
    for rule in rules:
        firing = (each for each in rule.alerts if each.state == "firing")
        for active in islice(firing, _OF_ONE_RULE):
            sent = [
                labels for labels in by_name.get(rule.name, ()) if active.may_be(labels)
            ]
            if len(sent) == 1:
                yield active.labels, sent[0]
