"""Targets: held against the inventory, worst first, healthy jobs folded to one row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from msgspec import Struct

from tui.model.kept import once
from tui.model.target import Expected, Health, TargetRow
from tui.model.target_summary import summarised
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

if TYPE_CHECKING:
    from tui.model.fleet import Cluster, Trend
    from tui.model.metric import Series as MetricSeries

PANE_COLUMNS = (
    Column("", 1),
    Column("job", 12, weight=19, max_width=26, cut=Cut.MIDDLE, lends=True),
    # "not expected, absent"; why a target is down and the end of its address take more.
    Column("state", 20, weight=1, cut=Cut.MIDDLE, wants=35),
)

EXPECTED = {
    Expected.YES: "expected to be up",
    Expected.NO: "not expected",
    Expected.UNLISTED: "not in the inventory",
}
"""What the inventory says of a target, beside how it is."""


class Counts(Struct, frozen=True, gc=False):
    """How some targets stand; `expected` and `health` stay two facts."""

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
    unlisted: int
    """There, and not in the inventory."""


def count_ranks(ranks: Mapping[int, int]) -> Counts:
    """Count targets by `TargetRow.rank`: each rank is one pair of facts."""

    def total(*some: int) -> int:
        return sum(ranks.get(rank, 0) for rank in some)

    return Counts(
        up=total(8, 9),
        wanted=total(0, 1, 2, 5, 6, 8, 9),
        down=total(0, 2),
        absent=total(1),
        unexpected=total(3, 4, 7),
        not_expected=total(10),
        unknown=total(5, 6),
        unlisted=total(2, 6, 9),
    )


def count_rows(rows: Sequence[TargetRow]) -> Counts:
    """Count the targets of a cluster."""
    return count_ranks(once(rows, summarised).ranks)


def count_line(counts: Counts) -> Line:
    """Up / wanted, and what is not as it should be."""
    all_up = counts.up == counts.wanted
    spans = [Span(f"{counts.up:,}/{counts.wanted:,} up", Tone.TEXT, bold=not all_up)]
    for number, words, tone in (
        (counts.down, "down", Tone.CRITICAL),
        (counts.absent, "absent", Tone.CRITICAL),
        (counts.unexpected, "unexpected", Tone.WARNING),
        (counts.unknown, "unknown", Tone.WARNING),
        (counts.not_expected, "not expected", Tone.QUIET),
    ):
        if number:
            spans.append(Span(f"  {number:,} {words}", tone))
    return tuple(spans)


def heading(cluster: Cluster, now: datetime, marks: Marks) -> Line:
    """How the targets of a cluster stand, or why nobody knows."""
    if cluster.targets is None:
        return (faults.unknown(cluster, faults.TARGET_SOURCES, now, marks),)
    return count_line(count_rows(cluster.targets))


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
