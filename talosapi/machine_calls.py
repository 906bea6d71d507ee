"""The calls about the machine itself: what it is, and what it counts."""

from __future__ import annotations

from talosapi import decode, decode_counters, decode_workload
from talosapi.calls import UNARY_SECONDS, Calls
from talosapi.counters import (
    CpuFrequency,
    CpuInfo,
    DiskCounters,
    LinkCounters,
    SystemStat,
)
from talosapi.messages import LoadAvg, Memory, Mount, TimeCheck, Version
from talosapi.method import Method
from talosapi.proto import machine_pb2 as machine
from talosapi.proto import storage_pb2 as storage
from talosapi.proto import time_pb2 as time
from talosapi.text import printable
from talosapi.workload import Disk

_VERSION = Method("Version", machine.VersionResponse.FromString)
_HOSTNAME = Method("Hostname", machine.HostnameResponse.FromString)
_SYSTEM_STAT = Method("SystemStat", machine.SystemStatResponse.FromString)
_LOAD_AVG = Method("LoadAvg", machine.LoadAvgResponse.FromString)
_MEMORY = Method("Memory", machine.MemoryResponse.FromString)
_MOUNTS = Method("Mounts", machine.MountsResponse.FromString)
_CPU_INFO = Method("CPUInfo", machine.CPUInfoResponse.FromString)
_CPU_FREQUENCIES = Method("CPUFreqStats", machine.CPUFreqStatsResponse.FromString)
_DISK_COUNTERS = Method("DiskStats", machine.DiskStatsResponse.FromString)
_LINK_COUNTERS = Method(
    "NetworkDeviceStats", machine.NetworkDeviceStatsResponse.FromString
)
_DISKS = Method("Disks", storage.DisksResponse.FromString, "storage.StorageService")
_TIME = Method("Time", time.TimeResponse.FromString, "time.TimeService")


class MachineCalls(Calls):
    """The machine itself. Role for all of them: os:reader."""

    async def version(
        self, node: str, *, timeout_seconds: float = UNARY_SECONDS
    ) -> Version:
        """What the node runs."""
        reply = await self._caller.ask(_VERSION, node, timeout_seconds)
        return decode.version(reply)

    async def hostname(
        self, node: str, *, timeout_seconds: float = UNARY_SECONDS
    ) -> str:
        """The node's own name for itself."""
        reply = await self._caller.ask(_HOSTNAME, node, timeout_seconds)
        return printable(reply.hostname)

    async def system_stat(
        self, node: str, *, timeout_seconds: float = UNARY_SECONDS
    ) -> SystemStat:
        """Boot time, processor times and process counts."""
        reply = await self._caller.ask(_SYSTEM_STAT, node, timeout_seconds)
        return decode_counters.system_stat(reply)

    async def load_avg(
        self, node: str, *, timeout_seconds: float = UNARY_SECONDS
    ) -> LoadAvg:
        """The load averages."""
        reply = await self._caller.ask(_LOAD_AVG, node, timeout_seconds)
        return LoadAvg(reply.load1, reply.load5, reply.load15)

    async def memory(
        self, node: str, *, timeout_seconds: float = UNARY_SECONDS
    ) -> Memory:
        """Memory in bytes."""
        reply = await self._caller.ask(_MEMORY, node, timeout_seconds)
        return decode.memory(reply)

    async def mounts(
        self, node: str, *, timeout_seconds: float = UNARY_SECONDS
    ) -> tuple[Mount, ...]:
        """Mounted file systems, pods' too. Fails as a whole if one of them does."""
        reply = await self._caller.ask(_MOUNTS, node, timeout_seconds)
        return decode.mounts(reply)

    async def cpu_info(
        self, node: str, *, timeout_seconds: float = UNARY_SECONDS
    ) -> tuple[CpuInfo, ...]:
        """The logical processors, by number."""
        reply = await self._caller.ask(_CPU_INFO, node, timeout_seconds)
        return decode_counters.cpu_infos(reply)

    async def cpu_frequencies(
        self, node: str, *, timeout_seconds: float = UNARY_SECONDS
    ) -> tuple[CpuFrequency, ...]:
        """Clock rates; none where nothing scales them. Talos 1.9 and later."""
        reply = await self._caller.ask(_CPU_FREQUENCIES, node, timeout_seconds)
        return decode_counters.cpu_frequencies(reply)

    async def disk_counters(
        self, node: str, *, timeout_seconds: float = UNARY_SECONDS
    ) -> tuple[DiskCounters, ...]:
        """All block devices, partitions too: `rates.whole_disks` picks."""
        reply = await self._caller.ask(_DISK_COUNTERS, node, timeout_seconds)
        return decode_counters.disk_counters(reply)

    async def link_counters(
        self, node: str, *, timeout_seconds: float = UNARY_SECONDS
    ) -> tuple[LinkCounters, ...]:
        """All network devices by name, virtual ones too."""
        reply = await self._caller.ask(_LINK_COUNTERS, node, timeout_seconds)
        return decode_counters.link_counters(reply)

    async def disks(
        self, node: str, *, timeout_seconds: float = UNARY_SECONDS
    ) -> tuple[Disk, ...]:
        """The disks by device, in the way that every Talos knows."""
        reply = await self._caller.ask(_DISKS, node, timeout_seconds)
        return decode_workload.disks(reply)

    async def time(
        self, node: str, *, timeout_seconds: float = UNARY_SECONDS
    ) -> TimeCheck:
        """The node's clock against its time server's.

        The node asks that server now: it can take seconds, and fails without network.
        """
        reply = await self._caller.ask(_TIME, node, timeout_seconds)
        return decode_workload.time_check(reply)
