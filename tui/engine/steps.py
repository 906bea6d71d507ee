"""Notices when the wall clock and the one that deadlines go by part.

A suspended machine wakes with the wall hours ahead of all that is timed; a clock that
is set right goes ahead or back. What was read is then of another age than its times
say, or what is waited for comes too late.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta

from tui.clock import Clock
from tui.model.fleet import FeedKey

LOOK_SECONDS = 1.0
LEAST = timedelta(seconds=2)
"""A clock that is slewed drifts, and the two cannot be read at the very same time."""
WAKING_SECONDS = 30.0
"""A network is back by then, or it is an outage."""
_EPOCH = datetime.fromtimestamp(0, UTC)


class Steps:
    """Compares the two clocks once a second."""

    def __init__(self, clock: Clock, stepped: Callable[[timedelta], None]) -> None:
        """`stepped` is called with how far the wall went ahead; back when negative."""
        self._clock = clock
        self._stepped = stepped

    async def run(self) -> None:
        """Look until cancelled."""
        before = self._apart()
        while True:
            await self._clock.sleep(LOOK_SECONDS)
            apart = self._apart()
            if apart is None:
                continue
            by, before = apart - (before or apart), apart
            if abs(by) >= LEAST:
                self._stepped(by)

    def _apart(self) -> timedelta | None:
        """How far the wall is ahead of the seconds that passed, less a constant; None
        when too much of them passed while it was read."""
        began = self._clock.monotonic()
        now = self._clock.now()
        if self._clock.monotonic() - began > LEAST.total_seconds() / 2:
            return None
        return now - _EPOCH - timedelta(seconds=began)


class Waking:
    """What must be read again before it can be told what happened while we slept.

    Proof that has grown old overnight is shown as old, but no verdict has turned by it.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._left: set[FeedKey] = set()
        self._until = 0.0

    def begin(self, keys: Collection[FeedKey]) -> None:
        """Wait for these, which were well before."""
        self._left = set(keys)
        self._until = self._clock.monotonic() + WAKING_SECONDS

    def read(self, key: FeedKey) -> None:
        """One was read again, or is read no longer."""
        self._left.discard(key)

    @property
    def is_on(self) -> bool:
        """Whether something is still waited for, and not for too long."""
        return bool(self._left) and self._clock.monotonic() < self._until
