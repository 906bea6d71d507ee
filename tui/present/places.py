"""Where an alert or a finding leads: to the things of its own cluster that it names.

A name must be the same, letter by letter: who is sent to what is only called alike
mends what is well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import TypeAlias

from msgspec import Struct

from tui.model.alert import Evidence, JudgedAlert
from tui.model.finding import Finding, FindingKind
from tui.model.fleet import Cluster, Fleet, NodeView, SourceKind
from tui.model.log import LogFinding
from tui.model.silence import Silence
from tui.model.target import TargetRow, host, hosts_named
from tui.model.trace import Trace
from tui.present import examination, finding, silenced, trace
from tui.present.glyphs import Marks, verdict_sign
from tui.present.units import brief_moment, clock, count
from widgets.values import Cell, Column, Line, Row, Span, Tone

COLUMNS = (Column("", 1), Column("", 13), Column("", 30, weight=1))
MOST_TARGETS = 5
"""Targets of one alert that are told one by one."""
_WORD = re.compile(r"[\w.:\[\]%-]+")
_KERNEL_LOG = "kernel log"
"""What the evidence of kernel lines has for a source, before the name of a cluster."""


class NodeLog(Struct, frozen=True, gc=False):
    """The kernel log of one node."""

    node: NodeView
    is_kept: bool
    """Loki has it; else the node itself is asked."""


class AllTargets(Struct, frozen=True, gc=False):
    """All targets of a cluster, the cursor on one."""

    first: TargetRow


class Runbook(Struct, frozen=True, gc=False):
    """What to do about an alert, in its view."""

    alert: JudgedAlert


Goal: TypeAlias = (
    LogFinding
    | Finding
    | NodeView
    | NodeLog
    | TargetRow
    | AllTargets
    | Silence
    | JudgedAlert
    | Runbook
)


class Place(Struct, frozen=True, gc=False):
    """One thing to go to, in words."""

    what: str
    line: Line
    cluster: str
    goal: Goal


def of_alert(
    alert: JudgedAlert, fleet: Fleet, now: datetime, marks: Marks, *, is_open: bool
) -> tuple[Place, ...]:
    """What an alert and its evidence name: nearest to the trouble first.

    is_open     one reads the alert, and its runbook with it
    """
    cluster = fleet.cluster(alert.cluster)
    found: list[Place] = []
    if cluster is not None:
        told = _Told(alert, fleet)
        rows = _rows(alert, cluster, told)
        nodes = _nodes(alert, cluster, told, rows)
        lines = _lines(alert, cluster, told, nodes)
        machines = list(_machines(cluster, nodes, lines))
        hurt = list(_hurt(alert, cluster, nodes, marks))
        found += _kernel(cluster, lines, now)
        found += (*hurt, *machines) if lines else (*machines, *hurt)
        found += _targets(cluster.name, rows)
    if not is_open and alert.judgement.runbook:
        name = alert.alert.name
        what = Span(f"what to do about {name}")
        found.append(Place("runbook", (what,), alert.cluster, Runbook(alert)))
    return (*found, *_quiet(alert, fleet, now, marks))


def of_finding(
    about: Finding, cluster: Cluster, now: datetime, marks: Marks
) -> tuple[Place, ...]:
    """What a finding names; itself when it tells whom it hurts."""
    told = finding.subject(about, cluster)
    nodes = (told.node,) if told.node is not None else ()
    found = list(_kernel(cluster, told.kernel, now))
    if about.kind is FindingKind.KERNEL:
        found.append(_victims(cluster, about, marks))
    found += _machines(cluster, nodes, told.kernel)
    found += _targets(cluster.name, told.rows)
    return tuple(found)


def rows(places: Sequence[Place]) -> tuple[Row, ...]:
    """A row each, with the digit that chooses it; keyed by their place in the list."""
    return tuple(
        Row(
            str(number),
            (
                Cell(str(number) if number < 10 else "", Tone.ACCENT, bold=True),
                Cell(each.what, Tone.QUIET),
                Cell(spans=each.line),
            ),
        )
        for number, each in enumerate(places, 1)
    )


class _Told:
    """What the evidence of an alert says of its own cluster, word by word."""

    def __init__(self, alert: JudgedAlert, fleet: Fleet) -> None:
        others = {each.name for each in fleet.clusters} - {alert.cluster}
        self.pieces = tuple(
            piece
            for piece in alert.judgement.evidence
            if not others & _words(piece.source)
            or alert.cluster in _words(piece.source)
        )
        whole = tuple(_words(piece.claim) for piece in self.pieces)
        self.all_words = frozenset(chain.from_iterable(whole))
        self.words = tuple(words | set(map(host, words)) for words in whole)
        """Of each piece, with the hosts of addresses that have a port."""


def _words(text: str) -> frozenset[str]:
    """Its words as they stand there, addresses among them."""
    return frozenset(word.strip(".:") for word in _WORD.findall(text))


def _names(node: NodeView) -> frozenset[str]:
    """All that a node is called, and its addresses."""
    kube = node.kube
    known = (kube.name, *kube.addresses) if kube is not None else ()
    return frozenset(filter(None, (node.name, node.address, *known)))


def _nodes(
    alert: JudgedAlert, cluster: Cluster, told: _Told, rows: Sequence[TargetRow]
) -> tuple[NodeView, ...]:
    """Those of the alert's labels, then those of its evidence and of its targets."""
    groups: list[Iterable[str]] = [hosts_named(alert.alert.labels), *told.words]
    groups += [(host(row.instance),) for row in rows[:MOST_TARGETS]]
    found: dict[int, NodeView] = {}
    for group in groups:
        wanted = frozenset(group)
        for number, node in enumerate(cluster.nodes):
            if wanted & _names(node):
                found.setdefault(number, node)
    return tuple(found.values())


