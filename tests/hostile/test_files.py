"""Whatever is in a file that it reads, the program tells what is wrong with it."""

from __future__ import annotations

import zlib
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.estate import make_fleet
from tests.hostile.shapes import damaged, harmful, junk, written
from tests.judged import NOW
from tui.config import ConfigError, load
from tui.model.bounds import Bounds
from tui.model.fault import FaultKind
from tui.model.taped import Taped, TapeNote
from tui.sources.base import SourceError
from tui.sources.contexts import kube_contexts
from tui.sources.kubernetes_access import load as let_in
from tui.sources.talos_contexts import talos_contexts
from tui.tape.framing import MORE, NOTE, START, TapeError, block, blocks
from tui.tape.shelf import Shelf
from tui.tape.writer import Writer
from widgets.values import Tone

fuzzed = settings(
    max_examples=100,
    suppress_health_check=[
        *(HealthCheck.too_slow, HealthCheck.data_too_large),
        HealthCheck.function_scoped_fixture,
    ],
)
CONFIG = b"""
refresh = "10s"
[record]
days = 3
[silences]
author = "me"
[attention]
bell = true
[shared]
loki = { url = "http://loki", tenant = "a", token_env = "TOKEN" }
[clusters.prod]
context = "prod"
kernel_query = '{job="talos"}'
allow = ["restart-service"]
prometheus = { url = "http://127.0.0.1:1", labels = { cluster = "prod" } }
alertmanager = { urls = ["http://127.0.0.1:1"], basic_user = "x" }
talos = { context = "prod", nodes = ["10.0.0.1-3"] }
[[rules]]
name = "x"
alerts = ["A"]
"""
TALOSCONFIG = b"""
context: prod
contexts:
  prod:
    endpoints: [10.0.0.1, "[::1]:50000", https://x]
    nodes: [10.0.0.2]
    ca: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t
    crt: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t
    key: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t
"""
DEEP = 800
"""Python can go half as deep; each bracket costs PyYAML all those before it."""
YAMLS = (
    *(
        "2024-99-99",
        "!!int ''",
        "!!float ''",
        "!!bool x",
        "!!timestamp x",
        "0b",
        "&a [*a]",
    ),
    *("é", "[" * DEEP, "{" * DEEP, "!!python/object:os.system x", "{a: 1}", "[1]"),
    *(
        "null",
        "~",
        "'http://['",
        "'[::1'",
        "!!set {a}",
        "!!binary é",
        "1:99:99",
        "=",
        "<<",
    ),
)


