"""HTTP over a port-forward: what httpcore wants of a connection.

No port is listened on: each connection is one end of a pair of sockets.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable
from typing import Any, Protocol

import httpcore

from tui.model.fault import Fault
from tui.sources.base import SourceError
from tui.sources.http_fault import NotSentError
from tui.sources.portforward import Forward


class Dialler(Protocol):
    """What leads to a server that is not on our network."""

    @property
    def fault(self) -> Fault | None:
        """Why the newest attempt failed; one that goes on may have failed in part."""

    @property
    def delay(self) -> Fault | None:
        """What a dial waits for just now, other than the network; None: nothing."""

    async def dial(self) -> Forward:
        """A connection; raises NotSentError."""


class _Stream(httpcore.AsyncNetworkStream):
    """One forwarded connection. It is opened when it is known whether TLS is spoken."""

    def __init__(self, forward: Forward) -> None:
        self._forward = forward
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's own interface
    ) -> httpcore.AsyncNetworkStream:
        try:
            async with asyncio.timeout(timeout):
                await self._open(ssl_context, server_hostname or "")
        except TimeoutError as error:
            await self.aclose()
            raise httpcore.ConnectTimeout(error) from error
        except OSError as error:
            await self.aclose()
            raise httpcore.ConnectError(error) from error
        except asyncio.CancelledError:
            await self.aclose()
            raise
        return self

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        reader, _ = await self._open()
        try:
            async with asyncio.timeout(timeout):
                found = await reader.read(max_bytes)
        except TimeoutError as error:
            raise httpcore.ReadTimeout(error) from error
        except OSError as error:
            self._tell_cause()
            raise httpcore.ReadError(error) from error
        if not found:
            self._tell_cause()
        return found

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        _, writer = await self._open()
        try:
            async with asyncio.timeout(timeout):
                writer.write(buffer)
                await writer.drain()
        except TimeoutError as error:
            raise httpcore.WriteTimeout(error) from error
        except OSError as error:
            self._tell_cause()
            raise httpcore.WriteError(error) from error

    async def aclose(self) -> None:
        if self._writer is not None:
            self._writer.transport.abort()
        await self._forward.aclose()

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":
            # Asked of an idle connection: whether the other side has ended it.
            return self._reader is not None and self._reader.at_eof()
        return None if self._writer is None else self._writer.get_extra_info(info)

    def _tell_cause(self) -> None:
        """What the kubelet said says more than that the stream has ended."""
        if self._forward.fault is not None:
            raise SourceError(self._forward.fault)

    async def _open(
        self, tls: ssl.SSLContext | None = None, name: str = ""
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._reader is None or self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(
                sock=self._forward.end,
                ssl=tls,
                server_hostname=name if tls is not None else None,
            )
        return self._reader, self._writer


class TunnelBackend(httpcore.AsyncNetworkBackend):
    """Opens all connections through a tunnel, whatever host they are for."""

    def __init__(self, tunnel: Dialler) -> None:
        self._tunnel = tunnel

    async def connect_tcp(
        self,
        host: str,  # noqa: ARG002 - the tunnel leads to one server alone
        port: int,  # noqa: ARG002
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's own interface
        local_address: str | None = None,  # noqa: ARG002
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002
    ) -> httpcore.AsyncNetworkStream:
        before = self._tunnel.fault
        try:
            async with asyncio.timeout(timeout):
                return _Stream(await self._tunnel.dial())
        except TimeoutError as error:
            delay = self._tunnel.delay
            if delay is not None:
                raise NotSentError(delay) from error
            fault = self._tunnel.fault
            if fault is not None and fault is not before:
                # A pod was tried in vain, and the time ended with the next one.
                raise NotSentError(fault) from error
            raise httpcore.ConnectTimeout(error) from error
