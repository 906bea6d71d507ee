"""What must be so on every node, or on every control plane: shared by many claims."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from tui.model.declared import Where
from tui.model.kube import KubeNode, Pod
from tui.triage.rule import Ruling, fails, holds, unclear

HEARTBEAT = timedelta(minutes=11)
"""A kubelet repeats what has not changed every five minutes: twice that, and one."""
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


def silence(nodes: Iterable[KubeNode], seen: datetime | None) -> str:
    """Which node's kubelet no longer reports, in words; empty when all of them do.

    Ready turns to Unknown only while there is a controller manager to turn it; the time
    of the last report does not depend on anybody.
    """
    for node in nodes:
        if node.is_ready is not True:
            return f"{node.name} is not Ready"
        if node.heartbeat_at is None or seen is None:
            return f"{node.name} does not say when its kubelet reported"
        if abs(seen - node.heartbeat_at) > HEARTBEAT:
            minutes = (seen - node.heartbeat_at).total_seconds() / 60
            return f"the kubelet of {node.name} reported {minutes:.0f} min ago"
    return ""


def pods_ready(
    nodes: Sequence[KubeNode], pods: Iterable[Pod], seen: datetime | None, noun: str
) -> Ruling:
    """Whether each of these nodes has a Running and Ready one of these pods.

    seen    when the nodes were listed
    noun    what such a pod is called, one word or more
    """
    by_node: dict[str, list[Pod]] = {}
    for pod in pods:
        by_node.setdefault(pod.node, []).append(pod)
    for node in nodes:
        own = by_node.get(node.name)
        if not own:
            return fails(f"no {noun} on {node.name}")
        if not any(pod.phase == "Running" and pod.is_ready for pod in own):
            why = own[0].reason or own[0].phase
            return fails(f"{noun} on {node.name} is not ready ({why})")
    # A kubelet that no longer reports leaves its pods' Ready as it was.
    short = noun.rpartition(" ")[2]
    if quiet := silence(nodes, seen):
        return unclear(f"{quiet}: what its {short} says is old")
    return holds(f"{len(nodes)}/{len(nodes)} {short}s ready")
