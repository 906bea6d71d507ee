"""Tails that outlive the lab's apid, killed and restarted under them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from datetime import timedelta
from pathlib import Path

from talosapi.client import TalosClient
from talosapi.messages import KernelRecord
from talosapi.resume import Cut, Gap, Pace, Piece
from tests.talosapi.labs import (
    CONTROL_PLANE,
    WORKER,
    HandMadeWorld,
    at_noon,
    context_for,
    refusing,
    serving,
    story,
)
from tui.clock import SystemClock
from tui.lab.estate import Health, LabService

KILLS = 20
LINES = 60
PACE = Pace(SystemClock().sleep, lambda _: 0.02)
SERVICE = LabService("ext-x", "Running", Health.UNKNOWN, timedelta(0))


def kernel(talos: TalosClient) -> AsyncGenerator[Piece[KernelRecord], None]:
    return talos.follow_dmesg(CONTROL_PLANE, PACE)


def service(talos: TalosClient) -> AsyncGenerator[Piece[str], None]:
    return talos.follow_logs(CONTROL_PLANE, "ext-x", PACE)


class Reader:
    """Reads a tail in the background, and wakes who waits for a line."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.gaps = 0
        self.cuts = 0
        self._news = asyncio.Event()

    async def read(
        self, pieces: AsyncGenerator[Piece[KernelRecord | str], None]
    ) -> None:
        async with aclosing(pieces):
            async for piece in pieces:
                match piece:
                    case Gap():
                        self.gaps += 1
                    case Cut():
                        self.cuts += 1
                    case _:
                        self.lines += map(text_of, piece)
                self._news.set()

    async def until(self, line: str) -> None:
        async with asyncio.timeout(10):
            while line not in self.lines[-200:]:
                self._news.clear()
                await self._news.wait()


def text_of(item: KernelRecord | str) -> str:
    return item if isinstance(item, str) else item.message


@asynccontextmanager
async def reading(
    pieces: AsyncGenerator[Piece[KernelRecord | str], None],
) -> AsyncIterator[Reader]:
    reader = Reader()
    task = asyncio.create_task(reader.read(pieces))
    try:
        yield reader
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def numbered(start: int, end: int) -> list[str]:
    """Long enough for a chunk of a log to end inside of one."""
    return [f"line {number} {'é' * 40}" for number in range(start, end)]


async def test_no_line_is_lost_or_doubled_however_often_apid_dies(
    tmp_path: Path,
) -> None:
    world = HandMadeWorld(services=(SERVICE,), clock=at_noon())
    endpoint = refusing()
    port = int(endpoint.rpartition(":")[2])
    written = 0

    def write() -> None:
        nonlocal written
        for log in ("kernel", "ext-x"):
            world.write(log, *numbered(written, written + LINES))
        written += LINES

    async with (
        TalosClient(context_for(tmp_path, [endpoint])) as talos,
        reading(kernel(talos)) as dmesg,
        reading(service(talos)) as log,
    ):
        for _ in range(KILLS):
            async with serving(world, port=port):
                write()
                # Killed in the middle of what it has to say.
                await dmesg.until(numbered(0, written)[-LINES])
                await log.until(numbered(0, written)[-LINES])
            write()
        async with serving(world, port=port):
            await dmesg.until(numbered(0, written)[-1])
            await log.until(numbered(0, written)[-1])

    for reader in (dmesg, log):
        assert reader.lines == numbered(0, written)
        assert reader.gaps == 0
        assert reader.cuts >= KILLS


async def test_reboot_that_empties_the_ring_buffer_is_marked(tmp_path: Path) -> None:
    world = HandMadeWorld(services=(SERVICE,), clock=at_noon())
    async with (
        serving(world) as apid,
        TalosClient(context_for(tmp_path, [apid.endpoint])) as talos,
        reading(kernel(talos)) as reader,
    ):
        world.write("kernel", "a", "b", "c")
        await reader.until("c")
        await apid.close()
        world.written.clear()
        world.write("kernel", "Linux version 6.12", "booted")
        async with serving(world, port=apid.port):
            await reader.until("booted")

    assert reader.lines == ["a", "b", "c", "Linux version 6.12", "booted"]
    assert reader.gaps == 1


async def test_events_go_on_where_they_were_cut(tmp_path: Path) -> None:
    world = story(minutes=1)
    batches: list[list[str]] = []
    async with AsyncExitStack() as stack:
        apid = await stack.enter_async_context(serving(world))
        context = context_for(tmp_path, [apid.endpoint])
        talos = await stack.enter_async_context(TalosClient(context))
        pieces = talos.follow_events(WORKER, PACE)
        await stack.enter_async_context(aclosing(pieces))
        async for piece in pieces:
            if isinstance(piece, tuple):
                batches.append([event.id for event in piece])
                if len(batches) == 2:
                    break
                await apid.close()
                world.clock.move(at=timedelta(minutes=4))
                again = serving(world, port=apid.port)
                await stack.enter_async_context(again)
            assert not isinstance(piece, Gap)

    before, after = batches
    assert after
    assert before[-1] < after[0]
