"""A healthy cluster as it answers, and the knobs with which tests break it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from tui.model.alert import Alert, AlertState, Judgement
from tui.model.kube import ConfigMap, KubeNode, Lease, Pod, Workload
from tui.model.labels import Labels, fingerprint
from tui.model.question import Answer, Question
from tui.model.question_beyond import NodeTold, StaticPod, TargetsOf
from tui.model.reading import Reading
from tui.model.talos import ServiceHealth, TalosNode, TalosService
from tui.model.target import Expected, Health, InventoryTarget, Target, TargetRow
from tui.triage.case import Case
from tui.triage.expectation_beyond import SERVICES
from tui.triage.leading import leader
from tui.triage.on_nodes import LEASES, NODES
from tui.triage.rulebook import Rulebook
from tui.triage.rules import kube_proxy
from tui.triage.rules.control_plane import CONTROLLER_MANAGER, SCHEDULER
from tui.triage.rules.control_plane_claims import (
    DAEMON_SETS,
    DEPLOYMENTS,
    SCALED,
    SCHEDULED,
    STATEFUL_SETS,
    STATIC_PODS,
    UNASSIGNED,
    static_pods,
)
from tui.triage.rules.watchdog import LISTED

BOOK = Rulebook()
"""Our rules alone."""

NOW = datetime(2026, 2, 14, 12, 0, tzinfo=UTC)
INTERVAL = timedelta(seconds=10)
SEEN = NOW - timedelta(seconds=4)
CREATED = NOW - timedelta(days=18)

PLANE = "talos-cp-1"
WORKER = "talos-wk-1"


def node(name: str, *, is_control_plane: bool = False) -> KubeNode:
    return KubeNode(
        name,
        ("10.10.0.40",),
        is_ready=True,
        ready_message="",
        kubelet_version="v1.34.1",
        os_image="Talos (v1.11.3)",
        is_control_plane=is_control_plane,
        is_unschedulable=False,
        heartbeat_at=SEEN - timedelta(seconds=50),
    )


def pod(name: str, on: str, **labels: str) -> Pod:
    """A static pod is named after its node."""
    is_static = bool(on) and name.endswith(f"-{on}")
    return Pod(
        "kube-system",
        name,
        on,
        labels,
        "Running",
        is_ready=True,
        created_at=CREATED,
        scheduled=True,
        bind_address="127.0.0.1" if is_static else "",
    )


PLANE_NODE = node(PLANE, is_control_plane=True)
WORKER_NODE = node(WORKER)
AGENT = pod("cilium-wk1xq", WORKER)
PLANE_AGENT = pod("cilium-cp1ab", PLANE)


def cilium_config(replacement: str | None) -> ConfigMap:
    """Changed before any agent was started."""
    data = {} if replacement is None else {kube_proxy.KEY: replacement}
    return ConfigMap(data, CREATED - timedelta(days=1))


def healthy() -> dict[Question, Any]:
    """What a well cluster answers to every question of every rule."""
    values: dict[Question, Any] = {
        NODES: (PLANE_NODE, WORKER_NODE),
        LEASES: node_leases(),
        kube_proxy.CONFIG: cilium_config("true"),
        kube_proxy.OF_NODES: (),
        kube_proxy.AGENTS: (PLANE_AGENT, AGENT),
        kube_proxy.PROXY_PODS: (),
        kube_proxy.PROXY_SETS: (),
        UNASSIGNED: (),
        LISTED: (),
        SCHEDULED: (),
        SCALED: (),
        DEPLOYMENTS: (deployment("coredns"),),
        STATEFUL_SETS: (deployment("db", is_dated=False),),
        DAEMON_SETS: (deployment("agent", is_dated=False),),
        STATIC_PODS: {
            f"{component}-{PLANE}": StaticPod("10.10.0.40", "Running", is_ready=True)
            for component in (SCHEDULER, CONTROLLER_MANAGER)
        },
        TargetsOf(kube_proxy.JOB): (down(kube_proxy.JOB),),
        SERVICES: (kubelet_told(),),
    }
    for component in (SCHEDULER, CONTROLLER_MANAGER):
        values[TargetsOf(component)] = (down(component),)
        values[static_pods(component)] = (pod(f"{component}-{PLANE}", PLANE),)
        values[leader(component)] = (lease(component),)
    return values


def kubelet_told(
    health: ServiceHealth = ServiceHealth.HEALTHY, age: float = 4.0
) -> NodeTold:
    """What Talos on the control plane says of the kubelet there."""
    kubelet = TalosService("kubelet", "Running", health)
    node = TalosNode("10.10.0.40", PLANE, "v1.11.3", (kubelet,), CREATED)
    return NodeTold(node, NOW - timedelta(seconds=age))


def deployment(name: str, generation: int = 3, **changes: Any) -> Workload:
    """One that was changed long ago and is as it should be."""
    known = Workload("kube-system", name, generation, 3, 2, 2, CREATED)
    return replace(known, **changes)


def down(job: str, health: Health = Health.DOWN, namespace: str = "") -> TargetRow:
    """A target of a component, scraped a moment ago."""
    labels = {"job": job, "namespace": namespace or "kube-system"}
    scraped = SEEN - timedelta(seconds=8)
    target = Target(labels, health, job, "http://x", "", scraped, 0.1, 10.0, 5.0)
    return TargetRow(job, "10.10.0.40:1", Expected.UNLISTED, health, "", target)


def lease(component: str, age: float = 2.0, holder: str = f"{PLANE}_8d6f") -> Lease:
    renewed = SEEN - timedelta(seconds=age)
    return Lease("kube-system", component, holder, renewed, 15)


def node_lease(name: str, age: float = 6.0, seconds: int = 40) -> Lease:
    """As a kubelet renews it every ten seconds."""
    renewed = SEEN - timedelta(seconds=age)
    return Lease("kube-node-lease", name, name, renewed, seconds)


def node_leases(*changed: Lease) -> tuple[Lease, ...]:
    """Those of both nodes, but for the changed ones."""
    known = {each.name: each for each in (*map(node_lease, (PLANE, WORKER)), *changed)}
    return tuple(known.values())


def alert(name: str, **labels: str) -> Alert:
    every: Labels = {"alertname": name, **labels}
    return Alert(
        fingerprint(every),
        every,
        {},
        AlertState.ACTIVE,
        starts_at=NOW - timedelta(minutes=20),
        ends_at=NOW + timedelta(minutes=4),
        updated_at=NOW - timedelta(seconds=30),
    )


def case(
    about: Alert,
    changes: Mapping[Question, Any] | None = None,
    inventory: tuple[InventoryTarget, ...] = (),
    cluster: str = "prod",
    book: Rulebook = BOOK,
) -> Case:
    """The alert in a well cluster but for the changes."""
    values = healthy() | dict(changes or {})
    answers: dict[Question, Answer] = {
        question: Reading(values[question], SEEN, attempts=1)
        for question in questions_for(book, about)
    }
    return Case(about, cluster, answers, inventory, INTERVAL, NOW)


def questions_for(book: Rulebook, about: Alert) -> tuple[Question, ...]:
    """What its cluster must be asked before the alert can be judged."""
    rule = book.rule_for(about)
    return rule.questions if rule else ()


def with_answer(known: Case, question: Question, answer: Answer | None) -> Case:
    """The same case with another answer to one question, or with none."""
    rest = {key: value for key, value in known.answers.items() if key != question}
    if answer is not None:
        rest[question] = answer
    return replace(known, answers=rest)


def judged(
    about: Alert,
    changes: Mapping[Question, Any] | None = None,
    inventory: tuple[InventoryTarget, ...] = (),
) -> Judgement:
    """The verdict in a well cluster but for the changes."""
    return BOOK.judge(case(about, changes, inventory))
