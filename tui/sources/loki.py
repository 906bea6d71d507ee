"""Loki: ranges of log entries, and the live tail as the server gives it.

The tail loses entries by design; `tui.sources.loki_tail` makes up for it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from operator import attrgetter
from urllib.parse import urlencode

import httpx
from msgspec.structs import replace
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from tui.config import Endpoint
from tui.model.fault import FaultKind
from tui.model.log import Entry, LogCount
from tui.model.metric import Rule
from tui.model.unix import SECOND_NS
from tui.sources import loki_wire as wire
from tui.sources import prometheus_wire
from tui.sources.base import SourceError
from tui.sources.http import HttpSession, Request, Way
from tui.sources.http_fault import Answer
from tui.sources.http_tunnel import Dialler
from tui.sources.loki_wire import TailFrame
from tui.sources.server_clock import ServerClock
from tui.sources.websocket import dial
from tui.sources.wire import decode, decoding, little, read

MOST_BACKFILL = 1000
"""A tail never sends more than 1,100 lines of the past, whatever it is asked for."""
ROUTINE_END = "reached tail max duration"
"""After an hour by default: the caller just connects again."""

_CATEGORIZE = {"X-Loki-Response-Encoding-Flags": "categorize-labels"}
_CLOSED: tuple[tuple[str, FaultKind, str], ...] = (
    ("max concurrent tail", FaultKind.RATE_LIMITED, "has too many tails open"),
    ("only log selector", FaultKind.BAD_QUERY, "a tail takes a log query only"),
    ("no longer available", FaultKind.PROTOCOL, "its clock is behind ours"),
    ("ingesters closed", FaultKind.UNREACHABLE, "is stopping"),
)
_data = attrgetter("data")


class LokiSource:
    """One Loki, as one tenant. Every method raises SourceError and nothing else."""

    def __init__(
        self,
        endpoint: Endpoint,
        timeout_seconds: float,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        tunnel: Dialler | None = None,
        clock: ServerClock | None = None,
    ) -> None:
        """`transport` replaces the network for queries, in tests."""
        self._session = HttpSession(
            endpoint,
            endpoint.urls[0],
            timeout_seconds,
            transport=transport,
            tunnel=tunnel,
            way=Way(clock=clock),
        )

    async def query_range(
        self, query: str, start_ns: int, end_ns: int, limit: int, *, forward: bool
    ) -> tuple[Entry, ...]:
        """At most `limit` entries from start (inclusive) to end (exclusive).

        forward     oldest first, and those nearest to the start; else the reverse
        return      in order of time; within a nanosecond in the order of arrival
        wire        GET /loki/api/v1/query_range
        """
        params = {
            "query": query,
            "start": str(start_ns),
            "end": str(end_ns),
            "limit": str(limit),
            "direction": "forward" if forward else "backward",
        }
        result = await self._range(params, "streams")
        ordered = partial(wire.ordered, is_newest_first=not forward)
        with self._timing():
            return await read(result, wire.STREAMS, ordered)

    async def counts(
        self, query: str, start_ns: int, end_ns: int, step_seconds: int, by: str = ""
    ) -> tuple[LogCount, ...]:
        """How many entries each step of time has; steps without any are left out.

        Steps begin behind whole multiples of their length, as Loki itself aligns them:
        the first holds start_ns, the last end_ns. At most 11,000 of them.

        query   a log query
        by      a label to count by
        wire    GET /loki/api/v1/query_range, result type "matrix"
        """
        step_ns = step_seconds * SECOND_NS
        group = f" by ({by}) " if by else ""
        params = {
            "query": f"sum{group}(count_over_time({query} [{step_seconds}s]))",
            "start": str(-(-start_ns // step_ns) * step_ns),
            "end": str(-(-end_ns // step_ns) * step_ns),
            "step": f"{step_seconds}s",
        }
        result = await self._range(params, "matrix")
        try:
            return await read(result, wire.SERIES, wire.counts)
        except (ValueError, OverflowError) as error:
            raise self._session.error(
                FaultKind.PROTOCOL, "answered a count that is no number", str(error)
            ) from error

    async def _range(self, params: Mapping[str, str], wanted: str) -> Answer:
        """The result of query_range alone, if it is of the type that is wanted."""
        request = Request("/loki/api/v1/query_range", params, headers=_CATEGORIZE)
        answer = await self._session.send(request)
        data = await read(answer, wire.RANGE, _data)
        if data.result_type != wanted:
            gives = "numbers, not log entries" if wanted == "streams" else "no numbers"
            raise self._session.error(FaultKind.BAD_QUERY, f"the query gives {gives}")
        return replace(answer, body=bytes(data.result))

    async def rules(self) -> tuple[Rule, ...]:
        """The alerting rules of its ruler, in Prometheus' shape; `file` is a namespace.

        wire    GET /prometheus/api/v1/rules
        """
        answer = await self._session.send(Request("/prometheus/api/v1/rules"))
        return await read(answer, prometheus_wire.GROUPS, prometheus_wire.timed_rules)

    async def receiver(self) -> str:
        """The Alertmanagers that its ruler sends to, as its config has them.

        return  URLs with commas between, without credentials; empty when it has none
        raise   SourceError(FORBIDDEN or NOT_FOUND) behind most gateways
        wire    GET /config, YAML of all its settings
        """
        answer = await self._session.send(Request("/config"))
        found = wire.receiver(little(answer).body)
        if found is None:
            raise self._session.error(
                FaultKind.PROTOCOL, "answered a config that tells nothing of a ruler"
            )
        return found

    async def tail(
        self, query: str, start_ns: int, limit: int = MOST_BACKFILL
    ) -> AsyncGenerator[TailFrame, None]:
        """Frames as they come: an empty one once connected, the past, the present.

        Ends by itself only when the server's maximal duration is reached.

        start_ns    must not be ahead of the server's clock
        limit       of entries since start; 1 to 1000
        wire        GET /loki/api/v1/tail, a websocket
        """
        connection = await self._dial(query, start_ns, limit)
        async with connection:
            yield TailFrame()
            while True:
                try:
                    message = await connection.recv(decode=False)
                except ConnectionClosed as closed:
                    error = self._end(closed)
                    if error is None:
                        return
                    raise error from closed
                yield self._frame(message)

    async def aclose(self) -> None:
        """Close the connections of queries; a tail ends with its iterator."""
        await self._session.aclose()

    async def _dial(self, query: str, start_ns: int, limit: int) -> ClientConnection:
        params = urlencode({"query": query, "start": start_ns, "limit": limit})
        return await dial(
            self._session, f"/loki/api/v1/tail?{params}", _CATEGORIZE, "tail"
        )

    def _frame(self, message: bytes) -> TailFrame:
        answer = Answer(200, {}, message, self._session.shown_url)
        frame = decode(answer, wire.FRAME)
        with self._timing(), decoding(self._session.shown_url):
            found = wire.entries(frame.streams or [])
        return TailFrame(tuple(found), len(frame.dropped_entries or ()))

    @contextmanager
    def _timing(self) -> Iterator[None]:
        """Where entries are made: a time that is no number becomes a fault."""
        try:
            yield
        except ValueError as error:
            raise self._session.error(
                FaultKind.PROTOCOL, "answered a time that is no number", str(error)
            ) from error

    def _end(self, closed: ConnectionClosed) -> SourceError | None:
        """What the end of a tail means; None for the routine one."""
        reason = closed.rcvd.reason if closed.rcvd else ""
        if ROUTINE_END in reason:
            return None
        for words, kind, summary in _CLOSED:
            if words in reason:
                return self._session.error(kind, summary, reason)
        return self._session.error(
            FaultKind.UNREACHABLE, "the tail was cut", reason or str(closed)
        )
