"""The lab's COSI state, over real TLS."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import yaml

from talosapi.proto import cosi_pb2 as cosi
from tests.lab.apid_caller import COSI, ApidCaller, calling
from tests.lab.conftest import minutes
from tests.talosapi.labs import CONTROL_PLANE, WORKER, story
from tui.lab.machine_kinds import KINDS
from tui.lab.world import World

NEW = "10.10.0.43"
STATUS = ("runtime", "MachineStatuses.runtime.talos.dev")
SERVICES = ("runtime", "Services.v1alpha1.talos.dev")
CONFIG = ("config", "MachineConfigs.config.talos.dev")
KUBELET = ("k8s", "KubeletStatuses.kubernetes.talos.dev")
SPEC = ("k8s", "KubeletSpecs.kubernetes.talos.dev")
DIAGNOSTICS = ("runtime", "Diagnostics.runtime.talos.dev")


@pytest.fixture
def world() -> World:
    return story("new-talos:talos-wk-3", minutes=1)


@pytest.fixture
def roles() -> list[str]:
    return ["os:reader"]


@pytest.fixture
async def apid(
    tmp_path: Path, world: World, roles: list[str]
) -> AsyncIterator[ApidCaller]:
    async with calling(tmp_path, world, roles=roles) as caller:
        yield caller


def one(of: tuple[str, str], identifier: str) -> cosi.GetRequest:
    return cosi.GetRequest(namespace=of[0], type=of[1], id=identifier)


def every(of: tuple[str, str], regexp: str = "") -> cosi.ListRequest:
    options = cosi.ListOptions(id_query=cosi.IDQuery(regexp=regexp))
    return cosi.ListRequest(namespace=of[0], type=of[1], options=options)


async def spec_of(
    apid: ApidCaller, of: tuple[str, str], identifier: str, node: str = WORKER
) -> object:
    reply = await apid.ask(f"{COSI}Get", cosi.GetResponse, node, one(of, identifier))
    return yaml.safe_load(reply.resource.spec.yaml_spec)


async def test_get_gives_a_spec_in_yaml(apid: ApidCaller) -> None:
    assert await spec_of(apid, STATUS, "machine") == {
        "stage": "running",
        "status": {"ready": True, "unmetConditions": []},
    }


async def test_absent_id_is_not_found(apid: ApidCaller) -> None:
    assert await apid.failure(f"{COSI}Get", WORKER, one(STATUS, "x")) == (
        "NOT_FOUND",
        "resource MachineStatuses.runtime.talos.dev(runtime/x@undefined) doesn't exist",
    )


@pytest.mark.parametrize("method", ["Get", "List", "Watch"])
@pytest.mark.parametrize(
    ("of", "text"),
    [
        (CONFIG, "not authorized"),
        (
            ("runtime", "Nope.talos.dev"),
            'resource type "Nope.talos.dev" is not supported',
        ),
        (("nope", STATUS[1]), 'namespace "nope" is not supported'),
        (KUBELET, f'resource type "{KUBELET[1]}" is not supported'),
    ],
)
async def test_what_a_reader_may_not_see_is_refused(
    apid: ApidCaller, method: str, of: tuple[str, str], text: str
) -> None:
    # The three requests have namespace and type in the same fields.
    asked = cosi.ListRequest(namespace=of[0], type=of[1])
    assert await apid.failure(f"{COSI}{method}", WORKER, asked) == (
        "PERMISSION_DENIED",
        text,
    )


async def test_newer_talos_has_more_types_and_hides_more(apid: ApidCaller) -> None:
    image = {"image": "ghcr.io/siderolabs/kubelet:v1.35.0"}
    assert await spec_of(apid, KUBELET, "kubelet", NEW) == image
    assert await spec_of(apid, SPEC, "kubelet") == {
        "image": "ghcr.io/siderolabs/kubelet:v1.34.1"
    }
    code, text = await apid.failure(f"{COSI}Get", NEW, one(SPEC, "kubelet"))
    assert (code, text) == ("PERMISSION_DENIED", "not authorized")


@pytest.mark.parametrize("roles", [["os:admin"]])
async def test_machine_config_is_one_string_of_yaml_since_1_12(
    apid: ApidCaller,
) -> None:
    old = await spec_of(apid, CONFIG, "v1alpha1", CONTROL_PLANE)
    new = await spec_of(apid, CONFIG, "v1alpha1", NEW)
    assert isinstance(old, dict)
    assert old["machine"]["type"] == "controlplane"
    assert isinstance(new, str)
    machine, kernel = yaml.safe_load_all(new)
    assert machine["machine"]["type"] == "worker"
    assert kernel["kind"] == "KmsgLogConfig"


@pytest.mark.parametrize("roles", [["os:admin"]])
@pytest.mark.parametrize("name", sorted(KINDS))
async def test_every_type_can_be_listed(apid: ApidCaller, name: str) -> None:
    asked = cosi.ListRequest(namespace=KINDS[name].namespace, type=name)
    stream = apid.stream(f"{COSI}List", cosi.ListResponse, NEW, asked)
    found = [reply.resource async for reply in stream]
    ids = [resource.metadata.id for resource in found]
    assert ids == sorted(set(ids))
    assert all(resource.spec.yaml_spec for resource in found)
    assert all(resource.metadata.phase == "running" for resource in found)


async def test_list_takes_a_pattern_of_ids(apid: ApidCaller) -> None:
    asked = every(SERVICES, "^kube")
    stream = apid.stream(f"{COSI}List", cosi.ListResponse, WORKER, asked)
    assert [reply.resource.metadata.id async for reply in stream] == ["kubelet"]


def watching(
    of: tuple[str, str], *, api_version: int = 1, bootstrap: bool = True
) -> cosi.WatchRequest:
    options = cosi.WatchOptions(bootstrap_contents=bootstrap)
    return cosi.WatchRequest(
        namespace=of[0], type=of[1], options=options, api_version=api_version
    )


def kinds(replies: list[cosi.WatchResponse]) -> list[str]:
    names = cosi.EventType.Name
    return [names(event.event_type) for reply in replies for event in reply.event]


async def test_watch_says_first_that_it_is_up_and_then_what_there_is(
    apid: ApidCaller,
) -> None:
    replies = await apid.first(
        3, f"{COSI}Watch", cosi.WatchResponse, WORKER, watching(STATUS)
    )
    assert not replies[0].event
    assert kinds(replies) == ["CREATED", "BOOTSTRAPPED"]


async def test_watch_of_one_absent_id_begins_with_its_tombstone(
    apid: ApidCaller,
) -> None:
    asked = watching(STATUS, bootstrap=False)
    asked.id = "absent"
    replies = await apid.first(2, f"{COSI}Watch", cosi.WatchResponse, WORKER, asked)
    (event,) = replies[1].event
    assert kinds(replies) == ["DESTROYED"]
    assert event.resource.metadata.version == "undefined"


async def test_watch_of_one_id_takes_no_bootstrap(apid: ApidCaller) -> None:
    asked = watching(STATUS)
    asked.id = "machine"
    code, _ = await apid.failure(f"{COSI}Watch", WORKER, asked)
    assert code == "UNIMPLEMENTED"


async def test_watch_tells_of_changes_with_what_was_before(
    apid: ApidCaller, world: World
) -> None:
    asked = watching(STATUS, api_version=0)  # and so without BOOTSTRAPPED
    replies: list[cosi.WatchResponse] = []
    async for reply in apid.stream(f"{COSI}Watch", cosi.WatchResponse, WORKER, asked):
        replies.append(reply)
        if kinds(replies) == ["CREATED"]:
            world.clock.move(at=minutes(3))  # the kubelet has fallen ill
        if len(kinds(replies)) > 1:
            break
    (event,) = replies[-1].event
    assert kinds(replies) == ["CREATED", "UPDATED"]
    assert "kubelet not healthy" in event.resource.spec.yaml_spec
    assert "ready: true" in event.old.spec.yaml_spec
    versions = event.old.metadata.version, event.resource.metadata.version
    assert int(versions[0]) < int(versions[1])


async def test_watch_tells_of_what_comes_and_goes(
    apid: ApidCaller, world: World
) -> None:
    asked = watching(DIAGNOSTICS)
    replies: list[cosi.WatchResponse] = []
    async for reply in apid.stream(f"{COSI}Watch", cosi.WatchResponse, WORKER, asked):
        replies.append(reply)
        match kinds(replies):
            case ["BOOTSTRAPPED"]:
                world.clock.move(at=minutes(3))
            case [_, "CREATED"]:
                world.clock.move(at=minutes(8))
            case [_, "CREATED", "DESTROYED"]:
                break
    assert kinds(replies) == ["BOOTSTRAPPED", "CREATED", "DESTROYED"]
