"""From what was read to what is known: one pure pass over the state.

It divides shared answers among the clusters, holds targets against the inventory, has
every alert judged, and collects what a person should act on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from tui.config import ClusterConfig, Config
from tui.engine.plan import (
    NODE_FEEDS,
    Served,
    certificate_key,
    node_key,
    question_key,
)
from tui.model.alert import Alert, JudgedAlert, Verdict
from tui.model.finding import Finding
from tui.model.fleet import (
    Cluster,
    FeedKey,
    Fleet,
    NodeView,
    SourceKind,
    SourceState,
    SourceStatus,
)
from tui.model.kube import KubeNode
from tui.model.log import LogFinding
from tui.model.machine import Certificate
from tui.model.metric import Rule
from tui.model.question import KubeNodes
from tui.model.reading import Reading
from tui.model.silence import Silence
from tui.model.talos import TalosNode
from tui.model.target import Target, TargetRow
from tui.store import KernelLog, State
from tui.triage import assign, findings, inventory, kernel_log, machine, registry
from tui.triage.case import Case, Scene
from tui.triage.changes import NOTHING, Changes

T = TypeVar("T")

KERNEL_WINDOW = timedelta(hours=1)
FACTS_SECONDS = 60.0
_VERDICTS = list(Verdict)
_TROUBLE = (
    SourceState.DOWN,
    SourceState.FAILING,
    SourceState.STALE,
    SourceState.CONNECTING,
    SourceState.LIVE,
)
_SEVERITIES = ("critical", "error", "warning", "info")


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed that somebody supervises: its pace, and who depends on it."""

    interval_seconds: float
    clusters: tuple[str, ...]


class Memo:
    """What the passes before made: of the very same values nothing is made again."""

    def __init__(self) -> None:
        self._made: dict[object, tuple[object, Any]] = {}

    def once(self, name: object, of: object, make: Callable[[], T]) -> T:
        """What `make` makes of a value; `name` tells apart what is made."""
        known = self._made.get(name)
        if known is None or known[0] is not of:
            known = self._made[name] = of, make()
        made: T = known[1]
        return made


@dataclass(frozen=True, slots=True)
class View:
    """What one pass works on."""

    config: Config
    served: tuple[Served, ...]
    feeds: Mapping[FeedKey, Feed]
    addresses: Mapping[str, tuple[str, ...]]
    """Talos nodes to show, by name of the cluster."""
    state: State
    now: datetime
    memo: Memo
    changes: Mapping[FeedKey, Changes] = field(default_factory=dict)
    """When the targets of each feed changed, as far as was seen."""

    def reading(self, key: FeedKey) -> Reading[Any]:
        """What a feed last said; an empty reading before its first attempt."""
        return self.state.readings.get(key, Reading())

    def serving(self, kind: SourceKind, cluster: str) -> Served | None:
        """The endpoint of one kind that serves a cluster."""
        for served in self.served:
            if served.kind is kind and any(c.name == cluster for c in served.clusters):
                return served
        return None

    @property
    def pace(self) -> timedelta:
        """How often most feeds are read."""
        return timedelta(seconds=self.config.refresh_seconds)

    @property
    def facts_pace(self) -> timedelta:
        """How often nodes are asked for what changes slowly."""
        return timedelta(seconds=max(FACTS_SECONDS, self.config.refresh_seconds))

    def of_kind(self, kind: SourceKind) -> Iterable[Served]:
        """All endpoints of one kind."""
        return (served for served in self.served if served.kind is kind)


def assemble(view: View) -> Fleet:
    """Everything that is known at `view.now`."""
    nodes = {each.name: _nodes(view, each) for each in view.config.clusters}
    scenes = {
        each.name: _scene(view, each, nodes[each.name]) for each in view.config.clusters
    }
    alerts = _alerts(view, scenes)
    clusters = tuple(
        _cluster(
            view,
            cluster,
            nodes[cluster.name],
            scenes[cluster.name],
            alerts.get(cluster.name),
        )
        for cluster in view.config.clusters
    )
    silences: dict[str, Silence] = {}
    for served in view.of_kind(SourceKind.ALERTMANAGER):
        for silence in view.reading(served.key("silences")).value or ():
            silences[silence.id] = silence
    return Fleet(clusters, alerts.get("", ()), tuple(silences.values()))


def _scene(view: View, cluster: ClusterConfig, nodes: tuple[NodeView, ...]) -> Scene:
    kernel = view.state.kernel.get(cluster.name, KernelLog())
    recent = kernel_log.within(kernel.findings, view.now, KERNEL_WINDOW)
    named = _named(recent, nodes)
    served = view.serving(SourceKind.PROMETHEUS, cluster.name)
    if served is None:
        return Scene(kernel=named)
    rules: Reading[tuple[Rule, ...]] = view.reading(served.key("rules"))
    return Scene(
        _targets(view, cluster),
        view.reading(served.key("targets")).observed_at,
        named,
        rules.value or (),
        rules.observed_at,
    )


