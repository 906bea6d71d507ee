"""When Python looks for cycles that nobody holds any more.

A look at all that lives stops every thread: 0.15 s with 20,000 targets, 0.3 s after
their views were opened and closed for a while, each of which leaves some 7,000 objects.
Left to itself Python does it in the middle of anything, under a hand on the keys too.
"""

from __future__ import annotations

import gc
from collections.abc import Callable

from tui.clock import Clock

DUE = 400
"""So many looks at the middle generation: nine minutes with 20,000 targets."""
QUIET_SECONDS = 15.0
"""So long no key was pressed: then a frame that comes late is seen by nobody."""


def collect_nothing_yet() -> None:
    """Nothing made while starting is garbage; looking for it costs the first frame."""
    gc.disable()


def collect_from_now_on() -> None:
    """Let the collector work, but never again on what was made while starting.

    What the imports left behind goes at once, while there is nothing to look at yet.
    Afterwards little is looked at each time: 20,000 young objects of a large estate
    held the keys up for 23 ms, a middle generation of 400,000 for 113 ms. All must be
    looked at now and then: what is drawn and what fails leaves cycles behind, 5 MB a
    minute with 100 nodes. `collect_when_quiet` does that; where it finds no quiet
    moment for four times as long, Python does, whatever goes on.
    """
    gc.collect()
    gc.freeze()
    gc.enable()
    gc.set_threshold(2_000, 2, 4 * DUE)


async def collect_when_quiet(
    clock: Clock,
    touches: Callable[[], int],
    looks: Callable[[], int] = lambda: gc.get_count()[2],
    collect: Callable[[], object] = gc.collect,
) -> None:
    """Look at all that lives once that is due and nobody touches anything.

    touches  how often a key or the mouse was used so far
    looks    how often the middle generation was looked at since all was
    """
    seen = touches()
    while True:
        await clock.sleep(QUIET_SECONDS)
        before, seen = seen, touches()
        if before == seen and looks() >= DUE:
            collect()
