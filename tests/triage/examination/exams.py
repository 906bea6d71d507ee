"""Targets, answers about them, and what an examination makes of those."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from tests.judged import NOW
from tui.model.examination import (
    Ask,
    Examination,
    ExamState,
    Place,
    Reply,
    Subject,
    TargetCheck,
)
from tui.model.fault import Fault, FaultKind
from tui.model.kube import KubeNode, Pod
from tui.model.probe import Handshake, HttpStatus, PeerCertificate, Trust
from tui.model.question import EndpointSlicesOf, PodsWith, ServiceMonitors, ServicesIn
from tui.model.scraping import (
    Endpoint,
    EndpointSlice,
    ScrapeEndpoint,
    Selector,
    Service,
    ServiceMonitor,
    ServicePort,
)
from tui.model.target import Expected, Health
from tui.triage.examination.case import ExamCase
from tui.triage.examination.table import examine, wanted

REFUSED = "dial tcp 10.10.0.40:30082: connect: connection refused"
TIMEOUT = 'Get "http://10.10.0.40:30082/metrics": context deadline exceeded'
UNTRUSTED = "x509: certificate signed by unknown authority"

APP = {"app": "argocd-server"}
PORT = ServicePort("metrics", 8083, "8083", 30082)
SERVICE = Service("argocd", "argocd-metrics", {"app": "argocd"}, APP, (PORT,))
SLICE = EndpointSlice(
    "argocd",
    "argocd-metrics",
    (Endpoint("10.244.3.7", is_ready=True, node="wk-3", pod="argocd-0"),),
)
MONITOR = ServiceMonitor(
    "monitoring",
    "argocd",
    {"release": "stack"},
    Selector({"app": "argocd"}),
    ("argocd",),
    "",
    (ScrapeEndpoint("metrics", ""),),
)


def pod(name: str = "argocd-0", reason: str = "", **labels: str) -> Pod:
    return Pod(
        "argocd",
        name,
        "wk-3",
        labels or APP,
        "Running",
        is_ready=not reason,
        created_at=NOW,
        scheduled=True,
        reason=reason,
    )


def node(name: str = "wk-3", *, is_ready: bool | None = True) -> KubeNode:
    return KubeNode(
        name,
        ("10.10.0.43",),
        is_ready,
        "" if is_ready else "Kubelet stopped posting node status.",
        "v1.34.1",
        "Talos (v1.11.2)",
        is_control_plane=False,
        is_unschedulable=False,
    )


def subject(job: str = "argocd-metrics", **more: Any) -> Subject:
    known: dict[str, Any] = {
        "instance": "10.10.0.40:30082",
        "labels": {"namespace": "argocd", "service": "argocd-metrics"},
        "expected": Expected.YES,
        "health": Health.DOWN,
        "scrape_url": "http://10.10.0.40:30082/metrics",
        "scrape_pool": job,
        "last_error": REFUSED,
        "monitoring": "monit",
    }
    return Subject("prod", job, **(known | more))


def proxmox(**more: Any) -> Subject:
    known = {
        "instance": "10.30.0.10:8006",
        "labels": {},
        "scrape_url": "https://10.30.0.10:8006/pve/metrics",
        "last_error": UNTRUSTED,
    }
    return subject("proxmox-carrick", **(known | more))


def handshake(
    trust: Trust = Trust.TRUSTED, days: float = 90, *names: str, said: str = ""
) -> Handshake:
    certificate = PeerCertificate(
        "CN=carrick",
        "O=PVE Cluster Manager CA",
        names or ("carrick", "10.30.0.10"),
        NOW - timedelta(days=200),
        NOW + timedelta(days=days),
    )
    return Handshake(trust, "TLSv1.3", certificate, said)


def unreachable(summary: str) -> Fault:
    return Fault(FaultKind.UNREACHABLE, summary)


@dataclass
class Exam:
    """Answers by what is asked; whatever is not given is answered well."""

    subject: Subject
    tcp: Any = "10.10.0.40"
    tls: Any = field(default_factory=handshake)
    http: Any = field(
        default_factory=lambda: HttpStatus(200, "text/plain", "up 1", is_metrics=True)
    )
    services: Any = (SERVICE,)
    slices: Any = (SLICE,)
    pods: Any = field(default_factory=lambda: (pod(),))
    monitors: Any = (MONITOR,)
    nodes: Any = field(default_factory=lambda: (node(),))
    asked: list[Ask] = field(default_factory=list)

    def answer(self, ask: Ask) -> Any:
        match ask.what:
            case ServicesIn():
                return self.services
            case EndpointSlicesOf():
                return self.slices
            case PodsWith():
                return self.pods
            case ServiceMonitors():
                return self.monitors
        if ask.place is not Place.HERE:
            return self.nodes
        return {"TcpProbe": self.tcp, "TlsProbe": self.tls}.get(
            type(ask.what).__name__, self.http
        )

    def run(self, *chosen: str) -> Examination:
        """Ask until nothing more is wanted; all checks when none is chosen."""
        case = ExamCase(self.subject, {}, frozenset(), NOW)
        ids = chosen or tuple(check.id for check in examine(case).checks)
        while asks := wanted(case, ids):
            self.asked += asks
            replies = dict(case.replies)
            for ask in asks:
                found = self.answer(ask)
                is_fault = isinstance(found, Fault)
                reply = Reply(NOW, 0.003, None if is_fault else found)
                replies[ask] = replace(reply, fault=found) if is_fault else reply
            case = replace(case, replies=replies)
        return examine(case)

    def check(self, name: str) -> TargetCheck:
        """One check after everything was asked."""
        return next(check for check in self.run().checks if check.id == name)

    def state(self, name: str) -> ExamState:
        return self.check(name).state

    @property
    def conclusion(self) -> str:
        return self.run().conclusion
