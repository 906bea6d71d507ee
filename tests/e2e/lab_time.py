"""A clock that goes as the lab's wall does: minutes of it pass in seconds of ours."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta, tzinfo

from tui.clock import SystemClock

START = datetime.fromisoformat("2026-02-27T02:13:47+00:00")


_OURS = SystemClock()


class LabTime:
    """For a lab that was started with `--now START --speed SPEED`."""

    def __init__(self, speed: float, seen: datetime) -> None:
        """`seen` is what the lab's control said of its wall just now."""
        self._speed = speed
        self._seen, self._at = seen, _OURS.monotonic()

    @property
    def zone(self) -> tzinfo:
        return UTC

    def now(self) -> datetime:
        return self._seen + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return (_OURS.monotonic() - self._at) * self._speed

    async def sleep(self, seconds: float) -> None:
        await _OURS.sleep(seconds / self._speed)

    async def wait(self, event: asyncio.Event, seconds: float) -> None:
        await _OURS.wait(event, seconds / self._speed)
