"""Prometheus: targets, alerting rules and queries. Knows nothing of clusters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

import httpx
from msgspec import Struct
from msgspec.structs import replace

from tui.aside import aside
from tui.config import Endpoint
from tui.model.fault import FaultKind
from tui.model.metric import Rule, Sample, Series
from tui.model.question_beyond import Measured
from tui.model.target import Target
from tui.sources import prometheus_wire as wire
from tui.sources.base import SourceError
from tui.sources.http import HttpSession, Request, Way
from tui.sources.http_fault import Answer
from tui.sources.http_tunnel import Dialler
from tui.sources.prometheus_targets import DOCUMENT, Seen, TargetsReader, left_in
from tui.sources.server_clock import ServerClock
from tui.sources.wire import decode_little, decoding, read, utc

T = TypeVar("T")
U = TypeVar("U")

FIRST_SYNC = timedelta(seconds=10)
"""Discovery's first sync takes up to 5 s; until then there is no target, with 200."""
LONGEST_LIST_SECONDS = 60.0
"""A list of targets that is not there at the deadline, from a server that answers all
else, has twice as long the next time, and so long in the end: 200,000 are a gigabyte,
and Prometheus sends nothing before it has made all of it."""
MOST_TARGETS = 250_000
"""They are more than a gigabyte of memory here; of more none is shown."""


class _Evaluated(Struct, frozen=True):
    """What an expression gave, not yet decoded."""

    kind: str
    result: Answer
    """Cut down to the result."""
    warnings: tuple[str, ...]


_PARTIAL = ("a part of its storage did not answer",)


