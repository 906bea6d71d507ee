"""Who silenced what, on the wall: what hides something, and what was done lately."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from tui.model.alert import Verdict
from tui.model.fleet import Fleet
from tui.model.silence import Silence, SilenceState, acknowledged
from tui.present.glyphs import Marks
from tui.present.units import age, exact_length, one_line
from widgets.values import Field, Fields, Line, Span, Tone

LATELY = timedelta(minutes=15)
_WHAT = 44


def rows(fleet: Fleet, now: datetime, width: int, marks: Marks) -> list[Fields]:
    """A line each: those over what is real first, then the newest."""
    real, others = _hidden(fleet)
    found = [
        each
        for each in fleet.silences
        if _is_lately(each, now)
        or (each.state is SilenceState.ACTIVE and (real[each.id] or others[each.id]))
    ]
    found.sort(key=lambda each: (not real[each.id], -_touched(each).timestamp()))
    return [_row(each, real, others, now, width, marks) for each in found]


def _hidden(fleet: Fleet) -> tuple[Counter[str], Counter[str]]:
    """How many real alerts, and how many others, each silence covers."""
    real: Counter[str] = Counter()
    others: Counter[str] = Counter()
    known = [alert for each in fleet.clusters for alert in each.alerts or ()]
    for judged in (*known, *fleet.unassigned_alerts):
        is_real = judged.verdict is Verdict.REAL
        (real if is_real else others).update(judged.alert.silenced_by)
    return real, others


def _touched(silence: Silence) -> datetime:
    return silence.updated_at or silence.starts_at


def _is_lately(silence: Silence, now: datetime) -> bool:
    """Whether somebody made, changed or ended it, or it ran out, just now."""
    if silence.state is SilenceState.EXPIRED:
        return now - silence.ends_at < LATELY
    return now - _touched(silence) < LATELY


def _row(
    silence: Silence,
    real: Counter[str],
    others: Counter[str],
    now: datetime,
    width: int,
    marks: Marks,
) -> Fields:
    said = acknowledged(silence.comment)
    by = silence.created_by or "nobody knows who"
    if silence.state is SilenceState.EXPIRED:
        words = f"silence of {by} ended {age(silence.ends_at, now)} ago"
        what: Line = (Span(f"{marks.dot} {words}", Tone.QUIET),)
    else:
        verb = "silenced" if said is None else "acknowledged"
        tone = Tone.WARNING if real[silence.id] else Tone.ACCENT
        ago = f" {age(_touched(silence), now)} ago"
        what = (Span(f"{marks.silenced} {by} {verb}", tone, bold=True), Span(ago))
    covers = (
        Span(_matched(silence)),
        Span(f"  {real[silence.id]} REAL", Tone.WARNING)
        if real[silence.id]
        else Span(""),
        Span(f"  {others[silence.id]} not real", Tone.QUIET)
        if others[silence.id]
        else Span(""),
    )
    left = ""
    if silence.state is not SilenceState.EXPIRED:
        left = f"{exact_length(silence.ends_at - now)} left  "
    comment = one_line(silence.comment if said is None else said)
    first = min(_WHAT, width // 2)
    second = max(0, min(48, width - first))
    return (
        Field(what, first),
        Field(covers, second),
        Field((Span(left), Span(comment, Tone.QUIET)), max(0, width - first - second)),
    )


def _matched(silence: Silence) -> str:
    """The values of plain matchers in a few words; else the matchers as they are."""
    if all(each.is_equal and not each.is_regex for each in silence.matchers):
        order = sorted(silence.matchers, key=lambda each: each.name != "alertname")
        return " ".join(each.value for each in order)
    return " ".join(str(each) for each in silence.matchers)
