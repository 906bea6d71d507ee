"""Being told to end, and hearing it.

What a task waits for may swallow that: gRPC, httpcore and anyio do when a failure
comes in the same turn of the loop. A loop that tries again after failures would then go
on for ever, and so would whoever waits for its end.
"""

from __future__ import annotations

import asyncio


def endings() -> int:
    """How often this task was told to end and did not; zero outside of a task.

    Before Python 3.13 a group of tasks that fails may leave a number behind in the task
    that made it: there only a number that has grown says something.
    """
    task = asyncio.current_task()
    return task.cancelling() if task is not None else 0


def end_if_told() -> None:
    """End here when this task, which makes no groups, was told to.

    raise   asyncio.CancelledError
    """
    if endings():
        raise asyncio.CancelledError
