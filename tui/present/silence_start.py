"""What a silence form holds when it opens: for alerts, for nothing, for an old one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from tui.model.alert import JudgedAlert
from tui.model.event import Event
from tui.model.fleet import Fleet
from tui.model.silence import Matcher, Silence
from tui.present import silence as words
from tui.present.units import brief, count, plain
from tui.silencing import span
from tui.silencing.cover import Suggestion, smallest_cover, suggest
from tui.silencing.reach import Reach
from tui.silencing.upkeep import alerts_of


class Start(Struct, frozen=True, gc=False):
    """The first content of a form."""

    title: str
    cluster: str
    """In whose Alertmanager; empty for that of unassigned alerts."""
    author: str
    suggestions: tuple[Suggestion, ...] = ()
    at_hand: tuple[JudgedAlert, ...] = ()
    """The alerts that it is for."""
    elsewhere: tuple[JudgedAlert, ...] = ()
    """Alerts that it was to be for, but that another Alertmanager has."""
    span: str = words.USUAL
    ends_at: datetime | None = None
    """Instead of `span`: an end to the second."""
    comment: str = ""
    editing: Silence | None = None
    is_placed: bool = True
    """Whether what it is for says which Alertmanager; else it may be chosen."""


def in_field(text: str) -> str:
    """A text of a silence as its field shows it: one harmless line, with an end."""
    return plain(brief(text))


def for_alerts(
    fleet: Fleet | None, alerts: Sequence[JudgedAlert], author: str
) -> Start:
    """One for all of them: with the labels of the one, or what all have in common."""
    first = alerts[0]
    mine = tuple(each for each in alerts if each.endpoint == first.endpoint)
    comment = words.comment_for(mine)
    if len(mine) == 1 or fleet is None:
        title, suggestions = f"silence {first.alert.name}", suggest(first)
    else:
        title = f"silence {count(len(mine), 'alert')}"
        known = Reach.of(fleet, first.cluster).alerts
        suggestions = _common(mine, smallest_cover(mine, known).matchers)
    return Start(
        title,
        place_of(fleet, first),
        author,
        suggestions,
        mine,
        tuple(each for each in alerts if each.endpoint != first.endpoint),
        span=words.FOR_FALSE if comment else words.USUAL,
        comment=comment,
    )


def place_of(fleet: Fleet | None, alert: JudgedAlert) -> str:
    """A cluster of the Alertmanager that lists the alert: there it is to be silenced.

    Not always the alert's own: its labels may name a cluster that has another one.
    """
    for manager in fleet.alertmanagers if fleet else ():
        if manager.endpoint == alert.endpoint:
            is_own = alert.cluster in manager.clusters
            return alert.cluster if is_own else (*manager.clusters, "")[0]
    return alert.cluster


def holder(fleet: Fleet, silence_id: str) -> str:
    """A cluster of the Alertmanager that has a silence; empty when nobody tells."""
    for manager in fleet.alertmanagers:
        if any(each.id == silence_id for each in manager.silences or ()):
            return (*manager.clusters, "")[0]
    return ""


def renewed(start: Start, fleet: Fleet) -> Start:
    """The same as one would open it now: the verdicts may be others.

    What is no longer false loses its comment and its long time at once. What turns out
    to be false gains them only where nothing had answered before: nobody shall find
    himself with a year where he read four hours.
    """
    if not start.at_hand or start.editing is not None:
        return start
    known = {each.alert.fingerprint: each for each in alerts_of(fleet)}
    at_hand = tuple(known.get(each.alert.fingerprint, each) for each in start.at_hand)
    comment = words.comment_for(at_hand)
    if bool(comment) is bool(start.comment):
        return replace(start, at_hand=at_hand)
    was_waiting = any(each.is_waiting for each in start.at_hand)
    if comment and not was_waiting:
        return replace(start, at_hand=at_hand)
    length = words.FOR_FALSE if comment else words.USUAL
    return replace(start, at_hand=at_hand, comment=comment, span=length)


def _common(
    alerts: Sequence[JudgedAlert], cover: Sequence[Matcher]
) -> tuple[Suggestion, ...]:
    """The proposed matchers, and off what else all of them share."""
    named = {matcher.name for matcher in cover}
    shared = [
        each.matcher
        for each in suggest(alerts[0])
        if each.matcher.name not in named
        and all(each.matcher.matches(alert.alert.labels) for alert in alerts)
    ]
    return (
        *(Suggestion(matcher, is_on=True) for matcher in cover),
        *(Suggestion(matcher, is_on=False) for matcher in shared),
    )


def blank(cluster: str, author: str) -> Start:
    """From nothing."""
    return Start("new silence", cluster, author, is_placed=False)


def edit(silence: Silence, cluster: str) -> Start:
    """A silence that is there."""
    return Start(
        f"edit {words.subject(silence.matchers)}",
        cluster,
        in_field(silence.created_by),
        tuple(Suggestion(matcher, is_on=True) for matcher in silence.matchers),
        ends_at=silence.ends_at,
        comment=in_field(silence.comment),
        editing=silence,
    )


def as_it_stood(silence: Silence, events: Iterable[Event]) -> Silence:
    """A silence as it was before somebody ended it, if that was seen.

    Alertmanager writes the moment of that over the end that it had.
    """
    found = silence
    for event in events:
        if isinstance(event.about, Silence) and event.about.id == silence.id:
            found = event.about
    return found


def again(silence: Silence, cluster: str, author: str) -> Start:
    """A silence that is over, once more, for as long as it was meant to last.

    Of one that was ended by hand nobody may know that: it lasts as usual.
    """
    changed = silence.updated_at
    is_cut = changed is not None and changed >= silence.ends_at
    lasted = timedelta(0) if is_cut else silence.ends_at - silence.starts_at
    minutes = round(lasted.total_seconds() / 60)
    return Start(
        f"silence {words.subject(silence.matchers)} again",
        cluster,
        author,
        tuple(Suggestion(matcher, is_on=True) for matcher in silence.matchers),
        span=span.written(timedelta(minutes=minutes)) if minutes else words.USUAL,
        comment=in_field(silence.comment),
    )
