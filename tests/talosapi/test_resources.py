"""Resources, read from the lab."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from grpclib.server import Stream

from talosapi import kinds
from talosapi.client import TalosClient
from talosapi.errors import ErrorKind, TalosError
from talosapi.proto import cosi_pb2 as cosi
from talosapi.resource import Kind
from tests.talosapi.labs import (
    CONTROL_PLANE,
    WORKER,
    context_for,
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
        "KubeletStatuses": ErrorKind.UNSUPPORTED,
    }


async def test_kubelet_is_found_wherever_this_talos_has_it(talos: TalosClient) -> None:
    kubelet = await talos.kubelet(WORKER)

    assert kubelet.version == "v1.34.1"


async def test_resource_that_is_not_there_is_not_found(talos: TalosClient) -> None:
    with pytest.raises(TalosError) as caught:
        await talos.get_resource(WORKER, kinds.STATIC_POD_STATUS, "nobody")

    assert caught.value.kind is ErrorKind.NOT_FOUND
    assert caught.value.call == "Get StaticPodStatuses"


async def test_type_that_this_talos_does_not_know_is_unsupported(
    talos: TalosClient,
) -> None:
    with pytest.raises(TalosError) as caught:
        await talos.list_resources(WORKER, kinds.KUBELET_STATUS)

    assert caught.value.kind is ErrorKind.UNSUPPORTED
    assert "Talos 1.14 and later have it" in caught.value.advice
