"""The incident's story, recorded and gone back to: does every screen say what it said?

The whole app on the real engine and a lab; time is held while a screen is read. What a
record does not hold is not compared: it is listed here, and in docs/incident.md.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random

from textual import events
from textual.widgets import Input

from tests.e2e.lab_pause import PausedTime
from tests.tape.comparing import Way
from tests.widgets.screen import screen_lines
from tui.app import TaloscopeApp
from tui.backend import Backend
from tui.clock import SystemClock
from tui.config import Config
from tui.engine.engine import Engine
from tui.model.bounds import Bounds
from tui.screens.fleet import FleetScreen
from tui.state.book import FILE, Book
from tui.state.worker import Worker
from tui.tape.past import PastBackend
from tui.tape.shelf import Shelf
from tui.tape.switch import Switch
from tui.tape.taping import MEMORY_SECONDS, Taping
from tui.tape.writer import Writer

SPEED = 5.0
LOOK_SECONDS = 2.5
"""A screen is open for so long before it is read: some ask for more when they open."""
WIDTH, HEIGHT = 200, 60
SCREENS: dict[str, tuple[str, ...]] = {
    "fleet": (),
    "alert": ("enter",),
    "targets": ("t",),
    "target": ("t", "enter"),
    "nodes": ("N",),
    "node": ("N", "enter"),
    "logs": ("L",),
    "pipeline": ("P",),
    "silences": ("S",),
    "history": ("H",),
    "sources": ("o",),
}
_ASIDE = {"node": 100, "sources": 100}
"""So many columns of a screen are compared: what stands beside them, a log or the
examination of a connection, is not recorded."""
_UNRECORDED_LINES = {"logs": 6}
"""So many lines at the top are not: how many lines Loki has is not recorded."""
_QUIET_LOOKS, _BEAT_SECONDS, _MOST_LOOKS = 4, 0.06, 60


@dataclass(frozen=True)
class Page:
    """What a screen said."""

    name: str
    at: datetime
    lines: list[str]

    @property
    def told(self) -> list[str]:
        """Without where in time one is, cursor, length of a log, and keys."""
        kept = self.lines[1:-1]
        if "PAST" in self.lines[0]:
            del kept[-1]
        columns = _ASIDE.get(self.name, WIDTH)
        kept = [line[:columns] for line in kept[_UNRECORDED_LINES.get(self.name, 0) :]]
        return [re.sub("[▌▐]", " ", line).rstrip() for line in kept]


@dataclass
class Reader:
    """Somebody who opens every screen and reads it."""

    app: TaloscopeApp

    async def open(self, name: str) -> None:
        """Go to a screen by its keys."""
        while not isinstance(self.app.screen, FleetScreen):
            await self.press("escape")
        for key in SCREENS[name]:
            await self.press(key)

    async def press(self, key: str) -> None:
        """As the terminal does: nobody waits for a program that never rests."""
        event = events.Key(key, key if len(key) == 1 else None)
        event.set_sender(self.app)
        assert self.app._driver is not None
        self.app._driver.send_message(event)
        await self.rest()

    async def rest(self) -> list[str]:
        """Wait until the screen has come to rest; what it says then."""
        before: list[str] = []
        quiet = 0
        for _ in range(_MOST_LOOKS):
            await SystemClock().sleep(_BEAT_SECONDS)
            lines = screen_lines(self.app)
            quiet = quiet + 1 if lines == before else 0
            if quiet >= _QUIET_LOOKS:
                break
            before = lines
        return before


@asynccontextmanager
async def opened(
    config: Config, clock: PausedTime, backend: Backend, height: int
) -> AsyncIterator[Reader]:
    async def connect() -> Backend:
        return backend

    Input.cursor_blink = False  # type: ignore[assignment]
    app = TaloscopeApp(config, clock, connect)
    async with app.run_test(size=(WIDTH, height)) as pilot:
        while app.fleet is None:
            await pilot.pause(_BEAT_SECONDS)
        yield Reader(app)


async def lived(
    config: Config, clock: PausedTime, folder: Path, moments: int
) -> list[Page]:
    """Run the story and read all screens so many times, while it is recorded."""
    engine = Engine(config, clock, Random(7), None, Book(folder / FILE, "story"))
    taping = Taping(engine, clock, Writer(folder, "story", Bounds(), {}))
    found = []
    async with opened(config, clock, Switch(engine, taping, None), HEIGHT) as reader:
        await clock.go(SPEED)
        await engine.settled()
        for _ in range(moments):
            for name in SCREENS:
                await clock.go(0)
                await reader.open(name)
                await clock.go(SPEED)
                await clock.sleep(LOOK_SECONDS)
                await clock.go(0)
                found.append(await read(name, reader, clock, engine, taping))
    return found


async def read(
    name: str, reader: Reader, clock: PausedTime, engine: Engine, taping: Taping
) -> Page:
    """A page of one fleet, of which that moment of the record was written."""
    while True:
        await reader.rest()
        clock.step()
        reader.app.show_now()
        fleet, lines = engine.fleet, await reader.rest()
        # What is remembered is recorded no more often than each five seconds.
        taping._asked_at -= MEMORY_SECONDS
        await taping._beat(10)
        if engine.fleet is fleet and screen_lines(reader.app) == lines:
            return Page(name, clock.now(), lines)


async def replayed(
    config: Config, clock: PausedTime, folder: Path, pages: list[Page]
) -> list[Page]:
    """Read the same screens at the same moments of the record."""
    shelf = Shelf(folder)
    first = shelf.moment(pages[0].at)
    past = PastBackend(first, shelf, Worker("replay"), lambda: None)
    switch = Switch(past, None, shelf)
    await switch.rewind(first.at)
    found = []
    async with opened(config, clock, switch, HEIGHT + 1) as reader:
        for page in pages:
            await reader.open("fleet")
            reader.app.go_to(page.at)
            async with asyncio.timeout(10):
                while reader.app.clock.at != page.at:
                    await SystemClock().sleep(_BEAT_SECONDS)
            await reader.open(page.name)
            found.append(Page(page.name, page.at, await reader.rest()))
    return found


JUMPED = Way(lived, replayed, timeout_seconds=9.0)
