"""A node's services over apid: what they are, and orders to them."""

from __future__ import annotations

from collections.abc import Mapping

import grpc
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from talosapi.proto import machine_pb2 as machine
from tui.lab.apid_calls import ApidError, Call, stamp
from tui.lab.clock import LabClock
from tui.lab.estate import Health, LabNode, LabService
from tui.lab.order import Verb
from tui.lab.release import talos_release

_YEAR_ONE = -62135596800  # Go's zero time, as seconds of the epoch
_EVENTS_KEPT = 64

# Log names that are not service ids, and the first Talos that has them.
_OTHER_LOGS = {
    "controller-runtime": (0, 0),
    "dns-resolve-cache": (0, 0),
    "kernel": (1, 13),
}

_ANY_ORDER = frozenset(Verb) - {Verb.REBOOT}
_ORDERS: Mapping[str, frozenset[Verb]] = {
    "kubelet": frozenset({Verb.START, Verb.RESTART})
}
_DONE = {Verb.START: "started", Verb.STOP: "stopped", Verb.RESTART: "restarted"}


def log_names(node: LabNode) -> tuple[str, ...]:
    """The logs that are registered on a node."""
    release = talos_release(node)
    others = {name for name, since in _OTHER_LOGS.items() if since <= release}
    return tuple(sorted(others | {service.id for service in node.services}))


def log_list(call: Call) -> Message:
    """LogsContainers."""
    return machine.LogsContainer(ids=log_names(call.node))


def service_list(call: Call) -> Message:
    """ServiceList: by id, each with its last events."""
    services = sorted(call.node.services, key=lambda service: service.id)
    return machine.ServiceList(services=[_info(one, call.clock) for one in services])


def _info(service: LabService, clock: LabClock) -> machine.ServiceInfo:
    is_unknown = service.health is Health.UNKNOWN
    changed = clock.when(service.changed_at)
    events = machine.ServiceEvents()
    for event in service.events[-_EVENTS_KEPT:]:
        at = stamp(clock.when(event.at))
        events.events.add(msg=event.message, state=event.state, ts=at)
    return machine.ServiceInfo(
        id=service.id,
        state=service.state,
        events=events,
        health=machine.ServiceHealth(
            unknown=is_unknown,
            healthy=service.health is Health.HEALTHY,
            last_message=service.message,
            last_change=Timestamp(seconds=_YEAR_ONE) if is_unknown else stamp(changed),
        ),
    )


def service_start(call: Call) -> Message:
    """ServiceStart."""
    asked = machine.ServiceStartRequest.FromString(call.body)
    return machine.ServiceStart(resp=_order(call, asked.id, Verb.START))


def service_stop(call: Call) -> Message:
    """ServiceStop."""
    asked = machine.ServiceStopRequest.FromString(call.body)
    return machine.ServiceStop(resp=_order(call, asked.id, Verb.STOP))


def service_restart(call: Call) -> Message:
    """ServiceRestart."""
    asked = machine.ServiceRestartRequest.FromString(call.body)
    return machine.ServiceRestart(resp=_order(call, asked.id, Verb.RESTART))


def _order(call: Call, service: str, verb: Verb) -> str:
    """Give an order to a service; returns Talos' sentence about it."""
    if service not in {one.id for one in call.node.services}:
        raise ApidError(grpc.StatusCode.UNKNOWN, f'service "{service}" not defined')
    is_extension = service.startswith("ext-")
    allowed = _ANY_ORDER if is_extension else _ORDERS.get(service, frozenset())
    if verb not in allowed:
        text = f'service "{service}" doesn\'t support {verb} operation via API'
        raise ApidError(grpc.StatusCode.UNKNOWN, text)
    call.act(verb, call.node.name, service)
    return f'Service "{service}" {_DONE[verb]}'
