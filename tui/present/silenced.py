"""Who keeps an alert quiet, until when and why: on its row, and in its view."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from tui.model.alert import JudgedAlert
from tui.model.silence import Silence, acknowledged
from tui.present.glyphs import Marks
from tui.present.units import clock, exact_length
from widgets.values import Line, Span, Tone

Known = Mapping[str, Silence]
"""Silences by their id."""


def over(alert: JudgedAlert, known: Known) -> tuple[Silence, ...]:
    """The silences that cover an alert, the one that ends last first."""
    found = [known[id_] for id_ in alert.alert.silenced_by if id_ in known]
    return tuple(sorted(found, key=lambda each: (each.ends_at, each.id), reverse=True))


def row_line(alert: JudgedAlert, known: Known, now: datetime, marks: Marks) -> Line:
    """One line for its row: until when, by whom, why; empty when nothing covers it."""
    if not alert.is_silenced:
        return ()
    found = over(alert, known)
    if not found:
        return (Span(f"{marks.silenced} silenced, by whom is not known", Tone.QUIET),)
    last = found[0]
    more = len(alert.alert.silenced_by) - 1
    others = f" and {more} more" if more else ""
    until = f"{marks.silenced} until {clock(last.ends_at, now)}"
    comment = acknowledged(last.comment)
    if comment is None:
        comment = last.comment
    else:
        until = f"{marks.silenced} acknowledged until {clock(last.ends_at, now)}"
    said = f": {comment}" if comment else ""
    return (
        Span(until, Tone.ACCENT),
        Span(f" by {last.created_by or 'nobody'}{others}{said}", Tone.QUIET),
    )


def row_changes(now: datetime) -> datetime:
    """When `row_line` may next say something else: a time of day gets its date."""
    return (now.astimezone(UTC) + timedelta(days=1)).replace(
        hour=0, minute=0, second=0, microsecond=0
    )


def view_lines(
    alert: JudgedAlert, known: Known, now: datetime, marks: Marks
) -> tuple[Line, ...]:
    """All that is known of the silences over an alert; nothing when there are none."""
    lines: list[Line] = []
    found = over(alert, known)
    for silence in found:
        until, left = clock(silence.ends_at, now), exact_length(silence.ends_at - now)
        by = silence.created_by or "nobody"
        lines.append(
            (
                Span(f"{marks.silenced} silenced until {until} UTC", Tone.ACCENT),
                Span(f"  {left} left, by {by}"),
            )
        )
        if silence.comment:
            lines.append((Span(f"  {silence.comment}"),))
        matchers = " ".join(map(str, silence.matchers))
        lines.append((Span(f"  {matchers}", Tone.QUIET),))
    unknown = len(alert.alert.silenced_by) - len(found)
    if unknown:
        words = f"{marks.silenced} silenced by {unknown} that nobody tells of"
        lines.append((Span(words, Tone.QUIET),))
    return tuple(lines)


def apart_lines(alert: JudgedAlert, marks: Marks) -> tuple[Line, ...]:
    """That peers of its Alertmanager disagree about an alert; mostly nothing."""
    if not alert.alert.lacking:
        return ()
    words = (
        f"{marks.degraded} peers disagree: not so on {', '.join(alert.alert.lacking)}"
    )
    return ((Span(words, Tone.WARNING, bold=True),),)


def ending_line(silence: Silence | None, alert: JudgedAlert, now: datetime) -> Line:
    """A silence that is to end; None when no Alertmanager tells of it."""
    if silence is None:
        return (Span(f"a silence over {alert.alert.name} that nobody tells of"),)
    matchers = " ".join(map(str, silence.matchers))
    until = f"  until {clock(silence.ends_at, now)} by {silence.created_by}"
    return (Span(matchers, Tone.ACCENT), Span(until, Tone.QUIET))
