"""The stages of one node: its config, the port, the pod behind it, its entries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from tui.model.fleet import NodeView
from tui.model.kube import Pod
from tui.model.pipeline import (
    Comparison,
    Hearing,
    NodePipeline,
    Shipping,
    Stage,
    StageReport,
    StageState,
    Voice,
)
from tui.triage import voice as voices
from tui.triage.pipeline_case import (
    RECEIVER_LABEL,
    PipelineCase,
    evidence,
    receiving,
)
from tui.triage.told import Told
from tui.triage.version import minor_of

BROKEN, UNKNOWN = StageState.BROKEN, StageState.UNKNOWN
CUT, OK = StageState.CUT, StageState.OK
KERNEL_AS_SERVICE = (1, 13)
"""Since then Talos sends the kernel's log as a service's too."""
INFERRED = timedelta(minutes=10)
"""Entries so young tell that logs are sent, whoever may not read the config."""


def of_node(case: PipelineCase, node: NodeView) -> NodePipeline:
    """All that is known of one node's part of the way."""
    talos = node.talos.value
    version = talos.version if talos else ""
    config = _config(case, node, version)
    port = _port(case, node)
    vector = _vector(case, node)
    above = (config, port, vector)
    loki, hearing = _loki(case, node, above)
    found = case.voice(node)
    return NodePipeline(
        node.name,
        node.address,
        version,
        _cut(above, loki),
        found,
        voices.silent_after(found) if found else None,
        case.compares(node),
        hearing,
    )


def _cut(above: tuple[StageReport, ...], loki: StageReport) -> tuple[StageReport, ...]:
    """Behind a stage that is broken nothing else is to blame."""
    found: list[StageReport] = []
    for each in (*above, loki):
        is_behind = any(one.state is BROKEN for one in found)
        if is_behind and each.state is BROKEN:
            each = replace(each, state=CUT)  # noqa: PLW2901 - the same, told otherwise
        found.append(each)
    return tuple(found)


def _config(case: PipelineCase, node: NodeView, version: str) -> StageReport:
    told, ships = case.shipping.get(node.address), case.ships(node)
    heard = case.voice(node)
    if ships is None:
        blind = told.blindness(case.now) if told else "Talos is not read"
        return _inferred(case, heard, blind)
    as_service = bool(ships.services) and (minor_of(version) or (0, 0)) >= (
        KERNEL_AS_SERVICE
    )
    parts, gaps = [], []
    if ships.kernel:
        parts.append(f"kernel → {', '.join(ships.kernel)}")
    elif ships.kernel == ():
        parts.append("kernel as a service" if as_service else "kernel → nowhere")
        gaps += [] if as_service else ["kernel"]
    if ships.services:
        parts.append(f"services → {', '.join(ships.services)}")
    elif ships.services == ():
        parts.append("services → nowhere")
        gaps.append("services")
    state = BROKEN if gaps else OK
    if gaps and all(_comes_anyway(case, node, gap) for gap in gaps):
        state = UNKNOWN
        parts.append("yet Loki has young entries of it: something else sends them")
    lines = [evidence(told, "; ".join(parts), state)]
    unread = _unread(case, ships, heard)
    if unread is not None:
        lines.append(evidence(told, unread[1], unread[0]))
        parts.append(unread[1])
        state = state if gaps else unread[0]
    return StageReport(
        Stage.CONFIG, state, "; ".join(parts), tuple(lines), "+".join(gaps)
    )


def _comes_anyway(case: PipelineCase, node: NodeView, gap: str) -> bool:
    """Whether logs that the node does not send are in Loki all the same."""
    heard, compared = case.voice(node), case.compares(node)
    if heard is None or (gap == "kernel" and compared is not None and compared.lost):
        return False
    last = heard.kernel_last if gap == "kernel" else heard.services_last
    return last is not None and case.now - last <= INFERRED


def _unread(
    case: PipelineCase, ships: Shipping, heard: Voice | None
) -> tuple[StageState, str] | None:
    """What is made of the part that this role may not read."""
    if ships.services is not None and ships.kernel is not None:
        return None
    what = "machine.logging" if ships.services is None else "kernel log"
    why = ships.unavailable.get(what, "not told")
    last = heard.services_last if heard and ships.services is None else None
    if last is not None and case.now - last <= INFERRED:
        return OK, f"{what}: {why}; inferred from entries of its services"
    if ships.services is None and ships.kernel:
        return OK, f"{what}: {why}; no service was heard lately"
    return UNKNOWN, f"{what}: {why}"


