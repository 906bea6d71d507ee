"""What Kubernetes knows besides pods: events, leases, settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from tui.lab.estate import LabEvent, LabLease, Role
from tui.lab.faults import FaultSet
from tui.lab.plan import Plan
from tui.lab.workloads import CILIUM_DOWN, CILIUM_VICTIM, FAULT_AGE, pods


def events(
    plan: Plan, cluster: str, at: timedelta, faults: FaultSet
) -> tuple[LabEvent, ...]:
    """The events of the last hour: work gets scheduled, deployments converge."""
    found = []
    application = next(
        pod
        for pod in pods(plan, cluster, at, faults)
        if pod.namespace not in {"kube-system"}
    )
    # A backup job every ten minutes is what shows that the scheduler works.
    period = timedelta(minutes=10)
    turn = at // period
    stopped = faults.has("scheduler-not-ready") and cluster == "prod"
    for number in range(turn - 5, turn + 1):
        when = period * number + timedelta(seconds=2)
        if when > at or (stopped and when > at - FAULT_AGE):
            continue
        name = f"backup-{29_000_000 + number}-7xk2p"
        found.append(
            LabEvent(
                f"{name}.18{number & 0xFFFFFF:010x}",
                application.namespace,
                when,
                "Scheduled",
                f"Successfully assigned {application.namespace}/{name} "
                f"to {application.node}",
                "Pod",
                name,
                "default-scheduler",
            )
        )
    return (*found, *_scaling(cluster, at, faults), *_cilium_events(cluster, at))


def _scaling(cluster: str, at: timedelta, faults: FaultSet) -> Iterator[LabEvent]:
    when = timedelta(minutes=-23)
    if faults.has("controller-manager-not-ready") and cluster == "prod":
        return
    if when <= at:
        yield LabEvent(
            "coredns.1862ab0c0de0",
            "kube-system",
            when,
            "ScalingReplicaSet",
            "Scaled up replica set coredns-6b7d8c9f5d from 0 to 1",
            "Deployment",
            "coredns",
            "deployment-controller",
        )


def _cilium_events(cluster: str, at: timedelta) -> Iterator[LabEvent]:
    if cluster == "prod" and at >= CILIUM_DOWN:
        yield LabEvent(
            f"{CILIUM_VICTIM}.1862ab0dead0",
            "kube-system",
            CILIUM_DOWN + timedelta(seconds=1),
            "Unhealthy",
            'Readiness probe failed: Get "http://127.0.0.1:9879/healthz": dial tcp '
            "127.0.0.1:9879: connect: connection refused",
            "Pod",
            CILIUM_VICTIM,
            "kubelet",
            "Warning",
        )


def leases(
    plan: Plan, cluster: str, at: timedelta, faults: FaultSet
) -> tuple[LabLease, ...]:
    """The leaders' leases; one stops with its leader."""
    holder = next(
        node.name for node in plan.of(cluster) if node.role is Role.CONTROL_PLANE
    )
    found = []
    for component in ("scheduler", "controller-manager"):
        is_stopped = cluster == "prod" and faults.has(f"{component}-not-ready")
        stopped_at = at - FAULT_AGE if is_stopped else None
        found.append(LabLease(f"kube-{component}", f"{holder}_8d6f0c1e", stopped_at))
    return tuple(found)


def config_maps(
    cluster: str, faults: FaultSet
) -> Mapping[tuple[str, str], Mapping[str, str]]:
    """The settings that matter, by namespace and name."""
    is_off = cluster == "prod" and faults.has("replacement-off")
    found: dict[tuple[str, str], Mapping[str, str]] = {
        ("kube-system", "cilium-config"): {
            "cluster-name": cluster,
            "enable-ipv4": "true",
            "ipam": "kubernetes",
            "kube-proxy-replacement": "false" if is_off else "true",
            "routing-mode": "native",
        },
        ("kube-system", "kube-root-ca.crt"): {"ca.crt": ""},
    }
    if cluster == "monit":
        found["monitoring", "loki-alerting-rules"] = {"talos.yml": "groups: []\n"}
    return found
