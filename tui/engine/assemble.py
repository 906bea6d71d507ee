"""From what was read to what is known: one pure pass over the state.

It divides shared answers among the clusters, holds targets against the inventory, has
every alert judged, and collects what a person should act on.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import chain

from msgspec.structs import replace

from tui.config import ClusterConfig
from tui.engine import pipeline, tracing
from tui.engine.alerting import alertmanagers, rulers
from tui.engine.answers import stray_targets, targets_of
from tui.engine.clocks import clocks_of
from tui.engine.judging import Judging
from tui.engine.plan import (
    EXPIRIES,
    certificate_key,
    kubeconfig_key,
    node_key,
    question_key,
    server_certificate_key,
)
from tui.engine.statuses import Statuses
from tui.engine.view import KERNEL_WINDOW, View
from tui.engine.watchdog import watchdog_findings
from tui.model.alert import JudgedAlert
from tui.model.finding import Finding
from tui.model.fleet import (
    Cluster,
    Fleet,
    NodeView,
    SourceKind,
    SourceStatus,
)
from tui.model.kube import KubeNode
from tui.model.log import LogFinding
from tui.model.machine import Certificate, Detail, Facts, Vitals
from tui.model.metric import Rule
from tui.model.question import KubeNodes
from tui.model.reading import Reading
from tui.model.talos import TalosNode
from tui.model.target import TargetRow
from tui.model.trace import Trace
from tui.store import KernelLog
from tui.triage import findings, kernel_log, log_rule, machine
from tui.triage.case import Scene
from tui.triage.pipeline import findings as of_pipeline
from tui.triage.trace.response import hurting


def assemble(view: View) -> Fleet:
    """Everything that is known at `view.now`."""
    nodes = {each.name: _nodes(view, each) for each in view.config.clusters}
    kernel, traces = {}, {}
    for each in view.config.clusters:
        found = _kernel(view, each, nodes[each.name])
        traces[each.name] = tracing.traced(view, each, nodes[each.name], found)
        kernel[each.name] = hurting(found, traces[each.name])
    scenes = {
        each.name: _scene(view, each, kernel[each.name])
        for each in view.config.clusters
    }
    alerts = view.memo.keep(Judging).alerts(view, scenes)
    clusters = tuple(
        _cluster(
            view,
            cluster,
            nodes[cluster.name],
            scenes[cluster.name],
            alerts.get(cluster.name),
            traces[cluster.name],
        )
        for cluster in view.config.clusters
    )
    managers = alertmanagers(view)
    silences = tuple(each.silences or () for each in managers)
    return Fleet(
        clusters,
        alerts.get("", ()),
        view.memo.once_for(
            "silences", silences, lambda: tuple(chain.from_iterable(silences))
        ),
        managers,
        rulers(view),
        stray_targets(view),
        clocks_of(view).ours,
    )


def _kernel(
    view: View, cluster: ClusterConfig, nodes: tuple[NodeView, ...]
) -> tuple[LogFinding, ...]:
    """What its kernel logs tell of the last hour, and which rules see it."""
    kernel = view.state.kernel.get(cluster.name, KernelLog())
    recent = kernel_log.within(kernel.findings, view.now, KERNEL_WINDOW)
    log_rules = _log_rules(view, cluster)
    return view.memo.once_for(
        ("kernel", cluster.name),
        (log_rules, *recent, *(node.name for node in nodes)),
        lambda: tuple(
            replace(each, seen_by=log_rule.coverage(each, log_rules))
            for each in _named(recent, nodes)
        ),
    )


def _scene(view: View, cluster: ClusterConfig, named: tuple[LogFinding, ...]) -> Scene:
    served = view.serving(SourceKind.PROMETHEUS, cluster.name)
    if served is None:
        return Scene(kernel=named)
    rules: Reading[tuple[Rule, ...]] = view.reading(served.key("rules"))
    targets, pace = view.said(served.key("targets"))
    return Scene(
        targets_of(view, cluster),
        targets.observed_at,
        named,
        rules.value or (),
        rules.observed_at,
        pace,
    )


def _log_rules(view: View, cluster: ClusterConfig) -> tuple[Rule, ...] | None:
    """The rules of the ruler over its kernel logs; None before they are known."""
    served = view.serving(SourceKind.LOKI, cluster.name)
    return view.reading(served.key("rules")).value if served else None


def _cluster(
    view: View,
    cluster: ClusterConfig,
    nodes: tuple[NodeView, ...],
    scene: Scene,
    alerts: tuple[JudgedAlert, ...] | None,
    traces: tuple[Trace, ...],
) -> Cluster:
    kernel = view.state.kernel.get(cluster.name, KernelLog())
    log_findings = scene.kernel
    nodes = tuple(_heard(view, cluster, node, log_findings) for node in nodes)
    targets = scene.rows
    prometheus = view.serving(SourceKind.PROMETHEUS, cluster.name)
    trend = (
        view.reading(prometheus.key(f"trend {cluster.name}")).value
        if prometheus
        else None
    )
    certificates = _certificates(view, cluster)
    ways_in = (
        *certificates,
        *_kubeconfig(view, cluster),
        *_of_servers(view, cluster),
    )
    way = pipeline.judged(view, cluster, nodes)
    found = (
        *_target_findings(view, cluster, targets),
        *watchdog_findings(view, cluster, alerts),
        *findings.of_nodes(nodes, view.pace, view.now),
        *machine.of_nodes(nodes, view.facts_pace, view.now),
        *machine.of_certificates(ways_in, view.now),
        *clocks_of(view).findings(cluster.name),
        *findings.of_kernel(
            log_findings, _log_rules(view, cluster) or (), traces, cluster.context
        ),
        *(of_pipeline(way) if way else ()),
    )
    return Cluster(
        name=cluster.name,
        sources=_sources(view).get(cluster.name, ()),
        targets=targets,
        trend=trend,
        alerts=alerts,
        nodes=nodes,
        findings=view.memo.settled(("findings", cluster.name), findings.ranked(found)),
        traces=traces,
        log_findings=log_findings,
        last_entry_at=kernel.last_entry_at,
        certificates=certificates,
        pipeline=way,
    )


def _target_findings(
    view: View, cluster: ClusterConfig, rows: tuple[TargetRow, ...] | None
) -> tuple[Finding, ...]:
    served = view.serving(SourceKind.PROMETHEUS, cluster.name)
    if served is None or rows is None:
        return ()
    reading, pace = view.said(served.key("targets"))
    freshness = reading.freshness(view.now, pace)
    marks = view.config.marks_of(cluster.name)
    return view.memo.once(
        ("target findings", cluster.name, freshness),
        rows,
        lambda: findings.of_targets(rows, freshness, cluster.name, marks),
    )


def _certificates(view: View, cluster: ClusterConfig) -> tuple[Certificate, ...]:
    if not cluster.talos_context:
        return ()
    found: Certificate | None = view.reading(certificate_key(cluster)).value
    return (found,) if found else ()


def _of_servers(view: View, cluster: ClusterConfig) -> Iterator[Certificate]:
    """Of the servers that it is read by, and what lets us into them; of shared ones
    where they live, once."""
    keys = [server_certificate_key(cluster)] if cluster.context else []
    keys += [
        served.key(EXPIRIES)
        for served in view.served
        if cluster.name == (served.home or served.names[0])
    ]
    for key in keys:
        yield from view.reading(key).value or ()


def _kubeconfig(view: View, cluster: ClusterConfig) -> tuple[Certificate, ...]:
    """What lets us into Kubernetes: a finding when it ends, no part of the review."""
    if not cluster.context:
        return ()
    found: Certificate | None = view.reading(kubeconfig_key(cluster)).value
    return (found,) if found else ()


def _sources(view: View) -> dict[str, tuple[SourceStatus, ...]]:
    """Worked out once a pass."""
    statuses = view.memo.keep(Statuses)
    # The moment alone does not do: a clock may stand still.
    of = view.state, view.feeds, view.now
    return view.memo.once_for("sources", of, lambda: statuses.of(view))


def _nodes(view: View, cluster: ClusterConfig) -> tuple[NodeView, ...]:
    """Talos nodes in the order of the config, then what only Kubernetes lists."""
    listed: tuple[KubeNode, ...] = ()
    if cluster.context:
        listed = view.reading(question_key(cluster, KubeNodes())).value or ()
    by_address = {address: node for node in listed for address in node.addresses}
    found = []
    for address in view.addresses.get(cluster.name, ()):
        parts = (
            view.reading(node_key(cluster, address)),
            by_address.get(address),
            view.reading(node_key(cluster, address, "vitals")),
            view.reading(node_key(cluster, address, "facts")),
            view.reading(node_key(cluster, address, "detail")),
        )
        make = partial(_node, address, *parts)
        found.append(view.memo.once_for(("node", cluster.name, address), parts, make))
    seen = {node.kube.name for node in found if node.kube}
    for kube in listed:
        if kube.name not in seen:
            address = kube.addresses[0] if kube.addresses else ""
            found.append(NodeView(kube.name, address, Reading(), kube))
    return tuple(found)


def _node(
    address: str,
    talos: Reading[TalosNode],
    kube: KubeNode | None,
    vitals: Reading[Vitals],
    facts: Reading[Facts],
    detail: Reading[Detail],
) -> NodeView:
    hostname = talos.value.hostname if talos.value else ""
    name = kube.name if kube else hostname or address
    return NodeView(
        name, address, talos, kube, vitals=vitals, facts=facts, detail=detail
    )


def _heard(
    view: View, cluster: ClusterConfig, node: NodeView, found: tuple[LogFinding, ...]
) -> NodeView:
    """The node with what its kernel tells; the very same when nothing is new."""
    kernel = tuple(each for each in found if each.node == node.name)
    if not kernel:
        return node
    return view.memo.once_for(
        ("heard", cluster.name, node.name),
        (node, *kernel),
        lambda: replace(node, kernel=kernel),
    )


def _named(
    findings: tuple[LogFinding, ...], nodes: tuple[NodeView, ...]
) -> tuple[LogFinding, ...]:
    """Findings with the node's name where the log has only its address."""
    names = {node.address: node.name for node in nodes}
    return tuple(replace(f, node=names.get(f.node, f.node)) for f in findings)
