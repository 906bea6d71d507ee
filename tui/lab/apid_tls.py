"""The TLS side of the lab's apid: asks for a client certificate and reads its roles.

gRPC's own TLS takes no Ed25519 client certificate, so OpenSSL stands in front of a
plaintext gRPC server. Each connection reaches that server from a unix socket with a
name of its own, by which the server learns whose connection it is.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from talosapi.tls import memory_file
from tui.lab.certificates import Credentials

CHUNK = 256 * 1024

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Terminator:
    """Takes TLS connections and hands them on in plain text.

    folder    private; the sockets in it are named by us
    upstream  the unix socket of the plaintext server
    """

    def __init__(self, tls: ssl.SSLContext, folder: Path, upstream: Path) -> None:
        self._tls = tls
        self._folder = folder
        self._upstream = upstream
        self._roles: dict[str, tuple[str, ...]] = {}
        self._count = 0
        self._pumps: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    @property
    def roles(self) -> Mapping[str, tuple[str, ...]]:
        """The roles of each connection, by the path of its unix socket."""
        return self._roles

    async def start(self, port: int = 0) -> int:
        """Listen on 127.0.0.1; returns the port."""
        self._server = await asyncio.start_server(
            self._accept, "127.0.0.1", port, ssl=self._tls, limit=CHUNK
        )
        bound: int = self._server.sockets[0].getsockname()[1]
        return bound

    async def close(self) -> None:
        """Stop listening and cut every connection."""
        if self._server is not None:
            self._server.close()
        pumps = tuple(self._pumps)
        for pump in pumps:
            pump.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)

    def _accept(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        pump = asyncio.create_task(self._serve(reader, writer))
        self._pumps.add(pump)
        # A callback, because a task that is cancelled early enough runs no `finally`.
        pump.add_done_callback(partial(self._hang_up, writer))

    def _hang_up(self, writer: asyncio.StreamWriter, pump: asyncio.Task[None]) -> None:
        self._pumps.discard(pump)
        writer.transport.abort()

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        certificate = _peer_certificate(writer)
        if _is_for_clients_only(certificate):
            await self._carry((reader, writer), roles_of(certificate))

    async def _carry(self, client: Streams, roles: tuple[str, ...]) -> None:
        self._count += 1
        name = self._folder / f"peer-{self._count}"
        self._roles[str(name)] = roles
        server = await _connect(name, self._upstream)
        both = (
            asyncio.create_task(_copy(client[0], server[1])),
            asyncio.create_task(_copy(server[0], client[1])),
        )
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in both:
                task.cancel()
            server[1].transport.abort()
            await asyncio.gather(*both, return_exceptions=True)
            name.unlink(missing_ok=True)
            del self._roles[str(name)]


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


def _peer_certificate(writer: asyncio.StreamWriter) -> x509.Certificate:
    secured: ssl.SSLObject = writer.get_extra_info("ssl_object")
    # CERT_REQUIRED: without one the handshake would have failed.
    return x509.load_der_x509_certificate(secured.getpeercert(binary_form=True) or b"")


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


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while chunk := await reader.read(CHUNK):
        writer.write(chunk)
        await writer.drain()
