"""Targets that the lab's faults bring, and what they do to those that are there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from msgspec.structs import replace

from tui.lab.estate import LabTarget, Outage, network_address
from tui.lab.faults import FaultSet
from tui.lab.homelab import NODES, target
from tui.lab.wiring import OPERATOR, RELEASE
from tui.lab.workloads import OPERATOR_POD

_MONITOR = next(node for node in NODES if node.name == "talos-monitor")
_OPERATOR_ADDRESS = (
    f"{network_address('monitoring', OPERATOR_POD, _MONITOR.address)}:10250"
)
API_PROXY = "/api/v1/namespaces/argocd/services/argocd-metrics:8082/proxy/metrics"


def pool_of(monitor: str) -> str:
    """The scrape pool that a ServiceMonitor makes."""
    return f"serviceMonitor/monitoring/{monitor}/0"


def faulty_targets(faults: FaultSet, since: timedelta) -> Iterator[LabTarget]:
    """Targets that are there only while a fault is on, all of them down."""
    if faults.has("kube-proxy-target-down"):
        labels = {"namespace": "kube-system", "service": f"{RELEASE}-kube-proxy"}
        proxy = target("prod", "kube-proxy", "10.10.0.41:10249", **labels)
        proxy = replace(proxy, scrape_pool=pool_of(f"{RELEASE}-kube-proxy"))
        yield _down(
            proxy, since, "dial tcp 10.10.0.41:10249: connect: connection refused"
        )
    if faults.has("operator-down"):
        labels = {
            "namespace": "monitoring",
            "service": OPERATOR,
            "endpoint": "https",
            "pod": OPERATOR_POD,
        }
        operator = target("monit", OPERATOR, _OPERATOR_ADDRESS, **labels)
        operator = replace(
            operator,
            scrape_url=f"https://{_OPERATOR_ADDRESS}/metrics",
            scrape_pool=pool_of(OPERATOR),
        )
        error = f"dial tcp {_OPERATOR_ADDRESS}: connect: connection refused"
        yield _down(operator, since, error)


def misled(one: LabTarget, faults: FaultSet, since: timedelta) -> LabTarget:
    """A target as a fault has it scraped, or the one it was."""
    job = one.labels["job"]
    if job == "argocd-metrics" and faults.has("argocd-through-proxy"):
        through = replace(one, scrape_url=f"https://10.10.0.40:6443{API_PROXY}")
        error = "server returned HTTP status 503 Service Unavailable"
        return _down(through, since, error)
    if job == "claude-agent" and faults.has("agent-down"):
        address = one.labels["instance"]
        error = f"dial tcp {address}: connect: connection refused"
        return _down(one, since, error)
    return one


def _down(one: LabTarget, since: timedelta, error: str) -> LabTarget:
    words = error if error.startswith("server") else f'Get "{one.scrape_url}": {error}'
    return replace(one, outages=(Outage(since, None, words),))
