"""What the dates of a server's answers tell of its clock, held against ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from tui.clock import Clock
from tui.model import server_clock
from tui.sources.http_fault import http_date

_GRAIN_SECONDS = 1.0
"""A date of HTTP is cut to the second."""


class ServerClock:
    """The clock of one server; one that answers from a cache tells nothing."""

    def __init__(self, clock: Clock, changed: Callable[[float], None]) -> None:
        """`changed` is called with how many seconds it is ahead of ours."""
        self._clock = clock
        self._changed = changed
        self._ahead: float | None = None

    def now(self) -> datetime:
        """Ours: to be taken before a request is sent."""
        return self._clock.now()

    def monotonic(self) -> float:
        """Ours too: seconds that only ever grow."""
        return self._clock.monotonic()

    def answered(self, headers: Mapping[str, str], sent: datetime) -> None:
        """The head of an answer came, right now."""
        shown = http_date(headers.get("date", ""))
        if shown is None or "age" in headers:
            return
        now = self._clock.now()
        found = server_clock.ahead(self._ahead, shown, sent, now, _GRAIN_SECONDS)
        if found is not None and found != self._ahead:
            self._ahead = found
            self._changed(found)

    def forget(self) -> None:
        """Our own clock was set."""
        self._ahead = None


ClockOf = Callable[[str], ServerClock]
"""The clock of the server at a URL."""
