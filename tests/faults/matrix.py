"""What is tried on each kind of source, and what must be told of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace

from tests.bench.stalls import Stopwatch
from tests.engines import running, until
from tests.faults.behind import CLUSTER, PASSWORD, Harmed
from tui.clock import SystemClock
from tui.config import load
from tui.engine.engine import Engine
from tui.model.fault import FaultKind as Kind
from tui.model.fleet import FeedKey, Fleet, SourceKind, SourceState, SourceStatus

REFRESH_SECONDS = 2.0
TIMEOUT_SECONDS = 1.5
ATTEMPTS_TO_RECOVER = 3
"""One was under way, one is answered, one more fits into the wait for it. They are
counted, for seconds on a busy machine say little; no wait is longer than a refresh."""
LONGEST_STEP_MS = 100.0
"""Of CPU, in one turn of the loop: a key waits no longer."""
CLOCK = SystemClock()


@dataclass(frozen=True, slots=True)
class Cell:
    """One fault, and what a person must be told: any of the kinds, any of the words."""

    fault: str
    kinds: tuple[Kind, ...]
    words: tuple[str, ...]


CONNECTION = (
    Cell("refused", (Kind.UNREACHABLE,), ("refused",)),
    Cell("hole", (Kind.UNREACHABLE, Kind.TIMEOUT), ("no connection", "within")),
    Cell("mute", (Kind.UNREACHABLE, Kind.TIMEOUT), ("no connection", "within")),
    Cell("silent", (Kind.TIMEOUT, Kind.UNREACHABLE), ("within", "cut", "sign of life")),
    Cell("reset", (Kind.UNREACHABLE,), ("cut", "lost", "reset")),
    Cell("drip", (Kind.TIMEOUT, Kind.UNREACHABLE), ("within", "took over")),
)
CERTIFICATE = (
    Cell("expired", (Kind.TLS,), ("expired",)),
    Cell("future", (Kind.TLS,), ("not yet valid",)),
    Cell("name", (Kind.TLS,), ("mismatch", "not valid for")),
    Cell("stranger", (Kind.TLS,), ("CA that we do not know", "did not sign")),
)
ANSWER = (
    Cell("401", (Kind.AUTH,), ("credentials",)),
    Cell("403", (Kind.FORBIDDEN,), ("forbids",)),
    Cell("429", (Kind.RATE_LIMITED,), ("slow down",)),
    Cell("500", (Kind.SERVER,), ("it broke",)),
    Cell("503", (Kind.UNREACHABLE,), ("not ready",)),
    Cell("redirect", (Kind.PROTOCOL,), ("redirected to 127.0.0.1",)),
)
BODY = (
    Cell("html", (Kind.PROTOCOL,), ("HTML", "websocket")),
    Cell("truncated", (Kind.PROTOCOL,), ("cut short", "shape", "websocket")),
    Cell("bomb", (Kind.PROTOCOL, Kind.TIMEOUT), ("64 MiB", "within", "websocket")),
    Cell("large", (Kind.PROTOCOL, Kind.TIMEOUT), ("shape", "within", "websocket")),
    Cell("type", (Kind.PROTOCOL,), ("JSON", "websocket")),
)
HTTP = (*CONNECTION, *CERTIFICATE, *ANSWER, *BODY)
_LATE = ("no connection within", "64 MiB", "websocket")
_OF_THE_WAY = {
    "500": Cell("500", (Kind.UNREACHABLE,), ("does not get through", "it broke")),
    # They take longer than a connection may, on most machines.
    "bomb": Cell("bomb", (Kind.UNREACHABLE, Kind.PROTOCOL), _LATE),
    "large": Cell("large", (Kind.UNREACHABLE, Kind.PROTOCOL), (*_LATE, "shape")),
}
FORWARDED = tuple(_OF_THE_WAY.get(cell.fault, cell) for cell in HTTP)
GRPC = (
    *CONNECTION,
    *CERTIFICATE,
    Cell("401", (Kind.AUTH,), ("who are you?",)),
    Cell("403", (Kind.FORBIDDEN,), ("not authorized",)),
    Cell("429", (Kind.RATE_LIMITED,), ("too many requests",)),
    Cell("500", (Kind.PROTOCOL,), ("it broke",)),
    Cell("503", (Kind.UNREACHABLE,), ("starting",)),
    Cell("redirect", (Kind.PROTOCOL,), ("it is no apid: it answers HTTP 302",)),
    Cell("html", (Kind.PROTOCOL,), ("it is a web server, not an apid",)),
    Cell("truncated", (Kind.PROTOCOL,), ("cut short",)),
    Cell("bomb", (Kind.PROTOCOL,), ("Compression algorithm",)),
    Cell("large", (Kind.PROTOCOL,), ("larger than max",)),
    Cell("type", (Kind.PROTOCOL,), ("it is a web server, not an apid",)),
)


@asynccontextmanager
async def reading(estate: Harmed) -> AsyncIterator[Engine]:
    """The engine on the estate, with everything read once."""
    config = load(estate.config)
    quick = replace(
        config, refresh_seconds=REFRESH_SECONDS, timeout_seconds=TIMEOUT_SECONDS
    )
    async with running(quick) as engine:
        await until(engine, lambda f: all(is_live(one) for one in feeds(f)), 60)
        yield engine


def feeds(fleet: Fleet) -> dict[SourceStatus, None]:
    """Everything that is read, once."""
    return {each: None for cluster in fleet.clusters for each in cluster.sources}


def is_live(status: SourceStatus) -> bool:
    """Whether it has been read, and may be believed."""
    return status.state(CLOCK.now()) is SourceState.LIVE


def is_harmed(key: FeedKey, kind: SourceKind) -> bool:
    """Whether a feed goes through the proxy's port for that kind."""
    if kind in {SourceKind.KUBERNETES, SourceKind.TALOS}:
        return key.kind is kind and key.endpoint.partition("/")[0] == CLUSTER
    return key.kind is kind


