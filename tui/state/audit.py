"""The audit log: every change that was tried, and what became of it.

One JSON object a line, two for each change: the attempt before it is sent, the outcome
after. A log that cannot be written stops no change; its outcome says so.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any

from msgspec import Struct

from tui.state.place import append, folder, login
from tui.state.worker import Worker

SECONDS = 2.0
"""A disk that does not answer by then delays no change."""


class Became(Enum):
    """What became of a change."""

    ATTEMPT = "attempt"
    """It is about to be sent."""
    DONE = "done"
    REFUSED = "refused"
    """It was not made, and nothing has changed."""
    UNKNOWN = "unknown"
    """It may or may not have been made."""


class Entry(Struct, frozen=True):
    """One line of the log."""

    at: datetime
    change: str
    """The same in the attempt and in its outcome, unlike that of any other change."""
    what: str
    """`silence.create`, `silence.expire`, `service.restart`, …"""
    where: Mapping[str, str]
    """The cluster, the server, the node: what one needs to find the thing."""
    became: Became
    before: Mapping[str, Any] | None = None
    """As it was; None when there was none, or nobody looked."""
    after: Mapping[str, Any] | None = None
    """As it is wanted, then as it is; None when there is none any more."""
    said: str = ""
    """What the server said, or why it failed."""


class AuditLog:
    """The file, written off the loop, one line after the other."""

    def __init__(self, path: Path, who: str) -> None:
        """who   the person at the keyboard, as the system knows them"""
        self.path = path
        self._who = who
        self._changes = 0
        self._worker = Worker("audit")
        self._is_stuck = False

    def new_change(self, at: datetime) -> str:
        """A name for a change that no other one has, whoever makes it here."""
        self._changes += 1
        return f"{at:%Y%m%dT%H%M%S}-{os.getpid()}-{self._changes}"

    async def note(self, entry: Entry) -> str:
        """Write one line; returns why it could not be written, else nothing."""
        if self._is_stuck:
            return f"{self.path} is still being written"
        line = json.dumps(_written(entry, self._who), ensure_ascii=False)
        try:
            async with asyncio.timeout(SECONDS):
                return await self._worker.do(lambda: self._append(line))
        except TimeoutError:
            self._is_stuck = True
            return f"{self.path} was not written in {SECONDS:g} s"

    def _append(self, line: str) -> str:
        """Blocks; in the thread."""
        problem = _append(self.path, line)
        self._is_stuck = False
        return problem


def audit_log(environ: Mapping[str, str]) -> AuditLog:
    """The log of the person at the keyboard, in XDG's place."""
    return AuditLog(folder(environ) / "audit.jsonl", login(environ))


def _append(path: Path, line: str) -> str:
    try:
        append(path, line)
    except OSError as error:
        return f"{path} cannot be written: {error.strerror or error}"
    return ""


def _written(entry: Entry, who: str) -> Mapping[str, Any]:
    found = {
        "time": entry.at.isoformat(timespec="milliseconds"),
        "who": who,
        "change": entry.change,
        "what": entry.what,
        "where": dict(entry.where),
        "outcome": entry.became.value,
        "before": entry.before,
        "after": entry.after,
        "said": entry.said,
    }
    return {key: value for key, value in found.items() if value not in (None, "")}
