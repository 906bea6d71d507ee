"""Protobuf's processes, containers, disks and etcd members into values. Pure."""

from __future__ import annotations

from talosapi.decode import instant
from talosapi.etcd import AlarmType, EtcdAlarm, EtcdMember, EtcdStatus
from talosapi.messages import TimeCheck
from talosapi.proto import etcd_pb2 as etcd
from talosapi.proto import process_pb2 as process
from talosapi.proto import storage_pb2 as storage
from talosapi.proto import time_pb2 as time
from talosapi.text import printable
from talosapi.workload import Container, ContainerUsage, Disk, Process


def processes(message: process.Process) -> tuple[Process, ...]:
    """proto: machine.Process, in the node's order."""
    return tuple(
        Process(
            pid=one.pid,
            parent_pid=one.ppid,
            state=printable(one.state),
            threads=one.threads,
            cpu_seconds=one.cpu_time,
            virtual_bytes=one.virtual_memory,
            resident_bytes=one.resident_memory,
            name=printable(one.command),
            command=printable(one.args or one.executable or one.command),
            label=printable(one.label),
        )
        for one in message.processes
    )


def containers(message: process.Container) -> tuple[Container, ...]:
    """proto: machine.Container, in the node's order."""
    return tuple(
        Container(
            id=printable(one.id),
            name=printable(one.name),
            image=printable(one.image),
            pid=one.pid,
            status=printable(one.status),
            pod_id=printable(one.pod_id),
        )
        for one in message.containers
    )


def container_usages(message: process.Stats) -> tuple[ContainerUsage, ...]:
    """proto: machine.Stats; nanoseconds on the wire."""
    return tuple(
        ContainerUsage(
            id=printable(one.id),
            name=printable(one.name),
            pod_id=printable(one.pod_id),
            memory_bytes=one.memory_usage,
            cpu_seconds=one.cpu_usage / 1e9,
        )
        for one in message.stats
    )


def disks(message: storage.Disks) -> tuple[Disk, ...]:
    """proto: storage.Disks, by device."""
    found = (
        Disk(
            device=printable(one.device_name),
            size_bytes=one.size,
            model=printable(one.model),
            serial=printable(one.serial),
            type=_disk_type(one.type),
            bus_path=printable(one.bus_path),
            is_system_disk=one.system_disk,
            is_read_only=one.readonly,
        )
        for one in message.disks
    )
    return tuple(sorted(found, key=lambda disk: disk.device))


def _disk_type(number: int) -> str:
    """Enums are open: a newer Talos may say a number that we have no word for."""
    types = storage.Disk.DiskType
    return types.Name(number).lower() if number in types.values() else "unknown"


def time_check(message: time.Time) -> TimeCheck:
    """proto: time.Time."""
    return TimeCheck(
        server=printable(message.server),
        node_time=instant(message.localtime),
        server_time=instant(message.remotetime),
    )


def etcd_members(message: etcd.EtcdMembers) -> tuple[EtcdMember, ...]:
    """proto: machine.EtcdMembers, by host name."""
    members = (
        EtcdMember(
            id=one.id,
            hostname=printable(one.hostname),
            peer_urls=tuple(map(printable, one.peer_urls)),
            client_urls=tuple(map(printable, one.client_urls)),
            is_learner=one.is_learner,
        )
        for one in message.members
    )
    return tuple(sorted(members, key=lambda member: (member.hostname, member.id)))


def etcd_status(message: etcd.EtcdStatus) -> EtcdStatus:
    """proto: machine.EtcdStatus."""
    status = message.member_status
    return EtcdStatus(
        member_id=status.member_id,
        leader_id=status.leader,
        version=printable(status.protocol_version),
        storage_version=printable(status.storage_version),
        database_bytes=status.db_size,
        in_use_bytes=status.db_size_in_use,
        raft_index=status.raft_index,
        raft_term=status.raft_term,
        raft_applied_index=status.raft_applied_index,
        errors=tuple(map(printable, status.errors)),
        is_learner=status.is_learner,
    )


_ALARMS = {
    etcd.EtcdMemberAlarm.NOSPACE: AlarmType.NO_SPACE,
    etcd.EtcdMemberAlarm.CORRUPT: AlarmType.CORRUPT,
}


def etcd_alarms(message: etcd.EtcdAlarm) -> tuple[EtcdAlarm, ...]:
    """proto: machine.EtcdAlarm; an alarm of type NONE is no alarm."""
    return tuple(
        EtcdAlarm(one.member_id, _ALARMS.get(one.alarm, AlarmType.UNKNOWN))
        for one in message.member_alarms
        if one.alarm != etcd.EtcdMemberAlarm.NONE
    )
