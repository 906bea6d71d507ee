"""The wall clock leaps, as after a night's sleep or when it is set: ages stay true."""

from __future__ import annotations

import asyncio
import gc
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.e2e.lab_time import START, LabTime
from tests.e2e.labs import RunningLab, running_lab
from tests.engines import running, until
from tui.config import load
from tui.engine.engine import Engine
from tui.model.attention import Real
from tui.model.fleet import FeedKey, Fleet, SourceKind, SourceState, SourceStatus

# A dial that is cut off on a busy machine leaves its socket to the collector.
pytestmark = [
    pytest.mark.filterwarnings(f"ignore::{category}")
    for category in ("pytest.PytestUnraisableExceptionWarning", "ResourceWarning")
]
HOUR = timedelta(hours=1)
REFRESH_SECONDS = 60.0
"""So long that nothing is due by itself while a test looks."""


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    """It is collected before another test can be blamed for it."""
    yield
    gc.collect()


class Leaping(LabTime):
    """A wall clock that can be put; the seconds that pass are never asked."""

    leapt = timedelta()

    def now(self) -> datetime:
        return super().now() + self.leapt


@dataclass
class Night:
    """An engine that has read everything, its clock, and what it called for."""

    lab: RunningLab
    engine: Engine
    clock: Leaping
    called: list[Real] = field(default_factory=list)

    def sleep(self, hours: int) -> None:
        """The machine sleeps; its servers do not, and no second is counted."""
        self.lab.advance(f"{hours}h")
        self.clock.leapt += timedelta(hours=hours)

    def states(self) -> Counter[SourceState]:
        """What its feeds are worth now."""
        now = self.clock.now()
        return Counter(each.state(now) for each in feeds(self.engine.fleet))

    async def all_live(self, since: datetime) -> None:
        """Wait until everything that is read was read again."""
        await until(
            self.engine,
            lambda fleet: all(
                each.state(self.clock.now()) is SourceState.LIVE
                and each.observed_at is not None
                and each.observed_at >= since
                for each in feeds(fleet)
            ),
            15,
        )


def feeds(fleet: Fleet) -> dict[SourceStatus, None]:
    return {each: None for cluster in fleet.clusters for each in cluster.sources}


def observed(fleet: Fleet) -> dict[FeedKey, datetime]:
    """When Prometheus' feeds were read."""
    return {
        each.key: each.observed_at
        for each in feeds(fleet)
        if each.key.kind is SourceKind.PROMETHEUS and each.observed_at is not None
    }


@asynccontextmanager
async def night(at: str = "1m") -> AsyncIterator[Night]:
    with running_lab("--at", at, "--speed", "1", "--now", START.isoformat()) as lab:
        clock = Leaping(1.0, datetime.fromisoformat(lab.state()["now"]))
        config = load(Path(lab.environment["TALOSCOPE_CONFIG"]))
        config = replace(config, refresh_seconds=REFRESH_SECONDS, timeout_seconds=5.0)
        async with running(config, clock) as engine:
            async with asyncio.timeout(60):
                await engine.settled()
            found = Night(lab, engine, clock)
            engine.calls.subscribe(found.called.extend)
            await found.all_live(START - timedelta(days=1))
            yield found


async def test_after_a_night_all_is_old_at_once_and_new_within_seconds() -> None:
    async with night() as one:
        await asyncio.to_thread(one.sleep, 8)
        assert set(one.states()) == {SourceState.STALE}
        await one.all_live(one.clock.now())


async def test_a_clock_that_is_put_ahead_makes_all_old_until_it_is_read_again() -> None:
    async with night() as one:
        one.clock.leapt += HOUR
        assert set(one.states()) == {SourceState.STALE}
        await one.all_live(one.clock.now())


async def test_nothing_turns_by_proof_that_has_grown_old_overnight() -> None:
    async with night() as one:
        before = await one.engine.memory.changes()
        await asyncio.to_thread(one.sleep, 8)
        await one.all_live(one.clock.now())
        last = one.engine.fleet
        one.engine.refresh()
        await until(one.engine, lambda fleet: fleet is not last)
        assert await one.engine.memory.changes() == before
        assert one.called == []


async def test_what_is_old_stays_old_when_the_clock_is_put_back() -> None:
    async with night() as one:
        one.lab.faults(add=("prometheus-hangs",))
        await one.clock.sleep(3)
        was = observed(one.engine.fleet)
        one.clock.leapt -= HOUR
        fleet = await until(one.engine, lambda fleet: observed(fleet) != was)
        seen = observed(fleet)
        assert seen
        for key, at in seen.items():
            assert abs(at + HOUR - was[key]) < timedelta(seconds=1)


async def test_when_all_servers_agree_against_it_our_own_clock_is_named() -> None:
    async with night() as one:
        one.clock.leapt -= HOUR
        fleet = await until(one.engine, lambda fleet: fleet.our_clock is not None)
        assert fleet.our_clock is not None
        assert abs(fleet.our_clock.behind_seconds - 3600) < 10
        assert all(each.clock_ahead_seconds is None for each in feeds(fleet))
        one.clock.leapt += HOUR
        await until(one.engine, lambda fleet: fleet.our_clock is None)
