"""The odd values of talos-apid.md: zeros, year 1, open enums, ids that tell a time."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from google.protobuf.any_pb2 import Any
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given
from hypothesis import strategies as st

from talosapi import kinds
from talosapi.decode import instant, memory
from talosapi.decode_counters import cpu_frequencies, disk_counters, system_stat
from talosapi.decode_event import node_event
from talosapi.decode_workload import disks, etcd_alarms, etcd_status, time_check
from talosapi.event import (
    AddressChange,
    ConfigFault,
    Payload,
    Restart,
    Scale,
    ServiceChange,
    StageChange,
    Step,
    UnmetCondition,
)
from talosapi.messages import Health, Mount
from talosapi.proto import common_pb2 as common
from talosapi.proto import etcd_pb2 as etcd
from talosapi.proto import event_pb2 as event
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


def test_machine_without_cpufreq_has_no_frequencies() -> None:
    none = machine.CPUFreqStats()

    assert cpu_frequencies(machine.CPUsFreqStats(cpu_freq_stats=[none, none])) == ()


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


def packed(message: Message) -> event.Event:
    """As Talos packs it: with a type URL of its own."""
    data = Any(
        type_url=f"talos/runtime/{message.DESCRIPTOR.full_name}",
        value=message.SerializeToString(),
    )
    return event.Event(id="9m4e2mr0ui3e8a215n4g", data=data)


def test_id_of_an_event_tells_its_time() -> None:
    """The example of rs/xid."""
    at = node_event(packed(event.RestartEvent(cmd=1))).at

    assert at == datetime.fromtimestamp(0x4D88E15B, UTC)


@pytest.mark.parametrize("identity", ["", "1", "z" * 20])
def test_id_of_another_kind_tells_no_time(identity: str) -> None:
    assert node_event(event.Event(id=identity)).at is None


CASES: list[tuple[Message, Payload]] = [
    (
        event.SequenceEvent(
            sequence="boot",
            action=event.SequenceEvent.STOP,
            error=common.Error(message="no disk"),
        ),
        Step(Scale.SEQUENCE, "boot", is_start=False, error="no disk"),
    ),
    (
        event.SequenceEvent(sequence="boot"),
        Step(Scale.SEQUENCE, "boot", is_start=None),
    ),
    (event.PhaseEvent(phase="network"), Step(Scale.PHASE, "network", is_start=True)),
    (
        event.TaskEvent(task="mount", action=event.TaskEvent.STOP),
        Step(Scale.TASK, "mount", is_start=False),
    ),
    (
        event.ServiceStateEvent(
            service="kubelet",
            action=event.ServiceStateEvent.RUNNING,
            message="Health check failed",
            health=machine.ServiceHealth(last_message="refused"),
        ),
        ServiceChange("kubelet", "Running", "Health check failed", Health.UNHEALTHY),
    ),
    (
        event.ServiceStateEvent(service="kubelet"),
        ServiceChange("kubelet", "Initialized", "", Health.UNKNOWN),
    ),
    (
        event.MachineStatusEvent(
            stage=event.MachineStatusEvent.SHUTTING_DOWN,
            status=event.MachineStatusEvent.MachineStatus(
                unmet_conditions=[
                    event.MachineStatusEvent.MachineStatus.UnmetCondition(
                        name="time", reason="not in sync"
                    )
                ]
            ),
        ),
        StageChange(
            "shutting down",
            is_ready=False,
            unmet=(UnmetCondition("time", "not in sync"),),
        ),
    ),
    (event.RestartEvent(cmd=0x1234567), Restart(0x1234567)),
    (event.ConfigLoadErrorEvent(error="bad"), ConfigFault("bad")),
    (event.ConfigValidationErrorEvent(error="worse"), ConfigFault("worse")),
    (
        event.AddressEvent(hostname="cp-1", addresses=["10.0.0.1"]),
        AddressChange("cp-1", ("10.0.0.1",)),
    ),
]


@pytest.mark.parametrize(("message", "payload"), CASES)
def test_events_become_values(message: Message, payload: Payload) -> None:
    assert node_event(packed(message)).payload == payload


def test_event_of_a_newer_type_has_no_payload() -> None:
    data = Any(type_url="talos/runtime/machine.FutureEvent", value=b"\x08\x01")

    assert node_event(event.Event(id="x", data=data)).payload is None


def test_event_that_cannot_be_read_has_no_payload() -> None:
    data = Any(type_url="talos/runtime/machine.AddressEvent", value=b"\xff")

    assert node_event(event.Event(id="x", data=data)).payload is None


KINDS = [kind for kind in vars(kinds).values() if isinstance(kind, Kind)]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("text", ["", "null", "[]", "word", "a: [", "1", "spec: {"])
def test_no_spec_breaks_its_reader(kind: Kind[object], text: str) -> None:
    kind.read(text)


@given(st.text(max_size=60))
def test_no_text_breaks_the_readers(text: str) -> None:
    for kind in KINDS:
        kind.read(text)


def test_addresses_and_hexadecimal_ids_are_not_taken_for_numbers() -> None:
    link = kinds.LINK_STATUS.read("hardwareAddr: 52:54:00:12:34:56\nlinkState: true\n")

    assert link.hardware_address == "52:54:00:12:34:56"
    assert link.is_up
    assert kinds.ETCD_MEMBER.read("memberID: 1234567890123456") == 0x1234567890123456


@pytest.mark.parametrize("speed", ["4294967295", "-1", "0"])
def test_link_that_does_not_know_its_speed_has_none(speed: str) -> None:
    assert kinds.LINK_STATUS.read(f"speedMbit: {speed}").speed_mbit is None


@pytest.mark.parametrize("text", ["|\n  machine: {}\n", "machine: {}\n"])
def test_machine_config_is_read_in_its_old_and_new_form(text: str) -> None:
    config = kinds.MACHINE_CONFIG.read(text)

    assert config.reveal() == b"machine: {}\n"


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
