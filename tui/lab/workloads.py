"""What Kubernetes runs in the lab's clusters: pods and their owners."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import lru_cache
from zlib import crc32

from msgspec.structs import replace

from tui.lab.estate import LabNode, LabPod, Role
from tui.lab.faults import FaultSet
from tui.lab.plan import Plan
from tui.lab.wiring import OPERATOR

DEPLOYED = timedelta(days=-18)

CILIUM_DOWN = timedelta(minutes=4)
CILIUM_UP = timedelta(minutes=6)
# A fault has been on for a while when one looks: its alerts are past their `for`.
FAULT_AGE = timedelta(minutes=20)

OPERATOR_POD = f"{OPERATOR}-6f9c7d8b5-w4kzt"
AGENT_POD = "claude-agent-5c8f7d9b64-9tq4w"
CILIUM_VICTIM = "cilium-wk1xq"
_CILIUM_PODS: Mapping[str, str] = {
    "talos-cp-1": "cilium-cp1ab",
    "talos-wk-1": CILIUM_VICTIM,
    "talos-wk-2": "cilium-wk2fm",
    "talos-wk-3": "cilium-wk3zt",
    "talos-monitor": "cilium-mon7d",
    "talos-agentic": "cilium-agt2k",
}
_STATIC = ("kube-apiserver", "kube-controller-manager", "kube-scheduler")

# cluster, namespace, workload, pod, node, image, claims
_Application = tuple[str, str, str, str, str, str, tuple[str, ...]]
_APPLICATIONS: tuple[_Application, ...] = (
    (
        "prod",
        "home",
        "StatefulSet/homeassistant",
        "homeassistant-0",
        "talos-wk-2",
        "ghcr.io/home-assistant/home-assistant:2026.2.1",
        ("homeassistant-config",),
    ),
    (
        "prod",
        "media",
        "StatefulSet/jellyfin",
        "jellyfin-0",
        "talos-wk-1",
        "docker.io/jellyfin/jellyfin:10.10.7",
        ("jellyfin-config", "jellyfin-media"),
    ),
    (
        "prod",
        "argocd",
        "Deployment/argocd-server",
        "argocd-server-6d8f9c7b55-x2lqp",
        "talos-wk-3",
        "quay.io/argoproj/argocd:v3.1.5",
        (),
    ),
    (
        "prod",
        "argocd",
        "StatefulSet/argocd-application-controller",
        "argocd-application-controller-0",
        "talos-wk-1",
        "quay.io/argoproj/argocd:v3.1.5",
        (),
    ),
    (
        "prod",
        "monitoring",
        "Deployment/kube-state-metrics",
        "kube-state-metrics-7f5d6c9d4-hv2mz",
        "talos-wk-3",
        "registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.17.0",
        (),
    ),
    (
        "monit",
        "monitoring",
        "StatefulSet/prometheus-kube-prometheus-stack-prometheus",
        "prometheus-kube-prometheus-stack-prometheus-0",
        "talos-monitor",
        "quay.io/prometheus/prometheus:v2.42.0",
        ("prometheus-db",),
    ),
    (
        "monit",
        "monitoring",
        "StatefulSet/alertmanager-kube-prometheus-stack-alertmanager",
        "alertmanager-kube-prometheus-stack-alertmanager-0",
        "talos-monitor",
        "quay.io/prometheus/alertmanager:v0.25.0",
        ("alertmanager-db",),
    ),
    (
        "monit",
        "monitoring",
        f"Deployment/{OPERATOR}",
        OPERATOR_POD,
        "talos-monitor",
        "quay.io/prometheus-operator/prometheus-operator:v0.85.0",
        (),
    ),
    (
        "monit",
        "monitoring",
        "StatefulSet/loki",
        "loki-0",
        "talos-monitor",
        "docker.io/grafana/loki:3.5.5",
        ("storage-loki-0",),
    ),
    (
        "agentic",
        "agents",
        "Deployment/claude-agent",
        AGENT_POD,
        "talos-agentic",
        "registry.home.arpa/claude-agent:0.9.3",
        (),
    ),
)


def vector_pod(node: str) -> str:
    """The name of the pod that takes a node's logs."""
    return f"vector-{node[6:]}"


def cilium_is_down(at: timedelta, faults: FaultSet) -> bool:
    """Whether prod's Cilium agent on talos-wk-1 is dead at that offset."""
    return faults.has("cilium-agent-down") or CILIUM_DOWN <= at < CILIUM_UP


def _pod(name: str, node: LabNode, namespace: str, **rest: object) -> LabPod:
    blank = LabPod(name, namespace, node.name, {}, ("", ""), "", DEPLOYED, DEPLOYED)
    return replace(blank, **rest)


def _static_pods(node: LabNode) -> Iterator[LabPod]:
    for component in _STATIC:
        yield _pod(
            f"{component}-{node.name}",
            node,
            "kube-system",
            labels={
                "component": component,
                "tier": "control-plane",
                "k8s-app": component,
            },
            owner=("Node", node.name),
            image=f"registry.k8s.io/{component}:{node.kubernetes_version}",
        )


