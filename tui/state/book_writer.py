"""Writes down what happened, and until when somebody was looking.

Of the runs that watch one Alertmanager only one writes down what happens there: the one
whose watch is the newest and not too old. Another takes over when it has gone quiet.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from tui.chronicle.changes import changes
from tui.chronicle.known import Known, Sight
from tui.model.change import AlertName, Began, Change, Ended, EpisodeKey, Turned
from tui.state import book_codec as codec
from tui.state.book_codec import moment, moment_or_none, stamp, stamp_or_none
from tui.state.book_pages import known_of, verdict_of
from tui.state.book_trim import trim

LEASE = timedelta(seconds=150)
"""A run that writes does so every 30 seconds; after this, another one may."""
TRIM_EVERY = timedelta(hours=1)

Condition = tuple[str, str]
"""A verdict, and how it is kept quiet."""


class BookWriter:
    """One run's hand in the file. After an error it must be made anew."""

    def __init__(self, db: sqlite3.Connection, writer: str) -> None:
        """writer   names this run, unlike any other"""
        self._db = db
        self._writer = writer
        self._watches: dict[str, int] = {}
        """Those that this run keeps, by endpoint."""
        self._spans: dict[EpisodeKey, tuple[int, Condition]] = {}
        """The span that each episode is in, in those watches."""
        self._kept: Mapping[AlertName, Sight] = {}
        """What was known when it was last written down."""
        self._trimmed_at: datetime | None = None

    def write(self, known: Known, found: Sequence[Change], now: datetime) -> None:
        """Write down changes, and what is known after them.

        Where another run wrote before, changes are worked out from what it knew.
        raise   sqlite3.Error; nothing of it is written then
        """
        with _transaction(self._db):
            for endpoint in known.watches:
                mine = [each for each in found if each.subject.key.endpoint == endpoint]
                self._write(endpoint, known, mine, now)
        if self._trimmed_at is None or now - self._trimmed_at > TRIM_EVERY:
            self._trimmed_at = now
            trim(self._db, now)

    def release(self) -> None:
        """Let another run go on at once."""
        ids = [(each,) for each in self._watches.values()]
        self._db.executemany("UPDATE watch SET writer = '' WHERE id = ?", ids)

    def _write(
        self, endpoint: str, known: Known, found: Sequence[Change], now: datetime
    ) -> None:
        seen = known.watches[endpoint]
        last = self._db.execute(
            "SELECT id, until, writer FROM watch WHERE endpoint = ? "
            "ORDER BY id DESC LIMIT 1",
            (endpoint,),
        ).fetchone()
        if last is not None and moment(last[1]) < now + LEASE:
            # One that lies ahead of us was written by a clock that was wrong.
            watch, until, writer = last[0], moment(last[1]), last[2]
            is_mine = self._watches.get(endpoint) == watch
            is_anothers = not is_mine and writer not in {"", self._writer}
            if is_anothers and now - until < max(LEASE, 2 * seen.gap):
                self._forget(endpoint)
                return
            if is_mine and seen.since <= until:
                self._go_on(watch, known, found, seen.until)
                return
            if seen.until <= until:
                return
        self._forget(endpoint)
        self._begin(endpoint, known, seen.until)

    def _go_on(
        self, watch: int, known: Known, found: Sequence[Change], at: datetime
    ) -> None:
        row = stamp(at), watch
        self._db.execute("UPDATE watch SET until = max(until, ?) WHERE id = ?", row)
        self._note(known, found)
        for change in found:
            self._follow(known, change)

    def _begin(self, endpoint: str, known: Known, at: datetime) -> None:
        """Begin a watch: with what happened since the last one, and how it is now."""
        mine = known.of(endpoint)
        self._note(known, changes(known_of(self._db, endpoint), mine))
        row = endpoint, stamp(at), stamp(at), self._writer
        watch = self._db.execute(
            "INSERT INTO watch (endpoint, since, until, writer) VALUES (?, ?, ?, ?)",
            row,
        ).lastrowid
        if watch is None:
            raise sqlite3.InternalError("no row was inserted")
        self._watches[endpoint] = watch
        for sight in mine.sights.values():
            self._open_span(sight, at)

    def _forget(self, endpoint: str) -> None:
        self._watches.pop(endpoint, None)
        kept = {k: v for k, v in self._spans.items() if k.endpoint != endpoint}
        self._spans = kept

    def _note(self, known: Known, found: Iterable[Change]) -> None:
        """Write changes, then what is known by now of the episodes."""
        for change in found:
            key = change.subject.key
            episode = self._known_episode(key)
            is_new = episode is None
            if is_new and isinstance(change.what, Began):
                episode = self._new_episode(known, change)
            if episode is None:
                # It came and went while nothing could be written.
                continue
            if isinstance(change.what, Began) and not is_new:
                self._reopen(episode, change, change.what)
            else:
                self._add(episode, change)
        for name, sight in known.sights.items():
            if self._kept.get(name) is not sight:
                self._keep(sight)
        self._kept = known.sights

    def _keep(self, sight: Sight) -> None:
        """Write what is known of an episode; whose it is, too, may be known late."""
        key, cluster = sight.key, sight.judged.cluster
        where = key.endpoint, key.fingerprint, stamp(key.starts_at)
        self._db.execute(
            "UPDATE episode SET facts = ?, cluster = ? "
            "WHERE endpoint = ? AND fingerprint = ? AND starts_at = ?",
            (codec.facts(sight), cluster, *where),
        )

    def _known_episode(self, key: EpisodeKey) -> int | None:
        row = self._db.execute(
            "SELECT id FROM episode "
            "WHERE endpoint = ? AND fingerprint = ? AND starts_at = ?",
            (key.endpoint, key.fingerprint, stamp(key.starts_at)),
        ).fetchone()
        return None if row is None else int(row[0])

    def _new_episode(self, known: Known, change: Change) -> int | None:
        key, subject = change.subject.key, change.subject
        sight = known.sights.get(key.name)
        if sight is None or sight.key != key:
            return None
        row = (
            *(key.endpoint, key.fingerprint, stamp(key.starts_at)),
            *(subject.cluster, subject.name, codec.facts(sight)),
        )
        return self._db.execute(
            "INSERT INTO episode (endpoint, fingerprint, starts_at, cluster, name, "
            "facts) VALUES (?, ?, ?, ?, ?, ?)",
            row,
        ).lastrowid

    def _reopen(self, episode: int, change: Change, what: Began) -> None:
        """It was taken for ended, and fires on; it may have turned meanwhile."""
        row = (episode,)
        was = verdict_of(self._db, episode)
        if was is not what.verdict:
            (ended,) = self._db.execute(
                "SELECT ended_at FROM episode WHERE id = ?", row
            ).fetchone()
            turned = Turned(was, what.verdict, what.reason)
            after = moment_or_none(ended)
            self._add(episode, Change(change.subject, what.seen_at, turned, after))
        self._db.execute("UPDATE episode SET ended_at = NULL WHERE id = ?", row)
        self._db.execute("DELETE FROM change WHERE episode = ? AND kind = 'ended'", row)

    def _add(self, episode: int, change: Change) -> None:
        at, after = stamp(change.at), stamp_or_none(change.after)
        what = codec.kind(change.what), codec.detail(change.what)
        self._db.execute(
            "INSERT INTO change (episode, at, after, kind, detail) "
            "VALUES (?, ?, ?, ?, ?)",
            (episode, at, after, *what),
        )
        if isinstance(change.what, Ended):
            self._db.execute(
                "UPDATE episode SET ended_at = ?, ended_after = ? WHERE id = ?",
                (at, after, episode),
            )

    def _follow(self, known: Known, change: Change) -> None:
        """Let an episode be in another span if that is what changed."""
        key = change.subject.key
        span, condition = self._spans.get(key, (None, None))
        sight = known.sights.get(key.name)
        is_over = sight is None or sight.key != key or isinstance(change.what, Ended)
        now = None if is_over or sight is None else _condition(sight)
        if now == condition:
            return
        if span is not None:
            del self._spans[key]
            self._db.execute(
                "UPDATE span SET until = max(since, ?) WHERE id = ?",
                (stamp(change.at), span),
            )
        if sight is not None and now is not None:
            begun = isinstance(change.what, Began)
            self._open_span(sight, sight.turned.at if begun else change.at)

    def _open_span(self, sight: Sight, at: datetime) -> None:
        episode = self._known_episode(sight.key)
        condition = _condition(sight)
        watch = self._watches[sight.key.endpoint]
        span = self._db.execute(
            "INSERT INTO span (episode, watch, since, verdict, hidden) "
            "VALUES (?, ?, ?, ?, ?)",
            (episode, watch, stamp(at), *condition),
        ).lastrowid
        if span is not None:
            self._spans[sight.key] = span, condition


def _condition(sight: Sight) -> Condition:
    hidden = "silenced" if sight.silences else "inhibited" if sight.inhibited_by else ""
    return sight.judged.verdict.value, hidden


@contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All that is written in the block, or nothing of it."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    finally:
        # Some failures, a full disk among them, have rolled it back already.
        if db.in_transaction:
            db.execute("ROLLBACK")
