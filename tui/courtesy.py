"""Who is at the keyboard goes first: what flows in by itself stands back meanwhile.

A key is answered by several widgets in turn. Each turn of the event loop would else
have a part of a flood in it, and the answer would take as long as all of these.
"""

from __future__ import annotations

import asyncio

from tui.clock import Clock, turn

LONGEST_SECONDS = 0.1
"""Longer the flow waits for no answer ..."""
DRAWN_SECONDS = 0.005
"""... and not much longer once something was drawn, which mostly is the answer."""
_STEP_SECONDS = 0.002


class Courtesy:
    """Knows whether a key waits for its answer. Times are those of the event loop."""

    def __init__(self) -> None:
        self._until = self._latest = 0.0
        self._not_before = 0.0
        """Who holds a key down does not stop the flow: it has half of the time."""

    def pressed(self, now: float) -> None:
        """A key was pressed; from any thread."""
        self._until = self._latest = now + LONGEST_SECONDS

    def drawn(self, now: float) -> None:
        """Something was sent to the terminal; an answer may come in several parts."""
        if now < self._until:
            self._until = min(self._latest, now + DRAWN_SECONDS)

    async def give_way(self, clock: Clock) -> None:
        """Let the event loop do what is waiting, and all that answers a key."""
        await turn()
        time = asyncio.get_running_loop().time
        begin = time()
        if self._not_before <= begin < self._until:
            while time() < self._until:
                await clock.sleep(_STEP_SECONDS)
            self._not_before = 2 * time() - begin


keyboard = Courtesy()
"""There is one keyboard, as there is one event loop."""
