"""Our messages against bindings that others generated from Talos' own files.

`talos-linux-api-v1-6-0` is betterproto over grpclib: no line of it is shared with
gRPC or protobuf, so agreement is agreement on the wire.
"""

from __future__ import annotations

import asyncio
import socket
import warnings
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from grpclib.client import Channel
from grpclib.exceptions import GRPCError
from grpclib.server import Server

from talosapi.client import TalosClient
from talosapi.errors import ErrorKind, TalosError
from talosapi.messages import Health, KernelRecord, Priority
from talosapi.tls import client_context
from tests.talosapi.labs import (
    AUTHORITY,
    WORKER,
    context_for,
    server_tls,
    serving,
    story,
)

with warnings.catch_warnings():
    # betterproto 2 beta and its dateutil speak to older Pythons.
    warnings.simplefilter("ignore", DeprecationWarning)
    from betterproto.lib.google.protobuf import Empty
    from talos_linux_api.v1_6_0 import common, machine

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture
async def stub(tmp_path: Path) -> AsyncIterator[Any]:
    """Their stub, connected to our lab."""
    async with serving(story(minutes=4)) as apid:
        tls = client_context(context_for(tmp_path, [apid.endpoint]))
        channel = Channel("127.0.0.1", apid.port, ssl=tls)
        yield machine.MachineServiceStub(channel)
        channel.close()
        await asyncio.get_running_loop().shutdown_asyncgens()


async def test_their_stub_reads_the_labs_version(stub: Any) -> None:
    reply = await stub.version(Empty(), metadata={"node": WORKER})

    assert reply.messages[0].version.tag.startswith("v1.")
    assert reply.messages[0].platform.mode == "metal"


async def test_their_stub_reads_the_labs_services(stub: Any) -> None:
    reply = await stub.service_list(Empty(), metadata={"node": WORKER})

    services = {one.id: one for one in reply.messages[0].services}
    assert services["kubelet"].state == "Running"
    assert not services["kubelet"].health.healthy
    assert services["dashboard"].health.unknown
    assert services["dashboard"].health.last_change.year == 1


async def test_their_stub_reads_the_labs_kernel_log(stub: Any) -> None:
    request = machine.DmesgRequest(follow=False)
    chunks = [
        bytes(data.bytes)
        async for data in stub.dmesg(request, metadata={"node": WORKER})
    ]

    assert all(chunk.endswith(b"\n") for chunk in chunks)
    assert any(b"kern:     err: [" in chunk for chunk in chunks)
    assert any(b"\n SUBSYSTEM=scsi\n DEVICE=+scsi:2:0:0:1\n" in one for one in chunks)


async def test_their_stub_reads_the_labs_logs_in_small_chunks(stub: Any) -> None:
    request = machine.LogsRequest(
        namespace="system", id="kubelet", follow=False, tail_lines=-1
    )
    chunks = [
        bytes(data.bytes)
        async for data in stub.logs(request, metadata={"node": WORKER})
    ]

    assert max(len(chunk) for chunk in chunks) <= 1024
    assert b"".join(chunks).count(b"\n") > len(chunks)


async def test_their_stub_sees_the_merged_answer_of_several_nodes(stub: Any) -> None:
    targets = [WORKER, "10.99.0.1"]
    reply = await stub.hostname(Empty(), metadata=[("nodes", one) for one in targets])

    by_target = {one.metadata.hostname: one for one in reply.messages}
    assert by_target[WORKER].hostname == "talos-wk-2"
    failed = by_target["10.99.0.1"].metadata
    assert failed.error.startswith("rpc error: code = Unavailable desc = connection")
    assert failed.status.code == 14


async def test_their_stub_is_told_of_a_method_that_readers_may_not_call(
    stub: Any,
) -> None:
    with pytest.raises(GRPCError) as caught:
        await stub.reboot(machine.RebootRequest(), metadata={"node": WORKER})

    assert caught.value.status.name == "PERMISSION_DENIED"
    assert caught.value.message == "not authorized"


