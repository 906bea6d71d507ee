"""The machine that a target runs on, and the exporter's pod on it."""

from __future__ import annotations

from collections.abc import Sequence

from tui.model.examination import Ask, Place
from tui.model.kube import KubeNode, Pod
from tui.model.question import KubeNodes, PodsWith
from tui.triage.examination.case import (
    ExamCase,
    ExamRule,
    Result,
    failed,
    passed,
    saw,
    unclear,
)
from tui.triage.examination.reach import address_of

NODES = Ask(Place.CLUSTER, KubeNodes())
_EXPORTER = "node-exporter"


def ask_nodes(_: ExamCase) -> tuple[Ask, ...]:
    """Which nodes there are."""
    return (NODES,)


def node_of(case: ExamCase) -> KubeNode | None:
    """The node that the target is on: by its labels, else by its address."""
    nodes: Sequence[KubeNode] = case.value(NODES) or ()
    labels, address = case.subject.labels, address_of(case.subject)
    names = {labels.get("node", ""), labels.get("nodename", "")} - {""}
    host = address.host if address else case.subject.instance
    # An address may be one of the way there, as of a proxy: what is named goes first.
    return next((one for one in nodes if one.name in names), None) or next(
        (one for one in nodes if host in (one.name, *one.addresses)), None
    )


def _node(case: ExamCase) -> Result:
    node = node_of(case)
    if node is None:
        return unclear(
            f"no node of {case.subject.cluster} has that name or address",
            "Then it is no machine of this cluster, or it was removed.",
        )
    lines = [
        f"{node.name}  {', '.join(node.addresses)}",
        f"{node.os_image}, kubelet {node.kubelet_version}",
    ]
    if node.is_ready:
        return saw(passed(f"{node.name} is Ready"), *lines)
    state = "is not Ready" if node.is_ready is False else "has gone quiet"
    why = f": {node.ready_message}" if node.ready_message else ""
    result = failed(
        f"{node.name} {state}{why}",
        "A node takes its pods along: begin with the machine.",
        f"Its node {node.name} {state}: begin with the machine, not with the target.",
    )
    return saw(result, *lines)


def ask_exporter(case: ExamCase) -> tuple[Ask, ...]:
    """The node first, then the pods on it."""
    node = node_of(case)
    if node is None:
        return ask_nodes(case)
    question = PodsWith("", "", f"spec.nodeName={node.name}")
    return NODES, Ask(Place.CLUSTER, question)


def _exporter(case: ExamCase) -> Result:
    node = node_of(case)
    if node is None:
        return unclear("it is not known which node it should run on")
    pods: Sequence[Pod] = case.value(ask_exporter(case)[-1])
    found = [pod for pod in pods if _is_exporter(pod)]
    if not found:
        return failed(
            f"no node-exporter pod on {node.name}",
            "Does its DaemonSet tolerate the taints of the node, and is it there?",
            f"No node-exporter runs on {node.name}: look at its DaemonSet, and whether "
            "it tolerates the taints of that node.",
        )
    pod = min(found, key=lambda each: not each.is_ready)
    line = f"{pod.namespace}/{pod.name} on {pod.node}"
    if pod.is_ready:
        return saw(passed(f"{pod.name} is ready on {node.name}"), line)
    why = pod.reason or pod.phase
    result = failed(
        f"{pod.name} is not ready: {why}",
        f"kubectl -n {pod.namespace} describe pod {pod.name} tells why.",
        f"The exporter's pod on {node.name} is not ready ({why}): look at its log.",
    )
    return saw(result, line)


def _is_exporter(pod: Pod) -> bool:
    labels = pod.labels
    names = {labels.get("app.kubernetes.io/name", ""), labels.get("app", "")}
    return any(name.endswith(_EXPORTER) for name in names) or _EXPORTER in pod.name


NODE = ExamRule("node", "its node is Ready", ask_nodes, _node)
EXPORTER = ExamRule(
    "exporter", "the exporter's pod runs on that node", ask_exporter, _exporter
)
