"""What orders make of a node: services come and go, and machines reboot.

Pure: the same node, orders and offset give the same node.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from msgspec.structs import replace

from tui.lab.estate import (
    Health,
    LabLine,
    LabNode,
    LabService,
    LabServiceEvent,
    Reach,
)
from tui.lab.homelab import UNCHECKED, make_service
from tui.lab.order import Order, Verb

# A reboot: gone at once, a kernel after a while, apid later, the kubelet last.
KERNEL_AFTER = timedelta(seconds=8)
APID_AFTER = timedelta(seconds=20)
READY_AFTER = timedelta(seconds=25)

_HEALTHY = "Health check successful"
_FAILED = "Health check failed: "

# seconds after the order, state, message; {id} is the service
_Step = tuple[float, str, str]
_STOPPING: tuple[_Step, ...] = (
    (0.0, "Stopping", "Sending SIGTERM to task {id} (PID 1790, container {id})"),
    (1.0, "Finished", "Service finished successfully"),
)
_STARTING: tuple[_Step, ...] = (
    (1.1, "Starting", "Starting service"),
    (1.5, "Preparing", "Running pre state"),
    (2.0, "Preparing", "Creating service runner"),
    (2.6, "Running", "Started task {id} (PID 48213) for container {id}"),
)
_CHECKED: tuple[_Step, ...] = ((6.0, "Running", _HEALTHY),)

# seconds after the kernel's start, facility, priority, message
_BOOT: tuple[tuple[float, str, str, str], ...] = (
    (0.0, "kern", "notice", "Linux version {kernel} (@buildkitsandbox) #1 SMP"),
    (0.1, "kern", "info", "Command line: talos.platform=metal console=tty0"),
    (1.4, "kern", "info", "XFS (sda6): Ending clean mount"),
    (2.0, "user", "warning", "[talos] task startSyslogd (1/1): done, 3.1ms"),
    (9.0, "user", "warning", "[talos] boot sequence: done: 9.02s"),
)


def obey(node: LabNode, orders: Iterable[Order], offset: timedelta) -> LabNode:
    """The node at an offset, after the orders that it was given until then."""
    for order in orders:
        if order.node != node.name or order.at > offset:
            continue
        if order.verb is Verb.REBOOT:
            node = _rebooted(node, order.at, offset)
        else:
            services = tuple(_obeyed(one, order, offset) for one in node.services)
            node = replace(node, services=services)
    return node


def _rebooted(node: LabNode, at: timedelta, offset: timedelta) -> LabNode:
    booted_at = at + KERNEL_AFTER
    is_ready = offset >= at + READY_AFTER
    services = (make_service(one.id, booted_at) for one in node.services)
    return replace(
        node,
        booted_at=booted_at,
        services=tuple(as_of(one, offset) for one in services),
        is_ready=is_ready,
        ready_since=at + READY_AFTER if is_ready else at,
        reach=Reach.REFUSES if offset < at + APID_AFTER else node.reach,
    )


def _obeyed(service: LabService, order: Order, offset: timedelta) -> LabService:
    if service.id != order.service:
        return service
    events = tuple(_events(service, order))
    if not events:
        return service
    return as_of(replace(service, events=service.events + events), offset)


def _events(service: LabService, order: Order) -> Iterator[LabServiceEvent]:
    """What a service goes through; nothing when it is already as ordered."""
    is_up = as_of(service, order.at).state not in {"Stopping", "Finished"}
    steps: tuple[_Step, ...] = ()
    if is_up and order.verb is not Verb.START:
        steps += _STOPPING
    if order.verb is Verb.RESTART or (order.verb is Verb.START and not is_up):
        steps += _STARTING
        if service.id not in UNCHECKED:
            steps += _CHECKED
    for seconds, state, message in steps:
        at = order.at + timedelta(seconds=seconds)
        yield LabServiceEvent(at, state, message.format(id=service.id))


def as_of(service: LabService, offset: timedelta) -> LabService:
    """A service as its past until an offset makes it."""
    events = tuple(event for event in service.events if event.at <= offset)
    if not events:
        return replace(
            service,
            state="Initialized",
            health=Health.UNKNOWN,
            message="Unknown",
            events=(),
        )
    last = events[-1]
    health, message = _health(service.id, last)
    return replace(
        service,
        state=last.state,
        health=health,
        message=message,
        changed_at=last.at,
        events=events,
    )


def _health(service: str, last: LabServiceEvent) -> tuple[Health, str]:
    if service in UNCHECKED:
        return Health.UNKNOWN, "Unknown"
    if last.state != "Running":
        return Health.UNHEALTHY, "service not running"
    if last.message == _HEALTHY:
        return Health.HEALTHY, ""
    if last.message.startswith(_FAILED):
        return Health.UNHEALTHY, last.message.removeprefix(_FAILED)
    return Health.UNKNOWN, "Unknown"


def order_lines(node: LabNode, orders: Iterable[Order]) -> Iterator[LabLine]:
    """What a node's kernel log says of the orders that it was given."""
    for number, order in enumerate(orders):
        if order.node != node.name:
            continue
        first = 2_000_000 + 100 * number
        is_reboot = order.verb is Verb.REBOOT
        rows = _boot_rows(node, order) if is_reboot else _service_rows(order)
        for seq, (at, facility, priority, message) in enumerate(rows, first):
            yield LabLine(
                at,
                node.cluster,
                node.address,
                "kernel",
                facility,
                priority,
                message,
                seq,
            )


_Row = tuple[timedelta, str, str, str]


def _boot_rows(node: LabNode, order: Order) -> tuple[_Row, ...]:
    started = order.at + KERNEL_AFTER
    return tuple(
        (
            started + timedelta(seconds=seconds),
            facility,
            priority,
            text.format(kernel=node.kernel),
        )
        for seconds, facility, priority, text in _BOOT
    )


def _service_rows(order: Order) -> tuple[_Row, ...]:
    """machined tells each event of a service to the kernel log, as a warning."""
    steps = {
        Verb.START: _STARTING,
        Verb.STOP: _STOPPING,
        Verb.RESTART: _STOPPING + _STARTING,
    }[order.verb]
    return tuple(
        (
            order.at + timedelta(seconds=seconds),
            "user",
            "warning",
            f"[talos] service[{order.service}]({state}): "
            f"{message.format(id=order.service)}",
        )
        for seconds, state, message in steps
    )
