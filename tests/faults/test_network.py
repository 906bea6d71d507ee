"""Another network: every connection is dead without a word, and new ones are taken."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path

from msgspec.structs import replace

from tests.engines import running, until
from tests.faults.behind import SERVED, Harmed, harmed_estate
from tests.faults.matrix import (
    CLOCK,
    REFRESH_SECONDS,
    TIMEOUT_SECONDS,
    feeds,
    is_live,
    shape,
)
from tui.config import load
from tui.engine.engine import Engine
from tui.model.fleet import Fleet, SourceKind, SourceStatus

HARMED = (*SERVED, "kubernetes", "talos")
DEADLINE_SECONDS = 2 * (TIMEOUT_SECONDS + REFRESH_SECONDS)
"""An answer that never comes, and what was asked at the same time on another dead
connection; then within a refresh."""
TAIL_SECONDS = 10.0 + DEADLINE_SECONDS
"""A websocket gives a sign of life every 5 s, and is dead 5 s after one is missed."""
BUSY = 2.0
"""So many times as long as this on a machine that others use too."""


async def moved(engine: Engine, estate: Harmed) -> dict[SourceKind, float]:
    """Change the network under all connections; after how long each kind is read."""
    since, began = CLOCK.now(), CLOCK.monotonic()
    took: dict[SourceKind, float] = {}

    def look(fleet: Fleet) -> bool:
        for kind in SourceKind:
            due = [each for each in feeds(fleet) if is_due(each, kind)]
            if kind not in took and all(is_live(e) and is_since(e, since) for e in due):
                took[kind] = CLOCK.monotonic() - began
        return len(took) == len(SourceKind)

    for name in HARMED:
        await asyncio.to_thread(estate.harm, name, "moved")
    await until(engine, look, 40)
    return took


def is_due(status: SourceStatus, kind: SourceKind) -> bool:
    """Whether it is read every refresh, or followed."""
    is_often = status.interval_seconds <= REFRESH_SECONDS
    return status.key.kind is kind and (is_often or status.key.feed == "tail")


def is_since(status: SourceStatus, since: datetime) -> bool:
    return status.observed_at is not None and status.observed_at > since


async def survived(estate: Harmed) -> None:
    """Read the estate, change the network, and see that all is read again in time."""
    config = replace(
        load(estate.config),
        refresh_seconds=REFRESH_SECONDS,
        timeout_seconds=TIMEOUT_SECONDS,
    )
    async with running(config) as engine:
        await until(engine, lambda f: all(is_live(one) for one in feeds(f)), 60)
        rows = shape(engine.fleet)
        took = await moved(engine, estate)
        assert shape(engine.fleet) == rows
    for kind, seconds in took.items():
        most = TAIL_SECONDS if kind is SourceKind.LOKI else DEADLINE_SECONDS
        assert seconds < BUSY * most, kind


async def test_another_network_is_survived(tmp_path: Path) -> None:
    with harmed_estate(tmp_path) as estate:
        await survived(estate)


async def test_port_forwards_survive_another_network(tmp_path: Path) -> None:
    with harmed_estate(tmp_path) as estate:
        estate.through_port_forwards()
        await survived(estate)
