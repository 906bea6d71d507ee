"""An operator's claims of every kind, with answers that prove each and that do not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from tests.triage.cases import (
    AGENT,
    CREATED,
    NOW,
    PLANE,
    PLANE_AGENT,
    PLANE_NODE,
    SEEN,
    WORKER,
    WORKER_NODE,
    node_lease,
    node_leases,
)
from tui.model.alert import Verdict
from tui.model.declared import (
    Comparison,
    ConfigMapSays,
    DaemonSetComplete,
    DeclaredClaim,
    DeclaredRule,
    EventSeen,
    Expectation,
    KernelLine,
    NodesRun,
    NoPods,
    PodsReady,
    QueryHolds,
    ServiceHealthy,
    TargetsUp,
    Where,
)
from tui.model.kube import ConfigMap, DaemonSet, KubeEvent, Pod
from tui.model.metric import Sample
from tui.model.question import (
    ConfigMapOf,
    DaemonSetOf,
    EventsWith,
    PodsWith,
    Question,
)
from tui.model.question_beyond import (
    KernelFound,
    KernelHit,
    KernelLines,
    Measured,
    NodeTold,
    PromQuery,
    TalosServices,
    TargetsOf,
)
from tui.model.silence import Matcher
from tui.model.talos import ServiceHealth, TalosNode, TalosService
from tui.model.target import Expected, Health, Target, TargetRow
from tui.triage.on_nodes import LEASES, NODES

Changes = dict[Question, Any]

MAP = ConfigMapOf("kube-system", "cilium-config")
PODS = PodsWith("kube-system", "k8s-app=cilium")
SET = DaemonSetOf("kube-system", "cilium")
OF_SET = PodsWith("kube-system", "")
QUERY = PromQuery("backup_age_seconds")
TARGETS = TargetsOf("restic")
SERVICES = TalosServices()
LINES = KernelLines("link down", 10)
EVENTS = EventsWith("", "Scheduled")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of claim: what proves it, what refutes it, what does neither."""

    expects: Expectation
    proof: Changes
    refuted: tuple[tuple[Changes, str], ...]
    unclear: tuple[tuple[Changes, str], ...]


def sample(value: float, at: float = SEEN.timestamp(), **labels: str) -> Sample:
    return Sample(labels, at, value)


def measured(*samples: Sample, **changes: Any) -> Measured:
    """As a query gives it whose series were written ten seconds ago."""
    return Measured(samples, written_at=SEEN.timestamp() - 10, **changes)


def row(health: Health, scraped: float = 5.0) -> TargetRow:
    target = Target(
        {"job": "restic", "instance": "host:9100"},
        health,
        "restic",
        "http://host:9100/metrics",
        "",
        SEEN - timedelta(seconds=scraped),
        0.1,
        30.0,
        10.0,
    )
    known = target if health is not Health.ABSENT else None
    return TargetRow("restic", "host:9100", Expected.UNLISTED, health, "", known)


def told(
    name: str, health: ServiceHealth, state: str = "Running", age: float = 4.0
) -> NodeTold:
    service = TalosService("kubelet", state, health)
    address = "10.10.0.40" if name == PLANE else "10.10.0.41"
    node = TalosNode(address, name, "v1.11.3", (service,), CREATED)
    return NodeTold(node, NOW - timedelta(seconds=age))


def event(minutes: float) -> KubeEvent:
    at = SEEN - timedelta(minutes=minutes)
    return KubeEvent(
        "home", "Scheduled", "", "Normal", "Pod/web-0", at, 1, "default-scheduler"
    )


def spoke(minutes: float) -> dict[str, Any]:
    at = NOW - timedelta(minutes=minutes)
    return {PLANE: at, WORKER: at}


WELL, ILL = ServiceHealth.HEALTHY, ServiceHealth.UNHEALTHY
SICK: Pod = replace(AGENT, is_ready=False, reason="CrashLoopBackOff")
BOTH = (told(PLANE, WELL), told(WORKER, WELL))
COMPLETE = DaemonSet("kube-system", "cilium", {}, 2, 2, uid="u1")
OWNED: tuple[Pod, ...] = tuple(
    replace(each, owner="u1") for each in (PLANE_AGENT, AGENT)
)
LINE = KernelHit(SEEN, "eth0: link down", WORKER)

