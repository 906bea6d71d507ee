"""What must be proven of the scheduler and of the controller manager."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from ipaddress import ip_address

from tui.model.alert import Evidence, Verdict
from tui.model.declared import Where
from tui.model.kube import KubeEvent, KubeNode, Pod, Workload
from tui.model.question import (
    DaemonSets,
    Deployments,
    EventsWith,
    PodsWith,
    StatefulSets,
)
from tui.model.question_beyond import NodeTold, StaticPod, StaticPods
from tui.triage.case import Case
from tui.triage.expectation import AHEAD, lately
from tui.triage.expectation_beyond import SERVICES, of_node
from tui.triage.on_nodes import (
    LEASES,
    NODES,
    chosen,
    none_listed,
    restart,
    silence,
)
from tui.triage.rule import Claim, Ruling, fails, holds, unclear

UNASSIGNED = PodsWith("", "", "spec.nodeName=")
SCHEDULED = EventsWith("", "Scheduled")
SCALED = EventsWith("", "ScalingReplicaSet")
DEPLOYMENTS = Deployments()
STATEFUL_SETS = StatefulSets()
DAEMON_SETS = DaemonSets()
STATIC_PODS = StaticPods()

_SCHEDULER = "default-scheduler"
"""What Kubernetes' own calls itself in events: others schedule pods too."""

LATE = timedelta(minutes=5)
"""What is not done by then is not being done."""
RECENT_MINUTES = 15


def static_pods(component: str) -> PodsWith:
    """The question for a component's mirror pods."""
    return PodsWith("kube-system", f"component={component}")


def runs(component: str) -> Claim:
    """It is there, by Kubernetes' word; by Talos' where a kubelet no longer reports."""
    return Claim(
        f"every control-plane node has a Running and Ready {component}",
        (NODES, static_pods(component)),
        partial(_runs, component),
        also=(LEASES, STATIC_PODS, SERVICES),
        otherwise=partial(_runs_not, component),
    )


def _runs(component: str, case: Case) -> Ruling:
    nodes: tuple[KubeNode, ...] = case.value(NODES)
    if not chosen(nodes, Where.CONTROL_PLANES):
        return none_listed(Where.CONTROL_PLANES)
    by_node = _by_node(component, case)
    # A node that runs one is a control plane, whether or not it is labelled so.
    planes = tuple(n for n in nodes if n.is_control_plane or n.name in by_node)
    for node in planes:
        pod = by_node.get(node.name)
        if pod is None:
            return fails(f"no {component} pod on {node.name}")
        if pod.phase != "Running" or not pod.is_ready:
            why = pod.reason or pod.phase
            return fails(f"{component} on {node.name} is not ready ({why})")
    own = (by_node[node.name] for node in planes)
    if crash := restart(own, case.dated_at(static_pods(component))):
        return unclear(crash)
    # A mirror pod is the kubelet's word: a dead kubelet leaves it as it was.
    vouched = 0
    for node in planes:
        if quiet := silence((node,), case):
            if not _is_vouched_for(component, node, case):
                return unclear(f"{quiet}: what its pod says may be old")
            vouched += 1
    by_talos = f", {vouched} by Talos' word" if vouched else ""
    return holds(f"{len(planes)}/{len(planes)} pods ready{by_talos}")


def _is_vouched_for(component: str, node: KubeNode, case: Case) -> bool:
    """Whether Talos says that it is well there.

    Talos knows by the kubelet, and goes on saying what one that hangs said last.
    """
    told: Mapping[str, StaticPod] = case.fresh(STATIC_PODS) or {}
    services: tuple[NodeTold, ...] = case.fresh(SERVICES) or ()
    is_told_now = of_node(node, services, "kubelet", case).proves
    return is_told_now and _is_well(told.get(f"{component}-{node.name}"))


def _is_well(pod: StaticPod | None) -> bool:
    return pod is not None and pod.phase == "Running" and pod.is_ready


