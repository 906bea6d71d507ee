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
from widgets.picture import picture

_FOLDER = Path(__file__).parents[2] / "screenshots"
_PORT = re.compile(r"127\.0\.0\.1:[3-6]\d{4}\b")
"""The lab takes whatever port is free; apid's own is 50000."""


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


def compare(name: str, app: TaloscopeApp, request: pytest.FixtureRequest) -> None:
    """Hold the screen against the picture of that name, or write it when asked to."""
    drawn = _PORT.sub("127.0.0.1:50000", picture(app))
    path = _FOLDER / f"{name}.svg"
    if request.config.getoption("--write-screenshots"):
        path.write_text(drawn)
    assert drawn.splitlines() == path.read_text().splitlines()
