"""The one place that reads the clock; everything else is handed a `Clock`."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Protocol


class Clock(Protocol):
    """Time as the product sees it: passed in from `main`, replaced in tests."""

    @property
    def zone(self) -> tzinfo:
        """In which the operator says times of day."""

    def now(self) -> datetime:
        """The wall clock, aware, in UTC."""

    def monotonic(self) -> float:
        """Seconds that only ever grow; for measuring and for deadlines."""

    async def sleep(self, seconds: float) -> None:
        """Wait; zero gives the event loop one turn."""

    async def wait(self, event: asyncio.Event, seconds: float) -> None:
        """Wait for the event, no longer than so long."""


async def turn() -> None:
    """Let the event loop do what is waiting: no time passes, no clock is asked."""
    await asyncio.sleep(0)  # noqa: TID251 - a turn of the loop


class SystemZone(tzinfo):
    """The machine's time zone, or that of `TZ`: as the C library knows it.

    A fixed offset would be wrong beyond the next change of the clocks, and not every
    machine has a database of zones that Python can read.
    """

    def utcoffset(self, dt: datetime | None) -> timedelta:
        if dt is None:
            return timedelta(seconds=time.localtime().tm_gmtoff)
        naive = dt.replace(tzinfo=None)
        # In the hour that is left out this is not what the C library says of it.
        return naive.replace(tzinfo=UTC) - datetime.fromtimestamp(_unix(dt), UTC)

    def tzname(self, dt: datetime | None) -> str:
        return _told(dt).tm_zone

    def dst(self, dt: datetime | None) -> timedelta:
        told = _told(dt)
        return timedelta(seconds=told.tm_gmtoff + time.timezone if told.tm_isdst else 0)

    def fromutc(self, dt: datetime) -> datetime:
        unix = dt.replace(tzinfo=UTC).timestamp()
        told = time.localtime(unix)
        at = datetime(*told[:6], dt.microsecond, tzinfo=self)
        # The second time that clocks show this hour.
        return at if abs(_unix(at) - unix) < 1 else at.replace(fold=1)


def _unix(dt: datetime) -> float:
    """Unix seconds of a local time; `fold` tells the hour that comes twice apart."""
    return dt.replace(tzinfo=None).timestamp()


def _told(dt: datetime | None) -> time.struct_time:
    return time.localtime(None if dt is None else _unix(dt))


class SystemClock:
    """The machine's own clock."""

    @property
    def zone(self) -> tzinfo:
        return _ZONE

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - this is the clock

    def monotonic(self) -> float:
        return time.monotonic()  # noqa: TID251 - this is the clock

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)  # noqa: TID251 - this is the clock

    async def wait(self, event: asyncio.Event, seconds: float) -> None:
        # Hundreds of feeds wait at a time: a task for each would take megabytes.
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await event.wait()


class WoundClock:
    """A clock that can be put back to a moment, and stands there."""

    def __init__(self, clock: Clock) -> None:
        self.at: datetime | None = None
        """The moment at which it stands; None: it goes as the other clock does."""
        self._clock = clock

    @property
    def zone(self) -> tzinfo:
        return self._clock.zone

    def now(self) -> datetime:
        return self.at or self._clock.now()

    def monotonic(self) -> float:
        return self._clock.monotonic()

    async def sleep(self, seconds: float) -> None:
        await self._clock.sleep(seconds)

    async def wait(self, event: asyncio.Event, seconds: float) -> None:
        await self._clock.wait(event, seconds)


_ZONE = SystemZone()
