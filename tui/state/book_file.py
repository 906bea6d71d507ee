"""The file of the history: its layout, how it is opened, what is said of failures."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import quote

from tui.state.place import PRIVATE_FILE, make_private

VERSION = 1
BUSY_SECONDS = 2.0
"""So long one run waits while another one writes."""
CACHE_KIB = 512
"""Of pages of the file that SQLite keeps; a quarter of what it would, for days."""
_SCHEMA = """
PRAGMA auto_vacuum = INCREMENTAL;
BEGIN IMMEDIATE;
CREATE TABLE episode (
  id INTEGER PRIMARY KEY,
  endpoint TEXT NOT NULL, fingerprint TEXT NOT NULL, starts_at INTEGER NOT NULL,
  cluster TEXT NOT NULL, name TEXT NOT NULL,
  facts TEXT NOT NULL,
  ended_at INTEGER, ended_after INTEGER,
  UNIQUE (endpoint, fingerprint, starts_at)
);
CREATE INDEX episode_open ON episode (endpoint) WHERE ended_at IS NULL;
CREATE TABLE change (
  id INTEGER PRIMARY KEY,
  episode INTEGER NOT NULL REFERENCES episode ON DELETE CASCADE,
  at INTEGER NOT NULL, after INTEGER,
  kind TEXT NOT NULL, detail TEXT NOT NULL
);
CREATE INDEX change_at ON change (at);
CREATE INDEX change_episode ON change (episode);
CREATE TABLE watch (
  id INTEGER PRIMARY KEY,
  endpoint TEXT NOT NULL, since INTEGER NOT NULL, until INTEGER NOT NULL,
  writer TEXT NOT NULL
);
CREATE INDEX watch_endpoint ON watch (endpoint);
CREATE TABLE span (
  id INTEGER PRIMARY KEY,
  episode INTEGER NOT NULL REFERENCES episode ON DELETE CASCADE,
  watch INTEGER NOT NULL REFERENCES watch ON DELETE CASCADE,
  since INTEGER NOT NULL, until INTEGER,
  verdict TEXT NOT NULL, hidden TEXT NOT NULL
);
CREATE INDEX span_episode ON span (episode);
CREATE INDEX span_watch ON span (watch);
PRAGMA user_version = 1;
COMMIT;
"""
"""Times are microseconds since 1970. A span without an end lasts as long as its watch:
a run that is killed leaves nothing that says more than it saw."""
_MAY = "let this user read and write it and its folder"
_WAIT = "wait, or end that one"
_WHY = {
    sqlite3.SQLITE_FULL: "the disk is full: make room on it",
    sqlite3.SQLITE_READONLY: f"it may only be read: {_MAY}",
    sqlite3.SQLITE_CANTOPEN: f"it cannot be opened: {_MAY}",
    sqlite3.SQLITE_PERM: f"it may not be opened: {_MAY}",
    sqlite3.SQLITE_BUSY: f"another program holds it: {_WAIT}",
    sqlite3.SQLITE_LOCKED: f"another program holds it: {_WAIT}",
    sqlite3.SQLITE_IOERR: "the disk fails: see what this machine's kernel says",
}
"""What is wrong, and what to do about it."""
_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


class BookError(Exception):
    """The history cannot be used now; the text says why."""


class DamagedError(BookError):
    """What is written there is not what we wrote."""


@contextmanager
def in_words(path: Path) -> Iterator[None]:
    """Turn what fails in the block into a BookError."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in _DAMAGE:
            raise DamagedError(f"{path} is damaged") from error
        raise BookError(f"{path}: {_WHY.get(code, str(error))}") from error
    except PermissionError as error:
        raise BookError(f"{path}: permission denied: {_MAY}") from error
    except OSError as error:
        raise BookError(f"{path}: {error.strerror or error}") from error
    except (ValueError, LookupError, TypeError) as error:
        # A row that is not in the form that we give it.
        raise DamagedError(f"{path} is damaged") from error


def connect(path: Path, *, writes: bool) -> sqlite3.Connection | None:
    """Open the file; None when there is none and none is to be made. Blocks.

    raise   BookError
    """
    with in_words(path):
        if writes:
            make_private(path.parent)
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
            os.close(os.open(path, flags, PRIVATE_FILE))
        elif not path.exists():
            return None
        where = f"file:{quote(str(path))}?mode={'rw' if writes else 'ro'}"
        db = sqlite3.connect(
            where,
            uri=True,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )
        with ExitStack() as unless_it_is_fine:
            unless_it_is_fine.callback(db.close)
            _prepare(db, path, writes=writes)
            unless_it_is_fine.pop_all()
        return db


def _prepare(db: sqlite3.Connection, path: Path, *, writes: bool) -> None:
    db.execute("PRAGMA foreign_keys = ON")
    db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise BookError(
            f"{path} was written by a newer taloscope: use that one, or move it away"
        )
    if db.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
        raise DamagedError(f"{path} is damaged")
    if version == 0:
        if not writes:
            raise BookError(f"{path} is empty")
        _lay_out(db)


def _lay_out(db: sqlite3.Connection) -> None:
    """Make the tables, unless another run has just made them."""
    try:
        db.executescript(_SCHEMA)
    except sqlite3.OperationalError:
        if db.in_transaction:
            db.execute("ROLLBACK")
        if db.execute("PRAGMA user_version").fetchone() != (VERSION,):
            raise
