"""Older or newer entries of several clusters as one, page by page, without a seam."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field

from tui.backend import Archive
from tui.model.log import Entry, LogBatch, LogQuery, LogSpan
from tui.present import logs
from widgets.values import LogLine

Told = tuple[str, Entry | LogLine]
"""An entry or a note about missing ones, and the cluster that it is of."""


@dataclass(slots=True)
class _Stream:
    """What is read of one cluster, and not given out yet."""

    cluster: str
    pages: AsyncGenerator[LogBatch, None]
    waiting: list[Told] = field(default_factory=list)
    """In the order of their times."""
    is_over: bool = False


class LogPages:
    """Reads in one direction. Nothing is asked for before `more`."""

    def __init__(
        self, archive: Archive, spans: Mapping[str, LogSpan], *, forward: bool
    ) -> None:
        self._forward = forward
        self._streams = [
            _Stream(name, archive.pages(LogQuery(name), span, forward=forward))
            for name, span in spans.items()
        ]
        self.is_reading = False
        self.trouble = ""
        """Why the last reading brought nothing; the next one tries again."""

    @property
    def is_over(self) -> bool:
        """Whether all was read and given out."""
        return all(each.is_over and not each.waiting for each in self._streams)

    async def more(self) -> list[Told]:
        """The next entries, oldest first; of no cluster more than of all is known."""
        self.is_reading = True
        try:
            return await self._more()
        finally:
            self.is_reading = False

    async def _more(self) -> list[Told]:
        self.trouble = ""
        for stream in self._streams:
            if not stream.waiting and not stream.is_over and not self.trouble:
                await self._read(stream)
        if self.trouble:
            return []
        edges = [
            _at(each.waiting[-1 if self._forward else 0])
            for each in self._streams
            if not each.is_over and each.waiting
        ]
        given: list[Told] = []
        for stream in self._streams:
            given += self._taken(stream, edges)
        given.sort(key=_at)
        return given

    async def aclose(self) -> None:
        """End the reading."""
        for stream in self._streams:
            await stream.pages.aclose()

    async def _read(self, stream: _Stream) -> None:
        batch = await anext(stream.pages, None)
        if batch is None:
            stream.is_over = True
        elif batch.fault is not None:
            self.trouble = f"{stream.cluster}: {batch.fault.summary}"
        else:
            told: list[Told] = [(stream.cluster, each) for each in batch.entries]
            told += [(stream.cluster, logs.gap_line(each)) for each in batch.gaps]
            stream.waiting = sorted(told, key=_at)

    def _taken(self, stream: _Stream, edges: list[int]) -> list[Told]:
        """What nothing that is still unread can come before, or behind."""
        waiting = stream.waiting
        if not edges:
            stream.waiting = []
            return waiting
        if self._forward:
            taken = [each for each in waiting if _at(each) <= min(edges)]
            stream.waiting = waiting[len(taken) :]
        else:
            taken = [each for each in waiting if _at(each) >= max(edges)]
            stream.waiting = waiting[: len(waiting) - len(taken)]
        return taken


def _at(told: Told) -> int:
    return told[1].at_ns or 0
