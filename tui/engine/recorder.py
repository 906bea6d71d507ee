"""Has what happens to alerts written down, and asks for what was.

The disk has a thread of its own. One that fails or hangs costs the memory of this run,
and nothing else.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from functools import partial
from typing import TypeVar

from tui.chronicle.known import Known
from tui.chronicle.watcher import Seen, Watcher
from tui.clock import Clock
from tui.engine.supervisor import attempt
from tui.model.change import AlertName, Change
from tui.model.event import Event
from tui.model.memory import Episode, Habits, SilenceMemory
from tui.state.book import Book
from tui.state.book_file import BookError
from tui.state.worker import Worker

T = TypeVar("T")

READ_SECONDS = 5.0
WRITE_SECONDS = 10.0
LEAVE_SECONDS = 1.0
BATCH_SECONDS = 1.0
"""What happens within it is written at once."""
HEARTBEAT_SECONDS = 30.0
"""Without news: a run that is killed loses as much of what nothing happened in.

What could not be read or written is tried again as often."""
KEPT = 1_000
"""Changes of alerts of this run, and other things that happened: 3 MiB once there are
so many."""
_MOST_WAITING = 5


class Recorder:
    """What is known of alerts over time. Without a book, of this run only."""

    def __init__(
        self,
        clock: Clock,
        watcher: Watcher,
        book: Book | None,
        ready: Callable[[], None],
        endpoints: Collection[str] | None = None,
    ) -> None:
        """watcher     whose looks are noted
        ready       called once it knows what the runs before knew, or must do without
        endpoints   Alertmanagers that this run reads; of others nothing is loaded
        """
        self._endpoints = endpoints
        self.stamp = 0
        self.is_ready = False
        self._watcher = watcher
        self._clock = clock
        self._book = book
        self._ready = ready
        self._failure = self._unread = ""
        self._known = Known()
        self._own: deque[Change] = deque(maxlen=KEPT)
        self._events: deque[Event] = deque(maxlen=KEPT)
        self._unwritten: list[Change] = []
        self._news = asyncio.Event()
        self._worker = Worker("history")
        if book is None:
            self._begin(Known())

    @property
    def trouble(self) -> str:
        """Why what happens is not remembered, or what was lost; mostly empty."""
        return self._failure or self._unread or (self._book.note if self._book else "")

    @property
    def unread(self) -> str:
        """Why the last answer is not all that is remembered; empty when it is."""
        return self._unread

    def note(self, seen: Seen, happened: Sequence[Event] = ()) -> None:
        """Keep what a look has found, and what happened beside alerts."""
        if happened:
            self._events.extend(happened)
            self.stamp += 1
        if seen.known is None:
            return
        self._known = seen.known
        if seen.changes:
            self._own.extend(seen.changes)
            if self._book is None:
                self.stamp += 1
            elif self._book.writes:
                self._unwritten.extend(seen.changes)
                self._news.set()

    def _begin(self, known: Known) -> None:
        self._watcher.begin(known)
        self.is_ready = True

    async def run(self) -> None:
        """Read what is remembered, then write until cancelled."""
        book = self._book
        if book is None:
            return
        load = partial(book.known, self._clock.now(), self._endpoints)
        self._unread, known = await self._ask(load, READ_SECONDS)
        self._begin(known or Known())
        self._ready()
        while not book.writes:
            # Another run writes: there may be something new, or it can be read again.
            await self._clock.sleep(HEARTBEAT_SECONDS)
            self.stamp += 1
        try:
            while True:
                await self._clock.wait(self._news, HEARTBEAT_SECONDS)
                await self._clock.sleep(BATCH_SECONDS)
                await self._write(book)
        finally:
            with suppress(TimeoutError):
                async with asyncio.timeout(LEAVE_SECONDS):
                    await self._write(book)
                    await self._worker.do(book.close)

    async def _write(self, book: Book) -> None:
        """Write what is new. What fails is worked out by the book the next time."""
        self._news.clear()
        found, self._unwritten = tuple(self._unwritten), []
        work = partial(book.write, self._known, found, self._clock.now())
        self._failure, _ = await self._ask(work, WRITE_SECONDS)
        if not self._failure:
            self._unread = ""  # what can be written can be read: whoever looks will
        self.stamp += 1

    @property
    def events(self) -> tuple[Event, ...]:
        """What happened in this run beside alerts, oldest first."""
        return tuple(self._events)

    async def changes(self) -> tuple[Change, ...]:
        """What happened last, newest first; of this run when that is all there is."""
        found = await self._read(lambda book: book.changes())
        if found is not None:
            return found
        return tuple(sorted(self._own, key=lambda each: each.at, reverse=True))

    async def episodes(self, name: AlertName) -> tuple[Episode, ...]:
        """What is remembered of one alert, the newest episode first."""
        found = await self._read(lambda book: book.episodes(name))
        return self._own_episodes(name) if found is None else found

    async def habits(self) -> Habits:
        """What each name amounts to, as far back as anything is remembered."""
        now = self._clock.now()
        found = await self._read(lambda book: book.habits(now))
        return Habits(now, now) if found is None else found

    async def silences(self) -> SilenceMemory:
        """When silences last hid an alert; nothing when nothing is remembered."""
        now = self._clock.now()
        found = await self._read(lambda book: book.silences(now))
        return SilenceMemory() if found is None else found

    def _own_episodes(self, name: AlertName) -> tuple[Episode, ...]:
        """The episode that it is in, as this run saw it."""
        sight, watch = self._known.sights.get(name), self._known.watches.get(name[0])
        if sight is None or watch is None:
            return ()
        mine = tuple(each for each in self._own if each.subject.key == sight.key)
        return (Episode(sight.judged, mine, watch.until),)

    async def _read(self, ask: Callable[[Book], T]) -> T | None:
        """What the book says; None when there is none, or when it does not."""
        book = self._book
        if book is None:
            return None
        self._unread, found = await self._ask(lambda: ask(book), READ_SECONDS)
        return found

    async def _ask(self, work: Callable[[], T], seconds: float) -> tuple[str, T | None]:
        """Why the disk did not do it, else what it gave."""
        if self._worker.waiting > _MOST_WAITING:
            return "the history file: the disk does not answer", None
        fault, told = await attempt(
            self._worker.do(partial(_told, work)), seconds, "history"
        )
        if fault is not None:
            return f"the history file: {fault.summary}", None
        failure, value = told
        return failure, value


def _told(work: Callable[[], T]) -> tuple[str, T | None]:
    """Why it failed, else what it gave: that a disk fails is no surprise."""
    try:
        return "", work()
    except BookError as error:
        return str(error), None
