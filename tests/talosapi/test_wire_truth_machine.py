"""The calls about the whole machine, answered by a server of others' making.

See `test_wire_truth`: agreement with it is agreement on the wire.
"""

from __future__ import annotations

import socket
import warnings
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from grpclib.const import Cardinality, Handler
from grpclib.server import Server

from talosapi.client import TalosClient
from talosapi.etcd import AlarmType, EtcdAlarm
from talosapi.event import ServiceChange
from talosapi.messages import Health
from talosapi.workload import Disk, Process, Runtime
from tests.talosapi.labs import AUTHORITY, WORKER, context_for, server_tls

with warnings.catch_warnings():
    # betterproto 2 beta and its dateutil speak to older Pythons.
    warnings.simplefilter("ignore", DeprecationWarning)
    from betterproto.lib.google.protobuf import Any as Packed
    from betterproto.lib.google.protobuf import Empty
    from talos_linux_api.v1_6_0 import machine, storage, time

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

NOON = datetime(2026, 2, 27, 12, tzinfo=UTC)


class Machined(machine.MachineServiceBase):  # type: ignore[misc] # it has no types
    """A Talos of their making."""

    async def service_restart(self, request: Any) -> Any:
        answer = machine.ServiceRestart(resp=f'Service "{request.id}" restarted')
        return machine.ServiceRestartResponse(messages=[answer])

    async def disk_stats(self, _: Any) -> Any:
        disks = [
            machine.DiskStat(name="sdb", write_sectors=1),
            machine.DiskStat(
                name="sda",
                read_completed=7,
                read_sectors=8,
                write_completed=9,
                write_sectors=10,
                io_in_progress=1,
                io_time_ms=250,
            ),
        ]
        return machine.DiskStatsResponse(messages=[machine.DiskStats(devices=disks)])

    async def network_device_stats(self, _: Any) -> Any:
        link = machine.NetDev(
            name="eth0", rx_bytes=1, rx_dropped=4, tx_bytes=10, tx_errors=12
        )
        stats = machine.NetworkDeviceStats(devices=[link])
        return machine.NetworkDeviceStatsResponse(messages=[stats])

    async def cpu_info(self, _: Any) -> Any:
        cpu = machine.CpuInfo(processor=1, model_name="N100", cpu_mhz=800.5)
        return machine.CpuInfoResponse(messages=[machine.CpUsInfo(cpu_info=[cpu])])

    async def processes(self, _: Any) -> Any:
        process = machine.ProcessInfo(
            pid=12,
            ppid=1,
            state="R",
            threads=3,
            cpu_time=1.5,
            virtual_memory=2**33,
            resident_memory=2**20,
            command="etcd",
            executable="/bin/etcd",
            args="/bin/etcd\t--x \x1b[31m",
        )
        answer = machine.Process(processes=[process])
        return machine.ProcessesResponse(messages=[answer])

    async def containers(self, request: Any) -> Any:
        container = machine.ContainerInfo(
            namespace=request.namespace,
            id="kube-system/x",
            pod_id="kube-system/x",
            status=f"driver {int(request.driver)}",
        )
        answer = machine.Container(containers=[container])
        return machine.ContainersResponse(messages=[answer])

    async def stats(self, request: Any) -> Any:
        stat = machine.Stat(id=request.namespace, memory_usage=5, cpu_usage=2 * 10**9)
        return machine.StatsResponse(messages=[machine.Stats(stats=[stat])])

    async def etcd_member_list(self, _: Any) -> Any:
        member = machine.EtcdMember(
            id=2**64 - 1, hostname="cp-1", client_urls=["https://a"], is_learner=True
        )
        answer = machine.EtcdMembers(members=[member])
        return machine.EtcdMemberListResponse(messages=[answer])

    async def etcd_status(self, _: Any) -> Any:
        status = machine.EtcdMemberStatus(
            member_id=3,
            leader=4,
            protocol_version="3.5.11",
            db_size=100,
            db_size_in_use=60,
            raft_index=12,
            raft_applied_index=11,
            errors=["etcdserver: no leader"],
        )
        answer = machine.EtcdStatus(member_status=status)
        return machine.EtcdStatusResponse(messages=[answer])

    async def etcd_alarm_list(self, _: Any) -> Any:
        alarm = machine.EtcdMemberAlarm(
            member_id=3, alarm=machine.EtcdMemberAlarmAlarmType.NOSPACE
        )
        answer = machine.EtcdAlarm(member_alarms=[alarm])
        return machine.EtcdAlarmListResponse(messages=[answer])

    async def events(self, request: Any) -> AsyncIterator[Any]:
        yield machine.Event(id="up")
        change = machine.ServiceStateEvent(
            service=f"{request.tail_events} {request.tail_id}",
            action=machine.ServiceStateEventAction.FAILED,
            health=machine.ServiceHealth(unknown=True),
        )
        url = "talos/runtime/machine.ServiceStateEvent"
        yield machine.Event(id="x", data=Packed(type_url=url, value=bytes(change)))


