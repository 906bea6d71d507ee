"""Keeps one feed going for ever: pace, deadline, backoff, faults. The same for all."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from operator import is_
from typing import Any, Protocol

from msgspec.structs import replace

from tui.aside import aside
from tui.clock import Clock
from tui.ending import end_if_told, endings
from tui.engine.schedule import Schedule
from tui.model.fault import Fault, FaultKind
from tui.model.fleet import FeedKey
from tui.model.log import LogBatch
from tui.model.reading import Reading
from tui.sources.base import SourceError

_LATE_SECONDS = 5.0
"""A busy machine may notice so much later that a deadline is over."""
MANY = 100
"""A longer answer is compared with the one before beside the loop."""

Emit = Callable[[FeedKey, Reading[Any]], None]


class Supervised(Protocol):
    """What the engine does with a feed, whether it is polled or followed."""

    key: FeedKey
    is_polled: bool
    """Whether it can be asked for news."""

    async def run(self) -> None:
        """Until cancelled."""

    def poke(self, again: float | None = None) -> None:
        """Now, please; and once more so many seconds later."""

    def shift(self, by: timedelta) -> Reading[Any]:
        """The wall clock went ahead by so much, so that what was read keeps its age;
        returns the newest reading in the new time."""


class _Reader:
    """What is the same of a feed, polled or followed: its newest reading."""

    def __init__(
        self, key: FeedKey, schedule: Schedule, clock: Clock, emit: Emit
    ) -> None:
        self.key = key
        self._schedule = schedule
        self._clock = clock
        self._emit = emit
        self._poked = asyncio.Event()
        self._again: float | None = None
        self._reading: Reading[Any] = Reading()

    def shift(self, by: timedelta) -> Reading[Any]:
        self._reading = shifted(self._reading, by)
        return self._reading

    def poke(self, again: float | None = None) -> None:
        """Wait no longer for the next attempt; one under way is not doubled.

        again   seconds after which to ask once more; a follower hears it anyway
        """
        if again is not None:
            self._again = again
        self._poked.set()

    def _note(
        self,
        fault: Fault | None,
        value: Any = None,
        pause: float = 0.0,
        heard: datetime | None = None,
    ) -> None:
        """Emit the reading after one more attempt: a failure keeps the last value.

        pause   seconds until the next one
        heard   when the value came, if not just now
        """
        now, attempts = self._clock.now(), self._reading.attempts + 1
        if fault is None:
            self._reading = Reading(value, heard or now, None, attempts)
        else:
            retry_at = fault.retry_at or now + timedelta(seconds=pause)
            timed = replace(fault, at=now, retry_at=retry_at)
            self._reading = replace(self._reading, fault=timed, attempts=attempts)
        self._emit(self.key, self._reading)


class Poller(_Reader):
    """Polls one feed and emits a reading after every attempt."""

    is_polled = True

    def __init__(
        self,
        key: FeedKey,
        poll: Callable[[], Awaitable[Any]],
        schedule: Schedule,
        clock: Clock,
        emit: Emit,
    ) -> None:
        super().__init__(key, schedule, clock, emit)
        self._poll = poll

    async def run(self) -> None:
        """Poll until cancelled. A source may fail for ever; this loop may not."""
        failures = 0
        while True:
            self._poked.clear()
            again, self._again = self._again, None
            deadline, asked = self._schedule.deadline, self._clock.now()
            fault, value = await attempt(self._poll(), deadline, self.key.endpoint)
            heard = _heard(asked, self._clock.now(), deadline)
            end_if_told()
            failures = failures + 1 if fault else 0
            if isinstance(value, tuple) and len(value) > MANY:
                value = await aside(partial(same, self._reading.value, value))
            is_first = fault is None and self._reading.observed_at is None
            pause = (
                self._schedule.after_first(value)
                if is_first
                else self._schedule.after(failures, fault, value)
            )
            pause = self._schedule.on_beat(pause, self._clock.monotonic())
            pause = pause if again is None else min(pause, again)
            self._note(fault, value, pause, heard)
            await self._clock.wait(self._poked, pause)


class Follower(_Reader):
    """Follows one tail and emits a reading for every batch, empty ones too.

    Until it has caught up with what there was, it counts as connecting.
    """

    is_polled = False

    def __init__(
        self,
        key: FeedKey,
        follow: Callable[[Callable[[LogBatch], None]], Awaitable[None]],
        schedule: Schedule,
        clock: Clock,
        emit: Emit,
    ) -> None:
        super().__init__(key, schedule, clock, emit)
        self._follow = follow

    async def run(self) -> None:
        """Follow until cancelled; a tail that ends is opened again."""
        failures = 0
        while True:
            self._poked.clear()
            before = self._reading.attempts
            fault, _ = await attempt(self._follow(self._heard), None, self.key.endpoint)
            end_if_told()
            failures = 0 if self._reading.attempts > before else failures + 1
            pause = self._schedule.after(failures + 1, fault)
            ended = fault or Fault(FaultKind.UNREACHABLE, "the tail ended")
            self._note(ended, pause=pause)
            await self._clock.wait(self._poked, pause)

    def _heard(self, batch: LogBatch) -> None:
        """A batch is a sign of life once the tail has caught up; a cut is a fault."""
        has_caught_up = self._reading.attempts > 0 or batch.is_current
        if not has_caught_up and batch.fault is None:
            return
        self._note(batch.fault)


def _heard(asked: datetime, now: datetime, deadline: float) -> datetime:
    """When an answer came, for certain.

    None takes longer than its deadline: then the machine slept meanwhile, or we were
    stopped, and it may have come long before it was read.
    """
    return now if now - asked <= timedelta(seconds=deadline + _LATE_SECONDS) else asked


async def attempt(
    work: Awaitable[Any], seconds: float | None, endpoint: str
) -> tuple[Fault | None, Any]:
    """Wait for one piece of a source's work; a failure comes back as a value."""
    before = endings()
    with _mistakes(endpoint) as mistakes:
        try:
            async with asyncio.timeout(seconds):
                # A task of its own: before Python 3.13 a group of tasks that fails
                # leaves its task marked as told to end, and whoever is does not go on.
                return None, await asyncio.ensure_future(work)
        except SourceError as error:
            return error.fault, None
        except asyncio.CancelledError:
            if endings() > before:
                raise
            # Nobody told us to end: a library gave its own call up, as gRPC does when
            # a connection goes. The feed must not end with it.
            summary = "the call was given up"
            return Fault(FaultKind.UNREACHABLE, summary, endpoint=endpoint), None
        except TimeoutError:
            within = f"within {seconds:g} s" if seconds else "in time"
            summary = f"no answer {within}"
            return Fault(FaultKind.TIMEOUT, summary, endpoint=endpoint), None
    return mistakes[0], None


