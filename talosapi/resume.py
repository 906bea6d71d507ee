"""A tail that outlives its connections: it repeats nothing and hides no gap.

It knows neither gRPC nor a clock: how a tail is opened, how to wait and for how long
come in from outside.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from contextlib import aclosing
from typing import Generic, TypeAlias, TypeVar

from msgspec import Struct

from talosapi.errors import TalosError
from talosapi.seam import Mark, Place, Seam, Trail

QUIET_SECONDS = 0.5
"""What is sent again has ended when nothing came for so long ..."""
STALL_SECONDS = 5.0
"""... or for so long, when all of it was seen before and more is to be expected."""
BEAT_SECONDS = 0.1
"""Batches come no faster; a line after a silence comes at once."""
LONGEST_BATCH = 500
INBOX = 4096
"""Items that wait to be taken; then the node has to wait too."""

T = TypeVar("T")


class Pace(Struct, frozen=True):
    """How a tail waits.

    sleep    waits for seconds
    backoff  seconds to wait before another attempt, from the number of failures
    """

    sleep: Callable[[float], Awaitable[None]]
    backoff: Callable[[int], float]


class Cut(Struct, frozen=True):
    """The tail has lost its connection, and will try again.

    error     None when the node ended it, as it does when it goes down
    failures  in a row, this one included
    """

    error: TalosError | None
    failures: int


class Gap(Struct, frozen=True):
    """Items are missing between what came before and what comes next."""

    why: str


Piece: TypeAlias = tuple[T, ...] | Gap | Cut

OVERWRITTEN = "the node's buffer no longer reaches back: restarted, or overwritten"


class Resumed(Generic[T]):
    """One log of one node, for ever.

    open_tail  begins the log, and gives together what came together: as it was asked
               for, or, when told that it is again, from the oldest item that the node
               keeps
    mark       what makes an item the same in another answer
    is_whole   whether it is asked for from the oldest item the first time too
    """

    def __init__(
        self,
        open_tail: Callable[[bool], AsyncGenerator[Sequence[T], None]],
        mark: Callable[[T], Mark],
        pace: Pace,
        *,
        is_whole: bool,
    ) -> None:
        self._open = open_tail
        self._mark = mark
        self._pace = pace
        self._is_whole = is_whole
        self._seen = Trail()
        self._failures = 0

    async def pieces(self) -> AsyncGenerator[Piece[T], None]:
        """Items in order, at most 500 at once; a Cut after each lost connection."""
        while True:
            error: TalosError | None = None
            try:
                async with aclosing(self._connection()) as pieces:
                    async for piece in pieces:
                        yield piece
            except TalosError as caught:
                error = caught
            self._failures += 1
            yield Cut(error, self._failures)
            await self._pace.sleep(self._pace.backoff(self._failures))

    async def _connection(self) -> AsyncGenerator[Piece[T], None]:
        """One stream from its opening to its end."""
        inbox: Inbox[T] = Inbox()
        is_again = bool(self._seen)
        receiver = asyncio.create_task(inbox.fill(self._open(is_again)))
        try:
            if is_again:
                for piece in await self._sewn(inbox):
                    yield piece
            while items := await inbox.take():
                self._failures = 0
                for batch in self._noted(items):
                    yield batch
                await self._pace.sleep(BEAT_SECONDS)
            receiver.result()
        finally:
            receiver.cancel()
            await asyncio.gather(receiver, return_exceptions=True)

    async def _sewn(self, inbox: Inbox[T]) -> list[Piece[T]]:
        """What is new of what is sent again, as soon as that can be said.

        Nothing when the connection ends before: the next one will send it again.
        """
        seam = Seam(self._seen, is_whole=self._is_whole)
        held: list[T] = []
        place: int | Place = Place.BEFORE
        items = await inbox.take()
        while items:
            held += items
            seam.again.extend(map(self._mark, items))
            place = seam.find()
            if place not in {Place.BEFORE, Place.INSIDE}:
                break
            is_inside = place is Place.INSIDE
            seconds = STALL_SECONDS if is_inside else QUIET_SECONDS
            items = await self._soon(inbox, seconds)
        else:
            if inbox.has_ended:
                return []
            place = seam.settle()
        # From now on its marks count: times differ between answers.
        self._seen, self._is_whole = seam.again, True
        count = place if isinstance(place, int) else 0
        gap: list[Piece[T]] = [] if count else [Gap(OVERWRITTEN)]
        return [*gap, *_batches(held[count:])]

    async def _soon(self, inbox: Inbox[T], seconds: float) -> list[T]:
        """What comes next; nothing when the node falls quiet or ends the stream."""
        taking = asyncio.create_task(inbox.take())
        pausing = asyncio.create_task(_wait(self._pace.sleep(seconds)))
        both = (taking, pausing)
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            return taking.result() if taking.done() else []
        finally:
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)

    def _noted(self, items: Sequence[T]) -> Iterator[tuple[T, ...]]:
        """Batches of them, remembered for the next seam."""
        self._seen.extend(map(self._mark, items))
        return _batches(items)


def _batches(items: Sequence[T]) -> Iterator[tuple[T, ...]]:
    for start in range(0, len(items), LONGEST_BATCH):
        yield tuple(items[start : start + LONGEST_BATCH])


async def _wait(pause: Awaitable[None]) -> None:
    await pause


class Inbox(Generic[T]):
    """What came and was not taken yet; it holds the sender up when it is full."""

    def __init__(self) -> None:
        self.has_ended = False
        self._items: list[T] = []
        self._news = asyncio.Event()
        self._room = asyncio.Event()

    async def fill(self, tail: AsyncGenerator[Sequence[T], None]) -> None:
        """Put in what a tail gives, to its end or failure."""
        try:
            async with aclosing(tail) as bursts:
                async for burst in bursts:
                    if not burst:
                        continue  # half a line
                    self._items += burst
                    self._news.set()
                    if len(self._items) >= INBOX:
                        self._room.clear()
                        await self._room.wait()
        finally:
            self.has_ended = True
            self._news.set()

    async def take(self) -> list[T]:
        """All that is there, or else the next that comes; none at the end."""
        if not self.has_ended:
            await self._news.wait()
        items, self._items = self._items, []
        self._news.clear()
        self._room.set()
        return items
