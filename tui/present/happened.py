"""What happened beside alerts, as rows of the history."""

from __future__ import annotations

from datetime import datetime, timedelta

from tui.model.event import Event, Mark, Turn
from tui.model.finding import Finding
from tui.model.fleet import Fleet
from tui.model.silence import Silence, acknowledged
from tui.present.glyphs import UNICODE, Marks, verdict_sign
from tui.present.sources import NAMES
from tui.present.units import brief_moment, clock, length, one_line
from widgets.values import Cell, Line, Row, Span, Tone

MARK = "#"
"""The sign of what a person noted, here and on the bar of time."""


def event_key(event: Event) -> str:
    """What a row is known by."""
    about = event.about
    if isinstance(about, Finding):
        name = f"{about.kind.value} {about.subject}"
    elif isinstance(about, Silence):
        name = about.id
    elif isinstance(about, Mark):
        name = f"mark {about.text}"
    else:
        name = f"{about.key.kind.value} {about.key.endpoint}"
    return f"{event.cluster} {event.at.isoformat()} {event.turn.value} {name}"


def event_row(event: Event, now: datetime, marks: Marks, *, is_wide: bool) -> Row:
    """One row; why, beside it where there is room, else below."""
    cells = [
        Cell(brief_moment(event.at, now), Tone.QUIET),
        Cell(spans=_what(event, marks)),
        Cell(_name(event)),
        Cell(event.cluster, Tone.QUIET),
    ]
    why = _why(event, now)
    if is_wide:
        cells.append(Cell(why))
    details: tuple[Line, ...] = ((Span(why, Tone.QUIET),),) if why else ()
    return Row(event_key(event), tuple(cells), details=() if is_wide else details)


def event_text(event: Event, now: datetime) -> str:
    """The same in one line of text."""
    if isinstance(event.about, Mark):
        return f"marked by {_name(event)}: {event.about.text}"
    did, name, why = told(event, now)
    return f"{name} {did}" + (f": {why}" if why else "")


def told(event: Event, now: datetime) -> tuple[str, str, str]:
    """What happened, of whom, and why: each as text; why may be empty."""
    did = "".join(span.text for span in _what(event, UNICODE))
    return did, _name(event), _why(event, now)


def _what(event: Event, marks: Marks) -> Line:
    about, turn = event.about, event.turn
    if isinstance(about, Finding):
        if turn is Turn.ENDED:
            return (Span("ended", Tone.QUIET),)
        word = "began " if turn is Turn.BEGAN else "is now "
        return (Span(word), verdict_sign(about.verdict, marks).span)
    if isinstance(about, Silence):
        word = {Turn.BEGAN: "made", Turn.CHANGED: "changed", Turn.ENDED: "ended"}[turn]
        is_made = acknowledged(about.comment) is not None and turn is Turn.BEGAN
        words = "acknowledged" if is_made else f"silence {word}"
        return (Span(f"{marks.silenced} {words}", Tone.ACCENT),)
    if isinstance(about, Mark):
        return (Span(f"{MARK} marked", Tone.ACCENT),)
    if turn is Turn.ENDED:
        return (Span("answers again", Tone.GOOD),)
    return (Span("does not answer", Tone.CRITICAL),)


def _name(event: Event) -> str:
    about = event.about
    if isinstance(about, Finding):
        return about.title
    if isinstance(about, Silence):
        return " ".join(str(matcher) for matcher in about.matchers)
    if isinstance(about, Mark):
        return about.author or "nobody knows whom"
    return f"{NAMES[about.key.kind]} {about.key.endpoint}"


def _why(event: Event, now: datetime) -> str:
    about, lasted = event.about, event.lasted_seconds
    after = f"after {length(timedelta(seconds=lasted))}" if lasted is not None else ""
    if isinstance(about, Finding):
        return after if event.turn is Turn.ENDED else about.detail
    if isinstance(about, Silence):
        who = f"by {about.created_by or 'nobody knows whom'}"
        if event.turn is Turn.ENDED:
            return f"{who} {after}"
        comment = one_line(about.comment)
        until = f"{who} until {clock(about.ends_at, now)}"
        return f"{until}: {comment}" if comment else until
    if isinstance(about, Mark):
        return about.text
    return after if event.turn is Turn.ENDED else about.why


def current(fleet: Fleet, cluster: str, was: Finding) -> Finding:
    """A finding of a cluster as it is now, else as it was."""
    found = fleet.cluster(cluster)
    return (found.newest(was) if found else None) or was
