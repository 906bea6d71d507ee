"""When the next fleet is made: soon where somebody waits for it, else every 2 s.

Answers come without an end. What is made of them in one go costs once.
"""

from __future__ import annotations

import asyncio
import math

from tui.clock import Clock

SHORTEST_SECONDS = 0.05
"""Answers that come within that time are shown together."""
BUSY_SECONDS = 0.2
"""The least between two fleets while all is tried for the first time, or awaited."""
CALM_SECONDS = 2.0
"""The same afterwards, with a whole second of the clock: then the clock on the screen,
and all ages, are drawn with it. Lines of a log do not wait for it."""
SLOWEST_SECONDS = 5.0
SHARE = 250
"""In a large estate a pass takes long: then so many times as long lies between two."""
AWAITED_SECONDS = 3.0
"""So long after a person asked for something, its effect is awaited."""


class Beat:
    """Tells when a fleet is due."""

    def __init__(self, clock: Clock) -> None:
        self.is_settled = False
        """Whether everything was tried once."""
        self._clock = clock
        self._began = clock.monotonic() - BUSY_SECONDS
        self._worked = 0.0
        self._awaited_until = self._began
        self._hurried = asyncio.Event()

    def hurry(self) -> None:
        """A person waits for what comes."""
        self._awaited_until = self._clock.monotonic() + AWAITED_SECONDS
        self._hurried.set()

    async def rest(self) -> None:
        """Wait until the next fleet is due, and take it as begun."""
        is_busy = not self.is_settled or self._began < self._awaited_until
        passed = self._clock.monotonic() - self._began
        left = BUSY_SECONDS - passed
        if not is_busy:
            enough = min(math.ceil(SHARE * self._worked), SLOWEST_SECONDS)
            left = self._whole_second(max(CALM_SECONDS, enough) - passed)
        await self._clock.wait(self._hurried, max(SHORTEST_SECONDS, left))
        self._hurried.clear()
        self._began = self._clock.monotonic()

    def _whole_second(self, most: float) -> float:
        """Seconds until the last whole one of the clock within about so many."""
        into = self._clock.now().microsecond / 1_000_000
        return math.floor(into + most + SHORTEST_SECONDS) - into

    def done(self) -> None:
        """The fleet is made and shown."""
        self._worked = self._clock.monotonic() - self._began
