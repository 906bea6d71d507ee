"""One call to one node: metadata in, bytes or a TalosError out. Knows no method."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Protocol, TypeAlias, TypeVar

import grpc
from google.protobuf.message import DecodeError

from talosapi.config import TalosContext
from talosapi.endpoint import Endpoint
from talosapi.errors import (
    ErrorKind,
    TalosError,
    describe_dial,
    kind_of,
    kind_of_dial,
)
from talosapi.proto import common_pb2 as common
from talosapi.text import printable
from talosapi.transport import Transport

M_co = TypeVar("M_co", covariant=True)
R = TypeVar("R")

RawUnary: TypeAlias = "grpc.aio.UnaryUnaryMultiCallable[bytes, bytes]"
RawStream: TypeAlias = "grpc.aio.UnaryStreamMultiCallable[bytes, bytes]"

SERVICE = "/machine.MachineService/"
PROBE = "Version"  # every Talos has it, and every role may call it
NEARNESS = (ErrorKind.UNREACHABLE, ErrorKind.PROTOCOL, ErrorKind.TLS)
OUR_CODES = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED}


class Reply(Protocol[M_co]):
    """Every unary reply has this shape; with `node` there is exactly one message."""

    @property
    def messages(self) -> Sequence[M_co]: ...


class Caller:
    """Makes calls over one transport, and leaves an endpoint that fell silent."""

    def __init__(self, context: TalosContext, dial_seconds: float) -> None:
        self.transport = Transport(context, dial_seconds)
        self._cluster = context.cluster
        self._dial_seconds = dial_seconds
        self._probe: asyncio.Task[None] | None = None

    async def ask(
        self,
        call: str,
        node: str,
        parse: Callable[[bytes], Reply[M_co]],
        seconds: float,
    ) -> M_co:
        """Make one unary call with an empty request; TalosError when it fails."""
        metadata = self._metadata(call, node)
        channel = await self._channel(call, node)
        method = _unary(channel, call)
        try:
            raw = await method(b"", metadata=metadata, timeout=seconds)
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.DEADLINE_EXCEEDED:
                self._suspect()
            raise self._failure(error, call, node, seconds) from error
        messages = self._parse(parse, raw, call, node).messages
        if not messages:
            raise self._error(ErrorKind.PROTOCOL, "the answer is empty", call, node)
        return messages[0]

    async def tail(
        self, call: str, node: str, request: bytes, seconds: float | None
    ) -> AsyncGenerator[bytes, None]:
        """Make one streaming call; each item is what one `common.Data` held.

        Close the generator to end the call (`contextlib.aclosing`).
        """
        metadata = self._metadata(call, node)
        channel = await self._channel(call, node)
        method: RawStream = channel.unary_stream(SERVICE + call)
        stream = method(request, metadata=metadata, timeout=seconds)
        try:
            async for raw in stream:
                yield self._parse(common.Data.FromString, raw, call, node).data
        except grpc.aio.AioRpcError as error:
            raise self._failure(error, call, node, seconds) from error
        finally:
            stream.cancel()

    async def close(self) -> None:
        """End every call and close the transport."""
        if self._probe is not None:
            self._probe.cancel()
            await asyncio.gather(self._probe, return_exceptions=True)
        await self.transport.close()

    async def _channel(self, call: str, node: str) -> grpc.aio.Channel:
        try:
            return await self.transport.channel()
        except OSError as error:  # ssl.SSLError is one
            kind, text = kind_of_dial(error), describe_dial(error)
            raise self._error(kind, text, call, node) from error

    def _metadata(self, call: str, node: str) -> list[tuple[str, str]]:
        """`node` routes, `runtime` is what talosctl says, `context` is for Omni."""
        pairs = [("runtime", "Talos"), ("node", node), ("context", self._cluster)]
        for key, value in pairs:
            if not (value.isascii() and value.isprintable()):
                text = f"{key} {value!r} is not plain ASCII"
                raise self._error(ErrorKind.UNREACHABLE, text, call, node)
        return [pair for pair in pairs if pair[1]]

    def _parse(
        self, parse: Callable[[bytes], R], raw: bytes, call: str, node: str
    ) -> R:
        try:
            return parse(raw)
        except DecodeError as error:
            message = "the answer cannot be decoded"
            raise self._error(ErrorKind.PROTOCOL, message, call, node) from error

    def _failure(
        self,
        error: grpc.aio.AioRpcError,
        call: str,
        node: str,
        seconds: float | None,
    ) -> TalosError:
        """Say why: gRPC only knows that its socket closed, the transport knows more."""
        faults = self.transport.faults
        if error.code() in OUR_CODES and self.transport.serving is None and faults:
            # The nearer an endpoint let us come, the more its reason says.
            kind = max(map(kind_of_dial, faults.values()), key=NEARNESS.index)
            return self._error(kind, _describe_all(faults), call, node)
        text = printable(error.details() or error.code().name)
        kind = kind_of(error.code().name, text)
        if kind is ErrorKind.TIMEOUT and seconds is not None:
            text = f"no answer within {seconds:g} s"
        return self._error(kind, text, call, node)

    def _error(self, kind: ErrorKind, text: str, call: str, node: str) -> TalosError:
        endpoint = str(self.transport.first)
        return TalosError(kind, text, node=node, endpoint=endpoint, call=call)

    def _suspect(self) -> None:
        """Find out whether the node was silent or the endpoint is.

        apid allows no HTTP/2 pings, so the endpoint is asked something itself.
        """
        if self.transport.serving is None:
            return
        if self._probe is None or self._probe.done():
            self._probe = asyncio.create_task(self._ask_endpoint())

    async def _ask_endpoint(self) -> None:
        metadata = self._metadata(PROBE, "")
        method = _unary(await self.transport.channel(), PROBE)
        try:
            await method(b"", metadata=metadata, timeout=self._dial_seconds)
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.DEADLINE_EXCEEDED:
                self.transport.leave()


def _unary(channel: grpc.aio.Channel, call: str) -> RawUnary:
    """A method that takes and gives bytes, so that a bad answer is ours to judge."""
    method: RawUnary = channel.unary_unary(SERVICE + call)
    return method


def _describe_all(faults: dict[Endpoint, Exception]) -> str:
    if len(faults) == 1:
        return describe_dial(next(iter(faults.values())))
    return "; ".join(f"{one}: {describe_dial(error)}" for one, error in faults.items())
