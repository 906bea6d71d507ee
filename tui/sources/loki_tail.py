"""A tail of Loki that loses nothing and shows nothing twice.

Loki's own tail drops entries, often without a word. So it is taken as a hint: what it
brings is passed on at once, and ranges are read behind it to fill the holes.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from contextlib import aclosing
from dataclasses import replace
from typing import Protocol

from tui.clock import Clock
from tui.model.log import Entry, Gap, LogBatch, LogSpan
from tui.sources.base import SourceError
from tui.sources.http_fault import NotSentError
from tui.sources.loki_pages import Pager, Ranges
from tui.sources.loki_wire import TailFrame, identity
from tui.sources.wire import to_ns

SECOND_NS = 1_000_000_000
LATE_NS = 120 * SECOND_NS
"""Ranges begin this much before what was read: entries arrive late."""
AHEAD_NS = 600 * SECOND_NS
"""Loki takes entries up to ten minutes ahead of its clock."""
BACKFILL_NS = 60 * SECOND_NS
NOT_AHEAD_NS = 5 * SECOND_NS
"""The tail starts in the past: its server's clock may be behind ours."""
TICK_SECONDS = 5.0
TICKS_TO_RECONCILE = 6
BURST = 1000
LONGEST_BATCH = 500
LARGEST_INBOX = 20_000
ATTEMPTS = 3
"""To read a range, before it is called a gap."""
SETTLED_SECONDS = 30.0


class Tailing(Ranges, Protocol):
    """What the tail needs of LokiSource."""

    def tail(
        self, query: str, start_ns: int, limit: int = ...
    ) -> AsyncGenerator[TailFrame, None]:
        """Frames; an empty one first."""