def _cluster(
    view: View,
    cluster: ClusterConfig,
    nodes: tuple[NodeView, ...],
    scene: Scene,
    alerts: tuple[JudgedAlert, ...] | None,
) -> Cluster:
    kernel = view.state.kernel.get(cluster.name, KernelLog())
    log_findings = scene.kernel
    nodes = tuple(
        replace(node, kernel=tuple(f for f in log_findings if f.node == node.name))
        for node in nodes
    )
    targets = scene.rows
    prometheus = view.serving(SourceKind.PROMETHEUS, cluster.name)
    trend = (
        view.reading(prometheus.key(f"trend {cluster.name}")).value
        if prometheus
        else None
    )
    certificates = _certificates(view, cluster)
    found = (
        *_target_findings(view, prometheus, targets),
        *_watchdog_findings(view, cluster, alerts),
        *findings.of_nodes(nodes, view.pace, view.now),
        *machine.of_nodes(nodes, view.facts_pace, view.now),
        *machine.of_certificates(certificates, view.now),
        *findings.of_kernel(log_findings),
    )
    return Cluster(
        name=cluster.name,
        sources=_sources(view, cluster.name),
        targets=targets,
        trend=trend,
        alerts=alerts,
        nodes=nodes,
        findings=findings.ranked(found),
        log_findings=log_findings,
        last_entry_at=kernel.last_entry_at,
        certificates=certificates,
    )


def _target_findings(
    view: View, served: Served | None, rows: tuple[TargetRow, ...] | None
) -> tuple[Finding, ...]:
    if served is None or rows is None:
        return ()
    reading = view.reading(served.key("targets"))
    return findings.of_targets(rows, reading.freshness(view.now, view.pace))


def _watchdog_findings(
    view: View, cluster: ClusterConfig, alerts: tuple[JudgedAlert, ...] | None
) -> tuple[Finding, ...]:
    """Whether alerts still arrive, for the cluster in which an Alertmanager lives."""
    served = view.serving(SourceKind.ALERTMANAGER, cluster.name)
    if served is None or (served.home or served.clusters[0].name) != cluster.name:
        return ()
    reading = view.reading(served.key("alerts"))
    prometheus = view.serving(SourceKind.PROMETHEUS, cluster.name)
    rules = view.reading(prometheus.key("rules")).value if prometheus else None
    listed = None if alerts is None else [each.alert for each in alerts]
    freshness = reading.freshness(view.now, view.pace)
    found = findings.of_watchdog(listed, freshness, rules, view.now)
    return (found,) if found else ()


def _certificates(view: View, cluster: ClusterConfig) -> tuple[Certificate, ...]:
    if not cluster.talos_context:
        return ()
    found: Certificate | None = view.reading(certificate_key(cluster)).value
    return (found,) if found else ()


def _sources(view: View, cluster: str) -> tuple[SourceStatus, ...]:
    """How each thing that the cluster depends on is doing; a machine is one thing."""
    found: dict[object, SourceStatus] = {}
    for key, feed in view.feeds.items():
        if cluster not in feed.clusters:
            continue
        status = _status(view, key, feed)
        if key.feed == "certificate" and status.fault is None:
            continue  # a file of our own that can be read is no server
        is_machine = key.kind is SourceKind.TALOS and key.feed in NODE_FEEDS
        thing = key.endpoint if is_machine else key
        known = found.get(thing)
        found[thing] = status if known is None else _worse(known, status, view.now)
    return tuple(found.values())


def _status(view: View, key: FeedKey, feed: Feed) -> SourceStatus:
    reading = view.reading(key)
    seen, pace = reading.observed_at, feed.interval_seconds
    return SourceStatus(key, pace, seen, reading.fault, reading.attempts)


def _worse(one: SourceStatus, other: SourceStatus, now: datetime) -> SourceStatus:
    """The one in more trouble; the first when they are alike."""
    return min(one, other, key=lambda each: _TROUBLE.index(each.state(now)))


def _targets(view: View, cluster: ClusterConfig) -> tuple[TargetRow, ...] | None:
    served = view.serving(SourceKind.PROMETHEUS, cluster.name)
    if served is None:
        return None
    listed: tuple[Target, ...] | None = view.reading(served.key("targets")).value
    if listed is None:
        return None
    return view.memo.once(
        ("targets", cluster.name), listed, lambda: _rows(view, served, cluster, listed)
    )


