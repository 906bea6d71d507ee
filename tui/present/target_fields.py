"""The columns of the targets view: what each says of a target.

What is not known, not asked, absent and zero are four different cells.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from math import ceil

from msgspec import Struct

from tui.model.fault import Fault
from tui.model.target import Expected, Health, Target, TargetRow
from tui.model.target_past import Past
from tui.present.glyphs import Marks
from tui.present.reason import short
from tui.present.target_since import Alerted, since_of, since_text
from tui.present.targets import sign
from tui.present.units import age
from widgets.values import Align, Cell, Column, Cut, Line, Span, Tone

STRIP_CELLS = 24
SLOW_RATIO = 0.8
"""A scrape that took more of its timeout may soon be none."""
LATE_INTERVALS = 2


class Place(Struct, frozen=True, gc=False):
    """A target, the cluster it is in, and what else is known of it at this moment."""

    cluster: str
    row: TargetRow
    now: datetime
    marks: Marks
    read_at: datetime | None = None
    """When its Prometheus last told of it."""
    alerts: Alerted | None = None
    is_alone: bool = False
    """No other target of the cluster has its job."""
    past: Past | Fault | None = None
    """None while it was not asked."""
    is_wide: bool = True


class Field(Struct, frozen=True):
    """A column, and what it says of a target."""

    name: str
    column: Column
    cell: Callable[[Place], Cell]
    narrow: Column | None = None
    """The column where there is little room; None leaves it as it is."""


def _is_calm(row: TargetRow) -> bool:
    return not row.is_finding


def _cluster(place: Place) -> Cell:
    return Cell(place.cluster or "none", Tone.QUIET if place.cluster else Tone.WARNING)


def _health(place: Place) -> Cell:
    found = sign(place.row, place.marks)
    return Cell(found.text, found.tone, bold=not _is_calm(place.row))


def _expected(place: Place) -> Cell:
    row = place.row
    if row.expected is Expected.UNLISTED:
        return Cell("unlisted" if place.is_wide else "-", Tone.QUIET)
    is_odd = row.expected is Expected.NO and row.health is not Health.ABSENT
    return Cell(row.expected.value, Tone.WARNING if is_odd else Tone.QUIET)


def _since(place: Place) -> Cell:
    if place.row.expected is Expected.NO and place.row.health is Health.ABSENT:
        return Cell()  # as it should be: that we have watched for 8 s tells nothing
    since = since_of(place.row, place.past, place.alerts or {}, is_alone=place.is_alone)
    return Cell(since_text(since, place.now), Tone.QUIET)


def _job(place: Place) -> Cell:
    return Cell(place.row.job, bold=not _is_calm(place.row))


def _instance(place: Place) -> Cell:
    return Cell(place.row.instance)


def _why(place: Place) -> Cell:
    row = place.row
    if row.last_error:
        return Cell(short(row.last_error))
    if row.health is Health.ABSENT and row.expected is Expected.YES:
        return Cell("Prometheus does not list it")
    return Cell(row.reason, Tone.QUIET)


def _strip(place: Place) -> Cell:
    past, marks = place.past, place.marks
    if place.row.target is None:
        return Cell()
    if past is None:
        return Cell(marks.connecting, Tone.QUIET)
    if isinstance(past, Fault):
        return Cell(f"{marks.unknown} {short(past.summary)}", Tone.QUIET)
    return Cell(spans=strip(past, STRIP_CELLS, marks))


def strip(past: Past, cells: int, marks: Marks) -> Line:
    """Each cell as high as the share of its time in which the target was down.

    return  what was up throughout is a low line, what was not scraped is left blank
    """
    levels = marks.glyphs.levels
    spans: list[Span] = []
    for share in _shares(past.up, cells):
        if share is None:
            glyph, tone = " ", Tone.QUIET
        elif share == 0:
            glyph, tone = levels[0], Tone.QUIET
        else:
            glyph = levels[min(ceil(share * (len(levels) - 1)), len(levels) - 1)]
            tone = Tone.CRITICAL if share > 0.5 else Tone.WARNING
        if spans and spans[-1].tone is tone:
            spans[-1] = Span(spans[-1].text + glyph, tone)
        else:
            spans.append(Span(glyph, tone))
    return tuple(spans)


def _shares(up: tuple[float | None, ...], cells: int) -> list[float | None]:
    """How much of the time of each cell it was down."""
    found: list[float | None] = []
    count = len(up)
    for cell in range(cells):
        part = up[count * cell // cells : count * (cell + 1) // cells]
        known = [share for share in part if share is not None]
        found.append(1 - sum(known) / len(known) if known else None)
    return found


def _took(place: Place) -> Cell:
    target = place.row.target
    if target is None or target.last_scrape is None:
        return Cell()
    words = f"{seconds(target.scrape_seconds)}/{seconds(target.timeout_seconds)}"
    if is_slow(target):
        return Cell(f"{place.marks.degraded} {words}", Tone.WARNING, bold=True)
    return Cell(words, Tone.QUIET)


def is_slow(target: Target) -> bool:
    """Whether the last scrape took nearly its whole timeout, or more."""
    return target.timeout_ratio > SLOW_RATIO


def is_late(target: Target, read_at: datetime | None) -> bool:
    """Whether Prometheus had not scraped it for two intervals when it told us so."""
    if target.last_scrape is None or read_at is None or not target.interval_seconds:
        return False
    overdue = (read_at - target.last_scrape).total_seconds()
    return overdue > LATE_INTERVALS * target.interval_seconds


def _scraped(place: Place) -> Cell:
    target = place.row.target
    if target is None:
        return Cell()
    if target.last_scrape is None:
        return Cell("never", Tone.WARNING)
    words = age(target.last_scrape, place.now)
    if is_late(target, place.read_at):
        return Cell(f"{place.marks.stale} {words}", Tone.WARNING, bold=True)
    return Cell(words, Tone.QUIET)


def seconds(value: float) -> str:
    """A short time: `12ms`, `1.4s`, `10s`."""
    if value < 0.9995:
        return f"{value * 1000:.0f}ms"
    return f"{value:.0f}s" if value == int(value) or value >= 100 else f"{value:.1f}s"


_RIGHT = Align.RIGHT
FIELDS = (
    Field("cluster", Column("cluster", 7, weight=1, max_width=12), _cluster),
    Field("health", Column("health", 9), _health),
    Field("expected", Column("expected", 8), _expected, Column("exp", 3)),
    Field("since", Column("for", 4, align=_RIGHT), _since),
    Field(
        "job",
        Column("job", 14, weight=8, max_width=30, cut=Cut.MIDDLE),
        _job,
        Column("job", 16, weight=8, max_width=30, cut=Cut.MIDDLE),
    ),
    Field(
        "instance",
        Column("instance", 16, weight=2, max_width=30, cut=Cut.MIDDLE),
        _instance,
        Column("instance", 15, weight=1, max_width=24, cut=Cut.MIDDLE),
    ),
    Field(
        "why",
        Column("why", 18, weight=4),
        _why,
        Column("why", 16, weight=2),
    ),
    Field("strip", Column("down, last 24h", STRIP_CELLS, drop=3), _strip),
    Field("took", Column("took", 11, align=_RIGHT, drop=2), _took),
    Field("scraped", Column("scraped", 7, align=_RIGHT, drop=1), _scraped),
)
