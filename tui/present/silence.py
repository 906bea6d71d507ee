"""The words of the silence form: the usual durations, and what it would hide."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from tui.model.alert import JudgedAlert, Verdict
from tui.model.silence import Matcher, SilenceDraft
from tui.present.glyphs import Marks
from tui.present.units import clock, count, exact_length, plain
from tui.silencing.span import is_duration
from widgets.values import Line, Span, Tone

PRESETS = ("1h", "4h", "12h", "1d", "1w", "8760h")
USUAL = "4h"
_ALIASES = {"8760h": "8760h = 1y"}
_INDENT = " " * 10
"""Where the fields of the form begin."""


def comment_for(alert: JudgedAlert) -> str:
    """What to write where we know why it is safe; empty where a person must say."""
    if alert.verdict is not Verdict.FALSE_POSITIVE:
        return ""
    return plain(f"False positive: {alert.judgement.reason}")


def end_line(end: datetime, now: datetime, typed: str) -> Line:
    """When it ends; how long that is unless it was typed as a duration."""
    line = (Span(f"{_INDENT}until {clock(end, now)} UTC"),)
    if is_duration(typed):
        return line
    return (*line, Span(f"  in {exact_length(end - now)}", Tone.QUIET))


def created(draft: SilenceDraft, now: datetime) -> str:
    """What was silenced, until when."""
    return f"{subject(draft.matchers)} silenced until {clock(draft.ends_at, now)} UTC."


def subject(matchers: Sequence[Matcher]) -> str:
    """What a silence is about: the alert's name, else its first matcher."""
    for matcher in matchers:
        if matcher.name == "alertname" and matcher.is_equal:
            return plain(matcher.value)
    return plain(str(matchers[0])) if matchers else "Nothing"


def effect(
    hit: Sequence[JudgedAlert], origin: JudgedAlert, marks: Marks
) -> tuple[Line, ...]:
    """What the silence would hide: real ones first, then what is odd about it."""
    if not hit:
        words = f"{marks.degraded} matches nothing that fires now"
        return ((Span(words, Tone.WARNING),),)
    lines: list[Line] = [(Span(f"silences {count(len(hit), 'alert')}"),)]
    real = real_names(hit)
    if real:
        words = (
            f"{marks.real} hides {count(len(real), 'REAL alert')}: {', '.join(real)}"
        )
        lines.insert(0, (Span(words, Tone.CRITICAL, bold=True),))
    others = sum(alert.alert.fingerprint != origin.alert.fingerprint for alert in hit)
    if others:
        words = f"{marks.degraded} broader than this alert: {others} more"
        lines.append((Span(words, Tone.WARNING),))
    if others == len(hit):
        words = f"{marks.degraded} does not cover the alert it was made for"
        lines.append((Span(words, Tone.WARNING),))
    return tuple(lines)


def real_names(hit: Iterable[JudgedAlert]) -> tuple[str, ...]:
    """The real alerts among these, named, with their cluster."""
    return tuple(
        f"{alert.alert.name} in {alert.cluster or 'no cluster'}"
        for alert in hit
        if alert.verdict is Verdict.REAL
    )


def preset_line(chosen: str) -> Line:
    """The usual durations, the chosen one marked."""
    spans = [Span(_INDENT[1:])]
    for preset in PRESETS:
        is_chosen = preset == chosen.strip()
        words = _ALIASES.get(preset, preset)
        shown = f"[{words}]" if is_chosen else f" {words} "
        tone = Tone.ACCENT if is_chosen else Tone.QUIET
        spans.append(Span(shown, tone, bold=is_chosen))
    return tuple(spans)
