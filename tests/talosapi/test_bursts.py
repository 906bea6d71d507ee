"""What a node says in a burst costs little more than one word of it."""

from __future__ import annotations

import asyncio
import fcntl
import re
import socket
import struct
import termios
from contextlib import aclosing
from itertools import pairwise
from pathlib import Path

from talosapi.caller import Caller
from talosapi.client import TalosClient
from talosapi.method import Method
from talosapi.proto import common_pb2 as common
from talosapi.proto import machine_pb2 as machine
from talosapi.transport import AHEAD, BEAT_SECONDS, Transport
from tests.clock import turns
from tests.talosapi.labs import (
    AUTHORITY,
    WORKER,
    accepting,
    context_for,
    server_tls,
    serving,
    story,
)

DMESG = Method("Dmesg", common.Data.FromString)
FOLLOW = machine.DmesgRequest(follow=True).SerializeToString()
RATE = 2_000
NUMBER = re.compile(rb"numbered line (\d+)")


async def test_lines_of_a_burst_come_together_whole_and_in_order(
    tmp_path: Path,
) -> None:
    world = story(f"numbered-dmesg:talos-wk-2:{RATE}", speed=1)
    numbers: list[int] = []
    bursts = 0
    async with serving(world) as apid:
        caller = Caller(context_for(tmp_path, [apid.endpoint]), 2.0)
        tail = caller.bursts(DMESG, WORKER, FOLLOW)
        async with aclosing(tail), asyncio.timeout(10):
            async for burst in tail:
                found = (NUMBER.search(record.data) for record in burst)
                numbers += [int(each[1]) for each in found if each]
                bursts += 1
                if len(numbers) > 4 * RATE:
                    break
        await caller.close()

    assert [(a, b) for a, b in pairwise(numbers) if b != a + 1] == []
    assert bursts < len(numbers) / 20


async def test_a_reply_need_not_wait_for_a_log_that_never_rests(
    tmp_path: Path,
) -> None:
    world = story(f"numbered-dmesg:talos-wk-2:{RATE}", speed=1)
    loop = asyncio.get_running_loop()
    waited = []
    async with (
        serving(world) as apid,
        TalosClient(context_for(tmp_path, [apid.endpoint])) as client,
        aclosing(client.dmesg(WORKER, tail=True)) as records,
    ):
        await anext(records)
        for _ in range(5):
            began = loop.time()
            await client.version(WORKER)
            waited.append(loop.time() - began)

    assert min(waited) < 4 * BEAT_SECONDS


async def test_little_waits_for_grpc_however_much_a_server_sends(
    tmp_path: Path,
) -> None:
    """Twice the most that ever waited is what gRPC holds buffers for, for ever."""
    async with accepting(_pour) as endpoint:
        transport = Transport(context_for(tmp_path, [endpoint]))
        await transport.channel()
        with socket.socket(socket.AF_UNIX) as reader:
            reader.setblocking(False)
            reader.connect(str(transport.socket_path))
            most = await _most_waiting(reader)
        await transport.close()

    assert 0 < most <= 3 * AHEAD


async def _pour(peer: socket.socket) -> None:
    """Two megabytes of frames of a kind that nobody knows, which is no offence."""
    frame = struct.pack(">BHBBI", 0, 8192, 0xFA, 0, 0) + bytes(8192)
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_accepted_socket(
        asyncio.Protocol, peer, ssl=server_tls(AUTHORITY)
    )
    try:
        transport.write(frame * 256)
        await asyncio.Event().wait()
    finally:
        transport.abort()


async def _most_waiting(reader: socket.socket) -> int:
    """How many bytes are there for who does not read, when no more come."""
    before, quiet = 0, 0
    async with asyncio.timeout(20):
        while not before or quiet < 20:
            await turns(50)
            raw = fcntl.ioctl(reader, termios.FIONREAD, bytes(4))
            waiting: int = struct.unpack("i", raw)[0]
            quiet = quiet + 1 if waiting == before else 0
            before = waiting
    return before
