"""What all pictures share: how one comes to be seen, and what it is held to."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.widgets.screen import screen_text
from tui.app import TaloscopeApp
from tui.clock import SystemClock
from widgets.picture import picture

_FOLDER = Path(__file__).parents[2] / "screenshots"
_PORT = re.compile(r"127\.0\.0\.1:[3-6]\d{4}\b")
"""The lab takes whatever port is free; apid's own is 50000."""
_CLOCK = SystemClock()
PATIENCE_SECONDS = 10.0
SHORT_SECONDS = 0.1
STILL = 10
"""So many short whiles."""


async def at_rest(pilot: Pilot[None]) -> None:
    for _ in range(10):
        await pilot.pause()


async def reached(
    app: TaloscopeApp, pilot: Pilot[None], keys: Iterable[str], *texts: str
) -> None:
    """Press keys; wait for the texts without which it is not what it should be."""
    for key in keys:
        await pilot.press(key)
        await pilot.pause()
    async with asyncio.timeout(10):
        while not all(text in screen_text(app) for text in texts):
            await pilot.pause(0.01)
    await at_rest(pilot)


async def compare(name: str, app: TaloscopeApp, request: pytest.FixtureRequest) -> None:
    """Hold the screen against the picture of that name, or write it when asked to.

    On a busy machine what is seen is still being drawn: it has a while to come right.
    """
    path = _FOLDER / f"{name}.svg"
    if request.config.getoption("--write-screenshots"):
        path.write_text(await _settled(app))
    expected = path.read_text().splitlines()
    deadline = _CLOCK.monotonic() + PATIENCE_SECONDS
    while _drawn(app).splitlines() != expected and _CLOCK.monotonic() < deadline:
        await _CLOCK.sleep(SHORT_SECONDS)
    assert _drawn(app).splitlines() == expected


async def _settled(app: TaloscopeApp) -> str:
    """What is drawn when nothing has changed for a while."""
    drawn, still = _drawn(app), 0
    while still < STILL:
        await _CLOCK.sleep(SHORT_SECONDS)
        before, drawn = drawn, _drawn(app)
        still = still + 1 if drawn == before else 0
    return drawn


def _drawn(app: TaloscopeApp) -> str:
    return _PORT.sub("127.0.0.1:50000", picture(app))
