"""A running engine, and waiting for what it should come to know."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from random import Random

import pytest

from tui.clock import Clock, SystemClock
from tui.config import Config
from tui.engine.engine import Engine
from tui.model.fleet import Fleet


@asynccontextmanager
async def running(config: Config, clock: Clock | None = None) -> AsyncIterator[Engine]:
    """The engine on this config, until the block ends; it must end by being told to."""
    engine = Engine(config, clock or SystemClock(), Random(7))
    task = asyncio.create_task(engine.run())
    try:
        yield engine
    finally:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


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