def state_of(fleet: Fleet, kind: SourceKind, feed: str) -> SourceStatus:
    """The one feed that is looked at."""
    cluster = fleet.cluster(CLUSTER)
    assert cluster is not None
    (found,) = (
        each
        for each in cluster.sources
        # A machine is shown as one thing, by that of its feeds which is worst off.
        if is_harmed(each.key, kind)
        and (kind is SourceKind.TALOS or each.key.feed == feed)
    )
    return found


def goes_on(fleet: Fleet, since: datetime, *kinds: SourceKind) -> bool:
    """Whether everything else was read since; a calm tail is only heard of later."""
    others = [
        each
        for each in feeds(fleet)
        if not any(is_harmed(each.key, kind) for kind in kinds)
    ]
    return all(
        is_live(each)
        and (each.key.feed == "tail" or (each.observed_at or since) > since)
        for each in others
    )


def shape(fleet: Fleet) -> tuple[int, ...]:
    """How much is on the screen: rows may not go because of a fault."""
    return tuple(
        len(found or ())
        for cluster in fleet.clusters
        for found in (cluster.targets, cluster.alerts, cluster.nodes)
    )


async def told(
    engine: Engine, estate: Harmed, kind: SourceKind, feed: str, cell: Cell
) -> None:
    """Harm one source, and see that it is told, that the rest goes on, that it ends."""
    rows, since = shape(engine.fleet), CLOCK.now()
    with Stopwatch() as stopwatch:
        await asyncio.to_thread(estate.harm, kind.value, cell.fault)
        engine.refresh()
        try:
            # At first it may only say that the connection there was is cut.
            with suppress(TimeoutError):
                await until(engine, lambda f: names(state_of(f, kind, feed), cell), 15)
            fleet = engine.fleet
            engine.refresh()
            await until(engine, lambda f: goes_on(f, since, kind), 30)
        finally:
            await asyncio.to_thread(estate.heal, kind.value)
        tried = state_of(engine.fleet, kind, feed).attempts
        well = await until(engine, lambda f: is_live(state_of(f, kind, feed)))
    again = state_of(well, kind, feed).attempts - tried
    if kind is not SourceKind.TALOS:  # which of a machine's feeds is shown, changes
        assert again <= ATTEMPTS_TO_RECOVER
    check(fleet, kind, feed, cell)
    assert shape(fleet) == rows
    assert stopwatch.over(LONGEST_STEP_MS) == []
    assert await asyncio.to_thread(estate.followed) == 0


def names(status: SourceStatus, cell: Cell) -> bool:
    """Whether its fault is told as it should be."""
    fault = status.fault
    said = f"{fault.summary} {fault.detail} {fault.remedy}" if fault else ""
    is_kind = fault is not None and fault.kind in cell.kinds
    return is_kind and any(word in said for word in cell.words)


def check(fleet: Fleet, kind: SourceKind, feed: str, cell: Cell) -> None:
    """The message names the cause, and no secret."""
    status = state_of(fleet, kind, feed)
    fault = status.fault
    assert fault is not None
    assert names(status, cell), fault
    assert PASSWORD not in repr(fault)
    assert fault.retry_at is not None
    assert fault.advice


async def restarted(
    engine: Engine, estate: Harmed, kind: SourceKind, feed: str
) -> None:
    """Cut everything, and be there again at once, as a server that restarts."""
    before = state_of(engine.fleet, kind, feed).attempts
    for order in ("refused", "-"):
        await asyncio.to_thread(estate.harm, kind.value, order)
    await until(
        engine,
        lambda f: (
            state_of(f, kind, feed).attempts > before
            and is_live(state_of(f, kind, feed))
        ),
    )