def _lines(
    alert: JudgedAlert, cluster: Cluster, told: _Told, nodes: Sequence[NodeView]
) -> tuple[LogFinding, ...]:
    """The kernel findings of which its evidence tells, or of its device and node."""
    pairs = tuple(zip(told.pieces, told.words, strict=True))
    device = alert.alert.labels.get("device", "").removeprefix("/dev/")
    own = {name for node in nodes for name in _names(node)}
    return tuple(
        each
        for each in cluster.log_findings
        if any(_tells_of(each, piece, words) for piece, words in pairs)
        or (device and each.device == device and each.node in own)
    )


def _tells_of(found: LogFinding, piece: Evidence, words: frozenset[str]) -> bool:
    return (
        piece.source.startswith(_KERNEL_LOG)
        and found.node in words
        and (not found.device or found.device in words)
        and found.meaning in piece.claim
    )


def _rows(alert: JudgedAlert, cluster: Cluster, told: _Told) -> tuple[TargetRow, ...]:
    """The targets that it is about, then the one of its labels, then what is named."""
    labels = alert.alert.labels
    job, instance = labels.get("job", ""), labels.get("instance", "")
    found = list(examination.rows_of(alert, cluster))
    known = cluster.targets or ()
    if job and instance:
        found += [row for row in known if (row.job, row.instance) == (job, instance)]
    named = [row for row in known if row.instance and row.instance in told.all_words]
    claims = [piece.claim for piece in told.pieces]
    exact = [row for row in named if any(_says(claim, row) for claim in claims)]
    return tuple({row.key: row for row in (*found, *(exact or named))}.values())


def _says(claim: str, row: TargetRow) -> bool:
    """Whether it has the job before the instance, and no longer name."""
    if not row.job:
        return False
    pattern = rf"(?<![\w./:-]){re.escape(row.job)} {re.escape(row.instance)}(?![\w-])"
    return re.search(pattern, claim) is not None


def _kernel(
    cluster: Cluster, lines: Iterable[LogFinding], now: datetime
) -> Iterator[Place]:
    if not _is_kept(cluster):
        return
    for each in lines:
        name = f"{each.node} {each.device}".rstrip()
        said = Span(f"  {each.meaning}, last {brief_moment(each.last, now)} UTC")
        line = (Span(name, bold=True), said)
        yield Place("kernel line", line, cluster.name, each)


