"""Resources: read from the lab, and watched on a server that does odd things."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing
from pathlib import Path

import pytest
from grpclib.const import Cardinality, Handler
from grpclib.server import Server, Stream

from talosapi import kinds
from talosapi.client import TalosClient
from talosapi.errors import ErrorKind, TalosError
from talosapi.proto import cosi_pb2 as cosi
from talosapi.resource import Kind
from tests.talosapi.labs import (
    AUTHORITY,
    CONTROL_PLANE,
    WORKER,
    context_for,
    server_tls,
    serving,
    story,
)

Watch = Stream[cosi.WatchRequest, cosi.WatchResponse]
Script = Sequence[Sequence[cosi.Event]]


@pytest.fixture
async def talos(tmp_path: Path) -> AsyncIterator[TalosClient]:
    async with (
        serving(story()) as apid,
        TalosClient(context_for(tmp_path, [apid.endpoint])) as client,
    ):
        yield client


async def test_members_are_listed_with_their_roles(talos: TalosClient) -> None:
    members = await talos.list_resources(WORKER, kinds.MEMBER)

    types = {member.id: member.spec.machine_type for member in members}
    assert types["talos-cp-1"] == "controlplane"
    assert types["talos-wk-1"] == "worker"
    assert members[0].spec.addresses == (CONTROL_PLANE,)


async def test_machine_that_is_not_ready_says_for_what_it_waits(
    talos: TalosClient,
) -> None:
    status = await talos.get_resource(WORKER, kinds.MACHINE_STATUS, "machine")

    assert status.spec.stage == "running"
    assert not status.spec.is_ready
    assert [one.name for one in status.spec.unmet] == ["services"]


async def test_every_kind_can_be_read_or_says_why_not(talos: TalosClient) -> None:
    refused: dict[str, ErrorKind] = {}
    for kind in vars(kinds).values():
        if isinstance(kind, Kind):
            try:
                await talos.list_resources(CONTROL_PLANE, kind)
            except TalosError as error:
                refused[kind.name] = error.kind

    assert refused == {
        "MachineConfigs": ErrorKind.FORBIDDEN,
        "KubeletStatuses": ErrorKind.UNSUPPORTED,
    }


async def test_machine_config_takes_an_admin_and_shows_itself_to_nobody(
    tmp_path: Path,
) -> None:
    async with serving(story()) as apid:
        context = context_for(tmp_path, [apid.endpoint], roles=["os:admin"])
        async with TalosClient(context) as talos:
            found = await talos.get_resource(WORKER, kinds.MACHINE_CONFIG, "v1alpha1")

    assert b"machine:" in found.spec.reveal()
    assert repr(found.spec) == "***"


async def test_kubelet_is_found_wherever_this_talos_has_it(talos: TalosClient) -> None:
    kubelet = await talos.kubelet(WORKER)

    assert kubelet.version == "v1.34.1"


async def test_resource_that_is_not_there_is_not_found(talos: TalosClient) -> None:
    with pytest.raises(TalosError) as caught:
        await talos.get_resource(WORKER, kinds.MEMBER, "nobody")

    assert caught.value.kind is ErrorKind.NOT_FOUND
    assert caught.value.call == "Get Members"


async def test_type_that_this_talos_does_not_know_is_unsupported(
    talos: TalosClient,
) -> None:
    with pytest.raises(TalosError) as caught:
        await talos.list_resources(WORKER, kinds.KUBELET_STATUS)

    assert caught.value.kind is ErrorKind.UNSUPPORTED
    assert "Talos 1.14 and later have it" in caught.value.advice


async def test_watch_begins_with_all_there_is(talos: TalosClient) -> None:
    async with aclosing(talos.watch_resources(WORKER, kinds.MEMBER)) as watch:
        members = await anext(watch)

    assert {"talos-cp-1", "talos-wk-1"} <= members.keys()


class State:
    """A state service that says on each watch what a script has for it."""

    def __init__(self, *scripts: Script) -> None:
        self.asked: list[cosi.WatchRequest] = []
        self._scripts = list(scripts)

    def __mapping__(self) -> dict[str, Handler]:
        kind = Cardinality.UNARY_STREAM
        watch = Handler(self._watch, kind, cosi.WatchRequest, cosi.WatchResponse)
        return {"/cosi.resource.State/Watch": watch}

    async def _watch(self, stream: Watch) -> None:
        request = await stream.recv_message()
        assert request is not None
        self.asked.append(request)
        await stream.send_message(cosi.WatchResponse())
        for events in self._scripts.pop(0):
            await stream.send_message(cosi.WatchResponse(event=events))


def made(
    identity: str, word: str, event_type: cosi.EventType = cosi.CREATED
) -> cosi.Event:
    metadata = cosi.Metadata(id=identity, version="1", phase="running")
    resource = cosi.Resource(metadata=metadata, spec=cosi.Spec(yaml_spec=word))
    return cosi.Event(resource=resource, event_type=event_type)


def tombstone(identity: str) -> cosi.Event:
    metadata = cosi.Metadata(id=identity, version="undefined")
    resource = cosi.Resource(metadata=metadata)
    return cosi.Event(resource=resource, event_type=cosi.DESTROYED)


COMPLETE = cosi.Event(event_type=cosi.BOOTSTRAPPED, resource=cosi.Resource())
BROKEN = cosi.Event(event_type=cosi.ERRORED, error="buffer overrun")
NOTHING = cosi.Event(event_type=cosi.NOOP)


@pytest.fixture
def watched(tmp_path: Path) -> Callable[[State], AsyncIterator[dict[str, str]]]:
    """What a watch of machine types yields on such a server, as words by id."""

    async def watch(state: State) -> AsyncIterator[dict[str, str]]:
        server = Server([state])
        listener = socket.create_server(("127.0.0.1", 0))
        endpoint = f"127.0.0.1:{listener.getsockname()[1]}"
        await server.start(sock=listener, ssl=server_tls(AUTHORITY))
        try:
            async with TalosClient(context_for(tmp_path, [endpoint])) as client:
                seen = client.watch_resources(WORKER, kinds.MACHINE_TYPE)
                async with aclosing(seen):
                    async for resources in seen:
                        yield {key: one.spec for key, one in resources.items()}
        finally:
            server.close()
            await server.wait_closed()

    return watch


Watched = Callable[[State], AsyncIterator[dict[str, str]]]


async def test_watch_says_nothing_until_it_is_complete(watched: Watched) -> None:
    state = State([[made("a", "x")], [made("b", "y")], [COMPLETE]])

    assert [one async for one in watched(state)] == [{"a": "x", "b": "y"}]


async def test_watch_asks_for_the_whole_protocol(watched: Watched) -> None:
    state = State([[COMPLETE]])
    seen = [one async for one in watched(state)]

    assert seen == [{}]
    assert state.asked[0].api_version == 1
    assert state.asked[0].options.bootstrap_contents
    assert not state.asked[0].HasField("id")


async def test_changes_and_tombstones_follow(watched: Watched) -> None:
    state = State(
        [
            [made("a", "x"), made("b", "y"), COMPLETE],
            [made("a", "z", cosi.UPDATED)],
            [NOTHING],
            [tombstone("b")],
            [tombstone("unknown")],
        ]
    )

    assert [one async for one in watched(state)] == [
        {"a": "x", "b": "y"},
        {"a": "z", "b": "y"},
        {"a": "z"},
    ]


async def test_watch_that_is_given_up_begins_again(watched: Watched) -> None:
    """What was destroyed in between is gone, though nobody said so."""
    state = State(
        [[made("a", "x"), made("b", "y"), COMPLETE], [BROKEN]],
        [[made("b", "z")], [COMPLETE]],
    )

    assert [one async for one in watched(state)] == [
        {"a": "x", "b": "y"},
        {"b": "z"},
    ]


async def test_watch_that_never_gets_complete_fails(watched: Watched) -> None:
    with pytest.raises(TalosError) as caught:
        [one async for one in watched(State([[made("a", "x")], [BROKEN]]))]

    assert caught.value.message == "buffer overrun"
    assert caught.value.call == "Watch MachineTypes"
