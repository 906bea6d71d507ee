from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.lab.conftest import NOW, still_world
from tui.lab.certificates import make_authority
from tui.lab.clock import machine_now
from tui.lab.http import Server
from tui.lab.kube_cells import age
from tui.lab.kubernetes import Kubernetes, tls_context
from tui.lab.world import World

TABLE = {"Accept": "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"}


class Api:
    """An API server of prod, and a client with its token."""

    def __init__(self, world: World, client: httpx.AsyncClient) -> None:
        self.world = world
        self.client = client

    async def get(self, path: str, **asked: str | int) -> Any:
        return (await self.client.get(path, params=asked)).json()

    async def names(self, path: str, **asked: str | int) -> list[str]:
        found = await self.get(path, **asked)
        return [item["metadata"]["name"] for item in found["items"]]


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    world = still_world("5m")
    authority = make_authority(machine_now(), "kubernetes")
    server = Server(Kubernetes(world, "prod", "s3cret").app(), tls_context(authority))
    url = await server.start()
    trust = ssl.create_default_context(cadata=authority.pem.decode())
    headers = {"Authorization": "Bearer s3cret"}
    async with httpx.AsyncClient(
        base_url=url, verify=trust, headers=headers, trust_env=False
    ) as client:
        yield Api(world, client)
    await server.stop()


async def test_without_credentials_it_says_unauthorized(api: Api) -> None:
    answer = await api.client.get(
        "/api/v1/nodes", headers={"Authorization": "Bearer x"}
    )
    assert answer.status_code == 401
    assert answer.json()["reason"] == "Unauthorized"


async def test_nodes_have_addresses_conditions_and_versions(api: Api) -> None:
    found = await api.get("/api/v1/nodes")
    assert found["kind"] == "NodeList"
    first = found["items"][0]
    assert first["status"]["addresses"][0]["address"] == "10.10.0.40"
    assert first["status"]["conditions"][-1]["type"] == "Ready"
    assert first["status"]["nodeInfo"]["osImage"] == "Talos (v1.11.2)"


async def test_a_pods_readiness_is_the_storys(api: Api) -> None:
    pod = await api.get("/api/v1/namespaces/kube-system/pods/cilium-wk1xq")
    ready = next(c for c in pod["status"]["conditions"] if c["type"] == "Ready")
    assert (ready["status"], ready["reason"]) == ("False", "ContainersNotReady")
    daemons = "/apis/apps/v1/namespaces/kube-system/daemonsets/cilium"
    assert (await api.get(daemons))["status"]["numberReady"] == 3


@pytest.mark.parametrize(
    ("selector", "count"),
    [
        ("k8s-app=cilium", 4),
        ("k8s-app==cilium", 4),
        ("k8s-app in (cilium, kube-dns)", 5),
        ("component=kube-scheduler,tier=control-plane", 1),
        ("tier", 3),
        ("k8s-app,k8s-app!=cilium", 5),
        ("k8s-app,k8s-app notin (cilium),!tier", 2),
        ("k8s-app=kube-proxy", 0),
    ],
)
async def test_label_selectors(api: Api, selector: str, count: int) -> None:
    asked = {"labelSelector": selector}
    assert len(await api.names("/api/v1/namespaces/kube-system/pods", **asked)) == count


@pytest.mark.parametrize(
    ("selector", "count"),
    [
        ("spec.nodeName=talos-wk-1,metadata.namespace=kube-system", 1),
        ("metadata.name=cilium-wk1xq", 1),
        ("status.phase!=Running", 0),
    ],
)
async def test_field_selectors(api: Api, selector: str, count: int) -> None:
    assert len(await api.names("/api/v1/pods", fieldSelector=selector)) == count


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"fieldSelector": "spec.x=1"}, "field label not supported: spec.x"),
        ({"labelSelector": "a in b"}, "unable to parse requirement: found 'a in b'"),
        ({"continue": "?"}, "continue key is not valid"),
    ],
)
async def test_a_bad_list_request_is_400(
    api: Api, asked: dict[str, str], message: str
) -> None:
    answer = await api.client.get("/api/v1/pods", params=asked)
    assert (answer.status_code, answer.json()["message"]) == (400, message)


async def test_a_list_may_be_read_in_pages(api: Api) -> None:
    whole = await api.names("/api/v1/pods")
    page = await api.get("/api/v1/pods", limit=15)
    assert page["metadata"]["remainingItemCount"] == len(whole) - 15
    token = page["metadata"]["continue"]
    rest = await api.names("/api/v1/pods", **{"limit": 15, "continue": token})
    assert whole == [item["metadata"]["name"] for item in page["items"]] + rest


