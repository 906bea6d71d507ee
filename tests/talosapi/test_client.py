from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from talosapi.client import TalosClient
from talosapi.errors import ErrorKind, TalosError
from talosapi.messages import Health, Priority
from tests.talosapi.labs import (
    CONTROL_PLANE,
    WORKER,
    HandMadeWorld,
    at_noon,
    context_for,
    serving,
    story,
)
from tui.lab.estate import Health as LabHealth
from tui.lab.estate import LabService
from tui.lab.world import World

_ZERO = timedelta(0)
FAULTS = ("node-dead:talos-wk-3", "node-blackhole:talos-wk-1")
DEAD, SILENT = "10.10.0.43", "10.10.0.41"


@pytest.fixture
def world() -> World:
    return story(*FAULTS)


@pytest.fixture
async def talos(world: World, tmp_path: Path) -> AsyncIterator[TalosClient]:
    async with (
        serving(world) as apid,
        TalosClient(context_for(tmp_path, [apid.endpoint])) as client,
    ):
        yield client


@pytest.fixture
def hand_made() -> HandMadeWorld:
    return HandMadeWorld(
        services=(LabService("kubelet", "Running", LabHealth.HEALTHY, _ZERO),),
        clock=at_noon(),
    )


@pytest.fixture
async def hand_client(
    hand_made: HandMadeWorld, tmp_path: Path
) -> AsyncIterator[TalosClient]:
    async with (
        serving(hand_made) as apid,
        TalosClient(context_for(tmp_path, [apid.endpoint])) as client,
    ):
        yield client


async def test_node_is_asked_for_its_version(talos: TalosClient, world: World) -> None:
    version = await talos.version(WORKER)

    node = world.estate().node(WORKER)
    assert node is not None
    assert version.tag == node.talos_version
    assert version.has_rbac


async def test_each_call_goes_to_the_node_that_it_names(talos: TalosClient) -> None:
    names = [await talos.hostname(node) for node in (CONTROL_PLANE, WORKER)]

    assert names == ["talos-cp-1", "talos-wk-2"]


async def test_services_tell_healthy_from_ill_and_unknown(talos: TalosClient) -> None:
    services = {service.id: service for service in await talos.services(WORKER)}

    kubelet, apid = services["kubelet"], services["apid"]
    assert kubelet.health is Health.UNHEALTHY
    assert "context deadline exceeded" in kubelet.message
    assert not kubelet.is_up
    assert apid.health is Health.HEALTHY
    assert apid.last_change is not None
    assert apid.events[-1].state == "Running"
    assert services["dashboard"].health is Health.UNKNOWN
    assert services["dashboard"].last_change is None
    assert services["dashboard"].is_up


async def test_services_that_did_not_change_are_the_very_same(
    talos: TalosClient,
) -> None:
    first = await talos.services(WORKER)

    assert await talos.services(WORKER) is first
    assert await talos.services(CONTROL_PLANE) != first


async def test_figures_come_in_the_units_of_their_names(
    talos: TalosClient, world: World
) -> None:
    stat = await talos.system_stat(WORKER)
    memory = await talos.memory(WORKER)
    mounts = await talos.mounts(WORKER)
    load = await talos.load_avg(WORKER)

    node = world.estate().node(WORKER)
    assert node is not None
    assert stat.booted_at == world.when(node.booted_at).replace(microsecond=0)
    assert memory.total_bytes == 16 * 1024**3
    assert "/var" in {mount.mounted_on for mount in mounts}
    assert load.load1 > 0


async def test_log_names_hold_services_and_other_logs(talos: TalosClient) -> None:
    names = await talos.log_names(WORKER)

    assert {"kubelet", "ext-iscsid", "machined", "controller-runtime"} <= set(names)


@pytest.mark.parametrize(
    ("node", "kind", "text"),
    [
        (DEAD, ErrorKind.UNREACHABLE, "connection refused"),
        (SILENT, ErrorKind.TIMEOUT, "no answer within 0.3 s"),
        ("10.99.0.1", ErrorKind.UNREACHABLE, "no route to host"),
        ("10.10.0.40:50000", ErrorKind.PROTOCOL, "invalid target"),
        ("n\u00f6de", ErrorKind.UNREACHABLE, "is not plain ASCII"),
    ],
)
async def test_node_that_cannot_be_reached_is_named_with_the_cause(
    talos: TalosClient, node: str, kind: ErrorKind, text: str
) -> None:
    with pytest.raises(TalosError) as caught:
        await talos.services(node, timeout_seconds=0.3)

    error = caught.value
    assert (error.kind, error.node, error.call) == (kind, node, "ServiceList")
    assert text in error.message
    assert error.advice


async def test_silent_node_costs_neither_the_endpoint_nor_others(
    talos: TalosClient,
) -> None:
    with pytest.raises(TalosError):
        await talos.version(SILENT, timeout_seconds=0.2)
    endpoint = talos.serving

    assert await talos.hostname(WORKER) == "talos-wk-2"
    assert talos.serving == endpoint


async def test_role_that_is_too_low_is_forbidden(tmp_path: Path) -> None:
    async with serving(story()) as apid:
        context = context_for(tmp_path, [apid.endpoint], roles=["os:etcd:backup"])
        async with TalosClient(context) as talos:
            with pytest.raises(TalosError) as caught:
                await talos.version(WORKER)

    assert caught.value.kind is ErrorKind.FORBIDDEN
    assert caught.value.message == "not authorized"