def _inferred(case: PipelineCase, heard: Voice | None, blind: str) -> StageReport:
    if heard is not None and case.now - heard.last <= INFERRED:
        words = f"inferred from its entries; {blind}"
        lines = (evidence(case.tail, "it sends: Loki has entries of it", OK),)
        return StageReport(Stage.CONFIG, OK, words, lines)
    return StageReport(Stage.CONFIG, UNKNOWN, blind, (evidence(None, blind, UNKNOWN),))


def _port(case: PipelineCase, node: NodeView) -> StageReport:
    told, goal = case.services, case.destination(node)
    if told is None or not told.is_fresh(case.now) or told.value is None:
        return _blind(case, Stage.PORT, told)
    if goal is not None and case.node_at(goal[0]) is None:
        words = f"sends to {goal[0]}:{goal[1]}, which is no node of {case.cluster}"
        return _report(Stage.PORT, UNKNOWN, words, told)
    found = receiving(told.value, goal[1] if goal else None)
    if found is None:
        words = f"no Service opens a node port for pods with {RECEIVER_LABEL}=true"
        return _report(Stage.PORT, _missing(case, node), words, told, "service")
    service, port = found
    opened = f"{service.path} {port.node_port} → {port.target_port}"
    if goal is not None and goal[1] != port.node_port:
        words = f"it sends to port {goal[1]}; {opened}"
        return _report(Stage.PORT, _missing(case, node), words, told, "service")
    lines = [evidence(told, opened, OK, "local" if service.is_local else "any node")]
    slices = case.slices
    if slices is not None and slices.is_fresh(case.now) and slices.value is not None:
        ends = [end for each in slices.value for end in each.endpoints]
        ready = sum(end.is_ready for end in ends)
        lines.append(evidence(slices, f"{ready}/{len(ends)} endpoints ready", OK))
        if not ends and any(pod.is_ready for pod in _pods(case) or ()):
            words = f"{service.path} selects none of the pods: it has no endpoint"
            return StageReport(Stage.PORT, BROKEN, words, tuple(lines), "service")
    return StageReport(Stage.PORT, OK, opened, tuple(lines))


def _missing(case: PipelineCase, node: NodeView) -> StageState:
    """A port that is not there, unless entries come all the same."""
    heard = case.voice(node)
    is_heard = heard is not None and voices.is_silent(heard, case.now) is False
    return UNKNOWN if is_heard else BROKEN


def _pods(case: PipelineCase) -> tuple[Pod, ...] | None:
    told = case.pods
    return told.value if told and told.is_fresh(case.now) else None


def _vector(case: PipelineCase, node: NodeView) -> StageReport:
    told, pods = case.pods, _pods(case)
    if told is None or pods is None:
        return _blind(case, Stage.VECTOR, told)
    goal = case.destination(node)
    receiver = case.node_at(goal[0]) if goal else node
    if receiver is None and goal is not None:
        words = f"sends to {goal[0]}, which is no node of {case.cluster}"
        return _report(Stage.VECTOR, UNKNOWN, words, told)
    name = receiver.name if receiver else node.name
    own = [pod for pod in pods if pod.node == name]
    ready = [pod for pod in own if pod.phase == "Running" and pod.is_ready]
    there = "" if name == node.name else f" on {name}"
    if ready:
        return _report(Stage.VECTOR, OK, f"{ready[0].name} ready{there}", told)
    words = f"no pod with {RECEIVER_LABEL}=true on {name}"
    if own:
        pod = own[0]
        words = f"{pod.name} {pod.phase}, not Ready: {pod.reason}".rstrip(": ")
    others = sum(pod.is_ready for pod in pods)
    if others and not _is_local(case, goal[1] if goal else None):
        words = f"{words}; {others} others take it, from any node"
        return _report(Stage.VECTOR, OK, words, told)
    state = CUT if _is_down(node) else BROKEN
    return _report(Stage.VECTOR, state, words, told, "ill" if own else "pod")


