"""The client: one method a call, one node a call, and a deadline on each.

    async with TalosClient(find_config().context("prod")) as talos:
        for service in await talos.services("10.10.0.40"):
            print(service.id, service.state)

Values come back, never protobuf; every failure is a TalosError.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from types import TracebackType
from typing import Self

from talosapi import decode
from talosapi.caller import Caller
from talosapi.config import TalosContext
from talosapi.messages import (
    KernelRecord,
    LoadAvg,
    Memory,
    Mount,
    Service,
    SystemStat,
    Version,
)
from talosapi.proto import machine_pb2 as machine
from talosapi.text import printable
from talosapi.transport import DIAL_SECONDS

UNARY_SECONDS = 5.0


class TalosClient:
    """All nodes of one talosconfig context. Dials on the first call.

    dial_seconds  how long an endpoint may take to let us in before the next one is
                  tried; also how long one may be silent when it is suspected dead
    """

    def __init__(
        self, context: TalosContext, *, dial_seconds: float = DIAL_SECONDS
    ) -> None:
        self._caller = Caller(context, dial_seconds)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """End every call and connection. A call made after that opens them anew."""
        await self._caller.close()

    @property
    def serving(self) -> str:
        """The endpoint in use, as host:port; "" when none answers or none is needed."""
        endpoint = self._caller.transport.serving
        return str(endpoint) if endpoint else ""

    async def version(
        self, node: str, *, timeout_seconds: float = UNARY_SECONDS
    ) -> Version:
        """What the node runs. Roles: os:reader."""
        parse = machine.VersionResponse.FromString
        return decode.version(
            await self._caller.ask("Version", node, parse, timeout_seconds)
        )

    async def hostname(
        self, node: str, *, timeout_seconds: float = UNARY_SECONDS
    ) -> str:
        """The node's own name for itself."""
        parse = machine.HostnameResponse.FromString
        reply = await self._caller.ask("Hostname", node, parse, timeout_seconds)
        return printable(reply.hostname)

    async def services(
        self, node: str, *, timeout_seconds: float = UNARY_SECONDS
    ) -> tuple[Service, ...]:
        """The services loaded so far, by id: early in a boot there are fewer."""
        parse = machine.ServiceListResponse.FromString
        reply = await self._caller.ask("ServiceList", node, parse, timeout_seconds)
        return tuple(decode.service(service) for service in reply.services)

    async def system_stat(
        self, node: str, *, timeout_seconds: float = UNARY_SECONDS
    ) -> SystemStat:
        """Boot time, processor times and process counts."""
        parse = machine.SystemStatResponse.FromString
        return decode.system_stat(
            await self._caller.ask("SystemStat", node, parse, timeout_seconds)
        )

    async def load_avg(
        self, node: str, *, timeout_seconds: float = UNARY_SECONDS
    ) -> LoadAvg:
        """The load averages."""
        parse = machine.LoadAvgResponse.FromString
        reply = await self._caller.ask("LoadAvg", node, parse, timeout_seconds)
        return LoadAvg(reply.load1, reply.load5, reply.load15)

    async def memory(
        self, node: str, *, timeout_seconds: float = UNARY_SECONDS
    ) -> Memory:
        """Memory in bytes."""
        parse = machine.MemoryResponse.FromString
        return decode.memory(
            await self._caller.ask("Memory", node, parse, timeout_seconds)
        )

    async def mounts(
        self, node: str, *, timeout_seconds: float = UNARY_SECONDS
    ) -> tuple[Mount, ...]:
        """Mounted file systems, pods' too. Fails as a whole if one of them does."""
        parse = machine.MountsResponse.FromString
        return decode.mounts(
            await self._caller.ask("Mounts", node, parse, timeout_seconds)
        )

    async def log_names(
        self, node: str, *, timeout_seconds: float = UNARY_SECONDS
    ) -> tuple[str, ...]:
        """The names that `logs` knows on this node. Talos 1.7 and later."""
        parse = machine.LogsContainersResponse.FromString
        reply = await self._caller.ask("LogsContainers", node, parse, timeout_seconds)
        return tuple(printable(name) for name in reply.ids)

    async def dmesg(
        self,
        node: str,
        *,
        follow: bool = True,
        tail: bool = False,
        timeout_seconds: float | None = None,
    ) -> AsyncGenerator[KernelRecord, None]:
        """The kernel log: the whole ring buffer, then with `follow` what comes.

        tail     with `follow`: only what comes; without: nothing at all
        return   ends when the node ends it; close it to end it (`aclosing`)
        wire     /machine.MachineService/Dmesg; after a cut the whole buffer comes
                 again, with times up to a second different
        """
        request = machine.DmesgRequest(follow=follow, tail=tail).SerializeToString()
        chunks = self._caller.tail("Dmesg", node, request, timeout_seconds)
        async with aclosing(chunks):
            async for chunk in chunks:
                yield decode.kernel_record(chunk)

    async def logs(
        self,
        node: str,
        service: str,
        *,
        follow: bool = True,
        tail_lines: int = -1,
        timeout_seconds: float | None = None,
    ) -> AsyncGenerator[str, None]:
        """One service's log, as whole printable lines.

        service     a service id or one of `log_names`
        tail_lines  how many past lines to begin with; -1 for all that are kept
        return      ends when the node ends it; close it to end it (`aclosing`)
        raise       TalosError(NOT_FOUND) for a service that never wrote a line
        wire        /machine.MachineService/Logs, raw chunks cut anywhere
        """
        request = machine.LogsRequest(
            namespace="system", id=service, follow=follow, tail_lines=tail_lines
        ).SerializeToString()
        chunks = self._caller.tail("Logs", node, request, timeout_seconds)
        splitter = decode.LineSplitter()
        async with aclosing(chunks):
            async for chunk in chunks:
                for line in splitter.feed(chunk):
                    yield line
        for line in splitter.flush():
            yield line
