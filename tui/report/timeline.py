"""What happened, in order: of alerts what was real, and all that was beside alerts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from tui.model.alert import Verdict
from tui.model.change import (
    Began,
    Change,
    EpisodeKey,
    Inhibited,
    InhibitionEnded,
    Silenced,
    Turned,
)
from tui.model.event import Event, Turn
from tui.model.silence import Silence
from tui.model.taped import TapeNote
from tui.present import change as words
from tui.present import happened
from tui.present.alerts import where
from tui.present.glyphs import UNICODE
from tui.report.gather import Gathered
from tui.report.values import Told
from tui.tape.notes import change_tone, event_tone

_NEAR = timedelta(seconds=15)
"""Two runs that record the same see it at so different times."""


def timeline(
    found: Gathered, notes: Sequence[TapeNote]
) -> tuple[tuple[Told, ...], int]:
    """The lines, oldest first; and how many turns of harmless alerts are left out."""
    span = found.span
    real = {k for k, sight in found.alerts.items() if Verdict.REAL in sight.said}
    changes = [
        each for each in found.changes.values() if span.since <= each.at <= span.until
    ]
    shown = [each for each in changes if _is_grave(each, real)]
    lines = [
        *(_change(each, span.until) for each in shown),
        *_events(_told_once(found.events.values(), shown), span.since, span.until),
        *(
            Told(
                each.at,
                "marked",
                f"by {each.author}" if each.author else "",
                each.text,
                each.cluster,
                "mark",
            )
            for each in notes
            if each.tone == "mark" and span.since <= each.at <= span.until
        ),
    ]
    lines.sort(key=lambda each: each.at)
    return tuple(_joined(lines)), len(changes) - len(shown)


def _is_grave(change: Change, real: set[EpisodeKey]) -> bool:
    """Whether it began, ended or hid something real."""
    match change.what:
        case Began(verdict):
            return verdict is Verdict.REAL or change.subject.key in real
        case Turned(was, verdict):
            return Verdict.REAL in (was, verdict)
        case Inhibited() | InhibitionEnded():
            return False
        case _:
            return change.subject.key in real


def _change(change: Change, now: datetime) -> Told:
    subject = change.subject
    did = "".join(span.text for span in words.what(change, UNICODE))
    said = [words.why(change, now), words.doubt(change)]
    name = f"{subject.name} {where(subject.labels)}".rstrip()
    why = "; ".join(each for each in said if each)
    return Told(change.at, did, name, why, subject.cluster, change_tone(change))


def _told_once(events: Iterable[Event], shown: Iterable[Change]) -> Iterator[Event]:
    """Without silences that began to cover something as soon as they were made."""
    covered = {
        each.what.silence.id: each.at
        for each in shown
        if isinstance(each.what, Silenced)
    }
    for event in events:
        about = event.about
        if event.turn is Turn.BEGAN and isinstance(about, Silence):
            at = covered.get(about.id)
            if at is not None and abs(at - event.at) <= _NEAR:
                continue
        yield event


def _events(
    events: Iterable[Event], since: datetime, until: datetime
) -> Iterator[Told]:
    """Each once, however many runs saw it."""
    lately: dict[tuple[str, str, str], datetime] = {}
    for event in sorted(events, key=lambda each: each.at):
        if not since <= event.at <= until:
            continue
        did, name, why = happened.told(event, until)
        last = lately.get((event.cluster, did, name))
        lately[event.cluster, did, name] = event.at
        if last is None or event.at - last > _NEAR:
            yield Told(event.at, did, name, why, event.cluster, event_tone(event))


def _joined(lines: Sequence[Told]) -> Iterator[Told]:
    """Lines of one second that say the same of several are one."""
    waiting: Told | None = None
    for each in lines:
        if waiting is not None and _is_same(waiting, each):
            waiting = replace(waiting, times=waiting.times + 1)
            continue
        if waiting is not None:
            yield waiting
        waiting = each
    if waiting is not None:
        yield waiting


def _is_same(one: Told, other: Told) -> bool:
    is_near = other.at - one.at < timedelta(seconds=1)
    fields = ("what", "about", "cluster", "why", "tone")
    return is_near and all(getattr(one, n) == getattr(other, n) for n in fields)
