"""Real alerts that are kept quiet, and news to everybody: the loudest of all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tui.model.alert import Concealed, JudgedAlert, Surprise
from tui.model.change import AlertName, EpisodeKey, key_of, name_of
from tui.model.fleet import Fleet
from tui.model.silence import SilenceNote
from tui.present.glyphs import Marks
from tui.present.units import age, count, exact_length, length, one_line
from widgets.values import Line, Span, Tone

Told = tuple[EpisodeKey, datetime, tuple[str, ...]]
"""What somebody has taken note of: this episode, real since then, quiet by these."""


def concealed(fleet: Fleet) -> tuple[JudgedAlert, ...]:
    """All of them, the newest first."""
    known = [alert for cluster in fleet.clusters for alert in cluster.alerts or ()]
    found = [
        each
        for each in (*known, *fleet.unassigned_alerts)
        if each.concealed is not None
    ]
    return tuple(sorted(found, key=_newest)) if len(found) > 1 else tuple(found)


def _newest(judged: JudgedAlert) -> tuple[float, AlertName]:
    since = judged.concealed.since.timestamp() if judged.concealed else 0.0
    return -since, name_of(judged)


def told_of(judged: JudgedAlert) -> Told:
    """By what it is known that somebody took note: another silence is other news."""
    found = judged.concealed
    if found is None:
        return key_of(judged), judged.alert.starts_at, ()
    return key_of(judged), found.since, tuple(note.id for note in found.silences)


def what_line(judged: JudgedAlert, marks: Marks) -> Line:
    """What it is, where, and why it is real."""
    where = judged.cluster or "no configured cluster"
    return (
        Span(f" {marks.real} REAL, HIDDEN  ", Tone.CRITICAL, bold=True),
        Span(f"{judged.alert.name}  ", bold=True),
        Span(f"{where}: ", bold=True),
        Span(judged.judgement.reason),
    )


def since_line(hidden: Sequence[JudgedAlert], now: datetime) -> Line:
    """For how long the first of them is real, and how many more there are."""
    found = hidden[0].concealed
    since = f"real for {real_for(found, now)} " if found else ""
    more = f"+{len(hidden) - 1} more  " if len(hidden) > 1 else ""
    return (Span(more, bold=True), Span(since, bold=True))


def real_for(found: Concealed, now: datetime) -> str:
    """`12s`, or `12s to 3h` where nobody was looking when it began."""
    least = age(found.since, now)
    most = age(found.after, now)
    return f"{least} to {most}" if most and most != least else least


def by_line(judged: JudgedAlert, now: datetime, marks: Marks) -> Line:
    """What hides it, of whom, for how long, and why that is news."""
    found = judged.concealed
    return (Span(f" {marks.silenced} {hidden_by(found, now)}"),) if found else ()


def hidden_line(judged: JudgedAlert, now: datetime, marks: Marks) -> Line:
    """The same for a place where the alert is told of already; mostly empty."""
    found = judged.concealed
    if found is None:
        return ()
    return (Span(f"{marks.silenced} {hidden_by(found, now)}", Tone.CRITICAL),)


def news_lines(judged: JudgedAlert, marks: Marks) -> tuple[Line, ...]:
    """Why that is news, where the silence itself is told of; mostly nothing."""
    if judged.concealed is None:
        return ()
    words = f"{marks.real} hidden: {_news(judged.concealed)}"
    return ((Span(words, Tone.CRITICAL, bold=True),),)


def hidden_by(found: Concealed, now: datetime) -> str:
    """`was false when ops silenced it, 4h left: comment`, and its like."""
    words = _news(found)
    if not found.silences:
        return words
    note, *others = found.silences
    more = f" (and {count(len(others), 'silence')} more)" if others else ""
    comment = one_line(note.comment)
    said = f": {comment}" if comment else ""
    return f"{words}, {_left(note, now)}{more}{said}"


def _news(found: Concealed) -> str:
    if not found.silences:
        return f"was false when {', '.join(found.inhibited_by)} came to inhibit it"
    who = found.silences[0].created_by or "nobody knows who"
    return {
        Surprise.TURNED: f"was false when {who} silenced it",
        Surprise.SAID_FALSE: f"silenced as false by {who}",
        Surprise.LONG: f"silenced by {who} before it began",
    }[found.surprise]


def _left(note: SilenceNote, now: datetime) -> str:
    if note.ends_at is None:
        return "no Alertmanager lists the silence"
    left = note.ends_at - now
    short = exact_length(left) if left.days < 1 else length(left)
    return f"{short} left"
