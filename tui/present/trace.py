"""The way from a device to the application that it hurts, in a line or step by step."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tui.model.trace import Certainty, Stage, Step, Trace
from tui.present.glyphs import Marks
from tui.present.units import age
from widgets.values import EvidenceItem, Line, Span, Tone

_TONES = {
    Certainty.PROVEN: Tone.GOOD,
    Certainty.MAYBE: Tone.WARNING,
    Certainty.UNKNOWN: Tone.WARNING,
}
_BRIEF = (Stage.CLAIM, Stage.POD)
_CANNOT = "can't tell"
_SHOWN = 2
"""Candidates of a step that are named; the others are counted."""


def brief(trace: Trace, marks: Marks) -> Line:
    """Device, claim and pods: `sdc → media/films → jellyfin-0`, or where it ends."""
    spans = [Span(trace.device, Tone.ACCENT, bold=True)]
    is_unsure = False
    stages = _BRIEF if _names(trace, Stage.CLAIM) else (Stage.VOLUME,)
    known = [step for stage in stages if (step := trace.step(stage)) and step.names]
    for step in known:
        spans.append(_arrow(marks))
        if step.certainty is Certainty.MAYBE and not is_unsure:
            is_unsure = True
            spans.append(Span(_maybe(step), Tone.WARNING))
        spans.append(Span(_joined(trace, step), bold=True))
    last = trace.steps[-1]
    if not known or known[-1] is not last:
        spans += [_arrow(marks), Span(why_not(trace), Tone.WARNING)]
    return tuple(spans)


def text(trace: Trace, marks: Marks) -> str:
    """The same without colours."""
    return "".join(span.text for span in brief(trace, marks))


def why_not(trace: Trace) -> str:
    """Why the chain ends where it does: the first step that has no name says it."""
    nameless = (step for step in trace.steps if not step.names)
    first = next((step for step in trace.steps if _is_blind(step)), None)
    step = first or next(nameless, None)
    return step.proofs[-1].claim if step and step.proofs else _CANNOT


def _is_blind(step: Step) -> bool:
    return step.certainty is Certainty.UNKNOWN and any(
        proof.claim.startswith(_CANNOT) for proof in step.proofs
    )


def chain(trace: Trace, marks: Marks) -> tuple[Line, ...]:
    """All steps beside each other: what each is, and below that its name."""
    above: list[Span] = []
    below: list[Span] = []
    for step in trace.steps:
        names = _joined(trace, step) or _CANNOT
        if step.certainty is Certainty.MAYBE and step.names:
            names = f"{_maybe(step)}{names}"
        if above:
            gap = f"  {marks.arrow}  "
            above.append(Span(" " * len(gap)))
            below.append(Span(gap, Tone.QUIET))
        width = max(len(step.stage.value), len(names))
        above.append(Span(step.stage.value.ljust(width), Tone.QUIET))
        is_known = bool(step.names) and step.certainty is not Certainty.UNKNOWN
        tone = Tone.WARNING if not is_known else _tone(step)
        below.append(Span(names.ljust(width), tone, bold=is_known))
    return tuple(above), tuple(below)


def _tone(step: Step) -> Tone:
    if step.certainty is Certainty.MAYBE:
        return Tone.WARNING
    is_victim = step.stage in {Stage.CLAIM, Stage.POD}
    return Tone.CRITICAL if is_victim else Tone.TEXT


def steps(trace: Trace, now: datetime, marks: Marks) -> tuple[EvidenceItem, ...]:
    """What each step rests on, with who says so and how long ago."""
    glyphs = {
        Certainty.PROVEN: marks.good,
        Certainty.MAYBE: marks.unsure,
        Certainty.UNKNOWN: marks.unknown,
    }
    found: list[EvidenceItem] = []
    for step in trace.steps:
        glyph, word = glyphs[step.certainty], step.stage.value
        for proof in step.proofs:
            seen = age(proof.observed_at, now)
            claim = f"{proof.claim}  {proof.value}".rstrip()
            found.append(
                EvidenceItem(
                    glyph,
                    word,
                    _TONES[step.certainty],
                    claim,
                    proof.source,
                    f"{seen} ago" if seen else "",
                )
            )
            glyph, word = " ", ""
    return tuple(found)


def title(trace: Trace, left: int) -> Line:
    """Whose way it is; `left` says how many others there is no room for."""
    others = f", also {also(trace)}" if also(trace) else ""
    more = f"  and {left} more devices" if left > 0 else ""
    head = Span("what it hurts", Tone.ACCENT)
    return (head, Span(f"  {trace.node} {trace.device}{others}{more}", Tone.QUIET))


def verdict(trace: Trace, marks: Marks) -> Line:
    """What the whole chain is worth, in a word."""
    word, glyph = {
        Certainty.PROVEN: ("each step is proven", marks.good),
        Certainty.MAYBE: ("not proven", marks.unsure),
        Certainty.UNKNOWN: ("not known to the end", marks.unknown),
    }[trace.certainty]
    return (Span(f"{glyph} {word}", _TONES[trace.certainty]),)


def also(trace: Trace) -> str:
    """The other names by which the log knows the same volume."""
    others = dict.fromkeys(trace.aliases)
    session = trace.step(Stage.SESSION)
    for name in session.names if session else ():
        others.pop(name, None)
    return ", ".join(others)


def _names(trace: Trace, stage: Stage) -> tuple[str, ...]:
    step = trace.step(stage)
    return step.names if step else ()


def _maybe(step: Step) -> str:
    return "one of " if len(step.names) > 1 else "maybe "


def _joined(trace: Trace, step: Step) -> str:
    """Its names; a pod of the claim's namespace without that."""
    names: Iterable[str] = step.names
    if step.stage is Stage.POD:
        spaces = {name.partition("/")[0] for name in _names(trace, Stage.CLAIM)}
        names = (
            name.partition("/")[2] if name.partition("/")[0] in spaces else name
            for name in step.names
        )
    known = tuple(names)
    more = f" and {len(known) - _SHOWN} more" if len(known) > _SHOWN else ""
    return f"{', '.join(known[:_SHOWN])}{more}"


def _arrow(marks: Marks) -> Span:
    return Span(f" {marks.arrow} ", Tone.QUIET)
