"""What happened, and what each name of an alert amounts to, as rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from tui.model.alert import JudgedAlert, Verdict
from tui.model.change import Change, Silenced, SilenceEnded, key_of
from tui.model.event import Event
from tui.model.fleet import Fleet
from tui.model.memory import Habit, Habits
from tui.present import change as words
from tui.present.glyphs import Marks
from tui.present.happened import event_key, event_row
from tui.present.units import length
from widgets.values import Align, Cell, Column, Cut, Line, Row, Span, Tone

CHANGE_COLUMNS = (
    Column("when", 13),
    Column("what", 17),
    Column("of", 16, weight=1),
    Column("cluster", 8, drop=1),
)
WIDE_CHANGE_COLUMNS = (
    *CHANGE_COLUMNS[:2],
    Column("of", 16, weight=1, max_width=28),
    Column("cluster", 8),
    Column("why", 20, weight=3),
)
DETAIL_COLUMN = 1
DAYS = 14
ALL_DAYS = 30


def habit_columns(days: int) -> tuple[Column, ...]:
    """The columns of the second list, with a bar for each of so many days."""
    return (
        Column("alert", 16, weight=1, max_width=40, cut=Cut.MIDDLE, lends=True),
        Column("cluster", 8, drop=1),
        Column("false", 5, align=Align.RIGHT),
        Column("fired", 5, align=Align.RIGHT),
        Column("real", 4, align=Align.RIGHT),
        Column("quiet", 5, align=Align.RIGHT),
        Column("times", 5, align=Align.RIGHT),
        Column(f"{days} days", days + 1),
    )


Happened = Change | Event


def newest_first(
    changes: Iterable[Change], events: Iterable[Event]
) -> tuple[Happened, ...]:
    """What happened to alerts and beside them, as one list."""
    return tuple(sorted((*changes, *events), key=lambda each: each.at, reverse=True))


def rows(
    happened: Iterable[Happened], now: datetime, marks: Marks, *, is_wide: bool
) -> tuple[Row, ...]:
    """One row for each; why, beside it where there is room, else below."""
    return tuple(
        event_row(each, now, marks, is_wide=is_wide)
        if isinstance(each, Event)
        else _change_row(each, now, marks, is_wide=is_wide)
        for each in happened
    )


def row_key(happened: Happened) -> str:
    """What a row is known by."""
    if isinstance(happened, Event):
        return event_key(happened)
    return change_key(happened)


def change_key(change: Change) -> str:
    """What a row is known by: two silences may begin at once, and nothing else."""
    what, key = change.what, change.subject.key
    name = what.silence.id if isinstance(what, Silenced | SilenceEnded) else ""
    kind = type(what).__name__
    begun = key.starts_at.isoformat()
    at = change.at.isoformat()
    return f"{key.endpoint} {key.fingerprint} {begun} {at} {kind} {name}"


def _change_row(change: Change, now: datetime, marks: Marks, *, is_wide: bool) -> Row:
    said = [(words.why(change, now), Tone.TEXT), (words.doubt(change), Tone.QUIET)]
    told = [(text, tone) for text, tone in said if text]
    cells = [
        Cell(words.short_when(change, now), Tone.QUIET),
        Cell(spans=words.what(change, marks)),
        Cell(change.subject.name),
        Cell(change.subject.cluster, Tone.QUIET),
    ]
    if is_wide:
        spans = tuple(Span(f"{text}  ", tone) for text, tone in told)
        cells.append(Cell(spans=spans))
    details = () if is_wide else tuple((Span(text, Tone.QUIET),) for text, _ in told)
    return Row(change_key(change), tuple(cells), details=details)


def habit_rows(habits: Sequence[Habit], marks: Marks, days: int) -> tuple[Row, ...]:
    """One row a name; what was never false is told quietly."""
    return tuple(_habit_row(each, marks, days) for each in habits)


def habit_key(habit: Habit) -> str:
    """What a row is known by."""
    return f"{habit.cluster} {habit.newest.endpoint} {habit.name}"


def _habit_row(habit: Habit, marks: Marks, days: int) -> Row:
    is_false = habit.false_seconds > 0
    cells = (
        Cell(habit.name, bold=is_false),
        Cell(habit.cluster, Tone.QUIET),
        Cell(_long(habit.false_seconds), Tone.WARNING if is_false else None),
        Cell(_long(habit.firing_seconds)),
        Cell(
            _long(habit.real_seconds),
            Tone.CRITICAL if habit.real_seconds else None,
        ),
        Cell(_long(habit.silenced_seconds)),
        Cell(str(habit.times)),
        Cell(strip(habit.days[-days:], marks), Tone.WARNING),
    )
    return Row(habit_key(habit), cells, Tone.TEXT if is_false else Tone.QUIET)


def _long(seconds: float) -> str:
    """A length; nothing for none at all, which is not `0s`."""
    return length(timedelta(seconds=seconds)) if seconds > 0 else ""


def strip(days: Sequence[float | None], marks: Marks) -> str:
    """A bar a day, the newest on the right; blank where nobody was looking."""
    # Not the highest, which would join the bars of two rows.
    levels = marks.glyphs.levels[:-1]
    top = len(levels) - 1
    return "".join(
        " " if share is None else levels[round(min(1.0, share) * top)] for share in days
    )


def unread(what: str, why: str, marks: Marks) -> Line:
    """What is not known, why, and when it is tried again; nothing without a reason."""
    if not why:
        return ()
    words = f"the history could not be read: {why}; tried again within half a minute"
    words = f"{what} is not known: {words}" if what else words
    return (Span(f"{marks.degraded} {words}", Tone.WARNING),)


def coverage(habits: Habits) -> str:
    """How much of the time anybody was looking, in words."""
    days = (habits.until - habits.since).days
    shares = sorted(habits.coverage.values())
    if not shares:
        return "never seen"
    least, most = (_percent(shares[0]), _percent(shares[-1]))
    share = least if least == most else f"{least} to {most}"
    return f"seen {share} of {days}d"


def _percent(share: float) -> str:
    percent = 100 * share
    return "<1%" if 0 < percent < 1 else f"{int(percent)}%"


def heading(habits: Habits, *, is_unread: bool = False) -> Line:
    """How many names were false at times, if that is known."""
    false = sum(each.false_seconds > 0 for each in habits.habits)
    words = f"{false} were false at times" if false else "none was false"
    if not habits.habits:
        words = "could not be read" if is_unread else "nothing counted yet"
    return (Span("fix these first  ", Tone.ACCENT), Span(words, Tone.QUIET))


def current(fleet: Fleet, change: Change) -> JudgedAlert | None:
    """The alert of a change if the same episode is still under way."""
    key = change.subject.key
    return next((each for each in _alerts(fleet) if key_of(each) == key), None)


def firing(fleet: Fleet, habit: Habit) -> JudgedAlert | None:
    """An alert of that name that fires now; one that is false before all others."""
    found = [
        each
        for each in _alerts(fleet)
        if (each.alert.name, each.cluster) == (habit.name, habit.cluster)
    ]
    false = [each for each in found if each.verdict is Verdict.FALSE_POSITIVE]
    return next(iter((*false, *found)), None)


def _alerts(fleet: Fleet) -> Iterable[JudgedAlert]:
    for cluster in fleet.clusters:
        yield from cluster.alerts or ()
    yield from fleet.unassigned_alerts
