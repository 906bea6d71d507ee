"""Textual's pilot waits for each key in steps of 20 ms, and calls back every widget.

Of a test of the screens that was three quarters of its time and half of its CPU. Here
the same is waited for, in finer steps: that nobody has a message left, and that the
process has nothing to do.
"""

from __future__ import annotations

import asyncio
from time import monotonic, process_time

import textual.app
import textual.pilot
from textual.pilot import Pilot, WaitForScreenTimeout

STEP_SECONDS = 0.004
IDLE_SECONDS = 0.001
"""Of CPU within a step: less is nothing."""
_sleep = asyncio.sleep
"""Real time: the pilot waits for threads too."""


def hasten() -> None:
    """Have every pilot wait so from now on."""
    textual.app.wait_for_idle = until_idle  # type: ignore[attr-defined]
    textual.pilot.wait_for_idle = until_idle  # type: ignore[attr-defined]
    Pilot._wait_for_screen = until_heard  # type: ignore[assignment]


async def until_idle(min_sleep: float = STEP_SECONDS, max_sleep: float = 1) -> None:
    """Wait until a step passes in which nothing was done, as Textual's own does."""
    begin = monotonic()
    while True:
        used = process_time()
        await _sleep(STEP_SECONDS)
        elapsed = monotonic() - begin
        is_idle = process_time() - used < IDLE_SECONDS
        if elapsed >= max_sleep or (is_idle and elapsed > min_sleep):
            return


async def until_heard(self: Pilot[object], timeout: float = 30.0) -> bool:
    """Wait until no widget of the screen in front has a message left."""
    end = monotonic() + timeout
    while self.app._exception is None:
        await _sleep(0)
        nodes = (self.app, *self.app.screen.walk_children(with_self=True))
        if not any(node.message_queue_size for node in nodes):
            return True
        if monotonic() > end:
            raise WaitForScreenTimeout("A widget does not come to its messages.")
    return False