async def test_worker_as_endpoint_forwards_nothing(tmp_path: Path) -> None:
    async with serving(story(), address=WORKER) as apid:
        context = context_for(tmp_path, [apid.endpoint])
        async with TalosClient(context) as talos:
            own = await talos.hostname(WORKER)
            with pytest.raises(TalosError) as caught:
                await talos.hostname(CONTROL_PLANE)

    assert own == "talos-wk-2"
    assert caught.value.kind is ErrorKind.FORBIDDEN
    assert "no request forwarding" in caught.value.message
    assert "The endpoint is a worker" in caught.value.advice


async def test_log_of_an_unknown_service_is_not_found(talos: TalosClient) -> None:
    with pytest.raises(TalosError) as caught:
        await anext(talos.logs(WORKER, "nonsense"))

    assert caught.value.kind is ErrorKind.NOT_FOUND
    assert caught.value.message == 'log "nonsense" was not registered'


async def test_dmesg_without_follow_gives_the_ring_buffer_and_ends(
    talos: TalosClient,
) -> None:
    records = [record async for record in talos.dmesg(WORKER, follow=False)]

    transid = [one for one in records if "parent transid verify failed" in one.message]
    assert transid
    assert transid[0].priority is Priority.ERR
    assert transid[0].facility == "kern"
    assert any("connection1:0: detected conn error" in one.message for one in records)


async def test_dmesg_follows_what_the_kernel_writes_next(
    hand_made: HandMadeWorld, hand_client: TalosClient
) -> None:
    hand_made.write("kernel", "first")
    async with aclosing(hand_client.dmesg(CONTROL_PLANE)) as records:
        assert (await anext(records)).message == "first"
        hand_made.write("kernel", "second", priority="err")
        record = await anext(records)

    assert (record.message, record.priority) == ("second", Priority.ERR)


async def test_dmesg_tail_leaves_the_past_out(
    hand_made: HandMadeWorld, hand_client: TalosClient
) -> None:
    hand_made.write("kernel", "past")
    async with aclosing(hand_client.dmesg(CONTROL_PLANE, tail=True)) as records:
        waiting = asyncio.ensure_future(anext(records))
        # The server has taken the call once it has answered a later one.
        await hand_client.version(CONTROL_PLANE)
        hand_made.write("kernel", "news")
        assert (await waiting).message == "news"


async def test_record_times_are_aware_and_at_most_a_second_off(
    hand_made: HandMadeWorld, hand_client: TalosClient
) -> None:
    hand_made.write("kernel", "x")
    record = await anext(hand_client.dmesg(CONTROL_PLANE, follow=False))

    assert record.at == datetime(2026, 2, 27, 11, 59, 59, tzinfo=UTC)


async def test_lines_survive_chunks_that_cut_characters(
    hand_made: HandMadeWorld, hand_client: TalosClient
) -> None:
    texts = [f"{number} " + "héllo wörld – 日本語 " * 40 for number in range(30)]
    hand_made.write("ext-x", *texts)
    hand_made.services += (LabService("ext-x", "Running", LabHealth.UNKNOWN, _ZERO),)

    lines = hand_client.logs(CONTROL_PLANE, "ext-x", follow=False)

    assert [line async for line in lines] == texts


@pytest.mark.parametrize(
    ("tail_lines", "expected"), [(-1, ["a", "b", "c"]), (0, []), (2, ["b", "c"])]
)
async def test_tail_lines_say_how_much_past_is_wanted(
    hand_made: HandMadeWorld,
    hand_client: TalosClient,
    tail_lines: int,
    expected: list[str],
) -> None:
    hand_made.services = (LabService("ext-x", "Running", LabHealth.UNKNOWN, _ZERO),)
    hand_made.write("ext-x", "a", "b", "c")

    lines = hand_client.logs(
        CONTROL_PLANE, "ext-x", follow=False, tail_lines=tail_lines
    )

    assert [line async for line in lines] == expected


async def test_logs_follow_and_come_without_colours(
    hand_made: HandMadeWorld, hand_client: TalosClient
) -> None:
    lines = hand_client.logs(CONTROL_PLANE, "controller-runtime")
    async with aclosing(lines):
        waiting = asyncio.ensure_future(anext(lines))
        await hand_client.version(CONTROL_PLANE)
        hand_made.write("controller-runtime", "link up")
        line = await waiting

    assert line == "2026-02-27T11:59:59Z INFO link up"


async def test_tail_of_a_node_that_dies_ends_as_unreachable(
    world: World, talos: TalosClient
) -> None:
    async with aclosing(talos.dmesg(WORKER)) as records:
        await anext(records)
        world.change_faults(add=["node-dead:talos-wk-2"], remove=[])
        with pytest.raises(TalosError) as caught:
            async for _ in records:
                pass

    assert caught.value.kind is ErrorKind.UNREACHABLE


async def test_closing_ends_the_calls_that_wait(world: World, tmp_path: Path) -> None:
    async with serving(world) as apid:
        client = TalosClient(context_for(tmp_path, [apid.endpoint]))
        await client.version(WORKER)
        tail = client.dmesg(WORKER, tail=True)
        waiting = asyncio.ensure_future(anext(tail))
        await client.version(WORKER)
        await client.close()
        with pytest.raises((TalosError, asyncio.CancelledError)):
            await waiting
        await client.close()
