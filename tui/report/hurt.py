"""Whom it hurt: nodes, disks with what lies on them, and what the kernels printed."""

from __future__ import annotations

from collections import Counter

from msgspec.structs import replace

from tui.model.trace import Certainty, Stage, Trace
from tui.present.trace import why_not
from tui.report.gather import Gathered
from tui.report.values import HurtNode, HurtVolume, KernelSum

_ORDER = (Certainty.PROVEN, Certainty.MAYBE, Certainty.UNKNOWN)


def hurt_nodes(found: Gathered) -> tuple[HurtNode, ...]:
    """Nodes that were not well, the first first."""
    end = found.last.at if found.last else found.span.until
    nodes = [
        HurtNode(
            cluster,
            name,
            tuple(sight.troubles),
            sight.first,
            None if sight.last == end else sight.last,
        )
        for (cluster, name), sight in found.nodes.items()
    ]
    return tuple(sorted(nodes, key=lambda each: (each.since, each.name)))


def hurt_volumes(found: Gathered) -> tuple[HurtVolume, ...]:
    """Disks that kernel lines of the span name, the surest first.

    A disk and its session, which lead to the same, are told as one.
    """
    named: dict[tuple[str, str], set[str]] = {}
    for cluster, node, _, device in found.kernel:
        named.setdefault((cluster, node), set()).add(device)
    hurt = [
        (trace, cluster, found.last_traces[cluster, node, device].certainty)
        for (cluster, node, device), trace in found.traces.items()
        if {device, *trace.aliases} & named.get((cluster, node), set())
    ]
    hurt.sort(key=lambda each: (_ORDER.index(each[0].certainty), each[0].device))
    told: dict[HurtVolume, list[str]] = {}
    for trace, cluster, last in hurt:
        volume = _volume(trace, cluster, last)
        # Of what leads nowhere nobody knows whether it is the same.
        key = replace(volume, device="") if volume.volumes else volume
        told.setdefault(key, []).append(volume.device)
    return tuple(replace(each, device=", ".join(of)) for each, of in told.items())


def _volume(trace: Trace, cluster: str, last: Certainty) -> HurtVolume:
    is_whole = bool(trace.steps) and bool(trace.steps[-1].names)
    return HurtVolume(
        cluster,
        trace.node,
        trace.device,
        _names(trace, Stage.VOLUME),
        _names(trace, Stage.CLAIM),
        _names(trace, Stage.POD),
        _how_sure(trace.certainty, last),
        "" if is_whole else why_not(trace),
    )


def _how_sure(best: Certainty, last: Certainty) -> str:
    """An alert may say less than we do: its evidence is what was known when it was."""
    if _ORDER.index(last) <= _ORDER.index(best):
        return best.value
    return f"{best.value}, but {last.value} when it was last looked at"


def _names(trace: Trace, stage: Stage) -> tuple[str, ...]:
    step = trace.step(stage)
    return step.names if step else ()


def kernel_sums(found: Gathered) -> tuple[KernelSum, ...]:
    """What the kernels complained of, errors first, then the first first.

    Only lines of the span count; of those that came too fast the record has not all.
    """
    span = found.span
    counted = Counter(
        (text.cluster, text.node, sign.kind, sign.device)
        for text, sign in found.lines.values()
    )
    sums = []
    for key, each in found.kernel.items():
        is_whole = each.first >= span.since
        number = max(counted[key], each.count if is_whole else 0)
        first = max(each.first, span.since)
        sums.append(
            KernelSum(
                key[0],
                each.node,
                each.device,
                each.severity,
                each.meaning,
                number,
                first,
                each.last,
            )
        )
    return tuple(
        sorted(sums, key=lambda each: (each.severity != "error", each.first, each.node))
    )
