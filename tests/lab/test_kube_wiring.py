"""Services, EndpointSlices, ServiceMonitors; and deleting and creating the last."""

from __future__ import annotations

import json
import ssl
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.lab.conftest import still_world
from tui.lab.certificates import make_authority
from tui.lab.clock import machine_now
from tui.lab.http import Server
from tui.lab.kubernetes import Kubernetes, tls_context
from tui.lab.prometheus import Prometheus
from tui.lab.world import World

SLICES = "/apis/discovery.k8s.io/v1/endpointslices"
MONITORS = "/apis/monitoring.coreos.com/v1/namespaces/monitoring/servicemonitors"
PROXY = "kube-prometheus-stack-kube-proxy"


class Apis:
    """The API servers of two clusters over one world, with a token; and Prometheus."""

    def __init__(self, world: World, clients: dict[str, httpx.AsyncClient]) -> None:
        self.world = world
        self.clients = clients

    async def get(self, path: str, cluster: str = "monit", **asked: str) -> Any:
        return (await self.clients[cluster].get(path, params=asked)).json()

    async def delete(self, name: str, **options: Any) -> httpx.Response:
        body = {"kind": "DeleteOptions", "apiVersion": "v1", **options}
        path = f"{MONITORS}/{name}"
        client = self.clients["monit"]
        return await client.request("DELETE", path, content=json.dumps(body))

    async def create(self, item: Any, **asked: str) -> httpx.Response:
        return await self.clients["monit"].post(MONITORS, json=item, params=asked)

    async def slice_of(self, name: str, cluster: str = "monit") -> Any:
        selector = f"kubernetes.io/service-name={name}"
        (found,) = (await self.get(SLICES, cluster, labelSelector=selector))["items"]
        return found

    async def targets(self) -> Any:
        found = await self.get("/api/v1/targets", "prometheus")
        return found["data"]["activeTargets"]

    async def pools(self) -> set[str]:
        return {one["scrapePool"] for one in await self.targets()}


@pytest.fixture
async def apis() -> AsyncIterator[Apis]:
    world = still_world("1m")
    authority = make_authority(machine_now(), "kubernetes")
    trust = ssl.create_default_context(cadata=authority.pem.decode())
    clients, servers = {}, []
    for name in ("monit", "agentic"):
        api = Kubernetes(world, name, "s3cret")
        server = Server(api.app(), tls_context(authority))
        servers.append(server)
        clients[name] = httpx.AsyncClient(
            base_url=await server.start(),
            verify=trust,
            headers={"Authorization": "Bearer s3cret"},
            trust_env=False,
        )
    prometheus = Server(Prometheus(world).app())
    servers.append(prometheus)
    url = await prometheus.start()
    clients["prometheus"] = httpx.AsyncClient(base_url=url, trust_env=False)
    yield Apis(world, clients)
    for client in clients.values():
        await client.aclose()
    for server in servers:
        await server.stop()


async def test_the_endpoints_of_a_service_are_the_pods_that_it_selects(
    apis: Apis,
) -> None:
    found = await apis.slice_of("claude-agent", "agentic")
    (endpoint,) = found["endpoints"]
    assert endpoint["conditions"]["ready"] is True
    assert endpoint["targetRef"]["name"].startswith("claude-agent-")
    pods = await apis.get("/api/v1/namespaces/agents/pods", "agentic")
    assert endpoint["addresses"] == [pods["items"][0]["status"]["podIP"]]


async def test_a_service_that_selects_nothing_has_null_endpoints(apis: Apis) -> None:
    assert (await apis.slice_of(PROXY))["endpoints"] is None


async def test_a_crashing_pod_is_no_ready_endpoint(apis: Apis) -> None:
    apis.world.change_faults(["agent-down"], [])
    (endpoint,) = (await apis.slice_of("claude-agent", "agentic"))["endpoints"]
    assert endpoint["conditions"]["ready"] is False


async def test_a_monitor_selects_a_service_whose_label_is_the_job(apis: Apis) -> None:
    monitor = await apis.get(f"{MONITORS}/{PROXY}")
    labels = monitor["spec"]["selector"]["matchLabels"]
    (place,) = monitor["spec"]["namespaceSelector"]["matchNames"]
    asked = ",".join(f"{key}={value}" for key, value in labels.items())
    path = f"/api/v1/namespaces/{place}/services"
    (service,) = (await apis.get(path, labelSelector=asked))["items"]
    assert service["metadata"]["labels"][monitor["spec"]["jobLabel"]] == "kube-proxy"
    ports = [port["name"] for port in service["spec"]["ports"]]
    assert monitor["spec"]["endpoints"][0]["port"] in ports