async def test_a_table_has_cells_and_metadata(api: Api) -> None:
    answer = await api.client.get("/api/v1/nodes", headers=TABLE)
    table = answer.json()
    names = [column["name"] for column in table["columnDefinitions"]]
    cells = dict(zip(names, table["rows"][0]["cells"], strict=True))
    assert cells["Status"] == "Ready"
    assert cells["Roles"] == "control-plane"
    assert table["rows"][0]["object"]["kind"] == "PartialObjectMetadata"


async def test_discovery_lists_what_is_served(api: Api) -> None:
    groups = [group["name"] for group in (await api.get("/apis"))["groups"]]
    assert "monitoring.coreos.com" in groups
    core = await api.get("/api/v1")
    assert {"nodes", "pods", "events"} <= {one["name"] for one in core["resources"]}
    assert (await api.get("/version"))["gitVersion"] == "v1.34.1"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/api/v1/namespaces/x/pods/nope", 'pods "nope" not found'),
        ("/apis/apps/v1/deployments/nope", 'deployments.apps "nope" not found'),
        ("/api/v1/secrets", "the server could not find the requested resource"),
    ],
)
async def test_what_is_not_there_is_a_status(api: Api, path: str, message: str) -> None:
    answer = await api.client.get(path)
    assert answer.status_code == 404
    assert (answer.json()["kind"], answer.json()["message"]) == ("Status", message)


async def test_nothing_can_be_changed(api: Api) -> None:
    answer = await api.client.delete("/api/v1/namespaces/home/pods/homeassistant-0")
    assert answer.status_code == 405


LEASE = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/kube-scheduler"


async def test_a_leaders_lease_was_renewed_just_now(api: Api) -> None:
    renewed = (await api.get(LEASE))["spec"]["renewTime"]
    assert NOW - datetime.fromisoformat(renewed) <= timedelta(seconds=2)


async def test_a_lost_leaders_lease_is_old(api: Api) -> None:
    api.world.change_faults(["scheduler-not-ready"], [])
    renewed = (await api.get(LEASE))["spec"]["renewTime"]
    assert NOW - datetime.fromisoformat(renewed) == timedelta(minutes=20)


NODE_LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"


async def test_every_kubelet_renews_a_lease_until_its_node_is_lost(api: Api) -> None:
    api.world.change_faults(["node-dead:talos-wk-3"], [])
    leases = (await api.get(NODE_LEASES))["items"]
    renewed = {each["metadata"]["name"]: each["spec"]["renewTime"] for each in leases}
    ages = {name: NOW - datetime.fromisoformat(at) for name, at in renewed.items()}
    assert ages.keys() == set(await api.names("/api/v1/nodes"))
    assert ages.pop("talos-wk-3") >= timedelta(minutes=20)
    assert max(ages.values()) <= timedelta(seconds=10)


async def test_one_storage_class_is_the_default_of_a_driver_that_is_there(
    api: Api,
) -> None:
    path = "/apis/storage.k8s.io/v1"
    classes = (await api.get(f"{path}/storageclasses"))["items"]
    (default,) = [each for each in classes if "annotations" in each["metadata"]]
    assert default["provisioner"] in await api.names(f"{path}/csidrivers")


async def test_events_show_that_work_is_scheduled(api: Api) -> None:
    reasons = "involvedObject.kind=Pod,reason=Scheduled"
    found = await api.get("/api/v1/events", fieldSelector=reasons)
    assert found["items"]
    deployments = "involvedObject.kind=Deployment,reason=ScalingReplicaSet"
    assert await api.names("/api/v1/events", fieldSelector=deployments)


async def test_a_lost_node_is_unknown(api: Api) -> None:
    api.world.change_faults(["node-dead:talos-wk-3"], [])
    node = await api.get("/api/v1/nodes/talos-wk-3")
    ready = node["status"]["conditions"][-1]
    assert (ready["status"], ready["reason"]) == ("Unknown", "NodeStatusUnknown")


@pytest.mark.parametrize(
    ("ago", "text"),
    [
        (45, "45s"),
        (200, "3m20s"),
        (3600, "60m"),
        (4 * 3600 + 60, "4h1m"),
        (864000, "10d"),
    ],
)
def test_ages_read_as_kubectl_writes_them(ago: int, text: str) -> None:
    now = machine_now()
    stamp = now.fromtimestamp(now.timestamp() - ago, now.tzinfo).isoformat()
    assert age(stamp, now) == text
