"""A node's machine over apid: version, resources, containers, etcd, time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from zlib import crc32

import grpc
from google.protobuf.message import Message

from talosapi.proto import common_pb2 as common
from talosapi.proto import etcd_pb2 as etcd
from talosapi.proto import machine_pb2 as machine
from talosapi.proto import process_pb2 as process
from talosapi.proto import storage_pb2 as storage
from talosapi.proto import time_pb2 as time
from tui.lab.apid_calls import ApidError, Call, stamp
from tui.lab.estate import LabNode, Role
from tui.lab.machine_cosi import Scene
from tui.lab.machine_cpu import cpu_freq, is_virtual, load_avg, memory, system_stat
from tui.lab.machine_disk import disk_stats, mounts
from tui.lab.machine_etcd import alarms, member_list, member_status, members
from tui.lab.machine_kinds import kind_of, resources
from tui.lab.machine_net import network_stats
from tui.lab.machine_process import (
    container_stat,
    pod_containers,
    processes,
    system_containers,
)
from tui.lab.machine_wave import share

# One node's clock is off by more than its neighbours' few milliseconds.
_CLOCK_OFF = {"talos-agentic": timedelta(milliseconds=180)}


def version(call: Call) -> Message:
    """Version."""
    return machine.Version(
        version=machine.VersionInfo(
            tag=call.node.talos_version,
            sha=f"{crc32(call.node.talos_version.encode()):08x}",
            go_version="go1.26.1",
            os="linux",
            arch="amd64",
        ),
        platform=machine.PlatformInfo(name="metal", mode="metal"),
        features=machine.FeaturesInfo(rbac=True),
    )


def load(call: Call) -> Message:
    """LoadAvg."""
    return load_avg(call.node, call.at)


def meminfo(call: Call) -> Message:
    """Memory."""
    return memory(call.node, call.at)


def stat(call: Call) -> Message:
    """SystemStat."""
    booted = call.clock.when(call.node.booted_at)
    return system_stat(call.node, call.at, int(booted.timestamp()))


def frequencies(call: Call) -> Message:
    """CPUFreqStats."""
    return cpu_freq(call.node, call.at)


def disks(call: Call) -> Message:
    """DiskStats."""
    return disk_stats(call.node, call.at, call.pods)


def devices(call: Call) -> Message:
    """NetworkDeviceStats."""
    return network_stats(call.node, call.at, call.pods)


def filesystems(call: Call) -> Message:
    """Mounts."""
    return mounts(call.node, call.at, call.pods)


def process_list(call: Call) -> Message:
    """Processes."""
    return processes(call.node, call.at, call.pods)


def containers(call: Call) -> Message:
    """Containers of the namespace that was asked for."""
    asked = process.ContainersRequest.FromString(call.body)
    return process.Container(
        containers=_containers(call, asked.namespace, asked.driver)
    )


def stats(call: Call) -> Message:
    """Stats of the containers of the namespace that was asked for."""
    asked = process.StatsRequest.FromString(call.body)
    found = _containers(call, asked.namespace, asked.driver)
    running = (one for one in found if "EXITED" not in one.status)
    return process.Stats(
        stats=[container_stat(call.node, call.at, one) for one in running]
    )


def _containers(
    call: Call, namespace: str, driver: common.ContainerDriver
) -> Iterator[process.ContainerInfo]:
    if not namespace:
        raise ApidError(grpc.StatusCode.INVALID_ARGUMENT, "namespace can't be empty")
    if driver == common.CRI and namespace != "k8s.io":
        text = "CRI inspector is supported only for K8s namespace"
        raise ApidError(grpc.StatusCode.UNKNOWN, text)
    if namespace == "system":
        return iter(system_containers(call.node))
    return pod_containers(call.node, call.pods if namespace == "k8s.io" else ())


def etcd_members(call: Call) -> Message:
    """EtcdMemberList: of the cluster, or of this node alone."""
    _control_plane_only(call.node, "member list")
    asked = etcd.EtcdMemberListRequest.FromString(call.body)
    return member_list(call.cluster, call.node if asked.query_local else None)


def etcd_status(call: Call) -> Message:
    """EtcdStatus of this node's own member."""
    _control_plane_only(call.node, "etcd status")
    if call.node not in members(call.cluster):
        text = "error querying etcd status: context deadline exceeded"
        raise ApidError(grpc.StatusCode.UNKNOWN, text)
    return member_status(call.cluster, call.node, call.at)


def etcd_alarms(call: Call) -> Message:
    """EtcdAlarmList."""
    _control_plane_only(call.node, "etcd alarm list")
    return alarms(call.cluster)


def _control_plane_only(node: LabNode, name: str) -> None:
    if node.role is Role.WORKER:
        text = f"{name} is only available on control plane nodes"
        raise ApidError(grpc.StatusCode.UNIMPLEMENTED, text)


def clock_time(call: Call) -> Message:
    """Time: the node's clock beside its time server's."""
    usual = timedelta(milliseconds=6 * share(call.node.name, "clock") - 3)
    ahead = _CLOCK_OFF.get(call.node.name, usual)
    now = call.clock.now()
    return time.Time(
        server="10.10.0.1", localtime=stamp(now + ahead), remotetime=stamp(now)
    )


def disk_list(call: Call) -> Message:
    """Disks of the old storage service, from the same resources."""
    scene = Scene(call.node, call.cluster, call.pods, call.at)
    kind = kind_of(call.node, "Disks.block.talos.dev")
    found = storage.Disks()
    for one in resources(kind, scene) if kind is not None else ():
        spec = one.spec
        if isinstance(spec, dict):
            found.disks.add(
                device_name=f"/dev/{one.id}",
                size=spec["size"],
                model=spec["model"],
                serial=spec["serial"],
                type=storage.Disk.HDD if is_virtual(call.node) else storage.Disk.SSD,
                system_disk=one.id == "sda",
            )
    return found
