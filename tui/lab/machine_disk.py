"""A node's disks, their counters and its file systems as a function of story time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from msgspec import Struct

from talosapi.proto import machine_pb2 as machine
from tui.lab.estate import LabNode, LabPod
from tui.lab.machine_wave import share, uptime, wave
from tui.lab.storage import SIZE, LabDisk, disks, pod_path, pod_uid, staging_path

GIB = 1024**3
MIB = 1024**2


class Partition(Struct, frozen=True):
    """A partition of the system disk; `traffic` is its part of the disk's."""

    name: str
    label: str
    size: int
    filesystem: str
    traffic: float


SYSTEM_DISK = "sda"
SYSTEM_SIZE = 128 * GIB
PARTITIONS: tuple[Partition, ...] = (
    Partition("sda1", "EFI", 105 * MIB, "vfat", 0.0),
    Partition("sda2", "BIOS", MIB, "", 0.0),
    Partition("sda3", "BOOT", 1000 * MIB, "xfs", 0.0),
    Partition("sda4", "META", MIB, "talosmeta", 0.01),
    Partition("sda5", "STATE", 100 * MIB, "xfs", 0.04),
    Partition("sda6", "EPHEMERAL", SYSTEM_SIZE - 1208 * MIB, "xfs", 0.95),
)


def _stat(name: str, seconds: float, of: LabNode, part: float) -> machine.DiskStat:
    """Counters of a device that does so much of the traffic of its wave."""
    base = part * (0.3 + share(of.name, "disk"))
    reads = base * 14 * wave(of.name, "reads", name[:3]).total(seconds)
    writes = base * 38 * wave(of.name, "writes", name[:3]).total(seconds)
    return machine.DiskStat(
        name=name,
        read_completed=int(reads),
        read_merged=int(reads / 20),
        read_sectors=int(reads * 44),
        read_time_ms=int(reads * 0.8),
        write_completed=int(writes),
        write_merged=int(writes / 3),
        write_sectors=int(writes * 31),
        write_time_ms=int(writes * 2.1),
        io_time_ms=int(reads * 0.6 + writes * 1.1),
        io_time_weighted_ms=int(reads * 0.8 + writes * 2.1),
        discard_completed=int(writes / 400),
        discard_sectors=int(writes / 400) * 8192,
    )


def disk_stats(
    node: LabNode, at: timedelta, pods: Iterable[LabPod] = ()
) -> machine.DiskStats:
    """/proc/diskstats in the kernel's order; the total adds up every row."""
    seconds = uptime(node, at)
    rows = [_stat("loop0", seconds, node, 0.002), _stat("sda", seconds, node, 1.0)]
    rows.extend(_stat(one.name, seconds, node, one.traffic) for one in PARTITIONS)
    rows.extend(
        _stat(disk.device, seconds, node, 0.6) for disk in disks(node, pods, at)
    )
    rows.append(_stat("dm-0", seconds, node, 0.5))
    total = machine.DiskStat()
    for field in machine.DiskStat.DESCRIPTOR.fields[1:]:
        setattr(total, field.name, sum(getattr(row, field.name) for row in rows))
    return machine.DiskStats(total=total, devices=rows)


def _used_ratio(node: LabNode, at: timedelta) -> float:
    """How full /var is: it grows by a little every day."""
    days = uptime(node, at) / 86_400
    return min(0.3 + 0.5 * share(node.name, "var") + 0.002 * days, 0.98)


def _mount(
    filesystem: str, mounted_on: str, size: int, used_ratio: float
) -> machine.MountStat:
    return machine.MountStat(
        filesystem=filesystem,
        size=size,
        available=int(size * (1 - used_ratio)),
        mounted_on=mounted_on,
    )


def mounts(node: LabNode, at: timedelta, pods: Iterable[LabPod]) -> machine.Mounts:
    """File systems in the order in which they were mounted, those of pods last."""
    ephemeral = PARTITIONS[-1].size
    used = _used_ratio(node, at)
    found = [
        machine.MountStat(filesystem="devtmpfs", mounted_on="/dev"),
        machine.MountStat(filesystem="proc", mounted_on="/proc"),
        _mount("tmpfs", "/run", 8 * GIB, 0.001),
        _mount("/dev/loop0", "/", 81 * MIB, 1.0),
        _mount("tmpfs", "/system", 8 * GIB, 0.001),
        _mount("/dev/sda5", "/system/state", 95 * MIB, 0.07),
        _mount("/dev/sda6", "/var", ephemeral, used),
        _mount("overlay", "/etc/cni", ephemeral, used),
        _mount("overlay", "/opt", ephemeral, used),
    ]
    own = tuple(pods)
    attached = {disk.claim: disk for disk in disks(node, own, at) if disk.namespace}
    found.extend(
        _mount(f"/dev/{disk.device}", staging_path(disk), SIZE, 0.41)
        for disk in attached.values()
    )
    for pod in own:
        found.extend(_pod_mounts(node, pod, attached))
    return machine.Mounts(stats=found)


def _pod_mounts(
    node: LabNode, pod: LabPod, attached: Mapping[str, LabDisk]
) -> Iterator[machine.MountStat]:
    uid = pod_uid(node.cluster, pod)
    token = f"/var/lib/kubelet/pods/{uid}/volumes/kubernetes.io~projected"
    yield _mount("tmpfs", f"{token}/kube-api-access", 16 * GIB, 0.000001)
    for claim in pod.claims:
        disk = attached.get(claim)
        if disk is not None:
            device = f"/dev/{disk.device}"
            yield _mount(device, pod_path(uid, disk.volume), SIZE, 0.41)
