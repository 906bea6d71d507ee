"""Silences and what they would hide, as lines of text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from tui.cli.output import cleaned
from tui.cli.text import Page, alert_lines
from tui.model.alert import JudgedAlert
from tui.model.silence import Silence, SilenceDraft, SilenceState
from tui.present.units import count, exact_length, moment
from tui.silencing.grammar import written
from tui.silencing.preview import Certainty, Likeness, Preview, Warned

_MOST = 20
"""Alerts told one by one."""
_STATES = {
    SilenceState.ACTIVE: ("green", "active"),
    SilenceState.PENDING: ("yellow", "pending"),
    SilenceState.EXPIRED: ("grey", "expired"),
}
_LIKE = {
    Likeness.EQUAL: "has the same matchers: --extend lets it last longer instead",
    Likeness.WIDER: "hides all of this already",
    Likeness.NARROWER: "is not needed beside this one",
    Likeness.OVERLAPPING: "hides some of these too",
}
_WARNINGS = {
    Warned.MATCHES_NOTHING: "it matches nothing that fires or is pending now",
    Warned.UNTRIED: "what an expression matches cannot be told here: taken as all",
    Warned.ONLY_NEGATIVE: "no matcher says what an alert must be: it hides nearly all",
}


def draft_lines(draft: SilenceDraft, now: datetime, page: Page) -> Iterator[str]:
    """The silence that is meant."""
    for matcher in draft.matchers:
        yield from page.entry("green", "matcher", written(matcher))
    lasts = exact_length(draft.ends_at - now)
    yield from page.entry("grey", "until", f"{moment(draft.ends_at)} UTC, {lasts}")
    yield from page.entry("grey", "comment", draft.comment)
    yield from page.entry("grey", "author", draft.created_by)


def preview_lines(preview: Preview, now: datetime, page: Page) -> Iterator[str]:
    """What it would hide: real alerts first, then what is odd about it."""
    yield f"would silence {count(len(preview.firing), 'alert')}"
    yield from _alerts(preview.firing, now, page)
    if preview.already:
        words = f"already, by another: {names(preview.already)}"
        yield from page.entry("grey", "silenced", words)
    for pending in preview.pending:
        words = f"{pending.rule.name}{_perhaps(pending.certainty)}"
        yield from page.entry("yellow", "pending", words)
    for certainty in Certainty:
        rules = ", ".join(
            hit.rule.name for hit in preview.rules if hit.certainty is certainty
        )
        if rules:
            tag = "rules" if certainty is Certainty.CERTAIN else "perhaps"
            words = "match too" if certainty is Certainty.CERTAIN else "may match"
            yield from page.entry("grey", tag, f"alerts of {rules} {words}")
    for relation in preview.relations:
        silence = relation.silence
        words = f"{silence.id} by {silence.created_by} {_LIKE[relation.likeness]}"
        yield from page.entry("yellow", "silence", words)
    for warned in preview.warned:
        if warned in _WARNINGS:
            yield from page.entry("yellow", "warning", _WARNINGS[warned])
    if preview.proof:
        words = f"hides what shows that alerts arrive: {names(preview.proof)}"
        yield from page.entry("yellow", "warning", words)
    if preview.real:
        words = f"hides what is REAL: {names(preview.real)}"
        yield from page.entry("red", "REAL", words)


def silence_lines(
    silence: Silence, hidden: int | None, now: datetime, page: Page
) -> Iterator[str]:
    """A silence in the list."""
    colour, state = _STATES[silence.state]
    matchers = " ".join(map(written, silence.matchers))
    yield from page.entry(colour, state, matchers)
    left = silence.ends_at - now
    ends = (
        f"ended {moment(silence.ends_at)} UTC"
        if silence.state is SilenceState.EXPIRED
        else f"ends {moment(silence.ends_at)} UTC, in {exact_length(left)}"
    )
    counted = "" if hidden is None else f"hides {hidden}, "
    hides = counted if silence.state is SilenceState.ACTIVE else ""
    told = f"{hides}{ends}; {silence.created_by}: {silence.comment}"
    yield from page.entry("grey", "", told)
    yield from page.entry("grey", "", silence.id)


def back_lines(back: Sequence[JudgedAlert], now: datetime, page: Page) -> Iterator[str]:
    """What will notify again."""
    yield f"comes back: {count(len(back), 'alert')}"
    yield from _alerts(back, now, page)


def names(alerts: Iterable[JudgedAlert]) -> str:
    """Each name with its cluster, once."""
    told = dict.fromkeys(
        f"{each.alert.name} in {each.cluster or 'no cluster'}" for each in alerts
    )
    return cleaned(", ".join(told))


def _alerts(alerts: Sequence[JudgedAlert], now: datetime, page: Page) -> Iterator[str]:
    for alert in alerts[:_MOST]:
        yield from alert_lines(alert, now, page)
    if len(alerts) > _MOST:
        yield from page.entry("grey", "", f"and {len(alerts) - _MOST} more")


def _perhaps(certainty: Certainty) -> str:
    return "" if certainty is Certainty.CERTAIN else " (perhaps: labels are not known)"
