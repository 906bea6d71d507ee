"""A run as its history sees it: looks at fleets, and a book to write in."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.chronicle.scenes import at, fleet, seen
from tui.chronicle.changes import changes
from tui.chronicle.known import Known
from tui.model.alert import JudgedAlert
from tui.model.change import Change
from tui.model.silence import Silence
from tui.state.book import FILE, Book

ALERT = ("http://10.10.0.30:9093", "fp-KubeProxyDown")


class Run:
    """One start of the program, that looks and writes."""

    def __init__(self, folder: Path, seconds: float = 0, name: str = "one") -> None:
        self.book = Book(folder / FILE, name)
        self.known: Known = self.book.known(at(seconds))

    def look(
        self,
        seconds: float,
        *alerts: JudgedAlert,
        silences: Iterable[Silence] = (),
        is_failing: bool = False,
        listed: float | None = None,
    ) -> None:
        """Look at a fleet, and write what happened."""
        read = seconds if listed is None else listed
        shown = fleet(alerts, read, silences, is_failing=is_failing)
        after = seen(self.known, shown, seconds)
        found = changes(self.known, after)
        self.known = after
        self.book.write(after, found, at(seconds))

    def watch(self, start: int, end: int, *alerts: JudgedAlert) -> None:
        """Look every 30 seconds."""
        for seconds in range(start, end + 1, 30):
            self.look(seconds, *alerts)

    @property
    def changes(self) -> list[Change]:
        """Everything that is remembered, oldest first."""
        return list(reversed(self.book.changes()))

    @property
    def kinds(self) -> list[str]:
        """The same in words."""
        return [type(each.what).__name__ for each in self.changes]


def rows(folder: Path, statement: str) -> list[tuple[Any, ...]]:
    """What is really in the file."""
    with sqlite3.connect(folder / FILE) as db:
        found = db.execute(statement).fetchall()
    db.close()
    return found
