"""A well cluster of three control planes and a worker, and how tests break it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from tests.machines import make_etcd, make_facts
from tests.triage.cases import INTERVAL, NOW, SEEN, node
from tui.model.fleet import NodeView
from tui.model.kube import DaemonSet, KubeNode, StorageClass
from tui.model.machine import Certificate, Etcd, EtcdPeer, Facts
from tui.model.question import Question
from tui.model.reading import Reading
from tui.model.review import Check, CheckState
from tui.model.talos import TalosNode
from tui.model.target import Expected, Health, TargetRow
from tui.triage.review import review
from tui.triage.review_case import NODES, ReviewCase
from tui.triage.review_kubernetes import CLASSES, DAEMON_SETS, DRIVERS, VERSION
from tui.triage.told import Told

MINUTE = timedelta(minutes=1)
PLANES = ("talos-cp-1", "talos-cp-2", "talos-cp-3")
WORKER = "talos-wk-1"
NAMES = (*PLANES, WORKER)
IDS = {name: f"{number:016x}" for number, name in enumerate(PLANES, 1)}
MEMBERS = tuple(EtcdPeer(IDS[name], name, is_learner=False) for name in PLANES)

ANSWERS: Mapping[Question, Any] = {
    NODES: tuple(
        replace(node(name, is_control_plane=name in PLANES), addresses=(name,))
        for name in NAMES
    ),
    VERSION: "v1.34.1",
    DAEMON_SETS: (
        DaemonSet("kube-system", "cilium", {}, 4, 4),
        DaemonSet("monitoring", "vector", {}, 4, 2),
    ),
    CLASSES: (
        StorageClass("iscsi", "iscsi.example.com", is_default=True),
        StorageClass("slow", "nfs.example.com", is_default=False),
    ),
    DRIVERS: ("iscsi.example.com",),
}


def member(name: str) -> Etcd:
    """etcd as one of the control planes sees it; the first leads."""
    return replace(
        make_etcd(name),
        member_id=IDS[name],
        leader_id=IDS[PLANES[0]],
        members=MEMBERS,
        version="3.6.4",
    )


def facts_of(name: str) -> Facts:
    return make_facts(member(name) if name in PLANES else None)


def machine(name: str) -> NodeView:
    (kube,) = [each for each in ANSWERS[NODES] if each.name == name]
    talos = TalosNode(name, name, "v1.11.2", (), None)
    return NodeView(
        name,
        name,
        Reading(talos, SEEN, attempts=1),
        kube,
        facts=Reading(facts_of(name), SEEN, attempts=1),
    )


def told(value: Any, source: str = "kubernetes prod", query: str = "") -> Told[Any]:
    return Told(Reading(value, SEEN, attempts=1), INTERVAL, source, query)


def well() -> ReviewCase:
    """Every check passes."""
    row = TargetRow("talos-kubelets", "talos-cp-1", Expected.YES, Health.UP)
    return ReviewCase(
        cluster="prod",
        nodes=tuple(map(machine, NAMES)),
        answers={
            asked: told(value, query=asked.text) for asked, value in ANSWERS.items()
        },
        targets=told((row,), "prometheus"),
        log=told(dict.fromkeys(NAMES, NOW - MINUTE), "loki"),
        certificates=(Certificate("talosconfig prod", NOW + timedelta(days=200)),),
        node_interval=INTERVAL,
        facts_interval=INTERVAL,
        now=NOW,
    )


def check(case: ReviewCase, name: str) -> Check:
    """One check of the review."""
    (found,) = [each for each in review(case) if each.id == name]
    return found


def states(case: ReviewCase) -> dict[str, CheckState]:
    """What each check came to, by its id."""
    return {each.id: each.state for each in review(case)}


def answered(question: Question, value: Any) -> ReviewCase:
    """The well cluster, but for one answer of Kubernetes."""
    case = well()
    return replace(case, answers={**case.answers, question: told(value)})


def with_nodes(change: Callable[[KubeNode], KubeNode]) -> ReviewCase:
    """The well cluster, but for its nodes as Kubernetes lists them."""
    return answered(NODES, tuple(map(change, ANSWERS[NODES])))


def with_machine(
    name: str, change: Callable[[NodeView], NodeView], case: ReviewCase | None = None
) -> ReviewCase:
    """The cluster, but for one machine."""
    case = case or well()
    nodes = tuple(change(each) if each.name == name else each for each in case.nodes)
    return replace(case, nodes=nodes)


def with_facts(
    name: str, case: ReviewCase | None = None, /, **changes: Any
) -> ReviewCase:
    """The cluster, but for what one machine says of itself."""

    def change(node: NodeView) -> NodeView:
        assert node.facts.value
        value = replace(node.facts.value, **changes)
        return replace(node, facts=replace(node.facts, value=value))

    return with_machine(name, change, case)


def with_member(
    name: str, case: ReviewCase | None = None, /, **changes: Any
) -> ReviewCase:
    """The cluster, but for etcd as one control plane sees it."""
    case = case or well()
    (node,) = [each for each in case.nodes if each.name == name]
    assert node.facts.value
    assert node.facts.value.etcd
    return with_facts(name, case, etcd=replace(node.facts.value.etcd, **changes))


def with_version(name: str, version: str, case: ReviewCase | None = None) -> ReviewCase:
    """The cluster, but for the Talos version of one machine."""

    def change(node: NodeView) -> NodeView:
        assert node.talos.value
        value = replace(node.talos.value, version=version)
        return replace(node, talos=replace(node.talos, value=value))

    return with_machine(name, change, case)
