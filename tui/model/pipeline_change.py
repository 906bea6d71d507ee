"""Which change mends which stage, and all changes of a cluster together."""

from __future__ import annotations

from tui.model import ruler_change, shipping_change
from tui.model.pipeline import NodePipeline, Pipeline, Stage, StageReport, StageState
from tui.model.shipping_change import Change

_FINE = {StageState.OK, StageState.CUT}
_SHARED = {
    Stage.PORT: shipping_change.service,
    Stage.VECTOR: shipping_change.vector_values,
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
    if node is not None and report.stage is Stage.CONFIG:
        return shipping_change.node_patch(pipeline, node, report.gap)
    if node is not None and report.stage is Stage.LOKI:
        return _looks(pipeline, node)
    make = _SHARED.get(report.stage)
    return make(pipeline) if make else None


def _looks(pipeline: Pipeline, node: NodePipeline) -> Change:
    """Where to look for lines that get lost between a node and Loki."""
    space = pipeline.receiver.namespace
    label = shipping_change.RECEIVER
    text = f"""\
# What the node has printed; Loki lacks some of it.
talosctl -n {node.address} dmesg | tail -n 50
# What Vector on that node says of its way to Loki.
kubectl -n {space} logs -l {label}=true --field-selector spec.nodeName={node.name} \\
  --tail=50
# What Loki refused, and why: rate limits, entries too old.
sum by (reason) (rate(loki_discarded_samples_total[5m]))
"""
    return Change("", f"where to look for {node.name}", text, text)


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
