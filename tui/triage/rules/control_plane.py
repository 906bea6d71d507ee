"""Scheduler and controller manager: they run, but Talos hides their metrics."""

from __future__ import annotations

from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from tui.model.alert import Verdict
from tui.model.question import Question
from tui.triage.leading import leads
from tui.triage.on_nodes import LEASE_BLIND_SPOT, RESTART_BLIND_SPOT
from tui.triage.rule import Claim, Note, Rule
from tui.triage.rules import control_plane_claims as claims
from tui.triage.rules.component import (
    AT_THE_SOURCE,
    fixes,
    none_answers,
    none_is_met,
    own_scope,
    target_scope,
)

SCHEDULER = "kube-scheduler"
CONTROLLER_MANAGER = "kube-controller-manager"


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

{AT_THE_SOURCE}
Or make its metrics reachable on purpose and expect the job in the inventory: from then
on its alerts are real.
"""


_BLIND_SPOTS = (
    "The lease proves that one instance leads, not that it does its work well.",
    "The lease's time is the cluster's: where its API server's clock is half a minute "
    "from this machine's it must be renewed by both, else the alert is undecided.",
    "A control-plane node whose kubelet does not report makes it undecided, unless "
    "Talos on that node says that the pod is well.",
    "While Kubernetes does not answer, Talos can make the alert real, and clears "
    "nothing.",
    LEASE_BLIND_SPOT,
    RESTART_BLIND_SPOT,
)


class _Own(Struct, frozen=True):
    """What only one of the two has: its work, and how it is seen to be done."""

    task: str
    claim: Claim
    blind_spots: tuple[str, ...]
    notes: tuple[Note, ...] = ()
    beside: tuple[Question, ...] = ()


def _rules(component: str, alert: str, value: str, own: _Own) -> tuple[Rule, Rule]:
    """One for its own alert, one for TargetDown of its job."""
    rule = Rule(
        id=f"{component}-hidden",
        title=f"{component} runs, its metrics are out of reach",
        covers=(own_scope(alert, component),),
        verdict=Verdict.FALSE_POSITIVE,
        reason="Talos hides its metrics",
        claims=(
            claims.runs(component),
            claims.is_talos(),
            claims.hides(component),
            leads(component),
            own.claim,
        ),
        job=component,
        runbook=_runbook(component, own.task),
        fixes=fixes(value, component),
        would_change=(
            "A control-plane node without a Ready pod of it, a lease that is no longer "
            "renewed, a node that does not run Talos, metrics that are served beyond "
            "their own node, a target of its job that answers, work that is not done, "
            "or an inventory that expects the job."
        ),
        blind_spots=(*_BLIND_SPOTS, *own.blind_spots),
        notes=(partial(claims.told_by_talos, component), *own.notes),
        beside=(claims.STATIC_PODS, *own.beside),
    )
    return replace(rule, claims=(*rule.claims, none_is_met(component))), replace(
        rule,
        id=f"{component}-target-hidden",
        title=f"{component}'s targets are down, its metrics are out of reach",
        covers=(target_scope(component),),
        claims=(*rule.claims, none_answers(component)),
    )


RULES = (
    *_rules(
        SCHEDULER,
        "KubeSchedulerDown",
        "kubeScheduler",
        _Own(
            "No pod stays Pending without an event from the scheduler: "
            "`kubectl get pods -A --field-selector spec.nodeName=`.",
            claims.schedules(),
            (
                "A pod that asks for a scheduler of another name counts as unseen: it "
                "makes the alert real.",
                "A pod that fits nowhere makes it undecided, unless others were "
                "scheduled within a quarter of an hour.",
            ),
        ),
    ),
    *_rules(
        CONTROLLER_MANAGER,
        "KubeControllerManagerDown",
        "kubeControllerManager",
        _Own(
            "Deployments converge: `kubectl get deployments -A` shows READY and "
            "UP-TO-DATE alike.",
            claims.converges(),
            (
                "Of its many controllers those of Deployments, their ReplicaSets, "
                "StatefulSets and DaemonSets are looked at. Pods that a StatefulSet or "
                "DaemonSet misses for longer make it undecided: who refuses them is "
                "not told.",
            ),
            (claims.scaled_lately,),
            (claims.SCALED,),
        ),
    ),
)