def _hurt(
    alert: JudgedAlert, cluster: Cluster, nodes: Sequence[NodeView], marks: Marks
) -> Iterator[Place]:
    """The pages of these nodes' kernel errors, and of what hurts the alert's claim."""
    names = {name for node in nodes for name in _names(node)}
    names |= {each.node for each in cluster.traces if _hurts_claim(each, alert)}
    for each in cluster.findings:
        if each.kind is FindingKind.KERNEL and names.intersection(each.subject.split()):
            yield _victims(cluster, each, marks)


def _hurts_claim(found: Trace, alert: JudgedAlert) -> bool:
    """Whether the alert's volume claim, or its pod, is one that the device hurts."""
    labels = alert.alert.labels
    space = labels.get("namespace")
    claim, pod = labels.get("persistentvolumeclaim"), labels.get("pod")
    return any(
        each.namespace == space and (each.claim == claim or pod in each.pods)
        for each in found.victims
    )


def _victims(cluster: Cluster, about: Finding, marks: Marks) -> Place:
    """The page of a kernel finding: volume, claim and pods behind its device."""
    if not about.traces:
        return Place("kernel errors", (Span(about.title),), cluster.name, about)
    line, more = trace.brief(about.traces[0], marks), len(about.traces) - 1
    line += (Span(f"  and {more} more", Tone.QUIET),) if more else ()
    return Place("whom it hurts", line, cluster.name, about)


def _machines(
    cluster: Cluster, nodes: Iterable[NodeView], lines: Sequence[LogFinding]
) -> Iterator[Place]:
    """Each node, and its kernel log unless one of its lines is a place already."""
    is_kept = _is_kept(cluster)
    told = {each.node for each in lines} if is_kept else set()
    for node in nodes:
        other = node.address if node.address != node.name else ""
        line = (Span(node.name, bold=True), Span(f"  {other}".rstrip(), Tone.QUIET))
        yield Place("node", line, cluster.name, node)
        if not told & _names(node):
            words = "its errors first" if is_kept else "from the node itself"
            log = (Span(node.name, bold=True), Span(f"  {words}", Tone.QUIET))
            yield Place("kernel log", log, cluster.name, NodeLog(node, is_kept))


def _is_kept(cluster: Cluster) -> bool:
    return any(source.key.kind is SourceKind.LOKI for source in cluster.sources)


def _targets(cluster: str, rows: Sequence[TargetRow]) -> Iterator[Place]:
    for row in rows[:MOST_TARGETS]:
        name = f"{row.job} {row.instance}".rstrip()
        line = (Span(name, bold=True), Span(f"  {row.health.value}", Tone.QUIET))
        yield Place("target", line, cluster, row)
    if len(rows) > MOST_TARGETS:
        words = f"all {count(len(rows), 'target')} that it names, among the others"
        yield Place("targets", (Span(words),), cluster, AllTargets(rows[0]))


def _quiet(
    alert: JudgedAlert, fleet: Fleet, now: datetime, marks: Marks
) -> Iterator[Place]:
    """The silences over it, and the alerts that inhibit it."""
    known = {each.id: each for each in fleet.silences}
    for each in silenced.over(alert, known):
        until = f"until {clock(each.ends_at, now)} by {each.created_by or 'nobody'}"
        said = Span(f"  {each.comment}", Tone.QUIET)
        yield Place("silence", (Span(until, bold=True), said), alert.cluster, each)
    by = set(alert.alert.inhibited_by)
    everywhere = [one for each in fleet.clusters for one in each.alerts or ()]
    for one in (*everywhere, *fleet.unassigned_alerts) if by else ():
        if one.alert.fingerprint in by and one.endpoint == alert.endpoint:
            sign = verdict_sign(one.verdict, marks)
            line = (Span(f"{one.alert.name}  ", bold=True), sign.span)
            yield Place("inhibited by", line, one.cluster, one)
