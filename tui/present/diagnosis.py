"""A connection that is examined, as lines: its steps, and what to do about them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby

from tui.model.diagnosis import Connection, Doing, Step, StepState
from tui.model.fleet import SourceKind
from tui.present.examination import took
from tui.present.glyphs import Marks, Sign
from tui.present.sources import NAMES
from tui.present.units import age, count, plain
from widgets.values import Line, Span, Tone

_NAME = 12
"""Cells for what was tried: the longest word, `port-forward`."""
Told = tuple[Line, int]
"""A line, and how far in its continuation begins."""


def sign(state: StepState, marks: Marks) -> Sign:
    """What a step came to."""
    return {
        StepState.WELL: Sign(marks.good, "well", Tone.GOOD),
        StepState.NOTED: Sign(marks.dot, "note", Tone.ACCENT),
        StepState.ILL: Sign(marks.real, "fails", Tone.CRITICAL),
        StepState.LEFT_OUT: Sign(marks.unknown, "not tried", Tone.QUIET),
    }[state]


def heading(connection: Connection) -> str:
    """Whose connection it is, and to what."""
    names = ", ".join(connection.clusters)
    is_context = connection.kind in {SourceKind.KUBERNETES, SourceKind.TALOS}
    where = f"context {connection.endpoint}" if is_context else connection.endpoint
    return f"{names}: {NAMES[connection.kind]}, {where}"


def summary(steps: Sequence[Step]) -> str:
    """What it amounts to, in a few words."""
    ill = sum(each.is_ill for each in steps)
    if ill:
        return f"{ill} of {count(len(steps), 'step')} {'fail' if ill > 1 else 'fails'}"
    return f"all {count(len(steps), 'step')} well"


def standing(steps: Sequence[Step], ended_at: datetime | None, now: datetime) -> Line:
    """What it amounts to so far, and when that was found."""
    if not steps:
        return ()
    is_ill = any(each.is_ill for each in steps)
    words = summary(steps) if ended_at or is_ill else count(len(steps), "step")
    when = f"  {age(ended_at, now)} ago" if ended_at else ""
    tone = Tone.CRITICAL if is_ill else Tone.GOOD
    return (Span(words, tone), Span(when, Tone.QUIET))


def told(
    steps: Sequence[Step], marks: Marks, *, is_brief: bool = False
) -> tuple[Told, ...]:
    """All steps in their order; what one need not read one by one, in one line.

    is_brief    steps that are well in one line, too, by their names
    """
    return tuple(_told(_summed(steps), marks, is_brief=is_brief))


def _told(steps: Sequence[Step], marks: Marks, *, is_brief: bool) -> Iterator[Told]:
    for subject, about in groupby(steps, lambda each: each.subject):
        if subject:
            yield (Span(plain(subject), bold=True),), 2
        for is_well, same in groupby(about, lambda each: each.state is StepState.WELL):
            if is_brief and is_well:
                yield _briefly(list(same), marks)
            else:
                for step in same:
                    yield from _step(step, marks)


def _briefly(steps: Sequence[Step], marks: Marks) -> Told:
    """What is well, by name, with what one looks for in it."""
    words = [
        f"{step.title} {step.told}"
        if step.what in {Doing.VERSION, Doing.ROLE} or not step.name
        else step.title
        for step in steps
    ]
    found = sign(StepState.WELL, marks)
    told = ", ".join(dict.fromkeys(words))
    return (Span(f"{found.glyph} ", found.tone), Span(plain(told), Tone.QUIET)), 2


def _step(step: Step, marks: Marks) -> Iterator[Told]:
    found = sign(step.state, marks)
    is_ill = step.is_ill
    name = " ".join(filter(None, (step.name, step.told)))
    if step.name and step.told:
        name = f"{step.name}: {step.told}"
    tone = Tone.TEXT if is_ill else Tone.QUIET
    spans = [
        Span(f"{found.glyph} ", found.tone, bold=is_ill),
        Span(f"{step.what.value:<{_NAME}} ", Tone.TEXT, bold=is_ill),
        Span(plain(name), tone, bold=is_ill),
    ]
    if step.seconds is not None:
        spans.append(Span(f"  {took(step.seconds)}", Tone.QUIET))
    yield tuple(spans), _NAME + 3
    if step.advice:
        advice = f"{' ' * (_NAME + 3)}{marks.arrow} {plain(step.advice)}"
        yield (Span(advice, Tone.ACCENT),), _NAME + 5


def _summed(steps: Sequence[Step]) -> list[Step]:
    """The same, with rights that we have made one, and what was not tried."""
    found: list[Step] = []
    for key, same in groupby(steps, _alike):
        each = list(same)
        if key is None or len(each) == 1:
            found += each
        elif key is StepState.WELL:
            told = f"{len(each)} granted"
            found.append(Step(Doing.RIGHT, StepState.WELL, told))
        else:
            rest = ", ".join(one.what.value for one in each[1:])
            found.append(
                Step(each[0].what, StepState.LEFT_OUT, f"not tried, nor {rest}")
            )
    return found


def _alike(step: Step) -> StepState | None:
    """What is told together; None for a step of its own."""
    if step.state is StepState.LEFT_OUT:
        return StepState.LEFT_OUT
    is_right = step.what is Doing.RIGHT and step.state is StepState.WELL
    return StepState.WELL if is_right else None
