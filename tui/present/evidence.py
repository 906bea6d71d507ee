"""Why we say what we say of an alert: evidence, labels, timeline."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from tui.model.alert import Evidence, JudgedAlert, Verdict
from tui.model.labels import Labels
from tui.model.silence import Silence
from tui.present.glyphs import Marks, verdict_sign
from tui.present.units import age, exact_length, length, moment
from widgets.values import EvidenceItem, Line, Span, Tone


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
    said = verdict_sign(piece.supports, marks)
    return marks.dot, f"says {said.word}", Tone.QUIET


def queries(evidence: Sequence[Evidence]) -> tuple[str, ...]:
    """What was asked, each once, in a form to run again."""
    return tuple(dict.fromkeys(piece.query for piece in evidence if piece.query))


def verdict_line(alert: JudgedAlert, marks: Marks) -> tuple[Line, ...]:
    """The verdict, and the reason below it."""
    sign = verdict_sign(alert.verdict, marks)
    rule = alert.judgement.rule
    judged = f"   rule {rule}" if rule else "   no rule covers it"
    return (
        (Span(sign.text, sign.tone, bold=True), Span(judged, Tone.QUIET)),
        (Span(alert.judgement.reason),),
    )


def pairs(labels: Labels) -> tuple[Line, ...]:
    """Labels or annotations, a line each, by name."""
    widest = min(max(map(len, labels), default=0), 20)
    return tuple(
        (Span(f"{name.ljust(widest)}  ", Tone.QUIET), Span(labels[name]))
        for name in sorted(labels)
    )


def timeline(
    alert: JudgedAlert, silences: Iterable[Silence], now: datetime, marks: Marks
) -> tuple[Line, ...]:
    """What happened to it, oldest first."""
    known = alert.alert
    lines = [
        _event(known.starts_at, "fires", now),
        _event(known.updated_at, "last sent", now),
        *(
            _event(silence.starts_at, _silenced(silence, now, marks), now)
            for silence in silences
            if silence.id in known.silenced_by
        ),
    ]
    if known.ends_at is not None and known.ends_at > now:
        left = length(known.ends_at - now)
        lines.append((Span(f"expires in {left} unless sent again", Tone.QUIET),))
    return tuple(line for line in lines if line)


def _event(at: datetime | None, what: str, now: datetime) -> Line:
    if at is None:
        return ()
    return (
        Span(f"{moment(at)}  ", Tone.QUIET),
        Span(what),
        Span(f"  {age(at, now)} ago", Tone.QUIET),
    )


def _silenced(silence: Silence, now: datetime, marks: Marks) -> str:
    left = exact_length(silence.ends_at - now)
    return (
        f"{marks.silenced} silenced by {silence.created_by}, {left} left: "
        f"{silence.comment}"
    )
