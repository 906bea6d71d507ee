"""Talos: the lab's apid over mutual TLS, and logs that go on after a cut."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tui.clock import SystemClock
from tui.lab.server import Lab, LabOptions
from tui.model.fault import FaultKind
from tui.model.talos import ServiceHealth
from tui.sources.base import SourceError
from tui.sources.talos import TalosSource
from tui.sources.talos_values import entry_ns, line_time

NOW = datetime(2026, 2, 27, 2, 13, 47, tzinfo=UTC)


@pytest.fixture
async def lab() -> AsyncIterator[Lab]:
    async with Lab(
        LabOptions(speed=0, now=NOW, faults=("node-dead:talos-wk-3",))
    ) as it:
        yield it


@pytest.fixture
async def prod(lab: Lab) -> AsyncIterator[TalosSource]:
    source = TalosSource(
        "prod", lab.environment.talosconfig, 5.0, SystemClock(), lambda _: 0.01
    )
    yield source
    await source.aclose()


async def test_a_node_is_read_whole(prod: TalosSource) -> None:
    address = (await prod.addresses())[0]
    node = await prod.node(address)
    assert node.address == address
    assert node.hostname.startswith("talos-")
    assert node.version.startswith("v1.")
    assert node.boot_time is not None
    assert node.served_by.startswith("127.0.0.1:")
    services = {service.id: service for service in node.services}
    assert services["apid"].is_up
    assert services["apid"].health is ServiceHealth.HEALTHY


async def test_a_dead_node_is_a_fault_that_says_so(prod: TalosSource) -> None:
    with pytest.raises(SourceError) as caught:
        await prod.node("10.10.0.43")
    assert caught.value.fault.kind in {FaultKind.UNREACHABLE, FaultKind.TIMEOUT}
    assert "10.10.0.43" in caught.value.fault.detail


async def test_the_kernel_log_and_a_service_log_begin_with_the_past(
    prod: TalosSource,
) -> None:
    address = (await prod.addresses())[0]
    for stream in (prod.dmesg(address), prod.service_log(address, "kubelet")):
        async with asyncio.timeout(10):
            batch = await anext(stream)
        await stream.aclose()
        assert batch.entries
        assert all(entry.labels["node"] == address for entry in batch.entries)
        assert all(entry.at_ns > 0 for entry in batch.entries)


async def test_a_talosconfig_that_cannot_be_used_is_a_mistake_in_the_config(
    tmp_path: Path,
) -> None:
    source = TalosSource("prod", tmp_path / "none", 5.0, SystemClock(), lambda _: 0.01)
    with pytest.raises(SourceError, match="talosconfig") as caught:
        await source.addresses()
    assert caught.value.fault.kind is FaultKind.CONFIG
    assert str(tmp_path) in caught.value.fault.endpoint


@pytest.mark.parametrize(
    ("line", "time"),
    [
        ("2026/02/27 02:13:47.250000 [talos] x", (2, 13, 47, 250_000)),
        ('{"level":"info","ts":"2026-02-27T02:13:47.250Z"}', (2, 13, 47, 250_000)),
        ('{"ts":1772158427250.5,"v":0}', (2, 13, 47, 250_000)),
        ("2026-99-99T02:13:47Z", None),
        ("no time here", None),
    ],
)
def test_the_time_of_a_line_is_read_where_it_has_one(
    line: str, time: tuple[int, int, int, int] | None
) -> None:
    expected = datetime(2026, 2, 27, *time, tzinfo=UTC) if time else None
    assert line_time(line) == expected


def test_a_line_of_any_year_has_a_time_that_can_be_kept() -> None:
    early, late = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
    assert entry_ns(early) == 0
    assert entry_ns(late) == 2**63 - 1


async def test_the_endpoint_tells_its_release(prod: TalosSource) -> None:
    assert (await prod.version()).startswith("v1.")
