"""Bare calls to the lab's apid: messages in and out, TLS as the client does it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import TypeVar

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from google.protobuf.message import Message

from talosapi.bundle import unbundled
from talosapi.caller import RawStream, RawUnary
from talosapi.transport import Transport
from tests.talosapi.labs import CONTROL_PLANE, context_for, serving
from tui.lab.apid import Apid
from tui.lab.world import World

MACHINE = "/machine.MachineService/"
COSI = "/cosi.resource.State/"
M = TypeVar("M", bound=Message)


class ApidCaller:
    """Calls one apid, each time for one node.

    apid  the server, to look at its counters
    """

    def __init__(self, channel: grpc.aio.Channel, apid: Apid) -> None:
        self._channel = channel
        self.apid = apid

    async def ask(
        self, method: str, reply: type[M], node: str, request: Message | None = None
    ) -> M:
        """A unary call; what `reply` holds in its one message is for the caller."""
        call: RawUnary = self._channel.unary_unary(_path(method))
        body = request.SerializeToString() if request is not None else b""
        raw = await call(body, metadata=[("node", node)], timeout=5)
        return reply.FromString(raw or b"")

    async def failure(
        self, method: str, node: str, request: Message | None = None
    ) -> tuple[str, str]:
        """The code and the text with which a call ends."""
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            async for _ in self.stream(method, Empty, node, request):
                pass
        return caught.value.code().name, caught.value.details() or ""

    async def stream(
        self, method: str, reply: type[M], node: str, request: Message | None = None
    ) -> AsyncGenerator[M, None]:
        """A stream of messages; it is ended when the caller stops reading."""
        call: RawStream = self._channel.unary_stream(_path(method))
        body = request.SerializeToString() if request is not None else b""
        answers = call(body, metadata=[("node", node)], timeout=5)
        try:
            async for raw in answers:
                for message in unbundled(raw):
                    yield reply.FromString(message)
        finally:
            answers.cancel()

    async def first(
        self,
        count: int,
        method: str,
        reply: type[M],
        node: str,
        request: Message | None = None,
    ) -> list[M]:
        """The first messages of a stream."""
        found: list[M] = []
        async with aclosing(self.stream(method, reply, node, request)) as answers:
            async for answer in answers:
                found.append(answer)
                if len(found) == count:
                    break
        return found


def _path(method: str) -> str:
    return method if method.startswith("/") else MACHINE + method


@asynccontextmanager
async def calling(
    folder: Path,
    world: World,
    *,
    roles: Sequence[str] = ("os:admin",),
    address: str = CONTROL_PLANE,
) -> AsyncIterator[ApidCaller]:
    """A caller of an apid of prod that serves a world."""
    async with serving(world, address=address) as apid:
        transport = Transport(context_for(folder, [apid.endpoint], roles=roles))
        yield ApidCaller(await transport.channel(), apid)
        await transport.close()
