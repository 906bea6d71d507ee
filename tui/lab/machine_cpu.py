"""A node's processors, load and memory as a function of story time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from talosapi.proto import machine_pb2 as machine
from tui.lab.estate import LabNode
from tui.lab.machine_wave import share, uptime, wave

CPUS = 4
_OFFLINE = {"talos-monitor": 2}  # a processor that was taken out while running

# How the busy time of a processor is spent.
_MODES: Mapping[str, float] = {
    "user": 0.62,
    "nice": 0.01,
    "system": 0.24,
    "iowait": 0.03,
    "irq": 0.02,
    "soft_irq": 0.05,
    "steal": 0.03,
}
# While its iSCSI session is lost, talos-wk-2 waits for its disk.
_WAITING = ("talos-wk-2", timedelta(minutes=2), timedelta(minutes=7))
_WAIT_RATIO = 0.44
_WAIT_LOAD = 6.0

_MODEL = {True: "QEMU Virtual CPU version 2.5+", False: "Intel(R) N100"}


def is_virtual(node: LabNode) -> bool:
    """Whether the node is a virtual machine."""
    return any(one.id == "ext-qemu-guest-agent" for one in node.services)


def _busy_ratio(node: LabNode) -> float:
    return 0.04 + 0.26 * share(node.name, "busy")


def _waited(node: LabNode, at: timedelta) -> float:
    """Seconds that the node has waited for its lost disk, since it booted."""
    name, since, until = _WAITING
    if node.name != name:
        return 0.0
    waited = min(at, until) - max(since, node.booted_at)
    return max(waited / timedelta(seconds=1), 0.0)


def _cpu(node: LabNode, number: int, at: timedelta) -> machine.CPUStat:
    seconds = uptime(node, at)
    busy = _busy_ratio(node) * wave(node.name, "cpu", str(number)).total(seconds)
    waited = _WAIT_RATIO * _waited(node, at)
    stat = machine.CPUStat(idle=seconds - busy - waited)
    for mode, part in _MODES.items():
        setattr(stat, mode, busy * part)
    stat.iowait += waited
    return stat


def system_stat(node: LabNode, at: timedelta, boot_time: int) -> machine.SystemStat:
    """Counters since boot. A processor that is offline leaves an empty entry."""
    seconds = uptime(node, at)
    offline = _OFFLINE.get(node.name)
    cpus = [
        machine.CPUStat() if number == offline else _cpu(node, number, at)
        for number in range(CPUS)
    ]
    total = machine.CPUStat()
    for mode in (*_MODES, "idle"):
        setattr(total, mode, sum(getattr(one, mode) for one in cpus))
    created = 20 * wave(node.name, "forks").total(seconds)
    is_waiting = _waited(node, at) > _waited(node, at - timedelta(seconds=1))
    return machine.SystemStat(
        boot_time=boot_time,
        cpu_total=total,
        cpu=cpus,
        context_switches=int(5200 * wave(node.name, "switches").total(seconds)),
        process_created=int(created),
        process_running=1 + int(seconds) % 3,
        process_blocked=5 if is_waiting else 0,
    )


def load_avg(node: LabNode, at: timedelta) -> machine.LoadAvg:
    """Load over 1, 5 and 15 minutes."""
    seconds = uptime(node, at)

    def load(window: float) -> float:
        mean = wave(node.name, "cpu", "0").mean(seconds, window)
        before = at - timedelta(seconds=window)
        waited = (_waited(node, at) - _waited(node, before)) / window
        return 0.1 + CPUS * _busy_ratio(node) * mean + _WAIT_LOAD * waited

    return machine.LoadAvg(load1=load(60), load5=load(300), load15=load(900))


def memory(node: LabNode, at: timedelta) -> machine.Memory:
    """/proc/meminfo in kibibytes; its parts add up to the total."""
    total = 16 * 1024 * 1024
    level = wave(node.name, "memory").level(uptime(node, at))
    used = int(total * (0.15 + 0.3 * share(node.name, "memory")) * (0.7 + 0.3 * level))
    cached, buffers = total // 4, total // 64
    free = total - used - cached - buffers
    slab = total // 40
    return machine.Memory(
        meminfo=machine.MemInfo(
            memtotal=total,
            memfree=free,
            memavailable=free + cached * 9 // 10,
            buffers=buffers,
            cached=cached,
            active=used + cached // 2,
            inactive=cached // 2,
            dirty=200 + int(900 * level),
            shmem=cached // 50,
            slab=slab,
            sreclaimable=slab * 2 // 3,
        )
    )


def cpu_info(node: LabNode) -> machine.CPUsInfo:
    """The processors that are online."""
    virtual = is_virtual(node)
    return machine.CPUsInfo(
        cpu_info=[
            machine.CPUInfo(
                processor=number,
                vendor_id="GenuineIntel",
                model_name=_MODEL[virtual],
                cpu_mhz=2000.0 if virtual else 806.4,
                cache_size="16384 KB" if virtual else "6144 KB",
                physical_id="0",
                siblings=CPUS,
                core_id=str(number),
                cpu_cores=CPUS,
                flags=["fpu", "sse4_2", "aes", "avx2", "hypervisor"][
                    : 5 if virtual else 4
                ],
            )
            for number in range(CPUS)
            if number != _OFFLINE.get(node.name)
        ]
    )


def cpu_freq(node: LabNode, at: timedelta) -> machine.CPUsFreqStats:
    """Kilohertz; zeros in a virtual machine, which has no cpufreq."""
    found = machine.CPUsFreqStats()
    for number in range(CPUS):
        if is_virtual(node):
            found.cpu_freq_stats.add()
            continue
        level = wave(node.name, "cpu", str(number)).level(uptime(node, at))
        found.cpu_freq_stats.add(
            current_frequency=int(806_400 + 1_400_000 * level),
            minimum_frequency=700_000,
            maximum_frequency=3_400_000,
            governor="powersave",
        )
    return found
