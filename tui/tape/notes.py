"""What happened, as one line each: the marks on the bar of time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tui.model.alert import Verdict
from tui.model.change import Began, Change, Ended, Turned
from tui.model.event import Event, Mark, Turn
from tui.model.finding import Finding
from tui.model.taped import TapeNote
from tui.present import change as words
from tui.present.glyphs import UNICODE
from tui.present.happened import event_key, event_text
from tui.present.history import change_key


class Noter:
    """Tells what is new since it was asked the last time."""

    def __init__(self) -> None:
        self._known: set[str] | None = None

    def new(
        self, changes: Iterable[Change], events: Iterable[Event], now: datetime
    ) -> tuple[TapeNote, ...]:
        """The oldest first; what was there at the first look is no news."""
        found: dict[str, Change | Event] = {
            **{change_key(each): each for each in changes},
            **{event_key(each): each for each in events},
        }
        known, self._known = self._known, set(found)
        if known is None:
            return ()
        new = [each for key, each in found.items() if key not in known]
        return tuple(note(each, now) for each in sorted(new, key=lambda each: each.at))


def note(happened: Change | Event, now: datetime) -> TapeNote:
    """One thing that happened, in one line."""
    if isinstance(happened, Event):
        text = event_text(happened, now)
        return TapeNote(happened.at, event_tone(happened), text, happened.cluster)
    subject = happened.subject
    did = "".join(span.text for span in words.what(happened, UNICODE))
    why = words.why(happened, now)
    text = f"{subject.name} {did}" + (f": {why}" if why else "")
    return TapeNote(happened.at, change_tone(happened), text, subject.cluster)


def marked(note: TapeNote) -> Event | None:
    """What a person noted, as something that happened; None for all other notes."""
    if note.tone != "mark":
        return None
    return Event(note.at, Turn.BEGAN, Mark(note.text, note.author), note.cluster)


def change_tone(change: Change) -> str:
    """As of a note: `real`, `better` or `news`."""
    match change.what:
        case Began(Verdict.REAL) | Turned(_, Verdict.REAL):
            return "real"
        case Ended() | Turned(_, Verdict.FALSE_POSITIVE | Verdict.BY_DESIGN):
            return "better"
        case _:
            return "news"


def event_tone(event: Event) -> str:
    """The same of what is no alert."""
    if event.turn is Turn.ENDED:
        return "better"
    about = event.about
    is_real = isinstance(about, Finding) and about.verdict is Verdict.REAL
    return "real" if is_real else "news"
