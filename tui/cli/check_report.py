"""The JSON report of `check`: everything that is known, described in docs/check.md.

It writes down a fleet and judges nothing itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from math import isfinite
from typing import Any, TypeAlias

from msgspec import Struct
from msgspec.structs import asdict, replace

from tui.cli import pipeline_report
from tui.model.alert import JudgedAlert, Verdict
from tui.model.alertmanager import Alertmanager
from tui.model.fleet import Cluster, Fleet, NodeView, SourceStatus, Standing
from tui.model.log import LogFinding
from tui.model.metric import Series
from tui.model.target import Expected, Health, TargetRow

SCHEMA = 1
"""Raised when a field changes its meaning or goes; new fields do not raise it."""

REAL, UNDECIDED = 1, 2

Document: TypeAlias = dict[str, Any]


def exit_code(fleet: Fleet, now: datetime) -> int:
    """1 when anything is real, 2 when anything could not be judged, else 0.

    A silence keeps an alert quiet; it does not make it untrue, so it still counts.
    """
    standings = {each.standing(now) for each in fleet.clusters}
    verdicts = {alert.verdict for alert in fleet.unassigned_alerts}
    if Standing.REAL in standings or Verdict.REAL in verdicts:
        return REAL
    is_judged = standings <= {Standing.QUIET} and Verdict.UNDECIDED not in verdicts
    return 0 if is_judged else UNDECIDED


def report(fleet: Fleet, now: datetime, unread: str = "") -> Document:
    """The whole report, ready for `json.dumps`.

    unread  why the history of the dashboard could not be read; mostly empty
    """
    return {
        "schema": SCHEMA,
        "generated_at": plain(now),
        "exit_code": exit_code(fleet, now),
        "our_clock": plain(fleet.our_clock),
        "history_unread": unread,
        "clusters": [_cluster(each, now) for each in fleet.clusters],
        "unassigned_alerts": [alert_document(each) for each in fleet.unassigned_alerts],
        "unassigned_targets": [_target(each) for each in fleet.stray_targets],
        "silences": plain(fleet.silences),
        "alertmanagers": [_alertmanager(each) for each in fleet.alertmanagers],
    }


def plain(value: object) -> Any:
    """A model value in JSON's types: fields by name, times in RFC 3339, UTC."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, Struct):
        return {name: plain(part) for name, part in asdict(value).items()}
    if isinstance(value, tuple):
        return [plain(each) for each in value]
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items()}
    return value


def _alertmanager(manager: Alertmanager) -> Document:
    """Its silences stand above, all together."""
    return {
        "endpoint": manager.endpoint,
        "clusters": list(manager.clusters),
        "peers": [
            {"url": each.url, "fault": each.fault.summary if each.fault else None}
            for each in manager.peers
        ],
        "disagreements": [
            {
                "silence": each.silence.id,
                "having": list(each.having),
                "lacking": list(each.lacking),
            }
            for each in manager.disagreements
        ],
    }


def _cluster(cluster: Cluster, now: datetime) -> Document:
    alerts, way = cluster.alerts, cluster.pipeline
    return {
        "name": cluster.name,
        "standing": cluster.standing(now).value,
        "sources": [_source(each, now) for each in cluster.sources],
        "targets": None if cluster.targets is None else _targets(cluster.targets),
        "trend": _trend(cluster),
        "alerts": None if alerts is None else [alert_document(each) for each in alerts],
        "nodes": [_node(each) for each in cluster.nodes],
        "findings": plain(cluster.findings),
        "log_findings": [_log_finding(each) for each in cluster.log_findings],
        "last_entry_at": plain(cluster.last_entry_at),
        "certificates": plain(cluster.certificates),
        "review": plain(cluster.review),
        "pipeline": pipeline_report.document(way, plain) if way else None,
    }


def _log_finding(found: LogFinding) -> Document:
    """Without the entry as it came: `sample` is its text."""
    document: Document = plain(replace(found, entry=None))
    del document["entry"]
    return {**document, "per_minute": found.per_minute}


def _source(source: SourceStatus, now: datetime) -> Document:
    fault = source.fault
    return {
        **plain(source.key),
        "state": source.state(now).value,
        "observed_at": plain(source.observed_at),
        "interval_seconds": source.interval_seconds,
        "attempts": source.attempts,
        "clock_ahead_seconds": source.clock_ahead_seconds,
        "fault": None if fault is None else {**plain(fault), "advice": fault.advice},
    }


def _targets(rows: tuple[TargetRow, ...]) -> Document:
    health = Counter(row.health for row in rows)
    wanted = [row for row in rows if row.expected is Expected.YES]
    return {
        "counts": {
            "total": len(rows),
            **{each.value: health[each] for each in Health},
            "expected": len(wanted),
            "expected_up": sum(row.health is Health.UP for row in wanted),
            "unlisted": sum(row.expected is Expected.UNLISTED for row in rows),
            "findings": sum(row.is_finding for row in rows),
        },
        "rows": [_target(row) for row in rows],
    }


def _target(row: TargetRow) -> Document:
    """The two facts and their reasons, then all that Prometheus says of it."""
    listed = {} if row.target is None else plain(row.target)
    return {
        **listed,
        "job": row.job,
        "instance": row.instance,
        "expected": row.expected.value,
        "health": row.health.value,
        "reason": row.reason,
        "last_error": row.last_error,
        "is_finding": row.is_finding,
    }


def _trend(cluster: Cluster) -> Document | None:
    if cluster.trend is None:
        return None
    return {"up": _points(cluster.trend.up), "total": _points(cluster.trend.total)}


def _points(series: Series) -> list[list[float | None]]:
    """Time and value; null where the value is none, as JSON has no NaN."""
    return [[at, value if isfinite(value) else None] for at, value in series.points]


def alert_document(judged: JudgedAlert) -> Document:
    """An alert with its judgement, side by side."""
    return {
        **plain(judged.alert),
        "name": judged.alert.name,
        "severity": judged.alert.severity,
        "concealed": plain(judged.concealed),
        "turned_at": plain(judged.turned_at),
        **plain(judged.judgement),
    }


def _node(node: NodeView) -> Document:
    talos = node.talos.value
    asked = node.talos.attempts > 0
    return {
        "name": node.name,
        "address": node.address,
        "reachable": node.talos.fault is None if asked else None,
        "observed_at": plain(node.talos.observed_at),
        "version": talos.version if talos else "",
        "hostname": talos.hostname if talos else "",
        "boot_time": plain(talos.boot_time) if talos else None,
        "served_by": talos.served_by if talos else "",
        "services": plain(talos.services) if talos else [],
        "vitals": plain(node.vitals.value),
        "facts": plain(node.facts.value),
        "kubernetes": plain(node.kube),
    }
