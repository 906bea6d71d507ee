"""What can be read in the history."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, TypeAlias

from tui.chronicle.known import CALM, MOST_CLEARED, Known, Sight, Watch
from tui.model.alert import Verdict
from tui.model.change import AlertName, Change, Subject, When
from tui.model.memory import Episode, Habit, Habits
from tui.state import book_codec as codec
from tui.state.book_codec import moment, moment_or_none, stamp
from tui.state.book_times import SPANS, WATCHED

Row: TypeAlias = tuple[Any, ...]
"""All that is written of a change, and what tells whose it is."""

NEWEST_CHANGES = 1_000
NEWEST_EPISODES = 20
MOST_CHANGES = 50
"""Of one episode: an alert may turn to and fro for a month."""
MOST_HABITS = 200
_CALM = tuple(verdict.value for verdict in CALM)
_EPISODE = "e.endpoint, e.fingerprint, e.starts_at, e.cluster, e.facts"


def known_of(db: sqlite3.Connection, endpoint: str) -> Known:
    """What the file knows of one Alertmanager: the episodes that have not ended."""
    rows = db.execute(
        f"SELECT {_EPISODE} FROM episode e WHERE endpoint = ? AND ended_at IS NULL",  # noqa: S608 - our own words
        (endpoint,),
    )
    found = [_sight(row) for row in rows]
    watch = db.execute(
        "SELECT since, until FROM watch WHERE endpoint = ? ORDER BY id DESC LIMIT 1",
        (endpoint,),
    ).fetchone()
    watches = {endpoint: Watch(moment(watch[0]), moment(watch[1]))} if watch else {}
    return Known({each.key.name: each for each in found}, watches)


def verdict_of(db: sqlite3.Connection, number: int) -> Verdict:
    """What was last said of an episode."""
    return _newest(db, number).judged.verdict


def known(
    db: sqlite3.Connection, since: datetime, endpoints: Collection[str] | None = None
) -> Known:
    """What the file knows of some Alertmanagers.

    since       what was false or by design before that is forgotten
    endpoints   of all when None; what others listed may be very much
    """
    sights: dict[AlertName, Sight] = {}
    watches: dict[str, Watch] = {}
    listed = db.execute("SELECT DISTINCT endpoint FROM watch").fetchall()
    wanted = [name for (name,) in listed if endpoints is None or name in endpoints]
    for endpoint in wanted:
        part = known_of(db, endpoint)
        sights |= part.sights
        watches |= part.watches
    marks = ", ".join("?" * len(_CALM))
    places = ", ".join("?" * len(wanted))
    rows = db.execute(
        "SELECT e.endpoint, e.fingerprint, "  # noqa: S608 - question marks
        "max(min(coalesce(s.until, w.until), w.until)) AS last FROM span s "
        "JOIN watch w ON w.id = s.watch JOIN episode e ON e.id = s.episode "
        f"WHERE s.verdict IN ({marks}) AND e.endpoint IN ({places}) "
        "GROUP BY 1, 2 HAVING last > ? ORDER BY last DESC LIMIT ?",
        (*_CALM, *wanted, stamp(since), MOST_CLEARED),
    )
    return Known(sights, watches, {(row[0], row[1]): moment(row[2]) for row in rows})


def newest_changes(
    db: sqlite3.Connection, before: Mapping[Row, Change] = MappingProxyType({})
) -> dict[Row, Change]:
    """What happened last by its row, newest first; NEWEST_CHANGES at most.

    before  what this gave the last time: what is there still is not decoded again, and
            is the very same
    """
    rows = db.execute(
        f"SELECT c.id, c.at, c.after, c.kind, c.detail, e.id, {_EPISODE} FROM change c "  # noqa: S608 - our own words
        "JOIN episode e ON e.id = c.episode ORDER BY c.at DESC, c.id DESC LIMIT ?",
        (NEWEST_CHANGES,),
    )
    # What happened in one episode shares what is known of its alert.
    subjects = {name[-2:]: change.subject for name, change in before.items()}
    found = {}
    for *row, facts in rows:
        # Of the facts only labels are read, and an episode has the same for ever.
        _, *happened, number = row[:6]
        name = (*row[:6], row[9])
        change = before.get(name)
        if change is None:
            episode = (number, row[9])
            if episode not in subjects:
                subjects[episode] = _subject(_sight((*row[6:], facts)))
            change = _change(subjects[episode], *happened)
        if change is not None:
            found[name] = change
    return found


def episodes(db: sqlite3.Connection, name: AlertName) -> tuple[Episode, ...]:
    """What is kept of one alert, the newest first; NEWEST_EPISODES at most."""
    rows = db.execute(
        f"SELECT e.id, e.ended_at, e.ended_after, {_EPISODE} FROM episode e "  # noqa: S608 - our own words
        "WHERE endpoint = ? AND fingerprint = ? ORDER BY starts_at DESC LIMIT ?",
        (*name, NEWEST_EPISODES),
    ).fetchall()
    (until,) = db.execute(
        "SELECT max(until) FROM watch WHERE endpoint = ?", name[:1]
    ).fetchone()
    found = []
    for number, ended_at, ended_after, *row in rows:
        sight = _sight(row)
        told, left_out = _changes(db, number, _subject(sight))
        seen_at = sight.turned.at if until is None else moment(until)
        ended = None
        if ended_at is not None:
            ended = When(moment(ended_at), moment_or_none(ended_after))
            seen_at = ended.after or ended.at
        found.append(Episode(sight.judged, told, seen_at, ended, left_out))
    return tuple(found)


def _changes(
    db: sqlite3.Connection, number: int, subject: Subject
) -> tuple[tuple[Change, ...], int]:
    """What happened in an episode, oldest first, and how much of it is left out."""
    rows = db.execute(
        "SELECT at, after, kind, detail FROM change WHERE episode = ? "
        "ORDER BY at DESC, id DESC LIMIT ?",
        (number, MOST_CHANGES),
    ).fetchall()
    left_out = 0
    if len(rows) == MOST_CHANGES:
        first = db.execute(
            "SELECT at, after, kind, detail FROM change WHERE episode = ? "
            "ORDER BY at, id LIMIT 1",
            (number,),
        ).fetchone()
        (kept,) = db.execute(
            "SELECT count(*) FROM change WHERE episode = ?", (number,)
        ).fetchone()
        rows[-1], left_out = first, kept - MOST_CHANGES
    found = (_change(subject, *row) for row in reversed(rows))
    return tuple(each for each in found if each is not None), left_out


def habits(db: sqlite3.Connection, since: datetime, until: datetime) -> Habits:
    """What each name amounts to in a window."""
    window = {"since": stamp(since), "until": stamp(until)}
    rows = db.execute(
        f"WITH span_ AS ({SPANS}) SELECT name, cluster, endpoint, "  # noqa: S608 - our own words
        "count(DISTINCT episode), sum(lasted), "
        "sum(lasted * (verdict = 'false-positive')) AS false_, "
        "sum(lasted * (verdict = 'real')), "
        "sum(lasted * (verdict = 'undecided')), "
        "sum(lasted * (hidden = 'silenced')), "
        "count(DISTINCT iif(verdict = 'false-positive', episode, NULL)), "
        "max(until), max(episode) "
        "FROM (SELECT *, max(0, until - since) AS lasted FROM span_) "
        "GROUP BY name, cluster, endpoint ORDER BY false_ DESC, 5 DESC LIMIT :most",
        {**window, "most": MOST_HABITS},
    ).fetchall()
    watched = _watched_days(db, since, until)
    false = _false_days(db, since, until)
    found = []
    for name, cluster, endpoint, times, *sums, false_times, last, newest in rows:
        seen = watched.get(endpoint, {})
        mine = false.get((name, cluster, endpoint), {})
        days = tuple(
            min(1.0, mine.get(day, 0) / seen[day]) if seen.get(day) else None
            for day in range(_days(since, until))
        )
        seconds = [each / 1_000_000 for each in sums]
        firing, false_, real, undecided, silenced = seconds
        found.append(
            Habit(
                *(name, cluster, times, firing, false_, real, undecided, silenced),
                *(false_times, moment(last), _newest(db, newest).judged, days),
            )
        )
    length = (until - since) / timedelta(microseconds=1)
    whole = {e: sum(each.values()) for e, each in watched.items()}
    coverage = {e: min(1.0, of / length) for e, of in whole.items()}
    return Habits(since, until, tuple(found), coverage)


def _newest(db: sqlite3.Connection, number: int) -> Sight:
    row = db.execute(
        f"SELECT {_EPISODE} FROM episode e WHERE id = ?",  # noqa: S608 - our own words
        (number,),
    ).fetchone()
    return _sight(row)


_DAY = 86_400_000_000
_DAYS = """
day(n, since, until) AS (
  SELECT 0, :since, :since + :day
  UNION ALL SELECT n + 1, until, until + :day FROM day WHERE until < :until
)
"""


def _days(since: datetime, until: datetime) -> int:
    return -((since - until) // timedelta(days=1))


def _watched_days(
    db: sqlite3.Connection, since: datetime, until: datetime
) -> dict[str, dict[int, int]]:
    """Microseconds of each day of the window in which each endpoint was read."""
    rows = db.execute(
        f"WITH RECURSIVE {_DAYS}, watched AS ({WATCHED}) "  # noqa: S608 - our own words
        "SELECT w.endpoint, n, "
        "sum(min(w.until, day.until) - max(w.since, day.since)) FROM watched w "
        "JOIN day ON w.since < day.until AND w.until > day.since "
        "WHERE w.until > w.since GROUP BY 1, 2",
        {"since": stamp(since), "until": stamp(until), "day": _DAY},
    )
    found: dict[str, dict[int, int]] = {}
    for endpoint, day, length in rows:
        found.setdefault(endpoint, {})[day] = length
    return found


def _false_days(
    db: sqlite3.Connection, since: datetime, until: datetime
) -> dict[tuple[str, str, str], dict[int, int]]:
    """Microseconds of each day in which each name was false."""
    rows = db.execute(
        f"WITH RECURSIVE {_DAYS}, span_ AS ({SPANS}) "  # noqa: S608 - our own words
        "SELECT name, cluster, endpoint, n, "
        "sum(min(s.until, day.until) - max(s.since, day.since)) FROM span_ s "
        "JOIN day ON s.since < day.until AND s.until > day.since "
        "WHERE s.until > s.since AND verdict = 'false-positive' GROUP BY 1, 2, 3, 4",
        {"since": stamp(since), "until": stamp(until), "day": _DAY},
    )
    found: dict[tuple[str, str, str], dict[int, int]] = {}
    for name, cluster, endpoint, day, length in rows:
        found.setdefault((name, cluster, endpoint), {})[day] = length
    return found


def _sight(row: Iterable[object]) -> Sight:
    endpoint, fingerprint, starts_at, cluster, facts = row
    return codec.sight(
        str(endpoint),
        str(fingerprint),
        moment(int(str(starts_at))),
        str(cluster),
        str(facts),
    )


def _subject(sight: Sight) -> Subject:
    return Subject(sight.key, sight.judged.cluster, sight.judged.alert.labels)


def _change(
    subject: Subject, at: int, after: int | None, kind: str, detail: str
) -> Change | None:
    what = codec.what(kind, detail)
    if what is None:
        return None
    return Change(subject, moment(at), what, moment_or_none(after))
