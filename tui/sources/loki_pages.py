"""Reads a range of log entries whole, page by page, whatever the server's limits."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from typing import Protocol

from tui.model.fault import FaultKind
from tui.model.log import Entry, Gap, LogBatch, LogSpan
from tui.sources.base import SourceError
from tui.sources.http_fault import NotSentError
from tui.sources.loki_wire import identity

PAGE = 1000
MOST = 5000
"""Loki's own default for the largest page; a server may allow less and says so."""
LEAST = 50
GROW_AFTER = 10
"""So many pages in a row must be answered before larger ones are tried again."""

_ALLOWED = re.compile(r"max entries limit.*\(\d+ > (\d+)\)")


class Ranges(Protocol):
    """What the pager needs of LokiSource."""

    async def query_range(
        self, query: str, start_ns: int, end_ns: int, limit: int, *, forward: bool
    ) -> tuple[Entry, ...]:
        """At most `limit` entries, oldest first when `forward`."""


class Pager:
    """Reads either way; remembers which page size this server bears."""

    def __init__(self, source: Ranges, query: str) -> None:
        self._source = source
        self._query = query
        self._size = PAGE
        self._most = MOST
        self._borne = MOST
        """What it may grow to: less once a large page was not answered."""
        self._answered = 0
        """Pages in a row since the size was last changed."""

    async def pages(
        self, span: LogSpan, *, forward: bool = True
    ) -> AsyncGenerator[LogBatch, None]:
        """The entries of a span, none twice; each page is asked for when it is wanted.

        Backward, each page is older than the one before. Either way its entries are
        oldest first. A page begins in the very nanosecond where the last one ended,
        since many entries may share it. A gap is yielded when they are more than the
        largest page.
        """
        size, edge = self._size, frozenset(map(identity, span.held))
        at_edge = frozenset(entry.at_ns for entry in span.held)
        while span.since_ns < span.until_ns:
            page, size = await self._page(span, size, forward=forward)
            fresh = [
                entry
                for entry in page
                if entry.at_ns not in at_edge or identity(entry) not in edge
            ]
            if fresh:
                yield LogBatch(tuple(fresh if forward else reversed(fresh)))
            if len(page) < size:
                return
            last = page[-1].at_ns
            at_edge = frozenset((last,))
            edge = frozenset(identity(e) for e in page if e.at_ns == last)
            if page[0].at_ns != last or fresh:
                span, size = _rest(span, last, forward=forward), self._size
            elif size < self._most:
                size = min(2 * size, self._most)
            else:
                why = f"more than {size} entries share this nanosecond"
                yield LogBatch(gaps=(Gap(last, last + 1, why),))
                beyond = last + 1 if forward else last - 1
                span, size = _rest(span, beyond, forward=forward), self._size

    async def _page(
        self, span: LogSpan, size: int, *, forward: bool
    ) -> tuple[tuple[Entry, ...], int]:
        """One page, and the size it was asked with; smaller ones after a refusal."""
        while True:
            try:
                page = await self._source.query_range(
                    self._query, span.since_ns, span.until_ns, size, forward=forward
                )
            except SourceError as error:
                self._answered = 0
                size = self._smaller(error, size)
                self._size = min(self._size, size)
            else:
                self._grow(is_full=len(page) == size)
                return page, size

    def _grow(self, *, is_full: bool) -> None:
        """Ask for more once small pages are answered well: it may have been the
        server's hour, not the size; and while there is much, fewer pages are faster."""
        self._answered += 1
        most = min(self._most, self._borne if is_full else PAGE)
        if self._answered >= GROW_AFTER and self._size < most:
            self._answered = 0
            self._size = min(2 * self._size, most)

    def _smaller(self, error: SourceError, size: int) -> int:
        """A size that may do better; raises the error when there is none.

        Loki never answers with more than 4 MiB: it closes the connection, or hangs.
        """
        fault = error.fault
        allowed = _ALLOWED.search(f"{fault.summary} {fault.detail}")
        if allowed is not None and 0 < int(allowed[1]) < size:
            self._most = int(allowed[1])
            return self._most
        may_be_size = fault.kind in {FaultKind.TIMEOUT, FaultKind.UNREACHABLE}
        if may_be_size and not isinstance(error, NotSentError) and size > LEAST:
            if size > PAGE:
                self._borne = PAGE
            return max(LEAST, size // 4)
        raise error


def _rest(span: LogSpan, last_ns: int, *, forward: bool) -> LogSpan:
    """What is still to be read; the last nanosecond again, for all that share it."""
    if forward:
        return LogSpan(last_ns, span.until_ns)
    return LogSpan(span.since_ns, last_ns + 1)
