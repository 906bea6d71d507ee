"""Kubernetes: a kubeconfig, the lab's API server over TLS, and odd objects."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.sources.test_kubernetes_access import kubeconfig
from tui.lab.server import Lab, LabOptions
from tui.model.fault import FaultKind
from tui.model.kube import ConfigMap
from tui.model.question import (
    ConfigMapOf,
    CsiDrivers,
    DaemonSetsWith,
    KubeNodes,
    KubeVersion,
    LeaseOf,
    LeasesIn,
    PodsWith,
    StorageClasses,
)
from tui.sources import kubernetes_pod_wire as pods
from tui.sources import kubernetes_wire as wire
from tui.sources.base import SourceError
from tui.sources.kubernetes import KubernetesSource

NOW = datetime(2026, 2, 27, 2, 13, 47, tzinfo=UTC)


@pytest.fixture
async def prod() -> AsyncIterator[KubernetesSource]:
    options = LabOptions(speed=0, now=NOW)
    async with Lab(options) as lab:
        source = KubernetesSource("prod", lab.environment.kubeconfig, 5.0)
        yield source
        await source.aclose()


async def test_the_labs_nodes_are_read_over_mutual_tls(prod: KubernetesSource) -> None:
    nodes = await prod.ask(KubeNodes())
    names = {node.name for node in nodes}
    assert "talos-cp-1" in names
    (control_plane,) = [node for node in nodes if node.is_control_plane]
    assert control_plane.is_ready is True
    assert control_plane.runs_talos
    assert control_plane.kubelet_version.startswith("v1.")
    assert "10.10.0.40" in control_plane.addresses


async def test_pods_are_chosen_by_the_server(prod: KubernetesSource) -> None:
    pods = await prod.ask(PodsWith("kube-system", "k8s-app=cilium"))
    assert pods
    assert all(pod.labels["k8s-app"] == "cilium" for pod in pods)
    assert all(pod.is_ready and pod.phase == "Running" for pod in pods)
    assert {pod.namespace for pod in await prod.ask(PodsWith("", ""))} > {"kube-system"}
    only = f"spec.nodeName={pods[0].node}"
    (one,) = await prod.ask(PodsWith("kube-system", "k8s-app=cilium", only))
    assert one == pods[0]


async def test_the_other_questions_are_answered(prod: KubernetesSource) -> None:
    settings = await prod.ask(ConfigMapOf("kube-system", "cilium-config"))
    assert settings.data["kube-proxy-replacement"] == "true"
    assert settings.changed_at == NOW - timedelta(days=19)
    missing = await prod.ask(ConfigMapOf("kube-system", "no-such-map"))
    assert missing == ConfigMap({}, None)
    sets = await prod.ask(DaemonSetsWith("kube-system", "k8s-app=cilium"))
    assert [one.desired for one in sets] == [one.ready for one in sets] != []
    (lease,) = await prod.ask(LeaseOf("kube-system", "kube-scheduler"))
    assert lease.holder
    assert lease.renewed_at is not None
    assert await prod.ask(LeaseOf("kube-system", "no-such-lease")) == ()
    of_nodes = await prod.ask(LeasesIn("kube-node-lease"))
    assert {one.name for one in of_nodes} == {one.name for one in await prod.nodes()}
    assert {(one.namespace, one.duration_seconds) for one in of_nodes} == {
        ("kube-node-lease", 40)
    }
    ages = [NOW - one.renewed_at for one in of_nodes if one.renewed_at is not None]
    assert len(ages) == len(of_nodes)
    assert max(ages) <= timedelta(seconds=10)


async def test_what_the_review_asks_is_answered(prod: KubernetesSource) -> None:
    assert await prod.ask(KubeVersion()) == "v1.34.1"
    first, second = await prod.ask(StorageClasses())
    assert (first.name, first.is_default) == ("iscsi-btrfs", True)
    assert (second.name, second.is_default) == ("iscsi-btrfs-retain", False)
    assert await prod.ask(CsiDrivers()) == (first.provisioner,)
    sets = await prod.ask(DaemonSetsWith("", ""))
    assert {"cilium", "vector"} <= {each.name for each in sets}


def pod(
    status: dict[str, Any], spec: Mapping[str, Any] | None = None, **metadata: Any
) -> Any:
    raw = {
        "metadata": {"name": "p", **metadata},
        "spec": spec or {},
        "status": status,
    }
    decoded = pods.PODS.decode(json.dumps({"items": [raw]}).encode())
    assert decoded.items
    return pods.pod(decoded.items[0])


READY = {"type": "Ready", "status": "True"}


@pytest.mark.parametrize(
    ("containers", "address"),
    [
        (None, ""),
        ([{"command": None, "args": None}], ""),
        ([{"command": ["kube-scheduler", "--bind-address=::1"]}], "::1"),
        ([{"args": ["--bind-address=127.0.0.1", "--bind-address=0.0.0.0"]}], "0.0.0.0"),
        ([{"command": ["--bind-address=::"], "args": ["--v=2"]}, {}], "::"),
        ([{"args": ["--no-bind-address=::"]}], ""),
    ],
)
def test_a_pod_says_where_it_listens(containers: Any, address: str) -> None:
    assert pod({}, {"containers": containers}).bind_address == address


def test_a_pod_belongs_to_who_controls_it() -> None:
    owners = [{"uid": "a"}, {"uid": "b", "controller": True}]
    assert pod({}, ownerReferences=owners).owner == "b"
    assert pod({}, ownerReferences=owners[:1]).owner == ""
    assert pod({}, ownerReferences=None).owner == ""


def test_a_pod_that_is_being_deleted_is_not_ready() -> None:
    assert pod({"conditions": [READY]}).is_ready
    leaving = pod({"conditions": [READY]}, deletionTimestamp="2026-02-27T02:00:00Z")
    assert (leaving.is_ready, leaving.reason) == (False, "Terminating")


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (
            {
                "containerStatuses": [
                    {"state": {"waiting": {"reason": "PodInitializing"}}},
                    {"state": {"waiting": {"reason": "CrashLoopBackOff"}}},
                ]
            },
            "CrashLoopBackOff",
        ),
        ({"reason": "Evicted"}, "Evicted"),
        (
            {
                "conditions": [
                    {
                        "type": "PodScheduled",
                        "status": "False",
                        "reason": "Unschedulable",
                        "message": "0/4 nodes are available",
                    }
                ]
            },
            "Unschedulable: 0/4 nodes are available",
        ),
        (
            {"containerStatuses": [{"state": {"terminated": {"reason": "OOMKilled"}}}]},
            "OOMKilled",
        ),
        ({"conditions": None, "containerStatuses": None}, ""),
    ],
)
def test_a_pod_says_why_it_is_not_ready(status: dict[str, Any], reason: str) -> None:
    assert pod(status).reason == reason


def test_a_pod_says_when_a_container_of_it_ended_last() -> None:
    ends = [
        {"lastState": {"terminated": {"reason": "Error", "finishedAt": f"{day}Z"}}}
        for day in ("2026-02-27T02:00:00", "2026-02-26T02:00:00")
    ]
    found = pod({"containerStatuses": [{"lastState": {}}, *ends]})
    assert found.restarted_after == datetime(2026, 2, 27, 2, tzinfo=UTC)
    assert found.restart_reason == "Error"
    assert pod({"containerStatuses": [{"state": {}}]}).restarted_after is None


@pytest.mark.parametrize(
    "last",
    [
        {},
        {"terminated": {"reason": "ContainerStatusUnknown", "finishedAt": None}},
    ],
)
def test_what_ended_at_no_time_ended_before_it_was_started_again(
    last: dict[str, Any],
) -> None:
    state = {"running": {"startedAt": "2026-02-27T02:00:00Z"}}
    again = {"restartCount": 3, "state": state, "lastState": last}
    found = pod({"containerStatuses": [again]})
    assert found.restarted_after == datetime(2026, 2, 27, 2, tzinfo=UTC)
    assert found.restart_reason == last.get("terminated", {}).get("reason", "")
    first = {"restartCount": 0, "state": state}
    assert pod({"containerStatuses": [first]}).restarted_after is None


def test_what_programs_are_told_of_kube_proxy_beside_config_maps() -> None:
    spec = {
        "initContainers": [{"command": ["build-config", "--source=config-map:a/b"]}],
        "containers": [
            {
                "args": ["--config-dir=/tmp", "--kube-proxy-replacement=false"],
                "env": [
                    {"name": "CILIUM_KUBE_PROXY_REPLACEMENT", "value": "true"},
                    {"name": "SECRET", "value": "x"},
                ],
            }
        ],
    }
    assert pod({}, spec).settings == (
        "--source=config-map:a/b",
        "--kube-proxy-replacement=false",
        "CILIUM_KUBE_PROXY_REPLACEMENT=true",
    )


def test_a_silent_kubelet_is_neither_ready_nor_not() -> None:
    raw = {
        "metadata": {"name": "n"},
        "status": {
            "conditions": [{"type": "Ready", "status": "Unknown", "message": "gone"}]
        },
    }
    decoded = wire.NODES.decode(json.dumps({"items": [raw]}).encode())
    assert decoded.items
    node = wire.node(decoded.items[0])
    assert node.is_ready is None
    assert node.ready_message == "gone"


def test_both_forms_of_events_are_read() -> None:
    old = {
        "metadata": {"namespace": "a"},
        "reason": "BackOff",
        "involvedObject": {"kind": "Pod", "name": "p"},
        "lastTimestamp": "2026-02-27T02:00:00Z",
        "count": 4,
        "source": {"component": "kubelet"},
    }
    new = {
        "metadata": {"namespace": "a"},
        "lastTimestamp": None,
        "eventTime": "2026-02-27T01:00:00.123456Z",
        "reportingComponent": "volcano",
        "series": {"count": 9, "lastObservedTime": "2026-02-27T02:00:00.5Z"},
    }
    decoded = wire.EVENTS.decode(json.dumps({"items": [old, new]}).encode())
    first, second = (wire.event(one) for one in decoded.items or ())
    assert (first.involved, first.count) == ("Pod/p", 4)
    assert first.last_at == datetime(2026, 2, 27, 2, tzinfo=UTC)
    assert second.count == 9
    assert (first.source, second.source) == ("kubelet", "volcano")
    assert second.last_at == datetime(2026, 2, 27, 2, 0, 0, 500_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("annotations", "is_default"),
    [
        (None, False),
        ({"storageclass.kubernetes.io/is-default-class": "true"}, True),
        ({"storageclass.beta.kubernetes.io/is-default-class": "true"}, True),
        ({"storageclass.kubernetes.io/is-default-class": "false"}, False),
    ],
)
def test_a_default_class_is_annotated_so(
    annotations: dict[str, str] | None, is_default: bool
) -> None:
    raw = {"metadata": {"name": "fast", "annotations": annotations}, "provisioner": "p"}
    decoded = wire.STORAGE_CLASSES.decode(json.dumps({"items": [raw]}).encode())
    assert decoded.items
    assert wire.storage_class(decoded.items[0]).is_default is is_default


@pytest.mark.parametrize(
    ("question", "text"),
    [
        (DaemonSetsWith("", ""), "kubectl get daemonsets -A"),
        (DaemonSetsWith("a", "k=v"), "kubectl -n a get daemonsets -l k=v"),
        (KubeVersion(), "kubectl version"),
        (StorageClasses(), "kubectl get storageclasses"),
        (CsiDrivers(), "kubectl get csidrivers"),
    ],
)
def test_a_question_reads_as_a_person_would_ask(question: Any, text: str) -> None:
    assert question.text == text


@pytest.mark.parametrize("question", [KubeVersion(), StorageClasses(), CsiDrivers()])
async def test_what_may_not_be_read_is_said_to_be_forbidden(
    question: Any, tmp_path: Path
) -> None:
    async def refuse(_: web.Request) -> web.Response:
        message = 'storageclasses.storage.k8s.io is forbidden: User "u" cannot list'
        body = {"kind": "Status", "reason": "Forbidden", "message": message}
        return web.json_response({**body, "code": 403}, status=403)

    app = web.Application()
    app.router.add_get("/{path:.*}", refuse)
    server = TestServer(app)
    await server.start_server()
    path = tmp_path / "kubeconfig"
    path.write_text(kubeconfig(str(server.make_url(""))))
    source = KubernetesSource("", path, 5.0)
    with pytest.raises(SourceError) as caught:
        await source.ask(question)
    assert caught.value.fault.kind is FaultKind.FORBIDDEN
    await source.aclose()
    await server.close()