class LokiTail:
    """The entries of one query, from some time on and for ever."""

    def __init__(
        self,
        source: Tailing,
        query: str,
        clock: Clock,
        backoff: Callable[[int], float],
    ) -> None:
        """`backoff` gives the seconds to wait after so many failures in a row."""
        self._source = source
        self._query = query
        self._clock = clock
        self._backoff = backoff
        self._pager = Pager(source, query)
        self._known: dict[int, int] = {}
        """Identities of the last minutes, and their times."""
        self._read_to = 0
        """All before it was read by range, except for late ones."""
        self._since = 0
        self._failed_reads = 0

    async def batches(self, since_ns: int) -> AsyncGenerator[LogBatch, None]:
        """Everything since then, each entry once; never ends until it is closed.

        A batch that is current ends the reading of what there was, and comes again at
        least every 30 s while all is well; one with a fault says that the tail was cut,
        or that a range could not be read yet. Entries are in order inside a batch; late
        ones come in later batches. At most 500 entries a batch.
        """
        self._since = self._read_to = since_ns
        failures = 0
        while True:
            opened = self._clock.monotonic()
            pause = 0.0
            try:
                async with aclosing(self._connection()) as batches:
                    async for batch in batches:
                        yield batch
                if self._clock.monotonic() - opened < SETTLED_SECONDS:
                    pause = self._backoff(1)
            except SourceError as error:
                has_settled = self._clock.monotonic() - opened >= SETTLED_SECONDS
                failures = 1 if has_settled else failures + 1
                pause = error.fault.retry_after_seconds or self._backoff(failures)
                yield LogBatch(fault=error.fault)
                async with aclosing(self._without_tail(error)) as batches:
                    async for batch in batches:
                        yield batch
            if pause:
                await self._clock.sleep(pause)

    async def _connection(self) -> AsyncGenerator[LogBatch, None]:
        """One tail from its opening to its end, and the ranges behind it."""
        inbox = _Inbox()
        receiver = asyncio.create_task(self._receive(inbox))
        ticker = asyncio.create_task(self._tick(inbox))
        try:
            while True:
                await inbox.changed.wait()
                inbox.changed.clear()
                if inbox.is_due and inbox.is_open:
                    inbox.is_due = False
                    async with aclosing(self._reconcile(inbox)) as batches:
                        async for batch in batches:
                            yield batch
                for batch in self._fresh(inbox.take()):
                    yield batch
                if receiver.done():
                    receiver.result()
                    return
        finally:
            receiver.cancel()
            ticker.cancel()
            await asyncio.gather(receiver, ticker, return_exceptions=True)

    async def _receive(self, inbox: _Inbox) -> None:
        """Take the frames as they come, so that the server never waits for us."""
        now_ns = to_ns(self._clock.now())
        start_ns = min(max(self._since, now_ns - BACKFILL_NS), now_ns - NOT_AHEAD_NS)
        try:
            async with aclosing(self._source.tail(self._query, start_ns)) as frames:
                async for frame in frames:
                    inbox.put(frame)
        finally:
            inbox.changed.set()

    async def _tick(self, inbox: _Inbox) -> None:
        """Call for a range now and then; sooner when something seems to be lost."""
        ticks = 0
        while True:
            await self._clock.sleep(TICK_SECONDS)
            ticks += 1
            if inbox.is_lossy or ticks >= TICKS_TO_RECONCILE:
                ticks = 0
                inbox.is_lossy = False
                inbox.is_due = True
                inbox.changed.set()

    async def _reconcile(self, inbox: _Inbox) -> AsyncGenerator[LogBatch, None]:
        """Read what the tail may have lost, or should have brought by now."""
        try:
            async with aclosing(self._ranges()) as batches:
                async for batch in batches:
                    yield batch
        except SourceError as error:
            self._failed_reads += 1
            if self._failed_reads < ATTEMPTS:
                inbox.is_lossy = True
                yield LogBatch(fault=error.fault)
                return
            now_ns = to_ns(self._clock.now())
            gap = Gap(self._read_to, now_ns, error.fault.summary)
            yield LogBatch(gaps=(gap,), fault=error.fault)
            self._advance(now_ns, now_ns)
        else:
            yield LogBatch(is_current=True)
        self._failed_reads = 0

    async def _without_tail(self, error: SourceError) -> AsyncGenerator[LogBatch, None]:
        """While no tail can be had, ranges may still be read; the fault stands."""
        if isinstance(error, NotSentError):
            return
        try:
            async with aclosing(self._ranges()) as batches:
                async for batch in batches:
                    yield replace(batch, fault=error.fault)
        except SourceError as again:
            yield LogBatch(fault=again.fault)

    async def _ranges(self) -> AsyncGenerator[LogBatch, None]:
        """All that was not read yet, and the last minutes again for late entries."""
        now_ns = to_ns(self._clock.now())
        start_ns = max(self._since, self._read_to - LATE_NS)
        span = LogSpan(start_ns, now_ns + AHEAD_NS)
        async with aclosing(self._pager.pages(span)) as pages:
            async for page in pages:
                for batch in self._fresh(page.entries):
                    yield batch
                if page.gaps:
                    yield page
                newest = max((entry.at_ns for entry in page.entries), default=0)
                self._advance(newest, now_ns)
        self._advance(now_ns, now_ns)

    def _advance(self, read_to_ns: int, now_ns: int) -> None:
        """Note how far ranges were read, and forget what none will bring again."""
        self._read_to = max(self._read_to, min(read_to_ns, now_ns))
        oldest = self._read_to - LATE_NS
        self._known = {key: at for key, at in self._known.items() if at >= oldest}

    def _fresh(self, entries: Iterable[Entry]) -> Iterator[LogBatch]:
        """Those that were not shown yet, in order of time, cut into batches."""
        fresh: list[Entry] = []
        for entry in entries:
            key = identity(entry)
            if key not in self._known:
                self._known[key] = entry.at_ns
                fresh.append(entry)
        fresh.sort(key=lambda entry: entry.at_ns)
        for start in range(0, len(fresh), LONGEST_BATCH):
            yield LogBatch(tuple(fresh[start : start + LONGEST_BATCH]))


class _Inbox:
    """What the tail brought and nobody took yet. What does not fit is read by range."""

    def __init__(self) -> None:
        self.changed = asyncio.Event()
        self.is_open = False
        self.is_due = True
        """A range is to be read now."""
        self.is_lossy = False
        """Something was lost, or may have been."""
        self._entries: list[Entry] = []

    def put(self, frame: TailFrame) -> None:
        """Add the entries of a frame."""
        self.is_open = True
        room = LARGEST_INBOX - len(self._entries)
        self._entries.extend(frame.entries[:room])
        is_burst = len(self._entries) >= BURST
        if frame.dropped or is_burst or len(frame.entries) > room:
            self.is_lossy = True
        self.changed.set()

    def take(self) -> list[Entry]:
        """All of it, once."""
        entries, self._entries = self._entries, []
        return entries
