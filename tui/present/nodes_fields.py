"""The columns of the node table: what each says of a node, and what it sorts by.

What is not known, not told, stale and zero are four different cells; what cannot be
(etcd on a worker) is an empty one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from msgspec import Struct

from tui.present import machine, nodes, nodes_ranks
from tui.present.machine_versions import version_cell
from tui.present.nodes_place import Place
from tui.present.units import length
from widgets.values import Align, Cell, Column, Cut, Span, Tone

_HOUR = timedelta(hours=1)


class Field(Struct, frozen=True):
    """A column, what it says of a node, and what it sorts by (None: it does not)."""

    name: str
    """How the order is called."""
    column: Column
    cell: Callable[[Place], Cell]
    rank: Callable[[Place], float | str | None] | None = None


def _state(place: Place) -> Cell:
    sign = place.sign
    return Cell(sign.text, sign.tone, bold=sign.tone is Tone.CRITICAL)


def _name(place: Place) -> Cell:
    return Cell(place.node.name, bold=place.sign.tone is not Tone.GOOD)


def _role(place: Place) -> Cell:
    is_control = nodes.is_control_plane(place.node)
    if is_control is None:
        return machine.missing(place.node.facts, place.marks)
    return Cell("control" if is_control else "worker", Tone.QUIET)


def _stage(place: Place) -> Cell:
    facts = place.facts
    if not facts.stage:
        return machine.missing(place.node.facts, place.marks)
    return Cell(facts.stage, Tone.QUIET if facts.stage == "running" else Tone.WARNING)


def _talos(place: Place) -> Cell:
    talos = place.node.talos.value
    if talos is None:
        return machine.missing(place.node.talos, place.marks)
    return version_cell(talos.version, place.wanted.talos, place.marks)


def _kubelet(place: Place) -> Cell:
    kube = place.node.kube
    if kube is None:
        return Cell(place.marks.unknown, Tone.QUIET)
    return version_cell(kube.kubelet_version, place.wanted.kubernetes, place.marks)


def _ready(place: Place) -> Cell:
    return nodes.ready_cell(place.node, place.marks)


def _uptime(place: Place) -> Cell:
    booted = nodes.booted_at(place.node)
    if booted is None:
        return machine.missing(place.node.talos, place.marks)
    return Cell(length(place.now - booted))


def _services(place: Place) -> Cell:
    node = place.node
    if node.talos.value is None:
        return machine.missing(node.talos, place.marks)
    total, bad = nodes.service_counts(node)
    if not bad:
        return Cell(f"{total}/{total}")
    named = f" {' '.join(bad)}"
    return Cell(
        f"{total - len(bad)}/{total}", Tone.WARNING, spans=(Span(named, Tone.WARNING),)
    )


def _cpu_ratio(place: Place) -> float | None:
    cpu = place.vitals.cpu if place.vitals else None
    return cpu.busy if cpu else None


def _memory_ratio(place: Place) -> float | None:
    return place.vitals.memory_ratio if place.vitals else None


def _load_of(place: Place) -> float | None:
    return place.vitals.load1 if place.vitals else None


def _load(place: Place) -> Cell:
    vitals = place.vitals
    if vitals is None:
        return machine.missing(place.node.vitals, place.marks)
    cell = Cell(
        f"{vitals.load1:.2f}",
        Tone.WARNING if vitals.cores and vitals.load1 > 2 * vitals.cores else None,
    )
    return machine.aged(cell, place.node.vitals, place.marks)


def _share(
    ratio: Callable[[Place], float | None],
) -> Callable[[Place], Cell]:
    """A cell for a share of a machine that is in use."""

    def cell(place: Place) -> Cell:
        found = ratio(place)
        if found is None:
            return machine.missing(place.node.vitals, place.marks)
        shown = Cell(machine.percent(found), machine.loudness(found, machine.BUSY))
        return machine.aged(shown, place.node.vitals, place.marks)

    return cell


def _disk_ratio(place: Place) -> float | None:
    fullest = place.facts.fullest
    return fullest.used_ratio if fullest else None


def _disk(place: Place) -> Cell:
    facts, reading = place.facts, place.node.facts
    fullest = facts.fullest
    if fullest is None:
        return _untold(place, "filesystems")
    tone = machine.loudness(fullest.used_ratio, machine.FULL)
    words = f"{machine.percent(fullest.used_ratio)} "
    cell = Cell(words, tone, spans=(Span(fullest.mount, tone or Tone.QUIET),))
    return machine.aged(cell, reading, place.marks) if reading.fault else cell


def _untold(place: Place, subject: str) -> Cell:
    """Not asked yet, refused by this node for good, or not known."""
    if subject in place.facts.unavailable:
        return Cell("n/a", Tone.QUIET)
    return machine.missing(place.node.facts, place.marks)


def kernel_errors(place: Place) -> int | None:
    """Kernel errors in the last hour; None when nobody can know of them.

    A node that is silent is not a node without errors.
    """
    is_silent = place.cluster.last_entry_at is None or place.node.talos.fault
    if is_silent and not place.node.kernel:
        return None
    return sum(
        finding.count
        for finding in place.node.kernel
        if finding.severity == "error" and place.now - finding.last <= _HOUR
    )


def _kernel(place: Place) -> Cell:
    errors = kernel_errors(place)
    if errors is None:
        return Cell(place.marks.unknown, Tone.QUIET)
    if place.is_log_old:
        return Cell(f"{place.marks.stale}{errors}", Tone.QUIET)
    return Cell(str(errors), Tone.CRITICAL if errors else Tone.QUIET)


def _etcd(place: Place) -> Cell:
    etcd = place.facts.etcd
    if etcd is None:
        if nodes.is_control_plane(place.node) is False:
            return Cell()
        return _untold(place, "etcd")
    if etcd.alarms or etcd.errors:
        return Cell(f"{place.marks.real} alarm", Tone.CRITICAL)
    if not etcd.leader_id:
        return Cell(f"{place.marks.real} leader", Tone.CRITICAL)
    word = "learner" if etcd.is_learner else "leader" if etcd.is_leader else "member"
    return Cell(word, Tone.WARNING if etcd.is_learner else Tone.QUIET)


def _clock_seconds(place: Place) -> float | None:
    seconds = place.facts.clock_offset_seconds
    return None if seconds is None else abs(seconds)


def _clock(place: Place) -> Cell:
    seconds = place.facts.clock_offset_seconds
    if seconds is None:
        return _untold(place, "clock")
    tone = machine.loudness(abs(seconds), machine.OFFSET_SECONDS)
    return Cell(machine.offset(seconds), tone or Tone.QUIET)


def _certificate(place: Place) -> Cell:
    return machine.expiry(place.cluster.certificates, place.now)


def _words(cell: Callable[[Place], Cell]) -> Callable[[Place], str | None]:
    """Sorts by what a cell says; the signs for what is not known come last."""

    def rank(place: Place) -> str | None:
        text = cell(place).text
        return text if text[:1].isalnum() else None

    return rank


def _etcd_rank(place: Place) -> str | None:
    """Trouble first, then the leader, then members; who has none last."""
    cell = _etcd(place)
    if place.facts.etcd is None:
        return None
    return f"{0 if cell.tone is Tone.CRITICAL else 1} {cell.text}"


_RIGHT = Align.RIGHT
_DISK = Column("disk", 9, weight=1, max_width=14, drop=4)
FIELDS = (
    Field("state", Column("state", 13, weight=1, max_width=15), _state),
    Field(
        "node",
        Column("node", 13, weight=3, max_width=22, cut=Cut.MIDDLE),
        _name,
        lambda place: place.node.name,
    ),
    Field(
        "cluster",
        Column("cluster", 7, weight=1, max_width=12),
        lambda place: Cell(place.cluster.name, Tone.QUIET),
        lambda place: place.cluster.name,
    ),
    Field(
        "address",
        Column("address", 11, weight=1, max_width=15, drop=12),
        lambda place: Cell(place.node.address, Tone.QUIET),
        nodes_ranks.address,
    ),
    Field("role", Column("role", 7, drop=10), _role, _words(_role)),
    Field("stage", Column("stage", 8, drop=11), _stage, _words(_stage)),
    Field("Talos", Column("talos", 8, drop=3), _talos, nodes_ranks.talos),
    Field("kubelet", Column("kubelet", 8, drop=5), _kubelet, nodes_ranks.kubelet),
    Field("ready", Column("ready", 8), _ready, _words(_ready)),
    Field("uptime", Column("up", 4, align=_RIGHT, drop=2), _uptime, nodes_ranks.boot),
    Field(
        "services",
        Column("services", 11, weight=4, max_width=30),
        _services,
        nodes_ranks.services,
    ),
    Field("CPU", Column("cpu", 4, align=_RIGHT), _share(_cpu_ratio), _cpu_ratio),
    Field(
        "memory", Column("mem", 4, align=_RIGHT), _share(_memory_ratio), _memory_ratio
    ),
    Field("load", Column("load", 5, align=_RIGHT, drop=6), _load, _load_of),
    Field("disk", _DISK, _disk, _disk_ratio),
    Field(
        "kernel errors",
        Column("kern", 4, align=_RIGHT, drop=1),
        _kernel,
        kernel_errors,
    ),
    Field("etcd", Column("etcd", 8, drop=7), _etcd, _etcd_rank),
    Field(
        "clock offset", Column("clock", 6, align=_RIGHT, drop=8), _clock, _clock_seconds
    ),
    Field(
        "certificate",
        Column("cert", 7, align=_RIGHT, drop=9),
        _certificate,
        nodes_ranks.certificate,
    ),
)
