"""Which methods the lab's apid answers, by their full paths."""

from __future__ import annotations

from collections.abc import Mapping

from talosapi.proto import common_pb2 as common
from talosapi.proto import cosi_pb2 as cosi
from talosapi.proto import etcd_pb2 as etcd
from talosapi.proto import event_pb2 as event
from talosapi.proto import machine_pb2 as machine
from talosapi.proto import process_pb2 as process
from talosapi.proto import storage_pb2 as storage
from talosapi.proto import time_pb2 as time
from tui.lab import apid_cosi, apid_machine, apid_services, apid_tails
from tui.lab.apid_calls import StreamCall, UnaryCall
from tui.lab.machine_cpu import cpu_info

_MACHINE: Mapping[str, UnaryCall] = {
    "Version": UnaryCall(
        machine.Version, machine.VersionResponse, apid_machine.version
    ),
    "Hostname": UnaryCall(
        machine.Hostname,
        machine.HostnameResponse,
        lambda call: machine.Hostname(hostname=call.node.name),
    ),
    "ServiceList": UnaryCall(
        machine.ServiceList, machine.ServiceListResponse, apid_services.service_list
    ),
    "ServiceStart": UnaryCall(
        machine.ServiceStart, machine.ServiceStartResponse, apid_services.service_start
    ),
    "ServiceStop": UnaryCall(
        machine.ServiceStop, machine.ServiceStopResponse, apid_services.service_stop
    ),
    "ServiceRestart": UnaryCall(
        machine.ServiceRestart,
        machine.ServiceRestartResponse,
        apid_services.service_restart,
    ),
    "LogsContainers": UnaryCall(
        machine.LogsContainer,
        machine.LogsContainersResponse,
        apid_services.log_list,
        (1, 7),
    ),
    "LoadAvg": UnaryCall(machine.LoadAvg, machine.LoadAvgResponse, apid_machine.load),
    "Memory": UnaryCall(machine.Memory, machine.MemoryResponse, apid_machine.meminfo),
    "SystemStat": UnaryCall(
        machine.SystemStat, machine.SystemStatResponse, apid_machine.stat
    ),
    "CPUInfo": UnaryCall(
        machine.CPUsInfo, machine.CPUInfoResponse, lambda call: cpu_info(call.node)
    ),
    "CPUFreqStats": UnaryCall(
        machine.CPUsFreqStats,
        machine.CPUFreqStatsResponse,
        apid_machine.frequencies,
        (1, 9),
    ),
    "DiskStats": UnaryCall(
        machine.DiskStats, machine.DiskStatsResponse, apid_machine.disks
    ),
    "NetworkDeviceStats": UnaryCall(
        machine.NetworkDeviceStats,
        machine.NetworkDeviceStatsResponse,
        apid_machine.devices,
    ),
    "Mounts": UnaryCall(
        machine.Mounts, machine.MountsResponse, apid_machine.filesystems
    ),
    "Processes": UnaryCall(
        process.Process, process.ProcessesResponse, apid_machine.process_list
    ),
    "Containers": UnaryCall(
        process.Container, process.ContainersResponse, apid_machine.containers
    ),
    "Stats": UnaryCall(process.Stats, process.StatsResponse, apid_machine.stats),
    "EtcdMemberList": UnaryCall(
        etcd.EtcdMembers, etcd.EtcdMemberListResponse, apid_machine.etcd_members
    ),
    "EtcdStatus": UnaryCall(
        etcd.EtcdStatus, etcd.EtcdStatusResponse, apid_machine.etcd_status
    ),
    "EtcdAlarmList": UnaryCall(
        etcd.EtcdAlarm, etcd.EtcdAlarmListResponse, apid_machine.etcd_alarms
    ),
}

UNARY: Mapping[str, UnaryCall] = {
    **{f"/machine.MachineService/{name}": call for name, call in _MACHINE.items()},
    "/time.TimeService/Time": UnaryCall(
        time.Time, time.TimeResponse, apid_machine.clock_time
    ),
    "/storage.StorageService/Disks": UnaryCall(
        storage.Disks, storage.DisksResponse, apid_machine.disk_list
    ),
}

# COSI's Get is here because its answer is not a list of messages.
STREAMS: Mapping[str, StreamCall] = {
    "/machine.MachineService/Dmesg": StreamCall(common.Data, apid_tails.dmesg),
    "/machine.MachineService/Logs": StreamCall(common.Data, apid_tails.logs),
    "/machine.MachineService/Events": StreamCall(event.Event, apid_tails.events),
    "/cosi.resource.State/Get": StreamCall(
        cosi.GetResponse, apid_cosi.get, is_tail=False
    ),
    "/cosi.resource.State/List": StreamCall(
        cosi.ListResponse, apid_cosi.list_all, is_tail=False
    ),
    "/cosi.resource.State/Watch": StreamCall(cosi.WatchResponse, apid_cosi.watch),
}


def is_tail(method: str) -> bool:
    """Whether a call may go on until somebody ends it."""
    return method in STREAMS and STREAMS[method].is_tail


def is_known(method: str, release: tuple[int, int]) -> bool:
    """Whether a Talos of that release has the method."""
    call = UNARY.get(method) or STREAMS.get(method)
    return call is not None and call.since <= release
