"""Protobuf's events into the values of `event`. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from google.protobuf.message import DecodeError, Message

from talosapi.decode import health_of
from talosapi.event import (
    AddressChange,
    ConfigFault,
    Event,
    Payload,
    Restart,
    Scale,
    ServiceChange,
    StageChange,
    Step,
    UnmetCondition,
)
from talosapi.proto import event_pb2 as event
from talosapi.text import printable

# base32hex in lower case: a character holds five bits.
_DIGITS = {
    digit: value for value, digit in enumerate("0123456789abcdefghijklmnopqrstuv")
}
_XID_LENGTH = 20


def node_event(message: event.Event) -> Event:
    """proto: machine.Event, whose type URL is talos/runtime/machine.<name>."""
    name = message.data.type_url.rpartition("/")[2]
    return Event(
        id=message.id,
        at=_id_time(message.id),
        actor_id=printable(message.actor_id),
        payload=_payload(name, message.data.value),
    )


def _id_time(text: str) -> datetime | None:
    """An xid begins with the seconds of the epoch, in 32 bits (rs/xid)."""
    if len(text) != _XID_LENGTH or not _DIGITS.keys() >= set(text):
        return None
    bits = 0
    for digit in text[:7]:
        bits = bits << 5 | _DIGITS[digit]
    return datetime.fromtimestamp(bits >> 3, UTC)


def _payload(name: str, value: bytes) -> Payload | None:
    decode = _PAYLOADS.get(name)
    if decode is None:
        return None
    try:
        return decode(value)
    except DecodeError:
        return None  # as good as unknown, and no reason to end the tail


def _sequence(value: bytes) -> Step:
    message = event.SequenceEvent.FromString(value)
    is_start = {message.START: True, message.STOP: False}.get(message.action)
    error = printable(message.error.message)
    return Step(Scale.SEQUENCE, printable(message.sequence), is_start, error)


def _phase(value: bytes) -> Step:
    message = event.PhaseEvent.FromString(value)
    is_start = message.action == message.START
    return Step(Scale.PHASE, printable(message.phase), is_start)


def _task(value: bytes) -> Step:
    message = event.TaskEvent.FromString(value)
    is_start = message.action == message.START
    return Step(Scale.TASK, printable(message.task), is_start)


def _service(value: bytes) -> ServiceChange:
    message = event.ServiceStateEvent.FromString(value)
    states = event.ServiceStateEvent.Action
    known = message.action in states.values()
    state = states.Name(message.action).capitalize() if known else "Unknown"
    return ServiceChange(
        service=printable(message.service),
        state=state,
        message=printable(message.message),
        health=health_of(message.health, state),
    )


def _stage(value: bytes) -> StageChange:
    message = event.MachineStatusEvent.FromString(value)
    stages = event.MachineStatusEvent.MachineStage
    known = message.stage in stages.values()
    stage = stages.Name(message.stage) if known else "UNKNOWN"
    return StageChange(
        stage=stage.lower().replace("_", " "),
        is_ready=message.status.ready,
        unmet=tuple(
            UnmetCondition(printable(one.name), printable(one.reason))
            for one in message.status.unmet_conditions
        ),
    )


def _restart(value: bytes) -> Restart:
    return Restart(event.RestartEvent.FromString(value).cmd)


def _config_fault(value: bytes) -> ConfigFault:
    """Both messages have the same shape."""
    return ConfigFault(printable(event.ConfigLoadErrorEvent.FromString(value).error))


def _address(value: bytes) -> AddressChange:
    message = event.AddressEvent.FromString(value)
    addresses = tuple(map(printable, message.addresses))
    return AddressChange(printable(message.hostname), addresses)


def _name(message: type[Message]) -> str:
    return message.DESCRIPTOR.full_name


_PAYLOADS: Mapping[str, Callable[[bytes], Payload]] = {
    _name(event.SequenceEvent): _sequence,
    _name(event.PhaseEvent): _phase,
    _name(event.TaskEvent): _task,
    _name(event.ServiceStateEvent): _service,
    _name(event.MachineStatusEvent): _stage,
    _name(event.RestartEvent): _restart,
    _name(event.ConfigLoadErrorEvent): _config_fault,
    _name(event.ConfigValidationErrorEvent): _config_fault,
    _name(event.AddressEvent): _address,
}
