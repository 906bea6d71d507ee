"""The alerting rules of the lab's Prometheus, and what makes each of them fire.

A rule's PromQL is shown to whoever asks; whether it fires is read off the estate,
so that its whole past is known without evaluating anything twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from itertools import groupby

from msgspec import Struct

from tui.lab.estate import Estate, LabTarget
from tui.lab.homelab import WEEKS_AGO

EXTERNAL_LABELS: Mapping[str, str] = {"cluster": "monit"}
RUNBOOKS = "https://runbooks.prometheus-operator.dev/runbooks"


class Active(Struct, frozen=True):
    """A label set for which a rule's expression is true, since when."""

    labels: Mapping[str, str]
    since: timedelta
    value: float


class AlertRule(Struct, frozen=True):
    """One alerting rule. `hold` is its `for`."""

    group: str
    name: str
    query: str
    hold: timedelta
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    active: Callable[[Estate], Iterator[Active]]


class RaisedAlert(Struct, frozen=True):
    """An alert as Prometheus has it: without external labels."""

    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    active_at: timedelta
    starts_at: timedelta  # when it began, or will begin, to fire
    is_firing: bool
    value: float


def raised(rule: AlertRule, estate: Estate) -> tuple[RaisedAlert, ...]:
    """The alerts of one rule, pending and firing."""
    return raised_of(rule, rule.active(estate), estate.at)


def raised_of(
    rule: AlertRule, actives: Iterable[Active], at: timedelta
) -> tuple[RaisedAlert, ...]:
    """The alerts that one rule has at an offset for what is active."""
    found = []
    for active in actives:
        labels = {**active.labels, **rule.labels, "alertname": rule.name}
        texts = {key: expand(text, active) for key, text in rule.annotations.items()}
        starts_at = active.since + rule.hold
        is_firing = starts_at <= at
        found.append(
            RaisedAlert(labels, texts, active.since, starts_at, is_firing, active.value)
        )
    return tuple(found)


def expand(template: str, active: Active) -> str:
    """A Go template with labels and value filled in, as far as the rules use it."""
    text = re.sub(
        r"\{\{ \$labels\.(\w+) \}\}",
        lambda hit: active.labels.get(hit[1], ""),
        template,
    )
    return re.sub(r'\{\{ (?:printf "%.4g" )?\$value \}\}', f"{active.value:.4g}", text)


def _since_weeks(_: Estate) -> Iterator[Active]:
    yield Active({}, WEEKS_AGO, 1.0)


def _never(_: Estate) -> Iterator[Active]:
    yield from ()


def _watchdog(estate: Estate) -> Iterator[Active]:
    if estate.watchdog_fires:
        yield Active({}, WEEKS_AGO, 1.0)


_DOWN_BY = ("cluster", "job", "namespace", "service")


def _down_key(target: LabTarget) -> tuple[str, ...]:
    return tuple(target.labels.get(name, "") for name in _DOWN_BY)


def _targets_down(estate: Estate) -> Iterator[Active]:
    targets = sorted(estate.targets, key=_down_key)
    for key, members in groupby(targets, key=_down_key):
        outages = [target.outage(estate.at) for target in members]
        down = [outage for outage in outages if outage is not None]
        percent = 100 * len(down) / len(outages)
        if percent > 10:
            labels = {k: v for k, v in zip(_DOWN_BY, key, strict=True) if v}
            yield Active(labels, min(outage.since for outage in down), percent)


def _nodes_not_ready(estate: Estate) -> Iterator[Active]:
    for cluster in estate.clusters:
        for node in cluster.nodes:
            if not node.is_ready:
                labels = {
                    "cluster": cluster.name,
                    "condition": "Ready",
                    "job": "kube-state-metrics",
                    "namespace": "monitoring",
                    "node": node.name,
                    "status": "true",
                }
                yield Active(labels, node.ready_since, 0.0)


def _absent(job: str, title: str, group: str, cluster: str) -> AlertRule:
    """kube-prometheus' rule for one cluster: a static label says which."""
    return AlertRule(
        group=group,
        name=f"{title}Down",
        query=f'absent(up{{cluster="{cluster}",job="{job}"}} == 1)',
        hold=timedelta(minutes=15),
        labels={"cluster": cluster, "severity": "critical"},
        annotations={
            "description": f"{title} has disappeared from Prometheus target discovery.",
            "runbook_url": f"{RUNBOOKS}/kubernetes/{title.lower()}down",
            "summary": "Target disappeared from Prometheus target discovery.",
        },
        active=_since_weeks,
    )


RULES: tuple[AlertRule, ...] = (
    AlertRule(
        group="general.rules",
        name="TargetDown",
        query="100 * (count by (cluster, job, namespace, service) (up == 0) / "
        "count by (cluster, job, namespace, service) (up)) > 10",
        hold=timedelta(minutes=10),
        labels={"severity": "warning"},
        annotations={
            "description": '{{ printf "%.4g" $value }}% of the {{ $labels.job }}/'
            "{{ $labels.service }} targets in {{ $labels.namespace }} namespace "
            "are down.",
            "runbook_url": f"{RUNBOOKS}/general/targetdown",
            "summary": "One or more targets are unreachable.",
        },
        active=_targets_down,
    ),
    AlertRule(
        group="general.rules",
        name="Watchdog",
        query="vector(1)",
        hold=timedelta(0),
        labels={"severity": "none"},
        annotations={
            "description": "This is an alert meant to ensure that the entire alerting "
            "pipeline is functional.\nThis alert is always firing.",
            "runbook_url": f"{RUNBOOKS}/general/watchdog",
            "summary": "An alert that should always be firing to certify that "
            "Alertmanager is working properly.",
        },
        active=_watchdog,
    ),
    AlertRule(
        group="general.rules",
        name="InfoInhibitor",
        query='ALERTS{severity="info"} == 1 unless on (namespace) '
        'ALERTS{alertname!="InfoInhibitor",alertstate="firing",'
        'severity=~"warning|critical"} == 1',
        hold=timedelta(0),
        labels={"severity": "none"},
        annotations={"summary": "Info-level alert inhibition."},
        active=_never,
    ),
    AlertRule(
        group="kubernetes-system-kubelet",
        name="KubeNodeNotReady",
        query='kube_node_status_condition{condition="Ready",job="kube-state-metrics",'
        'status="true"} == 0',
        hold=timedelta(minutes=15),
        labels={"severity": "warning"},
        annotations={
            "description": "{{ $labels.node }} has been unready for more than "
            "15 minutes.",
            "runbook_url": f"{RUNBOOKS}/kubernetes/kubenodenotready",
            "summary": "Node is not ready.",
        },
        active=_nodes_not_ready,
    ),
    _absent(
        "kube-controller-manager",
        "KubeControllerManager",
        "kubernetes-system-controller-manager",
        "prod",
    ),
    _absent("kube-proxy", "KubeProxy", "kubernetes-system-kube-proxy", "prod"),
    _absent("kube-proxy", "KubeProxy", "kubernetes-system-kube-proxy", "agentic"),
    _absent("kube-scheduler", "KubeScheduler", "kubernetes-system-scheduler", "prod"),
)


def raised_by_prometheus(estate: Estate) -> tuple[RaisedAlert, ...]:
    """All alerts of the homelab that Prometheus holds, in the order of its rules."""
    return tuple(alert for rule in RULES for alert in raised(rule, estate))
