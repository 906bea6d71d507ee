"""What an alert's own rule asks, by Prometheus' rules or by the alert's own link."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from urllib.parse import parse_qs, urlsplit

from tui.model.alert import Alert, Evidence, Verdict
from tui.triage.case import Case, Scene

_EXPR = re.compile(r'"expr":\s*("(?:[^"\\]|\\.)*")')


@dataclass(frozen=True, slots=True)
class Asked:
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
    for rule in scene.rules:
        if rule.name != alert.name:
            continue
        for active in rule.alerts:
            # The sender adds external labels to those that the rule knows.
            if active.labels.items() <= alert.labels.items():
                return Asked(linked or rule.query, active.value, active.active_at)
        linked = linked or rule.query
    return Asked(linked)


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


def note(case: Case) -> tuple[Evidence, ...]:
    """That the alert's own expression is true: why it fires at all."""
    own = asked(case.alert, case.scene)
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
            f"value {own.value}" if own.value else "",
            case.scene.rules_at if own.active_at else case.alert.updated_at,
        ),
    )
