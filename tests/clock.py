"""Clocks for tests: time that moves only when the test says so."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta, tzinfo

START = datetime(2026, 2, 27, 2, 13, 47, tzinfo=UTC)


class ManualClock:
    """Sleepers wake in the order of their times when `advance` passes them."""

    def __init__(self, now: datetime = START, zone: tzinfo = UTC) -> None:
        self._now = now
        self.zone = zone
        self._monotonic = 0.0
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    async def sleep(self, seconds: float) -> None:
        wake: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self._monotonic + seconds, wake))
        await wake

    async def wait(self, event: asyncio.Event, seconds: float) -> None:
        """Wait for the event, no longer than until the time has come."""
        waits = {
            asyncio.ensure_future(self.sleep(seconds)),
            asyncio.ensure_future(event.wait()),
        }
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waits:
                one.cancel()

    async def advance(self, seconds: float) -> None:
        """Let time pass, and let everyone whose time has come do their work."""
        await turns()
        end = self._monotonic + seconds
        while True:
            self._sleepers = [each for each in self._sleepers if not each[1].done()]
            due = [each for each in self._sleepers if each[0] <= end]
            if not due:
                break
            at, wake = min(due, key=lambda each: each[0])
            self._move_to(at)
            wake.set_result(None)
            await turns()
        self._move_to(end)

    def _move_to(self, monotonic: float) -> None:
        self._now += timedelta(seconds=monotonic - self._monotonic)
        self._monotonic = monotonic


async def turns(count: int = 20) -> None:
    """Give the event loop a few turns, so that what is ready gets done."""
    for _ in range(count):
        await asyncio.sleep(0)  # noqa: TID251 - a turn of the loop, not time
