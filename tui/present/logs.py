"""Log entries as lines: time, origin, text, and what the kernel catalogue says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from msgspec.structs import replace

from tui.model.fault import FaultKind
from tui.model.fleet import Cluster, Fleet
from tui.model.kernel import body_fields, classify, text_of
from tui.model.kernel_catalogue import CATALOGUE
from tui.model.log import Entry, Gap, LogBatch, LogFinding
from tui.present import faults
from tui.present.glyphs import Marks
from tui.present.units import age, time_of_ns
from widgets.values import Line, LogLine, Span, Tone

_ORIGINS = ("node", "hostname", "host", "instance")
_SERVICE = "talos_service"
_KERNEL_SERVICES = {"", "kernel", "ext-iscsid"}
_GRAVITY = {
    kind: place
    for place, kind in enumerate(dict.fromkeys(each.kind for each in CATALOGUE))
}
_SILENCE = timedelta(minutes=1)
TONES = {"error": Tone.CRITICAL, "warning": Tone.WARNING}


def entry_line(
    entry: Entry, marks: Marks, names: Mapping[str, str], cluster: str = ""
) -> LogLine:
    """One entry.

    names    what a node is called, by what the log calls it
    cluster  put before the origin when several clusters are merged
    return   `key` is the class of the catalogue, empty for an everyday line
    """
    sign = classify(entry.line)
    tone = TONES.get(sign.severity, Tone.TEXT) if sign else Tone.TEXT
    glyph = ""
    if sign is not None:
        glyph = marks.real if tone is Tone.CRITICAL else marks.degraded
    return LogLine(
        text_of(entry.line),
        tone,
        key=sign.kind if sign else "",
        sign=glyph,
        at_ns=entry.at_ns,
        fields=fields(entry),
        gutter=gutter(entry, names, cluster),
    )


def is_kernel(entry: Entry) -> bool:
    """Whether it is of a kernel log, or trouble.

    The services of a node write to the same stream, our own calls to apid among them.
    """
    service = entry.labels.get(_SERVICE) or entry.metadata.get(_SERVICE, "")
    return service in _KERNEL_SERVICES or classify(entry.line) is not None


def gutter(entry: Entry, names: Mapping[str, str], cluster: str = "") -> str:
    """Where it came from, its cluster before the node when several are merged."""
    node = origin(entry, names)
    if not cluster:
        return node
    return f"{cluster}/{node}" if node else cluster


def fields(entry: Entry) -> tuple[tuple[str, str], ...]:
    """What else is known: the fields of a json_lines body, metadata, and labels."""
    found = dict(body_fields(entry.line))
    for name, value in (*entry.metadata.items(), *entry.labels.items()):
        found.setdefault(name, value)
    return tuple(found.items())


def origin(entry: Entry, names: Mapping[str, str]) -> str:
    """The node that wrote it, by name where the log has only its address."""
    for label in _ORIGINS:
        found = entry.labels.get(label) or entry.metadata.get(label)
        if found:
            return names.get(found, found)
    return entry.labels.get(_SERVICE, "")


def node_names(cluster: Cluster) -> dict[str, str]:
    """Names of nodes by address."""
    return {node.address: node.name for node in cluster.nodes if node.address}


def framed(batch: LogBatch, origin: str = "") -> tuple[Entry | LogLine, ...]:
    """What one turn of a node's own log brought: before the entries what is lost,
    behind them a fault.

    origin  the node, where several are shown as one
    """
    about = f"{origin}: " if origin else ""
    gaps = (gap_line(gap) for gap in batch.gaps)
    told: tuple[Entry | LogLine, ...] = (
        *(replace(gap, text=f"{about}{gap.text}") for gap in gaps),
        *batch.entries,
    )
    if batch.fault is None:
        return told
    ends = "" if batch.fault.kind is FaultKind.PAST else "; trying again"
    text = f"{about}{batch.fault.summary}{ends}"
    return (*told, LogLine(text, Tone.WARNING, is_gap=True))


def gap_line(gap: Gap) -> LogLine:
    """A note about entries that are lost for certain."""
    how_many = f"about {gap.count} entries" if gap.count is not None else "entries"
    between = f"{time_of_ns(gap.since_ns)}-{time_of_ns(gap.until_ns)}"
    text = f"gap: {how_many} lost {between}, {gap.why}"
    return LogLine(text, Tone.WARNING, at_ns=gap.since_ns, is_gap=True)


ClassCounts = Mapping[tuple[str, str], int]
"""How many lines there are of each class and severity."""


def chips(found: ClassCounts, marks: Marks) -> Line:
    """How many lines of each class, errors first: `✖ 4 btrfs  ▲ 2 iscsi`."""
    spans: list[Span] = []
    for kind, number, is_error in class_counts(found):
        glyph = marks.real if is_error else marks.degraded
        tone = Tone.CRITICAL if is_error else Tone.WARNING
        gap = "  " if spans else ""
        spans.append(Span(f"{gap}{glyph} {number} {kind}", tone))
    return tuple(spans)


def counted(findings: Iterable[LogFinding]) -> ClassCounts:
    """How many lines findings stand for."""
    counts: Counter[tuple[str, str]] = Counter()
    for each in findings:
        counts[each.kind, each.severity] += each.count
    return counts


def class_counts(found: ClassCounts) -> tuple[tuple[str, int, bool], ...]:
    """(class, lines, are they errors) of what was found: errors first, gravest first.

    Of a class that has errors only these are counted: so all of them together are the
    errors that there are.
    """
    errors = {kind: n for (kind, severity), n in found.items() if severity == "error"}
    others = {kind: n for (kind, _), n in found.items() if kind not in errors}
    return (
        *((kind, errors[kind], True) for kind in sorted(errors, key=_gravity)),
        *((kind, others[kind], False) for kind in sorted(others, key=_gravity)),
    )


def _gravity(kind: str) -> tuple[int, str]:
    """As the catalogue has the classes, gravest first."""
    return _GRAVITY.get(kind, len(_GRAVITY)), kind


def heading(cluster: Cluster, now: datetime, marks: Marks) -> Line:
    """The classes seen, or that there are none; and a silence of a minute or more."""
    found = chips(counted(cluster.log_findings), marks)
    if found:
        return found
    if cluster.last_entry_at is None:
        if faults.worst(cluster, faults.LOG_SOURCES, now) is None:
            return (Span("nothing yet", Tone.QUIET),)
        return (faults.unknown(cluster, faults.LOG_SOURCES, now, marks),)
    if now - cluster.last_entry_at < _SILENCE:
        return (Span("no errors", Tone.QUIET),)
    said = age(cluster.last_entry_at, now)
    return (Span(f"no errors, last entry {said}", Tone.QUIET),)


def fleet_findings(fleet: Fleet, names: Collection[str]) -> tuple[LogFinding, ...]:
    """Kernel findings of some clusters."""
    return tuple(
        finding
        for each in fleet.clusters
        if each.name in names
        for finding in each.log_findings
    )
