"""What a kernel printed is held against Loki, as far as Loki has not too much of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

import pytest

from tests.clock import START, ManualClock
from tests.sources.loki_server import SmallLoki
from tui.config import ClusterConfig, Endpoint
from tui.engine import pipeline
from tui.engine.connections import Connections
from tui.engine.pipeline import Comparer
from tui.engine.plan import Served
from tui.model.fleet import SourceKind
from tui.model.log import Entry
from tui.model.pipeline import Comparison
from tui.model.unix import to_ns
from tui.sources.base import SourceError
from tui.sources.loki import LokiSource
from tui.store import State

LOKI = Endpoint(urls=("http://loki.example",))
CLUSTER = ClusterConfig("prod", {}, talos_context="prod", loki=LOKI)
BEGIN = to_ns(START - timedelta(minutes=30))
SECOND = 10**9


@dataclass(frozen=True)
class Wired:
    """The connections that a comparison needs."""

    source: LokiSource
    ring: Sequence[Entry]

    def talos(self, _: ClusterConfig) -> Wired:
        return self

    async def printed(self, _: str) -> Sequence[Entry]:
        return self.ring

    def loki(self, _: Endpoint) -> LokiSource:
        return self.source


async def compare(loki: SmallLoki, ring: Sequence[Entry]) -> Comparison:
    served = (Served(SourceKind.LOKI, LOKI, (CLUSTER,)),)
    async with loki.serving() as source:
        wired = cast("Connections", Wired(source, ring))
        comparer = Comparer(served, wired, ManualClock())
        return await comparer.compare(CLUSTER, "10.10.0.41", State())


def lines(count: int) -> list[tuple[int, str]]:
    return [(BEGIN + n * SECOND // 10, f"line {n:05}") for n in range(count)]


async def test_many_pages_are_read_and_held_against_what_the_kernel_printed() -> None:
    loki, told = SmallLoki(), lines(2_500)
    await loki.push(*told[:-1])
    found = await compare(loki, [Entry(at, {}, line) for at, line in told])
    assert (found.printed, found.lost) == (2_500, 1)
    assert len(loki.ranges) == 3


async def test_too_much_is_counted_and_not_read_in_vain(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pipeline, "MOST", 2_000)
    loki, told = SmallLoki(), lines(2_500)
    await loki.push(*told)
    with pytest.raises(SourceError, match="more of it than can be held"):
        await compare(loki, [Entry(at, {}, line) for at, line in told])
    assert len(loki.ranges) == 1


async def test_what_cannot_be_counted_is_read() -> None:
    loki, told = SmallLoki(), lines(1_200)
    loki.refuse_counts = True
    await loki.push(*told)
    found = await compare(loki, [Entry(at, {}, line) for at, line in told])
    assert (found.printed, found.lost) == (1_200, 0)
