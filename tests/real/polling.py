"""Waits for what a real server does in its own time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from tui.clock import SystemClock
from tui.sources.base import SourceError

T = TypeVar("T")


async def eventually(
    ask: Callable[[], Awaitable[T]], is_so: Callable[[T], object], seconds: float = 45
) -> T:
    """The first answer of which it is so; a fault on the way is no answer."""
    clock = SystemClock()
    async with asyncio.timeout(seconds):
        while True:
            try:
                answer = await ask()
            except SourceError:
                await clock.sleep(0.2)
                continue
            if is_so(answer):
                return answer
            await clock.sleep(0.2)
