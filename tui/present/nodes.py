"""Nodes as Talos and as Kubernetes see them, and the services of one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from tui.model.talos import ServiceHealth, TalosNode, TalosService
from tui.present import faults, machine
from tui.present.glyphs import Marks, Sign
from tui.present.units import NEVER, age, age_changes, length, one_line, until
from widgets.values import Align, Cell, Column, Cut, Line, Row, Span, Tone

if TYPE_CHECKING:
    from tui.model.fleet import Cluster, NodeView
    from tui.model.kube import KubeNode
    from tui.model.log import LogFinding

COLUMNS = (
    Column("", 1),
    Column("node", 11, weight=2, max_width=18, cut=Cut.MIDDLE),
    Column("services", 5, align=Align.RIGHT),
    Column("kubernetes", 8, max_width=9),
    Column("talos", 7, drop=1),
    Column("kernel", 8, weight=3),
)
SERVICE_DETAIL_COLUMN = 1
SERVICE_COLUMNS = (
    Column("", 1),
    Column("service", 12, weight=1, max_width=24),
    Column("state", 9, max_width=12),
    Column("health", 9),
    Column("changed", 7, align=Align.RIGHT),
    Column("last message", 12, weight=3),
)


_LOUDEST = (Tone.CRITICAL, Tone.WARNING, Tone.QUIET, Tone.GOOD)


def heading(
    cluster: Cluster,
    now: datetime,
    marks: Marks,
    signs: Sequence[Sign] | None = None,
) -> Line:
    """How many are up, and what the rest needs; `signs` of the nodes when known."""
    if not cluster.nodes:
        return (faults.unknown(cluster, faults.NODE_SOURCES, now, marks),)
    signs = signs or [node_sign(node, marks) for node in cluster.nodes]
    good = sum(sign.tone is Tone.GOOD for sign in signs)
    tone = Tone.QUIET if good == len(signs) else Tone.TEXT
    return (Span(f"{good}/{len(signs)} well", tone),)


class NodeRows:
    """Makes rows of nodes; a row is made again only when its node or its age changed.

    Of a hundred nodes ten are heard anew within a second.
    """

    def __init__(self, marks: Marks) -> None:
        """Make none yet."""
        self._marks = marks
        self._made: list[_Made] = []
        self._now = NEVER

    @property
    def signs(self) -> list[Sign]:
        """How each node stands of which there was a row last."""
        return [each.sign for each in self._made]

    def rows(self, nodes: Iterable[NodeView], now: datetime) -> tuple[Row, ...]:
        """One row a node: both views of it, version and last kernel error. What needs a
        person is first, of those alike what has more services down, as there may be no
        room for all; else the order is kept."""
        is_back = now < self._now  # in the record: ages are less
        known = {} if is_back else {id(each.node): each for each in self._made}
        self._now = now
        made = []
        for node in nodes:
            kept = known.get(id(node))
            made.append(kept if kept and now < kept.due else self._make(node, now))
        self._made = made
        return tuple(each.row for each in sorted(made, key=_badness))

    def _make(self, node: NodeView, now: datetime) -> _Made:
        sign, worst = node_sign(node, self._marks), _worst_kernel(node.kernel)
        due = age_changes(worst.last, now) if worst else NEVER
        bad = len(service_counts(node)[1])
        return _Made(node, sign, bad, _row(node, sign, worst, now, self._marks), due)


class _Made(Struct, frozen=True, gc=False):
    """A row, what it was made of, and when its age is no longer true."""

    node: NodeView
    sign: Sign
    bad_services: int
    row: Row
    due: datetime


def _badness(made: _Made) -> tuple[int, int]:
    """Errors do not count here: a row would move with each line of a log."""
    return _LOUDEST.index(made.sign.tone), -made.bad_services


def node_sign(node: NodeView, marks: Marks) -> Sign:
    """The worst that is known about a node; not known is not well."""
    talos, kube = node.talos, node.kube
    signs = (
        (talos.value is None and talos.fault, marks.real, "unreachable", Tone.CRITICAL),
        (kube and kube.is_ready is False, marks.real, "not ready", Tone.CRITICAL),
        (_has_etcd_trouble(node), marks.real, "etcd", Tone.CRITICAL),
        (_has_trouble(node), marks.degraded, "degraded", Tone.WARNING),
        (_is_full(node), marks.degraded, "disk full", Tone.WARNING),
        (_has_kernel_error(node), marks.degraded, "kernel errors", Tone.WARNING),
        (talos.fault, marks.stale, "stale", Tone.WARNING),
        (talos.value is None and not kube, marks.connecting, "connecting", Tone.QUIET),
        (kube and kube.is_ready is None, marks.unknown, "unknown", Tone.WARNING),
    )
    for applies, glyph, word, tone in signs:
        if applies:
            return Sign(glyph, word, tone)
    return Sign(marks.up, "up", Tone.GOOD)


def _has_trouble(node: NodeView) -> bool:
    facts = node.facts.value
    is_unready = facts is not None and facts.is_ready is False
    return is_unready or not all(service.is_up for service in _counted(node))


def _has_etcd_trouble(node: NodeView) -> bool:
    etcd = node.facts.value.etcd if node.facts.value else None
    return etcd is not None and bool(etcd.alarms or etcd.errors or not etcd.leader_id)


def _is_full(node: NodeView) -> bool:
    fullest = node.facts.value.fullest if node.facts.value else None
    return fullest is not None and fullest.used_ratio >= machine.FULL[1]


def is_control_plane(node: NodeView) -> bool | None:
    """What Talos says, else what Kubernetes says; None when neither does."""
    told = node.facts.value.is_control_plane if node.facts.value else None
    if told is not None:
        return told
    return node.kube.is_control_plane if node.kube else None


def service_counts(node: NodeView) -> tuple[int, tuple[str, ...]]:
    """How many services count, and which of them are not up."""
    counted = _counted(node)
    return len(counted), tuple(each.id for each in counted if not each.is_up)


def ready_cell(node: NodeView, marks: Marks) -> Cell:
    """What Kubernetes says of it, in one word."""
    return _kube(node.kube, marks)


def _has_kernel_error(node: NodeView) -> bool:
    return any(finding.severity == "error" for finding in node.kernel)


def _counted(node: NodeView) -> list[TalosService]:
    services = node.talos.value.services if node.talos.value else ()
    return [service for service in services if service.is_counted]


def _row(
    node: NodeView, sign: Sign, worst: LogFinding | None, now: datetime, marks: Marks
) -> Row:
    told = Cell()
    if node.talos.fault is not None:
        told = Cell(node.talos.fault.summary, sign.tone)
    elif worst is not None:
        tone = Tone.CRITICAL if worst.severity == "error" else Tone.WARNING
        glyph = marks.real if worst.severity == "error" else marks.degraded
        place = f" {worst.device}" if worst.device else ""
        words = f"{glyph} {worst.count} {worst.kind}{place}  {age(worst.last, now)}"
        told = Cell(words, tone)
    cells = (
        Cell(sign.glyph, sign.tone),
        Cell(node.name, bold=sign.tone is not Tone.GOOD),
        _services(node, marks),
        _kube(node.kube, marks),
        Cell(_version(node.talos.value), Tone.QUIET),
        told,
    )
    is_stale = node.talos.fault is not None and node.talos.value is not None
    return Row(f"node {node.handle}", cells, Tone.TEXT, dim=is_stale)


def _worst_kernel(findings: Iterable[LogFinding]) -> LogFinding | None:
    """The newest error, else the newest warning."""
    ranked = sorted(findings, key=lambda each: (each.severity == "error", each.last))
    return ranked[-1] if ranked else None


def _services(node: NodeView, marks: Marks) -> Cell:
    if node.talos.value is None:
        is_waiting = node.talos.attempts == 0
        return Cell(marks.connecting if is_waiting else marks.unknown, Tone.QUIET)
    counted = _counted(node)
    up = sum(service.is_up for service in counted)
    tone = None if up == len(counted) else Tone.WARNING
    return Cell(f"{up}/{len(counted)}", tone)


def _kube(kube: KubeNode | None, marks: Marks) -> Cell:
    if kube is None:
        return Cell(marks.unknown, Tone.QUIET)
    if kube.is_ready is None:
        return Cell("Unknown", Tone.WARNING)
    if not kube.is_ready:
        return Cell("NotReady", Tone.CRITICAL, bold=True)
    if kube.is_unschedulable:
        return Cell("Cordoned", Tone.WARNING)
    return Cell("Ready")


def _version(talos: TalosNode | None) -> str:
    return talos.version.removeprefix("v") if talos else ""


def booted_at(node: NodeView) -> datetime | None:
    """When it started, as the newest of its answers has it."""
    vitals, talos = node.vitals.value, node.talos.value
    told = vitals.booted_at if vitals else None
    return told or (talos.boot_time if talos else None)


def header(node: NodeView, cluster: Cluster, now: datetime, marks: Marks) -> Line:
    """Who it is and how it is."""
    sign = node_sign(node, marks)
    spans = [Span(f" {node.name}  ", Tone.TEXT, bold=True), sign.span]
    spans.append(Span(f"  {node.address}", Tone.QUIET))
    is_control = is_control_plane(node)
    if is_control is not None:
        role = "control plane" if is_control else "worker"
        spans.append(Span(f"  {role}", Tone.QUIET))
    if node.kube is not None:
        ready = _kube(node.kube, marks)
        spans += [Span("  "), Span(ready.text, ready.tone or Tone.TEXT)]
    elif faults.worst(cluster, faults.KUBERNETES_SOURCES, now) is not None:
        spans.append(Span(f"  {marks.unknown} Ready unknown", Tone.WARNING))
    seen = _seen(node, now)
    tone = Tone.WARNING if node.talos.fault else Tone.QUIET
    return (*spans, Span(f"  heard {seen}" if seen else "  never heard", tone))


def facts_line(node: NodeView, cluster: Cluster, now: datetime, marks: Marks) -> Line:
    """What it runs, since when, and by whom it is asked."""
    talos, kube, facts = node.talos.value, node.kube, node.facts.value
    booted = booted_at(node)
    certificate = machine.expiry(cluster.certificates, now)
    known = (
        ("Talos", Cell(talos.version if talos else "")),
        ("Kubernetes", Cell(kube.kubelet_version if kube else "")),
        ("stage", Cell(facts.stage if facts else "")),
        ("up", Cell(length(now - booted) if booted else "")),
        ("cert", certificate),
        ("via", Cell(talos.served_by if talos else "")),
    )
    spans = [
        span
        for word, cell in known
        if cell.text
        for span in (
            Span(f" {word} ", Tone.QUIET),
            Span(f"{cell.text} ", cell.tone or Tone.TEXT),
        )
    ]
    return tuple(spans) or (Span(f" {marks.connecting} connecting", Tone.QUIET),)


def trouble_lines(node: NodeView, now: datetime, marks: Marks) -> tuple[Line, ...]:
    """Why it does not answer, or is not ready; nothing while it is well."""
    fault = node.talos.fault
    if fault is not None:
        retry = until(fault.retry_at, now)
        words = f"  next try {retry}" if retry else ""
        return (
            (
                Span(f"{marks.real} {fault.summary}  ", Tone.CRITICAL),
                Span(fault.advice),
                Span(words, Tone.QUIET),
            ),
        )
    facts = node.facts.value
    said = (*facts.unmet, *facts.diagnostics) if facts else ()
    words = f"  {marks.dot}  ".join(one_line(each) for each in said)
    return ((Span(f"{marks.degraded} {words}", Tone.WARNING),),) if said else ()


def _seen(node: NodeView, now: datetime) -> str:
    found = age(node.talos.observed_at, now)
    return f"{found} ago" if found else ""


def service_rows(
    services: Iterable[TalosService], now: datetime, marks: Marks
) -> tuple[Row, ...]:
    """Services, those in trouble first, then by name."""
    ordered = sorted(services, key=lambda each: (_trouble(each), each.id))
    return tuple(_service(each, now, marks) for each in ordered)


def _trouble(service: TalosService) -> int:
    if not service.is_counted:
        return 2
    return 1 if service.is_up else 0


def service_sign(service: TalosService, marks: Marks) -> Sign:
    """A service's state and health in one sign."""
    if not service.is_counted:
        return Sign(marks.dot, "done", Tone.QUIET)
    if service.state == "Failed":
        return Sign(marks.real, "failed", Tone.CRITICAL)
    if service.health is ServiceHealth.UNHEALTHY:
        return Sign(marks.real, "unhealthy", Tone.CRITICAL)
    if not service.is_up:
        return Sign(marks.degraded, "not up", Tone.WARNING)
    if service.health is ServiceHealth.UNKNOWN:
        return Sign(marks.up, "no check", Tone.QUIET)
    return Sign(marks.up, "healthy", Tone.GOOD)


def _service(service: TalosService, now: datetime, marks: Marks) -> Row:
    sign = service_sign(service, marks)
    is_loud = sign.tone in {Tone.CRITICAL, Tone.WARNING}
    said = service.message
    if not said and service.events:
        said = service.events[-1].message
    said = one_line(said)
    cells = (
        Cell(sign.glyph, sign.tone),
        Cell(service.id, bold=is_loud),
        Cell(service.state),
        Cell(sign.word, sign.tone),
        Cell(age(service.last_change, now), Tone.QUIET),
        Cell("" if is_loud else said, Tone.QUIET),
    )
    tone = Tone.TEXT if service.is_counted else Tone.QUIET
    # What is wrong is told in full, below the row.
    below: Line = (Span(said, sign.tone),)
    details = (below,) if is_loud and said else ()
    return Row(f"service {service.id}", cells, tone, details=details)
