"""Which change mends which stage, and all changes of a cluster together."""

from __future__ import annotations

import shlex

from tui.model import ruler_change, shipping_change
from tui.model.pipeline import NodePipeline, Pipeline, Stage, StageReport, StageState
from tui.model.shipping_change import Change

_FINE = {StageState.OK, StageState.CUT}
_SHARED = {
    Stage.RULES: ruler_change.rules,
    Stage.ALERTMANAGER: ruler_change.wiring,
}


def change_for(
    pipeline: Pipeline, node: NodePipeline | None, report: StageReport
) -> Change | None:
    """What mends a stage that is broken, or may be; None where nothing is to be done.

    node   None for a stage that all nodes share
    """
    if report.state in _FINE:
        return None
    if node is None:
        make = _SHARED.get(report.stage)
        return make(pipeline) if make else None
    return _of_node(pipeline, node, report)


def _of_node(pipeline: Pipeline, node: NodePipeline, report: StageReport) -> Change:
    match report.stage:
        case Stage.CONFIG:
            return shipping_change.node_patch(pipeline, node, report.gap)
        case Stage.PORT:
            return shipping_change.service(pipeline)
        case Stage.VECTOR if report.gap == "ill":
            return _ill(pipeline, node)
        case Stage.VECTOR:
            return shipping_change.vector_values(pipeline)
        case _:
            return _looks(pipeline, node)


def _ill(pipeline: Pipeline, node: NodePipeline) -> Change:
    """What to ask a pod that is there and does not run."""
    space = pipeline.receiver.namespace
    text = f"""\
# In cluster {pipeline.cluster}: why the pod does not run, and its last words.
{_pod(pipeline, node)}
kubectl -n {space} describe $pod
kubectl -n {space} logs $pod --previous --tail=50
# When its values are wrong: `taloscope pipeline manifests DIR` writes whole ones.
"""
    return Change("", f"where to look on {node.name}", text, text)


def _looks(pipeline: Pipeline, node: NodePipeline) -> Change:
    """Where to look for lines that get lost between a node and Loki."""
    text = f"""\
# What the node has printed; Loki lacks some of it.
talosctl -n {node.address} dmesg | tail -n 50
# In cluster {pipeline.cluster}: what Vector on that node says of its way to Loki.
{_pod(pipeline, node)}
kubectl -n {pipeline.receiver.namespace} logs $pod --tail=50
# What Loki refused, and why, is told by Prometheus: rate limits, entries too old.
#   sum by (reason) (rate(loki_discarded_samples_total[5m]))
"""
    return Change("", f"where to look for {node.name}", text, text)


def _pod(pipeline: Pipeline, node: NodePipeline) -> str:
    """The pod on the node: `describe` and `logs` know no field selector."""
    space, label = pipeline.receiver.namespace, shipping_change.RECEIVER
    return (
        f"pod=$(kubectl -n {space} get pods -l {label}=true \\\n"
        f"  --field-selector spec.nodeName={shlex.quote(node.name)} -o name)"
    )


def changes(pipeline: Pipeline) -> tuple[Change, ...]:
    """All of them: each node's, the cluster's, and the ruler's where Loki lives."""
    found = [shipping_change.node_patch(pipeline, node) for node in pipeline.nodes]
    found += [
        shipping_change.service(pipeline),
        shipping_change.vector_values(pipeline),
    ]
    if pipeline.is_home:
        found += [ruler_change.rules(pipeline), ruler_change.wiring(pipeline)]
    return tuple(found)
