"""What the lab's apid answers about the machine, over real TLS."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from talosapi.proto import common_pb2 as common
from talosapi.proto import etcd_pb2 as etcd
from talosapi.proto import machine_pb2 as machine
from talosapi.proto import process_pb2 as process
from talosapi.proto import storage_pb2 as storage
from talosapi.proto import time_pb2 as time
from tests.lab.apid_caller import ApidCaller, calling
from tests.talosapi.labs import CONTROL_PLANE, WORKER, story
from tui.lab.apid_table import UNARY

OLD = "10.10.0.43"
NAMESPACED = ("Containers", "Stats")


def is_order(method: str) -> bool:
    return method.endswith(("ServiceStart", "ServiceStop", "ServiceRestart"))


@pytest.fixture
async def apid(tmp_path: Path) -> AsyncIterator[ApidCaller]:
    world = story("old-talos:talos-wk-3", "slow-node:talos-wk-1")
    async with calling(tmp_path, world, roles=["os:reader"]) as caller:
        yield caller


@pytest.mark.parametrize("method", [one for one in sorted(UNARY) if not is_order(one)])
async def test_every_call_has_an_answer(apid: ApidCaller, method: str) -> None:
    name = method.rpartition("/")[2]
    request = process.StatsRequest(namespace="k8s.io", driver=common.CRI)
    asked = request if name in NAMESPACED else None
    reply = await apid.ask(method, UNARY[method].reply, CONTROL_PLANE, asked)
    (message,) = reply.messages  # type: ignore[attr-defined]  # every reply has them
    assert message.ListFields() or name == "EtcdAlarmList"
    assert not message.HasField("metadata")


@pytest.mark.parametrize("method", ["LogsContainers", "CPUFreqStats"])
async def test_old_talos_lacks_newer_calls(apid: ApidCaller, method: str) -> None:
    code, text = await apid.failure(method, OLD)
    assert code == "UNIMPLEMENTED"
    assert text == f"unknown method {method} for service machine.MachineService"


@pytest.mark.parametrize("name", ["EtcdMemberList", "EtcdStatus", "EtcdAlarmList"])
async def test_etcd_is_the_matter_of_control_planes(
    apid: ApidCaller, name: str
) -> None:
    code, text = await apid.failure(name, WORKER)
    assert code == "UNIMPLEMENTED"
    assert text.endswith("is only available on control plane nodes")


async def test_etcd_members_are_the_control_planes(apid: ApidCaller) -> None:
    reply = await apid.ask("EtcdMemberList", etcd.EtcdMemberListResponse, CONTROL_PLANE)
    (member,) = reply.messages[0].members
    assert member.hostname == "talos-cp-1"
    assert member.client_urls == ["https://10.10.0.40:2379"]


@pytest.mark.parametrize(
    ("request_", "code", "text"),
    [
        (
            process.ContainersRequest(),
            "INVALID_ARGUMENT",
            "namespace can't be empty",
        ),
        (
            process.ContainersRequest(namespace="system", driver=common.CRI),
            "UNKNOWN",
            "CRI inspector is supported only for K8s namespace",
        ),
    ],
)
async def test_containers_of_no_namespace_are_refused(
    apid: ApidCaller, request_: process.ContainersRequest, code: str, text: str
) -> None:
    assert await apid.failure("Containers", WORKER, request_) == (code, text)


async def test_system_containers_are_those_of_talos(apid: ApidCaller) -> None:
    asked = process.ContainersRequest(namespace="system")
    reply = await apid.ask(
        "Containers", process.ContainersResponse, CONTROL_PLANE, asked
    )
    assert {one.id for one in reply.messages[0].containers} == {
        "apid",
        "etcd",
        "ext-iscsid",
        "kubelet",
        "trustd",
    }


async def test_clock_of_a_node_is_a_little_off(apid: ApidCaller) -> None:
    reply = await apid.ask("/time.TimeService/Time", time.TimeResponse, WORKER)
    (answer,) = reply.messages
    ahead = answer.localtime.ToDatetime() - answer.remotetime.ToDatetime()
    assert abs(ahead.total_seconds()) < 0.004


async def test_storage_lists_the_disks(apid: ApidCaller) -> None:
    reply = await apid.ask(
        "/storage.StorageService/Disks", storage.DisksResponse, WORKER
    )
    assert [one.device_name for one in reply.messages[0].disks] == [
        "/dev/sda",
        "/dev/sdb",
    ]


async def test_slow_node_takes_three_seconds(apid: ApidCaller) -> None:
    loop = asyncio.get_running_loop()
    begun = loop.time()
    reply = await apid.ask("Hostname", machine.HostnameResponse, "10.10.0.41")
    assert reply.messages[0].hostname == "talos-wk-1"
    assert loop.time() - begun >= 3


async def test_reader_may_not_give_orders(apid: ApidCaller) -> None:
    asked = machine.ServiceRestartRequest(id="kubelet")
    assert await apid.failure("ServiceRestart", WORKER, asked) == (
        "PERMISSION_DENIED",
        "not authorized",
    )


async def test_containers_of_pods_have_logs_as_the_kubelet_keeps_them(
    apid: ApidCaller,
) -> None:
    listed = process.ContainersRequest(namespace="k8s.io", driver=common.CRI)
    reply = await apid.ask("Containers", process.ContainersResponse, WORKER, listed)
    sandbox, container, *_ = reply.messages[0].containers

    asked = machine.LogsRequest(
        namespace="k8s.io", driver=common.CRI, id=container.id, tail_lines=3
    )
    chunks = apid.stream("Logs", common.Data, WORKER, asked)
    lines = b"".join([one.data async for one in chunks]).decode().splitlines()
    assert len(lines) == 3
    assert all(
        re.match(r"2\d{3}-\S+Z std(out|err) [FP] level=", line) for line in lines
    )
    asked.id = sandbox.id
    code, text = await apid.failure("Logs", WORKER, asked)
    assert (code, text) == ("UNKNOWN", f'container "{sandbox.id}" not found')
