"""A gRPC channel whose TLS is done here, over whichever endpoint answers.

    grpcio ──plain HTTP/2──► private unix socket ──pump──► TLS ──► apid

gRPC dials the socket whenever it needs a connection; each dial takes the first
endpoint that lets us in. It knows nothing of methods and messages.
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import struct
from contextlib import ExitStack, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import grpc
from msgspec import Struct

from talosapi.acceptor import Acceptor
from talosapi.advice import IS_ENDED_EARLY, IS_NO_APID, IS_WEB_SERVER
from talosapi.bundle import Bundler
from talosapi.config import TalosContext
from talosapi.endpoint import Endpoint
from talosapi.errors import ForeignServerError
from talosapi.tls import client_context

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]

CHUNK = 64 * 1024
BEAT_SECONDS = 0.05
"""Whoever says more within a beat is listened to once a beat."""
AHEAD = 16 * 1024
"""Bytes that wait for gRPC to read them; the system may make it twice or thrice that.

gRPC keeps buffers for twice the most that it ever found waiting, for each connection,
as long as it lasts: with what a socket holds by itself, half a megabyte.
"""
WINDOW = 65_535 * 32  # what Go's client lets an apid send ahead
MAX_MESSAGE = 32 * 1024 * 1024  # GRPCMaxMessageSize of Talos
DIAL_SECONDS = 2.0
NEXT_ADDRESS_SECONDS = 0.25

OPTIONS = (
    ("grpc.max_receive_message_length", MAX_MESSAGE),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 5000),
    ("grpc.http2.lookahead_bytes", WINDOW),
    # Nothing compressed: gRPC unpacks a whole message before it finds it too large.
    ("grpc.compression_enabled_algorithms_bitset", 1),
    # A unix socket has no proxy, and apid offers no service config by DNS.
    ("grpc.enable_http_proxy", 0),
    # Channels of two contexts must not share a socket.
    ("grpc.use_local_subchannel_pool", 1),
)


class Link(Struct, frozen=True):
    """A TLS connection to an endpoint.

    socket  the connection below the TLS, which can be left unread for a while
    """

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    socket: asyncio.Transport

    def rest(self) -> None:
        """Read nothing for a beat; what comes meanwhile is then read at once."""
        self.socket.pause_reading()
        loop = asyncio.get_running_loop()
        loop.call_later(BEAT_SECONDS, self.socket.resume_reading)


class Transport:
    """One context's way to its apids.

    Endpoints are tried in order; one that fails goes to the end of the queue, so
    the next connection starts with another, and comes back to it when that fails.
    """

    def __init__(self, context: TalosContext, dial_seconds: float = DIAL_SECONDS):
        self._context = context
        self._dial_seconds = dial_seconds
        self._queue = list(context.endpoints)
        self._faults: dict[Endpoint, Exception] = {}
        self._serving: Endpoint | None = None
        self._tls: ssl.SSLContext | None = None
        self._folder: TemporaryDirectory[str] | None = None
        self._acceptor: Acceptor | None = None
        self._channel: grpc.aio.Channel | None = None
        self._opening = asyncio.Lock()

    @property
    def serving(self) -> Endpoint | None:
        """The endpoint that we have heard from on the current connection."""
        return self._serving

    @property
    def first(self) -> Endpoint:
        """The endpoint that is in use, or will be tried first."""
        return self._serving or self._queue[0]

    @property
    def faults(self) -> dict[Endpoint, Exception]:
        """Why each endpoint failed since one last answered; empty when one does."""
        return dict(self._faults)

    @property
    def socket_path(self) -> Path:
        """Where gRPC dials us, while the channel is open."""
        return Path(self._folder.name if self._folder else "") / "apid.sock"

    async def channel(self) -> grpc.aio.Channel:
        """The channel, opened on first use.

        raise  ssl.SSLError when the context's certificates cannot be used
        raise  OSError when the private socket cannot be made
        """
        async with self._opening:
            if self._channel is None:
                self._tls = client_context(self._context)
                self._folder = TemporaryDirectory(prefix="talosapi-")
                listener = _private_socket(self.socket_path)
                self._acceptor = Acceptor(listener, self._serve)
                self._channel = grpc.aio.insecure_channel(
                    f"unix:{self.socket_path}",
                    options=[
                        ("grpc.default_authority", str(self._queue[0])),
                        *OPTIONS,
                    ],
                )
            return self._channel

    def leave(self) -> None:
        """Drop the connection in use, if any, and go on with the next endpoint."""
        if self._serving is None:
            return
        self._retire(self._serving, TimeoutError("it stopped answering"))
        if self._acceptor is not None:
            self._acceptor.cut()

    async def close(self) -> None:
        """Close everything; calls under way fail. May be called again."""
        if self._channel is not None:
            await self._channel.close()
            self._channel = None
        if self._acceptor is not None:
            await self._acceptor.close()
            self._acceptor = None
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    async def _serve(self, peer: socket.socket) -> None:
        """Carry one of gRPC's connections until either side ends it."""
        if not _is_ours(peer):
            return
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, AHEAD)
        reader, writer = await asyncio.open_unix_connection(sock=peer, limit=CHUNK)
        try:
            dialled = await self._dial()
            if dialled is not None:
                await self._carry((reader, writer), *dialled)
                await _finish(writer)
        finally:
            writer.transport.abort()

    async def _dial(self) -> tuple[Endpoint, Link] | None:
        """Connect to the first endpoint that takes us; None when none does."""
        for endpoint in tuple(self._queue):
            try:
                async with asyncio.timeout(self._dial_seconds):
                    return endpoint, await self._connect(endpoint)
            except TimeoutError:
                silence = f"no answer within {self._dial_seconds:g} s"
                self._retire(endpoint, TimeoutError(silence))
            # ssl.SSLError is an OSError; a name that no DNS can have, a ValueError.
            except (OSError, ValueError) as error:
                self._retire(endpoint, error)
        return None

    async def _connect(self, endpoint: Endpoint) -> Link:
        # Of a name's addresses, a dead one must not use up the dial time. One address
        # needs no race, in which asyncio can lose a socket that is open.
        delay = NEXT_ADDRESS_SECONDS if endpoint.is_name else None
        try:
            reader, writer = await asyncio.open_connection(
                endpoint.host, endpoint.port, limit=CHUNK, happy_eyeballs_delay=delay
            )
        except ConnectionResetError as error:
            raise ConnectionError(IS_ENDED_EARLY) from error
        below = writer.transport
        if self._tls is None or not isinstance(below, asyncio.Transport):
            raise AssertionError("a socket is read too, and the channel has its TLS")
        with ExitStack() as failing:
            failing.callback(below.abort)
            try:
                await writer.start_tls(self._tls, server_hostname=endpoint.host)
            except (ConnectionError, ssl.SSLEOFError) as error:
                raise ConnectionError(IS_ENDED_EARLY) from error
            secured: ssl.SSLObject = writer.get_extra_info("ssl_object")
            # Talos 1.7.0 to 1.8.3 select nothing, which gRPC itself would not accept.
            if secured.selected_alpn_protocol() not in {"h2", None}:
                raise ForeignServerError("it does not speak HTTP/2")
            failing.pop_all()
        return Link(reader, writer, below)

    async def _carry(self, ours: Streams, endpoint: Endpoint, theirs: Link) -> None:
        """Copy both ways until one way ends; then the other has no use either."""
        upward = asyncio.create_task(_copy(ours[0], theirs.writer))
        downward = asyncio.create_task(self._receive(endpoint, theirs, ours[1]))
        both = (upward, downward)
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            if not upward.done() or upward.exception() is not None:
                self._retire(endpoint, _cause(downward, upward))
        finally:
            if self._serving == endpoint:
                self._serving = None
            for task in both:
                task.cancel()
            # At once: a TLS farewell could keep us waiting for half a minute.
            theirs.writer.transport.abort()
            await asyncio.gather(*both, return_exceptions=True)

    async def _receive(
        self, endpoint: Endpoint, link: Link, writer: asyncio.StreamWriter
    ) -> None:
        """What the endpoint says, to gRPC. The first word of it makes it serve.

        Only that: in TLS 1.3 a client learns on its first read, after the
        handshake, that its certificate was refused.
        """
        chunk = await link.reader.read(CHUNK)
        if not chunk:
            return
        if chunk.startswith(b"HTTP/1"):
            raise ForeignServerError(_foreign(chunk))
        self._serving = endpoint
        self._faults.clear()
        await _bundle(link, chunk, writer)

    def _retire(self, endpoint: Endpoint, error: Exception) -> None:
        """Remember why an endpoint failed and let the others go before it."""
        self._faults[endpoint] = error
        self._queue.remove(endpoint)
        self._queue.append(endpoint)
        if self._serving == endpoint:
            self._serving = None


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while chunk := await reader.read(CHUNK):
        writer.write(chunk)
        await writer.drain()


