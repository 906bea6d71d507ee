"""Talos: the lab's apid over mutual TLS, and logs that go on after a cut."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.clock import ManualClock
from tui.clock import SystemClock
from tui.lab.server import Lab, LabOptions
from tui.model.fault import Fault, FaultKind
from tui.model.log import Entry, LogBatch
from tui.model.talos import ServiceHealth
from tui.sources.base import SourceError
from tui.sources.talos import TalosSource, line_time
from tui.sources.talos_tail import QUIET_SECONDS, TalosTail

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


class Buffer:
    """A node's log: sends all that it keeps at each opening, then what comes."""

    def __init__(self, *lines: str) -> None:
        self.lines = list(lines)
        self.skew_ns = 0
        self._changed = asyncio.Event()
        self._is_cut = False

    def add(self, *lines: str) -> None:
        self.lines += lines
        self._changed.set()

    def cut(self) -> None:
        self._is_cut = True
        self._changed.set()

    async def opened(self) -> AsyncGenerator[Entry, None]:
        sent = 0
        while True:
            for line in self.lines[sent:]:
                yield Entry(1000 * len(line) + self.skew_ns, {}, line)
            sent = len(self.lines)
            await self._changed.wait()
            self._changed.clear()
            if self._is_cut:
                self._is_cut = False
                fault = Fault(FaultKind.UNREACHABLE, "cut")
                raise SourceError(fault)


async def pump(stream: AsyncGenerator[LogBatch, None], into: list[LogBatch]) -> None:
    async for batch in stream:
        into.append(batch)  # noqa: PERF401 - it is read while it grows


class Following:
    """Reads a tail in the background, by a clock that the test moves."""

    def __init__(self, buffer: Buffer) -> None:
        self.clock = ManualClock()
        self.batches: list[LogBatch] = []
        tail = TalosTail(buffer.opened, self.clock, lambda _: 1.0, "n")
        self._stream = tail.batches()
        self._task = asyncio.create_task(pump(self._stream, self.batches))

    async def __aenter__(self) -> Following:
        await self.clock.advance(0)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self._stream.aclose()

    async def settle(self) -> None:
        await self.clock.advance(1.0 + 4 * QUIET_SECONDS)

    @property
    def lines(self) -> Sequence[str]:
        return [entry.line for batch in self.batches for entry in batch.entries]

    @property
    def gaps(self) -> int:
        return sum(len(batch.gaps) for batch in self.batches)


async def test_after_a_cut_only_what_is_new_is_passed_on() -> None:
    buffer = Buffer("a", "b", "b")
    async with Following(buffer) as following:
        buffer.add("c")
        await following.clock.advance(0)
        buffer.cut()
        await following.clock.advance(0)
        buffer.skew_ns = 700_000_000
        buffer.add("b", "d")
        await following.settle()
        assert following.lines == ["a", "b", "b", "c", "b", "d"]
        assert following.gaps == 0
        assert any(batch.fault for batch in following.batches)
        buffer.add("e")
        await following.settle()
        assert following.lines[-1] == "e"


async def test_lines_that_were_overwritten_do_not_hide_the_seam() -> None:
    buffer = Buffer("a", "b", "c")
    async with Following(buffer) as following:
        buffer.cut()
        buffer.lines = ["b", "c", "d"]
        await following.settle()
        assert following.lines == ["a", "b", "c", "d"]
        assert following.gaps == 0


async def test_without_a_seam_there_is_a_gap_and_then_the_whole_buffer() -> None:
    buffer = Buffer("a", "b")
    async with Following(buffer) as following:
        buffer.cut()
        buffer.lines = ["x", "y"]
        await following.settle()
        assert following.lines == ["a", "b", "x", "y"]
        assert following.gaps == 1


async def test_a_buffer_that_says_nothing_new_repeats_nothing() -> None:
    buffer = Buffer("a", "b")
    async with Following(buffer) as following:
        for _ in range(3):
            buffer.cut()
            await following.settle()
        assert following.lines == ["a", "b"]
        assert following.gaps == 0
