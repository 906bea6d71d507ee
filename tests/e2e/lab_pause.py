"""A clock that goes as the lab's does, and stands while the lab is held."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta, tzinfo

from tests.e2e.labs import RunningLab
from tui.clock import SystemClock

_OURS = SystemClock()
_LOOK_SECONDS = 0.05


class PausedTime:
    """For a lab that was started with `--now` and `--speed 0`; it stands at first."""

    def __init__(self, lab: RunningLab) -> None:
        self._lab = lab
        self._speed = 0.0
        self._passed, self._read_at = 0.0, _OURS.monotonic()
        self._began = datetime.fromisoformat(lab.state()["now"])

    @property
    def zone(self) -> tzinfo:
        return UTC

    def now(self) -> datetime:
        return self._began + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return self._passed + (_OURS.monotonic() - self._read_at) * self._speed

    async def sleep(self, seconds: float) -> None:
        until = self.monotonic() + seconds
        await _OURS.sleep(0)
        while (left := until - self.monotonic()) > 0:
            pace = self._speed or 1e-9
            await _OURS.sleep(min(_LOOK_SECONDS, left / pace))

    async def wait(self, event: asyncio.Event, seconds: float) -> None:
        waiting = asyncio.ensure_future(self.sleep(seconds))
        told = asyncio.ensure_future(event.wait())
        try:
            await asyncio.wait({waiting, told}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in (waiting, told):
                each.cancel()
                with suppress(asyncio.CancelledError):
                    await each

    def step(self) -> None:
        """Let a moment pass, so that it is another one; too little to see."""
        self._passed += 0.001

    async def go(self, speed: float) -> None:
        """From now on time passes at this pace, in the lab too; 0: it stands."""
        self._passed, self._read_at = self.monotonic(), _OURS.monotonic()
        self._speed = speed
        await asyncio.to_thread(self._lab.pace, speed)
        seen = datetime.fromisoformat((await asyncio.to_thread(self._lab.state))["now"])
        if not speed:
            # Ours stands where the lab's does: never behind what was told.
            ahead = (seen - self._began).total_seconds()
            self._passed = max(self._passed, ahead)
