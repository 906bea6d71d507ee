"""What one simulated node streams: its kernel log and its services' logs, as bytes."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Iterable, Iterator
from datetime import datetime, timedelta

import grpc

from talosapi.proto import machine_pb2 as machine
from tui.lab.apid_calls import ApidError, ApidWorld, log_names
from tui.lab.clock import LabClock
from tui.lab.estate import LabLine, LabNode, Reach

KEPT = timedelta(hours=1)  # how far back a node's ring buffers reach
CHUNK = 1024

_SECOND = timedelta(seconds=1)


async def dmesg(
    world: ApidWorld, node: LabNode, request: machine.DmesgRequest
) -> AsyncGenerator[bytes, None]:
    """The kernel log, one record an item: the ring buffer, then what comes."""
    clock = world.clock
    # Talos counts from (now - whole seconds of uptime), so each call is off by the
    # fraction that its uptime had when it began.
    shift = (clock.now() - clock.when(node.booted_at)) % _SECOND
    async for lines in _batches(world, node, "kernel", follow=request.follow):
        if not request.tail:
            for line in lines:
                yield _kernel_record(line, clock.when(line.at) + shift)
        request.tail = False


async def logs(
    world: ApidWorld, node: LabNode, request: machine.LogsRequest
) -> AsyncGenerator[bytes, None]:
    """One service's log, in chunks that are cut anywhere."""
    if not request.namespace:
        raise ApidError(grpc.StatusCode.INVALID_ARGUMENT, "namespace can't be empty")
    if request.namespace != "system" and request.id != "kubelet":
        text = f'container "{request.id}" not found'
        raise ApidError(grpc.StatusCode.UNKNOWN, text)
    if request.id not in log_names(node):
        text = f'log "{request.id}" was not registered'
        raise ApidError(grpc.StatusCode.UNKNOWN, text)
    wanted = request.tail_lines
    async for lines in _batches(world, node, request.id, follow=request.follow):
        picked = lines if wanted < 0 else lines[len(lines) - min(wanted, len(lines)) :]
        wanted = -1
        for chunk in _chunks(picked, world.clock):
            yield chunk


async def _batches(
    world: ApidWorld, node: LabNode, service: str, *, follow: bool
) -> AsyncGenerator[tuple[LabLine, ...], None]:
    """The lines that are kept, as one batch, then with `follow` the new ones."""
    seen = world.clock.position() - KEPT
    while True:
        here = world.clock.position()
        seen = min(seen, here)  # the story may have been moved back
        lines = world.lines(seen, node.address)
        seen = max((line.at for line in lines), default=seen)
        yield tuple(line for line in lines if line.service == service)
        if not follow:
            return
        await world.clock.tick()
        await _stay_reachable(world, node.address)


async def _stay_reachable(world: ApidWorld, address: str) -> None:
    """A node that dies ends its streams; one behind a black hole just says nothing."""
    while True:
        node = world.estate().node(address)
        if node is None or node.reach is Reach.REFUSES:
            text = "error reading from server: EOF"
            raise ApidError(grpc.StatusCode.UNAVAILABLE, text)
        if node.reach is Reach.ANSWERS:
            return
        await world.clock.tick()


def _chunks(lines: Iterable[LabLine], clock: LabClock) -> Iterator[bytes]:
    text = b"".join(_log_line(line, clock.when(line.at)) for line in lines)
    for start in range(0, len(text), CHUNK):
        yield text[start : start + CHUNK]


def _kernel_record(line: LabLine, at: datetime) -> bytes:
    """source: siderolabs/go-kmsg; ends with a newline and has the device lines."""
    fields = "".join(f" {key}={value}\n" for key, value in line.fields)
    head = f"{line.facility}: {line.priority:>7}: [{_rfc3339(at)}]"
    return f"{head}: {line.message}\n{fields}".encode()


def _rfc3339(at: datetime) -> str:
    """As Go's RFC3339Nano writes it: UTC, trailing zeros trimmed."""
    text = at.strftime("%Y-%m-%dT%H:%M:%S.%f")
    return text.rstrip("0").rstrip(".") + "Z"


def _log_line(line: LabLine, at: datetime) -> bytes:
    """A line in the shape in which that program writes its log."""
    match line.service:
        case "kernel":
            return _kernel_record(line, at)
        case "machined":
            text = f"{at:%Y/%m/%d %H:%M:%S.%f} {line.message}"
        case "controller-runtime":
            text = f"\x1b[34m{_rfc3339(at)}\x1b[0m \x1b[32mINFO\x1b[0m {line.message}"
        case "kubelet":
            stamp = at.timestamp() * 1000
            text = _json(
                {"ts": stamp, "caller": "kubelet.go:2460", "msg": line.message}
            )
        case "etcd":
            text = _json({"level": "info", "ts": _rfc3339(at), "msg": line.message})
        case "containerd" | "cri":
            text = _json({"level": "info", "msg": line.message, "time": _rfc3339(at)})
        case _:
            text = line.message
    return f"{text}\n".encode()


def _json(entry: dict[str, object]) -> str:
    return json.dumps(entry, ensure_ascii=False, separators=(",", ":"))
