"""A lab whose clock stands still, and servers of it on loopback ports."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from aiohttp import web

from tui.lab.clock import LabClock
from tui.lab.control import offset
from tui.lab.faults import FaultSet
from tui.lab.http import Server
from tui.lab.server import Lab, LabOptions
from tui.lab.world import World

NOW = datetime(2026, 2, 27, 2, 13, 47, tzinfo=UTC)

Serve = Callable[[web.Application], Awaitable[httpx.AsyncClient]]


def still_world(at: str = "1m", *faults: str) -> World:
    """A world at one moment of the story, with the wall at NOW."""
    return World(LabClock(offset(at), 0, NOW), FaultSet.of(faults))


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Serves an application and gives a client whose base URL is its address."""
    async with AsyncExitStack() as stack:

        async def start(app: web.Application) -> httpx.AsyncClient:
            server = Server(app)
            stack.push_async_callback(server.stop)
            base = await server.start()
            client = httpx.AsyncClient(base_url=base, timeout=5, trust_env=False)
            return await stack.enter_async_context(client)

        yield start


@pytest.fixture
async def lab() -> AsyncIterator[Lab]:
    """A whole lab at minute five, on the machine's own clock, paused."""
    async with Lab(LabOptions(at=minutes(5), speed=0)) as started:
        yield started
