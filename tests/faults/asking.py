"""The same faults where nothing is followed: what a person asks Loki for, once.

It is asked straight, or through a port-forward, whose way in is the API server.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from tests.bench.stalls import Stopwatch
from tests.engines import until
from tests.faults.behind import CLUSTER, PASSWORD, Harmed
from tests.faults.matrix import CLOCK, LONGEST_STEP_MS, Cell, goes_on, shape
from tui.engine.engine import Engine
from tui.model.fault import Fault
from tui.model.fleet import SourceKind
from tui.model.log import LogQuery, LogSpan

MINUTE_NS = 60_000_000_000
MOST_ATTEMPTS = 3
"""At first a connection that was kept may be found to be cut."""


@dataclass(frozen=True, slots=True)
class Way:
    """Whose harm keeps us from Loki, and what else hangs on it."""

    harmed: str
    kinds: tuple[SourceKind, ...]


async def counted(engine: Engine) -> Fault | None:
    """How many lines the last minutes had; only why that cannot be told."""
    now = int(CLOCK.now().timestamp()) * 1_000_000_000
    span = LogSpan(now - 5 * MINUTE_NS, now)
    answer = await engine.archive.counts(LogQuery(CLUSTER), span, 60)
    return answer if isinstance(answer, Fault) else None


async def told_at_last(
    engine: Engine, claim: Callable[[Fault | None], bool]
) -> Fault | None:
    """What is told, asked again a few times until it is what is claimed."""
    for _ in range(MOST_ATTEMPTS):
        fault = await counted(engine)
        if claim(fault):
            break
    return fault


async def restarted(engine: Engine, estate: Harmed, way: Way) -> None:
    """Cut everything between two questions, and be there again at once."""
    assert await counted(engine) is None
    for fault in ("refused", "-"):
        await asyncio.to_thread(estate.harm, way.harmed, fault)
    assert await told_at_last(engine, lambda fault: fault is None) is None


def is_told(fault: Fault | None, cell: Cell) -> bool:
    """Whether a person is told the cause."""
    if fault is None or fault.kind not in cell.kinds:
        return False
    return any(word in f"{fault.summary} {fault.detail}" for word in cell.words)


async def asked(engine: Engine, estate: Harmed, way: Way, cell: Cell) -> None:
    """Harm the way to Loki and ask: it is told, the rest goes on, and it ends."""
    assert await counted(engine) is None
    rows, since = shape(engine.fleet), CLOCK.now()
    with Stopwatch() as stopwatch:
        await asyncio.to_thread(estate.harm, way.harmed, cell.fault)
        try:
            fault = await told_at_last(engine, lambda fault: is_told(fault, cell))
            engine.refresh()
            await until(engine, lambda f: goes_on(f, since, *way.kinds), 30)
        finally:
            await asyncio.to_thread(estate.heal, way.harmed)
        again = await told_at_last(engine, lambda fault: fault is None)
    assert is_told(fault, cell), fault
    assert PASSWORD not in repr(fault)
    assert again is None
    assert shape(engine.fleet) == rows
    assert stopwatch.over(LONGEST_STEP_MS) == []
    assert await asyncio.to_thread(estate.followed) == 0