class PrometheusSource:
    """One Prometheus. Every method raises SourceError and nothing else."""

    def __init__(
        self,
        endpoint: Endpoint,
        timeout_seconds: float,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        tunnel: Dialler | None = None,
        clock: ServerClock | None = None,
    ) -> None:
        self._session = HttpSession(
            endpoint,
            endpoint.urls[0],
            max(timeout_seconds, LONGEST_LIST_SECONDS),
            transport=transport,
            tunnel=tunnel,
            way=Way(clock=clock),
        )
        self._timeout_seconds = self._list_seconds = timeout_seconds
        self._is_answering = False
        """Whether it has answered anything since it was last asked for its targets."""
        self._seen: Seen = {}
        self._pools: frozenset[str] = frozenset()
        """Of its targets, as they were listed last."""

    async def targets(self) -> tuple[Target, ...]:
        """All active targets, sorted by job and instance.

        raise   SourceError(UNREACHABLE) from a server that has just started: it lists
                none, or only some, before its first discovery, which is not the truth;
                and from one that asks others, of whom some did not answer
        wire    GET /api/v1/targets?state=active
        """
        reader = TargetsReader(self._seen)
        with decoding(self._session.shown_url):
            answer = await self._pour(reader)
        rest = replace(answer, body=reader.document())
        left, doubts = await read(rest, DOCUMENT, _with_doubts(left_in))
        self._require_all("targets", doubts)
        found, pools = await aside(lambda: _with_pools(reader.targets(left)))
        self._seen = reader.seen
        # What is written in its config is listed at once, what it discovers later.
        if not found or self._pools - pools:
            await self._require_discovery()
        self._pools = pools
        return found

    async def rules(self) -> tuple[Rule, ...]:
        """All alerting rules, in the server's order: by file, group, position.

        raise   SourceError(UNREACHABLE) as `targets` when these are not all
        wire    GET /api/v1/rules?type=alert; the position counts those alone
        """
        answer = await self._send(Request("/api/v1/rules", {"type": "alert"}))
        found, doubts = await read(answer, wire.GROUPS, _with_doubts(wire.rules))
        self._require_all("rules", doubts)
        return found

    async def alertmanagers(self) -> tuple[str, ...]:
        """URLs of those that it sends alerts to; none when it is wired to nobody.

        wire    GET /api/v1/alertmanagers
        """
        answer = await self._send(Request("/api/v1/alertmanagers"))
        found = decode_little(answer, wire.ALERTMANAGERS).data.active_alertmanagers
        return tuple(sorted(one.url for one in found or ()))

    async def query(self, expr: str) -> tuple[Sample, ...]:
        """One PromQL expression, evaluated now by the server's clock.

        return  samples ordered by label set; empty when nothing matched; NaN is kept;
                a scalar is one sample without labels
        raise   SourceError(BAD_QUERY) also when the answer has no one value a series
        wire    POST /api/v1/query, a form
        """
        return (await self.measure(expr)).samples

    async def measure(self, expr: str) -> Measured:
        """The same with the server's warnings: a part of the data may be missing."""
        found = await self._evaluate("query", {"query": expr})
        try:
            match found.kind:
                case "vector":
                    samples = await read(found.result, wire.SERIES, wire.samples)
                    return Measured(samples, found.warnings)
                case "scalar":
                    at, value = decode_little(found.result, wire.SCALAR)
                    return Measured((Sample({}, at, float(value)),), found.warnings)
        except ValueError as error:
            raise self._no_number(error) from error
        raise self._not_this(found.kind)

    async def query_range(
        self, expr: str, start: datetime, end: datetime, step_seconds: float
    ) -> tuple[Series, ...]:
        """One expression over time, both ends inclusive.

        return  series ordered by label set; steps without a sample are not there
        wire    POST /api/v1/query_range, a form
        """
        form = {
            "query": expr,
            "start": f"{start.timestamp():.3f}",
            "end": f"{end.timestamp():.3f}",
            "step": f"{step_seconds:g}",
        }
        found = await self._evaluate("query_range", form)
        if found.kind != "matrix":
            raise self._not_this(found.kind)
        try:
            return await read(found.result, wire.SERIES, wire.series)
        except ValueError as error:
            raise self._no_number(error) from error

    async def aclose(self) -> None:
        """Close the connections."""
        await self._session.aclose()

    async def _send(self, request: Request) -> Answer:
        """Ask within the deadline of one call."""
        timed = replace(request, timeout_seconds=self._timeout_seconds)
        answer = await self._session.send(timed)
        self._is_answering = True
        return answer

    async def _pour(self, reader: TargetsReader) -> Answer:
        """Ask for the targets; tells of a list that is too long.

        A server that lists hundreds of thousands answers; it is not silent. So it has
        longer the next time.
        """
        was_answering, self._is_answering = self._is_answering, False
        seconds = self._list_seconds
        request = Request(
            "/api/v1/targets", {"state": "active"}, timeout_seconds=seconds
        )

        def take(piece: bytes) -> int:
            kept = reader.feed(piece)
            if reader.count > MOST_TARGETS:
                raise self._session.error(
                    FaultKind.CONFIG,
                    f"lists over {MOST_TARGETS:,} targets, too many to hold: name the "
                    "Prometheus of each part instead",
                )
            return kept

        try:
            return await self._session.pour(request, take)
        except SourceError as error:
            is_alive = reader.count or was_answering or self._is_answering
            if error.fault.kind is not FaultKind.TIMEOUT or not is_alive:
                raise
            raise self._too_long(reader.count, seconds) from error

    def _too_long(self, count: int, seconds: float) -> SourceError:
        """The fault of a list that did not come in time; it has longer from now on."""
        longest = self._session.timeout_seconds
        self._list_seconds = min(2 * seconds, longest)
        then = f"it has {self._list_seconds:g} s next"
        if seconds == longest:
            then = "raise refresh and timeout in the config"
        told = f"its list of targets took over {seconds:g} s"
        if count:
            told = f"{count:,} targets came within {seconds:g} s, and there are more"
        return self._session.error(FaultKind.TIMEOUT, f"{told}: {then}")

    async def _evaluate(self, path: str, form: Mapping[str, str]) -> _Evaluated:
        request = Request(f"/api/v1/{path}", method="POST", form=form)
        answer = await self._send(request)

        def evaluated(found: wire.Envelope[wire.ResultWire]) -> _Evaluated:
            return _Evaluated(
                found.data.result_type,
                replace(answer, body=bytes(found.data.result)),
                _doubts(found),
            )

        return await read(answer, wire.RESULT, evaluated)

    async def _require_discovery(self) -> None:
        """Refuse a list that lacks targets from a server too young to know better."""
        request = Request("/api/v1/status/runtimeinfo")
        try:
            answer = await self._send(request)
            started = utc(decode_little(answer, wire.RUNTIME).data.start_time)
        except SourceError:
            return  # others that speak this API (Thanos, Mimir) have no such page
        if started and answer.date and answer.date - started < FIRST_SYNC:
            raise self._session.error(
                FaultKind.UNREACHABLE,
                "has just started: it does not know its targets yet",
            )

    def _require_all(self, what: str, doubts: tuple[str, ...]) -> None:
        """Refuse a list of which the server says that it may not be all."""
        if doubts:
            summary = f"lists a part of its {what} only"
            raise self._session.error(FaultKind.UNREACHABLE, summary, doubts[0])

    def _not_this(self, kind: str) -> SourceError:
        return self._session.error(
            FaultKind.BAD_QUERY, f"the expression gives a {kind[:20]}"
        )

    def _no_number(self, error: ValueError) -> SourceError:
        return self._session.error(
            FaultKind.PROTOCOL, "answered a value that is no number", str(error)
        )


def _doubts(found: wire.Envelope[Any]) -> tuple[str, ...]:
    """What the server itself says against its answer being whole."""
    return (*(found.warnings or ()), *(_PARTIAL if found.is_partial else ()))


def _with_doubts(
    make: Callable[[wire.Envelope[T]], U],
) -> Callable[[wire.Envelope[T]], tuple[U, tuple[str, ...]]]:
    return lambda found: (make(found), _doubts(found))


def _with_pools(
    found: tuple[Target, ...],
) -> tuple[tuple[Target, ...], frozenset[str]]:
    return found, frozenset([each.scrape_pool for each in found])
