"""A log pipeline in JSON: for `check` and `pipeline`, described in docs/pipeline.md."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tui.model.pipeline import NodePipeline, Pipeline, StageReport


def document(pipeline: Pipeline, plain: Callable[[object], Any]) -> dict[str, Any]:
    """All stages with their evidence.

    plain   makes JSON's types of a model value
    """
    return {
        "state": plain(pipeline.state),
        "selector": pipeline.selector,
        "nodes": [_node(each, plain) for each in pipeline.nodes],
        "shared": [_stage(each, plain) for each in pipeline.shared],
    }


def _node(node: NodePipeline, plain: Callable[[object], Any]) -> dict[str, Any]:
    return {
        "name": node.name,
        "address": node.address,
        "version": node.version,
        "broken_at": plain(node.broken.stage) if node.broken else None,
        "hearing": plain(node.hearing),
        "last_entry_at": plain(node.voice.last) if node.voice else None,
        "silent_after_seconds": node.silent_after_seconds,
        "comparison": plain(node.comparison),
        "stages": [_stage(each, plain) for each in node.stages],
    }


def _stage(report: StageReport, plain: Callable[[object], Any]) -> dict[str, Any]:
    found: dict[str, Any] = plain(report)
    return found
