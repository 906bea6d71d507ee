"""The time by which a log is read, though our clock is set back meanwhile."""

from __future__ import annotations

from tui.clock import Clock
from tui.model.unix import SECOND_NS, to_ns

AHEAD_NS = 600 * SECOND_NS
"""Loki takes entries up to ten minutes ahead of its clock."""
_APART_NS = 30 * SECOND_NS
"""Clocks of one estate are nearer to each other."""


class LogTime:
    """Our clock, unless it was set back and entries show that it is wrong by now."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ahead_ns: int | None = None
        """The most that it ever was ahead of the seconds that are counted."""
        self._newest_ns = 0

    def now_ns(self) -> int:
        """Now; of a clock that was set back by more than Loki lets pass, and is behind
        what was written, the time of the newest entry."""
        wall = to_ns(self._clock.now())
        ahead = wall - int(self._clock.monotonic() * SECOND_NS)
        self._ahead_ns = max(ahead, ahead if self._ahead_ns is None else self._ahead_ns)
        is_set_back = ahead < self._ahead_ns - AHEAD_NS
        is_behind = self._newest_ns > wall + _APART_NS
        return self._newest_ns if is_set_back and is_behind else wall

    def saw(self, at_ns: int) -> None:
        """An entry of this time came."""
        self._newest_ns = max(self._newest_ns, at_ns)
