"""The odd values of talos-apid.md: zeros, year 1, open enums, ids that tell a time."""

from __future__ import annotations

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given
from hypothesis import strategies as st

from talosapi import kinds
from talosapi.decode import instant, memory
from talosapi.decode_counters import disk_counters, system_stat
from talosapi.decode_workload import disks, etcd_alarms, etcd_status, time_check
from talosapi.messages import Mount
from talosapi.proto import etcd_pb2 as etcd
from talosapi.proto import machine_pb2 as machine
from talosapi.proto import storage_pb2 as storage
from talosapi.proto import time_pb2 as time
from talosapi.resource import Kind

YEAR_ONE = -62135596800


@pytest.mark.parametrize("seconds", [0, YEAR_ONE, -1, 2**62])
def test_times_that_mean_never_are_none(seconds: int) -> None:
    assert instant(Timestamp(seconds=seconds)) is None


def test_processor_that_is_switched_off_leaves_a_hole() -> None:
    on = machine.CPUStat(idle=1)
    stat = machine.SystemStat(cpu=[on, machine.CPUStat(), on])

    assert [cpu is None for cpu in system_stat(stat).cpus] == [False, True, False]


def test_sectors_have_512_bytes_and_times_milliseconds() -> None:
    stat = machine.DiskStat(name="sda", read_sectors=3, io_time_ms=1500)

    (disk,) = disk_counters(machine.DiskStats(devices=[stat]))

    assert (disk.read_bytes, disk.busy_seconds) == (1536, 1.5)


def test_memory_without_an_available_figure_is_reckoned_without_it() -> None:
    info = machine.MemInfo(memtotal=100, memfree=20, buffers=10, cached=30)

    assert memory(machine.Memory(meminfo=info)).used_ratio == pytest.approx(0.4)
    assert memory(machine.Memory()).used_ratio is None


def test_pseudo_file_system_has_no_share_in_use() -> None:
    assert Mount("proc", "/proc", 0, 0).used_ratio is None


def test_disk_of_a_newer_type_is_unknown() -> None:
    disk = storage.Disk(device_name="/dev/sda")
    disk.MergeFromString(b"\x48\x63")  # field 9 (type) = 99

    assert disks(storage.Disks(disks=[disk]))[0].type == "unknown"


def test_alarm_of_type_none_is_no_alarm() -> None:
    none = etcd.EtcdMemberAlarm(member_id=1, alarm=etcd.EtcdMemberAlarm.NONE)

    assert etcd_alarms(etcd.EtcdAlarm(member_alarms=[none])) == ()


def test_member_without_an_answer_does_not_lead() -> None:
    assert not etcd_status(etcd.EtcdStatus()).is_leader


def test_time_server_that_did_not_answer_leaves_the_offset_unknown() -> None:
    asked = time.Time(server="ntp", localtime=Timestamp(seconds=1))

    assert time_check(asked).offset_seconds is None


KINDS = [kind for kind in vars(kinds).values() if isinstance(kind, Kind)]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("text", ["", "null", "[]", "word", "a: [", "1", "spec: {"])
def test_no_spec_breaks_its_reader(kind: Kind[object], text: str) -> None:
    kind.read(text)


@given(st.text(max_size=60))
def test_no_text_breaks_the_readers(text: str) -> None:
    for kind in KINDS:
        kind.read(text)


def test_addresses_and_long_numbers_stay_the_words_they_are() -> None:
    disk = kinds.BLOCK_DISK.read("wwid: 52:54:00:12:34:56\nserial: 0012345678901234\n")

    assert disk.wwid == "52:54:00:12:34:56"
    assert disk.serial == "0012345678901234"


@pytest.mark.parametrize(
    ("image", "version"),
    [
        ("ghcr.io/siderolabs/kubelet:v1.34.1", "v1.34.1"),
        ("registry.lan:5000/kubelet:v1.31.0@sha256:abc", "v1.31.0"),
        ("registry.lan:5000/kubelet", ""),
    ],
)
def test_kubelets_version_is_its_images_tag(image: str, version: str) -> None:
    assert kinds.Kubelet(image).version == version


def test_static_pod_is_ready_when_its_condition_says_so() -> None:
    pod = kinds.STATIC_POD_STATUS.read(
        "phase: Running\nconditions:\n- {type: Ready, status: 'True'}\n"
        "containerStatuses:\n- {restartCount: 2}\n- {restartCount: 1}\n"
    )

    assert pod == kinds.StaticPodStatus("Running", is_ready=True, restarts=3)
