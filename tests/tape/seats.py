"""Somebody before every screen at once: each has an app of its own on one backend."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from textual import events
from textual.widgets import Input

from tests.widgets.screen import screen_lines
from tui.app import TaloscopeApp
from tui.backend import Backend, FleetListener, Unsubscribe
from tui.clock import Clock, SystemClock, turn
from tui.config import Config
from tui.model.fleet import Fleet
from tui.tape.switch import Switch
from tui.tape.taping import Taping

WIDTH, HEIGHT = 200, 60
NARROW = 80
"""So wide, the fleet shows one cluster, and the others in a line."""
_BEAT_SECONDS = 0.05
_QUIET_BEATS, _MOST_BEATS = 5, 2_400
"""A log is painted on a beat of its own, every 0.1 s."""
_ASKING = {
    *("counts", "default", "fill", "memory", "open", "past", "silences", "strips"),
    "wind",
}
"""What waits for an answer, and shows it."""


@dataclass(frozen=True)
class Sight:
    """A screen, and what of it a record holds."""

    keys: tuple[str, ...] = ()
    """By which it is opened from the fleet."""
    width: int = WIDTH
    columns: int = WIDTH
    """So many of them are compared; what stands beside them is not recorded."""
    first: int = 0
    last: int | None = None
    """So are these lines, below the top one; what is in the others is not recorded."""
    frame: int = 1
    """Lines above and below what it is about: which time, cursor, keys."""


@dataclass(frozen=True)
class Page:
    """What a screen said."""

    name: str
    sight: Sight
    at: datetime
    lines: list[str]
    is_past: bool
    opened_at: datetime
    """When its screen was: a key opens what it does then."""

    @property
    def told(self) -> list[str]:
        """Without where in time one is, cursor, and keys."""
        sight, frame = self.sight, self.sight.frame
        assert self.is_past == ("PAST" in self.lines[0])
        top = max(frame, int(self.is_past))
        kept = self.lines[top : len(self.lines) - frame - self.is_past]
        kept = [line[: sight.columns] for line in kept[sight.first : sight.last]]
        return [re.sub("[▌▐]", " ", line).rstrip() for line in kept]


class Seat(Switch):
    """A switch that runs nothing, and shows what is new only when it is told to."""

    _told: FleetListener | None = None

    def __init__(self, live: Backend, taping: Taping, shown: Fleet) -> None:
        """`shown` is what whoever sits down is to see."""
        super().__init__(live, taping, None)
        self._shown = shown

    @property
    def fleet(self) -> Fleet:
        """What was told last, whatever else is known by now."""
        return self._shown

    async def run(self) -> None:
        """Leave that to whoever owns the backend."""
        await turn()

    def subscribe(self, listener: FleetListener) -> Unsubscribe:
        self._told = listener
        return super().subscribe(lambda _: None)

    def tell(self) -> None:
        """Hand on the snapshot of now."""
        self._shown = super().fleet
        if self._told is not None:
            self._told(self._shown)


@dataclass(frozen=True)
class Reader:
    """Somebody before one screen."""

    name: str
    sight: Sight
    app: TaloscopeApp
    seat: Switch
    opened_at: datetime

    def press(self, key: str) -> None:
        """As the terminal does: nobody waits for a program that never rests."""
        event = events.Key(key, key if len(key) == 1 else None)
        event.set_sender(self.app)
        assert self.app._driver is not None
        self.app._driver.send_message(event)

    def page(self, at: datetime) -> Page:
        """What the screen says."""
        lines = screen_lines(self.app)
        is_past, opened_at = self.app.is_past, self.opened_at
        return Page(self.name, self.sight, at, lines, is_past, opened_at)


@asynccontextmanager
async def seated(
    config: Config,
    clock: Clock,
    sights: dict[str, Sight],
    seat: Callable[[], Awaitable[Switch]],
    *,
    is_past: bool = False,
) -> AsyncIterator[list[Reader]]:
    """Open every screen, each in an app of its own."""
    Input.cursor_blink = False  # type: ignore[assignment]
    readers, opened_at = [], clock.now()
    async with AsyncExitStack() as stack:
        for name, sight in sights.items():
            own = await seat()

            async def connect(own: Switch = own) -> Switch:
                return own

            app = TaloscopeApp(config, clock, connect)
            # In the past a bar of time stands below, and above where no top line is.
            height = HEIGHT + is_past * (2 - sight.frame)
            await stack.enter_async_context(app.run_test(size=(sight.width, height)))
            readers.append(Reader(name, sight, app, own, opened_at))
        async with asyncio.timeout(600):
            while any(each.app.fleet is None for each in readers):
                await SystemClock().sleep(_BEAT_SECONDS)
        await rest(readers)
        for step in range(max(len(each.sight.keys) for each in readers)):
            for each in readers:
                for key in each.sight.keys[step : step + 1]:
                    each.press(key)
            await rest(readers)
        yield readers


async def rest(readers: list[Reader]) -> None:
    """Wait until no app has anything left to do."""
    quiet = 0
    for _ in range(_MOST_BEATS):
        await SystemClock().sleep(_BEAT_SECONDS)
        quiet = 0 if any(is_busy(each.app) for each in readers) else quiet + 1
        if quiet >= _QUIET_BEATS:
            return


def is_busy(app: TaloscopeApp) -> bool:
    """Whether a message or an answer is waited for, or anything is to be drawn."""
    screen = app.screen
    nodes = (app, *screen.walk_children(with_self=True))
    waits = any(node.message_queue_size for node in nodes)
    waits = waits or any(
        each.group in _ASKING and not each.is_finished for each in app.workers
    )
    return waits or screen._layout_required or bool(screen._dirty_widgets)
