"""Talos: the nodes of one talosconfig context, as apid tells of them.

The only module of ours that knows `talosapi`; its values and errors end here.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from talosapi.config import TalosContext, find_config, load_config
from talosapi.errors import ErrorKind, TalosConfigError, TalosError
from talosapi.messages import KernelRecord, Service
from tui.clock import Clock
from tui.model.fault import Fault, FaultKind
from tui.model.log import Entry, LogBatch
from tui.model.talos import ServiceEvent, ServiceHealth, TalosNode, TalosService
from tui.sources.base import SourceError
from tui.sources.talos_tail import TalosTail
from tui.sources.text import first_line
from tui.sources.wire import to_ns

if TYPE_CHECKING:
    from talosapi.client import TalosClient

PAST_LINES = 1000
"""Of a service's log, to begin with."""

_KINDS = {
    ErrorKind.UNREACHABLE: FaultKind.UNREACHABLE,
    ErrorKind.TIMEOUT: FaultKind.TIMEOUT,
    ErrorKind.TLS: FaultKind.TLS,
    ErrorKind.FORBIDDEN: FaultKind.FORBIDDEN,
    ErrorKind.NOT_FOUND: FaultKind.NOT_FOUND,
    ErrorKind.UNSUPPORTED: FaultKind.NOT_FOUND,
    ErrorKind.PROTOCOL: FaultKind.PROTOCOL,
}
_TIME = re.compile(r"(\d{4})[-/](\d\d)[-/](\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d{1,6})?)")
_MILLISECONDS = re.compile(r'"ts":(\d{13})')


class TalosSource:
    """The nodes of one context. Every method raises SourceError and nothing else."""

    def __init__(
        self,
        context_name: str,
        talosconfig: Path | None,
        timeout_seconds: float,
        clock: Clock,
        backoff: Callable[[int], float],
    ) -> None:
        """Remember whom to ask; files are read and dialled at the first question.

        talosconfig   None for talosctl's own search order
        clock         for tails: to wait between attempts, to date lines without a time
        """
        self._context_name = context_name
        self._talosconfig = talosconfig
        self._timeout_seconds = timeout_seconds
        self._clock = clock
        self._backoff = backoff
        self._client: TalosClient | None = None
        self._opening = asyncio.Lock()

    async def addresses(self) -> tuple[str, ...]:
        """The nodes that the talosconfig names; they may be none."""
        return (await asyncio.to_thread(self._context)).nodes

    async def node(self, address: str) -> TalosNode:
        """One node: four questions at once, one deadline."""
        client = await self._opened()
        seconds = self._timeout_seconds
        try:
            async with asyncio.TaskGroup() as calls:
                version = calls.create_task(
                    client.version(address, timeout_seconds=seconds)
                )
                hostname = calls.create_task(
                    client.hostname(address, timeout_seconds=seconds)
                )
                services = calls.create_task(
                    client.services(address, timeout_seconds=seconds)
                )
                stat = calls.create_task(
                    client.system_stat(address, timeout_seconds=seconds)
                )
        except ExceptionGroup as group:
            first = group.exceptions[0]
            if isinstance(first, TalosError):
                raise SourceError(_fault(first)) from first
            raise
        return TalosNode(
            address=address,
            hostname=hostname.result(),
            version=version.result().tag,
            services=tuple(_service(service) for service in services.result()),
            boot_time=stat.result().booted_at,
            served_by=client.serving,
        )

    def dmesg(self, address: str) -> AsyncGenerator[LogBatch, None]:
        """The kernel log of one node, resumed after each cut; never ends by itself.

        Labels: node, facility, priority. Metadata: SUBSYSTEM and DEVICE, if any.
        """
        return self._tail(lambda: self._kernel(address), address)

    def service_log(self, address: str, service: str) -> AsyncGenerator[LogBatch, None]:
        """One service's log, from its last 1000 lines on; never ends by itself.

        Labels: node, service. A line that carries no time has that of its arrival.
        """
        return self._tail(lambda: self._lines(address, service), address)

    async def aclose(self) -> None:
        """End every call and connection."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    def _tail(
        self, opened: Callable[[], AsyncGenerator[Entry, None]], address: str
    ) -> AsyncGenerator[LogBatch, None]:
        return TalosTail(opened, self._clock, self._backoff, address).batches()

    async def _kernel(self, address: str) -> AsyncGenerator[Entry, None]:
        client = await self._opened()
        at = self._clock.now()
        try:
            async with aclosing(client.dmesg(address)) as records:
                async for record in records:
                    at = record.at or at
                    yield _kernel_entry(record, at, address)
        except TalosError as error:
            raise SourceError(_fault(error)) from error

    async def _lines(self, address: str, service: str) -> AsyncGenerator[Entry, None]:
        client = await self._opened()
        labels = {"node": address, "service": service}
        tail = client.logs(address, service, tail_lines=PAST_LINES)
        try:
            async with aclosing(tail) as lines:
                async for line in lines:
                    at = line_time(line) or self._clock.now()
                    yield Entry(to_ns(at), labels, line)
        except TalosError as error:
            raise SourceError(_fault(error)) from error

    async def _opened(self) -> TalosClient:
        """The client, made once; the config is read in a thread, and so is gRPC."""
        async with self._opening:
            if self._client is None:
                context = await asyncio.to_thread(self._context)
                make = await asyncio.to_thread(_client_class)
                self._client = make(context)
            return self._client

    def _context(self) -> TalosContext:
        """Blocking: reads the talosconfig."""
        try:
            config = (
                load_config(self._talosconfig) if self._talosconfig else find_config()
            )
            return config.context(self._context_name)
        except TalosConfigError as error:
            where = str(error.path or "talosconfig")
            raise SourceError(
                Fault(
                    FaultKind.CONFIG,
                    first_line(f"talosconfig: {error.problem}"),
                    first_line(error.advice),
                    where,
                )
            ) from error


def _client_class() -> type[TalosClient]:
    """Blocking: gRPC takes its time to load."""
    from talosapi.client import TalosClient  # noqa: PLC0415 - see above

    return TalosClient


def _fault(error: TalosError) -> Fault:
    """What went wrong, in our words for it."""
    about = f"{error.call} of {error.node}" if error.node else error.call
    return Fault(
        kind=_KINDS[error.kind],
        summary=first_line(error.message),
        detail=about,
        endpoint=error.endpoint,
    )


def _service(service: Service) -> TalosService:
    return TalosService(
        id=service.id,
        state=service.state,
        health=ServiceHealth(service.health.value),
        message=service.message,
        last_change=service.last_change,
        events=tuple(
            ServiceEvent(event.at, event.state, event.message)
            for event in service.events
        ),
    )


def _kernel_entry(record: KernelRecord, at: datetime, address: str) -> Entry:
    labels = {
        "node": address,
        "facility": record.facility,
        "priority": record.priority.name.lower(),
    }
    return Entry(to_ns(at), labels, record.message, dict(record.fields))


def line_time(line: str) -> datetime | None:
    """The time that a service wrote into its line; nodes run in UTC.

    wire    machined 2006/01/02 15:04:05.000000, most others RFC 3339, kubelet
            milliseconds
    """
    head = line[:200]
    dated = _TIME.search(head)
    if dated:
        year, month, day, rest = dated.groups()
        try:
            return datetime.fromisoformat(f"{year}-{month}-{day}T{rest}+00:00")
        except ValueError:
            return None
    stamped = _MILLISECONDS.search(head)
    return datetime.fromtimestamp(int(stamped[1]) / 1000, UTC) if stamped else None
