"""A node's own logs as batches of entries. What is resumed how is talosapi's business.

A gap is shown with the entries behind it, as only they tell when it ended.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import TypeVar

from talosapi.resume import Cut, Gap, Piece
from tui.ending import end_if_told
from tui.model.fault import Fault, FaultKind
from tui.model.log import Entry, LogBatch
from tui.model.log import Gap as LogGap
from tui.sources.base import SourceError
from tui.sources.talos_values import fault

T = TypeVar("T")

Open = Callable[[], Awaitable[AsyncGenerator[Piece[T], None]]]


async def batches(
    opened: Open[T],
    entry: Callable[[T], Entry],
    where: str,
    pause: Callable[[int], Awaitable[None]],
) -> AsyncGenerator[LogBatch, None]:
    """What the node keeps, then what comes, for ever; a cut is a batch with a fault.

    opened      begins the tail; it may fail, with SourceError, and is tried again
    where       names the node in faults
    pause       waits before another attempt, longer after more failures
    """
    failures = 0
    while True:
        try:
            pieces = await opened()
        except SourceError as error:
            end_if_told()
            failures += 1
            yield LogBatch(fault=error.fault)
            await pause(failures)
            continue
        async with aclosing(_batches(pieces, entry, where)) as found:
            async for batch in found:
                yield batch


async def _batches(
    tail: AsyncGenerator[Piece[T], None], entry: Callable[[T], Entry], where: str
) -> AsyncGenerator[LogBatch, None]:
    newest_ns = 0
    missing = ""
    async with aclosing(tail) as pieces:
        async for piece in pieces:
            if isinstance(piece, Gap):
                missing = piece.why
            elif isinstance(piece, Cut):
                yield LogBatch(fault=_fault(piece, where))
            else:
                entries = tuple(map(entry, piece))
                gap = LogGap(newest_ns, entries[0].at_ns, missing)
                newest_ns = entries[-1].at_ns
                yield LogBatch(entries, (gap,) if missing else ())
                missing = ""


def _fault(cut: Cut, where: str) -> Fault:
    if cut.error is not None:
        return fault(cut.error)
    return Fault(FaultKind.UNREACHABLE, "the node ended the log", endpoint=where)
