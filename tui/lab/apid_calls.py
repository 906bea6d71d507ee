"""What one simulated node answers to unary calls: estate values as Talos messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from zlib import crc32

import grpc
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from talosapi.proto import machine_pb2 as machine
from tui.lab.clock import LabClock
from tui.lab.estate import Estate, Health, LabLine, LabNode, LabService

# Log names that are not service ids. `kernel` is one since Talos 1.13.
OTHER_LOGS = ("controller-runtime", "dns-resolve-cache", "kernel")

_YEAR_ONE = -62135596800  # Go's zero time, as seconds of the epoch


class ApidWorld(Protocol):
    """What apid needs to know of the lab; `tui.lab.world.World` is one."""

    @property
    def clock(self) -> LabClock:
        """The lab's clock; followers wait on its `tick`."""

    def estate(self) -> Estate:
        """The estate as it is now."""

    def lines(self, after: timedelta, address: str = "") -> tuple[LabLine, ...]:
        """Lines written after an offset until now, by one node."""


class ApidError(Exception):
    """A call that ends with a status other than OK."""

    def __init__(self, code: grpc.StatusCode, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


@dataclass(frozen=True, slots=True)
class UnaryCall:
    """How one method is answered.

    message  what one node answers
    reply    what holds the answers of all nodes asked
    answer   makes one node's answer; its field `metadata` stays empty
    """

    message: type[Message]
    reply: type[Message]
    answer: Callable[[LabNode, LabClock], Message]


def log_names(node: LabNode) -> tuple[str, ...]:
    """The logs that are registered on a node."""
    return tuple(sorted({*OTHER_LOGS, *(service.id for service in node.services)}))


def _version(node: LabNode, clock: LabClock) -> Message:
    del clock
    return machine.Version(
        version=machine.VersionInfo(
            tag=node.talos_version,
            sha=f"{crc32(node.talos_version.encode()):08x}",
            go_version="go1.26.1",
            os="linux",
            arch="amd64",
        ),
        platform=machine.PlatformInfo(name="metal", mode="metal"),
        features=machine.FeaturesInfo(rbac=True),
    )


def _hostname(node: LabNode, clock: LabClock) -> Message:
    del clock
    return machine.Hostname(hostname=node.name)


def _service_list(node: LabNode, clock: LabClock) -> Message:
    services = sorted(node.services, key=lambda service: service.id)
    return machine.ServiceList(services=[_service(one, clock) for one in services])


def _service(service: LabService, clock: LabClock) -> machine.ServiceInfo:
    is_unknown = service.health is Health.UNKNOWN
    changed = clock.when(service.changed_at)
    return machine.ServiceInfo(
        id=service.id,
        state=service.state,
        events=machine.ServiceEvents(
            events=[
                machine.ServiceEvent(
                    msg=event.message,
                    state=event.state,
                    ts=_stamp(clock.when(event.at)),
                )
                for event in service.events[-64:]
            ]
        ),
        health=machine.ServiceHealth(
            unknown=is_unknown,
            healthy=service.health is Health.HEALTHY,
            last_message=service.message,
            last_change=Timestamp(seconds=_YEAR_ONE) if is_unknown else _stamp(changed),
        ),
    )


def _stamp(at: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(at)
    return stamp


def _log_list(node: LabNode, clock: LabClock) -> Message:
    del clock
    return machine.LogsContainer(ids=log_names(node))


def _load_avg(node: LabNode, clock: LabClock) -> Message:
    load = 0.2 + _chance(node, clock) / 4
    return machine.LoadAvg(load1=load, load5=0.9 * load, load15=0.8 * load)


def _memory(node: LabNode, clock: LabClock) -> Message:
    total = 16 * 1024 * 1024
    free = int(total * (0.2 + _chance(node, clock) / 10))
    return machine.Memory(
        meminfo=machine.MemInfo(
            memtotal=total,
            memfree=free,
            memavailable=free + total // 4,
            buffers=total // 64,
            cached=total // 4,
        )
    )


def _chance(node: LabNode, clock: LabClock) -> float:
    """A number from 0 to 1 that wanders a little every ten seconds."""
    slot = clock.position() // timedelta(seconds=10)
    return crc32(f"{node.address}/{slot}".encode()) % 1000 / 1000


def _system_stat(node: LabNode, clock: LabClock) -> Message:
    booted = clock.when(node.booted_at)
    seconds = 4 * (clock.now() - booted) / timedelta(seconds=1)
    total = machine.CPUStat(
        user=0.08 * seconds, system=0.03 * seconds, idle=0.89 * seconds
    )
    return machine.SystemStat(
        boot_time=int(booted.timestamp()),
        cpu_total=total,
        process_created=int(20 * seconds),
        process_running=2,
    )


def _mounts(node: LabNode, clock: LabClock) -> Message:
    del node, clock
    gibibyte = 1024**3
    return machine.Mounts(
        stats=[
            machine.MountStat(
                filesystem="/dev/sda6",
                size=100 * gibibyte,
                available=61 * gibibyte,
                mounted_on="/var",
            ),
            machine.MountStat(
                filesystem="/dev/sda5",
                size=95 * 1024**2,
                available=88 * 1024**2,
                mounted_on="/system/state",
            ),
        ]
    )


UNARY: Mapping[str, UnaryCall] = {
    "Version": UnaryCall(machine.Version, machine.VersionResponse, _version),
    "Hostname": UnaryCall(machine.Hostname, machine.HostnameResponse, _hostname),
    "ServiceList": UnaryCall(
        machine.ServiceList, machine.ServiceListResponse, _service_list
    ),
    "LogsContainers": UnaryCall(
        machine.LogsContainer, machine.LogsContainersResponse, _log_list
    ),
    "LoadAvg": UnaryCall(machine.LoadAvg, machine.LoadAvgResponse, _load_avg),
    "Memory": UnaryCall(machine.Memory, machine.MemoryResponse, _memory),
    "SystemStat": UnaryCall(
        machine.SystemStat, machine.SystemStatResponse, _system_stat
    ),
    "Mounts": UnaryCall(machine.Mounts, machine.MountsResponse, _mounts),
}