def _runs_not(component: str, case: Case) -> Ruling:
    """What Talos says while Kubernetes says nothing."""
    told: Mapping[str, StaticPod] = case.value(STATIC_PODS) or {}
    for name, pod in sorted(told.items()):
        if name.startswith(f"{component}-") and not _is_well(pod):
            return fails(f"{name} is not ready, says Talos on {pod.address}")
    return unclear("Talos says nothing against it")


def told_by_talos(component: str, case: Case) -> tuple[Evidence, ...]:
    """A note: what the control planes themselves say of the static pod."""
    told: Mapping[str, StaticPod] | None = case.value(STATIC_PODS)
    at = case.observed_at(STATIC_PODS)
    source = case.source((STATIC_PODS,))
    own = {n: p for n, p in (told or {}).items() if n.startswith(f"{component}-")}
    if STATIC_PODS not in case.answers:
        return ()
    if not own:
        why = case.blindness(STATIC_PODS) if told is None else "it lists no such pod"
        claim = f"Talos does not tell of {component}"
        return (Evidence(claim, Verdict.UNDECIDED, source, STATIC_PODS.text, why, at),)
    is_old = case.fresh(STATIC_PODS) is None
    return tuple(
        Evidence(
            f"Talos on {pod.address}: {name} is {pod.phase}"
            f"{' and Ready' if pod.is_ready else ', not Ready'}",
            _stance(is_well=_is_well(pod), is_old=is_old),
            source,
            STATIC_PODS.text,
            observed_at=at,
        )
        for name, pod in sorted(own.items())
    )


def _stance(*, is_well: bool, is_old: bool) -> Verdict:
    if not is_well:
        return Verdict.REAL
    return Verdict.UNDECIDED if is_old else Verdict.FALSE_POSITIVE


def _by_node(component: str, case: Case) -> Mapping[str, Pod]:
    """The pods that nodes run of it by themselves: named after both."""
    pods: tuple[Pod, ...] = case.value(static_pods(component))
    return {pod.node: pod for pod in pods if pod.name == f"{component}-{pod.node}"}


def hides(component: str) -> Claim:
    """The excuse itself, by its own flags: a machine config may undo it."""
    return Claim(
        "it serves its metrics to its own node alone",
        (static_pods(component),),
        partial(_hides, component),
    )


def _hides(component: str, case: Case) -> Ruling:
    own = tuple(_by_node(component, case).values())
    for pod in own:
        if pod.bind_address and not _is_loopback(pod.bind_address):
            return fails(f"{pod.name} serves its metrics on {pod.bind_address}")
    for pod in own:
        if not pod.bind_address:
            return unclear(f"{pod.name} does not say where it serves its metrics")
    if not own:
        return unclear(f"no {component} pod says where it serves its metrics")
    return holds(f"on {own[0].bind_address}")


def _is_loopback(text: str) -> bool:
    try:
        return ip_address(text).is_loopback
    except ValueError:
        return False


def is_talos() -> Claim:
    """Who hides them: elsewhere nobody says that they are hidden on purpose."""
    return Claim("every node runs Talos", (NODES,), _is_talos)


def _is_talos(case: Case) -> Ruling:
    nodes: tuple[KubeNode, ...] = case.value(NODES)
    if not nodes:
        return unclear("no node is listed")
    for node in nodes:
        if not node.os_image:
            return unclear(f"{node.name} does not say which OS it runs")
        if not node.runs_talos:
            return fails(f"{node.name} runs {node.os_image}, not Talos")
    return holds(f"{len(nodes)}/{len(nodes)} nodes")


def schedules() -> Claim:
    """Pods are given nodes, or none waits for one."""
    return Claim(
        "no pod waits for the scheduler",
        (UNASSIGNED,),
        _schedules,
        also=(SCHEDULED,),
    )


