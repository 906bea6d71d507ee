"""What is wrong, on the wall: few and high rows, the worst always among them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias

from tui.model.alert import JudgedAlert
from tui.model.fleet import Fleet
from tui.present import alerts, faults, silenced
from tui.present.glyphs import Marks, Sign, verdict_sign
from tui.present.incident import Trouble
from tui.present.silenced import Known
from tui.present.turns import turns
from tui.present.units import age
from widgets.values import Align, Field, Fields, Line, Span, Tone

_TWO = 150
"""From this width on there are two columns."""
_NARROW = 48
"""Cells of a row, below which there is no room for all of it."""
_Pair: TypeAlias = tuple[Line, Line, Line]
"""What a trouble has: its name, the reason, and where and since when."""
_NOTHING: _Pair = ((), (), ())


def rows(
    found: Sequence[Trouble],
    fleet: Fleet,
    now: datetime,
    size: tuple[int, int],
    marks: Marks,
) -> list[Fields]:
    """As many as there is room for."""
    width, room = size
    if not found or room < 2:
        return []
    across = 2 if width >= _TWO and len(found) > 1 else 1
    most = -(-len(found) // across)
    gap = 2 if room >= 4 * most and room >= 30 else 1 if room >= 12 else 0
    high = 2 + gap
    shown, words = turns(found, max(1, room // high) * across, now)
    if words:
        shown, words = turns(found, max(1, (room - 1) // high) * across, now)
    known = {each.id: each for each in fleet.silences}
    old = _old(fleet, now, marks)
    # Down the first column, then down the second.
    per = -(-len(shown) // across)
    columns = [shown[at : at + per] for at in range(0, len(shown), per)]
    lines: list[Fields] = []
    for y in range(per):
        pairs = [
            _pair(column[y], known, old, now, marks) if y < len(column) else _NOTHING
            for column in columns
        ]
        lines += _beside(pairs, width // across)
        if y < per - 1:
            lines += [()] * gap
    if words:
        lines.append((Field((Span(words, Tone.QUIET),), width),))
    return lines


def _beside(pairs: Sequence[_Pair], width: int) -> tuple[Fields, Fields]:
    """The two lines of troubles that stand beside each other, each `width` wide."""
    first: list[Field] = []
    second: list[Field] = []
    for title, why, right in pairs:
        room = width - 4
        # A name comes before severity and age.
        told, aside = (right, 22) if room >= _NARROW else (right[:1], room // 4)
        first += [Field(title, room - aside), Field(told, aside, Align.RIGHT)]
        first.append(Field((), 4))
        second += [Field(why, room), Field((), 4)]
    return tuple(first), tuple(second)


def _old(fleet: Fleet, now: datetime, marks: Marks) -> dict[str, Line]:
    """How old the alerts of a cluster are, where they are not of this moment."""
    return {
        each.name: faults.pane_age(each, faults.ALERT_SOURCES, now, marks)
        for each in fleet.clusters
        if faults.worst(each, faults.ALERT_SOURCES, now) is not None
    }


def _pair(
    trouble: Trouble,
    known: Known,
    old: dict[str, Line],
    now: datetime,
    marks: Marks,
) -> _Pair:
    sign = verdict_sign(trouble.verdict, marks)
    if trouble.is_hidden:
        sign = Sign(marks.real, "REAL, HIDDEN", Tone.CRITICAL)
    about = trouble.about
    stale = old.get(trouble.cluster, ()) if isinstance(about, JudgedAlert) else ()
    if stale or trouble.is_quiet:
        sign = Sign(sign.glyph, sign.word, Tone.WARNING)
    is_loud = trouble.is_real and not trouble.is_quiet
    title = (
        Span(f"{sign.text:<8}", sign.tone, bold=is_loud),
        Span(f" {trouble.name}  ", bold=True),
        *stale,
    )
    severity = alerts.short_severity(trouble.severity)
    right = (
        Span(f"{trouble.cluster or 'no cluster'} ", Tone.ACCENT, bold=True),
        Span(f"{severity:>5}{age(trouble.since, now):>5}", Tone.QUIET),
    )
    why: Line = (Span(" " * 9), Span(trouble.why))
    if isinstance(about, JudgedAlert) and about.is_silenced:
        why = (
            Span(" " * 9),
            *silenced.row_line(about, known, now, marks),
            Span(f"  {trouble.why}"),
        )
    return title, why, right
