"""Whatever a node sends, its messages become values or are refused as what they are."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import DecodeError, Message
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from talosapi import (
    decode,
    decode_counters,
    decode_event,
    decode_workload,
    kinds,
    shipping,
)
from talosapi.bundle import Bundler, unbundled
from talosapi.proto import cosi_pb2 as cosi
from talosapi.proto import etcd_pb2 as etcd
from talosapi.proto import event_pb2 as event
from talosapi.proto import machine_pb2 as machine
from talosapi.proto import process_pb2 as process
from talosapi.proto import storage_pb2 as storage
from talosapi.proto import time_pb2 as time
from talosapi.resource import Kind
from talosapi.resource_calls import _Known
from tests.hostile.shapes import damaged, harmful, junk, written
from tui.model import kernel
from tui.sources import talos_values

fuzzed = settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

MESSAGES: dict[type[Message], Callable[[Any], object]] = {
    machine.Version: decode.version,
    machine.ServiceInfo: lambda one: talos_values.service(decode.service(one)),
    machine.Memory: lambda one: talos_values.available_bytes(decode.memory(one)),
    machine.Mounts: lambda one: talos_values.filesystems(decode.mounts(one)),
    machine.SystemStat: decode_counters.system_stat,
    machine.CPUsInfo: decode_counters.cpu_infos,
    machine.CPUsFreqStats: decode_counters.cpu_frequencies,
    machine.DiskStats: decode_counters.disk_counters,
    machine.NetworkDeviceStats: decode_counters.link_counters,
    process.Process: decode_workload.processes,
    process.Container: decode_workload.containers,
    process.Stats: decode_workload.container_usages,
    storage.Disks: decode_workload.disks,
    time.Time: lambda one: decode_workload.time_check(one).offset_seconds,
    etcd.EtcdMembers: decode_workload.etcd_members,
    etcd.EtcdStatus: lambda one: talos_values.etcd(
        decode_workload.etcd_status(one), (), ()
    ),
    etcd.EtcdAlarm: decode_workload.etcd_alarms,
    event.Event: decode_event.node_event,
    cosi.WatchResponse: lambda one: _Known(kinds.MEMBER).take(one),
}
KINDS = [
    value
    for module in (kinds, shipping)
    for value in vars(module).values()
    if isinstance(value, Kind)
]
_INTEGERS = {
    FieldDescriptor.CPPTYPE_INT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.CPPTYPE_INT64: (-(2**63), 2**63 - 1),
    FieldDescriptor.CPPTYPE_UINT32: (0, 2**32 - 1),
    FieldDescriptor.CPPTYPE_UINT64: (0, 2**64 - 1),
}


def _scalar(field: FieldDescriptor) -> st.SearchStrategy[Any]:
    match field.cpp_type:
        case FieldDescriptor.CPPTYPE_STRING if field.type == field.TYPE_BYTES:
            return st.binary(max_size=30) | harmful().map(_encoded)
        case FieldDescriptor.CPPTYPE_STRING:
            return harmful().map(lambda text: _encoded(text).decode(errors="replace"))
        case FieldDescriptor.CPPTYPE_BOOL:
            return st.booleans()
        case FieldDescriptor.CPPTYPE_DOUBLE | FieldDescriptor.CPPTYPE_FLOAT:
            return st.sampled_from((float("nan"), float("inf"), -1.0, 1e308, 0.5))
        case FieldDescriptor.CPPTYPE_ENUM:
            return st.sampled_from((0, 1, 2, 99, -1))
    least, most = _INTEGERS[field.cpp_type]
    return st.sampled_from((0, 1, most, least)) | st.integers(least, most)


def _encoded(text: str) -> bytes:
    return text.encode(errors="surrogatepass")


@st.composite
def messages(draw: st.DrawFn, kind: Any, depth: int = 0) -> dict[str, Any]:
    """Fields of a message, for its constructor."""
    found: dict[str, Any] = {}
    for field in kind.fields:
        if not draw(st.integers(0, 4)):
            continue
        inner: st.SearchStrategy[Any] = (
            _scalar(field)
            if field.message_type is None
            else messages(field.message_type, depth + 1)
        )
        is_map = field.message_type and field.message_type.GetOptions().map_entry
        if is_map:
            found[field.name] = draw(st.dictionaries(_text(), _text(), max_size=2))
        elif field.is_repeated:
            found[field.name] = draw(st.lists(inner, max_size=2 if depth < 3 else 1))
        else:
            found[field.name] = draw(inner)
    return found


def _text() -> st.SearchStrategy[str]:
    return harmful().map(lambda text: _encoded(text).decode(errors="replace"))


@pytest.mark.parametrize("kind", MESSAGES, ids=lambda kind: kind.__name__)
@fuzzed
@given(data=st.data())
def test_any_message_becomes_a_value(kind: type[Message], data: st.DataObject) -> None:
    MESSAGES[kind](kind(**data.draw(messages(kind.DESCRIPTOR))))


@pytest.mark.parametrize("kind", MESSAGES, ids=lambda kind: kind.__name__)
@fuzzed
@given(data=st.data())
def test_damaged_bytes_become_a_value_or_are_no_message(
    kind: type[Message], data: st.DataObject
) -> None:
    whole = kind(**data.draw(messages(kind.DESCRIPTOR))).SerializeToString()
    try:
        message = kind.FromString(data.draw(damaged(whole)))
    except DecodeError:
        return
    MESSAGES[kind](message)


_YAML = st.sampled_from(
    (
        "a: &a [*a]",
        "? {a: b}\n: c",
        "!!int ''",
        "!!python/object:os.system x",
        "2024-99-99",
        "[" * 50_000,
        "- " * 50_000,
        "a: " * 5_000,
        "{" * 50_000,
        "&a a: *a",
        "x: |\n  \x07",
        "<<: 1",
        "speedMbit: " + "9" * 5_000,
        "size: -1\nmtu: " + "9" * 300,
        "%YAML 9.9\n---\n",
        "\ufeff",
        "*nobody",
    )
)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@fuzzed
@given(
    text=_YAML
    | _text()
    | junk().map(lambda one: written(one).decode(errors="replace"))
    | st.dictionaries(
        st.sampled_from(
            (
                "spec",
                "status",
                "size",
                "speedMbit",
                "conditions",
                "addresses",
                "hostname",
            )
        ),
        junk(),
    ).map(lambda one: written(one).decode(errors="replace"))
)
def test_any_text_is_read_as_a_resource(kind: Kind[object], text: str) -> None:
    kind.read(text)


@fuzzed
@given(
    raw=st.binary(max_size=200)
    | harmful().map(_encoded)
    | st.builds(
        "kern: {}: [{}]: {}\n SUBSYSTEM={}".format,
        *(harmful(), harmful(), harmful(), harmful()),
    ).map(_encoded)
)
def test_any_bytes_are_a_line_of_the_kernel_and_of_a_service(raw: bytes) -> None:
    record = decode.kernel_record(raw)
    if record.at is not None:
        talos_values.kernel_entry(record, record.at, "10.0.0.1")
    splitter = decode.LineSplitter()
    for line in (*splitter.feed(raw), *splitter.flush()):
        assert "\x1b" not in line
        talos_values.line_time(line)


@fuzzed
@given(pieces=st.lists(st.binary(max_size=40), max_size=6))
def test_any_bytes_pass_the_bundler(pieces: list[bytes]) -> None:
    bundler = Bundler()
    for piece in pieces:
        bundler.feed(piece)
        try:
            unbundled(b"\x07" + piece)
        except ValueError:
            continue


@fuzzed
@given(
    line=_text()
    | junk().map(lambda one: written({"msg": one}).decode(errors="replace"))
    | st.just('{"a":' * 100_000)
    | st.just('{"msg":' + "[" * 100_000)
    | st.just('{"msg":"x","n":' + "9" * 5_000)
)
def test_any_line_of_a_log_is_classified_and_read(line: str) -> None:
    kernel.classify(line)
    kernel.body_fields(line)
    kernel.explained(line)
    assert isinstance(kernel.text_of(line), str)


def _decoders(module: ModuleType) -> set[str]:
    """Its public functions that take a message."""
    return {
        name
        for name, value in inspect.getmembers(module, inspect.isfunction)
        if value.__module__ == module.__name__ and not name.startswith("_")
    }


def test_every_decoder_of_messages_is_fuzzed() -> None:
    known = "".join(inspect.getsource(inspect.getmodule(_decoders)))  # type: ignore[arg-type]
    for module in (decode, decode_counters, decode_event, decode_workload):
        for name in _decoders(module) - {"health_of", "instant"}:
            assert f".{name}" in known, name