def _suffix(node: LabNode) -> str:
    return f"{crc32(node.name.encode()):08x}"[:5]


def _daemons(node: LabNode) -> Iterator[LabPod]:
    yield _pod(
        _CILIUM_PODS.get(node.name, f"cilium-{_suffix(node)}"),
        node,
        "kube-system",
        labels={"k8s-app": "cilium", "app.kubernetes.io/name": "cilium-agent"},
        owner=("DaemonSet", "cilium"),
        image="quay.io/cilium/cilium:v1.18.2",
    )
    yield _pod(
        vector_pod(node.name),
        node,
        "monitoring",
        labels={"app.kubernetes.io/name": "vector", "talos-log-receiver": "true"},
        owner=("DaemonSet", "vector"),
        image="docker.io/timberio/vector:0.50.0-alpine",
    )
    yield _pod(
        f"node-exporter-{node.name[6:]}",
        node,
        "monitoring",
        labels={"app.kubernetes.io/name": "prometheus-node-exporter"},
        owner=("DaemonSet", "node-exporter"),
        image="quay.io/prometheus/node-exporter:v1.9.1",
    )


def _shared_services(cluster: str, node: LabNode) -> Iterator[LabPod]:
    for name, app, image in (
        ("coredns", "kube-dns", "registry.k8s.io/coredns/coredns:v1.12.3"),
        (
            "cilium-operator",
            "cilium-operator",
            "quay.io/cilium/operator-generic:v1.18.2",
        ),
    ):
        suffix = {"prod": "7c9bd", "monit": "5f4xk", "agentic": "8m2qr"}[cluster]
        yield _pod(
            f"{name}-6b7d8c9f5d-{suffix}",
            node,
            "kube-system",
            labels={"k8s-app": app, "app.kubernetes.io/name": name},
            owner=("Deployment", name),
            image=image,
        )


def _applications(cluster: str, nodes: Mapping[str, LabNode]) -> Iterator[LabPod]:
    *_, fallback = nodes.values()
    for where, namespace, workload, name, node, image, claims in _APPLICATIONS:
        if where == cluster:
            kind, _, owner = workload.partition("/")
            yield _pod(
                name,
                nodes.get(node) or fallback,
                namespace,
                labels={"app.kubernetes.io/name": owner},
                owner=(kind, owner),
                image=image,
                claims=claims,
            )


@lru_cache(maxsize=12)
def _calm_pods(plan: Plan, cluster: str) -> tuple[LabPod, ...]:
    nodes = {node.name: node for node in plan.of(cluster)}
    planes = [node for node in nodes.values() if node.role is Role.CONTROL_PLANE]
    pods: list[LabPod] = list(_shared_services(cluster, planes[0]))
    for node in nodes.values():
        if node in planes:
            pods.extend(_static_pods(node))
        pods.extend(_daemons(node))
    pods.extend(_applications(cluster, nodes))
    return tuple(sorted(pods, key=lambda pod: (pod.namespace, pod.name)))


def _troubles(at: timedelta, faults: FaultSet) -> dict[str, tuple[timedelta, str]]:
    """Pods that are not Ready: since when, and why."""
    long_ago = at - FAULT_AGE
    found = {
        pod: (long_ago, "CrashLoopBackOff")
        for fault, pod in (("agent-down", AGENT_POD), ("operator-down", OPERATOR_POD))
        if faults.has(fault)
    }
    if cilium_is_down(at, faults):
        since = long_ago if faults.has("cilium-agent-down") else CILIUM_DOWN
        found[CILIUM_VICTIM] = (since, "CrashLoopBackOff")
    for node in faults.arguments("vector-down"):
        found[vector_pod(node)] = (long_ago, "CrashLoopBackOff")
    for component in ("scheduler", "controller-manager"):
        if faults.has(f"{component}-not-ready"):
            found[f"kube-{component}-talos-cp-1"] = (long_ago, "CrashLoopBackOff")
    return found


def pods(
    plan: Plan, cluster: str, at: timedelta, faults: FaultSet
) -> tuple[LabPod, ...]:
    """The pods of a cluster at an offset, sorted by namespace and name."""
    calm = _calm_pods(plan, cluster)
    troubles = _troubles(at, faults)
    return tuple(_with_trouble(pod, troubles, at) for pod in calm)


def _with_trouble(
    pod: LabPod, troubles: Mapping[str, tuple[timedelta, str]], at: timedelta
) -> LabPod:
    trouble = troubles.get(pod.name)
    if trouble is not None:
        since, reason = trouble
        return replace(
            pod, is_ready=False, reason=reason, ready_since=since, restarts=4
        )
    if pod.name == CILIUM_VICTIM and at >= CILIUM_UP:
        return replace(pod, ready_since=CILIUM_UP, restarts=4)
    return pod
