"""What one simulated node streams: its kernel log and its services' logs, as bytes."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Iterable, Iterator, Sequence
from datetime import datetime, timedelta

import grpc
from google.protobuf.any_pb2 import Any
from google.protobuf.message import Message

from talosapi.proto import common_pb2 as common
from talosapi.proto import event_pb2 as event
from talosapi.proto import machine_pb2 as machine
from tui.lab.apid_calls import ApidError, Call
from tui.lab.apid_services import log_names
from tui.lab.clock import LabClock
from tui.lab.estate import LabLine, LabNode, Reach
from tui.lab.machine_events import MachineEvent, as_any, event_id, machine_events
from tui.lab.machine_logs import container_lines
from tui.lab.machine_process import pod_containers

KEPT = timedelta(hours=1)  # how far back a node's ring buffers reach
CHUNK = 1024

_SECOND = timedelta(seconds=1)


async def dmesg(call: Call) -> AsyncGenerator[Message, None]:
    """The kernel log, one record an item: the ring buffer, then what comes."""
    asked = machine.DmesgRequest.FromString(call.body)
    clock = call.clock
    # Talos counts from (now - whole seconds of uptime), so each call is off by the
    # fraction that its uptime had when it began.
    shift = (clock.now() - clock.when(call.node.booted_at)) % _SECOND
    is_history = True
    async for lines in _batches(call, "kernel", follow=asked.follow):
        if not (asked.tail and is_history):
            for line in lines:
                record = _kernel_record(line, clock.when(line.at) + shift)
                yield common.Data(data=record)
        is_history = False


async def logs(call: Call) -> AsyncGenerator[Message, None]:
    """One service's log, in chunks that are cut anywhere."""
    asked = machine.LogsRequest.FromString(call.body)
    if not asked.namespace:
        raise ApidError(grpc.StatusCode.INVALID_ARGUMENT, "namespace can't be empty")
    is_pod = asked.namespace != "system" and asked.id != "kubelet"
    if is_pod and asked.id not in _container_ids(call):
        text = f'container "{asked.id}" not found'
        raise ApidError(grpc.StatusCode.UNKNOWN, text)
    if not is_pod and asked.id not in log_names(call.node):
        text = f'log "{asked.id}" was not registered'
        raise ApidError(grpc.StatusCode.UNKNOWN, text)
    wanted = asked.tail_lines
    async for lines in _batches(call, asked.id, follow=asked.follow):
        picked = lines if wanted < 0 else lines[len(lines) - min(wanted, len(lines)) :]
        wanted = -1
        for chunk in _chunks(picked, call.clock):
            yield common.Data(data=chunk)


async def events(call: Call) -> AsyncGenerator[Message, None]:
    """An empty event to say that the stream is up, those asked for, then new ones."""
    asked = event.EventsRequest.FromString(call.body)
    if asked.tail_events and (asked.tail_id or asked.tail_seconds):
        text = "tail_events can't be combined with tail_id or tail_seconds"
        raise ApidError(grpc.StatusCode.INVALID_ARGUMENT, text)
    yield event.Event(data=Any(), id=_new_id(call))
    known = machine_events(call.node, call.at)
    for one in _asked_events(call, asked, known):
        yield _event(call, call.node, one)
    seen = call.at
    while True:
        await call.clock.tick()
        node = await stay_reachable(call)
        here = call.clock.position()
        for one in machine_events(node, here):
            if one.at > seen:
                yield _event(call, node, one)
        seen = here


def _new_id(call: Call) -> str:
    now = MachineEvent(call.at, event.Event())
    return event_id(call.node, now, call.clock.when(call.at))


def _asked_events(
    call: Call, asked: event.EventsRequest, known: Sequence[MachineEvent]
) -> Sequence[MachineEvent]:
    if asked.tail_id:
        when = call.clock.when
        return [
            one
            for one in known
            if event_id(call.node, one, when(one.at)) > asked.tail_id
        ]
    if asked.tail_seconds:
        since = call.at - asked.tail_seconds * _SECOND
        return [one for one in known if one.at > since]
    if asked.tail_events < 0:
        return known
    return known[len(known) - min(asked.tail_events, len(known)) :]


def _event(call: Call, node: LabNode, one: MachineEvent) -> event.Event:
    type_url, value = as_any(one)
    return event.Event(
        data=Any(type_url=type_url, value=value),
        id=event_id(node, one, call.clock.when(one.at)),
    )


async def _batches(
    call: Call, service: str, *, follow: bool
) -> AsyncGenerator[tuple[LabLine, ...], None]:
    """The lines that are kept, as one batch, then with `follow` the new ones.

    What is kept does not outlive a reboot.
    """
    node, world = call.node, call.world
    before_boot = node.booted_at - timedelta(microseconds=1)
    seen = max(world.clock.position() - KEPT, before_boot)
    while True:
        here = world.clock.position()
        seen = min(seen, here)  # the story may have been moved back
        lines = _lines_after(call, service, seen)
        seen = max((line.at for line in lines), default=seen)
        yield tuple(line for line in lines if line.service == service)
        if not follow:
            return
        await world.clock.tick()
        await stay_reachable(call)


def _lines_after(call: Call, service: str, after: timedelta) -> tuple[LabLine, ...]:
    """All that a node wrote, or what one container did."""
    if ":" not in service:
        return call.world.lines(after, call.node.address)
    until = call.clock.position()
    return tuple(container_lines(call.node, service, after, until))


def _container_ids(call: Call) -> frozenset[str]:
    """The containers that have a log: all but the sandboxes."""
    found = pod_containers(call.node, call.pods)
    return frozenset(one.id for one in found if one.id != one.pod_id)


async def stay_reachable(call: Call) -> LabNode:
    """The node as it is now.

    One that dies or reboots ends its streams; one behind a black hole says nothing.
    """
    while True:
        node = call.world.estate().node(call.node.address)
        is_gone = node is None or node.reach is Reach.REFUSES
        if is_gone or (node and node.booted_at != call.node.booted_at):
            text = "error reading from server: EOF"
            raise ApidError(grpc.StatusCode.UNAVAILABLE, text)
        if node is not None and node.reach is Reach.ANSWERS:
            return node
        await call.clock.tick()


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
        case container if ":" in container:
            text = f"{_rfc3339(at)} {line.message}"
        case _:
            text = line.message
    return f"{text}\n".encode()


def _json(entry: dict[str, object]) -> str:
    return json.dumps(entry, ensure_ascii=False, separators=(",", ":"))
