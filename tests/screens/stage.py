"""The whole app over a hand-made fleet, in a terminal of a given size."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, tzinfo

from msgspec.structs import replace
from textual.pilot import Pilot
from textual.widgets import Input

from tests.clock import ManualClock
from tests.estate import make_fleet
from tests.fakes import FakeBackend, make_config
from tests.judged import NOW
from tests.widgets.screen import screen_text, until_that
from tui.app import TaloscopeApp
from tui.backend import Backend
from tui.config import Silences
from tui.model.fleet import Fleet
from tui.present.glyphs import UNICODE, Marks

SIZES = ((80, 24), (120, 36), (200, 60))


@dataclass
class Stage:
    """A running app, what it talks to, and the hands on its keyboard."""

    app: TaloscopeApp
    backend: FakeBackend
    clock: ManualClock
    pilot: Pilot[None]

    @property
    def text(self) -> str:
        """Everything on the screen."""
        return screen_text(self.app)

    @property
    def top(self) -> str:
        """The first line of the screen."""
        return self.text.splitlines()[0]

    async def press(self, *keys: str) -> None:
        """Press keys one by one, each when the one before has had its effect."""
        for key in keys:
            await self.pilot.press(key)
            await self.settle()

    async def settle(self) -> None:
        """Wait until nothing is left to do."""
        for _ in range(6):
            await self.clock.advance(0)
            await self.pilot.pause()
            for _ in range(20):
                if not self._is_busy:
                    break
                await self.pilot.pause()

    @property
    def _is_busy(self) -> bool:
        """Whether a message waits for any widget of the screen in front."""
        nodes = self.app.screen.walk_children(with_self=True)
        return any(node.message_queue_size for node in nodes)

    async def until(self, words: str) -> None:
        """Wait until the screen says so: logs are painted on a beat of their own."""
        await self.until_that(lambda: words in self.text, words)

    async def until_that(self, holds: Callable[[], bool], what: object = "it") -> None:
        """Wait until something holds, while everybody has the turns that he wants."""
        await until_that(self.pilot, holds, what)

    async def publish(self, fleet: Fleet) -> None:
        """Let a newer snapshot arrive."""
        self.backend.publish(fleet)
        await self.settle()


@asynccontextmanager
async def on_stage(
    size: tuple[int, int] = (120, 36),
    fleet: Fleet | None = None,
    marks: Marks = UNICODE,
    silences: Silences | None = None,
    zone: tzinfo = UTC,
    wrap: Callable[[Backend], Backend] = lambda backend: backend,
) -> AsyncIterator[Stage]:
    """Run the app until the end of the block.

    wrap    what the app gets in place of the backend
    """
    shown = make_fleet() if fleet is None else fleet
    backend, clock = FakeBackend(shown), ManualClock(NOW, zone)

    async def connect() -> Backend:
        return wrap(backend)

    Input.cursor_blink = False  # type: ignore[assignment]
    config = replace(make_config(shown), silences=silences or Silences())
    app = TaloscopeApp(config, clock, connect, marks)
    async with app.run_test(size=size) as pilot:
        stage = Stage(app, backend, clock, pilot)
        while app.fleet is None:
            await pilot.pause()
        await stage.settle()
        yield stage
