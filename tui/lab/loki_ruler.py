"""The rules of the lab's Loki, and the alerts that they raise.

Loki's alerts carry their rule's labels and nothing else: `sum()` leaves none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from urllib.parse import quote_plus

from msgspec import Struct

from tui.lab.alertmanager_alerts import SentAlert
from tui.lab.http import instant, nanoseconds, rfc3339
from tui.lab.logql import hits
from tui.lab.logql_parser import LogQuery, parse
from tui.lab.loki_feed import Feed
from tui.lab.loki_store import MINUTE
from tui.lab.world import World

_WINDOW = 5 * MINUTE
_LIMIT = "maximum number of series (500) reached for a single query"
_EXPLORE = "http://loki.monit.internal:3100/explore?left="


class LokiRule(Struct, frozen=True):
    """A rule over `sum(count_over_time(QUERY [5m])) > 0`."""

    name: str
    query: str
    hold: timedelta
    severity: str
    summary: str
    description: str  # `{n}` stands for the count

    @property
    def expression(self) -> str:
        """As the rules file has it."""
        return f"sum(count_over_time({self.query} [5m])) > 0"


RULES: tuple[LokiRule, ...] = (
    LokiRule(
        "BTRFSCorruptionDetected",
        '{job="talos-kernel"} |= "parent transid verify failed"',
        timedelta(0),
        "critical",
        "BTRFS corruption detected in the kernel log",
        '{n} "parent transid verify failed" lines in the last 5 minutes.',
    ),
    LokiRule(
        "ISCSIKernelError",
        '{job="talos-kernel"} |~ "(?i)(iscsid|iscsi).*(error|failed|timeout|lost)"',
        timedelta(minutes=2),
        "warning",
        "iSCSI errors in the kernel log",
        "{n} iSCSI error lines in the last 5 minutes.",
    ),
)


class LokiAlert(Struct, frozen=True):
    """A rule whose count is above zero, since when, and whether its `for` is over."""

    rule: LokiRule
    active_at: datetime
    count: int
    is_firing: bool

    @property
    def labels(self) -> Mapping[str, str]:
        """The alert's name and its severity, no more."""
        return {"alertname": self.rule.name, "severity": self.rule.severity}

    @property
    def annotations(self) -> Mapping[str, str]:
        """Expanded."""
        text = self.rule.description.replace("{n}", str(self.count))
        return {"description": text, "summary": self.rule.summary}


class Ruler:
    """Evaluates the rules over what was shipped whenever someone asks."""

    def __init__(self, world: World, feed: Feed) -> None:
        self._world = world
        self._feed = feed

    def active(self) -> list[LokiAlert]:
        """The alerts, pending and firing."""
        self._feed.catch_up()
        now = self._world.now()
        found = (self._alert(rule, now) for rule in self.rules)
        return [alert for alert in found if alert is not None]

    @property
    def rules(self) -> tuple[LokiRule, ...]:
        """Those that are loaded."""
        has = self._world.faults.has
        return tuple(each for each in RULES if not has("log-rule-missing", each.name))

    def settings(self) -> Mapping[str, object]:
        """What /config tells of the ruler and of what is around it."""
        url = "http://kube-prometheus-stack-alertmanager.monitoring.svc:9093"
        is_wired = not self._world.faults.has("ruler-unwired")
        return {
            "target": "all",
            "auth_enabled": False,
            "ruler": {
                "external_url": {},
                "evaluation_interval": "1m0s",
                "alertmanager_url": url if is_wired else "",
                "enable_alertmanager_v2": True,
                "enable_api": True,
            },
        }

    def _alert(self, rule: LokiRule, now: datetime) -> LokiAlert | None:
        query = parse(rule.query)
        if not isinstance(query, LogQuery):
            raise TypeError(rule.query)
        end = nanoseconds(now)
        lines = sorted(
            hit.entry.at
            for hit in hits(self._feed.store, query, end - 24 * _WINDOW, end + 1)
        )
        recent = [at for at in lines if at > end - _WINDOW]
        if not recent:
            return None
        # It has been active since the first line of a chain without a 5-minute gap.
        first = recent[0]
        for at in reversed(lines):
            if at < first - _WINDOW:
                break
            first = min(first, at)
        active_at = instant(first)
        is_firing = now - active_at >= rule.hold
        return LokiAlert(rule, active_at, len(recent), is_firing)

    def alerts(self) -> Sequence[SentAlert]:
        """What the ruler sends to Alertmanager."""
        has = self._world.faults.has
        if has("ruler-unwired") or has("ruler-lost"):
            return []
        return [
            SentAlert(
                alert.labels,
                alert.annotations,
                alert.active_at + alert.rule.hold,
                f"{_EXPLORE}{quote_plus(alert.rule.expression)}",
            )
            for alert in self.active()
            if alert.is_firing and not has("log-rule-fails", alert.rule.name)
        ]

    def alerts_data(self) -> Mapping[str, object]:
        """The data of /prometheus/api/v1/alerts."""
        return {"alerts": [_body(alert) for alert in self.active()]}

    def groups_data(self) -> Mapping[str, object]:
        """The data of /prometheus/api/v1/rules."""
        has = self._world.faults.has
        late = timedelta(minutes=15 if has("log-rules-late") else 0)
        now, active = rfc3339(self._world.now() - late), self.active()
        rules = []
        for rule in self.rules:
            mine = [alert for alert in active if alert.rule is rule]
            state = "firing" if any(a.is_firing for a in mine) else "pending"
            fails = has("log-rule-fails", rule.name)
            rules.append(
                {
                    "state": state if mine else "inactive",
                    "name": rule.name,
                    "query": f"({rule.expression})",
                    "duration": rule.hold.total_seconds(),
                    "labels": {"severity": rule.severity},
                    "annotations": _template(rule),
                    "alerts": [_body(alert) for alert in mine],
                    "health": "err" if fails else "ok",
                    "lastError": _LIMIT if fails else "",
                    "type": "alerting",
                    "lastEvaluation": now,
                    "evaluationTime": 0.00291539,
                }
            )
        group = {
            "name": "talos-kernel",
            "file": "talos.yml",
            "rules": rules,
            "interval": 60,
            "limit": 0,
            "lastEvaluation": now,
            "evaluationTime": 0.006,
        }
        return {"groups": [group]}

    def as_yaml(self) -> Mapping[str, object]:
        """The rules as /loki/api/v1/rules gives them; a `for` of zero is left out."""
        rules = []
        for rule in self.rules:
            entry: dict[str, object] = {
                "alert": rule.name,
                "expr": rule.expression,
            }
            if rule.hold:
                entry["for"] = f"{rule.hold // timedelta(minutes=1)}m"
            entry["labels"] = {"severity": rule.severity}
            entry["annotations"] = _template(rule)
            rules.append(entry)
        return {
            "talos.yml": [{"name": "talos-kernel", "interval": "1m", "rules": rules}]
        }


def _template(rule: LokiRule) -> Mapping[str, str]:
    text = rule.description.replace("{n}", "{{ $value }}")
    return {"description": text, "summary": rule.summary}


def _body(alert: LokiAlert) -> Mapping[str, object]:
    mantissa = f"{float(alert.count):e}".split("e")
    return {
        "labels": alert.labels,
        "annotations": alert.annotations,
        "state": "firing" if alert.is_firing else "pending",
        "activeAt": rfc3339(alert.active_at),
        "value": f"{float(mantissa[0]):g}e{mantissa[1]}",
    }