async def _bundle(link: Link, chunk: bytes, writer: asyncio.StreamWriter) -> None:
    """Pass on what the endpoint says, from this chunk of it to the end.

    A reply comes through at once. A log that has new lines all the time is let grow for
    a beat before it is read again, so that waking up costs the same for one line and
    for a hundred.
    """
    loop = asyncio.get_running_loop()
    bundler = Bundler()
    spoke: frozenset[int] = frozenset()
    listened_at = loop.time()
    while chunk:
        writer.write(bundler.feed(chunk))
        await writer.drain()
        now = loop.time()
        is_fluent = not spoke.isdisjoint(bundler.streams)
        if is_fluent and now - listened_at < BEAT_SECONDS and len(chunk) < CHUNK:
            link.rest()
            now += BEAT_SECONDS
        spoke, listened_at = bundler.streams, now
        chunk = await link.reader.read(CHUNK)


def _cause(*tasks: asyncio.Task[None]) -> Exception:
    """What broke the first of these that broke; else it was simply the end."""
    for task in tasks:
        error = task.exception() if task.done() else None
        if isinstance(error, Exception):
            return error
    return ConnectionResetError("the endpoint closed the connection")


def _foreign(chunk: bytes) -> str:
    """What somebody is who answers by HTTP/1: a proxy says that nothing is behind it.

    Other answers are to what we said, which is no HTTP/1.
    """
    _, _, rest = chunk.partition(b" ")
    status = rest[:3].decode(errors="replace")
    is_gateway = status in {"502", "503", "504"}
    return f"{IS_NO_APID}{status}" if is_gateway else IS_WEB_SERVER


async def _finish(writer: asyncio.StreamWriter) -> None:
    """Let gRPC read to the end what the endpoint said last."""
    writer.close()
    with suppress(OSError):  # gRPC may have gone first
        await writer.wait_closed()


def _private_socket(path: Path) -> socket.socket:
    """A listening socket that only this user can open, in a folder like it."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    path.chmod(0o600)
    return listener


def _is_ours(peer: socket.socket) -> bool:
    """Whether the peer is this very process: nobody else may use our identity."""
    size = struct.calcsize("3i")
    credentials = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
    pid: int = struct.unpack("3i", credentials)[0]
    return pid == os.getpid()
