"""Targets: held against the inventory, worst first, healthy jobs folded to one row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from tui.model.fleet import Cluster, Trend
from tui.model.kept import once
from tui.model.metric import Series as MetricSeries
from tui.model.target import Expected, Health, TargetRow
from tui.present import faults
from tui.present.glyphs import Marks, Sign, health_sign
from widgets.values import (
    Axis,
    Column,
    Cut,
    Line,
    Plot,
    Series,
    Span,
    Tick,
    Tone,
)

PANE_COLUMNS = (
    Column("", 1),
    Column("job", 12, weight=2, max_width=26, cut=Cut.MIDDLE),
    Column("state", 8, weight=3),
)


@dataclass(frozen=True, slots=True)
class Counts:
    """How the targets of a cluster stand."""

    up: int
    """Of those that should be there."""
    wanted: int
    """Expected, or scraped without being in the inventory."""
    down: int
    absent: int
    """Expected, but Prometheus does not know them."""
    unexpected: int
    """There, though the inventory says that they should not be."""
    not_expected: int
    """Not there, as the inventory says."""
    unknown: int


def count_rows(rows: Sequence[TargetRow]) -> Counts:
    """Count targets; `expected` and `health` stay two facts."""
    return once(rows, _counted)


def _counted(known: Sequence[TargetRow]) -> Counts:
    wanted = [row for row in known if row.expected is not Expected.NO]
    refused = [row for row in known if row.expected is Expected.NO]
    healths = [row.health for row in wanted]
    return Counts(
        up=healths.count(Health.UP),
        wanted=len(wanted),
        down=healths.count(Health.DOWN),
        absent=healths.count(Health.ABSENT),
        unknown=healths.count(Health.UNKNOWN),
        unexpected=sum(row.health is not Health.ABSENT for row in refused),
        not_expected=sum(row.health is Health.ABSENT for row in refused),
    )


def heading(cluster: Cluster, now: datetime, marks: Marks) -> Line:
    """Up / wanted, and what is not as it should be."""
    if cluster.targets is None:
        return (faults.unknown(cluster, faults.TARGET_SOURCES, now, marks),)
    counts = count_rows(cluster.targets)
    all_up = counts.up == counts.wanted
    spans = [Span(f"{counts.up}/{counts.wanted} up", Tone.TEXT, bold=not all_up)]
    for number, words, tone in (
        (counts.down, "down", Tone.CRITICAL),
        (counts.absent, "absent", Tone.CRITICAL),
        (counts.unexpected, "unexpected", Tone.WARNING),
        (counts.unknown, "unknown", Tone.WARNING),
        (counts.not_expected, "not expected", Tone.QUIET),
    ):
        if number:
            spans.append(Span(f"  {number} {words}", tone))
    return tuple(spans)


def sign(row: TargetRow, marks: Marks) -> Sign:
    """Both facts in one sign: what is not expected and not there is calm."""
    if row.expected is not Expected.NO:
        found = health_sign(row.health, marks)
        if row.health is Health.ABSENT:
            return Sign(found.glyph, found.word, Tone.CRITICAL)
        return found
    if row.health is Health.ABSENT:
        return Sign(marks.absent, "absent", Tone.QUIET)
    return Sign(marks.degraded, row.health.value, Tone.WARNING)


def trend(value: Trend | None, *, has_times: bool = False) -> Plot:
    """Targets known (quiet) and targets up, by minutes before the newest sample.

    return  gaps stay gaps; no curves while nothing is known
    """
    if value is None or not value.up.points:
        return Plot()
    end = value.up.points[-1][0]
    known = _curve(value.total, end, Tone.QUIET, "known")
    up = _curve(value.up, end, Tone.ACCENT, "up")
    seen = [y for y in (*known.ys, *up.ys) if y is not None]
    high = max(1.0, *seen)
    low = max(0.0, min(seen) - 1)
    levels = tuple(Tick(at, f"{at:.0f}") for at in (high, low))
    times = (Tick(-30.0, "30m ago"), Tick(-15.0, "15m"), Tick(0.0, "now"))
    x = Axis(-30.0, 0.0, times if has_times else ())
    return Plot((known, up), x, Axis(low, high, levels))


def _curve(series: MetricSeries, end: float, tone: Tone, label: str) -> Series:
    """One curve; where a sample is missing for long, a None breaks the line."""
    xs: list[float] = []
    ys: list[float | None] = []
    times = [at for at, _ in series.points]
    steps = [later - earlier for earlier, later in pairwise(times)]
    usual = min(steps, default=60.0) / 60
    for at, value in series.points:
        minutes = (at - end) / 60
        if xs and minutes - xs[-1] > 2.5 * usual:
            xs.append((minutes + xs[-1]) / 2)
            ys.append(None)
        xs.append(minutes)
        ys.append(value)
    return Series(tuple(xs), tuple(ys), tone, label)
