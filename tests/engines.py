"""A running engine, and waiting for what it should come to know."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from random import Random

from tui.clock import Clock, SystemClock
from tui.config import Config
from tui.engine.engine import Engine
from tui.model.fleet import Fleet

ENDS_SECONDS = 30
"""Longer it must not take to end, whatever hangs at the other side."""


@asynccontextmanager
async def running(config: Config, clock: Clock | None = None) -> AsyncIterator[Engine]:
    """The engine on this config, until the block ends; it must end by being told to."""
    engine = Engine(config, clock or SystemClock(), Random(7))
    task = asyncio.create_task(engine.run())
    try:
        yield engine
    finally:
        task.cancel()
        await asyncio.wait([task], timeout=ENDS_SECONDS)
        assert task.done(), [str(each) for each in asyncio.all_tasks()]
        assert task.cancelled()


async def until(
    engine: Engine, claim: Callable[[Fleet], bool], seconds: float = 20
) -> Fleet:
    """Wait for a fleet of which the claim is true."""
    found = asyncio.Event()
    end = engine.subscribe(lambda fleet: found.set() if claim(fleet) else None)
    try:
        async with asyncio.timeout(seconds):
            if not claim(engine.fleet):
                await found.wait()
    finally:
        end()
    return engine.fleet
