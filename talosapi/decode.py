"""Protobuf messages and raw bytes into the values of `messages`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp

from talosapi.messages import (
    Health,
    KernelRecord,
    Memory,
    Mount,
    Priority,
    Service,
    ServiceEvent,
    Version,
)
from talosapi.proto import machine_pb2 as machine
from talosapi.text import printable

LONGEST_LINE = 64 * 1024
_YEAR_10000 = 253402300800


def version(message: machine.Version) -> Version:
    """proto: machine.Version."""
    info, platform = message.version, message.platform
    return Version(
        tag=info.tag,
        sha=info.sha,
        os=info.os,
        arch=info.arch,
        platform=platform.name,
        mode=platform.mode,
        has_rbac=message.features.rbac,
    )


def service(message: machine.ServiceInfo) -> Service:
    """proto: machine.ServiceInfo."""
    return Service(
        id=message.id,
        state=message.state,
        health=health_of(message.health, message.state),
        message=printable(message.health.last_message),
        last_change=instant(message.health.last_change),
        events=tuple(
            ServiceEvent(event.state, printable(event.msg), instant(event.ts))
            for event in message.events.events
        ),
    )


def health_of(health: machine.ServiceHealth, state: str) -> Health:
    """proto: machine.ServiceHealth, of a service in that state."""
    if health.unknown or not health.ByteSize():
        return Health.UNKNOWN
    if health.healthy:
        return Health.HEALTHY
    # Talos 1.8.0 called services without a check unhealthy (siderolabs/talos 9839).
    if state == "Running" and health.last_message == "service not running":
        return Health.UNKNOWN
    return Health.UNHEALTHY


def instant(stamp: Timestamp) -> datetime | None:
    """Unset is the epoch here and year 1 in Go; both mean never."""
    if not 0 < stamp.seconds < _YEAR_10000:
        return None
    is_odd = not 0 <= stamp.nanos < 1_000_000_000  # protobuf converts none of those
    nanos = 0 if is_odd else stamp.nanos
    return Timestamp(seconds=stamp.seconds, nanos=nanos).ToDatetime(tzinfo=UTC)


def memory(message: machine.Memory) -> Memory:
    """proto: machine.Memory; kibibytes on the wire."""
    info = message.meminfo
    return Memory(
        total_bytes=info.memtotal * 1024,
        free_bytes=info.memfree * 1024,
        available_bytes=info.memavailable * 1024,
        buffers_bytes=info.buffers * 1024,
        cached_bytes=info.cached * 1024,
        swap_total_bytes=info.swaptotal * 1024,
        swap_free_bytes=info.swapfree * 1024,
    )


def mounts(message: machine.Mounts) -> tuple[Mount, ...]:
    """proto: machine.Mounts."""
    return tuple(
        Mount(
            printable(one.filesystem),
            printable(one.mounted_on),
            one.size,
            one.available,
        )
        for one in message.stats
    )


# `<facility>: <priority, padded to 7>: [<RFC 3339>]: <message>`
_RECORD = re.compile(rb"(\w+): +(\w+): \[([^\]]*)\]: (.*)", re.DOTALL)
_FIELD = re.compile(rb" ([A-Z_]+)=(.*)")
_PRIORITIES = {each.name.lower().encode(): each for each in Priority}


def kernel_record(raw: bytes) -> KernelRecord:
    """Read one `common.Data` of a Dmesg stream: one record, one to three lines."""
    match = _RECORD.match(raw)
    if match is None:
        return KernelRecord("", Priority.INFO, None, printable(raw.strip()))
    facility, priority, at, text = match.groups()
    first, *rest = text.rstrip(b"\n").split(b"\n")
    lines, fields = [first], {}
    for line in rest:
        if found := _FIELD.fullmatch(line):
            fields[found[1].decode()] = printable(found[2])
        else:
            lines.append(line)
    return KernelRecord(
        facility=facility.decode(errors="replace"),
        priority=_PRIORITIES.get(priority.lower(), Priority.INFO),
        at=_record_time(at),
        message=printable(b" ".join(lines)).strip(),
        fields=fields,
    )


def _record_time(text: bytes) -> datetime | None:
    try:
        at = datetime.fromisoformat(text.decode())  # cuts nanoseconds short
    except ValueError:
        return None
    return at if at.tzinfo else None


class LineSplitter:
    """Whole lines out of chunks that were cut anywhere, even inside a character."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, chunk: bytes) -> Iterator[str]:
        """The lines that this chunk completes, printable, without their ends.

        A line of more than 64 KiB comes in pieces.
        """
        self._rest += chunk
        *lines, rest = self._rest.split(b"\n")
        self._rest = rest
        for line in lines:
            yield printable(bytes(line))
        while len(self._rest) > LONGEST_LINE:
            yield printable(bytes(self._rest[:LONGEST_LINE]))
            del self._rest[:LONGEST_LINE]

    def flush(self) -> Iterator[str]:
        """What is left at the end of the stream: a last line without an end."""
        if self._rest:
            yield printable(bytes(self._rest))
            self._rest.clear()
