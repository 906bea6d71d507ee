"""What the history tells of silences: when each last hid an alert."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime, timedelta

from tui.model.memory import Looked, SilenceMemory
from tui.state.book_codec import moment, stamp
from tui.state.book_times import WATCHED

LATELY = timedelta(days=7)


def silences(db: sqlite3.Connection, now: datetime) -> SilenceMemory:
    """When each silence last hid something, and how much anybody looked lately."""
    rows = db.execute(
        "SELECT c.episode, c.kind, c.detail, c.at, "
        "coalesce(e.ended_at, (SELECT max(until) FROM watch w "
        "WHERE w.endpoint = e.endpoint)) FROM change c "
        "JOIN episode e ON e.id = c.episode "
        "WHERE c.kind IN ('silenced', 'silence-ended') ORDER BY c.at, c.id"
    )
    last: dict[str, int] = {}
    hiding: dict[tuple[int, str], int] = {}
    for episode, kind, detail, at, until in rows:
        silence_id = str(json.loads(detail)[0][0])
        last[silence_id] = max(at, last.get(silence_id, at))
        if kind == "silenced":
            hiding[episode, silence_id] = until
        else:
            hiding.pop((episode, silence_id), None)
    for (_, silence_id), until in hiding.items():
        last[silence_id] = max(until or 0, last[silence_id])
    return SilenceMemory(
        {silence_id: moment(at) for silence_id, at in last.items()}, _looked(db, now)
    )


def _looked(db: sqlite3.Connection, now: datetime) -> dict[str, Looked]:
    since, until = stamp(now - LATELY), stamp(now)
    rows = db.execute(
        "SELECT endpoint, min(since), "  # noqa: S608 - our own words
        "sum(max(0, min(until, :until) - max(since, :since))) "
        f"FROM ({WATCHED}) GROUP BY endpoint",
        {"since": since, "until": until},
    )
    return {
        endpoint: Looked(moment(first), min(1.0, length / (until - since)))
        for endpoint, first, length in rows
    }
