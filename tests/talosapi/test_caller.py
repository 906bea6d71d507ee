"""How politely an endpoint is asked: so many calls at once, over one connection."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest
from grpclib.const import Cardinality, Handler
from grpclib.server import Server, Stream

from talosapi.caller import CALLS
from talosapi.client import TalosClient
from talosapi.errors import ErrorKind, TalosError
from talosapi.proto import common_pb2 as common
from talosapi.proto import machine_pb2 as machine
from tests.talosapi.labs import AUTHORITY, WORKER, context_for, server_tls


class Slow:
    """A machined that answers nothing until it may, and counts who waits."""

    def __init__(self) -> None:
        self.may_answer = asyncio.Event()
        self.is_full = asyncio.Event()
        self.in_flight = 0
        self.most = 0
        self.tails = 0
        self.peers: set[object] = set()

    def __mapping__(self) -> dict[str, Handler]:
        service = "/machine.MachineService/"
        return {
            service + "Hostname": Handler(
                self._hostname,
                Cardinality.UNARY_UNARY,
                common.Data,  # an empty message, like the request
                machine.HostnameResponse,
            ),
            service + "Dmesg": Handler(
                self._dmesg,
                Cardinality.UNARY_STREAM,
                machine.DmesgRequest,
                common.Data,
            ),
        }

    async def _hostname(
        self, stream: Stream[common.Data, machine.HostnameResponse]
    ) -> None:
        await stream.recv_message()
        assert stream.peer is not None
        self.peers.add(stream.peer.addr())
        self.in_flight += 1
        self.most = max(self.most, self.in_flight)
        if self.in_flight == CALLS:
            self.is_full.set()
        await self.may_answer.wait()
        self.in_flight -= 1
        reply = machine.HostnameResponse(messages=[machine.Hostname(hostname="n")])
        await stream.send_message(reply)

    async def _dmesg(self, stream: Stream[machine.DmesgRequest, common.Data]) -> None:
        await stream.recv_message()
        self.tails += 1
        await stream.send_message(common.Data(data=b"x"))
        await self.may_answer.wait()


@pytest.fixture
async def slow() -> Slow:
    return Slow()


@pytest.fixture
async def talos(slow: Slow, tmp_path: Path) -> AsyncIterator[TalosClient]:
    server = Server([slow])
    listener = socket.create_server(("127.0.0.1", 0))
    endpoint = f"127.0.0.1:{listener.getsockname()[1]}"
    await server.start(sock=listener, ssl=server_tls(AUTHORITY))
    async with TalosClient(context_for(tmp_path, [endpoint])) as client:
        yield client
    server.close()
    await server.wait_closed()


async def test_no_more_calls_are_in_flight_than_is_polite(
    slow: Slow, talos: TalosClient
) -> None:
    calls = [asyncio.create_task(talos.hostname(WORKER)) for _ in range(4 * CALLS)]
    await slow.is_full.wait()
    slow.may_answer.set()
    names = await asyncio.gather(*calls)

    assert names == ["n"] * 4 * CALLS
    assert slow.most == CALLS
    assert len(slow.peers) == 1


async def test_waiting_for_a_turn_counts_against_the_deadline(
    slow: Slow, talos: TalosClient
) -> None:
    calls = [asyncio.create_task(talos.hostname(WORKER)) for _ in range(CALLS)]
    await slow.is_full.wait()
    with pytest.raises(TalosError) as caught:
        await talos.hostname(WORKER, timeout_seconds=0.05)
    slow.may_answer.set()
    await asyncio.gather(*calls)

    assert caught.value.kind is ErrorKind.TIMEOUT
    assert caught.value.message == "10 calls before it had no answer within 0.05 s"
    assert slow.most == CALLS


async def test_call_that_is_given_up_frees_its_turn(
    slow: Slow, talos: TalosClient
) -> None:
    calls = [asyncio.create_task(talos.hostname(WORKER)) for _ in range(CALLS)]
    await slow.is_full.wait()
    for call in calls:
        call.cancel()
    await asyncio.gather(*calls, return_exceptions=True)
    slow.may_answer.set()

    assert await talos.hostname(WORKER) == "n"


async def test_tails_take_nobodys_turn(slow: Slow, talos: TalosClient) -> None:
    tails = [talos.dmesg(WORKER) for _ in range(CALLS)]
    for tail in tails:
        await anext(tail)
    slow.may_answer.set()

    assert slow.tails == CALLS
    assert await talos.hostname(WORKER, timeout_seconds=1) == "n"
    for tail in tails:
        async with aclosing(tail):
            pass
