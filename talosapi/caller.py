"""One call to one node: metadata in, messages or a TalosError out. Knows no method.

At most CALLS of them are in flight at an endpoint; tails, which last, do not count.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from typing import TypeAlias, TypeVar

import grpc
from google.protobuf.message import DecodeError

from talosapi.bundle import unbundled
from talosapi.certificate import ClientCertificate, read_certificate
from talosapi.config import TalosContext
from talosapi.endpoint import Endpoint
from talosapi.errors import (
    ErrorKind,
    TalosError,
    describe_dial,
    in_words,
    kind_of,
    kind_of_dial,
)
from talosapi.method import Method, Reply
from talosapi.text import printable
from talosapi.transport import Transport
from talosapi.undisturbed import undisturbed

M = TypeVar("M")
R = TypeVar("R")

RawUnary: TypeAlias = "grpc.aio.UnaryUnaryMultiCallable[bytes, bytes | None]"
"""None is what gRPC gives of an answer that ended well, but without its message."""
RawStream: TypeAlias = "grpc.aio.UnaryStreamMultiCallable[bytes, bytes]"
RawAnswers: TypeAlias = "grpc.aio.UnaryStreamCall[bytes, bytes]"

CALLS = 10
# Every Talos has it, and every role may call it.
PROBE = Method("Version", bytes)
NEARNESS = (ErrorKind.UNREACHABLE, ErrorKind.PROTOCOL, ErrorKind.TLS)
OUR_CODES = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED}


class Caller:
    """Makes calls over one transport, and leaves an endpoint that fell silent."""

    def __init__(self, context: TalosContext, dial_seconds: float) -> None:
        self.transport = Transport(context, dial_seconds)
        self._context = context
        self._dial_seconds = dial_seconds
        self._slots = asyncio.Semaphore(CALLS)
        self._probe: asyncio.Task[None] | None = None

    async def ask(
        self, method: Method[Reply[M]], node: str, seconds: float, request: bytes = b""
    ) -> M:
        """Make one unary call for the one message that a node's reply holds."""
        messages = (await self.fetch(method, node, seconds, request)).messages
        if not messages:
            text = "the answer is empty"
            raise self.error(ErrorKind.PROTOCOL, text, method, node)
        return messages[0]

    async def fetch(
        self, method: Method[R], node: str, seconds: float, request: bytes = b""
    ) -> R:
        """Make one unary call; waiting for its turn counts against its deadline."""
        metadata = self._metadata(method, node)
        async with self._slot(method, node, seconds) as deadline:
            channel = await self._channel(method, node)
            try:
                call = _unary(channel, method)(
                    request, metadata=metadata, timeout=_until(deadline)
                )
                raw = await undisturbed(call, call)
            except grpc.aio.AioRpcError as error:
                if error.code() is grpc.StatusCode.DEADLINE_EXCEEDED:
                    self._suspect()
                raise self._failure(error, method, node, seconds) from error
        if raw is None:
            text = "the answer is cut short"
            raise self.error(ErrorKind.PROTOCOL, text, method, node)
        try:
            return method.parse(raw)
        except DecodeError as error:
            raise self._garbled(method, node) from error

    async def collect(
        self, method: Method[R], node: str, seconds: float, request: bytes = b""
    ) -> list[R]:
        """Make one call whose answer is a stream that ends, and takes a turn."""
        async with self._slot(method, node, seconds) as deadline:
            left = _until(deadline)
            answers = self.tail(method, node, request, left)
            return [answer async for answer in answers]

    async def tail(
        self,
        method: Method[R],
        node: str,
        request: bytes,
        seconds: float | None = None,
    ) -> AsyncGenerator[R, None]:
        """Make one streaming call; close the generator to end it (`aclosing`)."""
        bursts = self.bursts(method, node, request, seconds)
        async with aclosing(bursts):
            async for burst in bursts:
                for answer in burst:
                    yield answer

    async def bursts(
        self,
        method: Method[R],
        node: str,
        request: bytes,
        seconds: float | None = None,
    ) -> AsyncGenerator[list[R], None]:
        """The same; what came together is given together."""
        metadata = self._metadata(method, node)
        channel = await self._channel(method, node)
        stream = _stream(channel, method)(request, metadata=metadata, timeout=seconds)
        try:
            async for raw in _each(stream):
                try:
                    burst = list(map(method.parse, unbundled(raw)))
                except (DecodeError, ValueError) as error:
                    raise self._garbled(method, node) from error
                yield burst
        except grpc.aio.AioRpcError as error:
            raise self._failure(error, method, node, seconds) from error
        finally:
            stream.cancel()

    async def close(self) -> None:
        """End every call and close the transport."""
        if self._probe is not None:
            self._probe.cancel()
            await asyncio.gather(self._probe, return_exceptions=True)
        await self.transport.close()

    @asynccontextmanager
    async def _slot(
        self, method: Method[object], node: str, seconds: float
    ) -> AsyncIterator[float]:
        """A place among the calls in flight; gives the deadline, in the loop's time."""
        deadline = asyncio.get_running_loop().time() + seconds
        try:
            async with asyncio.timeout_at(deadline):
                await self._slots.acquire()
        except TimeoutError as error:
            text = f"{CALLS} calls before it had no answer within {seconds:.3g} s"
            raise self.error(ErrorKind.TIMEOUT, text, method, node) from error
        try:
            yield deadline
        finally:
            self._slots.release()

    async def _channel(self, method: Method[object], node: str) -> grpc.aio.Channel:
        try:
            return await self.transport.channel()
        except OSError as error:  # ssl.SSLError is one
            kind, text = kind_of_dial(error), describe_dial(error)
            raise self.error(kind, text, method, node) from error

    def _metadata(self, method: Method[object], node: str) -> list[tuple[str, str]]:
        """`node` routes, `runtime` is what talosctl says, `context` is for Omni."""
        cluster = self._context.cluster
        pairs = [("runtime", "Talos"), ("node", node), ("context", cluster)]
        for key, value in pairs:
            if not (value.isascii() and value.isprintable()):
                text = f"{key} {value!r} is not plain ASCII"
                raise self.error(ErrorKind.UNREACHABLE, text, method, node)
        return [pair for pair in pairs if pair[1]]

    def _garbled(self, method: Method[object], node: str) -> TalosError:
        text = "the answer cannot be decoded"
        return self.error(ErrorKind.PROTOCOL, text, method, node)

    def _failure(
        self,
        error: grpc.aio.AioRpcError,
        method: Method[object],
        node: str,
        seconds: float | None,
    ) -> TalosError:
        """Say why: gRPC only knows that its socket closed, the transport knows more."""
        faults = self.transport.faults
        if error.code() in OUR_CODES and self.transport.serving is None and faults:
            # The nearer an endpoint let us come, the more its reason says.
            kind = max(map(kind_of_dial, faults.values()), key=NEARNESS.index)
            return self.error(kind, _describe_all(faults), method, node)
        text = in_words(printable(error.details() or error.code().name))
        kind = kind_of(error.code().name, text)
        if kind is ErrorKind.TIMEOUT and seconds is not None:
            text = f"no answer within {seconds:.3g} s"
        return self.error(kind, text, method, node)

    def error(
        self, kind: ErrorKind, text: str, method: Method[object], node: str
    ) -> TalosError:
        """A TalosError about a call, with our certificate where it may be the cause."""
        endpoint = str(self.transport.first)
        error = TalosError(kind, text, node=node, endpoint=endpoint, call=method.label)
        if kind in {ErrorKind.AUTH, ErrorKind.FORBIDDEN, ErrorKind.TLS}:
            error.certificate = self._certificate()
        return error

    def _certificate(self) -> ClientCertificate | None:
        try:
            return read_certificate(self._context.crt)
        except ValueError:
            return None  # which is then what the TLS error itself is about

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


def _unary(channel: grpc.aio.Channel, method: Method[object]) -> RawUnary:
    """A method that takes and gives bytes, so that a bad answer is ours to judge."""
    raw: RawUnary = channel.unary_unary(method.path)
    return raw


def _stream(channel: grpc.aio.Channel, method: Method[object]) -> RawStream:
    raw: RawStream = channel.unary_stream(method.path)
    return raw


async def _each(stream: RawAnswers) -> AsyncIterator[bytes]:
    """The messages of a stream."""
    messages = aiter(stream)
    with suppress(StopAsyncIteration):
        while True:
            yield await undisturbed(stream, anext(messages))


def _until(deadline: float) -> float:
    return max(0.0, deadline - asyncio.get_running_loop().time())


def _describe_all(faults: dict[Endpoint, Exception]) -> str:
    if len(faults) == 1:
        return describe_dial(next(iter(faults.values())))
    return "; ".join(f"{one}: {describe_dial(error)}" for one, error in faults.items())