def _rows(
    view: View, served: Served, cluster: ClusterConfig, listed: tuple[Target, ...]
) -> tuple[TargetRow, ...]:
    """The cluster's own among all targets, held against its inventory."""
    marks, home = served.marks, served.home
    own = tuple(
        target
        for target in listed
        if assign.cluster_of(target.labels, marks, home) == cluster.name
    )
    changes = view.changes.get(served.key("targets"), NOTHING)
    return inventory.rows(own, cluster.inventory, changes)


def _alerts(
    view: View, scenes: Mapping[str, Scene]
) -> dict[str, tuple[JudgedAlert, ...]]:
    """Judged alerts by name of the cluster; "" holds those of no cluster.

    A cluster whose Alertmanager never answered is not in it. An alert made of kernel
    lines that names no cluster goes where the lines are.
    """
    found: dict[str, list[JudgedAlert]] = {}
    for served in view.of_kind(SourceKind.ALERTMANAGER):
        alerts: tuple[Alert, ...] | None = view.reading(served.key("alerts")).value
        if alerts is None:
            continue
        for cluster in served.clusters:
            found.setdefault(cluster.name, [])
        own = {each.name: scenes[each.name].kernel for each in served.clusters}
        for alert in alerts:
            name = assign.cluster_of(alert.labels, served.marks, served.home)
            placed = ""
            if not assign.is_marked(alert.labels, served.marks):
                kinds = registry.kernel_kinds(alert)
                placed = assign.cluster_by_kernel(alert, kinds, own)
            scene = scenes.get(placed or name, Scene())
            case = _case(view, alert, placed or name, scene)
            case = replace(case, is_placed=placed not in {"", name})
            judgement = registry.judge(case)
            one = JudgedAlert(
                alert,
                judgement,
                case.cluster,
                served.key("alerts").endpoint,
                is_waiting=judgement.verdict is Verdict.UNDECIDED
                and any(each.attempts == 0 for each in case.answers.values()),
            )
            found.setdefault(case.cluster, []).append(one)
    return {name: tuple(sorted(each, key=_rank)) for name, each in found.items()}


def _case(view: View, alert: Alert, cluster: str, scene: Scene) -> Case:
    """One alert with the answers of its own cluster only."""
    config = next((c for c in view.config.clusters if c.name == cluster), None)
    answers = {}
    if config is not None and config.context:
        answers = {
            question: view.reading(question_key(config, question))
            for question in registry.questions_for(alert)
        }
    return Case(
        alert=alert,
        cluster=cluster,
        answers=answers,
        inventory=config.inventory if config else (),
        interval=view.pace,
        now=view.now,
        scene=scene,
    )


def _rank(judged_alert: JudgedAlert) -> tuple[int, int, float, str]:
    """Worst verdict first, then severity, then the newest."""
    alert = judged_alert.alert
    known = alert.severity in _SEVERITIES
    severity = _SEVERITIES.index(alert.severity) if known else len(_SEVERITIES)
    verdict = _VERDICTS.index(judged_alert.verdict)
    return verdict, severity, -alert.starts_at.timestamp(), alert.fingerprint


def _nodes(view: View, cluster: ClusterConfig) -> tuple[NodeView, ...]:
    """Talos nodes in the order of the config, then what only Kubernetes lists."""
    listed: tuple[KubeNode, ...] = ()
    if cluster.context:
        listed = view.reading(question_key(cluster, KubeNodes())).value or ()
    by_address = {address: node for node in listed for address in node.addresses}
    found = []
    for address in view.addresses.get(cluster.name, ()):
        talos: Reading[TalosNode] = view.reading(node_key(cluster, address))
        kube = by_address.get(address)
        hostname = talos.value.hostname if talos.value else ""
        name = kube.name if kube else hostname or address
        found.append(
            NodeView(
                name,
                address,
                talos,
                kube,
                vitals=view.reading(node_key(cluster, address, "vitals")),
                facts=view.reading(node_key(cluster, address, "facts")),
                detail=view.reading(node_key(cluster, address, "detail")),
            )
        )
    seen = {node.kube.name for node in found if node.kube}
    for kube in listed:
        if kube.name not in seen:
            address = kube.addresses[0] if kube.addresses else ""
            found.append(NodeView(kube.name, address, Reading(), kube))
    return tuple(found)


def _named(
    findings: tuple[LogFinding, ...], nodes: tuple[NodeView, ...]
) -> tuple[LogFinding, ...]:
    """Findings with the node's name where the log has only its address."""
    names = {node.address: node.name for node in nodes}
    return tuple(replace(f, node=names.get(f.node, f.node)) for f in findings)
