"""Which node answers a call, whether it may, and how many answers become one.

Metadata decides (siderolabs/talos internal/app/apid/pkg/director): none is answered
by the endpoint itself, `node` by that node untouched, `nodes` by all of them with
their answers merged and their failures inside the answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

import grpc
from google.protobuf.message import Message
from msgspec import Struct

from talosapi.proto import common_pb2 as common
from tui.lab.apid_calls import Act, ApidError, ApidWorld, Call
from tui.lab.apid_roles import may_call
from tui.lab.apid_table import STREAMS, UNARY, is_known
from tui.lab.estate import LabNode, Reach, Role
from tui.lab.release import talos_release

DIAL_TICKS = 200  # of a tenth of a second: Go's connect timeout of 20 s

_PROXIED = ("machine.Machine", "cluster.Cluster", "inspect.Inspect", "storage.Storage")
_FANS_OUT = (*(f"/{name}Service/" for name in _PROXIED), "/time.TimeService/")


class Request(Struct, frozen=True):
    """One call as it came in. `node` and `nodes` are the values of those keys."""

    method: str
    body: bytes
    node: tuple[str, ...]
    nodes: tuple[str, ...]
    roles: tuple[str, ...]


class Router:
    """The apid on one node of one cluster."""

    def __init__(self, world: ApidWorld, cluster: str, address: str, act: Act) -> None:
        self._world = world
        self._act = act
        self._cluster = cluster
        self._address = address

    async def answer(self, request: Request) -> AsyncGenerator[bytes, None]:
        """The messages of the answer; ApidError when the call ends in a failure.

        A unary answer of several nodes is given when the last of them has answered.
        """
        if request.nodes:
            answers = self._from_all(request)
        else:
            answers = self._from_one(request, self._only_target(request))
        unary = UNARY.get(request.method)
        async with aclosing(answers):
            if unary is not None:
                messages = [message async for message in answers]
                yield unary.reply(messages=messages).SerializeToString()
                return
            async for message in answers:
                yield message.SerializeToString()

    def _only_target(self, request: Request) -> str:
        if len(request.node) > 1:
            text = "node metadata must be single-valued"
            raise ApidError(grpc.StatusCode.INVALID_ARGUMENT, text)
        return request.node[0] if request.node else self._address

    async def _from_one(
        self, request: Request, target: str
    ) -> AsyncGenerator[Message, None]:
        node = await self._reach(target)
        _authorize(request, node)
        if node.answers_after:
            await self._world.clock.tick(node.answers_after.total_seconds())
        at = self._world.clock.position()
        call = Call(self._world, node, request.body, request.roles, at, self._act)
        if unary := UNARY.get(request.method):
            yield unary.answer(call)
            return
        async with aclosing(STREAMS[request.method].answer(call)) as answers:
            async for answer in answers:
                yield answer

    async def _reach(self, target: str) -> LabNode:
        """The node behind a target, once the endpoint's apid has connected to it."""
        if ":" in target:
            text = f"invalid target {target!r}"
            raise ApidError(grpc.StatusCode.INTERNAL, text)
        estate = self._world.estate()
        own = estate.node(self._address)
        node = estate.node(target)
        if own is not None and own.role is Role.WORKER and node != own:
            text = "no request forwarding"
            raise ApidError(grpc.StatusCode.PERMISSION_DENIED, text)
        if node is None or node.cluster != self._cluster:
            raise _dial_error(target, "connect: no route to host")
        if node.reach is Reach.REFUSES:
            raise _dial_error(target, "connect: connection refused")
        if node.reach is Reach.SILENT:
            for _ in range(DIAL_TICKS):
                await self._world.clock.tick()
            raise _dial_error(target, "i/o timeout")
        return node

    async def _from_all(self, request: Request) -> AsyncGenerator[Message, None]:
        if not request.method.startswith(_FANS_OUT):
            text = f"one-2-many proxying is not supported for method {request.method}"
            raise ApidError(grpc.StatusCode.INVALID_ARGUMENT, text)
        unary = UNARY.get(request.method)
        kind = (unary or STREAMS[request.method]).message
        tagged = _gather({one: self._from_one(request, one) for one in request.nodes})
        async with aclosing(tagged):
            async for target, answer in tagged:
                yield _labelled(kind, target, answer)


def _authorize(request: Request, node: LabNode) -> None:
    """Decided on the target node, by the roles that the endpoint passed on."""
    if not may_call(request.method, request.roles, talos_release(node)):
        raise ApidError(grpc.StatusCode.PERMISSION_DENIED, "not authorized")
    if not is_known(request.method, talos_release(node)):
        service, _, method = request.method.removeprefix("/").partition("/")
        text = f"unknown method {method} for service {service}"
        raise ApidError(grpc.StatusCode.UNIMPLEMENTED, text)


def _dial_error(target: str, cause: str) -> ApidError:
    dialled = f"dial tcp {target}:50000: {cause}"
    text = f'connection error: desc = "transport: Error while dialing: {dialled}"'
    return ApidError(grpc.StatusCode.UNAVAILABLE, text)


Tagged = tuple[str, Message | ApidError]


async def _gather(
    sources: dict[str, AsyncGenerator[Message, None]],
) -> AsyncGenerator[Tagged, None]:
    """What several nodes answer, in order of arrival, each with its target."""
    arrived: asyncio.Queue[Tagged | None] = asyncio.Queue()

    async def follow(target: str, source: AsyncIterator[Message]) -> None:
        try:
            async for answer in source:
                await arrived.put((target, answer))
        except ApidError as error:
            await arrived.put((target, error))
        finally:
            await arrived.put(None)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(follow(*one)) for one in sources.items()]
        try:
            for _ in sources:
                while (item := await arrived.get()) is not None:
                    yield item
        finally:
            for task in tasks:
                task.cancel()


def _labelled(kind: type[Message], target: str, answer: Message | ApidError) -> Message:
    """An answer with the target's text as hostname; a failure is nothing but that."""
    metadata = common.Metadata(hostname=target)
    if not isinstance(answer, ApidError):
        return kind.FromString(
            answer.SerializeToString() + kind(metadata=metadata).SerializeToString()
        )
    code = answer.code
    number, name = code.value[0], code.name.title().replace("_", "")
    metadata.error = f"rpc error: code = {name} desc = {answer.text}"
    metadata.status.CopyFrom(common.Status(code=number, message=answer.text))
    return kind(metadata=metadata)
