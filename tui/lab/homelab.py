"""The estate that never changes: three clusters, their nodes and their targets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from msgspec.structs import replace

from tui.lab.estate import (
    Health,
    LabNode,
    LabService,
    LabServiceEvent,
    LabTarget,
    Outage,
    Role,
)
from tui.lab.plan import Expectation, Plan

TALOS = "v1.11.2"
KUBERNETES = "v1.34.1"
KERNEL = "6.12.48-talos"

WEEKS_AGO = timedelta(weeks=-3)

_COMMON = ("apid", "auditd", "containerd", "cri", "dashboard", "kubelet", "machined")
_COMMON_LATER = ("syslogd", "udevd")
_CONTROL_PLANE = ("etcd", "trustd")
UNCHECKED = frozenset({"dashboard", "ext-iscsid", "ext-qemu-guest-agent"})


def make_service(name: str, booted_at: timedelta) -> LabService:
    """A service that came up with the machine and has been well since."""
    started = booted_at + timedelta(seconds=9)
    is_checked = name not in UNCHECKED
    events = [
        LabServiceEvent(started, "Preparing", "Running pre state"),
        LabServiceEvent(started + timedelta(seconds=1), "Running", _started(name)),
    ]
    healthy_at = started + timedelta(seconds=4)
    if is_checked:
        events.append(LabServiceEvent(healthy_at, "Running", "Health check successful"))
    health = Health.HEALTHY if is_checked else Health.UNKNOWN
    message = "" if is_checked else "Unknown"
    return LabService(name, "Running", health, healthy_at, message, tuple(events))


def _started(name: str) -> str:
    return f"Started task {name} (PID {1500 + sum(name.encode())}) for container {name}"


def make_node(
    name: str, address: str, cluster: str, role: Role, extensions: tuple[str, ...]
) -> LabNode:
    """A node that has been up for weeks, with the services of its role."""
    booted_at = timedelta(days=-19, seconds=sum(address.encode()) * 37 % 4000)
    ids = set(_COMMON + _COMMON_LATER + extensions)
    if role is Role.CONTROL_PLANE:
        ids |= set(_CONTROL_PLANE)
    services = tuple(make_service(one, booted_at) for one in sorted(ids))
    return LabNode(
        name, address, cluster, role, TALOS, KUBERNETES, KERNEL, booted_at, services
    )


ISCSI = ("ext-iscsid",)
GUEST = ("ext-qemu-guest-agent",)

NODES: tuple[LabNode, ...] = (
    make_node("talos-cp-1", "10.10.0.40", "prod", Role.CONTROL_PLANE, ISCSI),
    make_node("talos-wk-1", "10.10.0.41", "prod", Role.WORKER, ISCSI),
    make_node("talos-wk-2", "10.10.0.42", "prod", Role.WORKER, ISCSI),
    make_node("talos-wk-3", "10.10.0.43", "prod", Role.WORKER, ISCSI),
    make_node("talos-monitor", "10.10.0.30", "monit", Role.CONTROL_PLANE, GUEST),
    make_node("talos-agentic", "10.20.0.40", "agentic", Role.CONTROL_PLANE, GUEST),
)
CLUSTERS = ("prod", "monit", "agentic")

X509 = (
    'Get "https://10.30.0.10:8006/pve/metrics": tls: failed to verify certificate: '
    "x509: certificate signed by unknown authority"
)
_CARRICK = Outage(timedelta(days=-8, hours=-5), None, X509)
# A short dip, so that a trend over the last half hour has something to show.
_ARGOCD = Outage(
    timedelta(minutes=-14),
    timedelta(minutes=-11),
    'Get "http://10.10.0.40:30082/metrics": context deadline exceeded',
)


def target(cluster: str, job: str, instance: str, **labels: str) -> LabTarget:
    """A target as Prometheus knows it after relabelling."""
    is_proxmox = job.startswith("proxmox")
    url = f"{'https' if is_proxmox else 'http'}://{instance}"
    url += "/pve/metrics" if is_proxmox else "/metrics"
    return LabTarget(
        {"cluster": cluster, "instance": instance, "job": job, **labels}, url
    )


def shared_targets() -> tuple[LabTarget, ...]:
    """What is scraped however many nodes there are."""
    argocd = {"namespace": "argocd"}
    server = "argocd-server-metrics"
    state = {"namespace": "monitoring", "service": "kube-state-metrics"}
    agents = {"namespace": "agents", "service": "claude-agent"}
    dip = target(
        "prod", "argocd-metrics", "10.10.0.40:30082", service="argocd-metrics", **argocd
    )
    carrick = target("monit", "proxmox-carrick", "10.30.0.10:8006", service="proxmox")
    return (
        replace(dip, outages=(_ARGOCD,)),
        target("prod", server, "10.10.0.40:30083", service=server, **argocd),
        target("agentic", "claude-agent", "10.20.0.40:30200", **agents),
        target("prod", "kube-state-metrics", "10.10.0.40:30081", **state),
        replace(carrick, outages=(_CARRICK,)),
        target("prod", "proxmox-ruapehu", "10.10.0.10:8006", service="proxmox"),
    )


def node_targets(job: str, nodes: Iterable[LabNode]) -> Iterator[LabTarget]:
    """The kubelets of nodes, scraped by their address alone."""
    labels = {"namespace": "kube-system", "service": "kubelet"}
    for one in nodes:
        yield target(one.cluster, job, one.address, node=one.name, **labels)


def exporter_targets(nodes: Iterable[LabNode]) -> Iterator[LabTarget]:
    """The node exporters of nodes."""
    labels = {"namespace": "monitoring", "service": "node-exporter"}
    for one in nodes:
        instance = f"{one.address}:9100"
        job = "talos-node-exporter"
        yield target(one.cluster, job, instance, node=one.name, **labels)


_PROD = tuple(node for node in NODES if node.cluster == "prod")
_MONIT = tuple(node for node in NODES if node.cluster == "monit")
TARGETS = (
    *shared_targets(),
    *node_targets("talos-kubelets", _PROD),
    *node_targets("talos-monitor", _MONIT),
    *exporter_targets(_PROD),
)

# Discovery finds them and relabelling drops them all: Talos binds these metrics
# where Prometheus cannot reach them, and kube-proxy does not run at all.
DROPPED: tuple[Mapping[str, str], ...] = tuple(
    {
        "__address__": f"{address}:{port}",
        "__metrics_path__": "/metrics",
        "__scheme__": "http",
        "cluster": "prod",
        "job": job,
        "namespace": "kube-system",
        "service": f"kube-prometheus-stack-{job}",
    }
    for job, port, addresses in (
        ("kube-controller-manager", 10257, ("10.10.0.40",)),
        ("kube-proxy", 10249, ("10.10.0.40", "10.10.0.41", "10.10.0.42", "10.10.0.43")),
        ("kube-scheduler", 10259, ("10.10.0.40",)),
    )
    for address in addresses
)

# What should be scraped, and what should not, cluster by cluster.
INVENTORY: Mapping[str, Mapping[str, Expectation]] = {
    "prod": {
        "proxmox-ruapehu": ("10.10.0.10:8006",),
        "talos-kubelets": ("10.10.0.40-43",),
        "talos-node-exporter": ("10.10.0.40-43:9100",),
        "kube-state-metrics": ("10.10.0.40:30081",),
        "argocd-metrics": ("10.10.0.40:30082",),
        "argocd-server-metrics": ("10.10.0.40:30083",),
        "kube-proxy": "Cilium replaces it",
        "kube-scheduler": "Talos binds its metrics where Prometheus cannot reach them",
        "kube-controller-manager": (
            "Talos binds its metrics where Prometheus cannot reach them"
        ),
    },
    "monit": {
        "proxmox-carrick": ("10.30.0.10:8006",),
        "talos-monitor": ("10.10.0.30",),
    },
    "agentic": {"claude-agent": ("10.20.0.40:30200",)},
}

HOMELAB = Plan(CLUSTERS, NODES, TARGETS, DROPPED, INVENTORY)
