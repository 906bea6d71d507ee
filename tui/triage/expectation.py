"""What an operator's claims ask of Kubernetes, and how the answers are read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from tui.model.declared import (
    ConfigMapSays,
    DaemonSetComplete,
    EventSeen,
    NodesRun,
    NoPods,
    PodsReady,
    Where,
)
from tui.model.kube import ConfigMap, DaemonSet, KubeEvent, KubeNode, Pod
from tui.model.question import (
    ConfigMapOf,
    DaemonSetOf,
    EventsWith,
    PodsWith,
)
from tui.model.re2 import PatternError, compiled
from tui.triage import on_nodes
from tui.triage.case import Case
from tui.triage.leading import leader, leadership
from tui.triage.on_nodes import LEASES, NODES, chosen, none_listed, restart, silence
from tui.triage.rule import Claim, Ruling, fails, holds, unclear

AHEAD = timedelta(minutes=1)
"""Two clocks need not agree to the second."""
COUNTS = "kube-controller-manager"
"""Who writes the status of a DaemonSet."""
ON = {
    Where.EVERY_NODE: "every node",
    Where.CONTROL_PLANES: "every control-plane node",
}


def config_map(expected: ConfigMapSays) -> Claim:
    """One key of a ConfigMap; a key that is missing is neither."""
    question = ConfigMapOf(expected.namespace, expected.name)
    wanted = " or ".join(map(repr, expected.values))

    def read(case: Case) -> Ruling:
        found: ConfigMap = case.value(question)
        value = found.data.get(expected.key)
        if value is None:
            return unclear(f"{expected.name} does not say {expected.key}")
        said = f"{expected.key} is {value!r}"
        if value in expected.values:
            return holds(said)
        if expected.contradicts and value not in expected.contradicts:
            return unclear(said)
        return fails(f"{said}, not {wanted}")

    return Claim(f"{expected.key} of {expected.name} is {wanted}", (question,), read)


def ready_pods(expected: PodsReady) -> Claim:
    """A ready pod on each node that is meant."""
    text = (
        f"{ON[expected.where]} has a Running and Ready pod {expected.selector} "
        f"of {expected.namespace}"
    )
    question = PodsWith(expected.namespace, expected.selector)
    noun = f"{expected.selector} pod"
    return on_nodes.ready_pods(text, expected.where, question, noun)


def no_pods(expected: NoPods) -> Claim:
    """Nothing of it exists."""
    question = PodsWith(expected.namespace, expected.selector)

    def read(case: Case) -> Ruling:
        pods: tuple[Pod, ...] = case.value(question)
        if pods:
            return fails(f"there is a pod {expected.selector}: {pods[0].name}")
        return holds("none")

    text = f"there is no pod {expected.selector} in {expected.namespace}"
    return Claim(text, (question,), read)


def daemon_set(expected: DaemonSetComplete) -> Claim:
    """All that it wants is there; one that wants nothing proves nothing.

    It may want a pod on any node: where one's kubelet is silent the count may be old,
    and everywhere when the controller manager, which counts, is not at work. One that
    crashes again and again it counts as ready in between.
    """
    question = DaemonSetOf(expected.namespace, expected.name)
    pods = PodsWith(expected.namespace, "")
    name = f"DaemonSet {expected.namespace}/{expected.name}"

    def read(case: Case) -> Ruling:
        if found := _uncounted(name, case.value(question)):
            return found
        nodes: tuple[KubeNode, ...] = case.value(NODES)
        if not nodes:
            return none_listed(Where.EVERY_NODE)
        if quiet := silence(nodes, case):
            return unclear(f"{quiet}: what {name} counts may be old")
        counting = leadership(COUNTS, case)
        if not counting.proves:
            return unclear(f"{counting.words}: what {name} counts may be old")
        (one,) = case.value(question)
        own = [pod for pod in case.value(pods) if one.uid and pod.owner == one.uid]
        if doubt := _unsteady(one, own, case.dated_at(pods)):
            return unclear(doubt)
        return holds(f"{one.ready}/{one.desired} ready")

    def otherwise(case: Case) -> Ruling:
        found = _uncounted(name, case.value(question))
        return found or unclear("nothing speaks against it")

    asked = (NODES, LEASES, leader(COUNTS), question, pods)
    return Claim(f"{name} is complete", asked, read, otherwise=otherwise)


def _unsteady(one: DaemonSet, own: Sequence[Pod], seen: datetime | None) -> str:
    """Which of its pods may not be there for long, in words; empty when all are."""
    if len(own) < one.desired:
        return f"of {one.desired} pods of DaemonSet {one.name} {len(own)} are listed"
    return restart(own, seen)


def _uncounted(name: str, sets: tuple[DaemonSet, ...] | None) -> Ruling | None:
    """Why its own count does not say that it is complete; None when it does."""
    if sets is None:
        return None
    if not sets:
        return fails(f"there is no {name}")
    one = sets[0]
    if one.ready < one.desired:
        return fails(f"{name}: {one.ready}/{one.desired} ready")
    if one.desired == 0:
        return unclear(f"{name} wants no pod on any node")
    return None if one.is_current else unclear(f"{name} is being rolled out")


def event(expected: EventSeen) -> Claim:
    """It was seen lately; that it was not is no contradiction.

    Of any namespace, unless the claim or else the alert names one.
    """
    question = EventsWith(expected.namespace, expected.reason)

    def read(case: Case) -> Ruling:
        events: tuple[KubeEvent, ...] = case.value(question)
        where = expected.namespace or case.alert.labels.get("namespace", "")
        own = [each for each in events if where in ("", each.namespace)]
        return lately(own, case, question, expected.minutes)

    within = f"within {expected.minutes} min"
    return Claim(f"an event {expected.reason} was seen {within}", (question,), read)


def lately(
    events: Sequence[KubeEvent], case: Case, question: EventsWith, minutes: int
) -> Ruling:
    """How long before the answer the newest event was."""
    seen = case.dated_at(question)
    dated = [(each.last_at, each.involved) for each in events if each.last_at]
    if not dated or seen is None:
        return unclear(f"no event {question.reason} is known")
    at, involved = max(dated)
    age = seen - at
    if age < -AHEAD:
        return unclear(f"the last {question.reason} is in the future: clocks disagree")
    said = f"{involved} {max(0, age // timedelta(minutes=1))} min ago"
    if age > timedelta(minutes=minutes):
        return unclear(f"the last {question.reason} was of {said}")
    return holds(said)


def nodes_run(expected: NodesRun) -> Claim:
    """Which OS the nodes run, by their own word."""

    def read(case: Case) -> Ruling:
        nodes = chosen(case.value(NODES), expected.where)
        if not nodes:
            return none_listed(expected.where)
        rulings = [_runs(node, expected.pattern) for node in nodes]
        against = next((each for each in rulings if each is not None), None)
        return against or holds(f"{len(nodes)}/{len(nodes)} nodes")

    return Claim(f"{ON[expected.where]} runs {expected.pattern}", (NODES,), read)


def _runs(node: KubeNode, pattern: str) -> Ruling | None:
    """What speaks against it; None when nothing does."""
    if not node.os_image:
        return unclear(f"{node.name} does not say which OS it runs")
    try:
        is_so = compiled(pattern).matches(node.os_image)
    except PatternError:
        return unclear(f"{node.os_image} takes too long to try")
    return None if is_so else fails(f"{node.name} runs {node.os_image}")
