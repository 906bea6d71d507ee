"""What happened per second between two samples of the same counters. Pure.

The seconds between them come from outside, as the samples carry no time. Counters that
went backwards, after a reboot or when a device was replaced, give None: nothing is
known of that time, and nothing is made up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from msgspec import Struct
from msgspec.structs import astuple, replace

from talosapi.counters import CpuTimes, DiskCounters, LinkCounters, SystemStat

_SLACK_SECONDS = 0.1  # the kernel lets idle and iowait step back a little

# sda, vdb, xvdc, nvme0n1, mmcblk0: not their partitions, and not what is made of them
# (dm-, md, loop, zram, ram) or is no store of data (sr, fd, nbd).
_WHOLE_DISK = re.compile(
    r"(?:sd|hd|vd|xvd)[a-z]+|nvme\d+n\d+|mmcblk\d+|pmem\d+|dasd[a-z]+"
)
# Everything else carries again what these carry, or is lo.
_VIRTUAL_LINK = re.compile(
    r"lo$|veth|cni|flannel|cilium|lxc|cali|tunl|ip6tnl|sit|gre|erspan|dummy|kube|bond"
    r"|br-?\d|docker|wg|siderolink|teql|ip_vti|ip6_vti|.*[.@]"
)


class CpuUsage(Struct, frozen=True):
    """Shares of the time of all processors, each from 0 to 1; with idle they make 1.

    busy    all but idle and iowait
    system  irq and soft irq included; user has nice and guests
    """

    busy_ratio: float
    user_ratio: float
    system_ratio: float
    iowait_ratio: float
    steal_ratio: float


class DiskRate(Struct, frozen=True):
    """One disk, or several together; `busy_ratio` is that of the busiest."""

    read_bytes_per_second: float
    write_bytes_per_second: float
    read_operations_per_second: float
    write_operations_per_second: float
    busy_ratio: float


class LinkRate(Struct, frozen=True):
    """One network device, or several together."""

    received_bytes_per_second: float
    sent_bytes_per_second: float
    received_packets_per_second: float
    sent_packets_per_second: float
    errors_per_second: float
    dropped_per_second: float


def cpu_usage(before: CpuTimes, after: CpuTimes) -> CpuUsage | None:
    """How the processors spent the time between; None after a reboot, or for no time.

    source  1 - Δ(idle + iowait) / Δ(all), as talosctl reckons; guest is within user
    """
    spent = CpuTimes(
        *(b - a for a, b in zip(astuple(before), astuple(after), strict=True))
    )
    if min(astuple(spent)) < -_SLACK_SECONDS:
        return None
    shares = CpuTimes(*(max(0.0, one) for one in astuple(spent)))
    total = sum(astuple(shares))
    if total <= 0:
        return None
    system = shares.system_seconds + shares.irq_seconds + shares.soft_irq_seconds
    return CpuUsage(
        busy_ratio=1 - (shares.idle_seconds + shares.iowait_seconds) / total,
        user_ratio=(shares.user_seconds + shares.nice_seconds) / total,
        system_ratio=system / total,
        iowait_ratio=shares.iowait_seconds / total,
        steal_ratio=shares.steal_seconds / total,
    )


def has_rebooted(before: SystemStat, after: SystemStat) -> bool:
    """Whether the counters of the two have different beginnings."""
    earlier, later = _all_seconds(before.cpu), _all_seconds(after.cpu)
    return later + _SLACK_SECONDS < earlier


def _all_seconds(times: CpuTimes) -> float:
    return float(sum(astuple(times)))


def is_whole_disk(name: str) -> bool:
    """Whether a block device is a disk, and no part of one nor made of some."""
    return _WHOLE_DISK.fullmatch(name) is not None


def is_physical_link(name: str) -> bool:
    """Whether a network device's name is that of hardware.

    A guess from the name: `kinds.LINK_STATUS` knows for certain.
    """
    return _VIRTUAL_LINK.match(name) is None


def disk_rates(
    before: Iterable[DiskCounters], after: Iterable[DiskCounters], seconds: float
) -> Mapping[str, DiskRate | None]:
    """The rates of each whole disk of the later sample.

    None: it was not there before, its counters went backwards, or no time has passed
    """
    known = {disk.name: disk for disk in before}
    return {
        disk.name: _disk_rate(known.get(disk.name), disk, seconds)
        for disk in after
        if is_whole_disk(disk.name)
    }


def _disk_rate(
    before: DiskCounters | None, after: DiskCounters, seconds: float
) -> DiskRate | None:
    if before is None or seconds <= 0:
        return None
    changes = (
        after.read_bytes - before.read_bytes,
        after.write_bytes - before.write_bytes,
        after.read_operations - before.read_operations,
        after.write_operations - before.write_operations,
        after.busy_seconds - before.busy_seconds,
    )
    if min(changes) < 0:
        return None
    rate = DiskRate(*(change / seconds for change in changes))
    return replace(rate, busy_ratio=min(1.0, rate.busy_ratio))


def link_rates(
    before: Iterable[LinkCounters], after: Iterable[LinkCounters], seconds: float
) -> Mapping[str, LinkRate | None]:
    """The rates of each device of the later sample, virtual ones too.

    None: it was not there before, its counters went backwards, or no time has passed
    """
    known = {link.name: link for link in before}
    return {
        link.name: _link_rate(known.get(link.name), link, seconds) for link in after
    }


def _link_rate(
    before: LinkCounters | None, after: LinkCounters, seconds: float
) -> LinkRate | None:
    if before is None or seconds <= 0:
        return None
    changes = (
        after.received_bytes - before.received_bytes,
        after.sent_bytes - before.sent_bytes,
        after.received_packets - before.received_packets,
        after.sent_packets - before.sent_packets,
        _errors(after) - _errors(before),
        _dropped(after) - _dropped(before),
    )
    if min(changes) < 0:
        return None
    return LinkRate(*(change / seconds for change in changes))


def _errors(link: LinkCounters) -> int:
    return link.received_errors + link.sent_errors


def _dropped(link: LinkCounters) -> int:
    return link.received_dropped + link.sent_dropped


def disk_total(rates: Iterable[DiskRate | None]) -> DiskRate | None:
    """Several disks together; None when none of them has a rate."""
    known = [rate for rate in rates if rate is not None]
    if not known:
        return None
    total = DiskRate(
        *(sum(column) for column in zip(*map(astuple, known), strict=True))
    )
    return replace(total, busy_ratio=max(rate.busy_ratio for rate in known))


def link_total(rates: Iterable[LinkRate | None]) -> LinkRate | None:
    """Several network devices together; None when none of them has a rate."""
    known = [rate for rate in rates if rate is not None]
    if not known:
        return None
    return LinkRate(*(sum(column) for column in zip(*map(astuple, known), strict=True)))
