"""Checks of the review that Kubernetes answers: nodes, versions, network, storage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tui.model.alert import Evidence
from tui.model.fleet import NodeView
from tui.model.kube import DaemonSet, KubeNode, StorageClass
from tui.model.question import CsiDrivers, DaemonSetsWith, KubeVersion, StorageClasses
from tui.triage.review_case import NODES, ReviewCase
from tui.triage.review_rule import CheckRule, first_ill, piece
from tui.triage.rule import Ruling, fails, holds, unclear
from tui.triage.version import minors_apart

DAEMON_SETS = DaemonSetsWith("", "")
VERSION = KubeVersion()
CLASSES = StorageClasses()
DRIVERS = CsiDrivers()

_NETWORKS = {
    "cilium": "Cilium",
    "kube-flannel": "flannel",
    "kube-flannel-ds": "flannel",
    "calico-node": "Calico",
    "canal": "Calico",
}


def _count(case: ReviewCase) -> Iterator[Evidence]:
    yield piece(case, "the control plane can lose a node", [case.told(NODES)], _planes)


def _planes(nodes: Sequence[KubeNode]) -> Ruling:
    count = sum(node.is_control_plane for node in nodes)
    if not nodes:
        return unclear("no node is listed")
    if not count:
        return unclear("no node is marked as a control plane")
    if len(nodes) == 1:
        return holds("a single node, known as such: it is alone by design")
    if count == 1:
        return fails(f"only 1 control plane among {len(nodes)} nodes")
    if count % 2 == 0:
        return fails(f"{count} control planes bear no more loss than {count - 1}")
    return holds(f"{count} control planes")


def _ready(case: ReviewCase) -> Iterator[Evidence]:
    told = [case.told(NODES)]
    yield piece(case, "every control plane is Ready", told, _planes_ready)
    yield piece(case, "every worker is Ready", told, _workers_ready)
    yield piece(
        case,
        "Kubernetes lists every Talos node",
        told,
        lambda nodes: _all_listed(case, nodes),
    )


def _planes_ready(nodes: Sequence[KubeNode]) -> Ruling:
    planes = [node for node in nodes if node.is_control_plane]
    if not planes:
        return unclear("no node is marked as a control plane")
    return _all_ready(planes, "control planes")


def _workers_ready(nodes: Sequence[KubeNode]) -> Ruling:
    workers = [node for node in nodes if not node.is_control_plane]
    return _all_ready(workers, "workers") if workers else holds("no workers")


def _all_ready(nodes: Sequence[KubeNode], what: str) -> Ruling:
    ill = [node for node in nodes if node.is_ready is not True]
    if not ill:
        return holds(f"{len(nodes)}/{len(nodes)} {what} Ready")
    said = "is not Ready" if ill[0].is_ready is False else "has gone quiet"
    others = f", and {len(ill) - 1} more {what}" if len(ill) > 1 else ""
    return fails(f"{ill[0].name} {said}{others}")


def _all_listed(case: ReviewCase, nodes: Sequence[KubeNode]) -> Ruling:
    """A node that Talos knows and Kubernetes does not has never joined, or was lost."""
    names = {node.name for node in nodes}
    found = (_is_listed(node, names) for node in case.nodes if node.kube is None)
    return first_ill(found) or holds("")


def _is_listed(node: NodeView, names: set[str]) -> Ruling:
    """By its address it is not; its own name may still be."""
    if node.talos.value is None:
        return unclear(f"Kubernetes lists no {node.address}, and it does not answer")
    if node.talos.value.hostname in names:
        return holds("")
    return fails(f"Kubernetes does not list {node.name}")


def _one_version(case: ReviewCase) -> Iterator[Evidence]:
    told = [case.told(NODES), case.told(VERSION)]
    yield piece(case, "one Kubernetes version everywhere", told, _same)


def _same(nodes: Sequence[KubeNode], server: str) -> Ruling:
    found: dict[str, list[str]] = {server: ["the API server"]}
    for node in nodes:
        found.setdefault(node.kubelet_version, []).append(node.name)
    if not nodes or "" in found:
        return unclear("a version is not told")
    if len(found) > 1:
        parts = (f"{tag} on {_some(names)}" for tag, names in sorted(found.items()))
        return fails(f"{len(found)} Kubernetes versions: {', '.join(parts)}")
    return holds(f"{server} on the API server and {len(nodes)}/{len(nodes)} kubelets")


def _some(names: Sequence[str]) -> str:
    """At most three names, and how many more there are."""
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


def _skew(case: ReviewCase) -> Iterator[Evidence]:
    told = [case.told(NODES), case.told(VERSION)]
    yield piece(case, "kubelets are at most one minor behind", told, _skews)


def _skews(nodes: Sequence[KubeNode], server: str) -> Ruling:
    if not nodes:
        return unclear("no node is listed")
    ill = first_ill(_skew_of(node, server) for node in nodes)
    return ill or holds(
        f"{len(nodes)}/{len(nodes)} kubelets fit the API server's {server}"
    )


def _skew_of(node: KubeNode, server: str) -> Ruling:
    ahead = minors_apart(node.kubelet_version, server)
    said = f"kubelet {node.kubelet_version or '?'} on {node.name}, API server {server}"
    if ahead is None:
        return unclear(f"{said}: cannot be compared")
    if ahead > 0:
        return fails(f"{said}: a kubelet may not be newer")
    if ahead < -1:
        return fails(f"{said}: {-ahead} minors behind")
    return holds(said)


def _network(case: ReviewCase) -> Iterator[Evidence]:
    told = [case.told(DAEMON_SETS), case.told(NODES)]
    yield piece(case, "a CNI runs on every node", told, _networks)


def _networks(sets: Sequence[DaemonSet], nodes: Sequence[KubeNode]) -> Ruling:
    found = [each for each in sets if each.name in _NETWORKS]
    if not found:
        absent = "no DaemonSet of Cilium, flannel or Calico"
        # Without any CNI no node gets Ready: when all are, it is one we do not know.
        if nodes and all(node.is_ready for node in nodes):
            return unclear(f"{absent}; the nodes are Ready, so it may be another CNI")
        return fails(f"{absent}, and nodes are not Ready")
    return first_ill(map(_network_of, found)) or holds(
        ", ".join(_network_of(each).words for each in found)
    )


def _network_of(found: DaemonSet) -> Ruling:
    words = f"{_NETWORKS[found.name]} {found.ready}/{found.desired} ready"
    if found.desired == 0:
        return fails(f"{words}: it is wanted on no node")
    return holds(words) if found.ready >= found.desired else fails(words)


def _storage(case: ReviewCase) -> Iterator[Evidence]:
    drivers, classes = case.told(DRIVERS), case.told(CLASSES)
    yield piece(case, "a CSI driver is there", [drivers], _drivers)
    yield piece(case, "one StorageClass is the default", [classes], _default)
    yield piece(case, "its driver is there", [classes, drivers], _provisioner)


def _drivers(names: Sequence[str]) -> Ruling:
    return holds(", ".join(names)) if names else fails("no CSI driver is registered")


def _defaults(classes: Sequence[StorageClass]) -> list[StorageClass]:
    return [each for each in classes if each.is_default]


def _default(classes: Sequence[StorageClass]) -> Ruling:
    names = [each.name for each in _defaults(classes)]
    if not names:
        return fails(f"none of {len(classes)} StorageClasses is the default")
    if len(names) > 1:
        return fails(f"{len(names)} default StorageClasses: {', '.join(names)}")
    return holds(f"default StorageClass {names[0]}")


def _provisioner(classes: Sequence[StorageClass], drivers: Sequence[str]) -> Ruling:
    missing = [each for each in _defaults(classes) if each.provisioner not in drivers]
    if missing:
        name, provisioner = missing[0].name, missing[0].provisioner
        return unclear(f"{provisioner} of {name} is no CSI driver that is registered")
    return holds("")


CHECKS = (
    CheckRule(
        id="control-plane-count",
        title="Control plane",
        passes="there are 3 or more control planes and an odd number of them, or the "
        "cluster is a single node",
        advice="Add control planes until there are three: etcd keeps its majority when "
        "one of three is lost, of two or of one it bears no loss.",
        read=_count,
        asks=(NODES.text,),
    ),
    CheckRule(
        id="nodes-ready",
        title="Nodes Ready",
        passes="Kubernetes lists every Talos node, and each of them is Ready",
        advice="`kubectl describe node NAME` says which condition is wrong; then the "
        "kubelet's log on that node: `talosctl -n ADDRESS logs kubelet`.",
        read=_ready,
        asks=(NODES.text,),
        blind_spots=("A node that was cordoned is Ready all the same.",),
    ),
    CheckRule(
        id="kubernetes-version",
        title="One Kubernetes version",
        passes="the API server and every kubelet are of one version",
        advice="Finish the upgrade: `talosctl -n CONTROL_PLANE upgrade-k8s --to "
        "VERSION`; a node that stayed behind keeps the version of its machine config.",
        read=_one_version,
        asks=(NODES.text, VERSION.text),
        blind_spots=("With several API servers only the one that answered is seen.",),
    ),
    CheckRule(
        id="kubelet-skew",
        title="Kubelet and API server",
        passes="no kubelet is newer than the API server or more than one minor older",
        advice="Upgrade Kubernetes one minor at a time, the control plane first.",
        read=_skew,
        asks=(NODES.text, VERSION.text),
        blind_spots=("With several API servers only the one that answered is seen.",),
    ),
    CheckRule(
        id="cni",
        title="Network (CNI)",
        passes="the DaemonSet of Cilium, flannel or Calico is ready wherever it should "
        "be",
        advice="`kubectl get pods -A -o wide` for the agents of the CNI; the one that "
        "is not ready names its reason in its log.",
        read=_network,
        asks=(DAEMON_SETS.text, NODES.text),
        blind_spots=(
            "Another CNI than these three.",
            "An agent that is ready but programs the datapath wrongly.",
        ),
    ),
    CheckRule(
        id="storage",
        title="Storage (CSI)",
        passes="a CSI driver is registered, exactly one StorageClass is the default, "
        "and its driver is one of those",
        advice="Install a CSI driver, or mark one class: `kubectl annotate "
        "storageclass NAME storageclass.kubernetes.io/is-default-class=true`; with two "
        "defaults the newest wins, so take the mark off the others.",
        read=_storage,
        asks=(DRIVERS.text, CLASSES.text),
        blind_spots=(
            "A driver that is registered but whose pods do not run.",
            "A provisioner without CSI, such as local-path: it cannot be told whether "
            "it runs.",
        ),
    ),
)
