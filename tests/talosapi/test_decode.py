from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talosapi.decode import (
    LONGEST_LINE,
    LineSplitter,
    kernel_record,
    service,
)
from talosapi.decode_counters import system_stat
from talosapi.messages import Health, Priority, Service
from talosapi.proto import machine_pb2 as machine
from talosapi.text import printable


def test_record_is_taken_apart() -> None:
    record = kernel_record(
        b"kern:    info: [2026-08-21T10:20:30.111222333Z]:  connection1:0: "
        b"detected conn error (1020)\n"
    )

    assert record.facility == "kern"
    assert record.priority is Priority.INFO
    assert record.at == datetime(2026, 8, 21, 10, 20, 30, 111222, tzinfo=UTC)
    assert record.message == "connection1:0: detected conn error (1020)"
    assert record.fields == {}


def test_device_lines_are_folded_into_fields() -> None:
    record = kernel_record(
        b"kern:     err: [2026-08-21T10:22:35Z]: sd 2:0:0:1: rejecting I/O\n"
        b" SUBSYSTEM=scsi\n DEVICE=+scsi:2:0:0:1\n"
    )

    assert record.message == "sd 2:0:0:1: rejecting I/O"
    assert record.fields == {"SUBSYSTEM": "scsi", "DEVICE": "+scsi:2:0:0:1"}


def test_further_lines_of_a_message_are_joined() -> None:
    record = kernel_record(b"kern: notice: [2026-08-21T10:22:35Z]: one\ntwo\n")

    assert record.message == "one two"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"user: warning: [2026-08-21T10:15:09.8Z]: [talos] service[etcd]\n", True),
        (b"kern: warning: [2026-08-21T10:15:09.8Z]: BTRFS warning\n", False),
    ],
)
def test_lines_of_machined_are_told_from_warnings(line: bytes, expected: bool) -> None:
    assert kernel_record(line).is_from_talos is expected


@pytest.mark.parametrize(
    "raw",
    [b"", b"\xff\xfe", b"kern: err: no time", b"kern:     err: [yesterday]: x\n"],
)
def test_record_that_cannot_be_read_keeps_its_text(raw: bytes) -> None:
    record = kernel_record(raw)

    assert record.at is None
    assert record.message.isprintable()


def test_raw_bytes_of_a_record_do_nothing_to_a_terminal() -> None:
    record = kernel_record(
        b"kern:     err: [2026-08-21T10:22:35Z]: \x1b]0;title\x07\x1b[31mred\xff\x00\n"
    )

    assert record.message == "red\ufffd"


@given(st.binary(max_size=200))
def test_no_bytes_break_the_record_reader(raw: bytes) -> None:
    kernel_record(b"kern:     err: [2026-08-21T10:22:35Z]: " + raw)
    kernel_record(raw)


@given(
    st.lists(st.text(alphabet="aé日🙂 x", max_size=40), max_size=20),
    st.integers(min_value=1, max_value=7),
)
def test_lines_are_the_same_however_they_were_cut(lines: list[str], size: int) -> None:
    raw = "".join(f"{line}\n" for line in lines).encode()
    splitter = LineSplitter()

    found: list[str] = []
    for start in range(0, len(raw), size):
        found += splitter.feed(raw[start : start + size])

    assert found == lines
    assert list(splitter.flush()) == []


def test_line_without_an_end_comes_in_pieces() -> None:
    splitter = LineSplitter()

    (piece,) = splitter.feed(b"x" * (LONGEST_LINE + 1))

    assert len(piece) == LONGEST_LINE
    assert list(splitter.flush()) == ["x"]


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"plain", "plain"),
        (b"\x1b[32mINFO\x1b[0m ok", "INFO ok"),
        (b"tab\there", "tab here"),
        (b"bell\x07 back\x08", "bell back"),
        (b"\xff", "\ufffd"),
        ("\u202eevil".encode(), "evil"),
        (b"\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        (b"[bold]markup[/] stays", "[bold]markup[/] stays"),
    ],
)
def test_text_is_made_fit_for_a_screen(raw: bytes, text: str) -> None:
    assert printable(raw) == text


def health(**fields: object) -> Service:
    info = machine.ServiceInfo(id="x", state="Running")
    for name, value in fields.items():
        setattr(info.health, name, value)
    return service(info)


def test_unknown_health_wins_over_unhealthy() -> None:
    assert health(unknown=True).health is Health.UNKNOWN


def test_missing_health_check_of_talos_1_8_is_not_a_failure() -> None:
    assert health(last_message="service not running").health is Health.UNKNOWN


def test_year_one_means_never() -> None:
    info = machine.ServiceInfo(id="dashboard")
    info.health.last_change.seconds = -62135596800

    assert service(info).last_change is None


@pytest.mark.parametrize(
    ("state", "is_up"),
    [("Running", True), ("Skipped", True), ("Finished", False), ("Failed", False)],
)
def test_up_is_what_talos_means_by_it(state: str, is_up: bool) -> None:
    info = machine.ServiceInfo(id="x", state=state)
    info.health.unknown = True

    assert service(info).is_up is is_up


@pytest.mark.parametrize("seconds", [0, 5, 2**63])
def test_boot_time_of_a_node_without_a_clock_is_unknown(seconds: int) -> None:
    stat = system_stat(machine.SystemStat(boot_time=seconds))

    assert stat.booted_at is None
