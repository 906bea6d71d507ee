"""ServiceMonitors as whole objects, against the lab's API server and an odd one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp import web
from aiohttp.test_utils import TestServer
from msgspec.structs import replace

from tests.sources.test_kubernetes_access import kubeconfig
from tui.lab.server import Lab, LabOptions
from tui.model.fault import FaultKind
from tui.model.manifest import Manifest
from tui.sources.base import SourceError
from tui.sources.kubernetes import KubernetesSource
from tui.sources.kubernetes_monitors import Monitors, parsed, stripped, written

PROXY = "kube-prometheus-stack-kube-proxy"
PLACE = ("monitoring", PROXY)


@pytest.fixture
async def lab() -> AsyncIterator[Lab]:
    async with Lab(LabOptions(speed=0)) as started:
        yield started


@pytest.fixture
async def monitors(lab: Lab) -> AsyncIterator[Monitors]:
    source = KubernetesSource("monit", lab.environment.kubeconfig, 5.0)
    yield Monitors("monit", source)
    await source.aclose()


async def read(monitors: Monitors) -> Manifest:
    found = await monitors.read(*PLACE)
    assert found is not None
    return found


async def failure(work: Any) -> Any:
    with pytest.raises(SourceError) as caught:
        await work
    return caught.value.fault


async def test_one_is_read_whole(monitors: Monitors) -> None:
    found = await read(monitors)
    item = yaml.safe_load(found.text)
    assert (item["apiVersion"], item["kind"]) == (
        "monitoring.coreos.com/v1",
        "ServiceMonitor",
    )
    assert item["metadata"]["uid"] == found.uid
    assert item["spec"]["selector"]["matchLabels"]["app"] == PROXY
    assert found.managers == (
        "It is part of the Helm release kube-prometheus-stack: the next upgrade brings "
        "it back, unless the values turn it off.",
    )


async def test_one_that_is_not_there_is_none(monitors: Monitors) -> None:
    assert await monitors.read("monitoring", "nope") is None


async def test_where_the_kind_is_not_known_that_is_a_fault(lab: Lab) -> None:
    source = KubernetesSource("agentic", lab.environment.kubeconfig, 5.0)
    fault = await failure(Monitors("agentic", source).read("a", "b"))
    assert fault.kind is FaultKind.NOT_FOUND
    await source.aclose()


async def test_a_dry_run_deletes_nothing(monitors: Monitors) -> None:
    before = await read(monitors)
    assert await monitors.delete(before, is_dry=True) == ""
    assert await read(monitors) == before


async def test_one_is_deleted_and_put_back(monitors: Monitors) -> None:
    before = await read(monitors)
    await monitors.delete(before, is_dry=False)
    assert await monitors.read(*PLACE) is None
    await monitors.create(before.text, is_dry=True)
    assert await monitors.read(*PLACE) is None
    made = await monitors.create(before.text, is_dry=False)
    assert made == await read(monitors)
    assert made.uid != before.uid
    old, new = yaml.safe_load(before.text), yaml.safe_load(made.text)
    assert stripped(old) == stripped(new)


@pytest.mark.parametrize(("uid", "version"), [("another", ""), ("", "70")])
async def test_one_that_has_changed_since_is_not_deleted(
    monitors: Monitors, uid: str, version: str
) -> None:
    before = await read(monitors)
    changed = replace(
        before,
        uid=uid or before.uid,
        resource_version=version or before.resource_version,
    )
    fault = await failure(monitors.delete(changed, is_dry=False))
    assert fault.kind is FaultKind.CONFLICT
    assert "in the precondition" in fault.detail
    assert await read(monitors) == before


async def test_one_that_is_there_is_not_made_again(monitors: Monitors) -> None:
    fault = await failure(monitors.create((await read(monitors)).text, is_dry=False))
    assert fault.kind is FaultKind.CONFLICT
    assert "already exists" in fault.detail


async def test_one_who_may_not_is_told(lab: Lab, monitors: Monitors) -> None:
    before = await read(monitors)
    lab.world.change_faults(["forbidden:servicemonitors"], [])
    fault = await failure(monitors.delete(before, is_dry=True))
    assert fault.kind is FaultKind.FORBIDDEN
    assert "cannot delete" in fault.detail


async def test_finalizers_that_hold_it_are_told(tmp_path: Path) -> None:
    async def answer(_: web.Request) -> web.Response:
        meta = {"name": "n", "finalizers": ["example.com/hold"]}
        return web.json_response({"kind": "ServiceMonitor", "metadata": meta})

    app = web.Application()
    app.router.add_delete("/{path:.*}", answer)
    server = TestServer(app)
    await server.start_server()
    path = tmp_path / "kubeconfig"
    path.write_text(kubeconfig(str(server.make_url(""))))
    source = KubernetesSource("", path, 5.0)
    known = Manifest("c", "ns", "n", "u", "1", "")
    said = await Monitors("c", source).delete(known, is_dry=False)
    assert said == "it goes once its finalizers are done: example.com/hold"
    await source.aclose()
    await server.close()


ODD = {
    "apiVersion": "monitoring.coreos.com/v1",
    "kind": "ServiceMonitor",
    "metadata": {"name": "n", "namespace": "ns", "uid": "u", "generation": 3},
    "spec": {
        "texts": ["on", "y", "1e3", "0x1f", "1_000", "null", "~", "", "=", "12:30:45"],
        "stamp": "2026-02-27T02:13:47Z",
        "lines": "a\nb: c\n",
        "odd": "tête \u0085\x1b[2J #x",
        "number": 5,
        "truth": True,
        "nothing": None,
        "long": "x " * 200,
    },
    "status": {"bindings": []},
}


def test_yaml_says_the_same_when_it_is_read_again() -> None:
    assert yaml.safe_load(written(ODD)) == ODD


def test_texts_that_others_would_take_for_numbers_are_quoted() -> None:
    text = written(ODD)
    for word in ("on", "y", "1e3", "0x1f", "1_000", "null", "~", "=", "12:30:45"):
        assert f"- '{word}'\n" in text
    assert "\x1b" not in text


def test_what_only_a_server_sets_is_left_out() -> None:
    assert stripped(ODD) == {
        "apiVersion": ODD["apiVersion"],
        "kind": "ServiceMonitor",
        "metadata": {"name": "n", "namespace": "ns"},
        "spec": ODD["spec"],
    }


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "kind: Pod\nmetadata: {name: a, namespace: b}",
        "kind: ServiceMonitor",
        "kind: ServiceMonitor\nmetadata: {name: a}",
        "kind: ServiceMonitor\nmetadata: {name: 1, namespace: b}",
        "kind: ServiceMonitor\nmetadata: [a]",
        "{",
        "!!python/object:os.system {}",
    ],
)
def test_what_is_no_service_monitor_is_refused(text: str) -> None:
    with pytest.raises(SourceError) as caught:
        parsed(text)
    assert caught.value.fault.kind is FaultKind.CONFIG
