"""What a node says in a burst costs little more than one word of it."""

from __future__ import annotations

import asyncio
import re
from contextlib import aclosing
from itertools import pairwise
from pathlib import Path

from talosapi.caller import Caller
from talosapi.client import TalosClient
from talosapi.method import Method
from talosapi.proto import common_pb2 as common
from talosapi.proto import machine_pb2 as machine
from talosapi.transport import BEAT_SECONDS
from tests.talosapi.labs import WORKER, context_for, serving, story

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
