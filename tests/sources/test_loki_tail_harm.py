"""Frames of a tail that cannot be read, as a broken server or proxy would send them."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import WSMsgType

from tests.clock import ManualClock
from tests.sources.loki_server import SmallLoki
from tests.sources.test_loki_tail import NOW, clock_ns, reading
from tui.model.fault import FaultKind

HARM = {
    "a byte that is no UTF-8": b'{"streams":[{"stream":{"a":"\xff"},"values":[]}]}',
    "a line cut inside a letter": (
        b'{"streams":[{"stream":{},"values":[["1","caf\xc3"]]}]}'
    ),
    "half a surrogate": b'{"streams":[{"stream":{},"values":[["1","\\ud800 x"]]}]}',
    "an escape that is none": b'{"streams":[{"stream":{},"values":[["1","\\x41"]]}]}',
    "an escape cut short": b'{"streams":[{"stream":{},"values":[["1","\\u12"]]}]}',
    "surrogates in UTF-8": (
        b'{"streams":[{"stream":{},"values":[["1","\xed\xa0\x80"]]}]}'
    ),
    "no JSON": b"<html>sign in</html>",
    "nothing": b"",
}


@pytest.mark.parametrize("what", HARM)
@pytest.mark.parametrize("opcode", [WSMsgType.TEXT, WSMsgType.BINARY])
async def test_a_frame_that_cannot_be_read_is_a_fault_and_loses_nothing(
    what: str, opcode: WSMsgType
) -> None:
    loki, clock = SmallLoki(), ManualClock()
    async with reading(loki, clock) as reader:
        await loki.push((NOW, "before"))
        await reader.until_lines(1)
        await loki.push((NOW + 1, "in the frame"), is_tailed=False)
        await loki.send_raw(HARM[what], opcode)
        async with asyncio.timeout(5):
            while len(loki.headers) < 2:
                await clock.advance(1.0)
        await reader.until_lines(2)
        await loki.push((clock_ns(clock), "goes on"))
        await reader.until_lines(3)
        assert reader.lines == ["before", "in the frame", "goes on"]
        (fault,) = {batch.fault for batch in reader.batches if batch.fault}
        assert fault.kind is FaultKind.PROTOCOL
        assert fault.summary.startswith(("answered", "the answer was cut short"))
