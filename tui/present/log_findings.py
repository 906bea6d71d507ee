"""The kernel findings of the last hour as rows, for the list under the logs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from tui.model.fleet import Cluster
from tui.model.log import LogFinding
from tui.present import faults, stream
from tui.present.glyphs import Marks
from tui.present.logs import TONES
from tui.present.units import age, plain
from widgets.values import Align, Cell, Column, Line, Row, Span, Tone

COLUMNS = (
    Column("", 1),
    Column("cluster", 7, weight=1, max_width=14),
    Column("node", 10, weight=2, max_width=20),
    Column("device", 8, weight=1, max_width=14),
    Column("class", 8, weight=1, max_width=12),
    Column("lines", 5, align=Align.RIGHT),
    Column("a minute", 8, align=Align.RIGHT, drop=2),
    Column("first", 5, align=Align.RIGHT, drop=1),
    Column("last", 4, align=Align.RIGHT),
    Column("rules of Loki", 15, weight=2, max_width=40),
    Column("meaning", 30, weight=6, drop=3),
)


def key_of(found: LogFinding) -> str:
    """What tells a finding from all others, and stays while it grows."""
    return "\t".join((found.cluster, found.node, found.kind, found.device))


def worst_first(clusters: Iterable[Cluster]) -> tuple[LogFinding, ...]:
    """Errors first; of these, those that no rule sees; then the newest."""
    found = (each for cluster in clusters for each in cluster.log_findings)
    return tuple(sorted(found, key=_rank))


def _rank(found: LogFinding) -> tuple[bool, bool, float, str]:
    is_seen = found.seen_by != ()
    newest = -found.last.timestamp()
    return found.severity != "error", is_seen, newest, key_of(found)


def rows(clusters: Sequence[Cluster], now: datetime, marks: Marks) -> tuple[Row, ...]:
    """One row a finding, worst first; faint where the log is not of this moment."""
    stale = {
        each.name
        for each in clusters
        if faults.worst(each, faults.LOG_SOURCES, now) is not None
    }
    return tuple(
        _row(each, now, marks, is_stale=each.cluster in stale)
        for each in worst_first(clusters)
    )


def _row(found: LogFinding, now: datetime, marks: Marks, *, is_stale: bool) -> Row:
    is_error = found.severity == "error"
    tone = TONES.get(found.severity, Tone.TEXT)
    rate = found.per_minute
    cells = (
        Cell(marks.real if is_error else marks.degraded, tone),
        Cell(found.cluster),
        Cell(plain(found.node) or "not named"),
        Cell(plain(found.device)),
        Cell(found.kind, tone),
        Cell(f"{found.count:,}"),
        Cell(f"{rate:.1f}" if rate is not None and found.count > 2 else ""),
        Cell(age(found.first, now)),
        Cell(age(found.last, now)),
        rules_cell(found),
        Cell(plain(found.meaning), Tone.QUIET),
    )
    return Row(key_of(found), cells, dim=is_stale)


def rules_cell(found: LogFinding) -> Cell:
    """The rules of Loki's ruler that see it."""
    if found.seen_by is None:
        return Cell("not known", Tone.QUIET)
    if not found.seen_by:
        return Cell("no rule sees it", Tone.WARNING)
    return Cell(plain(", ".join(found.seen_by)), Tone.QUIET)


def title(clusters: Sequence[Cluster]) -> Line:
    """What the list holds, and how many."""
    number = sum(len(each.log_findings) for each in clusters)
    count = f"  {number}" if number else ""
    return (Span(f"kernel findings of the last hour{count}", Tone.ACCENT),)


def nothing(clusters: Sequence[Cluster], now: datetime, marks: Marks) -> Line:
    """What the list says when it is empty."""
    unknown = [stream.unknown(each, now, marks) for each in clusters]
    if None in unknown:
        return (Span("no findings", Tone.QUIET),)
    return (Span("nothing is known yet of these kernel logs", Tone.QUIET),)