def _is_local(case: PipelineCase, port: int | None) -> bool:
    """Whether a node passes on to its own pods alone; what is not known is so."""
    told = case.services
    found = receiving(told.value, port) if told and told.value else None
    return found is None or found[0].is_local


def _loki(
    case: PipelineCase, node: NodeView, above: tuple[StageReport, ...]
) -> tuple[StageReport, Hearing]:
    """What Loki has of the node, and how it is heard."""
    tail = case.tail
    if tail.reading.fault is not None or not tail.is_fresh(case.now):
        words = tail.blindness(case.now)
        return _report(Stage.LOKI, UNKNOWN, words, tail), Hearing.UNKNOWN
    hearing, compared = _hearing(case, node), case.compares(node)
    told = case.compared.get(node.address)
    lines = [evidence(told, _printed(compared), OK)] if compared and told else []
    state, words = _heard(case, node, hearing, compared)
    is_lost = compared is not None and compared.lost > 0 and state is not CUT
    if is_lost and compared is not None:
        state, words = BROKEN, _lost(compared)
    if hearing is not Hearing.USUAL and any(each.state is BROKEN for each in above):
        state = CUT
    lines.insert(0, evidence(tail, words, state))
    gap = "lost" if is_lost else ""
    return StageReport(Stage.LOKI, state, words, tuple(lines), gap), hearing


def _hearing(case: PipelineCase, node: NodeView) -> Hearing:
    heard = case.voice(node)
    is_silent = voices.is_silent(heard, case.now) if heard else None
    if is_silent is False:
        return Hearing.USUAL
    if _is_down(node):
        return Hearing.DOWN
    if heard is None:
        return Hearing.UNKNOWN if case.is_nameless else Hearing.NEVER
    if is_silent is None:
        return Hearing.SELDOM
    return Hearing.ALONE if case.is_heard else Hearing.SILENT


_WORDS = {
    Hearing.USUAL: "heard as usual",
    Hearing.SELDOM: "heard too seldom to have a rhythm",
    Hearing.ALONE: "silent, while others are heard",
    Hearing.SILENT: "silent, as all others are",
    Hearing.NEVER: "no entry in the last hour",
    Hearing.DOWN: "the node itself does not answer",
    Hearing.UNKNOWN: "entries do not say whose they are",
}


def _heard(
    case: PipelineCase, node: NodeView, hearing: Hearing, compared: Comparison | None
) -> tuple[StageState, str]:
    """What that means, as far as its kernel printed nothing that Loki lacks."""
    words = _WORDS[hearing]
    if hearing is Hearing.USUAL:
        return OK, words
    if hearing is Hearing.DOWN:
        return CUT, words
    if hearing is Hearing.UNKNOWN:
        return UNKNOWN, words
    if compared is None:
        asked = case.compared.get(node.address)
        why = asked.blindness(case.now) if asked else "nobody asks its kernel"
        return UNKNOWN, f"{words}; {why}"
    if hearing is Hearing.SELDOM:
        return OK, f"{words}; Loki has all that its kernel printed"
    return UNKNOWN, f"{words}; its kernel printed nothing that Loki lacks"


def _is_down(node: NodeView) -> bool:
    is_ready = node.kube is not None and node.kube.is_ready is True
    return node.talos.fault is not None and not is_ready


def _lost(compared: Comparison) -> str:
    of = f"{compared.lost} of {compared.printed} kernel lines"
    if compared.lost == compared.printed:
        of = f"none of {compared.printed} kernel lines"
        return f"{of} got to Loki"
    return f"{of} never got to Loki"


def _printed(compared: Comparison) -> str:
    aside = f", {compared.aside} of its boot set aside" if compared.aside else ""
    return f"its kernel printed {compared.printed} lines, {compared.lost} lost{aside}"


def _report(
    stage: Stage, state: StageState, words: str, told: Told[Any] | None, gap: str = ""
) -> StageReport:
    return StageReport(stage, state, words, (evidence(told, words, state),), gap)


def _blind(case: PipelineCase, stage: Stage, told: Told[Any] | None) -> StageReport:
    words = told.blindness(case.now) if told else "Kubernetes is not read"
    return _report(stage, UNKNOWN, words, told)
