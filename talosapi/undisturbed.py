"""Waits for calls of gRPC so that nothing of them stays behind in its C core.

grpcio frees what a batch has received only while somebody waits for it: when that task
is cancelled just as a message comes, the message stays for ever, and with it the blocks
of 64 KiB that it was read into (grpc/grpc#43360; 1.85 has it still). So who waits here
may be cancelled, but what waits for gRPC is not: the call is, and then the batch ends.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

T = TypeVar("T")

_WHY = "nobody waits for it any more"
_END_SECONDS = 1.0
"""gRPC ends a call that is cancelled at once, without its server."""


async def undisturbed(call: Any, answer: Awaitable[T]) -> T:
    """What a call answers; the call is ended when whoever waits is cancelled.

    call    of grpc.aio
    answer  of that call: itself, or its next message
    """
    waiting = asyncio.ensure_future(answer)
    try:
        return await asyncio.shield(waiting)
    except asyncio.CancelledError:
        # Its public `cancel` would cancel the tasks that wait for gRPC, too.
        call._cancel(_WHY)  # noqa: SLF001
        waiting.add_done_callback(_unheard)
        await asyncio.wait((waiting,), timeout=_END_SECONDS)
        raise


def _unheard(waiting: asyncio.Future[Any]) -> None:
    """Look at how it failed, or asyncio complains that nobody did."""
    if not waiting.cancelled():
        waiting.exception()
