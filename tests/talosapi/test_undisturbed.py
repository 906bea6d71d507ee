"""A call that is given up leaves nothing in gRPC's C core, whatever has come."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import pytest

from talosapi.caller import RawStream, RawUnary
from talosapi.undisturbed import undisturbed
from tests.clock import turns

MESSAGE = bytes(1024 * 1024)
CALLS = 24
LEFT_MIB = 8
"""Of what the heap keeps for later: a third of what all messages are together."""
ONE = "/a.Service/One"
MANY = "/a.Service/Many"


@dataclass
class Server(grpc.GenericRpcHandler):
    """Answers with a large message when it is told to."""

    asked: asyncio.Event = field(default_factory=asyncio.Event)
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)
    says: tuple[bytes, ...] = (MESSAGE, MESSAGE)
    """In a stream, before its end."""

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:
        if handler_call_details.method == ONE:
            return grpc.unary_unary_rpc_method_handler(self._one)
        return grpc.unary_stream_rpc_method_handler(self._many)

    async def _one(self, request: bytes, context: Any) -> bytes:
        del request
        await context.send_initial_metadata(())
        await self._told()
        return MESSAGE

    async def _many(self, request: bytes, context: Any) -> AsyncIterator[bytes]:
        del context
        yield request
        await self._told()
        for message in self.says:
            yield message

    async def _told(self) -> None:
        self.asked.set()
        await self.may_answer.wait()


@asynccontextmanager
async def connected(folder: Path) -> AsyncIterator[tuple[Server, grpc.aio.Channel]]:
    """A server on a socket, and a channel to it."""
    there = Server()
    server = grpc.aio.server(handlers=[there])
    server.add_insecure_port(f"unix:{folder}/s.sock")
    await server.start()
    async with grpc.aio.insecure_channel(f"unix:{folder}/s.sock") as channel:
        yield there, channel
    await server.stop(None)


def resident_mib() -> float:
    """What this process has in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 2**20


async def one(channel: grpc.aio.Channel) -> None:
    asking: RawUnary = channel.unary_unary(ONE)
    call = asking(b"?")
    await undisturbed(call, call)


async def many(channel: grpc.aio.Channel) -> None:
    asking: RawStream = channel.unary_stream(MANY)
    call = asking(b"?")
    messages = aiter(call)
    while True:
        await undisturbed(call, anext(messages))


async def give_up(server: Server, waits: Coroutine[Any, Any, None]) -> None:
    """Give a call up just as its answer is there and the loop has not heard of it."""
    server.asked.clear()
    server.may_answer.clear()
    waiting = asyncio.create_task(waits)
    await server.asked.wait()
    server.may_answer.set()
    await turns(4)
    threading.Event().wait(0.03)  # gRPC's threads receive meanwhile
    waiting.cancel()
    await asyncio.wait((waiting,))
    assert waiting.cancelled()


@pytest.mark.parametrize("waits", [one, many])
async def test_a_message_that_comes_as_its_call_is_given_up_is_freed(
    tmp_path: Path, waits: Any
) -> None:
    held = []
    async with connected(tmp_path) as (server, channel):
        for _ in range(2):
            for _ in range(CALLS):
                await give_up(server, waits(channel))
            held.append(resident_mib())
    assert held[1] < held[0] + LEFT_MIB


async def test_nothing_complains_that_nobody_heard_how_the_call_ended(
    tmp_path: Path,
) -> None:
    told: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, said: told.append(said))
    async with connected(tmp_path) as (server, channel):
        server.says = ()
        await give_up(server, many(channel))
        gc.collect()
    assert told == []
