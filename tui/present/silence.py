"""The words of the silence form: durations, comments, and what became of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo

from tui.model.alert import JudgedAlert, Verdict
from tui.model.command import Outcome
from tui.model.silence import Matcher, SilenceDraft
from tui.present.units import LONGEST, clock, count, plain
from tui.silencing import span
from widgets.values import Line, Span

PRESETS = ("1h", "4h", "1d", "1w", "monday 08:00", "for good")
"""The usual lengths and ends, as `parse_end` reads them."""
PRESET_WORDS: tuple[Line, ...] = tuple(
    (Span(text.replace("monday", "Mon")),) for text in PRESETS
)
USUAL = "4h"
FOR_FALSE = "for good"
"""For what is false: it stays so until somebody fixes its source."""
_NAMED = 8
_CLAIMS = 4


def preset_place(text: str) -> int:
    """Which of the usual ones this is; -1 when it is another."""
    wanted = " ".join(text.split()).lower()
    known = {span.written(span.FOR_GOOD): "for good"}
    wanted = known.get(wanted, wanted)
    return PRESETS.index(wanted) if wanted in PRESETS else -1


def length_text(end: datetime | None, now: datetime, typed: str) -> str:
    """What stands in the field of the duration: what was typed, if it is one.

    end     None when what was typed cannot be read
    """
    if end is None or span.is_duration(typed):
        return typed
    left = end - now
    if left != span.FOR_GOOD:
        left = timedelta(minutes=round(left.total_seconds() / 60))
    return span.written(left)


def end_text(end: datetime | None, zone: tzinfo) -> str:
    """What stands in the field of the end: the operator's time, to the minute."""
    return f"{end.astimezone(zone):%Y-%m-%d %H:%M}" if end else ""


def comment_for(alerts: Sequence[JudgedAlert]) -> str:
    """Why it is safe, with the evidence; empty where a person must say why."""
    if not alerts or any(each.verdict is not Verdict.FALSE_POSITIVE for each in alerts):
        return ""
    reasons = dict.fromkeys(each.judgement.reason for each in alerts)
    evidence = [
        piece
        for piece in alerts[0].judgement.evidence
        if piece.supports is Verdict.FALSE_POSITIVE
    ]
    words = f"False positive: {'; '.join(reasons)}"
    if evidence and len(reasons) == 1:
        claims = "; ".join(each.claim for each in evidence[:_CLAIMS])
        seen = [each.observed_at for each in evidence if each.observed_at]
        on = f", {min(seen).astimezone(UTC):%Y-%m-%d %H:%M} UTC" if seen else ""
        words += f" ({claims}{on})"
    return plain(words)


def subject(matchers: Sequence[Matcher]) -> str:
    """What a silence is about: the alert's name, else its first matcher."""
    for matcher in matchers:
        if matcher.name == "alertname" and matcher.is_equal:
            return plain(matcher.value[:LONGEST])
    return plain(str(matchers[0])[:LONGEST]) if matchers else "Nothing"


def done(draft: SilenceDraft, outcome: Outcome, now: datetime) -> str:
    """What was made or changed: about what, until when, under which id.

    Without a full stop: an id fills a line, to be copied from there.
    """
    until = clock(draft.ends_at, now)
    words = f"{subject(draft.matchers)} silenced until {until} UTC."
    if draft.id and outcome.silence_id == draft.id:
        return f"{words} The id stays {draft.id}"
    replaced = f", in place of {draft.id}" if draft.id else ""
    return f"{words} Its id is {plain(outcome.silence_id)}{replaced}"


TAKEN_OVER = (
    "What you have not touched is as it is now; ctrl+s writes the rest over it."
)
"""To who edits a silence that somebody else has changed meanwhile."""


def not_done(outcome: Outcome, what: str) -> str:
    """Why it was not done, or that nobody knows; empty when it was.

    what    what was to be done: "created", "changed", "ended"
    """
    fault = outcome.fault
    if fault is None:
        return ""
    said = f"{fault.words}. {fault.advice}"
    if outcome.is_unknown:
        words = f"UNKNOWN whether it was {what}: {said}"
        return plain(f"{words} Look at the list of silences before you repeat it.")
    return plain(f"not {what}: {said}")


def real_names(hit: Iterable[JudgedAlert]) -> tuple[str, ...]:
    """The real alerts among these, by name and cluster, with how many of each."""
    found = Counter(
        f"{alert.alert.name} in {alert.cluster or 'no cluster'}"
        for alert in hit
        if alert.verdict is Verdict.REAL
    )
    named = [
        f"{name}, {number} of them" if number > 1 else name
        for name, number in found.items()
    ]
    if len(named) > _NAMED + 1:
        rest = f"and {len(named) - _NAMED} other names"
        return (*map(plain, named[:_NAMED]), rest)
    return tuple(map(plain, named))


def of_many(parts: Sequence[Outcome], done: str) -> tuple[str, bool]:
    """What became of several changes in one sentence, and whether all went well.

    done    what was to become of them: "ended", "extended"
    """
    good = sum(each.fault is None for each in parts)
    unknown = [each for each in parts if each.fault is not None and each.is_unknown]
    failed = [each for each in parts if each.fault is not None and not each.is_unknown]
    told = [f"{count(good, 'silence')} {done}."] if good or not parts else []
    if unknown:
        told.append(f"{len(unknown)}: {not_done(unknown[0], done)}")
    if failed:
        told.append(f"{len(failed)}: {not_done(failed[0], done)}")
    return plain(" ".join(told)), not (unknown or failed)
