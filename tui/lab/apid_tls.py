"""The TLS side of the lab's apid: asks for a client certificate and reads its roles.

gRPC's own TLS takes no Ed25519 client certificate, so OpenSSL stands in front of a
plaintext gRPC server. Each connection reaches that server from a unix socket with a
name of its own, by which the server learns whose connection it is.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TypeAlias, TypeVar

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from talosapi.acceptor import Acceptor
from talosapi.memory import memory_file
from tui.lab.apid_counters import Gauge
from tui.lab.certificates import Credentials
from tui.lab.port import bound

CHUNK = 256 * 1024

T = TypeVar("T")
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Readable: TypeAlias = "asyncio.StreamReader | TlsStream"
Writable: TypeAlias = "asyncio.StreamWriter | TlsStream"


class Terminator:
    """Takes TLS connections and hands them on in plain text.

    folder    private; the sockets in it are named by us
    upstream  the unix socket of the plaintext server
    gauge     counts the connections whose handshake went well
    """

    def __init__(
        self, tls: ssl.SSLContext, folder: Path, upstream: Path, gauge: Gauge
    ) -> None:
        self._tls = tls
        self._gauge = gauge
        self._folder = folder
        self._upstream = upstream
        self._roles: dict[str, tuple[str, ...]] = {}
        self._count = 0
        self._acceptor: Acceptor | None = None
        self._kept: socket.socket | None = None
        self._port = 0

    @property
    def roles(self) -> Mapping[str, tuple[str, ...]]:
        """The roles of each connection, by the path of its unix socket."""
        return self._roles

    @property
    def is_open(self) -> bool:
        """Whether it listens."""
        return self._acceptor is not None

    def start(self, port: int = 0) -> int:
        """Listen on 127.0.0.1, after a stop on the port that was kept.

        return  the port
        """
        listener = self._kept or bound(port)
        self._kept = None
        # asyncio does this only for sockets that it made; accepted ones inherit it.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._port = listener.getsockname()[1]
        self._acceptor = Acceptor(listener, self._serve)
        return self._port

    async def stop(self) -> None:
        """Cut every connection and refuse new ones, but keep the port."""
        if self._acceptor is not None:
            await self._acceptor.close()
            self._acceptor = None
            self._kept = bound(self._port)

    async def close(self) -> None:
        """Cut every connection and leave the port."""
        await self.stop()
        if self._kept is not None:
            self._kept.close()

    async def _serve(self, peer: socket.socket) -> None:
        reader, writer = await asyncio.open_connection(sock=peer, limit=CHUNK)
        try:
            await self._welcome(TlsStream(self._tls, reader, writer))
        finally:
            writer.transport.abort()

    async def _welcome(self, client: TlsStream) -> None:
        try:
            await client.shake_hands()
        except OSError:  # ssl.SSLError is one; the guest has been told by an alert
            await client.part()
            return
        if _is_for_clients_only(client.certificate):
            with self._gauge.one():
                await self._carry(client, roles_of(client.certificate))

    async def _carry(self, client: TlsStream, roles: tuple[str, ...]) -> None:
        self._count += 1
        name = self._folder / f"peer-{self._count}"
        self._roles[str(name)] = roles
        reader, writer = await _connect(name, self._upstream)
        both = (
            asyncio.create_task(_copy(client, writer)),
            asyncio.create_task(_copy(reader, client)),
        )
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in both:
                task.cancel()
            writer.transport.abort()
            await asyncio.gather(*both, return_exceptions=True)
            name.unlink(missing_ok=True)
            del self._roles[str(name)]


class TlsStream:
    """The server's end of a TLS connection that sends its alerts.

    asyncio's own drops the alert that tells a client why it is refused.
    """

    def __init__(
        self,
        tls: ssl.SSLContext,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._tls = tls.wrap_bio(self._incoming, self._outgoing, server_side=True)

    @property
    def certificate(self) -> x509.Certificate:
        """The client's certificate, after the handshake."""
        # CERT_REQUIRED: without one there would have been no handshake.
        return x509.load_der_x509_certificate(
            self._tls.getpeercert(binary_form=True) or b""
        )

    async def shake_hands(self) -> None:
        """Finish the handshake; ssl.SSLError when the client is not welcome."""
        await self._turn(self._tls.do_handshake)

    async def read(self, size: int) -> bytes:
        """Some bytes; b"" at the end."""
        try:
            return await self._turn(partial(self._tls.read, size))
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return b""

    def write(self, data: bytes) -> None:
        """Send bytes, or keep them until `drain`."""
        self._tls.write(data)
        self._writer.write(self._outgoing.read())

    async def drain(self) -> None:
        """Wait until the client keeps up."""
        await self._writer.drain()

    async def part(self) -> None:
        """End what we say and let the client read it: a reset would destroy it."""
        with suppress(OSError):  # the client may be gone, or not want to go
            self._writer.write_eof()
            async with asyncio.timeout(1):
                await self._reader.read()

    async def _turn(self, step: Callable[[], T]) -> T:
        """Do one step of TLS, and feed it from the network while it wants more."""
        while True:
            try:
                return step()
            except ssl.SSLWantReadError:
                self._writer.write(self._outgoing.read())
                received = await self._reader.read(CHUNK)
                if received:
                    self._incoming.write(received)
                else:
                    self._incoming.write_eof()
            finally:
                self._writer.write(self._outgoing.read())


def server_context(credentials: Credentials, authority_pem: bytes) -> ssl.SSLContext:
    """apid's TLS: HTTP/2, no session tickets, no client without a certificate."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.minimum_version = ssl.TLSVersion.TLSv1_2
    tls.verify_mode = ssl.CERT_REQUIRED
    tls.load_verify_locations(cadata=authority_pem.decode())
    tls.set_alpn_protocols(["h2"])
    tls.num_tickets = 0
    with memory_file(credentials.certificate + credentials.key) as path:
        tls.load_cert_chain(path)
    return tls


def roles_of(certificate: x509.Certificate) -> tuple[str, ...]:
    """A certificate's roles: the organisations of its subject."""
    names = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return tuple(str(name.value) for name in names)


def _is_for_clients_only(certificate: x509.Certificate) -> bool:
    """source: internal/app/apid/service.go verifyExtKeyUsage."""
    try:
        usages = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        return False
    return list(usages.value) == [ExtendedKeyUsageOID.CLIENT_AUTH]


async def _connect(name: Path, upstream: Path) -> Streams:
    end = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    end.settimeout(0)
    end.bind(str(name))
    await asyncio.get_running_loop().sock_connect(end, str(upstream))
    return await asyncio.open_unix_connection(sock=end, limit=CHUNK)


async def _copy(source: Readable, sink: Writable) -> None:
    while chunk := await source.read(CHUNK):
        sink.write(chunk)
        await sink.drain()
