"""When Python looks for cycles that nobody holds any more.

A look stops every thread. What an estate has thousands of is not looked at at all
(decision 0028); 40,000 objects of the screen and of the libraries are left, 14 ms of
looking. From when the dashboard is up they are not looked at either: of what comes
later a look takes 3 to 6 ms. A view that was closed leaves some 7,000 objects in
cycles, 6 ms more; left to itself Python looks for them at any time.
"""

from __future__ import annotations

import gc
from collections.abc import Callable

from tui.clock import Clock

UP_SECONDS = 15.0
"""So long after the start all is there that stays."""
QUIET_SECONDS = 2.0
"""So long no key was pressed: then a frame that comes late is seen by nobody."""
_YOUNG, _MIDDLE = 2_000, 2
"""20,000 young objects held the keys up for 23 ms."""
_SELDOM, _OFTEN = 100, 10
"""Looks at the middle generation until Python looks at all by itself."""


def collect_nothing_yet() -> None:
    """Nothing made while starting is garbage; looking for it costs the first frame."""
    gc.disable()


def collect_from_now_on() -> None:
    """Let the collector work, but never again on what was made while starting.

    What the imports left behind goes at once, while there is nothing to look at yet.
    """
    gc.collect()
    gc.freeze()
    gc.enable()
    gc.set_threshold(_YOUNG, _MIDDLE, _SELDOM)


def _settle() -> None:
    """Never look again at what is there, but for what is young.

    Of what is older 2,000 objects are garbage by then; they stay, for to find them
    takes 18 ms.
    """
    gc.collect(1)
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OFTEN)


async def collect_when_quiet(
    clock: Clock,
    touches: Callable[[], int],
    settle: Callable[[], object] = _settle,
    collect: Callable[[], object] = gc.collect,
) -> None:
    """Look at all whenever something was touched, and then nothing for a while.

    touches  how often a key or the mouse was used so far
    settle   what is done first, once the dashboard is up
    collect  what is done each time after it
    """
    await clock.sleep(UP_SECONDS - QUIET_SECONDS)
    look, seen, looked = settle, touches(), -1
    while True:
        await clock.sleep(QUIET_SECONDS)
        before, seen = seen, touches()
        if before == seen != looked:
            look()
            look, looked = collect, seen
