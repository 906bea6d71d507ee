"""The history of all runs: what is remembered, what is added, what can be asked.

Everything here blocks, and is for one thread.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from tui.chronicle.known import Known
from tui.model.change import AlertName, Change
from tui.model.memory import Episode, Habits, SilenceMemory
from tui.state import book_pages as pages
from tui.state import book_silences
from tui.state.book_file import BookError, DamagedError, connect, in_words
from tui.state.book_trim import KEPT
from tui.state.book_writer import BookWriter

T = TypeVar("T")
FILE = "history.sqlite3"


class Book:
    """The file, opened when it is first needed, and anew after a failure."""

    def __init__(self, path: Path, writer: str, *, writes: bool = True) -> None:
        """writer   names this run, unlike any other"""
        self.path = path
        self.writes = writes
        self.note = ""
        """What a person should know beside what failed: a damaged file was found."""
        self._name = writer
        self._db: sqlite3.Connection | None = None
        self._writer: BookWriter | None = None
        self._changes: Mapping[pages.Row, Change] = {}
        """Those that were asked for last: it is done again and again."""

    def known(self, now: datetime, endpoints: Collection[str] | None = None) -> Known:
        """What the runs before knew, of some Alertmanagers or of all.

        raise   BookError
        """
        found = self._read(lambda db: pages.known(db, now - KEPT, endpoints))
        return found or Known()

    def write(self, known: Known, found: Sequence[Change], now: datetime) -> None:
        """Write down what happened, and what is known after it.

        raise   BookError; nothing of it is written then, and the next time what is
                missing is worked out
        """
        db = self._opened()
        if db is None:
            return
        if self._writer is None:
            self._writer = BookWriter(db, self._name)
        writer = self._writer
        self._ask(lambda: writer.write(known, found, now))

    def changes(self) -> tuple[Change, ...]:
        """What happened last, newest first.

        raise   BookError, as all that follows
        """
        before = self._changes
        self._changes = self._read(lambda db: pages.newest_changes(db, before)) or {}
        return tuple(self._changes.values())

    def episodes(self, name: AlertName) -> tuple[Episode, ...]:
        """What is kept of one alert, the newest episode first."""
        return self._read(lambda db: pages.episodes(db, name)) or ()

    def habits(self, now: datetime) -> Habits:
        """What each name amounts to, as far back as anything is kept."""
        since = now - KEPT
        found = self._read(lambda db: pages.habits(db, since, now))
        return found or Habits(since, now)

    def silences(self, now: datetime) -> SilenceMemory:
        """When silences last hid an alert."""
        return self._read(lambda db: book_silences.silences(db, now)) or SilenceMemory()

    def close(self) -> None:
        """Let another run go on writing at once. What fails now fails unheard."""
        try:
            with in_words(self.path):
                if self._writer is not None:
                    self._writer.release()
        except BookError as error:
            self.note = str(error)
        self._drop()

    def _read(self, ask: Callable[[sqlite3.Connection], T]) -> T | None:
        """Ask the file; None when there is none."""
        db = self._opened()
        return None if db is None else self._ask(lambda: ask(db))

    def _ask(self, work: Callable[[], T]) -> T:
        """Work on the open file; after a failure it is opened anew."""
        try:
            with in_words(self.path):
                return work()
        except BookError as error:
            self._drop()
            if isinstance(error, DamagedError):
                self._put_aside(error)
            raise

    def _opened(self) -> sqlite3.Connection | None:
        """The open file. A damaged one is put aside, and a new one begun."""
        if self._db is None:
            try:
                self._db = connect(self.path, writes=self.writes)
            except DamagedError as error:
                self._put_aside(error)
                self._db = connect(self.path, writes=self.writes)
        return self._db

    def _put_aside(self, error: DamagedError) -> None:
        """Make room for a new file; who only reads says who will.

        raise   DamagedError
        """
        if not self.writes:
            words = "the next run that writes puts it aside, and begins a new one"
            raise DamagedError(f"{error}: {words}") from error
        aside = self.path.with_name(f"{self.path.name}.damaged")
        with in_words(self.path):
            self.path.replace(aside)
        self.note = f"{error}: it is now {aside.name}, and a new one begins"

    def _drop(self) -> None:
        """Begin anew next time: whatever failed may have left something half done."""
        self._writer = None
        if self._db is not None:
            self._db.close()
            self._db = None