@fuzzed
@given(text=damaged(CONFIG))
def test_a_damaged_config_is_read_or_refused(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(text)
    with suppress(ConfigError):
        load(path, {})


@pytest.mark.parametrize(
    "text",
    [
        b"a = " + b"[" * 5_000,
        b"a = " + b"{b = " * 5_000,
        b"a" + b".a" * 3_000 + b" = 1",
        b"a = " + b"9" * 5_000,
        b"a = 2024-99-99",
        b'a = "\\ud800"',
        b"\xff",
        b"\x00",
        b"[clusters]\nprod = 1",
        b"[clusters.prod]\nprometheus = { url = 'http://[' }",
        b"[clusters.prod]\nalertmanager = { urls = ['http://x:99999999'] }",
        b'[clusters."\x1b[2J"]\nprometheus = "x"',
    ],
    ids=range(12),
)
def test_an_odd_config_is_refused(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(text)
    with pytest.raises(ConfigError):
        load(path, {})


@fuzzed
@given(text=damaged(TALOSCONFIG))
def test_a_damaged_talosconfig_is_read_or_refused(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "talosconfig"
    path.write_bytes(text)
    with suppress(SourceError):
        talos_contexts(path)


@pytest.mark.parametrize("value", YAMLS)
@pytest.mark.parametrize(
    "field", ["contexts", "prod", "endpoints", "nodes", "crt", "x"]
)
def test_an_odd_talosconfig_is_read_or_refused(
    tmp_path: Path, field: str, value: str
) -> None:
    lines = TALOSCONFIG.decode().splitlines()
    told = [
        f"{line.partition(':')[0]}: {value}"
        if line.lstrip().startswith(field)
        else line
        for line in (*lines, "x:")
    ]
    path = tmp_path / "talosconfig"
    path.write_text("\n".join(told))
    with suppress(SourceError):
        talos_contexts(path)


@pytest.mark.parametrize(
    "text",
    [
        "contexts: [{name: 5, context: {cluster: 6}}]",
        "contexts: [5]",
        "contexts: {a: b}",
        "clusters: [{name: a, cluster: {server: [1]}}]\n"
        "contexts: [{name: a, context: {cluster: a}}]",
        "[" * DEEP,
        "2024-99-99",
        "current-context: [1]",
        "",
    ],
    ids=range(8),
)
async def test_an_odd_kubeconfig_is_read_or_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "kubeconfig"
    path.write_text(text)
    for ask in (kube_contexts(path), let_in("a", path, 5.0, 9.0)):
        with suppress(SourceError):
            await ask


@pytest.mark.parametrize("server", ["http://[::1", "https://10.0.0.1:99999"])
async def test_a_server_that_is_no_url_is_named(tmp_path: Path, server: str) -> None:
    path = tmp_path / "kubeconfig"
    path.write_text(
        f"clusters: [{{name: a, cluster: {{server: '{server}'}}}}]\n"
        "contexts: [{name: a, context: {cluster: a, user: a}}]\n"
        "users: [{name: a, user: {token: t}}]\n"
    )
    with pytest.raises(SourceError) as refused:
        await let_in("a", path, 5.0, 9.0)
    fault = refused.value.fault
    assert fault.kind is FaultKind.CONFIG
    assert f"{server} is no URL" in fault.detail


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A record of a few moments."""
    folder = tmp_path_factory.mktemp("record")
    writer = Writer(folder, "run", Bounds(), {"clusters": ["prod"]})
    fleet = make_fleet()
    for number in range(3):
        at = NOW + timedelta(seconds=number)
        shown = replace(fleet, silences=fleet.silences[number:])
        writer.write(Taped(at, shown), [TapeNote(at, Tone.TEXT, "told", "prod")])
    writer.close()
    return writer.path.read_bytes()


def look_into(folder: Path, content: bytes) -> None:
    """Look at all that a file has, as the program does."""
    path = folder / f"{NOW:%Y%m%dT%H%M%S.%fZ}-run.tape"
    path.write_bytes(content)
    shelf = Shelf(path)
    with suppress(TapeError):
        shelf.span()
        shelf.notes()
        shelf.moment(NOW)
        list(shelf.walk(NOW, NOW + timedelta(hours=1), timedelta(seconds=1)))


@fuzzed
@given(data=st.data())
def test_a_damaged_record_is_read_or_refused(
    tmp_path: Path, record: bytes, data: st.DataObject
) -> None:
    look_into(tmp_path, data.draw(damaged(record)))


def sealed(kind: int, payload: bytes) -> bytes:
    """A file with one block that is whole, whatever is in it."""
    head = b"taloscope tape 1\n{}\n"
    return head + block(kind, NOW, payload)


@fuzzed
@given(data=st.data(), kind=st.sampled_from((START, MORE, NOTE, 77)))
def test_a_record_that_nobody_wrote_is_read_or_refused(
    tmp_path: Path, record: bytes, data: st.DataObject, kind: int
) -> None:
    start = record.index(b"\n", record.index(b"\n") + 1) + 1
    first = next(iter(blocks(record, start)))
    payload = record[first.offset : first.offset + first.length]
    inside = zlib.decompressobj().decompress(payload)
    harmed = data.draw(damaged(inside))
    squeeze = zlib.compressobj()
    packed = squeeze.compress(harmed) + squeeze.flush(zlib.Z_SYNC_FLUSH)
    look_into(tmp_path, sealed(kind, harmed if kind == NOTE else packed))


@fuzzed
@given(about=junk() | harmful(), version=harmful())
def test_an_odd_head_of_a_record_is_read_or_refused(
    tmp_path: Path, about: object, version: str
) -> None:
    head = f"taloscope tape {version}\n".encode(errors="surrogatepass")
    look_into(tmp_path, head + written(about) + b"\n")
    look_into(
        tmp_path, b"taloscope tape 1\n" + written(about) + b"\n" + b"\xf6tp\x01" * 9
    )


def test_objects_that_hold_themselves_are_refused(tmp_path: Path) -> None:
    objects: Any
    for objects in ([[-1, 0]], [[-6, 1e300]], [[-3, 0, 0, 0]], [[-5, 1, 2, 3]], [[]]):
        squeeze = zlib.compressobj()
        packed = squeeze.compress(msgspec.msgpack.encode((objects, 0)))
        look_into(tmp_path, sealed(START, packed + squeeze.flush(zlib.Z_SYNC_FLUSH)))
