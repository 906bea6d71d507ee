"""Keeps the history within bounds: thirty days, and a size."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

from tui.state.book_codec import stamp

KEPT = timedelta(days=30)
LARGEST_BYTES = 32 * 1024 * 1024
_AT_ONCE = 500
"""Rows of one kind that go in one transaction, so that another run need not wait."""

_OLD = (
    # What nobody has seen since: ended, or of an Alertmanager that is read no more.
    "DELETE FROM episode WHERE id IN (SELECT id FROM episode WHERE coalesce(ended_at, "
    "(SELECT max(until) FROM watch WHERE watch.endpoint = episode.endpoint), 0) < ? "
    "LIMIT ?)",
    # Of what fires on, the beginning stays.
    "DELETE FROM change WHERE id IN (SELECT id FROM change WHERE at < ? "
    "AND kind <> 'began' LIMIT ?)",
    "DELETE FROM watch WHERE id IN (SELECT id FROM watch WHERE until < ? LIMIT ?)",
    "DELETE FROM span WHERE id IN (SELECT id FROM span WHERE until < ? LIMIT ?)",
)
_LEFT = (
    # They never end: nobody looks. Labs and clusters that are gone leave them behind.
    "DELETE FROM episode WHERE id IN (SELECT id FROM episode WHERE ended_at IS NULL "
    "AND coalesce((SELECT max(until) FROM watch WHERE watch.endpoint = "
    "episode.endpoint), 0) < ? LIMIT ?)"
)
_LEFT_AFTER = timedelta(hours=1)
"""Without a look, of an Alertmanager; only where there is too much."""
_OLDEST = (
    "DELETE FROM episode WHERE id IN (SELECT id FROM episode "
    "WHERE ended_at IS NOT NULL ORDER BY ended_at LIMIT ?)",
    "DELETE FROM change WHERE id IN (SELECT id FROM change "
    "WHERE kind <> 'began' ORDER BY at LIMIT ?)",
    "DELETE FROM span WHERE id IN (SELECT id FROM span "
    "WHERE until IS NOT NULL ORDER BY until LIMIT ?)",
)


def trim(
    db: sqlite3.Connection, now: datetime, largest_bytes: int = LARGEST_BYTES
) -> None:
    """Let go of what is too old, then of the oldest while there is too much.

    raise   sqlite3.Error
    """
    cutoff = stamp(now - KEPT)
    for statement in _OLD:
        while db.execute(statement, (cutoff, _AT_ONCE)).rowcount == _AT_ONCE:
            pass
    left = stamp(now - _LEFT_AFTER)
    while size(db) > largest_bytes:
        if db.execute(_LEFT, (left, _AT_ONCE)).rowcount == 0:
            break
    for statement in _OLDEST:
        while size(db) > largest_bytes:
            if db.execute(statement, (_AT_ONCE,)).rowcount == 0:
                break
    # Not `execute`, which takes one step of it: one page.
    db.executescript("PRAGMA incremental_vacuum")


def size(db: sqlite3.Connection) -> int:
    """Bytes in use."""
    found = {
        name: int(db.execute(f"PRAGMA {name}").fetchone()[0])
        for name in ("page_count", "freelist_count", "page_size")
    }
    return (found["page_count"] - found["freelist_count"]) * found["page_size"]
