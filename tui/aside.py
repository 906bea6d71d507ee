"""Work that would hold up the event loop, done in a thread beside it.

Only pure work on values that never change may come here: then nothing needs a lock. The
thread takes the interpreter from the loop in slices of SLICE_SECONDS, so keys wait that
long at most, however large the estate; a single call into C is not sliced and must
stay short by itself.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

SLICE_SECONDS = 0.000_5

# One thread: two would only take the interpreter from each other. And not asyncio's own
# threads: look-ups of names that nobody answers may hold all of those.
_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="aside")


async def aside(work: Callable[[], T]) -> T:
    """Do this in the thread, after what was asked before; raise what it raises."""
    return await asyncio.get_running_loop().run_in_executor(_thread, work)


def in_slices() -> None:
    """Let the loop have the interpreter back soon; Python's own slices are ten times
    as long."""
    sys.setswitchinterval(SLICE_SECONDS)
