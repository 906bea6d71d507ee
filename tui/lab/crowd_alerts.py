"""The alerts of the crowd: pods in all the usual kinds of trouble, for hours or weeks.

None of them is a false positive: the homelab's own alerts are there for that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import cached_property

from msgspec.structs import replace

from tui.lab.crowd import Crowd, Pod, Service
from tui.lab.estate import Estate
from tui.lab.rules import RUNBOOKS, Active, AlertRule, RaisedAlert, raised_of

_DOWN = "TargetDown"
_HOLD = timedelta(minutes=15)


def _none(_: Estate) -> Iterator[Active]:
    yield from ()


def _rule(
    group: str, name: str, severity: str, query: str, summary: str, said: str
) -> AlertRule:
    """A rule whose alerts are the crowd's alone."""
    return AlertRule(
        group=group,
        name=name,
        query=query,
        hold=_HOLD,
        labels={"severity": severity},
        annotations={
            "description": f"Pod {{{{ $labels.namespace }}}}/{{{{ $labels.pod }}}} "
            f"{said}",
            "runbook_url": f"{RUNBOOKS}/kubernetes/{name.lower()}",
            "summary": summary,
        },
        active=_none,
    )


_APPS, _RESOURCES, _STORAGE = (
    f"kubernetes-{one}" for one in ("apps", "resources", "storage")
)
_STATE = 'job="kube-state-metrics"'
RULES: tuple[AlertRule, ...] = (
    _rule(
        _APPS,
        "KubePodCrashLooping",
        "warning",
        f'max_over_time(kube_pod_container_status_waiting_reason{{{_STATE},reason="'
        'CrashLoopBackOff"}[5m]) >= 1',
        "Pod is crash looping.",
        "is in waiting state (reason: CrashLoopBackOff).",
    ),
    _rule(
        _APPS,
        "KubePodNotReady",
        "warning",
        f"sum by (cluster, namespace, pod) (kube_pod_status_phase{{{_STATE},phase=~"
        '"Pending|Unknown|Failed"}) > 0',
        "Pod has been in a non-ready state for more than 15 minutes.",
        "has been in a non-ready state for longer than 15 minutes.",
    ),
    _rule(
        _APPS,
        "KubeContainerWaiting",
        "warning",
        f"kube_pod_container_status_waiting_reason{{{_STATE}}} > 0",
        "Pod container waiting longer than 1 hour.",
        "has had a container waiting for longer than 1 hour.",
    ),
    _rule(
        _RESOURCES,
        "CPUThrottlingHigh",
        "info",
        "sum by (cluster, container, pod, namespace) (increase("
        "container_cpu_cfs_throttled_periods_total[5m])) > (25 / 100)",
        "Processes experience elevated CPU throttling.",
        "is throttled for more than a quarter of its CPU periods.",
    ),
    _rule(
        _STORAGE,
        "KubePersistentVolumeFillingUp",
        "critical",
        "kubelet_volume_stats_available_bytes / kubelet_volume_stats_capacity_bytes "
        "< 0.03",
        "PersistentVolume is filling up.",
        "has a volume of which less than 3% is free.",
    ),
    _rule(
        "application",
        "HTTPErrorRatioHigh",
        "critical",
        'rate(http_requests_total{code=~"5.."}[5m]) / rate(http_requests_total[5m]) '
        "> 0.05",
        "Many requests fail.",
        "answers more than 5% of its requests with an error.",
    ),
    _rule(
        "application",
        "RequestLatencyHigh",
        "warning",
        "histogram_quantile(0.99, rate(http_request_duration_seconds_bucket[5m])) > 1",
        "Requests are slow.",
        "has needed more than a second for one request in a hundred.",
    ),
)


class CrowdAlerts:
    """What the rules raise because of a crowd. It does not change, but for its age."""

    def __init__(self, crowd: Crowd) -> None:
        self._crowd = crowd
        self._raised: dict[tuple[str, str], tuple[RaisedAlert, ...]] = {}
        self.rules = RULES if crowd.alerts else ()

    def of(self, rule: AlertRule, at: timedelta) -> tuple[RaisedAlert, ...]:
        """The crowd's alerts of a rule: its own, or the homelab's TargetDown."""
        return tuple(
            one if one.starts_at <= at else replace(one, is_firing=False)
            for one in self._firing(rule)
        )

    def _firing(self, rule: AlertRule) -> tuple[RaisedAlert, ...]:
        """The same once all of them fire."""
        key = rule.group, rule.name
        if key not in self._raised:
            actives = self._actives.get(key, ())
            self._raised[key] = raised_of(rule, actives, timedelta.max)
        return self._raised[key]

    @cached_property
    def _actives(self) -> Mapping[tuple[str, str], tuple[Active, ...]]:
        crowd = self._crowd
        down = [one for one in crowd.services if one.down is not None]
        found: dict[tuple[str, str], list[Active]] = {}
        if down:
            found["general.rules", _DOWN] = [_of_service(one) for one in down]
        pods = tuple(crowd.pods(max(crowd.targets, crowd.alerts)))
        left = crowd.alerts - len(down)
        # Spread over all pods; no two alerts of one kind are about the same one.
        apart = max(1, len(pods) // (left // len(RULES) + 1))
        for number in range(left):
            turn, kind = divmod(number, len(RULES))
            rule = RULES[kind]
            pod = pods[(turn * apart + kind) % len(pods)]
            found.setdefault((rule.group, rule.name), []).append(_of_pod(pod, number))
        return {key: tuple(each) for key, each in found.items()}


def _of_service(service: Service) -> Active:
    labels = {
        "cluster": service.cluster,
        "job": service.name,
        "namespace": service.namespace,
        "service": service.name,
    }
    since = service.down.since if service.down else timedelta(0)
    return Active(labels, since, 100.0)


def _of_pod(pod: Pod, number: int) -> Active:
    """Some began minutes ago, some weeks; one in fifty is still pending."""
    since = timedelta(minutes=-16 - number * number % 40_000)
    if number % 50 == 49:
        since = timedelta(minutes=-(number // 50 % 14), seconds=-1)
    labels = {
        "cluster": pod.service.cluster,
        "container": pod.service.name,
        "job": "kube-state-metrics",
        "namespace": pod.service.namespace,
        "pod": pod.name,
    }
    return Active(labels, since, 1.0 + number % 7)
