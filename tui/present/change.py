"""What happened to alerts, in words: for the history, and for the view of one alert."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import assert_never

from tui.model.alert import JudgedAlert, Verdict
from tui.model.change import (
    Began,
    Change,
    Ended,
    Inhibited,
    InhibitionEnded,
    Silenced,
    SilenceEnded,
    Turned,
    key_of,
)
from tui.model.memory import Episode
from tui.model.silence import Silence, SilenceNote
from tui.present.glyphs import Marks, verdict_sign
from tui.present.units import (
    age,
    brief_moment,
    clock,
    count,
    length,
    moment,
    one_line,
)
from widgets.values import Line, Span, Tone

TIME_WIDTH = 21
"""Cells of the time before each line of a timeline."""
_PROMPT = timedelta(minutes=2)
"""One that was seen so soon after it began was judged as it began."""
_EARLIER = 5
"""Episodes before this one that are told each by a line."""


def what(change: Change, marks: Marks) -> Line:
    """What happened, in few words."""
    line: Line
    match change.what:
        case Began(verdict) as began:
            signed = (Span("began "), _sign(verdict, marks))
            line = (Span("began"),) if _is_late(change, began) else signed
        case Turned(was, verdict):
            before = f"{verdict_sign(was, marks).word} {marks.arrow} "
            line = (Span(before, Tone.QUIET), _sign(verdict, marks))
        case Silenced():
            line = (Span(f"{marks.silenced} silenced", Tone.ACCENT),)
        case SilenceEnded():
            line = (Span("silence ended"),)
        case Inhibited():
            line = (Span(f"{marks.silenced} inhibited", Tone.ACCENT),)
        case InhibitionEnded():
            line = (Span("inhibited no more"),)
        case Ended():
            line = (Span("ended", Tone.QUIET),)
        case _:
            assert_never(change.what)
    return line


def _sign(verdict: Verdict, marks: Marks) -> Span:
    return verdict_sign(verdict, marks).span


def why(change: Change, now: datetime) -> str:
    """Why, by whom, for how long: what is worth telling beside it."""
    said = ""
    match change.what:
        case Began(verdict, reason, seen_at) as began:
            said = reason
            if _is_late(change, began):
                since = f"first seen {clock(seen_at, now)}, {_FIRST[verdict]}"
                said = f"{since}: {reason}"
        case Turned(_, _, reason, claim, source):
            news = claim if claim and claim not in reason else ""
            said = "; ".join(part for part in (reason, news) if part)
            said = f"{said} ({source})" if source else said
        case Silenced(note):
            said = _silence(note, now)
        case SilenceEnded(note, is_still):
            said = f"of {note.created_by or 'nobody knows whom'}"
            said += ", another one covers it" if is_still else ""
        case Inhibited(by):
            said = f"by {', '.join(by)}"
        case InhibitionEnded():
            said = ""
        case Ended(verdict):
            fired = length(change.at - change.subject.key.starts_at)
            said = f"after {fired}, {_LAST[verdict]}"
        case _:
            assert_never(change.what)
    return said


def _is_late(change: Change, began: Began) -> bool:
    """It fired before anybody saw it: what it was then is not known."""
    return began.seen_at - change.at > _PROMPT


_FIRST = {
    Verdict.REAL: "real then",
    Verdict.UNDECIDED: "undecided then",
    Verdict.FALSE_POSITIVE: "false then",
    Verdict.BY_DESIGN: "by design",
}
_LAST = {
    Verdict.REAL: "real at last",
    Verdict.UNDECIDED: "undecided at last",
    Verdict.FALSE_POSITIVE: "false at last",
    Verdict.BY_DESIGN: "by design",
}


def _silence(note: SilenceNote, now: datetime) -> str:
    if note.ends_at is None:
        return "no Alertmanager lists the silence"
    until = f"by {note.created_by or 'nobody'} until {clock(note.ends_at, now)}"
    comment = one_line(note.comment)
    return f"{until}: {comment}" if comment else until


def short_when(change: Change, now: datetime) -> str:
    """The time of today, the date of another day; `<` where it was earlier."""
    shown = brief_moment(change.at, now)
    return f"<{shown}" if change.after else shown


def doubt(change: Change) -> str:
    """That nobody saw it happen; mostly empty."""
    if change.after is None:
        return ""
    return f"at some time since {moment(change.after)}: nobody was looking"


def timeline(
    alert: JudgedAlert,
    silences: Sequence[Silence],
    episodes: Sequence[Episode],
    now: datetime,
    marks: Marks,
) -> tuple[Line, ...]:
    """What happened to an alert, oldest first; then how it was before.

    episodes    what is remembered of it, the newest first; maybe nothing
    """
    this = next((e for e in episodes if key_of(e.judged) == key_of(alert)), None)
    known = alert.alert
    lines: list[Line] = []
    if this is None:
        lines.append(_event(known.starts_at, (Span("fires"),), "", now))
        for silence in silences:
            if silence.id in known.silenced_by:
                words = (Span(f"{marks.silenced} silenced", Tone.ACCENT),)
                note = SilenceNote(
                    silence.id,
                    silence.created_by,
                    silence.comment,
                    silence.starts_at,
                    silence.ends_at,
                )
                said = _silence(note, now)
                lines.append(_event(silence.starts_at, words, said, now))
    else:
        lines += _told(this, now, marks)
    lines.append(_event(known.updated_at, (Span("last sent"),), "", now))
    if known.ends_at is not None and known.ends_at > now:
        left = length(known.ends_at - now)
        lines.append((Span(f"expires in {left} unless sent again", Tone.QUIET),))
    earlier = [each for each in episodes if each is not this]
    return (*(line for line in lines if line), *_earlier(earlier, now, marks))


def _told(episode: Episode, now: datetime, marks: Marks) -> list[Line]:
    """What happened in one episode."""
    found: list[Line] = []
    for number, change in enumerate(episode.changes):
        if number == 1 and episode.left_out:
            more = f"{count(episode.left_out, 'change')} more"
            found.append((Span(more, Tone.QUIET),))
        unseen = doubt(change)
        said = why(change, now)
        said = f"{said}; {unseen}" if said and unseen else said or unseen
        found.append(_event(change.at, what(change, marks), said, now))
    return found


def _earlier(episodes: Sequence[Episode], now: datetime, marks: Marks) -> list[Line]:
    """One line for each episode that is over."""
    if not episodes:
        return []
    lines: list[Line] = [(), (Span("it fired before", Tone.ACCENT),)]
    for episode in episodes[:_EARLIER]:
        judged = episode.judged
        said = f"for {_fired_for(episode)}: {judged.judgement.reason}"
        sign = (_sign(judged.verdict, marks),)
        lines.append(_event(judged.alert.starts_at, sign, said, now))
    more = len(episodes) - _EARLIER
    if more > 0:
        lines.append((Span(f"and {count(more, 'time')} more", Tone.QUIET),))
    return lines


def _fired_for(episode: Episode) -> str:
    begun, ended = episode.judged.alert.starts_at, episode.ended
    if ended is None:
        return f"{length(episode.seen_at - begun)} or longer"
    most = " at most" if ended.after else ""
    return f"{length(ended.at - begun)}{most}"


def _event(at: datetime | None, words: Line, said: str, now: datetime) -> Line:
    if at is None:
        return ()
    told = (Span(f"  {said}"),) if said else ()
    ago = Span(f"  {age(at, now)} ago", Tone.QUIET)
    return (Span(f"{moment(at)}  ", Tone.QUIET), *words, ago, *told)
