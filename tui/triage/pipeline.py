"""The log pipeline of a cluster, stage by stage, and what one should know of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tui.model.alert import Verdict
from tui.model.finding import Finding, FindingKind
from tui.model.pipeline import (
    Hearing,
    NodePipeline,
    Pipeline,
    Receiver,
    Stage,
    StageReport,
    StageState,
)
from tui.model.pipeline_change import change_for
from tui.triage import pipeline_ruler
from tui.triage.pipeline_case import PipelineCase, receiving
from tui.triage.pipeline_node import of_node

_FEW = 3
"""More nodes than that, all silent, are one finding of the cluster."""


def judged(case: PipelineCase) -> Pipeline:
    """All stages of all nodes, and those that they share."""
    labels = Counter(each.label for each in case.voices.values())
    label = labels.most_common(1)[0][0] if labels else "host"
    return Pipeline(
        case.cluster,
        tuple(of_node(case, node) for node in case.nodes),
        (pipeline_ruler.rules(case), pipeline_ruler.alertmanager(case)),
        _receiver(case),
        case.selector,
        label,
        case.labels,
        case.marks,
        case.loki_url,
        case.is_home,
    )


def _receiver(case: PipelineCase) -> Receiver:
    told = case.services
    ports = Counter(
        goal[1] for node in case.nodes if (goal := case.destination(node)) is not None
    )
    port = ports.most_common(1)[0][0] if ports else None
    found = receiving(told.value, port) if told and told.value else None
    if found is None:
        bare = Receiver()
        return Receiver(node_port=port or bare.node_port)
    service, opened = found
    target = int(opened.target_port) if opened.target_port.isdecimal() else 6000
    return Receiver(service.namespace, service.name, opened.node_port, target)


def findings(pipeline: Pipeline) -> tuple[Finding, ...]:
    """Nodes that nobody hears any more, logs that are not sent, rules that miss."""
    shared = _of_shared(pipeline) if pipeline.is_home else ()
    return (*_of_nodes(pipeline), *shared)


def _of_nodes(pipeline: Pipeline) -> Iterator[Finding]:
    silent = [node for node in pipeline.nodes if _is_silent(node)]
    if len(silent) > _FEW and len(silent) == len(pipeline.nodes):
        causes = Counter(_cause(node) for node in silent)
        is_certain = any(_verdict(node) is Verdict.REAL for node in silent)
        yield Finding(
            FindingKind.NODE_SILENT,
            Verdict.REAL if is_certain else Verdict.UNDECIDED,
            pipeline.cluster,
            f"none of {len(silent)} nodes of {pipeline.cluster} is heard in Loki",
            causes.most_common(1)[0][0],
            max((node.voice.last for node in silent if node.voice), default=None),
        )
        return
    for node in silent:
        since = node.voice.last if node.voice else None
        title = f"{node.name} has gone silent in Loki"
        if since is None:
            title = f"Loki hears nothing of {node.name}"
        yield Finding(
            FindingKind.NODE_SILENT,
            _verdict(node),
            node.name,
            title,
            _cause(node),
            since,
            _fixes(pipeline, node),
        )
    for node in pipeline.nodes:
        if node not in silent:
            yield from _gap(pipeline, node)


def _gap(pipeline: Pipeline, node: NodePipeline) -> Iterator[Finding]:
    """What is not sent at all, and what is lost on the way, of a node that is heard."""
    broken = node.broken
    if broken is None or broken.stage not in {Stage.CONFIG, Stage.LOKI}:
        return  # what it breaks makes the node silent soon
    since = node.comparison.first_lost if node.comparison else None
    yield Finding(
        FindingKind.LOG_PIPELINE,
        Verdict.REAL,
        node.name,
        f"logs of {node.name}: {_title(broken)}",
        broken.words,
        since if broken.stage is Stage.LOKI else None,
        _fixes(pipeline, node),
    )


def _fixes(pipeline: Pipeline, node: NodePipeline) -> tuple[str, ...]:
    """The change that mends the stage at which it breaks, as a text to copy."""
    broken = node.broken
    change = change_for(pipeline, node, broken) if broken else None
    return (change.text,) if change else ()


def _title(broken: StageReport) -> str:
    if broken.stage is Stage.LOKI:
        return "lines never got to Loki"
    return {
        "kernel": "its kernel log is not sent",
        "services": "its services' logs are not sent",
    }.get(broken.gap, "nothing is sent")


def _is_silent(node: NodePipeline) -> bool:
    """Whether to tell of it: all alike may have had nothing to say."""
    if node.hearing is Hearing.ALONE:
        return True
    is_out = node.hearing in {Hearing.NEVER, Hearing.SILENT}
    return is_out and _verdict(node) is Verdict.REAL


def _verdict(node: NodePipeline) -> Verdict:
    """Certain where a stage is broken, or where lines are lost."""
    return Verdict.REAL if node.broken is not None else Verdict.UNDECIDED


def _cause(node: NodePipeline) -> str:
    broken = node.broken or node.worst
    return f"{broken.stage.value}: {broken.words}"


def _of_shared(pipeline: Pipeline) -> Iterator[Finding]:
    titles = {
        Stage.RULES: "Loki's rules do not see what they must",
        Stage.ALERTMANAGER: "alerts of Loki do not get to Alertmanager",
    }
    for each in pipeline.shared:
        if each.state is StageState.BROKEN:
            yield Finding(
                FindingKind.LOG_PIPELINE,
                Verdict.REAL,
                f"loki {each.stage.value}",
                titles[each.stage],
                each.words,
            )