def _schedules(case: Case) -> Ruling:
    """A pod that fits nowhere was looked at; whether others still are, events tell."""
    pods: tuple[Pod, ...] = case.value(UNASSIGNED)
    seen = case.dated_at(UNASSIGNED)
    unfit: list[Pod] = []
    for pod in filter(_waits, pods):
        name = f"{pod.namespace}/{pod.name}"
        if pod.created_at is None or seen is None:
            return unclear(f"{name} does not say how old it is")
        if seen - pod.created_at <= LATE:
            continue
        if pod.scheduled is None:
            return fails(f"nothing schedules {name}")
        unfit.append(pod)
    work = _scheduled_lately(case)
    if unfit and not work.proves:
        name = f"{unfit[0].namespace}/{unfit[0].name}"
        return unclear(f"{name} waits ({unfit[0].reason}), and {work.words}")
    last = f"; scheduled last: {work.words}" if work.proves else ""
    return holds(f"{len(unfit)} wait for room{last}" if unfit else f"none waits{last}")


def _waits(pod: Pod) -> bool:
    """Whether it wants a node; one that is held back on purpose does not."""
    is_over = pod.phase in {"Succeeded", "Failed"}
    return not (pod.node or is_over or pod.reason.startswith("SchedulingGated"))


def _scheduled_lately(case: Case) -> Ruling:
    events: tuple[KubeEvent, ...] | None = case.fresh(SCHEDULED)
    if events is None:
        return unclear(case.blindness(SCHEDULED))
    own = [each for each in events if each.source == _SCHEDULER]
    return lately(own, case, SCHEDULED, RECENT_MINUTES)


def converges() -> Claim:
    """What workloads want is seen, and their pods are made."""
    return Claim(
        "every Deployment, StatefulSet and DaemonSet is looked after",
        (DEPLOYMENTS, STATEFUL_SETS, DAEMON_SETS),
        _converges,
    )


def _converges(case: Case) -> Ruling:
    if not case.value(DEPLOYMENTS):
        return unclear("no deployment is listed: nothing shows its work")
    counts, under_way, doubt = [], 0, ""
    for kind, question in (
        ("deployments", DEPLOYMENTS),
        ("StatefulSets", STATEFUL_SETS),
        ("DaemonSets", DAEMON_SETS),
    ):
        found: tuple[Workload, ...] = case.value(question)
        counts.append(f"{len(found)} {kind}")
        for each in found:
            ruling = _looked_after(each, case.dated_at(question))
            if ruling.refutes:
                return ruling
            under_way += ruling.proves and bool(_behind(each))
            doubt = doubt or ("" if ruling.proves else ruling.words)
    if doubt:
        return unclear(doubt)
    rest = f", {under_way} of them under way" if under_way else ""
    return holds(f"{', '.join(counts)}{rest}")


def _looked_after(each: Workload, seen: datetime | None) -> Ruling:
    """One of them: done or under way, waiting for too long, or not to be told."""
    behind = _behind(each)
    if not behind:
        return holds("")
    name = f"{each.namespace}/{each.name}"
    late = _lateness(each, seen)
    if late is not None and late <= LATE:
        return holds(behind)
    is_unseen = each.observed_generation < each.generation
    if late is None or not (each.is_dated or is_unseen):
        return unclear(f"{name}: {behind}, since when is not told")
    minutes = late // timedelta(minutes=1)
    return fails(f"{name} has waited for {minutes} min: {behind}")


def _behind(each: Workload) -> str:
    """What the controller manager has not done for a workload; empty when it has."""
    if each.observed_generation < each.generation:
        return f"generation {each.generation} is not seen yet"
    if each.existing < each.wanted and not each.is_hindered:
        return f"{each.existing} of {each.wanted} pods are made"
    return ""


def _lateness(each: Workload, seen: datetime | None) -> timedelta | None:
    """How long it has waited; None when that is not told, or clocks disagree."""
    if seen is None or each.changed_at is None or each.changed_at - seen > AHEAD:
        return None
    return seen - each.changed_at


def scaled_lately(case: Case) -> tuple[Evidence, ...]:
    """A note: the last time that a deployment was seen to be scaled."""
    events: tuple[KubeEvent, ...] | None = case.fresh(SCALED)
    if not events:
        return ()
    found = lately(events, case, SCALED, RECENT_MINUTES)
    return (
        Evidence(
            "deployments are scaled" if found.proves else found.words,
            found.supports,
            case.source((SCALED,)),
            SCALED.text,
            found.words if found.proves else "",
            case.observed_at(SCALED),
        ),
    )