async def test_without_the_operator_its_group_is_not_there(apis: Apis) -> None:
    answer = await apis.clients["agentic"].get(MONITORS)
    assert (answer.status_code, answer.text) == (404, "404 page not found\n")
    groups = (await apis.get("/apis", "agentic"))["groups"]
    assert "monitoring.coreos.com" not in {group["name"] for group in groups}


async def test_what_is_forbidden_says_who_may_not_do_what(apis: Apis) -> None:
    apis.world.change_faults(["forbidden:servicemonitors"], [])
    answer = await apis.clients["monit"].get(MONITORS)
    assert answer.status_code == 403
    assert answer.json()["message"].startswith(
        'servicemonitors.monitoring.coreos.com is forbidden: User "viewer" cannot list'
    )


async def test_a_dry_run_deletes_nothing(apis: Apis) -> None:
    before = await apis.get(f"{MONITORS}/{PROXY}")
    answer = await apis.delete(PROXY, dryRun=["All"])
    assert answer.json()["status"] == "Success"
    assert await apis.get(f"{MONITORS}/{PROXY}") == before


@pytest.mark.parametrize("key", ["uid", "resourceVersion"])
async def test_a_precondition_that_does_not_hold_is_a_conflict(
    apis: Apis, key: str
) -> None:
    answer = await apis.delete(PROXY, preconditions={key: "other"})
    assert (answer.status_code, answer.json()["reason"]) == (409, "Conflict")
    assert "in the precondition (other) does not match" in answer.json()["message"]


async def test_a_deleted_monitor_is_gone_and_scrapes_no_more(apis: Apis) -> None:
    apis.world.change_faults(["kube-proxy-target-down"], [])
    pool = f"serviceMonitor/monitoring/{PROXY}/0"
    assert pool in await apis.pools()
    meta = (await apis.get(f"{MONITORS}/{PROXY}"))["metadata"]
    kept = {"uid": meta["uid"], "resourceVersion": meta["resourceVersion"]}
    assert (await apis.delete(PROXY, preconditions=kept)).status_code == 200
    assert (await apis.get(f"{MONITORS}/{PROXY}"))["code"] == 404
    assert (await apis.delete(PROXY)).status_code == 404
    assert pool not in await apis.pools()


async def test_a_monitor_can_be_made_again(apis: Apis) -> None:
    apis.world.change_faults(["kube-proxy-target-down"], [])
    item = await apis.get(f"{MONITORS}/{PROXY}")
    assert (await apis.create(item)).json()["reason"] == "AlreadyExists"
    await apis.delete(PROXY)
    del item["metadata"]["resourceVersion"]
    dry = await apis.create(item, dryRun="All")
    assert dry.status_code == 201
    assert (await apis.get(f"{MONITORS}/{PROXY}"))["code"] == 404
    made = (await apis.create(item)).json()
    assert made["metadata"]["uid"] != item["metadata"]["uid"]
    assert made["spec"] == item["spec"]
    assert await apis.get(f"{MONITORS}/{PROXY}") == made
    assert f"serviceMonitor/monitoring/{PROXY}/0" in await apis.pools()


@pytest.mark.parametrize(
    ("item", "code"),
    [
        ({"metadata": {"name": "a", "namespace": "other"}}, 400),
        ({"metadata": {}}, 422),
        ({"metadata": {"name": "a", "resourceVersion": "1"}}, 500),
        ([], 400),
    ],
)
async def test_what_cannot_be_created_is_refused(
    apis: Apis, item: Any, code: int
) -> None:
    answer = await apis.create(item)
    assert (answer.status_code, answer.json()["code"]) == (code, code)


async def test_only_monitors_can_be_changed(apis: Apis) -> None:
    path = "/api/v1/namespaces/monitoring/services/loki"
    assert (await apis.clients["monit"].delete(path)).status_code == 405


async def test_a_scrape_through_the_api_server_fails_as_it_did(apis: Apis) -> None:
    apis.world.change_faults(["argocd-through-proxy"], [])
    jobs = {one["labels"]["job"]: one for one in await apis.targets()}
    argocd = jobs["argocd-metrics"]
    assert "/api/v1/namespaces/argocd/services/" in argocd["scrapeUrl"]
    assert argocd["lastError"] == "server returned HTTP status 503 Service Unavailable"
