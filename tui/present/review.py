"""The review of a cluster as rows, and what each answer rests on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tui.model.alert import Verdict
from tui.model.review import Check, CheckState
from tui.present.glyphs import Marks, Sign, counted
from tui.present.units import age
from widgets.values import Cell, Column, EvidenceItem, Line, Row, Span, Tone

COLUMNS = (
    Column("", 12),
    Column("check", 20, weight=1),
)
DETAIL_COLUMN = 1
_ORDER = tuple(CheckState)


def sign(state: CheckState, marks: Marks) -> Sign:
    """What a check came to."""
    return {
        CheckState.FAILED: Sign(marks.real, "fail", Tone.CRITICAL),
        CheckState.UNKNOWN: Sign(marks.unsure, "can't tell", Tone.WARNING),
        CheckState.PASSED: Sign(marks.good, "pass", Tone.GOOD),
    }[state]


def chips(checks: Iterable[Check], marks: Marks) -> Line:
    """How many of each: `✖ 1 fail  ? 2 can't tell  ✔ 6 pass`."""
    states = sorted((each.state for each in checks), key=_ORDER.index)
    return counted(sign(state, marks) for state in states)


def rows(checks: Iterable[Check], marks: Marks) -> tuple[Row, ...]:
    """What failed first, then what cannot be told; the reason below each."""
    ordered = sorted(checks, key=lambda each: _ORDER.index(each.state))
    return tuple(_row(each, marks) for each in ordered)


def _row(check: Check, marks: Marks) -> Row:
    found = sign(check.state, marks)
    is_loud = check.state is CheckState.FAILED
    tone = Tone.QUIET if check.state is CheckState.PASSED else Tone.TEXT
    return Row(
        f"check {check.id}",
        (Cell(found.text, found.tone, bold=is_loud), Cell(check.title, bold=is_loud)),
        details=((Span(check.reason, tone),),) if check.reason else (),
    )


def evidence(check: Check, now: datetime, marks: Marks) -> tuple[EvidenceItem, ...]:
    """What the answer rests on."""
    return tuple(
        EvidenceItem(
            marks.unsure if each.supports is Verdict.UNDECIDED else marks.dot,
            "could not tell" if each.supports is Verdict.UNDECIDED else "seen",
            Tone.WARNING if each.supports is Verdict.UNDECIDED else Tone.TEXT,
            f"{each.claim} ({each.value})" if each.value else each.claim,
            f"{each.source}: {each.query}" if each.query else each.source,
            age(each.observed_at, now),
        )
        for each in check.evidence
    )


def advice(check: Check, marks: Marks) -> tuple[Line, ...]:
    """What it came to, why, and what to do."""
    found = sign(check.state, marks)
    lines: list[Line] = [
        (found.span, Span(f"  {check.title}", bold=True)),
        (Span(check.reason),),
    ]
    if check.advice and check.state is not CheckState.PASSED:
        lines.append((Span(f"{marks.arrow} {check.advice}", Tone.ACCENT),))
    return (*lines, ())


def queries(check: Check) -> str:
    """What was asked, to be copied."""
    return "\n".join(each.query for each in check.evidence if each.query)