class Machined(machine.MachineServiceBase):  # type: ignore[misc] # it has no types
    """A Talos of their making."""

    async def version(self, _: Any) -> Any:
        info = machine.VersionInfo(tag="v1.6.0", os="linux", arch="arm64")
        features = machine.FeaturesInfo(rbac=True)
        return machine.VersionResponse(
            messages=[machine.Version(version=info, features=features)]
        )

    async def hostname(self, _: Any) -> Any:
        name = "x" * 6 * 1024 * 1024
        return machine.HostnameResponse(messages=[machine.Hostname(hostname=name)])

    async def memory(self, _: Any) -> Any:
        return machine.MemoryResponse()

    async def service_list(self, _: Any) -> Any:
        ill = machine.ServiceHealth(
            unknown=False,
            healthy=False,
            last_message="broken \x1b[31mpipe",
            last_change=datetime(2026, 2, 27, 2, 13, 47, tzinfo=UTC),
        )
        event = machine.ServiceEvent(msg="Health check failed", state="Running")
        etcd = machine.ServiceInfo(
            id="etcd",
            state="Running",
            events=machine.ServiceEvents(events=[event]),
            health=ill,
        )
        return machine.ServiceListResponse(
            messages=[machine.ServiceList(services=[etcd])]
        )

    async def dmesg(self, dmesg_request: Any) -> AsyncIterator[Any]:
        assert dmesg_request.follow
        yield common.Data(
            bytes=b"kern:     err: [2026-08-21T10:22:35.1Z]: sd 2:0:0:1: rejecting "
            b"I/O to offline device\n SUBSYSTEM=scsi\n DEVICE=+scsi:2:0:0:1\n"
        )

    async def logs(self, logs_request: Any) -> AsyncIterator[Any]:
        assert (logs_request.namespace, logs_request.id) == ("system", "kubelet")
        assert logs_request.tail_lines == -1
        for chunk in (b"one\ntw", "o – drei €".encode()[:-1], b"\xac\nlast"):
            yield common.Data(bytes=chunk)


@pytest.fixture
async def talos(tmp_path: Path) -> AsyncIterator[TalosClient]:
    """Our client, connected to their server."""
    server = Server([Machined()])
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    await server.start(sock=listener, ssl=server_tls(AUTHORITY))
    async with TalosClient(context_for(tmp_path, [f"127.0.0.1:{port}"])) as client:
        yield client
    server.close()
    await server.wait_closed()


async def test_client_reads_their_version(talos: TalosClient) -> None:
    version = await talos.version(WORKER)

    assert (version.tag, version.arch, version.has_rbac) == ("v1.6.0", "arm64", True)


async def test_client_reads_their_services(talos: TalosClient) -> None:
    (etcd,) = await talos.services(WORKER)

    assert etcd.health is Health.UNHEALTHY
    assert etcd.message == "broken pipe"
    assert etcd.last_change == datetime(2026, 2, 27, 2, 13, 47, tzinfo=UTC)
    assert etcd.events[0].message == "Health check failed"


async def test_client_reads_their_kernel_log(talos: TalosClient) -> None:
    records = [record async for record in talos.dmesg(WORKER)]

    assert records == [
        KernelRecord(
            facility="kern",
            priority=Priority.ERR,
            at=datetime(2026, 8, 21, 10, 22, 35, 100000, tzinfo=UTC),
            message="sd 2:0:0:1: rejecting I/O to offline device",
            fields={"SUBSYSTEM": "scsi", "DEVICE": "+scsi:2:0:0:1"},
        )
    ]


async def test_client_joins_lines_out_of_their_chunks(talos: TalosClient) -> None:
    lines = [line async for line in talos.logs(WORKER, "kubelet", follow=False)]

    assert lines == ["one", "two – drei €", "last"]


async def test_call_that_they_do_not_have_is_unsupported(talos: TalosClient) -> None:
    with pytest.raises(TalosError) as caught:
        await talos.log_names(WORKER)

    assert caught.value.kind is ErrorKind.UNSUPPORTED


async def test_answer_may_be_larger_than_grpcs_own_limit(talos: TalosClient) -> None:
    assert len(await talos.hostname(WORKER)) == 6 * 1024 * 1024


async def test_answer_without_a_message_breaks_the_protocol(talos: TalosClient) -> None:
    with pytest.raises(TalosError) as caught:
        await talos.memory(WORKER)

    assert caught.value.kind is ErrorKind.PROTOCOL
