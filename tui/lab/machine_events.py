"""machined's events of one node, as a function of story time.

They begin with the boot: a reboot forgets all that was before.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from zlib import crc32

from google.protobuf.message import Message
from msgspec import Struct

from talosapi.proto import event_pb2 as event
from tui.lab.estate import LabNode, LabService
from tui.lab.machine_status import MachineStatus, as_service_health, stages

KEPT = 990  # machined's buffer of 1000, less a gap of 10

_SEQUENCES = ("initialize", "boot")
_ALPHABET = "0123456789abcdefghijklmnopqrstuv"


class MachineEvent(Struct, frozen=True):
    """One event; `number` tells apart those of the same instant."""

    at: timedelta
    message: Message
    number: int = 0


def machine_events(node: LabNode, until: timedelta) -> tuple[MachineEvent, ...]:
    """The events that are kept at an offset, oldest first."""
    return tuple(one for one in _of_boot(node) if one.at <= until)[-KEPT:]


@lru_cache(maxsize=512)
def _of_boot(node: LabNode) -> tuple[MachineEvent, ...]:
    """All events since the node's boot. Kept, since tails ask ten times a second."""
    found = [one for one in _all(node) if node.booted_at <= one.at]
    found.sort(key=lambda one: one.at)
    numbered: list[MachineEvent] = []
    for position, one in enumerate(found):
        is_twin = position > 0 and found[position - 1].at == one.at
        number = numbered[-1].number + 1 if is_twin else 0
        numbered.append(MachineEvent(one.at, one.message, number))
    return tuple(numbered)


def _all(node: LabNode) -> Iterator[MachineEvent]:
    start = node.booted_at + timedelta(seconds=1)
    for number, name in enumerate(_SEQUENCES):
        begun = start + timedelta(seconds=3 * number)
        ended = begun + timedelta(seconds=2)
        starts, stops = event.SequenceEvent.START, event.SequenceEvent.STOP
        yield MachineEvent(begun, event.SequenceEvent(sequence=name, action=starts))
        yield MachineEvent(ended, event.SequenceEvent(sequence=name, action=stops))
    address = event.AddressEvent(hostname=node.name, addresses=[node.address])
    yield MachineEvent(start + timedelta(seconds=5), address)
    for at, status in stages(node):
        yield MachineEvent(at, _status_event(status))
    for service in node.services:
        yield from _service_events(service)


def _status_event(status: MachineStatus) -> event.MachineStatusEvent:
    kind = event.MachineStatusEvent.MachineStatus
    unmet = [
        kind.UnmetCondition(name=name, reason=reason) for name, reason in status.unmet
    ]
    return event.MachineStatusEvent(
        stage=status.stage.upper().replace(" ", "_"),
        status=kind(ready=not unmet, unmet_conditions=unmet),
    )


def _service_events(service: LabService) -> Iterator[MachineEvent]:
    for one in service.events:
        message = event.ServiceStateEvent(
            service=service.id,
            action=one.state.upper(),
            message=one.message,
            health=as_service_health(service, one),
        )
        yield MachineEvent(one.at, message)


def event_id(node: LabNode, one: MachineEvent, at: datetime) -> str:
    """An xid: twelve bytes in base 32, so that later ones sort behind.

    at  the instant of the event, UTC
    """
    counter = at.microsecond * 16 + min(one.number, 15)
    raw = (
        int(at.timestamp()).to_bytes(4, "big")
        + crc32(node.address.encode()).to_bytes(4, "big")
        + b"\x01"
        + counter.to_bytes(3, "big")
    )
    bits = int.from_bytes(raw, "big") << 4
    return "".join(_ALPHABET[bits >> shift & 31] for shift in range(95, -1, -5))


def as_any(one: MachineEvent) -> tuple[str, bytes]:
    """Type URL and value, as machined packs them."""
    name = one.message.DESCRIPTOR.full_name
    return f"talos/runtime/{name}", one.message.SerializeToString()
