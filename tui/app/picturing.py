"""Pictures of screens as they were, drawn by the app without a terminal."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

from textual.message import Message
from textual.pilot import Pilot

from tui.app import TaloscopeApp
from tui.backend import Backend
from tui.clock import Clock
from tui.config import Config
from tui.model.fleet import Fleet
from widgets.picture import picture

Look = Callable[[Fleet], Message | None]
"""What opens the screen that is wanted, once its moment is there; None: the first."""

SIZE = (160, 44)
_DEADLINE_SECONDS = 60.0
_TURNS = 12
"""Of the event loop, until everything that a moment changes is drawn."""


async def pictures(
    config: Config,
    clock: Clock,
    backend: Backend,
    wanted: Sequence[tuple[datetime, Look]],
) -> tuple[str, ...]:
    """One SVG for each moment of a record, in that order.

    backend  a record that is replayed
    raise    TimeoutError when that takes too long
    """

    async def connect() -> Backend:
        return backend

    app = TaloscopeApp(config, clock, connect)
    found = []
    async with asyncio.timeout(_DEADLINE_SECONDS), app.run_test(size=SIZE) as pilot:
        while app.fleet is None:
            await pilot.pause()
        for at, look in wanted:
            await _go(app, pilot, at)
            message = look(backend.fleet)
            if message is not None:
                app.post_message(message)
                await _settle(pilot)
            found.append(picture(app))
            await app.action_back()
    return tuple(found)


async def _go(app: TaloscopeApp, pilot: Pilot[None], at: datetime) -> None:
    app.go_to(at)
    # The app's own first step into the record may be cut short by this one.
    while any(each.group == "wind" and not each.is_finished for each in app.workers):
        await pilot.pause()
    await _settle(pilot)


async def _settle(pilot: Pilot[None]) -> None:
    for _ in range(_TURNS):
        await pilot.pause()
