"""The lab's own clock: the wall, and where the story stands.

This is the one place of the lab that reads the machine's clock or waits.
"""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta

from msgspec import Struct


def machine_now() -> datetime:
    """The machine's own time, UTC: what certificates are dated with."""
    return datetime.now(UTC)  # noqa: TID251 - the lab's one clock


def _monotonic() -> timedelta:
    return timedelta(seconds=time.monotonic())  # noqa: TID251 - the lab's one clock


class _Segment(Struct, frozen=True):
    """A stretch in which the story ran at one speed, from its start on."""

    wall: datetime
    position: timedelta
    speed: float


class LabClock:
    """Wall time and story position, and the way from one to the other.

    speed   story seconds per second; 0 pauses the story, not the wall
    frozen  when given, the wall starts there and moves only as the story moves,
            so that a paused lab answers the same bytes for ever
    """

    def __init__(
        self, at: timedelta, speed: float = 1.0, frozen: datetime | None = None
    ) -> None:
        self._frozen = frozen
        self._read_at = _monotonic()
        self._segments = [_Segment(frozen or machine_now(), at, speed)]

    @property
    def speed(self) -> float:
        """Story seconds per second."""
        return self._segments[-1].speed

    def now(self) -> datetime:
        """The wall, UTC."""
        last = self._segments[-1]
        if self._frozen is None:
            return last.wall + self._elapsed()
        return last.wall + self._elapsed() * last.speed

    def position(self) -> timedelta:
        """Where the story stands."""
        last = self._segments[-1]
        return last.position + self._elapsed() * last.speed

    def when(self, offset: timedelta) -> datetime:
        """The instant at which the story passed an offset.

        What lies before the lab's start is dated back at speed 1.
        """
        earlier = self._segments[0]
        for segment in reversed(self._segments):
            if segment.position <= offset:
                pace = segment.speed if self._frozen is None and segment.speed else 1.0
                return segment.wall + (offset - segment.position) / pace
        return earlier.wall + (offset - earlier.position)

    def offset(self, instant: datetime) -> timedelta:
        """The offset that the story had at an instant; the way back of `when`."""
        for segment in reversed(self._segments):
            if segment.wall <= instant:
                pace = segment.speed if self._frozen is None else 1.0
                return segment.position + (instant - segment.wall) * pace
        first = self._segments[0]
        return first.position + (instant - first.wall)

    def move(self, at: timedelta | None = None, speed: float | None = None) -> None:
        """Jump to an offset, or go on from here at another speed.

        A jump dates everything anew, as if the story had run to `at` just now.
        """
        wall, here = self.now(), self.position()
        pace = self.speed if speed is None else speed
        self._read_at = _monotonic()
        if at is None:
            self._segments.append(_Segment(wall, here, pace))
        else:
            self._segments = [_Segment(wall, at, pace)]

    def advance(self, by: timedelta) -> None:
        """Let time pass at once, for the story and the wall: the past stays as it was.

        raise   ValueError where the wall goes its own way, or for a step back
        """
        if self._frozen is None:
            raise ValueError("time can be passed only in a lab started with --now")
        if by < timedelta(0):
            raise ValueError("time does not go back; move the story for that")
        wall, here = self.now(), self.position()
        self._read_at = _monotonic()
        self._segments.append(_Segment(wall + by, here + by, self.speed))

    async def tick(self, seconds: float = 0.1) -> None:
        """Wait a moment of real time: how often followers look for news."""
        await asyncio.sleep(seconds)  # noqa: TID251 - the lab's one clock

    def _elapsed(self) -> timedelta:
        return _monotonic() - self._read_at
