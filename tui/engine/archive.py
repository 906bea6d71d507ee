"""What Loki keeps of each cluster's kernel logs, read when somebody looks."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from tui.engine.connections import Connections
from tui.engine.plan import Served, UnaskableError, held_selector, serving
from tui.model.fault import Fault, FaultKind
from tui.model.fleet import SourceKind
from tui.model.log import Entry, LogBatch, LogCount, LogQuery, LogSpan
from tui.sources.base import SourceError
from tui.sources.loki_pages import Pager
from tui.triage import assign


class Archive:
    """Pages and counts of log entries, each held to one cluster."""

    def __init__(self, served: tuple[Served, ...], connections: Connections) -> None:
        self._served = served
        self._connections = connections

    async def pages(
        self, query: LogQuery, span: LogSpan, *, forward: bool
    ) -> AsyncGenerator[LogBatch, None]:
        """The entries of a span, none twice and none left out, page by page.

        A page is asked for when the next batch is; close the generator to end early.
        Inside a batch entries are oldest first; backward, each batch is older than the
        one before. A batch with a fault has no entries: the next one tries again where
        it failed. It ends when the span is read, or the query is refused as wrong.
        """
        try:
            served, selector = self._asked(query)
        except UnaskableError as error:
            yield LogBatch(fault=Fault(FaultKind.CONFIG, str(error)))
            return
        pager = Pager(self._connections.loki(served.endpoint), selector)
        while True:
            try:
                async with aclosing(pager.pages(span, forward=forward)) as pages:
                    async for page in pages:
                        span = _rest(span, page, forward=forward)
                        yield _own(page, served, query.cluster)
            except SourceError as error:
                yield LogBatch(fault=error.fault)
                if error.fault.kind is FaultKind.BAD_QUERY:
                    return
            else:
                return

    async def counts(
        self, query: LogQuery, span: LogSpan, step_seconds: int, by: str = ""
    ) -> tuple[LogCount, ...] | Fault:
        """How many entries each step of a span has; steps without any are left out.

        Steps are aligned to multiples of their length. At most 11,000 of them.

        by      a label to count by, such as `level`
        """
        try:
            served, selector = self._asked(query)
            source = self._connections.loki(served.endpoint)
            return await source.counts(
                selector, span.since_ns, span.until_ns - 1, step_seconds, by
            )
        except UnaskableError as error:
            return Fault(FaultKind.CONFIG, str(error))
        except SourceError as error:
            return error.fault

    def _asked(self, query: LogQuery) -> tuple[Served, str]:
        """Whom to ask, and what; raises UnaskableError."""
        served = serving(self._served, SourceKind.LOKI, query.cluster)
        if served is None:
            raise UnaskableError(f"no Loki is configured for {query.cluster}")
        selector = held_selector(served, query.cluster, query.matchers)
        return served, f"{selector} {query.stages}".rstrip()


def _own(page: LogBatch, served: Served, cluster: str) -> LogBatch:
    """The page without what only looks as if it were the cluster's."""
    if not served.is_shared or not page.entries:
        return page
    own = tuple(
        entry
        for entry in page.entries
        if assign.cluster_of(entry.labels, served.marks, served.home) == cluster
    )
    return LogBatch(own, page.gaps)


def _rest(span: LogSpan, page: LogBatch, *, forward: bool) -> LogSpan:
    """Where to begin again should the next page fail."""
    if page.gaps:
        gap = page.gaps[-1]
        if forward:
            return LogSpan(gap.until_ns, span.until_ns)
        return LogSpan(span.since_ns, gap.since_ns)
    edge = page.entries[-1 if forward else 0].at_ns
    held = _at_edge(span, page.entries, edge)
    if forward:
        return LogSpan(edge, span.until_ns, held)
    return LogSpan(span.since_ns, edge + 1, held)


def _at_edge(span: LogSpan, entries: tuple[Entry, ...], edge: int) -> tuple[Entry, ...]:
    """All that was read of the nanosecond at the edge, over several pages too."""
    before = (entry for entry in span.held if entry.at_ns == edge)
    return (*before, *(entry for entry in entries if entry.at_ns == edge))
