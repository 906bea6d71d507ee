"""One feed, kept going for ever."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from tests.clock import ManualClock, turns
from tui.engine.schedule import Schedule
from tui.engine.supervisor import Follower, Poller, Supervised, attempt
from tui.model.fault import Fault, FaultKind
from tui.model.fleet import FeedKey, SourceKind
from tui.model.log import LogBatch
from tui.model.reading import Reading
from tui.sources.base import SourceError

KEY = FeedKey(SourceKind.PROMETHEUS, "http://prometheus", "targets")
CURRENT = LogBatch(is_current=True)
REFUSED = Fault(FaultKind.UNREACHABLE, "connection refused")


class Script:
    """A source that answers by the script; the last line is repeated."""

    def __init__(self, *lines: Any) -> None:
        self.lines = list(lines)
        self.asked = 0

    async def poll(self) -> Any:
        self.asked += 1
        line = self.lines.pop(0) if len(self.lines) > 1 else self.lines[0]
        if isinstance(line, BaseException):
            raise line
        return line


class Bench:
    """A poller over a script, its clock, and the readings that it emitted."""

    def __init__(self, *lines: Any) -> None:
        self.clock = ManualClock()
        self.script = Script(*lines)
        self.readings: list[Reading[Any]] = []
        self.poller = Poller(
            KEY,
            self.script.poll,
            Schedule(10.0, Random(7)),
            self.clock,
            lambda _, reading: self.readings.append(reading),
        )


@asynccontextmanager
async def running(supervised: Supervised) -> AsyncIterator[None]:
    task = asyncio.create_task(supervised.run())
    await turns()
    try:
        yield
    finally:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_a_failure_keeps_the_last_value_and_says_why() -> None:
    bench = Bench("rows", SourceError(REFUSED))
    async with running(bench.poller):
        first = bench.clock.now()
        await bench.clock.advance(11)
    last = bench.readings[-1]
    assert last.value == "rows"
    assert last.observed_at == first
    assert last.fault is not None
    assert last.fault.summary == "connection refused"


async def test_a_fault_tells_when_the_next_try_is() -> None:
    bench = Bench(SourceError(REFUSED))
    async with running(bench.poller):
        fault = bench.readings[0].fault
    assert fault is not None
    assert fault.at == bench.clock.now()
    assert fault.retry_at is not None
    assert fault.retry_at > fault.at


async def test_it_recovers_by_itself_and_forgets_the_fault() -> None:
    bench = Bench(SourceError(REFUSED), "rows")
    async with running(bench.poller):
        await bench.clock.advance(2)
    assert bench.readings[-1].value == "rows"
    assert bench.readings[-1].fault is None


async def test_a_clock_that_is_put_back_makes_no_reading_newer() -> None:
    bench = Bench("rows", SourceError(REFUSED))
    async with running(bench.poller):
        first = bench.clock.now()
        bench.poller.shift(timedelta(hours=-1))
        await bench.clock.advance(11)
    assert bench.readings[-1].fault is not None
    assert bench.readings[-1].observed_at == first - timedelta(hours=1)


async def test_it_never_gives_up() -> None:
    bench = Bench(SourceError(REFUSED))
    async with running(bench.poller):
        await bench.clock.advance(3600)
    assert bench.script.asked > 300


async def test_a_bug_in_a_source_is_a_fault_with_its_traceback() -> None:
    bench = Bench(ZeroDivisionError("oops"), "rows")
    async with running(bench.poller):
        await bench.clock.advance(2)
    fault = bench.readings[0].fault
    assert fault is not None
    assert fault.kind is FaultKind.BUG
    assert "ZeroDivisionError: oops" in fault.detail
    assert bench.readings[-1].value == "rows"


async def test_a_poke_means_now() -> None:
    bench = Bench("rows")
    async with running(bench.poller):
        bench.poller.poke()
        await turns()
        assert bench.script.asked == 2


async def test_a_poke_may_ask_once_more_a_little_later() -> None:
    bench = Bench("rows")
    async with running(bench.poller):
        bench.poller.poke(0.25)
        await turns()
        assert bench.script.asked == 2
        await bench.clock.advance(0.2)
        assert bench.script.asked == 2
        await bench.clock.advance(0.1)
        assert bench.script.asked == 3
        await bench.clock.advance(0.3)
        assert bench.script.asked == 3


async def test_a_poke_keeps_what_another_of_the_same_moment_asked_for() -> None:
    bench = Bench("rows")
    async with running(bench.poller):
        bench.poller.poke(0.25)
        bench.poller.poke()
        await turns()
        assert bench.script.asked == 2
        await bench.clock.advance(0.3)
        assert bench.script.asked == 3


async def test_a_source_that_hangs_ends_in_a_timeout() -> None:
    async def hang() -> None:
        await asyncio.Event().wait()

    clock = ManualClock()
    readings: list[Reading[Any]] = []
    seen = asyncio.Event()

    def emit(_: FeedKey, reading: Reading[Any]) -> None:
        readings.append(reading)
        seen.set()

    poller = Poller(KEY, hang, Schedule(0.01, Random(7)), clock, emit)
    async with running(poller):
        await asyncio.wait_for(seen.wait(), 5)
    fault = readings[0].fault
    assert fault is not None
    assert fault.kind is FaultKind.TIMEOUT


def follower(
    clock: ManualClock, batches: list[LogBatch], readings: list[Reading[Any]]
) -> Follower:
    async def follow(heard: Callable[[LogBatch], None]) -> None:
        for batch in batches:
            heard(batch)
        await asyncio.Event().wait()

    schedule = Schedule(30.0, Random(7))
    return Follower(KEY, follow, schedule, clock, lambda _, r: readings.append(r))


async def test_a_tail_that_has_not_caught_up_is_still_connecting() -> None:
    readings: list[Reading[Any]] = []
    async with running(follower(ManualClock(), [LogBatch()], readings)):
        pass
    assert readings == []


async def test_an_empty_batch_is_a_sign_of_life() -> None:
    clock = ManualClock()
    readings: list[Reading[Any]] = []
    async with running(follower(clock, [CURRENT], readings)):
        pass
    assert readings[-1].observed_at == clock.now()
    assert readings[-1].fault is None


async def test_a_cut_tail_keeps_the_time_of_its_last_sign_of_life() -> None:
    clock = ManualClock()
    readings: list[Reading[Any]] = []
    batches = [CURRENT, LogBatch(fault=REFUSED)]
    async with running(follower(clock, batches, readings)):
        pass
    assert readings[-1].observed_at == clock.now()
    assert readings[-1].fault is not None


async def test_a_tail_that_raises_is_opened_again() -> None:
    opened = 0
    clock = ManualClock()
    readings: list[Reading[Any]] = []

    async def follow(_: Callable[[LogBatch], None]) -> None:
        nonlocal opened
        opened += 1
        raise SourceError(REFUSED)

    schedule = Schedule(30.0, Random(7))
    tail = Follower(KEY, follow, schedule, clock, lambda _, r: readings.append(r))
    async with running(tail):
        await clock.advance(60)
    assert opened > 2
    assert readings[-1].fault is not None


async def test_call_that_a_library_gives_up_is_a_fault_and_the_feed_goes_on() -> None:
    """gRPC cancels its own calls when a connection goes: nobody cancelled us."""
    bench = Bench(asyncio.CancelledError(), "answer")
    async with running(bench.poller):
        await bench.clock.advance(60.0)

    first, second, *_ = bench.readings
    assert first.fault is not None
    assert first.fault.kind is FaultKind.UNREACHABLE
    assert second.value == "answer"


async def test_feed_whose_calls_failed_as_a_group_is_not_told_to_end() -> None:
    marks = []

    async def poll() -> None:
        task = asyncio.current_task()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(_fail())
                group.create_task(asyncio.Event().wait())
        except* ValueError:
            assert task is not None
            marks.append(task.cancelling())
        raise SourceError(REFUSED)

    fault, _ = await attempt(poll(), 10.0, "here")

    task = asyncio.current_task()
    assert fault == REFUSED
    assert marks
    assert task is not None
    assert task.cancelling() == 0


async def _fail() -> None:
    await turns(1)
    raise ValueError


async def _deaf(*_: object) -> None:
    """Take the end for a failure, as a library does where both come at once."""
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        raise SourceError(REFUSED) from None


@pytest.mark.parametrize("kind", [Poller, Follower])
async def test_feed_ends_though_its_source_did_not_hear_it(
    kind: type[Poller] | type[Follower],
) -> None:
    schedule = Schedule(10.0, Random(7))
    feed = kind(KEY, _deaf, schedule, ManualClock(), lambda *_: None)
    task = asyncio.create_task(feed.run())
    await turns(5)
    task.cancel()
    await asyncio.wait([task], timeout=5)
    assert task.cancelled()
