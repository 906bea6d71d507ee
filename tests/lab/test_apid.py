"""The lab's apid by a bare gRPC channel: routing, merging, roles, statuses.

What a client library would hide is looked at here; TLS is the client's transport.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import grpc
import pytest

from talosapi.bundle import unbundled
from talosapi.caller import RawStream, RawUnary
from talosapi.proto import common_pb2 as common
from talosapi.proto import machine_pb2 as machine
from talosapi.transport import Transport
from tests.talosapi.labs import CONTROL_PLANE, WORKER, context_for, serving, story
from tui.lab.apid_roles import may_call

DEAD = "10.10.0.43"
MACHINE = "/machine.MachineService/"
Metadata = list[tuple[str, str]]


class Caller:
    """Bytes in, bytes out."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._channel = channel

    async def unary(self, method: str, metadata: Metadata) -> bytes:
        call: RawUnary = self._channel.unary_unary(method)
        return await call(b"", metadata=metadata, timeout=5) or b""

    async def stream(
        self, method: str, request: bytes, metadata: Metadata
    ) -> list[common.Data]:
        call: RawStream = self._channel.unary_stream(method)
        stream = call(request, metadata=metadata, timeout=5)
        return [
            common.Data.FromString(message)
            async for raw in stream
            for message in unbundled(raw)
        ]

    async def failure(self, method: str, metadata: Metadata) -> tuple[str, str]:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await self.unary(method, metadata)
        return caught.value.code().name, caught.value.details() or ""


@pytest.fixture
def roles() -> list[str]:
    return ["os:reader"]


@pytest.fixture
async def caller(tmp_path: Path, roles: list[str]) -> AsyncIterator[Caller]:
    async with serving(story("node-dead:talos-wk-3")) as apid:
        transport = Transport(context_for(tmp_path, [apid.endpoint], roles=roles))
        yield Caller(await transport.channel())
        await transport.close()


def hostnames(raw: bytes) -> list[machine.Hostname]:
    return list(machine.HostnameResponse.FromString(raw).messages)


async def test_endpoint_answers_itself_when_no_node_is_named(caller: Caller) -> None:
    (answer,) = hostnames(await caller.unary(MACHINE + "Hostname", []))

    assert answer.hostname == "talos-cp-1"
    assert not answer.HasField("metadata")


async def test_one_node_answers_untouched(caller: Caller) -> None:
    (answer,) = hostnames(await caller.unary(MACHINE + "Hostname", [("node", WORKER)]))

    assert answer.hostname == "talos-wk-2"
    assert not answer.HasField("metadata")


async def test_two_values_of_node_are_refused(caller: Caller) -> None:
    both = [("node", WORKER), ("node", CONTROL_PLANE)]

    assert await caller.failure(MACHINE + "Hostname", both) == (
        "INVALID_ARGUMENT",
        "node metadata must be single-valued",
    )


async def test_nodes_wins_over_node_and_labels_each_answer(caller: Caller) -> None:
    metadata = [("node", CONTROL_PLANE), ("nodes", WORKER)]

    (answer,) = hostnames(await caller.unary(MACHINE + "Hostname", metadata))

    assert answer.hostname == "talos-wk-2"
    assert answer.metadata.hostname == WORKER


async def test_failed_node_is_an_entry_of_the_merged_answer(caller: Caller) -> None:
    metadata = [("nodes", WORKER), ("nodes", DEAD)]

    answers = hostnames(await caller.unary(MACHINE + "Hostname", metadata))

    failed = next(one.metadata for one in answers if one.metadata.error)
    assert len(answers) == 2
    assert failed.hostname == DEAD
    assert failed.status.code == grpc.StatusCode.UNAVAILABLE.value[0]
    assert failed.status.message.startswith("connection error: desc = ")
    assert failed.error.endswith(failed.status.message)