def tried(work: Callable[[], Any]) -> tuple[Fault | None, Any]:
    """Do what waits for nothing; a mistake of our own comes back as a value."""
    with _mistakes("") as mistakes:
        return None, work()
    return mistakes[0], None


@contextmanager
def _mistakes(endpoint: str) -> Iterator[list[Fault]]:
    """End a block at a mistake of our own, and tell what is needed to find it."""
    found: list[Fault] = []
    try:
        yield found
    except Exception as error:  # noqa: BLE001 - a bug in one part must not end the others
        detail = "".join(traceback.format_exception(error))
        summary = f"taloscope failed here: {type(error).__name__}"
        found.append(Fault(FaultKind.BUG, summary, detail, endpoint))


def same(old: Any, new: tuple[Any, ...]) -> tuple[Any, ...]:
    """The new answer made of the values of the old one where they are equal.

    Whoever compares them later sees that they are the very same, and a value that is
    listed again and again is held in memory once.
    """
    if not isinstance(old, tuple):
        return new
    if len(old) == len(new):
        # Of the same type: one that remembers what was made of it must go on doing so.
        found = type(new)(
            one if one is other or one == other else other
            for one, other in zip(old, new, strict=True)
        )
        return old if all(map(is_, found, old)) else found
    return new


def shifted(reading: Reading[Any], by: timedelta) -> Reading[Any]:
    """The same reading in a time that is ahead by so much."""
    at, fault = reading.observed_at, reading.fault
    if fault is not None:
        fault = replace(
            fault,
            at=fault.at and fault.at + by,
            retry_at=fault.retry_at and fault.retry_at + by,
        )
    return replace(reading, observed_at=at and at + by, fault=fault)
