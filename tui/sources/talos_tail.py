"""A tail of a node's own log that goes on after a cut and repeats nothing.

A node has no "since": after each cut it sends its whole buffer again. The seam is found
by text and order, as kernel times differ by up to a second from answer to answer.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing

from tui.clock import Clock
from tui.model.fault import Fault, FaultKind
from tui.model.log import Entry, Gap, LogBatch
from tui.sources.base import SourceError

CONTEXT = 32
"""Entries that must agree where two answers are sewn together, if there are as many."""
QUIET_SECONDS = 0.25
"""A buffer that is sent again has ended when nothing came for so long."""
LONGEST_BATCH = 500
SETTLED_SECONDS = 30.0

Open = Callable[[], AsyncGenerator[Entry, None]]


class TalosTail:
    """One log of one node, for ever."""

    def __init__(
        self, open_tail: Open, clock: Clock, backoff: Callable[[int], float], where: str
    ) -> None:
        """Remember how to open it; `where` names the node in faults."""
        self._open = open_tail
        self._clock = clock
        self._backoff = backoff
        self._where = where
        self._last: deque[Entry] = deque(maxlen=CONTEXT)

    async def batches(self) -> AsyncGenerator[LogBatch, None]:
        """What the node keeps, then what comes; a cut is a batch with a fault."""
        failures = 0
        while True:
            opened = self._clock.monotonic()
            fault = Fault(
                FaultKind.UNREACHABLE, "the node ended the log", endpoint=self._where
            )
            try:
                async with aclosing(self._connection()) as batches:
                    async for batch in batches:
                        yield batch
            except SourceError as error:
                fault = error.fault
            has_settled = self._clock.monotonic() - opened >= SETTLED_SECONDS
            failures = 1 if has_settled else failures + 1
            yield LogBatch(fault=fault)
            await self._clock.sleep(self._backoff(failures))

    async def _connection(self) -> AsyncGenerator[LogBatch, None]:
        """One stream from its opening to its end."""
        inbox = _Inbox()
        receiver = asyncio.create_task(self._receive(inbox))
        try:
            if self._last:
                for batch in self._sewn(await self._again(inbox, receiver)):
                    yield batch
            while not receiver.done() or inbox.entries:
                await inbox.changed.wait()
                for batch in self._noted(inbox.take()):
                    yield batch
                if receiver.done():
                    break
            receiver.result()
        finally:
            receiver.cancel()
            await asyncio.gather(receiver, return_exceptions=True)

    async def _receive(self, inbox: _Inbox) -> None:
        try:
            async with aclosing(self._open()) as entries:
                async for entry in entries:
                    inbox.put(entry)
        finally:
            inbox.changed.set()

    async def _again(
        self, inbox: _Inbox, receiver: asyncio.Task[None]
    ) -> Sequence[Entry]:
        """The buffer that is sent again: all until it falls quiet."""
        buffer: list[Entry] = []
        await inbox.changed.wait()
        while inbox.entries:
            buffer += inbox.take()
            if not receiver.done():
                await self._clock.sleep(QUIET_SECONDS)
        return buffer

    def _sewn(self, buffer: Sequence[Entry]) -> Sequence[LogBatch]:
        """The part of the buffer behind the last entry that was shown."""
        if not buffer:
            return ()
        seam = _seam(tuple(self._last), buffer)
        if seam is not None:
            return self._noted(buffer[seam:])
        why = "the node's buffer no longer reaches back: restarted, or overwritten"
        gap = Gap(self._last[-1].at_ns, buffer[0].at_ns, why)
        return (LogBatch(gaps=(gap,)), *self._noted(buffer))

    def _noted(self, entries: Sequence[Entry]) -> Sequence[LogBatch]:
        """Batches of them, remembered for the next seam."""
        self._last.extend(entries)
        return [
            LogBatch(tuple(entries[start : start + LONGEST_BATCH]))
            for start in range(0, len(entries), LONGEST_BATCH)
        ]


class _Inbox:
    """What came and nobody took yet. A node keeps about a megabyte, so this is bounded
    by how fast it writes between two turns of the loop."""

    def __init__(self) -> None:
        self.changed = asyncio.Event()
        self.entries: list[Entry] = []

    def put(self, entry: Entry) -> None:
        self.entries.append(entry)
        self.changed.set()

    def take(self) -> list[Entry]:
        entries, self.entries = self.entries, []
        self.changed.clear()
        return entries


def _seam(last: Sequence[Entry], buffer: Sequence[Entry]) -> int | None:
    """Where the new part of the buffer begins: behind the same text in the same order.

    Among several such places the one whose time is nearest wins, then the last.
    """
    known = [_text(entry) for entry in last]
    again = [_text(entry) for entry in buffer]
    places = [
        end
        for end in range(1, len(again) + 1)
        if again[end - 1] == known[-1]
        and again[max(0, end - len(known)) : end] == known[-min(end, len(known)) :]
    ]

    def distance(end: int) -> tuple[int, int]:
        return abs(buffer[end - 1].at_ns - last[-1].at_ns), -end

    return min(places, key=distance, default=None)


def _text(entry: Entry) -> tuple[str, frozenset[tuple[str, str]]]:
    return entry.line, frozenset(entry.labels.items())