async def test_streams_of_several_nodes_are_labelled_too(caller: Caller) -> None:
    metadata = [("nodes", WORKER), ("nodes", CONTROL_PLANE), ("nodes", DEAD)]

    chunks = await caller.stream(MACHINE + "Dmesg", b"", metadata)

    assert {one.metadata.hostname for one in chunks} == {WORKER, CONTROL_PLANE, DEAD}
    (failed,) = [one for one in chunks if one.metadata.hostname == DEAD]
    assert failed.metadata.error
    assert not failed.data


async def test_other_services_are_not_fanned_out(caller: Caller) -> None:
    code, text = await caller.failure("/cosi.resource.State/Get", [("nodes", WORKER)])

    assert code == "INVALID_ARGUMENT"
    assert text.startswith("one-2-many proxying is not supported for method")


async def test_node_that_is_down_is_the_status_of_the_call(caller: Caller) -> None:
    assert await caller.failure(MACHINE + "Version", [("node", DEAD)]) == (
        "UNAVAILABLE",
        'connection error: desc = "transport: Error while dialing: '
        'dial tcp 10.10.0.43:50000: connect: connection refused"',
    )


async def test_node_of_another_cluster_has_no_route(caller: Caller) -> None:
    code, text = await caller.failure(MACHINE + "Version", [("node", "10.20.0.40")])

    assert code == "UNAVAILABLE"
    assert "no route to host" in text


async def test_method_that_the_lab_lacks_is_unimplemented(caller: Caller) -> None:
    assert await caller.failure(MACHINE + "DiskUsage", [("node", WORKER)]) == (
        "UNIMPLEMENTED",
        "unknown method DiskUsage for service machine.MachineService",
    )


async def test_reader_may_not_reboot(caller: Caller) -> None:
    assert await caller.failure(MACHINE + "Reboot", [("node", WORKER)]) == (
        "PERMISSION_DENIED",
        "not authorized",
    )


@pytest.mark.parametrize(
    ("request_", "code", "text"),
    [
        (machine.LogsRequest(id="x"), "INVALID_ARGUMENT", "namespace can't be empty"),
        (
            machine.LogsRequest(namespace="system", id="x"),
            "UNKNOWN",
            'log "x" was not registered',
        ),
        (
            machine.LogsRequest(namespace="k8s.io", id="x"),
            "UNKNOWN",
            'container "x" not found',
        ),
    ],
)
async def test_logs_that_are_not_there_are_refused_in_talos_words(
    caller: Caller, request_: machine.LogsRequest, code: str, text: str
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await caller.stream(
            MACHINE + "Logs", request_.SerializeToString(), [("node", WORKER)]
        )

    assert (caught.value.code().name, caught.value.details()) == (code, text)


async def test_log_chunks_are_small_and_cut_inside_lines(caller: Caller) -> None:
    request = machine.LogsRequest(namespace="system", id="kubelet", tail_lines=-1)

    chunks = await caller.stream(
        MACHINE + "Logs", request.SerializeToString(), [("node", WORKER)]
    )

    sizes = [len(one.data) for one in chunks]
    assert set(sizes[:-1]) == {1024}
    assert not all(one.data.endswith(b"\n") for one in chunks[:-1])


@pytest.mark.parametrize(
    ("method", "held", "allowed"),
    [
        ("Version", ["os:reader"], True),
        ("Version", ["os:etcd:backup"], False),
        ("Version", [], False),
        ("Reboot", ["os:reader"], False),
        ("Reboot", ["os:operator"], True),
        ("Reset", ["os:operator"], False),
        ("Reset", ["os:admin"], True),
        ("Read", ["os:reader", "os:operator"], False),
    ],
)
def test_roles_allow_what_talos_allows(
    method: str, held: list[str], allowed: bool
) -> None:
    assert may_call(MACHINE + method, held, (1, 11)) is allowed


@pytest.mark.parametrize("release", [(1, 10), (1, 11)])
def test_readers_may_list_alarms_since_talos_1_11(release: tuple[int, int]) -> None:
    method = MACHINE + "EtcdAlarmList"
    assert may_call(method, ["os:reader"], release) is (release >= (1, 11))
    assert may_call(method, ["os:operator"], release)
