"""What the tail of a log brought, until it is taken note of."""

from __future__ import annotations

import asyncio
from typing import Any

from tui.clock import Clock
from tui.model.log import Entry
from tui.sources.loki_wire import TailFrame

LARGEST_INBOX = 100_000
"""Two seconds of a flood, which must bear that a key goes first, and slow machines."""
FLOOD = 250
"""Who finds so many waits for more ..."""
GATHER_SECONDS = 0.1
"""... so long: a look at few costs as much as one at many."""


class Inbox:
    """What the tail brought and nobody took yet. What does not fit is read by range."""

    def __init__(self) -> None:
        self.changed = asyncio.Event()
        self.is_open = False
        self.is_due = True
        """Ranges are to be read now."""
        self.is_busy = False
        """Something came since the last time, or was lost."""
        self.has_dropped = False
        """The server said so."""
        self._is_overrun = False
        """There was no room: nothing is taken until all that came before is, or of
        every second a part would have to be read again."""
        self._entries: list[Entry] = []
        self._came = self._taken = self._noted = 0
        """How many entries there were."""
        self._has_settled = asyncio.Event()
        self._is_flood = asyncio.Event()

    async def gather(self, clock: Clock) -> None:
        """In a flood tell only now and then that something came; never ends."""
        while True:
            await self._is_flood.wait()
            await clock.sleep(GATHER_SECONDS)
            self._is_flood.clear()
            if self._entries:
                self.changed.set()

    @property
    def is_gathering(self) -> bool:
        """Whether more is waited for before anybody is told."""
        return self._is_flood.is_set()

    def put(self, frame: TailFrame) -> None:
        """Add the entries of a frame."""
        self.is_open = True
        if len(self._entries) + len(frame.entries) > LARGEST_INBOX:
            self._is_overrun = True
        if not self._is_overrun:
            self._entries.extend(frame.entries)
            self._came += len(frame.entries)
        self.has_dropped = self.has_dropped or bool(frame.dropped)
        self.is_busy = self.is_busy or bool(frame.entries or frame.dropped)
        if not self.is_gathering:
            self.changed.set()

    def take(self) -> list[Entry]:
        """All of it, once; `settle` is to be called when it is taken note of."""
        entries, self._entries = self._entries, []
        self._taken, self._is_overrun = self._came, False
        if len(entries) >= FLOOD:
            self._is_flood.set()
        return entries

    def settle(self) -> None:
        """What was taken is taken note of."""
        self._noted = self._taken
        self._has_settled.set()

    async def settled(self) -> None:
        """Wait until all that has come by now is taken note of."""
        came = self._came
        while self._noted < came:
            self._has_settled.clear()
            await self._has_settled.wait()


async def either(asked: asyncio.Future[Any], event: asyncio.Event) -> None:
    """Wait for one of both."""
    waited = asyncio.ensure_future(event.wait())
    try:
        await asyncio.wait({asked, waited}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waited.cancel()
