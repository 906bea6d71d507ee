"""Scheduler and controller manager: they run, but Talos hides their metrics."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from tui.model.alert import Verdict
from tui.model.kube import KubeNode, Lease, Pod
from tui.model.question import KubeNodes, LeaseOf, PodsWith
from tui.triage.case import Case
from tui.triage.rule import Claim, Rule, Ruling, fails, holds, unclear
from tui.triage.rules.component import fixes, scopes

NODES = KubeNodes()
UNASSIGNED = PodsWith("", "", "spec.nodeName=")

SCHEDULER = "kube-scheduler"
CONTROLLER_MANAGER = "kube-controller-manager"

UNSEEN_FOR = timedelta(minutes=5)
# Twice the lease and a minute more: the two clocks need not agree to the second.
_SKEW = timedelta(seconds=60)


def static_pods(component: str) -> PodsWith:
    """The question for a component's mirror pods."""
    return PodsWith("kube-system", f"component={component}")


def leader(component: str) -> LeaseOf:
    """The question for a component's leader lease."""
    return LeaseOf("kube-system", component)


def _runs(component: str, case: Case) -> Ruling:
    nodes: tuple[KubeNode, ...] = case.value(NODES)
    pods: tuple[Pod, ...] = case.value(static_pods(component))
    planes = [node for node in nodes if node.is_control_plane]
    if not planes:
        return unclear("no control-plane node is listed")
    for node in planes:
        name = f"{component}-{node.name}"
        pod = next((p for p in pods if p.name == name and p.node == node.name), None)
        if pod is None:
            return fails(f"no {component} pod on {node.name}")
        if pod.phase != "Running" or not pod.is_ready:
            why = pod.reason or pod.phase
            return fails(f"{component} on {node.name} is not ready ({why})")
    # A mirror pod is the kubelet's word: a dead kubelet leaves it as it was.
    quiet = [node.name for node in planes if node.is_ready is not True]
    if quiet:
        return unclear(f"{quiet[0]} is not Ready: what its pod says is old")
    return holds(f"{len(planes)}/{len(planes)} pods ready")


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


def _leads(component: str, case: Case) -> Ruling:
    question = leader(component)
    leases: tuple[Lease, ...] = case.value(question)
    seen = case.observed_at(question)
    lease = leases[0] if leases else None
    if lease is None or lease.renewed_at is None or seen is None:
        return unclear(f"no leader lease {component} in kube-system")
    limit = 2 * timedelta(seconds=lease.duration_seconds) + _SKEW
    age = seen - lease.renewed_at
    if age > limit:
        seconds = age.total_seconds()
        return fails(f"no {component} leads: its lease is {seconds:.0f} s old")
    if age < -limit:
        return unclear(f"the lease {component} is from the future: clocks disagree")
    if not lease.holder:
        return unclear(f"nobody holds the lease {component} at this moment")
    return holds(f"renewed by {lease.holder}")


def _schedules(case: Case) -> Ruling:
    pods: tuple[Pod, ...] = case.value(UNASSIGNED)
    seen = case.observed_at(UNASSIGNED)
    for pod in pods:
        if pod.node or pod.scheduled is not None:
            continue
        if pod.created_at is None or seen is None:
            return unclear(f"{pod.namespace}/{pod.name} does not say how old it is")
        if seen - pod.created_at > UNSEEN_FOR:
            return fails(f"nothing schedules {pod.namespace}/{pod.name}")
    return holds("no pod waits unseen")


def _claims(component: str) -> tuple[Claim, ...]:
    return (
        Claim(
            f"every control-plane node has a Running and Ready {component}",
            (NODES, static_pods(component)),
            partial(_runs, component),
        ),
        Claim("every node runs Talos", (NODES,), _is_talos),
        Claim(
            f"a {component} leads: its lease is renewed",
            (leader(component),),
            partial(_leads, component),
        ),
    )


def _runbook(component: str, task: str) -> str:
    return f"""\
## {component} is down, says Prometheus

Talos binds the metrics of {component} to the loopback address of each control-plane
node, so Prometheus has nothing to scrape. The alert then says "down" of a component
that may be perfectly well.

**It is real** when the component itself is not there, or does not do its work:

1. `kubectl -n kube-system get pods -l component={component} -o wide`: one Ready pod on
   each control-plane node?
2. `kubectl -n kube-system get lease {component} -o yaml`: is `renewTime` moving?
3. `talosctl -n <control plane> logs kubelet`, and the pod's own log, for what fails.
4. Is the work done? {task}

**Fix at the source:** turn the component off in the values of kube-prometheus-stack;
or make its metrics reachable on purpose and expect the job in the inventory: from then
on its alerts are real.
"""


_BLIND_SPOTS = (
    "The lease proves that one instance leads, not that it does its work well.",
    "The lease's time is the cluster's, held against this machine's clock: a "
    "difference beyond a minute and a half makes the alert real or undecided, never "
    "false.",
    "A control-plane node that is not Ready makes it undecided: it has a finding of "
    "its own.",
    "One Prometheus for several clusters fires this alert once, with its own `cluster` "
    "label: it is judged by that cluster alone.",
)


def _rule(component: str, alert: str, value: str, task: str) -> Rule:
    is_scheduler = component == SCHEDULER
    waiting = Claim(
        "no pod waits for a scheduler that never looked at it",
        (UNASSIGNED,),
        _schedules,
    )
    own = (
        "A pod that asks for a scheduler of another name counts as unseen: it makes "
        "the alert real."
        if is_scheduler
        else "Deployments that no longer converge are not looked at."
    )
    return Rule(
        id=f"{component}-hidden",
        title=f"{component} runs, its metrics are out of reach",
        covers=scopes(alert, component),
        verdict=Verdict.FALSE_POSITIVE,
        reason="Talos hides its metrics",
        claims=(*_claims(component), *((waiting,) if is_scheduler else ())),
        job=component,
        runbook=_runbook(component, task),
        fixes=fixes(value, component),
        would_change=(
            "A control-plane node without a Ready pod of it, a lease that is no longer "
            "renewed, a node that does not run Talos, work that is not done, or an "
            "inventory that expects the job."
        ),
        blind_spots=(*_BLIND_SPOTS, own),
    )


RULES = (
    _rule(
        SCHEDULER,
        "KubeSchedulerDown",
        "kubeScheduler",
        "No pod stays Pending without an event from the scheduler: "
        "`kubectl get pods -A --field-selector spec.nodeName=`.",
    ),
    _rule(
        CONTROLLER_MANAGER,
        "KubeControllerManagerDown",
        "kubeControllerManager",
        "Deployments converge: `kubectl get deployments -A` shows READY and UP-TO-DATE "
        "alike.",
    ),
)
