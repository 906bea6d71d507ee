"""Targets through the whole engine: since when, from what was seen to change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.e2e.labs import RunningLab, running_lab
from tests.engines import running, until
from tui.config import load
from tui.model.fleet import Fleet
from tui.model.target import Health, TargetRow

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
