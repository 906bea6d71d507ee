"""A tail of Loki that loses nothing and shows nothing twice.

Loki's own tail drops entries, often without a word. So it is taken as a hint: what it
brings is passed on at once, and ranges are read behind it to fill the holes.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from contextlib import aclosing
from typing import Protocol

from msgspec.structs import replace

from tui.clock import Clock
from tui.ending import end_if_told
from tui.model.fault import FaultKind
from tui.model.log import Entry, Gap, LogBatch, LogCount, LogSpan
from tui.model.unix import SECOND_NS
from tui.sources.base import SourceError
from tui.sources.http_fault import NotSentError
from tui.sources.loki_inbox import Inbox, either
from tui.sources.loki_ledger import Ledger, second_of, spans
from tui.sources.loki_pages import PAGE, Pager, Ranges
from tui.sources.loki_time import AHEAD_NS, LogTime
from tui.sources.loki_wire import TailFrame

LATE_SECONDS = 120
"""Late entries of the last minutes are looked for at each pass."""
WHOLE_SECONDS = 30.0
"""How often they are looked for in all that is known; and the longest time without a
batch while all is well."""
BACKFILL_NS = 60 * SECOND_NS
NOT_AHEAD_NS = 5 * SECOND_NS
"""The tail starts in the past: its server's clock may be behind ours."""
NEAR_NS = 30 * SECOND_NS
"""So far behind, ranges are read page by page rather than by the second."""
TICK_SECONDS = 1.0
TICKS_TO_PASS = 2
"""Ranges are read this often behind a tail that brings something ..."""
TICKS_TO_RECONCILE = 5
"""... and behind one that is quiet, which may be a loss too."""
LONGEST_BATCH = 250
SETTLED_SECONDS = 30.0
PAGE_END = LogBatch()
"""All that a page brought was passed on; it goes no further than this module."""
CAME_LATE = "entries came late in a flood, after it was forgotten what was shown"


