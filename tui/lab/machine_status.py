"""What a node is up to: its stage, whether it is ready, and its services' health."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import lru_cache

from msgspec import Struct

from talosapi.proto import machine_pb2 as machine
from tui.lab.estate import Health, LabNode, LabService, LabServiceEvent
from tui.lab.machine_orders import as_of


class MachineStatus(Struct, frozen=True):
    """Talos' stage in its own word; `unmet` are names and reasons."""

    stage: str
    unmet: tuple[tuple[str, str], ...] = ()


def machine_status(node: LabNode, at: timedelta) -> MachineStatus:
    """The status at an offset."""
    if at < node.booted_at + timedelta(seconds=9):
        return MachineStatus("booting")
    unmet = [
        reason
        for service in node.services
        if (reason := _unmet(as_of(service, at))) is not None
    ]
    conditions: tuple[tuple[str, str], ...] = ()
    if unmet:
        conditions = (("services", ", ".join(unmet)),)
    return MachineStatus("running", conditions)


def _unmet(service: LabService) -> str | None:
    if service.health is Health.UNHEALTHY:
        is_up = service.state == "Running"
        return f"{service.id} {'not healthy' if is_up else 'not running'}"
    is_starting = service.state != "Running"
    return f"{service.id} not running" if is_starting else None


Stage = tuple[timedelta, MachineStatus]


@lru_cache(maxsize=512)
def stages(node: LabNode) -> tuple[Stage, ...]:
    """Each change of the status since the boot, with its time, oldest first.

    Kept, since watches ask ten times a second.
    """
    return tuple(_stages(node))


def current_stage(node: LabNode, at: timedelta) -> Stage:
    """The status at an offset, and since when."""
    past = [stage for stage in stages(node) if stage[0] <= at]
    return past[-1] if past else (node.booted_at, machine_status(node, at))


def _stages(node: LabNode) -> Iterator[Stage]:
    moments = {event.at for service in node.services for event in service.events}
    moments |= {node.booted_at, node.booted_at + timedelta(seconds=9)}
    before = None
    for at in sorted(moment for moment in moments if moment >= node.booted_at):
        status = machine_status(node, at)
        if status != before:
            yield at, status
        before = status


def as_service_health(
    service: LabService, event: LabServiceEvent
) -> machine.ServiceHealth:
    """The health that a service had right after one of its events."""
    then = as_of(service, event.at)
    return machine.ServiceHealth(
        unknown=then.health is Health.UNKNOWN,
        healthy=then.health is Health.HEALTHY,
        last_message=then.message,
    )
