"""What a node tells of itself and of what runs on it, asked of the lab."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from talosapi.client import TalosClient
from talosapi.errors import ErrorKind, TalosError
from talosapi.etcd import member_name
from talosapi.rates import is_whole_disk
from talosapi.workload import Runtime
from tests.talosapi.labs import CONTROL_PLANE, WORKER, context_for, serving, story


@pytest.fixture
async def talos(tmp_path: Path) -> AsyncIterator[TalosClient]:
    async with (
        serving(story()) as apid,
        TalosClient(context_for(tmp_path, [apid.endpoint])) as client,
    ):
        yield client


@pytest.fixture
async def operator(tmp_path: Path) -> AsyncIterator[TalosClient]:
    async with serving(story()) as apid:
        context = context_for(tmp_path, [apid.endpoint], roles=["os:operator"])
        async with TalosClient(context) as client:
            yield client


async def test_processors_come_by_their_numbers(talos: TalosClient) -> None:
    infos = await talos.cpu_info(WORKER)
    frequencies = await talos.cpu_frequencies(WORKER)

    assert [cpu.number for cpu in infos] == list(range(len(infos)))
    assert infos[0].model
    assert 100 < frequencies[0].current_mhz < 10_000


async def test_disks_are_counted_with_all_that_is_made_of_them(
    talos: TalosClient,
) -> None:
    counters = await talos.disk_counters(WORKER)

    names = [disk.name for disk in counters]
    assert names == sorted(names)
    assert {"sda", "sdb"} <= {name for name in names if is_whole_disk(name)}
    assert not all(map(is_whole_disk, names))


async def test_network_devices_come_sorted(talos: TalosClient) -> None:
    names = [link.name for link in await talos.link_counters(WORKER)]

    assert names == sorted(names)
    assert "lo" in names


async def test_disks_are_named_with_their_sizes(talos: TalosClient) -> None:
    disks = await talos.disks(WORKER)

    assert disks[0].device == "/dev/sda"
    assert disks[0].size_bytes > 2**30
    assert [disk.is_system_disk for disk in disks].count(True) == 1


async def test_clock_is_compared_with_its_time_server(talos: TalosClient) -> None:
    check = await talos.time(WORKER)

    assert check.offset_seconds is not None
    assert abs(check.offset_seconds) < 1


async def test_processes_have_seconds_bytes_and_a_command(talos: TalosClient) -> None:
    processes = {one.pid: one for one in await talos.processes(WORKER)}

    assert processes[1].command == "/sbin/init"
    assert processes[1].cpu_seconds > 0
    assert processes[1].resident_bytes > 2**20
    assert processes[2].command == "kthreadd"


@pytest.mark.parametrize("runtime", list(Runtime))
async def test_containers_and_what_they_use_go_together(
    talos: TalosClient, runtime: Runtime
) -> None:
    containers = await talos.containers(WORKER, runtime)
    usages = await talos.container_usages(WORKER, runtime)

    assert containers
    assert {usage.id for usage in usages} <= {one.id for one in containers}
    assert all(usage.memory_bytes > 0 for usage in usages)


async def test_a_pods_own_entry_is_told_from_its_containers(
    talos: TalosClient,
) -> None:
    containers = await talos.containers(WORKER, Runtime.KUBERNETES)

    sandboxes = [one for one in containers if one.is_sandbox]
    assert sandboxes
    assert {one.status for one in sandboxes} == {"SANDBOX_READY"}


async def test_control_plane_knows_etcds_members_and_its_own(
    talos: TalosClient,
) -> None:
    (member,) = await talos.etcd_members(CONTROL_PLANE)
    status = await talos.etcd_status(CONTROL_PLANE)

    assert member.hostname == "talos-cp-1"
    assert status.member_id == member.id
    assert status.is_leader
    assert 0 < status.in_use_bytes <= status.database_bytes
    assert await talos.etcd_alarms(CONTROL_PLANE) == ()
    assert len(member_name(member.id)) == 16


async def test_worker_has_no_etcd_to_tell_of(talos: TalosClient) -> None:
    with pytest.raises(TalosError) as caught:
        await talos.etcd_status(WORKER)

    assert caught.value.kind is ErrorKind.UNSUPPORTED
    assert "Ask a control plane node" in caught.value.advice


async def test_reader_is_told_which_role_a_restart_takes(talos: TalosClient) -> None:
    with pytest.raises(TalosError) as caught:
        await talos.restart_service(WORKER, "kubelet")

    assert caught.value.kind is ErrorKind.FORBIDDEN
    assert "role os:operator" in caught.value.advice
    assert "this one has os:reader" in caught.value.advice


async def test_operator_restarts_and_starts(operator: TalosClient) -> None:
    assert "restarted" in await operator.restart_service(WORKER, "kubelet")
    assert "started" in await operator.start_service(WORKER, "kubelet")


async def test_service_that_nobody_may_stop_stays(operator: TalosClient) -> None:
    with pytest.raises(TalosError) as caught:
        await operator.stop_service(WORKER, "kubelet")

    assert caught.value.kind is ErrorKind.UNSUPPORTED
    assert "operation via API" in caught.value.message


async def test_service_that_is_not_there_cannot_be_started(
    operator: TalosClient,
) -> None:
    with pytest.raises(TalosError) as caught:
        await operator.start_service(WORKER, "nonsense")

    assert caught.value.kind is ErrorKind.NOT_FOUND
