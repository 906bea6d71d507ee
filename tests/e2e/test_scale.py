"""A large estate is read, divided and judged without holding up the loop."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench.stalls import Stopwatch
from tests.engines import running, until
from tui.cli.demo import running_lab
from tui.clock import SystemClock
from tui.config import load
from tui.model.fleet import Fleet

TARGETS, ALERTS = 20_000, 2_000
MOST_MS = 100
"""Of the processor's time, for others may be at work on this machine. Some times what
was seen; without care for the loop it is far more."""


@pytest.fixture
def calm() -> Iterator[None]:
    """The collector leaves alone what other tests have made."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def is_complete(fleet: Fleet) -> bool:
    targets = sum(len(each.targets or ()) for each in fleet.clusters)
    alerts = sum(len(each.alerts or ()) for each in fleet.clusters)
    return targets > TARGETS and alerts > 0.9 * ALERTS


async def test_no_step_of_the_loop_is_long_while_20000_targets_are_read(
    calm: None,
) -> None:
    crowd = ("--targets", str(TARGETS), "--alerts", str(ALERTS), "--silences", "500")
    with running_lab(("--at", "1m", *crowd), SystemClock()) as variables:
        config = load(Path(variables["TALOSCOPE_CONFIG"]), variables)
        async with running(config) as engine:
            with Stopwatch() as stopwatch:
                await until(engine, is_complete, seconds=120)
                engine.refresh()
                async with asyncio.timeout(120):
                    await engine.settled()
    longest = max((step.cpu_ms for step in stopwatch.kept), default=0.0)
    assert longest < MOST_MS, stopwatch.lines()
