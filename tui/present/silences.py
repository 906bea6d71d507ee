"""All silences as rows: what is quiet, for how long, who said so and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from tui.model.alert import JudgedAlert, Verdict
from tui.model.fleet import Fleet
from tui.model.silence import Silence, SilenceDraft, SilenceState
from tui.present.glyphs import Marks
from tui.present.silence import subject
from tui.present.units import clock, count, exact_length
from tui.silencing.reach import Reach
from widgets.values import Align, Cell, Column, Line, Row, Span, Tone

COLUMNS = (
    Column("", 10),
    Column("what", 16, weight=1, max_width=34),
    Column("ends in", 7, align=Align.RIGHT),
    Column("hides", 14),
    Column("owner", 8, max_width=14, weight=1, drop=2),
    Column("comment", 12, weight=3, drop=1),
)
DETAIL_COLUMN = 1
EXTENSION = timedelta(hours=4)


def standing(fleet: Fleet) -> tuple[Silence, ...]:
    """Those that are not over, the one that ends first at the top."""
    known = [each for each in fleet.silences if each.state is not SilenceState.EXPIRED]
    return tuple(sorted(known, key=lambda each: (each.ends_at, each.id)))


def hidden(fleet: Fleet, silence: Silence) -> tuple[JudgedAlert, ...]:
    """The alerts that it keeps quiet now, as Alertmanager says; worst first."""
    known = [alert for cluster in fleet.clusters for alert in cluster.alerts or ()]
    mine = [
        alert
        for alert in (*known, *fleet.unassigned_alerts)
        if silence.id in alert.alert.silenced_by
    ]
    return Reach(mine).covered(silence.matchers)


def cluster_of(fleet: Fleet, silence: Silence) -> str:
    """A cluster whose Alertmanager holds the silence, as far as can be told."""
    for alert in hidden(fleet, silence):
        if alert.cluster:
            return alert.cluster
    named = [m.value for m in silence.matchers if fleet.cluster(m.value) is not None]
    return (named or [each.name for each in fleet.clusters] or [""])[0]


def rows(fleet: Fleet, now: datetime, marks: Marks) -> tuple[Row, ...]:
    """One row a silence, its matchers below."""
    return tuple(
        _row(each, hidden(fleet, each), now, marks) for each in standing(fleet)
    )


def _row(
    silence: Silence, hit: Sequence[JudgedAlert], now: datetime, marks: Marks
) -> Row:
    is_active = silence.state is SilenceState.ACTIVE
    real = sum(alert.verdict is Verdict.REAL for alert in hit)
    hides = Cell(count(len(hit), "alert") if hit else "nothing", Tone.QUIET)
    if real:
        hides = Cell(f"{marks.real} {real} REAL", Tone.CRITICAL, bold=True)
    state = f"{marks.silenced} silent" if is_active else f"{marks.connecting} pending"
    cells = (
        Cell(state, Tone.ACCENT if is_active else Tone.QUIET),
        Cell(subject(silence.matchers), bold=bool(real)),
        Cell(exact_length(silence.ends_at - now)),
        hides,
        Cell(silence.created_by, Tone.QUIET),
        Cell(silence.comment),
    )
    matchers = Span(" ".join(map(str, silence.matchers)), Tone.QUIET)
    names = ", ".join(f"{a.alert.name} {a.cluster}".rstrip() for a in hit)
    told: Line = (Span(f"hides {names}", Tone.QUIET),)
    return Row(silence.id, cells, details=((matchers,), *((told,) if hit else ())))


def extended(silence: Silence) -> SilenceDraft:
    """The same silence, ending later."""
    return SilenceDraft(
        silence.matchers,
        silence.starts_at,
        silence.ends_at + EXTENSION,
        silence.created_by,
        silence.comment,
        silence.id,
    )


def extension_line(silence: Silence, now: datetime) -> Line:
    """Until when it would last."""
    until = clock(silence.ends_at + EXTENSION, now)
    words = f"{subject(silence.matchers)} stays silenced until {until} UTC."
    return (Span(words),)
