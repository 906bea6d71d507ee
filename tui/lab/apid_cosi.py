"""The COSI state of a node over apid: Get, List and Watch.

source  cosi-project/runtime pkg/state/protobuf/server/server.go
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Callable, Collection, Iterator, Mapping
from datetime import timedelta

import grpc
import yaml
from google.protobuf.message import Message

from talosapi.proto import cosi_pb2 as cosi
from tui.lab.apid_calls import ApidError, Call, pods_on
from tui.lab.apid_calls import stamp as instant
from tui.lab.apid_roles import ADMIN
from tui.lab.apid_tails import stay_reachable
from tui.lab.estate import LabNode
from tui.lab.machine_cosi import Resource, Scene
from tui.lab.machine_kinds import NAMESPACES, Kind, kind_of, resources
from tui.lab.release import talos_release

Held = Mapping[str, Resource]
Write = Callable[[Resource], cosi.Resource]


async def get(call: Call) -> AsyncGenerator[Message, None]:
    """One resource; NOT_FOUND when there is none of that id."""
    asked = cosi.GetRequest.FromString(call.body)
    kind = _allowed(call, asked.namespace, asked.type)
    found = _held(call, call.node, kind).get(asked.id)
    if found is None:
        name = f"{asked.type}({asked.namespace}/{asked.id}@undefined)"
        raise ApidError(grpc.StatusCode.NOT_FOUND, f"resource {name} doesn't exist")
    yield cosi.GetResponse(resource=_writer(call, kind, asked.type)(found))


async def list_all(call: Call) -> AsyncGenerator[Message, None]:
    """The resources of a type, one a message."""
    asked = cosi.ListRequest.FromString(call.body)
    kind = _allowed(call, asked.namespace, asked.type)
    write = _writer(call, kind, asked.type)
    for one in _held(call, call.node, kind).values():
        if _matches(one, asked.options.id_query, asked.options.label_query):
            yield cosi.ListResponse(resource=write(one))


async def watch(call: Call) -> AsyncGenerator[Message, None]:
    """First an empty answer, then what there is, if so asked, then each change."""
    asked = cosi.WatchRequest.FromString(call.body)
    kind = _allowed(call, asked.namespace, asked.type)
    is_single = asked.HasField("id")
    options = asked.options
    if is_single and (options.bootstrap_contents or options.label_query):
        text = "bootstrap contents and label queries are not supported for a single id"
        raise ApidError(grpc.StatusCode.UNIMPLEMENTED, text)
    yield cosi.WatchResponse()
    write = _writer(call, kind, asked.type)
    before = _wanted(_held(call, call.node, kind), asked)
    for event in _opening(before, asked, write):
        yield cosi.WatchResponse(event=[event])
    while True:
        await call.clock.tick()
        node = await stay_reachable(call)
        after = _wanted(_held(call, node, kind), asked)
        for event in _changes(before, after, write):
            yield cosi.WatchResponse(event=[event])
        before = after


def _allowed(call: Call, namespace: str, name: str) -> Kind:
    """The type that is asked for, when the caller may see it."""
    kind = kind_of(call.node, name)
    denied = grpc.StatusCode.PERMISSION_DENIED
    if kind is None:
        raise ApidError(denied, f'resource type "{name}" is not supported')
    if namespace not in NAMESPACES:
        raise ApidError(denied, f'namespace "{namespace}" is not supported')
    is_sensitive = kind.sensitive_since <= talos_release(call.node)
    if is_sensitive and ADMIN not in call.roles:
        raise ApidError(denied, "not authorized")
    return kind


def _held(call: Call, node: LabNode, kind: Kind) -> Held:
    """The resources of a type, by id."""
    cluster = call.cluster
    scene = Scene(node, cluster, pods_on(node, cluster), call.clock.position())
    return {one.id: one for one in resources(kind, scene)}


def _writer(call: Call, kind: Kind, name: str) -> Write:
    """How a resource of this type becomes a message."""
    booted_at, when = call.node.booted_at, call.clock.when

    def write(one: Resource) -> cosi.Resource:
        since = booted_at if one.since is None else one.since
        # The version counts changes; it grows with the time of the last one.
        changes = 1 + max((since - booted_at) // timedelta(seconds=1), 0)
        return cosi.Resource(
            metadata=cosi.Metadata(
                namespace=kind.namespace,
                type=name,
                id=one.id,
                version=str(changes),
                owner=kind.owner,
                phase="running",
                created=instant(when(booted_at)),
                updated=instant(when(since)),
            ),
            spec=cosi.Spec(yaml_spec=yaml.safe_dump(one.spec, sort_keys=False)),
        )

    return write


def _matches(
    one: Resource, ids: cosi.IDQuery, labels: Collection[cosi.LabelQuery]
) -> bool:
    """The lab's resources have no labels, so a query for one finds nothing."""
    return not labels and re.search(ids.regexp, one.id) is not None


def _wanted(held: Held, asked: cosi.WatchRequest) -> Held:
    if asked.HasField("id"):
        return {key: one for key, one in held.items() if key == asked.id}
    ids, labels = asked.options.id_query, asked.options.label_query
    return {key: one for key, one in held.items() if _matches(one, ids, labels)}


def _opening(
    held: Held, asked: cosi.WatchRequest, write: Write
) -> Iterator[cosi.Event]:
    """What a watch tells before anything changes."""
    if asked.HasField("id"):
        if asked.id in held:
            yield _event(cosi.CREATED, write(held[asked.id]))
        else:
            yield _event(cosi.DESTROYED, _tombstone(asked))
        return
    if not asked.options.bootstrap_contents:
        return
    for one in held.values():
        yield _event(cosi.CREATED, write(one))
    # Without api_version 1 the server drops it in silence.
    if asked.api_version >= 1:
        yield _event(cosi.BOOTSTRAPPED, _tombstone(asked))


def _tombstone(asked: cosi.WatchRequest) -> cosi.Resource:
    return cosi.Resource(
        metadata=cosi.Metadata(
            namespace=asked.namespace,
            type=asked.type,
            id=asked.id,
            version="undefined",
            phase="running",
        ),
        spec=cosi.Spec(),
    )


def _changes(before: Held, after: Held, write: Write) -> Iterator[cosi.Event]:
    for key, one in after.items():
        if key not in before:
            yield _event(cosi.CREATED, write(one))
        elif one != before[key]:
            yield _event(cosi.UPDATED, write(one), write(before[key]))
    for key, one in before.items():
        if key not in after:
            yield _event(cosi.DESTROYED, write(one))


def _event(
    kind: cosi.EventType, one: cosi.Resource, old: cosi.Resource | None = None
) -> cosi.Event:
    return cosi.Event(event_type=kind, resource=one, old=old)
