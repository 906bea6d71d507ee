"""Follows the devices of kernel findings to applications, and asks for what it takes.

Nothing is asked while no kernel line tells of storage.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from tui.config import ClusterConfig
from tui.engine.plan import STORAGE, asked_key, node_key
from tui.engine.view import View
from tui.model.fleet import Cluster, FeedKey, NodeView
from tui.model.kernel import GRAVITY
from tui.model.log import LogFinding
from tui.model.question import ClaimsIn, Question
from tui.model.question_beyond import StorageOf
from tui.model.storage import Clues
from tui.model.trace import Stage, Trace
from tui.store import KernelLog
from tui.triage.told import Told
from tui.triage.trace.case import TraceCase, device_of
from tui.triage.trace.follow import (
    ATTACHMENTS,
    VOLUMES,
    follow,
    pods_in,
    pods_on,
    questions,
)

MOST = 12
"""Devices of one cluster that are followed, the gravest first."""


def traced(
    view: View,
    config: ClusterConfig,
    nodes: Iterable[NodeView],
    found: Iterable[LogFinding],
) -> tuple[Trace, ...]:
    """One trace for each device that kernel lines name, gravest first."""
    groups: dict[tuple[str, str], list[LogFinding]] = {}
    for each in sorted(found, key=_gravity):
        device = device_of(each)
        if device is not None:
            groups.setdefault((each.node, device), []).append(each)
    if not groups:
        return ()
    addresses = {node.name: node.address for node in nodes}
    every = _of_cluster(view, config)
    traces = []
    for (name, device), lines in list(groups.items())[:MOST]:
        case = replace(
            every,
            node=name,
            device=device,
            first=min(each.first for each in lines),
            last=max(each.last for each in lines),
        )
        case = _of_node(view, config, case, addresses.get(name, ""))
        traces.append(follow(case))
    return _merged(traces)


def _gravity(found: LogFinding) -> tuple[bool, int]:
    return found.severity != "error", GRAVITY[found.meaning]


def _told(
    view: View, config: ClusterConfig, question: Question, source: str
) -> Told[Any] | None:
    """What was answered; None where nobody can be asked."""
    key = asked_key(view.served, config, question)
    if key is None:
        return None
    reading, pace = view.said(key)
    return Told(reading, pace, source, question.text)


def _of_cluster(view: View, config: ClusterConfig) -> TraceCase:
    """What all devices of a cluster may rest on: made once for all of them."""
    source = f"kubernetes {config.name}"
    volumes = _told(view, config, VOLUMES, source)
    listed = volumes.value if volumes else None
    spaces = {each.namespace for each in listed or () if each.namespace}
    claims = {space: _told(view, config, ClaimsIn(space), source) for space in spaces}
    users = {space: _told(view, config, pods_in(space), source) for space in spaces}
    return TraceCase(
        config.name,
        "",
        "",
        view.now,
        view.now,
        volumes=volumes,
        attachments=_told(view, config, ATTACHMENTS, source),
        claims=_asked(claims),
        users=_asked(users),
    )


def _of_node(
    view: View, config: ClusterConfig, case: TraceCase, address: str
) -> TraceCase:
    """The case with what was told of its node."""
    log = view.state.kernel.get(config.name, KernelLog())
    storage = None
    if address:
        storage = _told(view, config, StorageOf(address), f"talos {case.node}")
    return replace(
        case,
        storage=storage,
        pods=_told(view, config, pods_on(case.node), f"kubernetes {config.name}"),
        clues=_own(log.clues, case.node, address),
    )


def _asked(told: Mapping[str, Told[Any] | None]) -> Mapping[str, Told[Any]]:
    """Those that were asked at all."""
    return {name: each for name, each in told.items() if each and each.reading.attempts}


def _own(clues: Clues, name: str, address: str) -> Clues:
    """A node's clues, by its name: the log may know it by its address."""
    return Clues(
        {
            (name, kind, device): clue
            for (node, kind, device), clue in clues.found.items()
            if node in {name, address}
        }
    )


def _merged(traces: Iterable[Trace]) -> tuple[Trace, ...]:
    """Devices that lead to the same volumes are told of once: by the gravest line."""
    found: dict[object, Trace] = {}
    for trace in traces:
        volume = trace.step(Stage.VOLUME)
        names = volume.names if volume else ()
        key = (trace.node, names) if names else (trace.node, trace.device)
        first = found.get(key)
        if first is None:
            found[key] = trace
        else:
            aliases = (*first.aliases, trace.device)
            found[key] = replace(first, aliases=aliases)
    return tuple(found.values())


def outdated(view: View, cluster: Cluster) -> Iterator[tuple[FeedKey, datetime]]:
    """Disks that were read before the line came: only a newer answer proves anything.

    return  feeds to read now, each with the line's time: once is enough
    """
    config = view.cluster(cluster.name)
    addresses = {node.name: node.address for node in cluster.nodes}
    for trace in cluster.traces:
        address = addresses.get(trace.node, "")
        if config is None or not address or not config.talos_context:
            continue
        key = node_key(config, address, STORAGE)
        read = view.reading(key).observed_at
        if read is not None and read < trace.first:
            yield key, trace.first


def wanted(cluster: Cluster) -> Iterator[Question]:
    """What the traces of a cluster need to know."""
    addresses = {node.name: node.address for node in cluster.nodes}
    talos = {node.name for node in cluster.nodes if node.talos.attempts}
    for trace in cluster.traces:
        is_talos = trace.node in talos
        yield from questions(trace, addresses[trace.node] if is_talos else "")