class Tailing(Ranges, Protocol):
    """What the tail needs of LokiSource."""

    def tail(
        self, query: str, start_ns: int, limit: int = ...
    ) -> AsyncGenerator[TailFrame, None]:
        """Frames; an empty one first."""

    async def counts(
        self, query: str, start_ns: int, end_ns: int, step_seconds: int
    ) -> tuple[LogCount, ...]:
        """How many entries each step has."""


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
        self._time = LogTime(clock)
        self._backoff = backoff
        self._pager = Pager(source, query)
        self._ledger = Ledger()
        self._read_to = 0
        """All before it was read by range, except for late ones."""
        self._since = 0
        self._whole_at = 0.0
        self._is_countable = True
        self._flow = 0
        """How many entries the tail brought since ranges were last looked at."""
        self._heard_to = 0
        """The newest that the tail brought: it may be behind."""
        self._told_at: float | None = None
        self._inbox = Inbox()

    async def batches(self, since_ns: int) -> AsyncGenerator[LogBatch, None]:
        """Everything since then, each entry once; never ends until it is closed.

        A batch that is current ends the reading of what there was, and comes again at
        least every 35 s while all is well; one with a fault says that the tail was cut,
        or that a range could not be read yet: it will be, nothing is given up. Entries
        are in order inside a batch; late ones come in later batches. At most 250
        entries a batch.
        """
        self._since = self._read_to = since_ns
        self._ledger = Ledger(second_of(since_ns))
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
                end_if_told()
                has_settled = self._clock.monotonic() - opened >= SETTLED_SECONDS
                failures = 1 if has_settled else failures + 1
                pause = error.fault.retry_after_seconds or self._backoff(failures)
                self._told_at = None
                yield LogBatch(fault=error.fault)
                failed = self._clock.monotonic()
                async with aclosing(self._without_tail(error)) as batches:
                    async for batch in batches:
                        if batch != PAGE_END:
                            yield batch
                        # The next tail does not wait for all that is old.
                        elif self._clock.monotonic() - failed >= pause:
                            break
                pause = max(0.0, pause - (self._clock.monotonic() - failed))
            if pause:
                await self._clock.sleep(pause)

    async def _connection(self) -> AsyncGenerator[LogBatch, None]:
        """One tail from its opening to its end, and the ranges behind it."""
        inbox = self._inbox = Inbox()
        receiver = asyncio.create_task(self._receive(inbox))
        others = [
            asyncio.create_task(self._tick(inbox)),
            asyncio.create_task(inbox.gather(self._clock)),
        ]
        try:
            while True:
                await inbox.changed.wait()
                inbox.changed.clear()
                for batch in self._heard(inbox):
                    yield batch
                if receiver.done():
                    for batch in self._heard(inbox):  # what came meanwhile
                        yield batch
                    receiver.result()
                    return
                if inbox.is_due and inbox.is_open:
                    inbox.is_due = False
                    ranges = self._with_ranges(inbox, receiver)
                    async with aclosing(ranges) as batches:
                        async for batch in batches:
                            yield batch
                    inbox.changed.set()
        finally:
            for task in (receiver, *others):
                task.cancel()
            await asyncio.gather(receiver, *others, return_exceptions=True)

    async def _with_ranges(
        self, inbox: Inbox, receiver: asyncio.Task[None]
    ) -> AsyncGenerator[LogBatch, None]:
        """Ranges, and what the tail brings meanwhile: it waits for no answer."""
        async with aclosing(self._reconcile(inbox)) as ranges:
            batch: LogBatch | None = PAGE_END
            # Nor does the next tail wait for all that is old.
            while batch is not None and not (batch == PAGE_END and receiver.done()):
                asked = asyncio.ensure_future(anext(ranges, None))
                try:
                    while not asked.done():
                        await either(asked, inbox.changed)
                        inbox.changed.clear()
                        for fresh in self._heard(inbox):
                            yield fresh
                finally:
                    if not asked.done():
                        asked.cancel()
                        await asyncio.gather(asked, return_exceptions=True)
                batch = asked.result()
                if batch is not None and batch != PAGE_END:
                    yield batch

    async def _receive(self, inbox: Inbox) -> None:
        """Take the frames as they come, so that the server never waits for us."""
        now_ns = self._time.now_ns()
        floor_ns = self._ledger.floor * SECOND_NS
        oldest = max(self._since, now_ns - BACKFILL_NS, floor_ns)
        start_ns = min(oldest, now_ns - NOT_AHEAD_NS)
        try:
            async with aclosing(self._source.tail(self._query, start_ns)) as frames:
                async for frame in frames:
                    inbox.put(frame)
        finally:
            inbox.changed.set()

    async def _tick(self, inbox: Inbox) -> None:
        """Call for ranges now and then: soon when the tail brings something."""
        ticks = 0
        while True:
            await self._clock.sleep(TICK_SECONDS)
            ticks += 1
            if ticks >= (TICKS_TO_PASS if inbox.is_busy else TICKS_TO_RECONCILE):
                ticks = 0
                inbox.is_busy = False
                inbox.is_due = True
                inbox.changed.set()

    async def _reconcile(self, inbox: Inbox) -> AsyncGenerator[LogBatch, None]:
        """Read what the tail may have lost, or should have brought by now."""
        try:
            whole = None if inbox.has_dropped else self._whole()
            inbox.has_dropped, self._flow = False, 0
            async with aclosing(self._ranges(whole)) as batches:
                async for batch in batches:
                    yield batch
        except SourceError as error:
            inbox.is_busy = True
            self._told_at = None
            yield LogBatch(fault=error.fault)
        else:
            now = self._clock.monotonic()
            if self._told_at is None or now - self._told_at >= WHOLE_SECONDS:
                self._told_at = now
                yield LogBatch(is_current=True)

    async def _without_tail(self, error: SourceError) -> AsyncGenerator[LogBatch, None]:
        """While no tail can be had, ranges may still be read; the fault stands."""
        if isinstance(error, NotSentError):
            return
        try:
            async with aclosing(self._ranges()) as batches:
                async for batch in batches:
                    yield (
                        replace(batch, fault=error.fault)
                        if batch != PAGE_END
                        else batch
                    )
        except SourceError as again:
            yield LogBatch(fault=again.fault)

    def _whole(self) -> int | None:
        """The second before which the tail should have brought everything by now.

        return  None when it is better to read than to count: the tail was not well, its
                server's clock is ahead of ours, or it is half a minute since one read
        """
        now_ns = self._time.now_ns()
        until_ns = now_ns - SECOND_NS
        if self._flow > PAGE:
            return second_of(min(until_ns, self._heard_to))
        is_due = self._clock.monotonic() - self._whole_at >= WHOLE_SECONDS
        if is_due or self._told_at is None or self._heard_to > now_ns:
            return None
        return second_of(until_ns)

    async def _ranges(self, whole: int | None = None) -> AsyncGenerator[LogBatch, None]:
        """All that was not read yet; then where Loki has more or less than we have.

        whole   before that second the tail brought all, if Loki's own number of entries
                in each second says so: what it brought whole is not read once more
        """
        now_ns = self._time.now_ns()
        self._return_to(now_ns)
        is_near = now_ns - self._read_to <= NEAR_NS and not self._ledger.is_full
        if whole is not None and is_near and self._is_countable:
            async with aclosing(self._late(whole)) as batches:
                async for batch in batches:
                    yield batch
            if self._is_countable:
                self._advance((whole - 1) * SECOND_NS)
                self._forget()
                return
        async with aclosing(self._pager.pages(self._unread(now_ns))) as pages:
            async for page in pages:
                for batch in self._news(page):
                    yield batch
                if page.entries:
                    self._advance(page.entries[-1].at_ns)
                    self._forget()
        self._advance(now_ns)
        async with aclosing(self._late(second_of(self._read_to))) as batches:
            async for batch in batches:
                yield batch
        self._forget()

    def _return_to(self, now_ns: int) -> None:
        """After our clock was set back because it was wrong: go on from what is now.

        What is known by then of later seconds is known still; where all that is looked
        at lies in the future, nothing can be known of what comes.
        """
        if self._read_to <= now_ns + AHEAD_NS:
            return
        self._read_to = now_ns
        if self._ledger.oldest > second_of(now_ns):
            self._since = self._read_to = (second_of(now_ns) + 1) * SECOND_NS
            self._ledger = Ledger(second_of(self._since))

    def _unread(self, now_ns: int) -> LogSpan:
        """From where ranges were read to, the second before it again, to the future."""
        start_ns = max(self._since, self._read_to - SECOND_NS)
        return LogSpan(start_ns, now_ns + AHEAD_NS)

    def _news(self, page: LogBatch) -> Iterator[LogBatch]:
        """What a page brought, and its end: there, and only there, one may leave off,
        for all of it is taken note of at once."""
        yield from self._fresh(page.entries)
        if page.gaps:
            yield page
        yield PAGE_END

    async def _late(self, until: int) -> AsyncGenerator[LogBatch, None]:
        """Read again each second before `until` of which Loki has another number of
        entries than we.

        Looks at the last minutes, and now and then at all that is known.
        """
        now = self._clock.monotonic()
        is_whole = now - self._whole_at >= WHOLE_SECONDS
        ledger = self._ledger
        recent = max(ledger.floor, until - LATE_SECONDS)
        since = ledger.oldest if is_whole else recent
        if since >= until:
            return
        counts = await self._counts(since, until)
        # What lies here already would be read once more.
        await self._inbox.settled()
        self._is_countable = counts is not None
        for second, count in ledger.missed(counts or {}).items():
            end_ns = second * SECOND_NS + 1
            gap = Gap(end_ns - SECOND_NS, end_ns, CAME_LATE, count)
            yield LogBatch(gaps=(gap,))
        wanted = ledger.differing(since, until, counts or {})
        if counts is None:
            # Not every pipeline can be counted: then the last minutes are read again.
            wanted = list(range(recent, until)) if is_whole else []
        for span in spans(wanted):
            async with aclosing(self._pager.pages(span)) as pages:
                async for page in pages:
                    for batch in self._news(page):
                        yield batch
            for second in range(second_of(span.since_ns), second_of(span.until_ns)):
                ledger.agree(second, (counts or {}).get(second, 0))
        if is_whole:
            self._whole_at = now

    async def _counts(self, since: int, until: int) -> dict[int, int] | None:
        """Loki's own numbers by second, since inclusive and until exclusive.

        return  None when the query cannot be counted
        """
        try:
            found = await self._source.counts(
                self._query, since * SECOND_NS, (until - 1) * SECOND_NS, 1
            )
        except SourceError as error:
            if error.fault.kind is FaultKind.BAD_QUERY:
                return None
            raise
        return {count.until_ns // SECOND_NS: count.count for count in found}

    def _advance(self, read_to_ns: int) -> None:
        """Note how far ranges were read; what is ahead of our clock will be again."""
        self._read_to = max(self._read_to, min(read_to_ns, self._time.now_ns()))

    def _forget(self) -> None:
        """Keep the ledger within bounds, but what ranges will bring again."""
        now_ns = self._time.now_ns()
        unread = second_of(self._unread(now_ns).since_ns)
        self._ledger.forget(second_of(now_ns), unread)

    def _heard(self, inbox: Inbox) -> Iterator[LogBatch]:
        """What the tail brought; in a flood that outruns the ranges it is left to them,
        or more would have to be remembered than memory bears."""
        entries = inbox.take()
        self._flow += len(entries)
        # What waits is looked at when it is wanted: thousands take longer than a key.
        for start in range(0, len(entries), LONGEST_BATCH):
            some = entries[start : start + LONGEST_BATCH]
            self._heard_to = max(self._heard_to, some[-1].at_ns)
            if not self._ledger.is_full:
                yield from self._fresh(some)
        inbox.settle()

    def _fresh(self, entries: Iterable[Entry]) -> Iterator[LogBatch]:
        """Those that were not passed on yet, in order of time, cut into batches."""
        fresh = self._ledger.add(entries)
        if fresh:
            self._time.saw(fresh[-1].at_ns)
        for start in range(0, len(fresh), LONGEST_BATCH):
            yield LogBatch(tuple(fresh[start : start + LONGEST_BATCH]))
