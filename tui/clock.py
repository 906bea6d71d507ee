"""The one place that reads the clock; everything else is handed a `Clock`."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Time as the product sees it: passed in from `main`, replaced in tests."""

    def now(self) -> datetime:
        """The wall clock, aware, in UTC."""

    def monotonic(self) -> float:
        """Seconds that only ever grow; for measuring and for deadlines."""

    async def sleep(self, seconds: float) -> None:
        """Wait; zero gives the event loop one turn."""


async def turn() -> None:
    """Let the event loop do what is waiting: no time passes, no clock is asked."""
    await asyncio.sleep(0)  # noqa: TID251 - a turn of the loop


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - this is the clock

    def monotonic(self) -> float:
        return time.monotonic()  # noqa: TID251 - this is the clock

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)  # noqa: TID251 - this is the clock
