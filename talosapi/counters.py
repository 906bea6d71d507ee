"""What a machine counts from its boot on, and what its parts are: frozen values.

Two of the same kind, and the seconds between them, make the rates of `rates`.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct


class CpuTimes(Struct, frozen=True):
    """Seconds since boot that all processors together have spent; guest is in user."""

    user_seconds: float
    nice_seconds: float
    system_seconds: float
    idle_seconds: float
    iowait_seconds: float
    irq_seconds: float
    soft_irq_seconds: float
    steal_seconds: float


class SystemStat(Struct, frozen=True):
    """Boot time, processor times and process counts.

    booted_at  None while the node's clock is not set
    cpus       by processor number; None for one that is switched off
    """

    booted_at: datetime | None
    cpu: CpuTimes
    cpus: tuple[CpuTimes | None, ...]
    running_processes: int
    blocked_processes: int


class CpuInfo(Struct, frozen=True):
    """One logical processor. `current_mhz` is 0 where the kernel does not say."""

    number: int
    vendor: str
    model: str
    current_mhz: float
    core: str
    package: str


class CpuFrequency(Struct, frozen=True):
    """One processor's clock, by processor number."""

    number: int
    current_mhz: float
    minimum_mhz: float
    maximum_mhz: float
    governor: str


class DiskCounters(Struct, frozen=True):
    """One block device since boot, or since it was plugged in."""

    name: str
    read_operations: int
    read_bytes: int
    read_seconds: float
    write_operations: int
    write_bytes: int
    write_seconds: float
    busy_seconds: float
    in_progress: int


class LinkCounters(Struct, frozen=True):
    """One network device since it appeared."""

    name: str
    received_bytes: int
    received_packets: int
    received_errors: int
    received_dropped: int
    sent_bytes: int
    sent_packets: int
    sent_errors: int
    sent_dropped: int