KINDS: dict[str, Kind] = {
    "configmap": Kind(
        ConfigMapSays("kube-system", "cilium-config", "k", ("on",), ("off",)),
        {MAP: ConfigMap({"k": "on"}, CREATED)},
        (({MAP: ConfigMap({"k": "off"})}, "k is 'off', not 'on'"),),
        (
            ({MAP: ConfigMap({"k": "half"})}, "k is 'half'"),
            ({MAP: ConfigMap({})}, "does not say k"),
        ),
    ),
    "pods ready": Kind(
        PodsReady("kube-system", "k8s-app=cilium", Where.EVERY_NODE),
        {
            NODES: (PLANE_NODE, WORKER_NODE),
            LEASES: node_leases(),
            PODS: (PLANE_AGENT, AGENT),
        },
        (
            ({PODS: (PLANE_AGENT,)}, "no k8s-app=cilium pod on talos-wk-1"),
            ({PODS: (PLANE_AGENT, SICK)}, "not ready (CrashLoopBackOff)"),
            ({PODS: (PLANE_AGENT, replace(AGENT, phase="Failed"))}, "not ready"),
        ),
        (
            ({NODES: ()}, "no node is listed"),
            ({NODES: (PLANE_NODE, replace(WORKER_NODE, is_ready=None))}, "not Ready"),
            (
                {NODES: (PLANE_NODE, replace(WORKER_NODE, heartbeat_at=CREATED))},
                "the kubelet of talos-wk-1 reported",
            ),
            (
                {LEASES: node_leases(node_lease(WORKER, age=120))},
                "the kubelet of talos-wk-1 last renewed its lease 120 s ago",
            ),
        ),
    ),
    "pods on planes": Kind(
        PodsReady("kube-system", "k8s-app=cilium", Where.CONTROL_PLANES),
        {
            NODES: (PLANE_NODE, WORKER_NODE),
            LEASES: (node_lease(PLANE),),
            PODS: (PLANE_AGENT,),
        },
        (({PODS: (AGENT,)}, "no k8s-app=cilium pod on talos-cp-1"),),
        (({NODES: (WORKER_NODE,)}, "no control-plane node is listed"),),
    ),
    "no pods": Kind(
        NoPods("kube-system", "k8s-app=cilium"),
        {PODS: ()},
        (({PODS: (AGENT,)}, "there is a pod k8s-app=cilium: cilium-wk1xq"),),
        (),
    ),
    "daemonset": Kind(
        DaemonSetComplete("kube-system", "cilium"),
        {
            NODES: (PLANE_NODE, WORKER_NODE),
            LEASES: node_leases(),
            SET: (COMPLETE,),
            OF_SET: OWNED,
        },
        (
            ({SET: ()}, "there is no DaemonSet kube-system/cilium"),
            ({SET: (DaemonSet("kube-system", "cilium", {}, 2, 1),)}, "1/2 ready"),
        ),
        (
            ({SET: (DaemonSet("kube-system", "cilium", {}, 0, 0),)}, "wants no pod"),
            (
                {SET: (DaemonSet("", "", {}, 2, 2, is_current=False),)},
                "being rolled out",
            ),
            ({OF_SET: OWNED[:1]}, "of 2 pods of DaemonSet cilium 1 are"),
            ({SET: (replace(COMPLETE, uid=""),)}, "0 are listed"),
            (
                {OF_SET: (OWNED[0], replace(OWNED[1], restarted_after=SEEN))},
                "restarted 0 min ago",
            ),
            ({NODES: ()}, "no node is listed"),
            (
                {LEASES: node_leases(node_lease(WORKER, age=120))},
                "lease 120 s ago: what DaemonSet kube-system/cilium counts may be old",
            ),
        ),
    ),
    "query": Kind(
        QueryHolds(QUERY.expression, Comparison("<", 100), Comparison(">", 200)),
        {QUERY: measured(sample(5), sample(99, host="b"))},
        (
            ({QUERY: measured(sample(5), sample(201))}, "is 201, not < 100"),
            ({QUERY: measured(sample(201, 0.0), warnings=("slow",))}, "is 201"),
        ),
        (
            ({QUERY: measured()}, "no series matches"),
            ({QUERY: measured(sample(5), sample(150))}, "is 150"),
            ({QUERY: measured(sample(5), sample(float("nan")))}, "not a number"),
            (
                {QUERY: measured(sample(5), warnings=("1 store failed",))},
                "Prometheus warns",
            ),
            ({QUERY: measured(sample(5, SEEN.timestamp() - 90))}, "90 s old"),
            ({QUERY: measured(sample(5, SEEN.timestamp() + 90))}, "-90 s old"),
            ({QUERY: measured(sample(float("-inf")))}, "not a number"),
            ({QUERY: Measured((sample(5),))}, "nothing that it reads is written"),
            (
                {QUERY: Measured((sample(5),), written_at=SEEN.timestamp() - 131)},
                "last written 131 s ago",
            ),
            ({QUERY: measured(sample(5), down=2)}, "2 targets are down of a job"),
            ({QUERY: measured(sample(5), ended=1)}, "1 series that it reads ended"),
        ),
    ),
    "targets": Kind(
        TargetsUp("restic"),
        {TARGETS: (row(Health.UP), row(Health.UP))},
        (
            ({TARGETS: (row(Health.UP), row(Health.DOWN))}, "host:9100 is down"),
            ({TARGETS: (row(Health.ABSENT),)}, "host:9100 is absent"),
        ),
        (
            ({TARGETS: ()}, "no such target"),
            ({TARGETS: (row(Health.UNKNOWN),)}, "not scraped lately"),
            ({TARGETS: (row(Health.UP, scraped=600),)}, "not scraped lately"),
        ),
    ),
    "service": Kind(
        ServiceHealthy("kubelet", Where.EVERY_NODE),
        {
            NODES: (PLANE_NODE, replace(WORKER_NODE, addresses=("10.10.0.41",))),
            SERVICES: BOTH,
        },
        (
            ({SERVICES: (told(PLANE, WELL), told(WORKER, ILL))}, "not healthy"),
            (
                {SERVICES: (told(PLANE, WELL), told(WORKER, ILL, age=900))},
                "not healthy",
            ),
            ({SERVICES: (told(PLANE, WELL), told(WORKER, WELL, "Failed"))}, "Failed"),
        ),
        (
            ({SERVICES: (told(PLANE, WELL),)}, "talos-wk-1 did not tell"),
            (
                {SERVICES: (told(PLANE, WELL), told(WORKER, WELL, age=21))},
                "talos-wk-1 last answered 21 s ago",
            ),
            (
                {
                    SERVICES: (
                        told(PLANE, WELL),
                        replace(told(WORKER, WELL), refused="forbids this"),
                    )
                },
                "talos-wk-1 says no more: forbids this",
            ),
            (
                {SERVICES: (told(PLANE, WELL), told(WORKER, ServiceHealth.UNKNOWN))},
                "does not check",
            ),
        ),
    ),
    "line present": Kind(
        KernelLine("link down", is_present=True, minutes=10),
        {LINES: KernelFound((LINE,), {})},
        (),
        (({LINES: KernelFound((), spoke(1))}, "no line with 'link down'"),),
    ),
    "line absent": Kind(
        KernelLine("link down", is_present=False, minutes=10),
        {LINES: KernelFound((), spoke(9), spoke(59)), NODES: (PLANE_NODE, WORKER_NODE)},
        (({LINES: KernelFound((LINE,), spoke(1))}, "have it: eth0: link down"),),
        (
            ({LINES: KernelFound((), {})}, "talos-cp-1 wrote nothing at all"),
            ({LINES: KernelFound((), spoke(11))}, "wrote nothing at all"),
            ({LINES: KernelFound((), {"": NOW})}, "wrote nothing at all"),
            ({LINES: KernelFound((), spoke(-3), spoke(-3))}, "writes in the future"),
            ({LINES: KernelFound((), spoke(1), {})}, "only its services write"),
            ({LINES: KernelFound((), spoke(1), spoke(61))}, "only its services write"),
            ({NODES: ()}, "no node is listed"),
        ),
    ),
    "event": Kind(
        EventSeen("Scheduled", "", 30),
        {EVENTS: (event(300), event(29))},
        (),
        (
            ({EVENTS: ()}, "no event Scheduled is known"),
            ({EVENTS: (event(31),)}, "was of Pod/web-0 31 min ago"),
            ({EVENTS: (event(-2),)}, "in the future"),
            ({EVENTS: (replace(event(1), last_at=None),)}, "no event"),
        ),
    ),
    "os image": Kind(
        NodesRun(r"Talos \(v1\..*\)", Where.EVERY_NODE),
        {NODES: (PLANE_NODE, WORKER_NODE)},
        (
            (
                {NODES: (PLANE_NODE, replace(WORKER_NODE, os_image="Debian 12"))},
                "talos-wk-1 runs Debian 12",
            ),
        ),
        (
            ({NODES: ()}, "no node is listed"),
            ({NODES: (replace(PLANE_NODE, os_image=""),)}, "does not say which OS"),
        ),
    ),
}


def rule(
    *expects: Expectation,
    verdict: Verdict = Verdict.FALSE_POSITIVE,
    name: str = "mine",
    match: tuple[Matcher, ...] = (Matcher("alertname", "BackupLate"),),
) -> DeclaredRule:
    """A rule of these claims, about BackupLate unless said otherwise."""
    claims = tuple(DeclaredClaim(each) for each in expects)
    return DeclaredRule(name, match, verdict, "it sleeps by day", claims)
