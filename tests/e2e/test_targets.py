"""Targets through the whole engine: since when, from what was seen to change."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.e2e.labs import RunningLab, running_lab
from tests.engines import running, until
from tui.config import load
from tui.engine.engine import Engine
from tui.model.fault import Fault
from tui.model.fleet import Fleet
from tui.model.target import Health, Since, Target, TargetRow
from tui.model.target_past import Past

ARGUMENTS = ("--at", "1m", "--speed", "0")


@pytest.fixture(scope="module")
def lab() -> Iterator[RunningLab]:
    with running_lab(*ARGUMENTS) as started:
        yield started


def rows(fleet: Fleet, job: str) -> list[TargetRow]:
    prod = fleet.clusters[0]
    found = prod.targets or ()
    return [row for row in found if row.job == job and row.health is not Health.ABSENT]


async def test_a_target_that_appears_is_known_since_then(lab: RunningLab) -> None:
    config = load(Path(lab.environment["TALOSCOPE_CONFIG"]))
    quick = replace(config, refresh_seconds=1.0, timeout_seconds=0.9)
    async with running(quick) as engine:
        fleet = await until(engine, lambda now: bool(rows(now, "argocd-metrics")))
        (calm,) = rows(fleet, "argocd-metrics")
        assert calm.since is not None
        assert not calm.since.is_exact
        assert rows(fleet, "kube-proxy") == []
        lab.faults(("kube-proxy-target-down",))
        fleet = await until(engine, lambda now: bool(rows(now, "kube-proxy")))
        for row in rows(fleet, "kube-proxy"):
            assert row.since is not None
            assert row.since.is_exact
            assert row.since.at >= calm.since.at
        assert rows(fleet, "argocd-metrics")[0].since == calm.since
        lab.faults(remove=("kube-proxy-target-down",))
        fleet = await until(engine, lambda now: not rows(now, "kube-proxy"))
        (gone,) = [r for r in fleet.clusters[0].targets or () if r.job == "kube-proxy"]
        assert gone.since is not None
        assert gone.since.is_exact


@asynccontextmanager
async def reading(lab: RunningLab) -> AsyncIterator[Engine]:
    """An engine that knows its targets."""
    config = load(Path(lab.environment["TALOSCOPE_CONFIG"]))
    async with running(replace(config, timeout_seconds=4.9)) as engine:
        async with asyncio.timeout(20):
            await engine.settled()
        yield engine


def asked(fleet: Fleet) -> list[tuple[str, Target]]:
    return [
        (cluster.name, row.target)
        for cluster in fleet.clusters
        for row in cluster.targets or ()
        if row.target is not None
    ]


async def test_the_past_of_many_targets_comes_in_the_order_asked(
    lab: RunningLab,
) -> None:
    async with reading(lab) as engine:
        wanted = asked(engine.fleet)
        answers = await engine.strips(wanted)
    pasts = {
        (target.job, target.instance): past
        for (_, target), past in zip(wanted, answers, strict=True)
    }
    assert len(pasts) == len(wanted) > 10
    carrick = pasts["proxmox-carrick", "10.30.0.10:8006"]
    assert isinstance(carrick, Past)
    assert set(carrick.up) == {0.0}
    assert carrick.since(Health.DOWN) == Since(
        carrick.end - timedelta(hours=24), is_exact=False
    )
    monitor = pasts["talos-monitor", "10.10.0.30"]
    assert isinstance(monitor, Past)
    assert set(monitor.up) == {1.0}
    assert len(monitor.up) == 96
    dipped = [past for past in pasts.values() if isinstance(past, Past)]
    assert any(0 < (share or 0) < 1 for past in dipped for share in past.up)


async def test_the_past_of_one_target_tells_how_long_its_scrapes_took(
    lab: RunningLab,
) -> None:
    async with reading(lab) as engine:
        _, target = next(each for each in asked(engine.fleet) if each[0] == "monit")
        past = await engine.past("monit", target)
    assert isinstance(past, Past)
    assert len(past.up) == len(past.took) == 288
    assert all(took and 0.005 < took < 0.1 for took in past.took)


async def test_a_prometheus_that_is_gone_is_a_fault_for_each_of_its_targets(
    lab: RunningLab,
) -> None:
    async with reading(lab) as engine:
        wanted = asked(engine.fleet)
        lab.faults(("prometheus-down",))
        try:
            answers = await engine.strips(wanted)
            one = await engine.past(*wanted[0])
        finally:
            lab.faults(remove=("prometheus-down",))
    assert len(answers) == len(wanted)
    assert all(
        isinstance(each, Fault) and "refused" in each.summary for each in answers
    )
    assert isinstance(one, Fault)


async def test_targets_that_belong_to_no_configured_cluster_are_kept(
    lab: RunningLab,
) -> None:
    config = load(Path(lab.environment["TALOSCOPE_CONFIG"]))
    fewer = replace(config, clusters=config.clusters[:2])
    async with running(fewer) as engine:
        async with asyncio.timeout(20):
            await engine.settled()
        strays = engine.fleet.stray_targets
    assert {row.job for row in strays} == {"claude-agent"}
