"""What the lab's nodes do when they are told, or when they fail: over real TLS."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import grpc
import pytest

from talosapi.proto import common_pb2 as common
from talosapi.proto import event_pb2 as event
from talosapi.proto import machine_pb2 as machine
from tests.lab.apid_caller import ApidCaller, calling
from tests.lab.conftest import minutes
from tests.talosapi.labs import CONTROL_PLANE, WORKER, story
from tui.lab.world import World

NUMBERED = "10.10.0.43"


@pytest.fixture
def world() -> World:
    return story(minutes=1)


@pytest.fixture
async def apid(tmp_path: Path, world: World) -> AsyncIterator[ApidCaller]:
    async with calling(tmp_path, world, roles=["os:operator"]) as caller:
        yield caller


async def service(apid: ApidCaller, node: str, name: str) -> machine.ServiceInfo:
    reply = await apid.ask("ServiceList", machine.ServiceListResponse, node)
    return next(one for one in reply.messages[0].services if one.id == name)


@pytest.mark.parametrize(
    ("method", "name", "done"),
    [
        ("ServiceRestart", "kubelet", 'Service "kubelet" restarted'),
        ("ServiceStart", "kubelet", 'Service "kubelet" started'),
        ("ServiceStop", "ext-iscsid", 'Service "ext-iscsid" stopped'),
    ],
)
async def test_orders_are_answered_in_talos_words(
    apid: ApidCaller, method: str, name: str, done: str
) -> None:
    # The three requests and replies have the same fields.
    asked = machine.ServiceRestartRequest(id=name)
    reply = await apid.ask(method, machine.ServiceRestartResponse, WORKER, asked)
    assert reply.messages[0].resp == done


@pytest.mark.parametrize(
    ("method", "name", "text"),
    [
        (
            "Stop",
            "kubelet",
            'service "kubelet" doesn\'t support stop operation via API',
        ),
        (
            "Restart",
            "etcd",
            'service "etcd" doesn\'t support restart operation via API',
        ),
        ("Start", "nope", 'service "nope" not defined'),
    ],
)
async def test_orders_that_talos_takes_from_nobody_are_refused(
    apid: ApidCaller, method: str, name: str, text: str
) -> None:
    asked = machine.ServiceRestartRequest(id=name)
    failure = await apid.failure(f"Service{method}", CONTROL_PLANE, asked)
    assert failure == ("UNKNOWN", text)


async def test_order_shows_in_the_list_and_in_the_events(
    apid: ApidCaller, world: World
) -> None:
    asked = machine.ServiceRestartRequest(id="kubelet")
    await apid.ask("ServiceRestart", machine.ServiceRestartResponse, WORKER, asked)

    world.clock.move(at=minutes(1.0175))
    assert (await service(apid, WORKER, "kubelet")).state == "Finished"
    world.clock.move(at=minutes(1.2))
    restarted = await service(apid, WORKER, "kubelet")
    assert (restarted.state, restarted.health.healthy) == ("Running", True)

    request = event.EventsRequest(tail_events=-1)
    stream = apid.stream("Events", event.Event, WORKER, request)
    states = []
    async for one in stream:
        if one.data.type_url == "talos/runtime/machine.ServiceStateEvent":
            told = event.ServiceStateEvent.FromString(one.data.value)
            if told.service == "kubelet":
                states.append(told.message)
        if states.count("Health check successful") == 2:
            break
    assert "Service finished successfully" in states


async def test_events_begin_with_an_empty_one_and_go_on_from_an_id(
    apid: ApidCaller,
) -> None:
    request = event.EventsRequest(tail_events=3)
    first, *rest = await apid.first(4, "Events", event.Event, WORKER, request)
    assert (first.data.type_url, first.data.value) == ("", b"")
    assert [one.id for one in rest] == sorted(one.id for one in rest)

    resumed = event.EventsRequest(tail_id=rest[0].id)
    _, *again = await apid.first(3, "Events", event.Event, WORKER, resumed)
    assert [one.id for one in again] == [one.id for one in rest[1:]]


async def test_two_ways_to_ask_for_past_events_do_not_mix(apid: ApidCaller) -> None:
    request = event.EventsRequest(tail_events=3, tail_seconds=5)
    code, _ = await apid.failure("Events", WORKER, request)
    assert code == "INVALID_ARGUMENT"


async def until_cut(
    apid: ApidCaller, node: str, then: Callable[[bytes], Awaitable[None]]
) -> list[bytes]:
    """Follow a node's kernel log to a failure, with something done at each record."""
    records: list[bytes] = []
    request = machine.DmesgRequest(follow=True)
    try:
        async for one in apid.stream("Dmesg", common.Data, node, request):
            records.append(one.data)
            await then(one.data)
    except grpc.aio.AioRpcError as error:
        if error.code() is grpc.StatusCode.UNAVAILABLE:
            return records
        raise
    pytest.fail("the tail ended well")


async def test_reboot_ends_tails_and_empties_the_logs(
    apid: ApidCaller, world: World
) -> None:
    async def reboot(_: bytes) -> None:
        world.change_faults(["reboot:talos-wk-2"], [])

    records = await until_cut(apid, WORKER, reboot)

    code, text = await apid.failure("Version", WORKER)
    assert (code, "connection refused" in text) == ("UNAVAILABLE", True)

    world.clock.move(at=minutes(1.5))
    whole = apid.stream("Dmesg", common.Data, WORKER, machine.DmesgRequest())
    found = [one.data async for one in whole]
    assert b"Linux version" in found[0]
    assert not set(records) & set(found)
    reply = await apid.ask("SystemStat", machine.SystemStatResponse, WORKER)
    booted = world.when(minutes(1) + minutes(8 / 60))
    assert reply.messages[0].boot_time == int(booted.timestamp())


async def test_killed_apid_comes_back_on_its_port_with_every_numbered_line(
    apid: ApidCaller, world: World
) -> None:
    world.change_faults(["numbered-dmesg:talos-wk-3:50"], [])
    for turn in range(3):
        seconds = 60 + 6 * turn
        world.clock.move(at=minutes(seconds / 60))
        newest = b"numbered line %09d" % (50 * seconds)

        async def stop(record: bytes, newest: bytes = newest) -> None:
            if newest in record:
                await apid.apid.stop_listening()

        records = await until_cut(apid, NUMBERED, stop)
        await apid.apid.listen()
        found = [int(one.split()[-1]) for one in records if b"numbered" in one]
        assert found == list(range(found[0], 50 * seconds + 1))


async def test_calls_connections_and_tails_are_counted(apid: ApidCaller) -> None:
    counters = apid.apid.counters
    await apid.ask("Version", machine.VersionResponse, WORKER)
    request = machine.DmesgRequest(follow=True)
    async for _ in apid.stream("Dmesg", common.Data, WORKER, request):
        assert (counters.tails.now, counters.calls.now) == (1, 0)
        break
    assert counters.connections.values() == {"now": 1, "max": 1, "total": 1}
    assert counters.calls.most == 1
    assert counters.by_method["/machine.MachineService/Version"] == 1
    counters.reset()
    assert counters.values()["by_method"] == {}
    assert counters.connections.total == 1
