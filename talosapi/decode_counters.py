"""Protobuf's counters into the values of `counters`. Pure."""

from __future__ import annotations

from datetime import UTC, datetime

from talosapi.counters import (
    CpuFrequency,
    CpuInfo,
    CpuTimes,
    DiskCounters,
    LinkCounters,
    SystemStat,
)
from talosapi.proto import machine_pb2 as machine
from talosapi.text import printable

SECTOR_BYTES = 512  # in /proc/diskstats, whatever the disk has


def system_stat(message: machine.SystemStat) -> SystemStat:
    """proto: machine.SystemStat."""
    return SystemStat(
        booted_at=_boot_time(message.boot_time),
        cpu=_cpu_times(message.cpu_total),
        # A processor that is switched off leaves an empty entry in its place.
        cpus=tuple(_cpu_times(cpu) if cpu.ByteSize() else None for cpu in message.cpu),
        running_processes=message.process_running,
        blocked_processes=message.process_blocked,
    )


def _cpu_times(message: machine.CPUStat) -> CpuTimes:
    return CpuTimes(
        user_seconds=message.user,
        nice_seconds=message.nice,
        system_seconds=message.system,
        idle_seconds=message.idle,
        iowait_seconds=message.iowait,
        irq_seconds=message.irq,
        soft_irq_seconds=message.soft_irq,
        steal_seconds=message.steal,
    )


def _boot_time(seconds: int) -> datetime | None:
    """A node without a battery clock starts in 1970, or says 0, or nonsense."""
    is_plausible = 365 * 86400 < seconds < 2**33
    return datetime.fromtimestamp(seconds, UTC) if is_plausible else None


def cpu_infos(message: machine.CPUsInfo) -> tuple[CpuInfo, ...]:
    """proto: machine.CPUsInfo, by processor number."""
    infos = (
        CpuInfo(
            number=cpu.processor,
            vendor=printable(cpu.vendor_id),
            model=printable(cpu.model_name),
            current_mhz=cpu.cpu_mhz,
            core=cpu.core_id,
            package=cpu.physical_id,
        )
        for cpu in message.cpu_info
    )
    return tuple(sorted(infos, key=lambda info: info.number))


def cpu_frequencies(message: machine.CPUsFreqStats) -> tuple[CpuFrequency, ...]:
    """proto: machine.CPUsFreqStats; kilohertz on the wire, all zero without cpufreq."""
    return tuple(
        CpuFrequency(
            number=number,
            current_mhz=cpu.current_frequency / 1000,
            minimum_mhz=cpu.minimum_frequency / 1000,
            maximum_mhz=cpu.maximum_frequency / 1000,
            governor=printable(cpu.governor),
        )
        for number, cpu in enumerate(message.cpu_freq_stats)
        if cpu.current_frequency or cpu.maximum_frequency
    )


def disk_counters(message: machine.DiskStats) -> tuple[DiskCounters, ...]:
    """proto: machine.DiskStats, by name; its total counts twice, so it is left out."""
    disks = (
        DiskCounters(
            name=printable(disk.name),
            read_operations=disk.read_completed,
            read_bytes=disk.read_sectors * SECTOR_BYTES,
            read_seconds=disk.read_time_ms / 1000,
            write_operations=disk.write_completed,
            write_bytes=disk.write_sectors * SECTOR_BYTES,
            write_seconds=disk.write_time_ms / 1000,
            busy_seconds=disk.io_time_ms / 1000,
            in_progress=disk.io_in_progress,
        )
        for disk in message.devices
    )
    return tuple(sorted(disks, key=lambda disk: disk.name))


def link_counters(message: machine.NetworkDeviceStats) -> tuple[LinkCounters, ...]:
    """proto: machine.NetworkDeviceStats, by name: they come in random order."""
    links = (
        LinkCounters(
            name=printable(link.name),
            received_bytes=link.rx_bytes,
            received_packets=link.rx_packets,
            received_errors=link.rx_errors,
            received_dropped=link.rx_dropped,
            sent_bytes=link.tx_bytes,
            sent_packets=link.tx_packets,
            sent_errors=link.tx_errors,
            sent_dropped=link.tx_dropped,
        )
        for link in message.devices
    )
    return tuple(sorted(links, key=lambda link: link.name))
