"""What must be so on every node, or on every control plane: shared by many claims."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from tui.model.declared import Where
from tui.model.kube import KubeNode, Lease, Pod
from tui.model.question import KubeNodes, LeasesIn, PodsWith
from tui.triage.case import Case
from tui.triage.rule import Claim, Ruling, fails, holds, unclear

NODES = KubeNodes()
LEASES = LeasesIn("kube-node-lease")
"""One of each node, named like it: its kubelet renews it every ten seconds."""
LONGEST_LEASE = 300
"""In seconds; 15 and 40 are usual. One of hours proves nothing about now."""

HEARTBEAT = timedelta(minutes=11)
"""A kubelet repeats what has not changed every five minutes: twice that, and one."""
_SKEW = timedelta(seconds=30)
"""Beyond a lease's own time, by which Kubernetes gives a node up: a node's clock, which
dates the renewal, need not agree with the API server's to the second."""
STEADY = timedelta(minutes=15)
"""Who crashes again and again is Ready in between: Kubernetes waits for five minutes at
most before it starts one again, and forgets that after ten minutes of running."""
RESTART_BLIND_SPOT = (
    "A container that was started again within a quarter of an hour makes it "
    "undecided; one that crashes more seldom counts as well."
)
LEASE_BLIND_SPOT = (
    "A kubelet that died just now: its lease counts for 30 s longer than it lasts, "
    "which makes 70 s."
)
_NONE_LISTED = {
    Where.EVERY_NODE: "no node is listed",
    Where.CONTROL_PLANES: "no control-plane node is listed",
}


def chosen(nodes: Iterable[KubeNode], where: Where) -> tuple[KubeNode, ...]:
    """Those of all nodes that are meant; none is no proof of anything."""
    every = where is Where.EVERY_NODE
    return tuple(node for node in nodes if every or node.is_control_plane)


def none_listed(where: Where) -> Ruling:
    """A list without the nodes that are meant."""
    return unclear(_NONE_LISTED[where])


def silence(nodes: Sequence[KubeNode], case: Case) -> str:
    """Which node's kubelet no longer reports, in words; empty when all of them do.

    Ready turns to Unknown only while there is a controller manager to turn it; the time
    of the last report does not depend on anybody, and that of the lease tells sooner.
    """
    seen = case.dated_at(NODES)
    for node in nodes:
        if node.is_ready is not True:
            return f"{node.name} is not Ready"
        if node.heartbeat_at is None or seen is None:
            return f"{node.name} does not say when its kubelet reported"
        if abs(seen - node.heartbeat_at) > HEARTBEAT:
            minutes = (seen - node.heartbeat_at).total_seconds() / 60
            return f"the kubelet of {node.name} reported {minutes:.0f} min ago"
    return _lapse(nodes, case)


def _lapse(nodes: Sequence[KubeNode], case: Case) -> str:
    """Which node's lease does not show that its kubelet lives; else as `silence`."""
    leases: tuple[Lease, ...] | None = case.fresh(LEASES)
    if leases is None:
        return f"no lease of a kubelet is known ({case.blindness(LEASES)})"
    by_node = {each.name: each for each in leases}
    seen = case.dated_at(LEASES)
    for node in nodes:
        lease = by_node.get(node.name)
        if lease is None or lease.renewed_at is None or seen is None:
            return f"no lease tells that the kubelet of {node.name} lives"
        if not 0 < lease.duration_seconds <= LONGEST_LEASE:
            return f"the lease of {node.name} lasts {lease.duration_seconds} s"
        limit = timedelta(seconds=lease.duration_seconds) + _SKEW
        age = seen - lease.renewed_at
        if age > limit:
            seconds = f"{age.total_seconds():.0f} s ago"
            return f"the kubelet of {node.name} last renewed its lease {seconds}"
        if age < -limit:
            return f"the lease of {node.name} is from the future: clocks disagree"
    return ""


def ready_pods(text: str, where: Where, question: PodsWith, noun: str) -> Claim:
    """A Running and Ready one of these pods on each node that is meant.

    A pod that is missing or ill speaks against it whether or not the leases are known.

    text    what is claimed, as a sentence
    noun    what such a pod is called, one word or more
    """
    short = noun.rpartition(" ")[2]

    def against(case: Case) -> Ruling | None:
        nodes: tuple[KubeNode, ...] | None = case.value(NODES)
        pods: tuple[Pod, ...] | None = case.value(question)
        if nodes is None or pods is None:
            return None
        return _lacking(chosen(nodes, where), pods, noun)

    def read(case: Case) -> Ruling:
        nodes = chosen(case.value(NODES), where)
        if not nodes:
            return none_listed(where)
        if found := against(case):
            return found
        pods: tuple[Pod, ...] = case.value(question)
        names = {node.name for node in nodes}
        mine = (pod for pod in pods if pod.node in names and _is_well(pod))
        if crash := restart(mine, case.dated_at(question)):
            return unclear(crash)
        # A kubelet that no longer reports leaves its pods' Ready as it was.
        if quiet := silence(nodes, case):
            return unclear(f"{quiet}: what its {short} says may be old")
        return holds(f"{len(nodes)}/{len(nodes)} {short}s ready")

    def otherwise(case: Case) -> Ruling:
        return against(case) or unclear("nothing speaks against it")

    return Claim(text, (NODES, LEASES, question), read, otherwise=otherwise)


def _lacking(
    nodes: Iterable[KubeNode], pods: Iterable[Pod], noun: str
) -> Ruling | None:
    """Which of these nodes has no Running and Ready pod; None when all have one."""
    by_node: dict[str, list[Pod]] = {}
    for pod in pods:
        by_node.setdefault(pod.node, []).append(pod)
    for node in nodes:
        own = by_node.get(node.name)
        if not own:
            return fails(f"no {noun} on {node.name}")
        if not any(map(_is_well, own)):
            why = own[0].reason or own[0].phase
            return fails(f"{noun} on {node.name} is not ready ({why})")
    return None


def _is_well(pod: Pod) -> bool:
    return pod.phase == "Running" and pod.is_ready


def restart(pods: Iterable[Pod], seen: datetime | None) -> str:
    """Which of them was started again lately, in words; empty when none was.

    seen    when they were listed, by the clock of who listed them
    """
    for pod in pods:
        at = pod.restarted_after
        if at is None:
            continue
        if seen is None:
            return f"when {pod.name} restarted last is not told"
        age = seen - at
        if age < STEADY:
            why = f" ({pod.restart_reason})" if pod.restart_reason else ""
            minutes = max(0, age // timedelta(minutes=1))
            return f"{pod.name} restarted {minutes} min ago{why}"
    return ""