class Others:
    """Two services whose bases, as generated, name a module that they do not import."""

    def __mapping__(self) -> dict[str, Handler]:
        unary = Cardinality.UNARY_UNARY
        return {
            "/time.TimeService/Time": Handler(
                self._time, unary, Empty, time.TimeResponse
            ),
            "/storage.StorageService/Disks": Handler(
                self._disks, unary, Empty, storage.DisksResponse
            ),
        }

    async def _time(self, stream: Any) -> None:
        await stream.recv_message()
        answer = time.Time(
            server="ntp.lan", localtime=NOON.replace(second=2), remotetime=NOON
        )
        await stream.send_message(time.TimeResponse(messages=[answer]))

    async def _disks(self, stream: Any) -> None:
        await stream.recv_message()
        disk = storage.Disk(
            size=2**40,
            model="870",
            device_name="/dev/nvme0n1",
            serial="s",
            type=storage.DiskDiskType.NVME,
            system_disk=True,
        )
        answer = storage.Disks(disks=[disk])
        await stream.send_message(storage.DisksResponse(messages=[answer]))


@pytest.fixture
async def talos(tmp_path: Path) -> AsyncIterator[TalosClient]:
    """Our client, connected to their server."""
    server = Server([Machined(), Others()])
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    await server.start(sock=listener, ssl=server_tls(AUTHORITY))
    async with TalosClient(context_for(tmp_path, [f"127.0.0.1:{port}"])) as client:
        yield client
    server.close()
    await server.wait_closed()


async def test_client_restarts_a_service_of_theirs(talos: TalosClient) -> None:
    said = await talos.restart_service(WORKER, "kubelet")

    assert said == 'Service "kubelet" restarted'


async def test_client_reads_their_disk_counters(talos: TalosClient) -> None:
    sda, sdb = await talos.disk_counters(WORKER)

    assert (sda.read_operations, sda.read_bytes) == (7, 4096)
    assert (sda.write_operations, sda.write_bytes) == (9, 5120)
    assert (sda.busy_seconds, sda.in_progress) == (0.25, 1)
    assert (sdb.name, sdb.write_bytes) == ("sdb", 512)


async def test_client_reads_their_network_counters(talos: TalosClient) -> None:
    (link,) = await talos.link_counters(WORKER)

    assert (link.name, link.received_bytes, link.sent_bytes) == ("eth0", 1, 10)
    assert (link.received_dropped, link.sent_errors) == (4, 12)


async def test_client_reads_their_processors(talos: TalosClient) -> None:
    (cpu,) = await talos.cpu_info(WORKER)

    assert (cpu.number, cpu.model, cpu.current_mhz) == (1, "N100", 800.5)


async def test_client_reads_their_processes(talos: TalosClient) -> None:
    assert await talos.processes(WORKER) == (
        Process(12, 1, "R", 3, 1.5, 2**33, 2**20, "etcd", "/bin/etcd --x "),
    )


async def test_client_asks_cri_for_kubernetes_containers(talos: TalosClient) -> None:
    (system,) = await talos.containers(WORKER, Runtime.SYSTEM)
    (sandbox,) = await talos.containers(WORKER, Runtime.KUBERNETES)

    assert system.status == "driver 0"
    assert sandbox.status == "driver 1"
    assert sandbox.is_sandbox


async def test_client_reads_what_their_containers_use(talos: TalosClient) -> None:
    (usage,) = await talos.container_usages(WORKER, Runtime.KUBERNETES)

    assert (usage.id, usage.memory_bytes, usage.cpu_seconds) == ("k8s.io", 5, 2.0)


async def test_client_reads_their_etcd(talos: TalosClient) -> None:
    (member,) = await talos.etcd_members(WORKER)
    status = await talos.etcd_status(WORKER)

    assert (member.id, member.hostname, member.is_learner) == (2**64 - 1, "cp-1", True)
    assert member.client_urls == ("https://a",)
    assert (status.member_id, status.leader_id, status.is_leader) == (3, 4, False)
    assert (status.database_bytes, status.in_use_bytes) == (100, 60)
    assert (status.raft_index, status.raft_applied_index) == (12, 11)
    assert (status.version, status.storage_version) == ("3.5.11", "")
    assert status.errors == ("etcdserver: no leader",)
    assert await talos.etcd_alarms(WORKER) == (EtcdAlarm(3, AlarmType.NO_SPACE),)


async def test_client_reads_their_events_and_resumes_by_id(talos: TalosClient) -> None:
    (first,) = [one async for one in talos.events(WORKER, past=-1)]
    (again,) = [one async for one in talos.events(WORKER, past=-1, after_id="x")]

    assert first.payload == ServiceChange("-1 ", "Failed", "", Health.UNKNOWN)
    assert again.payload == ServiceChange("0 x", "Failed", "", Health.UNKNOWN)


async def test_client_reads_their_clock(talos: TalosClient) -> None:
    check = await talos.time(WORKER)

    assert (check.server, check.server_time) == ("ntp.lan", NOON)
    assert check.offset_seconds == 2


async def test_client_reads_their_disks(talos: TalosClient) -> None:
    assert await talos.disks(WORKER) == (
        Disk("/dev/nvme0n1", 2**40, "870", "s", "nvme", "", True, False),
    )
