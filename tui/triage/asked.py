"""What an alert's own rule asks, by Prometheus' rules or by the alert's own link."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from urllib.parse import parse_qs, urlsplit

from msgspec import Struct

from tui.model.alert import Alert, Evidence, Verdict
from tui.model.kept import once
from tui.model.labels import Labels
from tui.model.metric import Rule, RuleAlert
from tui.triage.case import Case, Scene

_EXPR = re.compile(r'"expr":\s*("(?:[^"\\]|\\.)*")')


class Asked(Struct, frozen=True):
    """The expression behind an alert, and what it gave."""

    expression: str
    """PromQL or LogQL."""
    value: str = ""
    active_at: datetime | None = None
    """Since when it has been true; None when the rule is not known."""


def asked(alert: Alert, scene: Scene) -> Asked:
    """The alert's own question; an empty expression when nobody tells it.

    A rule that evaluates this very alert wins over the link that the alert carries.
    """
    linked = _linked(alert.generator_url)
    for rule in once(scene.rules, _by_name).get(alert.name, ()):
        active = rule.active(alert.labels)
        if active is not None:
            query = linked or rule.rule.query
            return Asked(query, active.value, active.active_at)
        linked = linked or rule.rule.query
    return Asked(linked)


class _Indexed:
    """A rule whose alerts are found without looking at each."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self._alerts: dict[tuple[str, ...], dict[tuple[str, ...], RuleAlert]] = {}
        """By the names of their labels, then by the values."""
        for alert in rule.alerts:
            names = tuple(sorted(alert.labels))
            values = tuple(alert.labels[name] for name in names)
            self._alerts.setdefault(names, {}).setdefault(values, alert)

    def active(self, labels: Labels) -> RuleAlert | None:
        """The alert that was sent with these: the sender adds labels of its own."""
        for names, alerts in self._alerts.items():
            values = tuple(labels.get(name, "") for name in names)
            if values in alerts:
                return alerts[values]
        return None


def _by_name(rules: Sequence[Rule]) -> Mapping[str, tuple[_Indexed, ...]]:
    """The rules of each name, in their order."""
    found: dict[str, list[_Indexed]] = {}
    for rule in rules:
        found.setdefault(rule.name, []).append(_Indexed(rule))
    return {name: tuple(each) for name, each in found.items()}


@lru_cache(maxsize=10_000)
def _linked(url: str) -> str:
    """The expression in a link to Prometheus' graph, or to Grafana's or Loki's explore.

    wire    `?g0.expr=EXPR`; `?left=` holds JSON with an `expr`, or the expression
    """
    try:
        fields = parse_qs(urlsplit(url).query)
    except ValueError:
        return ""
    if "g0.expr" in fields:
        return fields["g0.expr"][0]
    left = fields.get("left", [""])[0]
    found = _EXPR.search(left)
    return _unescaped(found[1]) if found else left


def _unescaped(quoted: str) -> str:
    """A JSON string in plain; as it stands when it is none."""
    try:
        return str(json.loads(quoted))
    except ValueError:
        return quoted


def _spelt(value: str) -> str:
    """A number as people write it: Prometheus says 1e+02 for a hundred."""
    if "e+" not in value:
        return value
    try:
        return f"{float(value):.12g}"
    except ValueError:
        return value


def note(case: Case, own: Asked) -> tuple[Evidence, ...]:
    """That the alert's own expression is true: why it fires at all."""
    if not own.expression:
        return ()
    since = f" since {own.active_at:%H:%M:%S} UTC" if own.active_at else ""
    source = f"prometheus {case.cluster}".rstrip()
    return (
        Evidence(
            f"its own expression is true{since}",
            Verdict.REAL,
            source if own.active_at else "the alert itself",
            own.expression,
            f"value {_spelt(own.value)}" if own.value else "",
            case.scene.rules_at if own.active_at else case.alert.updated_at,
        ),
    )
