"""What Kubernetes tells of the work that is done: deployments, events, heartbeats."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from tui.lab.server import Lab, LabOptions
from tui.model.question import (
    DaemonSetOf,
    DaemonSets,
    Deployments,
    EventsWith,
    KubeNodes,
    StatefulSets,
)
from tui.sources.kubernetes import KubernetesSource

NOW = datetime(2026, 2, 27, 2, 13, 47, tzinfo=UTC)


@pytest.fixture
async def prod() -> AsyncIterator[KubernetesSource]:
    async with Lab(LabOptions(speed=0, now=NOW)) as lab:
        source = KubernetesSource("prod", lab.environment.kubeconfig, 5.0)
        yield source
        await source.aclose()


async def test_workloads_and_what_became_of_them_are_answered(
    prod: KubernetesSource,
) -> None:
    (cilium,) = await prod.ask(DaemonSetOf("kube-system", "cilium"))
    assert (cilium.desired, cilium.is_current) == (4, True)
    assert await prod.ask(DaemonSetOf("kube-system", "kube-proxy")) == ()
    deployments = await prod.ask(Deployments())
    coredns = next(each for each in deployments if each.name == "coredns")
    assert coredns.generation == coredns.observed_generation == 3
    assert (coredns.wanted, coredns.existing) == (1, 1)
    assert coredns.changed_at == NOW - timedelta(days=19)
    assert not coredns.is_hindered
    (agents,) = (each for each in await prod.ask(DaemonSets()) if each.name == "cilium")
    assert (agents.wanted, agents.existing, agents.is_dated) == (4, 4, False)
    sets = await prod.ask(StatefulSets())
    assert sets
    assert all(each.wanted == each.existing >= 1 for each in sets)
    assert all(each.changed_at == NOW - timedelta(days=19) for each in sets)
    events = await prod.ask(EventsWith("", "Scheduled"))
    assert {each.reason for each in events} == {"Scheduled"}
    assert all(each.last_at and each.last_at <= NOW for each in events)


async def test_a_node_says_when_its_kubelet_reported(prod: KubernetesSource) -> None:
    nodes = await prod.ask(KubeNodes())
    assert nodes
    for node in nodes:
        assert node.heartbeat_at is not None
        assert NOW - node.heartbeat_at < timedelta(minutes=1)
