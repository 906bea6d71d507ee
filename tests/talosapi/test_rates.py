from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from talosapi.counters import CpuTimes, DiskCounters, LinkCounters, SystemStat
from talosapi.rates import (
    DiskRate,
    cpu_usage,
    disk_rates,
    disk_total,
    has_rebooted,
    is_physical_link,
    is_whole_disk,
    link_rates,
    link_total,
)

CPU = CpuTimes(100, 0, 50, 800, 20, 5, 5, 1)
DISK = DiskCounters("sda", 10, 4096, 0.1, 20, 8192, 0.2, 0.5, 0)
LINK = LinkCounters("eth0", 1000, 10, 0, 0, 2000, 20, 0, 0)


def test_cpu_usage_is_what_was_neither_idle_nor_waiting() -> None:
    after = CpuTimes(101, 1, 51, 804, 21, 5.5, 5.5, 2)

    usage = cpu_usage(CPU, after)

    assert usage is not None
    assert usage.busy_ratio == pytest.approx(0.5)
    assert usage.user_ratio == pytest.approx(0.2)
    assert usage.system_ratio == pytest.approx(0.2)
    assert usage.iowait_ratio == pytest.approx(0.1)
    assert usage.steal_ratio == pytest.approx(0.1)


def test_reboot_leaves_cpu_usage_unknown() -> None:
    assert cpu_usage(CPU, CpuTimes(1, 0, 1, 8, 0, 0, 0, 0)) is None


def test_same_sample_twice_leaves_cpu_usage_unknown() -> None:
    assert cpu_usage(CPU, CPU) is None


def test_iowait_that_steps_back_a_little_is_no_reboot() -> None:
    after = replace(CPU, user_seconds=101, idle_seconds=801, iowait_seconds=19.98)

    usage = cpu_usage(CPU, after)

    assert usage is not None
    assert usage.iowait_ratio == 0
    assert usage.busy_ratio == pytest.approx(0.5)


SECONDS = st.floats(min_value=0, max_value=1e6)


@given(st.lists(SECONDS, min_size=16, max_size=16))
def test_shares_are_never_out_of_their_range(numbers: list[float]) -> None:
    usage = cpu_usage(CpuTimes(*numbers[:8]), CpuTimes(*numbers[8:]))

    assert usage is None or -1e-9 <= usage.busy_ratio <= 1 + 1e-9


def test_counters_that_begin_anew_tell_a_reboot() -> None:
    before = SystemStat(None, CPU, (), 1, 0)
    after = replace(before, cpu=CpuTimes(1, 0, 1, 8, 0, 0, 0, 0))

    assert has_rebooted(before, after)
    assert not has_rebooted(before, before)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        *[(disk, True) for disk in ("sda", "sdaa", "vdb", "nvme0n1", "mmcblk0")],
        *[(part, False) for part in ("sda1", "nvme0n1p3", "mmcblk0p1", "vda2")],
        *[(made, False) for made in ("dm-0", "loop3", "md127", "zram0", "sr0", "nbd0")],
    ],
)
def test_whole_disks_are_told_from_parts_and_from_what_is_made_of_them(
    name: str, expected: bool
) -> None:
    assert is_whole_disk(name) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        *[(card, True) for card in ("eth0", "enp3s0", "eno1", "ens18", "enx525400ab")],
        *[(made, False) for made in ("lo", "veth12ab", "cni0", "flannel.1", "bond0")],
        *[(made, False) for made in ("cilium_host", "lxc1", "wg0", "eth0.100", "sit0")],
    ],
)
def test_hardware_links_are_told_by_their_names(name: str, expected: bool) -> None:
    assert is_physical_link(name) is expected


def test_disk_rates_are_per_second_and_leave_partitions_out() -> None:
    later = replace(DISK, read_bytes=4096 + 2048, write_operations=24, busy_seconds=1.5)
    part = replace(DISK, name="sda1")

    rates = disk_rates([DISK, part], [later, replace(part, read_bytes=9999)], 2.0)

    assert rates == {"sda": DiskRate(1024.0, 0.0, 0.0, 2.0, 0.5)}


def test_disk_is_never_busier_than_all_the_time() -> None:
    rate = disk_rates([DISK], [replace(DISK, busy_seconds=9)], 2.0)["sda"]

    assert rate is not None
    assert rate.busy_ratio == 1


def test_reset_new_device_and_no_time_leave_rates_unknown() -> None:
    less = replace(DISK, read_bytes=1)

    assert disk_rates([DISK], [less], 1.0) == {"sda": None}
    assert disk_rates([], [DISK], 1.0) == {"sda": None}
    assert disk_rates([DISK], [DISK], 0.0) == {"sda": None}


def test_reset_of_one_device_leaves_the_others_rates() -> None:
    other = replace(DISK, name="sdb")

    rates = disk_rates([DISK, other], [replace(DISK, read_bytes=0), other], 1.0)

    assert rates["sda"] is None
    assert disk_total(rates.values()) == rates["sdb"]


def test_link_rates_join_errors_and_drops_of_both_ways() -> None:
    later = replace(LINK, received_bytes=3000, received_errors=1, sent_errors=1)

    rate = link_rates([LINK], [later], 2.0)["eth0"]

    assert rate is not None
    assert rate.received_bytes_per_second == 1000
    assert rate.errors_per_second == 1


def test_total_of_nothing_known_is_unknown() -> None:
    assert disk_total([None]) is None
    assert link_total([]) is None


def test_total_adds_what_moved_and_takes_the_busiest_disk() -> None:
    one = DiskRate(1, 2, 3, 4, 0.25)

    assert disk_total([one, None, replace(one, busy_ratio=0.5)]) == DiskRate(
        2, 4, 6, 8, 0.5
    )
