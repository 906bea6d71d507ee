"""The engine against the lab: what fails is told, the rest goes on, all recovers."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from msgspec.structs import replace

from tests.e2e.labs import RunningLab, running_lab
from tests.engines import running, until
from tui.clock import SystemClock
from tui.config import load
from tui.engine.engine import Engine
from tui.model.alert import Verdict
from tui.model.command import Bulk, ExpireSilence, PutSilence
from tui.model.fault import FaultKind
from tui.model.fleet import Fleet, SourceKind, SourceState, SourceStatus
from tui.model.silence import Matcher, SilenceDraft

CLOCK = SystemClock()


@pytest.fixture(scope="module")
def lab() -> Iterator[RunningLab]:
    with running_lab("--at", "1m", "--speed", "0") as started:
        yield started


@asynccontextmanager
async def running_engine(lab: RunningLab) -> AsyncIterator[Engine]:
    config = load(Path(lab.environment["TALOSCOPE_CONFIG"]))
    quick = replace(config, refresh_seconds=2.0, timeout_seconds=1.5)
    async with running(quick) as engine:
        yield engine


def source(fleet: Fleet, kind: SourceKind, feed: str) -> SourceStatus:
    cluster = fleet.clusters[0]
    return next(
        each
        for each in cluster.sources
        if each.key.kind is kind and each.key.feed == feed
    )


def is_live(fleet: Fleet, kind: SourceKind, feed: str) -> bool:
    return source(fleet, kind, feed).state(CLOCK.now()) is SourceState.LIVE


def test_before_any_answer_everything_is_connecting(lab: RunningLab) -> None:
    config = load(Path(lab.environment["TALOSCOPE_CONFIG"]))
    fleet = Engine(config, CLOCK, Random(7)).fleet
    for cluster in fleet.clusters:
        assert cluster.targets is None
        assert cluster.alerts is None
        states = {each.state(CLOCK.now()) for each in cluster.sources}
        assert states == {SourceState.CONNECTING}


def is_prod_live(fleet: Fleet) -> bool:
    prod = fleet.cluster("prod")
    states = {each.state(CLOCK.now()) for each in prod.sources} if prod else set()
    return states == {SourceState.LIVE}


async def test_the_whole_estate_is_read(lab: RunningLab) -> None:
    async with running_engine(lab) as engine:
        async with asyncio.timeout(20):
            await engine.settled()
        # On a busy machine the first try of a node may come too late.
        await until(engine, is_prod_live)
        fleet = engine.fleet
    prod = fleet.cluster("prod")
    assert prod is not None
    assert prod.targets
    assert prod.trend is not None
    assert len(prod.nodes) == 4
    assert all(node.talos.value and node.kube for node in prod.nodes)
    assert {each.state(CLOCK.now()) for each in prod.sources} == {SourceState.LIVE}


FAULTS = [
    ("prometheus-down", SourceKind.PROMETHEUS, "targets", FaultKind.UNREACHABLE),
    ("prometheus-html", SourceKind.PROMETHEUS, "targets", FaultKind.PROTOCOL),
    ("prometheus-hangs", SourceKind.PROMETHEUS, "targets", FaultKind.TIMEOUT),
    ("alertmanager-down", SourceKind.ALERTMANAGER, "alerts", FaultKind.UNREACHABLE),
    ("loki-down", SourceKind.LOKI, "tail", FaultKind.UNREACHABLE),
    ("kubernetes-down:prod", SourceKind.KUBERNETES, "nodes", FaultKind.UNREACHABLE),
]


@pytest.mark.parametrize(("name", "kind", "feed", "expected"), FAULTS)
async def test_a_source_that_fails_at_the_start_recovers_by_itself(
    lab: RunningLab, name: str, kind: SourceKind, feed: str, expected: FaultKind
) -> None:
    await asyncio.to_thread(lab.faults, (name,))
    try:
        async with running_engine(lab) as engine:
            await until(engine, lambda fleet: source(fleet, kind, feed).attempts > 0)
            fault = source(engine.fleet, kind, feed).fault
            assert fault is not None
            assert fault.kind is expected
            assert fault.summary
            assert fault.retry_at is not None
            others = {k for k in SourceKind if k is not kind}
            await until(engine, lambda fleet: all_live(fleet, others))
            await asyncio.to_thread(lab.faults, (), (name,))
            await until(engine, lambda fleet: is_live(fleet, kind, feed))
    finally:
        await asyncio.to_thread(lab.faults, (), (name,))


@pytest.mark.parametrize(("name", "kind", "feed", "expected"), FAULTS)
async def test_a_source_that_dies_later_keeps_its_rows(
    lab: RunningLab, name: str, kind: SourceKind, feed: str, expected: FaultKind
) -> None:
    async with running_engine(lab) as engine:
        before = await until(engine, lambda fleet: all_live(fleet, set(SourceKind)))
        rows = before.clusters[0].targets, before.clusters[0].nodes
        await asyncio.to_thread(lab.faults, (name,))
        try:
            await until(engine, lambda f: source(f, kind, feed).fault is not None)
            after = engine.fleet
            failed = source(after, kind, feed)
            assert failed.observed_at is not None
            assert failed.fault is not None
            assert failed.fault.kind is expected
            assert after.clusters[0].targets
            assert rows[0]
            assert len(after.clusters[0].targets) == len(rows[0])
            assert len(after.clusters[0].nodes) == len(rows[1])
        finally:
            await asyncio.to_thread(lab.faults, (), (name,))
        await until(engine, lambda fleet: is_live(fleet, kind, feed))


def all_live(fleet: Fleet, kinds: set[SourceKind]) -> bool:
    """Whether every feed of these kinds is live, for all clusters."""
    now = CLOCK.now()
    return all(
        each.state(now) is SourceState.LIVE
        for cluster in fleet.clusters
        for each in cluster.sources
        if each.key.kind in kinds
    )


async def test_alertmanager_and_what_prometheus_adds_are_known(lab: RunningLab) -> None:
    async with running_engine(lab) as engine:
        async with asyncio.timeout(20):
            await engine.settled()
        fleet = await until(engine, lambda f: all(r.external for r in f.rulers))
    (manager,) = fleet.alertmanagers
    assert manager.silences == fleet.silences
    assert [peer.fault for peer in manager.peers] == [None]
    assert set(manager.clusters) == {each.name for each in fleet.clusters}
    (ruler,) = fleet.rulers
    assert ruler.rules
    assert ruler.external == {"cluster": "monit"}


async def test_several_silences_are_made_and_ended_together(lab: RunningLab) -> None:
    now = CLOCK.now()
    drafts = [
        SilenceDraft(
            (Matcher("alertname", f"Bulk{n}"),), now, now + timedelta(hours=1), "a", "b"
        )
        for n in range(6)
    ]
    async with running_engine(lab) as engine:
        await until(engine, lambda fleet: all_live(fleet, {SourceKind.ALERTMANAGER}))
        made = await engine.submit(
            Bulk(tuple(PutSilence("prod", draft) for draft in drafts))
        )
        assert made.fault is None
        ids = {part.silence_id for part in made.parts}
        await until(engine, lambda fleet: ids <= {s.id for s in fleet.silences})
        ends = Bulk(tuple(ExpireSilence("prod", each) for each in ids))
        assert (await engine.submit(ends)).fault is None


async def test_a_silence_is_seen_on_every_alert_that_it_covers(
    lab: RunningLab,
) -> None:
    async with running_engine(lab) as engine:
        async with asyncio.timeout(20):
            await engine.settled()
        now = CLOCK.now()
        draft = SilenceDraft(
            matchers=(Matcher("alertname", "KubeProxyDown"),),
            starts_at=now,
            ends_at=now.replace(year=now.year + 1, day=1),
            created_by=os.environ.get("USER", "tests"),
            comment="Cilium replaces it",
        )
        outcome = await engine.submit(PutSilence("prod", draft))
        assert outcome.fault is None
        fleet = await until(engine, lambda f: silenced(f, outcome.silence_id) == 2)
        proxies = [
            alert
            for cluster in fleet.clusters
            for alert in cluster.alerts or ()
            if alert.is_silenced
        ]
        assert {a.verdict for a in proxies} == {Verdict.FALSE_POSITIVE}
        ended = await engine.submit(ExpireSilence("prod", outcome.silence_id))
        assert ended.fault is None
        await until(engine, lambda f: silenced(f, outcome.silence_id) == 0)


def silenced(fleet: Fleet, silence_id: str) -> int:
    return sum(
        silence_id in alert.alert.silenced_by
        for cluster in fleet.clusters
        for alert in cluster.alerts or ()
    )
