"""Takes in moments one after the other, and keeps what a report is made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from tui.model.alert import JudgedAlert, Verdict
from tui.model.change import Change, EpisodeKey, key_of
from tui.model.event import Event
from tui.model.finding import Finding
from tui.model.fleet import Cluster, NodeView
from tui.model.kernel import KernelSign, classify, text_of
from tui.model.log import Entry, LogFinding
from tui.model.silence import Silence
from tui.model.taped import Taped
from tui.model.target import Expected, Health, TargetRow
from tui.model.trace import Certainty, Trace
from tui.model.unix import of_ns
from tui.present import logs, nodes
from tui.present.happened import event_key
from tui.present.history import change_key
from tui.report.values import KernelText, Point, Stretch

_T = TypeVar("_T")
_K = TypeVar("_K")
FindingKey = tuple[str, str, str]
"""Cluster, kind and subject."""
_SURE = (Certainty.UNKNOWN, Certainty.MAYBE, Certainty.PROVEN)


@dataclass
class Sight:
    """An alert or a finding, as it was seen."""

    cluster: str
    first: datetime
    last: datetime
    """The last moment at which it was there, or nobody knew."""
    said: dict[Verdict, JudgedAlert | Finding] = field(default_factory=dict)
    """As it was last under each verdict."""
    began: dict[Verdict, datetime] = field(default_factory=dict)
    """When it was first seen with each verdict."""
    lasted: dict[Verdict, datetime] = field(default_factory=dict)
    """When it last had each verdict."""
    silenced_by: dict[str, None] = field(default_factory=dict)


@dataclass
class NodeSight:
    """What was not well with a node."""

    first: datetime
    last: datetime
    troubles: dict[str, None] = field(default_factory=dict)


class Gathered:
    """What all moments of a span amount to."""

    def __init__(self, span: Stretch, seam: timedelta) -> None:
        """seam  moments that lie so much apart have something unrecorded between"""
        self.span = span
        self.seen: list[Stretch] = []
        self.last: Taped | None = None
        self.clusters: dict[str, None] = {}
        self.alerts: dict[EpisodeKey, Sight] = {}
        self.findings: dict[FindingKey, Sight] = {}
        self.changes: dict[str, Change] = {}
        self.events: dict[str, Event] = {}
        self.silences: dict[str, Silence] = {}
        self.nodes: dict[tuple[str, str], NodeSight] = {}
        self.traces: dict[tuple[str, str, str], Trace] = {}
        """Of each device the way that is known best: what is mended hides it."""
        self.last_traces: dict[tuple[str, str, str], Trace] = {}
        self.kernel: dict[tuple[str, str, str, str], LogFinding] = {}
        self.lines: dict[tuple[str, int, str], tuple[KernelText, KernelSign]] = {}
        self.points: dict[str, list[Point]] = {}
        self.unread: dict[str, Stretch] = {}
        """Why the history could not be read, and when."""
        self._seam = seam
        self._known: dict[int, object] = {}
        """What was looked through of this moment; kept, lest another gets its id ..."""
        self._before: dict[int, object] = {}
        """... and of the one before: of no older one is it the very same still."""

    def add(self, taped: Taped) -> None:
        """Take in the next moment."""
        at = taped.at
        self._before, self._known = self._known, {}
        if self.seen and at - self.seen[-1].until <= self._seam:
            self.seen[-1] = Stretch(self.seen[-1].since, at)
        else:
            self.seen.append(Stretch(at, at))
        self.last = taped
        self._remember(taped)
        for cluster in taped.fleet.clusters:
            self._look(cluster, at)
            log = taped.logs.get(cluster.name)
            if log is not None and self._is_new(log.entries):
                self._read(cluster, log.entries)
        self._alerts("", taped.fleet.unassigned_alerts, at)

    def _is_new(self, value: object) -> bool:
        """Whether this very value was not looked through just now, or before."""
        key = id(value)
        is_new = key not in self._known and key not in self._before
        self._known[key] = value
        return is_new

    def _remember(self, taped: Taped) -> None:
        memory, fleet = taped.memory, taped.fleet
        if why := memory.unread:
            known = self.unread.get(why)
            self.unread[why] = Stretch(known.since if known else taped.at, taped.at)
        for change in self._news(memory.changes):
            self.changes[change_key(change)] = change
        for event in self._news(memory.events):
            self.events[event_key(event)] = event
        for silence in self._news(fleet.silences):
            self.silences[silence.id] = silence

    def _news(self, values: Sequence[_T]) -> Iterator[_T]:
        is_new = self._is_new(values)
        found = [each for each in values if self._is_new(each)]
        yield from found if is_new else ()

    def _look(self, cluster: Cluster, at: datetime) -> None:
        self.clusters[cluster.name] = None
        alerts = cluster.alerts
        if alerts is None:
            self._hold(cluster.name, at)
        else:
            self._alerts(cluster.name, alerts, at)
        for finding in cluster.findings:
            key = cluster.name, finding.kind.value, finding.subject
            _saw(self.findings, key, cluster.name, finding, at)
        for node in cluster.nodes:
            self._node(cluster.name, node, at)
        for trace in self._news(cluster.traces):
            self._trace(cluster.name, trace)
        for found in self._news(cluster.log_findings):
            if found.last >= self.span.since:
                name = cluster.name, found.node, found.kind, found.device
                self.kernel[name] = found
        self.points.setdefault(cluster.name, []).append(_point(cluster, at))

    def _alerts(self, name: str, alerts: Iterable[JudgedAlert], at: datetime) -> None:
        for judged in alerts:
            sight = _saw(self.alerts, key_of(judged), name, judged, at)
            sight.silenced_by.update(dict.fromkeys(judged.alert.silenced_by))

    def _hold(self, name: str, at: datetime) -> None:
        """Nobody knows the alerts now: what was there may be there still."""
        before = self.points.get(name, [])[-1:]
        for sight in self.alerts.values():
            if sight.cluster == name and before and sight.last == before[0].at:
                for verdict, last in sight.lasted.items():
                    if last == sight.last:
                        sight.lasted[verdict] = at
                sight.last = at

    def _node(self, cluster: str, node: NodeView, at: datetime) -> None:
        troubles = [*_troubles(node)]
        errors = [
            each
            for each in node.kernel
            if each.severity == "error" and each.last >= self.span.since
        ]
        if not troubles and not errors:
            return
        name = node.name or node.address
        sight = self.nodes.get((cluster, name))
        if sight is None:
            begun = [max(each.first, self.span.since) for each in errors]
            first = at if troubles else min(begun)
            sight = self.nodes[cluster, name] = NodeSight(first, first)
        if troubles:
            sight.last = at
        for each in errors:
            sight.last = max(sight.last, each.last)
            troubles.append(f"kernel {each.device}: {each.meaning}".replace(" :", ":"))
        sight.troubles.update(dict.fromkeys(troubles))

    def _trace(self, cluster: str, trace: Trace) -> None:
        key = cluster, trace.node, trace.device
        self.last_traces[key] = trace
        known = self.traces.get(key)
        if known is None or _worth(trace) >= _worth(known):
            self.traces[key] = trace

    def _read(self, cluster: Cluster, entries: Sequence[Entry]) -> None:
        names = logs.node_names(cluster)
        for entry in entries:
            key = cluster.name, entry.at_ns, entry.line
            if key in self.lines:
                continue
            at = of_ns(entry.at_ns)
            if not self.span.since <= at <= self.span.until:
                continue
            sign = classify(entry.line)
            if sign is not None:
                node = logs.origin(entry, names)
                text = KernelText(at, cluster.name, node, text_of(entry.line))
                self.lines[key] = text, sign


def _saw(
    sights: dict[_K, Sight],
    key: _K,
    cluster: str,
    seen: JudgedAlert | Finding,
    at: datetime,
) -> Sight:
    sight = sights.get(key)
    if sight is None:
        sight = sights[key] = Sight(cluster, at, at)
    sight.last = at
    sight.said[seen.verdict] = seen
    sight.began.setdefault(seen.verdict, at)
    sight.lasted[seen.verdict] = at
    return sight


def _troubles(node: NodeView) -> Iterator[str]:
    """What is not well with a node, each in a few words."""
    if node.talos.fault is not None:
        yield "Talos does not answer"
    elif node.talos.value is not None:
        _, wrong = nodes.service_counts(node)
        if wrong:
            yield f"not up: {', '.join(wrong)}"
    kube = node.kube
    if kube is not None and kube.is_ready is not True:
        said = f": {kube.ready_message}" if kube.ready_message else ""
        yield f"not Ready{said}" if kube.is_ready is False else "Ready is not known"


def _worth(trace: Trace) -> tuple[int, int]:
    named = sum(bool(step.names) for step in trace.steps)
    return named, _SURE.index(trace.certainty)


def _point(cluster: Cluster, at: datetime) -> Point:
    rows, alerts = cluster.targets, cluster.alerts
    real = None
    if alerts is not None:
        real = sum(each.verdict is Verdict.REAL for each in alerts)
        real += sum(each.verdict is Verdict.REAL for each in cluster.findings)
    down = None if rows is None else sum(map(_is_down, rows))
    return Point(at, down, real)


def _is_down(row: TargetRow) -> bool:
    return row.expected is Expected.YES and row.health is not Health.UP
