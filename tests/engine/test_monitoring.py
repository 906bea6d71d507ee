"""A ServiceMonitor is deleted as it was shown, kept first, and written down."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from msgspec.structs import replace

from tests.sources.test_kubernetes_access import kubeconfig
from tui.clock import SystemClock
from tui.config import ClusterConfig, Config, Permission
from tui.engine.connections import Connections
from tui.engine.monitoring import Monitoring
from tui.model.command import DeleteMonitor
from tui.model.fault import FaultKind
from tui.model.manifest import Manifest, Manifests
from tui.state.audit import AuditLog
from tui.state.undo import UndoFolder

ALLOWED = frozenset({Permission.SERVICEMONITOR_ACTIONS})
PROXY = {
    "metadata": {
        "name": "stack-kube-proxy",
        "namespace": "monitoring",
        "uid": "u-1",
        "resourceVersion": "7",
    },
    "spec": {"selector": {"matchLabels": {"app": "proxy"}}},
}
NOT_FOUND = {"message": 'servicemonitors "stack-kube-proxy" not found'}


@dataclass
class Api:
    """An API server that does with a DELETE what it is told."""

    is_there: bool = True
    deletes: list[Any] = field(default_factory=list)
    creates: list[Any] = field(default_factory=list)
    verdict: str = "done"
    """done, refused, lost (done, but nobody hears of it), stuck (not done, no word)."""
    services: int = 200

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if request.path.endswith("/services"):
            return web.json_response({"items": []}, status=self.services)
        if request.method == "GET" and request.path.endswith("/servicemonitors"):
            return web.json_response({"items": [PROXY] * self.is_there})
        if request.method == "GET":
            known = PROXY if self.is_there else NOT_FOUND
            return web.json_response(known, status=200 if self.is_there else 404)
        if request.method == "POST":
            return await self._create(request)
        return await self._delete(request)

    async def _delete(self, request: web.Request) -> web.StreamResponse:
        body = json.loads(await request.read())
        self.deletes.append(body)
        if self.verdict == "refused":
            return web.json_response({"message": "changed"}, status=409)
        if not body.get("dryRun"):
            self.is_there = self.verdict == "stuck"
            if self.verdict != "done":
                assert request.transport is not None
                request.transport.abort()
        return web.json_response({"kind": "Status", "status": "Success"})

    async def _create(self, request: web.Request) -> web.StreamResponse:
        item = json.loads(await request.read())
        self.creates.append(item)
        if request.query.get("dryRun") != "All":
            self.is_there = True
        return web.json_response({**item, "kind": "ServiceMonitor"}, status=201)


@dataclass
class Place:
    """Where the work is done, and what is left of it."""

    api: Api
    monitoring: Monitoring
    audit: Path
    undo: UndoFolder

    def lines(self) -> list[dict[str, Any]]:
        if not self.audit.exists():
            return []
        return [json.loads(line) for line in self.audit.read_text().splitlines()]

    def kept(self) -> list[str]:
        return [each.name for each in self.undo.listed()[0]]

    async def shown(self) -> Manifest:
        found = await self.monitoring.find("monit", "kube-proxy")
        assert found.fault is None
        (manifest,) = found.found
        return manifest


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    api = Api()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", api.answer)
    server = TestServer(app)
    await server.start_server()
    path = tmp_path / "kubeconfig"
    path.write_text(kubeconfig(str(server.make_url(""))))
    cluster = ClusterConfig("monit", {"cluster": "monit"}, "here", allow=ALLOWED)
    config = Config(tmp_path / "c.toml", (cluster,), kubeconfig=path)
    clock = SystemClock()
    connections = Connections(config, clock, lambda _: 1.0)
    undo = UndoFolder(tmp_path / "undo")
    audit = AuditLog(tmp_path / "audit.jsonl", "ada")
    yield Place(
        api,
        Monitoring(config, (), connections, clock, audit, undo),
        tmp_path / "audit.jsonl",
        undo,
    )
    await connections.aclose()
    await server.close()


def without_permission(place: Place) -> Monitoring:
    config = place.monitoring.config
    bare = replace(config.clusters[0], allow=frozenset({Permission.SERVICE_ACTIONS}))
    return replace(place.monitoring, config=replace(config, clusters=(bare,)))


async def test_a_dry_run_asks_the_server_and_leaves_nothing_behind(
    place: Place,
) -> None:
    shown = await place.shown()
    outcome = await place.monitoring.delete(DeleteMonitor(shown, is_dry=True))
    assert (outcome.fault, outcome.said) == (None, "the server would delete it")
    (body,) = place.api.deletes
    assert body["dryRun"] == ["All"]
    assert (place.kept(), place.lines(), place.api.is_there) == ([], [], True)


async def test_what_is_deleted_is_kept_and_written_down(place: Place) -> None:
    shown = await place.shown()
    outcome = await place.monitoring.delete(DeleteMonitor(shown, is_dry=False))
    (kept,) = place.undo.listed()[0]
    assert outcome.fault is None
    assert outcome.said == f"deleted; `taloscope undo {kept.id}` puts it back"
    (body,) = place.api.deletes
    assert body["preconditions"] == {"uid": "u-1", "resourceVersion": "7"}
    assert "dryRun" not in body
    attempt, done = place.lines()
    assert (attempt["outcome"], done["outcome"]) == ("attempt", "done")
    assert done["what"] == "servicemonitor.delete"
    assert (done["who"], done["where"]["name"]) == ("ada", "stack-kube-proxy")
    assert done["where"]["cluster"] == "monit"


async def test_it_is_kept_before_it_is_deleted(place: Place) -> None:
    shown = await place.shown()
    seen: list[list[str]] = []

    class Watching(list[Any]):
        def append(self, item: Any) -> None:
            seen.append(place.kept())
            super().append(item)

    place.api.deletes = Watching()
    await place.monitoring.delete(DeleteMonitor(shown, is_dry=False))
    assert seen == [["stack-kube-proxy"]]


async def test_what_cannot_be_kept_is_not_deleted(place: Place, tmp_path: Path) -> None:
    (tmp_path / "undo").write_text("in the way")
    shown = await place.shown()
    outcome = await place.monitoring.delete(DeleteMonitor(shown, is_dry=False))
    assert outcome.fault is not None
    assert "could not be kept, so it was not deleted" in outcome.fault.summary
    assert (place.api.deletes, place.lines()) == ([], [])


async def test_what_the_config_does_not_allow_is_not_even_asked(place: Place) -> None:
    shown = await place.shown()
    for is_dry in (True, False):
        command = DeleteMonitor(shown, is_dry=is_dry)
        outcome = await without_permission(place).delete(command)
        assert outcome.fault is not None
        assert outcome.fault.kind is FaultKind.FORBIDDEN
        assert outcome.fault.detail == (
            'write allow = ["service-actions", "servicemonitor-actions"] in '
            "[clusters.monit]"
        )
    assert (place.api.deletes, place.kept()) == ([], [])


async def test_a_refusal_leaves_it_there_and_keeps_nothing(place: Place) -> None:
    place.api.verdict = "refused"
    shown = await place.shown()
    outcome = await place.monitoring.delete(DeleteMonitor(shown, is_dry=False))
    assert outcome.fault is not None
    assert outcome.fault.kind is FaultKind.CONFLICT
    assert not outcome.is_unknown
    assert place.kept() == []
    assert [line["outcome"] for line in place.lines()] == ["attempt", "refused"]


async def test_an_answer_that_is_lost_is_found_out_by_looking(place: Place) -> None:
    place.api.verdict = "lost"
    shown = await place.shown()
    outcome = await place.monitoring.delete(DeleteMonitor(shown, is_dry=False))
    assert outcome.fault is None
    assert outcome.said.startswith("deleted")
    assert place.kept() == ["stack-kube-proxy"]
    assert len(place.api.deletes) == 1


async def test_what_nobody_can_tell_is_said_to_be_unknown_and_stays_kept(
    place: Place,
) -> None:
    place.api.verdict = "stuck"
    shown = await place.shown()
    outcome = await place.monitoring.delete(DeleteMonitor(shown, is_dry=False))
    assert outcome.is_unknown
    assert place.kept() == ["stack-kube-proxy"]
    assert [line["outcome"] for line in place.lines()] == ["attempt", "unknown"]
    assert len(place.api.deletes) == 1


async def test_one_is_put_back_and_forgotten(place: Place) -> None:
    shown = await place.shown()
    await place.monitoring.delete(DeleteMonitor(shown, is_dry=False))
    (kept,) = place.undo.listed()[0]
    dry = await place.monitoring.restore(kept, is_dry=True)
    assert dry.said == "the server would put monitoring/stack-kube-proxy back"
    assert (place.api.is_there, place.kept()) == (False, ["stack-kube-proxy"])
    outcome = await place.monitoring.restore(kept, is_dry=False)
    assert outcome.said == "monitoring/stack-kube-proxy is back in monit"
    assert (place.api.is_there, place.kept()) == (True, [])
    item = place.api.creates[-1]
    assert item["metadata"] == {"name": "stack-kube-proxy", "namespace": "monitoring"}
    assert item["spec"] == PROXY["spec"]
    assert place.lines()[-1]["what"] == "servicemonitor.restore"
    assert place.lines()[-1]["outcome"] == "done"


async def test_one_that_is_there_already_is_not_put_back(place: Place) -> None:
    kept = await asyncio.to_thread(
        place.undo.keep, await place.shown(), SystemClock().now()
    )
    outcome = await place.monitoring.restore(kept, is_dry=False)
    assert outcome.fault is not None
    assert outcome.fault.summary == (
        "monitoring/stack-kube-proxy is there already: nothing was changed"
    )
    assert (place.api.creates, len(place.kept())) == ([], 1)


async def test_putting_back_needs_the_same_word_of_the_config(place: Place) -> None:
    shown = await place.shown()
    await place.monitoring.delete(DeleteMonitor(shown, is_dry=False))
    (kept,) = place.undo.listed()[0]
    outcome = await without_permission(place).restore(kept, is_dry=True)
    assert outcome.fault is not None
    assert outcome.fault.kind is FaultKind.FORBIDDEN
    gone = replace(kept, cluster="elsewhere")
    outcome = await place.monitoring.restore(gone, is_dry=True)
    assert outcome.fault is not None
    assert "elsewhere" in outcome.fault.summary


async def test_what_is_found_says_why_and_what_is_missing(place: Place) -> None:
    found = await place.monitoring.find("monit", "kube-proxy")
    assert found.refusal == ""
    assert found.found[0].why == "is named after kube-proxy; it selects no Service"
    found = await without_permission(place).find("monit", "kube-proxy")
    assert "servicemonitor-actions" in found.refusal
    assert found.found
    nothing = Manifests("monit", "etcd", asked_for="monit")
    assert await place.monitoring.find("monit", "etcd") == nothing


async def test_services_that_may_not_be_read_are_done_without(place: Place) -> None:
    place.api.services = 403
    found = await place.monitoring.find("monit", "kube-proxy")
    assert found.found[0].why.endswith("Services could not be read")


async def test_a_kubernetes_that_is_not_read_is_a_fault(place: Place) -> None:
    config = place.monitoring.config
    bare = replace(config.clusters[0], context="")
    monitoring = replace(place.monitoring, config=replace(config, clusters=(bare,)))
    found = await monitoring.find("monit", "kube-proxy")
    assert found.fault is not None
    assert found.fault.kind is FaultKind.CONFIG
    command = DeleteMonitor(await place.shown(), is_dry=False)
    assert (await monitoring.delete(command)).fault is not None
