"""Why we say what we say of an alert: evidence, labels, timeline."""

from __future__ import annotations

from datetime import datetime

from tui.model.alert import Evidence, JudgedAlert, Verdict
from tui.model.labels import Labels
from tui.present import copies
from tui.present.copies import Copy
from tui.present.glyphs import Marks, verdict_sign
from tui.present.units import age
from widgets.values import Column, EvidenceItem, Line, Row, Span, Tone

Paragraph = tuple[Line, int]
"""A line, and how far in its continuation begins."""
COPY_COLUMNS = (Column("", 5), Column("", 20, weight=1))


def items(alert: JudgedAlert, now: datetime, marks: Marks) -> tuple[EvidenceItem, ...]:
    """Each piece of evidence, held against the verdict that it led to."""
    return tuple(
        _item(each, alert.verdict, now, marks) for each in alert.judgement.evidence
    )


def _item(
    piece: Evidence, verdict: Verdict, now: datetime, marks: Marks
) -> EvidenceItem:
    glyph, word, tone = _stance(piece, verdict, marks)
    how_old = age(piece.observed_at, now)
    claim = piece.claim
    if piece.value and piece.value not in claim:
        claim += f" ({piece.value})"
    return EvidenceItem(
        glyph, word, tone, claim, piece.source, f"{how_old} ago" if how_old else ""
    )


def _stance(piece: Evidence, verdict: Verdict, marks: Marks) -> tuple[str, str, Tone]:
    if piece.supports is Verdict.UNDECIDED:
        return marks.unsure, "could not tell", Tone.WARNING
    if piece.supports is verdict:
        tone = Tone.CRITICAL if verdict is Verdict.REAL else Tone.GOOD
        return marks.good, "supports", tone
    if verdict is not Verdict.UNDECIDED:
        return marks.dot, "contradicts", Tone.QUIET
    said = verdict_sign(piece.supports, marks)
    return marks.dot, f"says {said.word}", Tone.QUIET


def verdict_lines(alert: JudgedAlert, marks: Marks) -> tuple[Line, ...]:
    """The verdict, and the reason below it."""
    sign = verdict_sign(alert.verdict, marks)
    rule = alert.judgement.rule
    judged = f"   rule {rule}" if rule else "   no rule covers it"
    return (
        (Span(sign.text, sign.tone, bold=True), Span(judged, Tone.QUIET)),
        (Span(alert.judgement.reason),),
    )


def change_lines(alert: JudgedAlert) -> tuple[Line, ...]:
    """What would turn the verdict."""
    if not alert.judgement.would_change:
        return ()
    head = Span("what would change it  ", Tone.ACCENT)
    return ((), (head, Span(alert.judgement.would_change)))


def copy_rows(alert: JudgedAlert) -> tuple[Row, ...]:
    """What can be copied, a line each: fixes, the best first, then what was asked."""
    return copies.rows(_copies(alert))


def copy_lines(alert: JudgedAlert, key: str) -> tuple[Line, ...]:
    """The whole text behind a row, to be read."""
    return copies.lines(_copies(alert), key)


def copy_text(alert: JudgedAlert, key: str) -> str:
    """The text behind a row; empty when there is none."""
    return copies.text(_copies(alert), key)


def _copies(alert: JudgedAlert) -> tuple[Copy, ...]:
    judgement = alert.judgement
    queries = (judgement.expression, *(each.query for each in judgement.evidence))
    asked = dict.fromkeys(query for query in queries if query)
    fixes = enumerate(judgement.fixes, 1)
    return (
        *(Copy(f"fix {n}", f"fix {n}", text) for n, text in fixes),
        *(Copy(f"ask {query}", "asked", query) for query in asked),
    )


def pairs(*groups: Labels) -> tuple[Paragraph, ...]:
    """Labels and annotations, one a line, by name; their values in one column, with
    the line breaks that they have.

    return  (line, cells that what is wrapped continues further in), an empty line
            between two groups
    """
    names = [name for group in groups for name in group]
    widest = min(max(map(len, names), default=0), 20)
    found: list[Paragraph] = []
    for group in groups:
        if found and group:
            found.append(((), 0))
        for name in sorted(group):
            head = f"{name.ljust(widest)}  "
            for text in group[name].splitlines() or ("",):
                found.append(((Span(head, Tone.QUIET), Span(text)), widest + 2))
                head = " " * len(head)
    return tuple(found)
