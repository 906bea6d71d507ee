"""The calls about resources: get one, list all, watch them change.

proto  cosi.resource.State; through apid it can only be read
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Generic, TypeVar

from talosapi.calls import UNARY_SECONDS, Calls
from talosapi.decode import instant
from talosapi.errors import ErrorKind, TalosError
from talosapi.kinds import KUBELET_SPEC, KUBELET_STATUS, Kubelet
from talosapi.method import Method
from talosapi.proto import cosi_pb2 as cosi
from talosapi.resource import Kind, Resource
from talosapi.text import printable

T = TypeVar("T")

STATE = "cosi.resource.State"
API_VERSION = 1  # without it the server is silent about BOOTSTRAPPED and ERRORED


class ResourceCalls(Calls):
    """Resources. Role: os:reader; os:admin for those that hold secrets.

    Every method raises TalosError(UNSUPPORTED) for a type that the node's Talos does
    not know, and TalosError(FORBIDDEN) for one that it holds to be sensitive: that
    list grew in patch releases, so treat it as "not to be had here".
    """

    async def get_resource(
        self,
        node: str,
        kind: Kind[T],
        resource_id: str,
        *,
        timeout_seconds: float = UNARY_SECONDS,
    ) -> Resource[T]:
        """One resource; TalosError(NOT_FOUND) when there is none of that id."""
        method = Method("Get", cosi.GetResponse.FromString, STATE, kind.name)
        request = cosi.GetRequest(
            namespace=kind.namespace, type=kind.type, id=resource_id
        ).SerializeToString()
        reply = await self._caller.fetch(method, node, timeout_seconds, request)
        return _resource(reply.resource, kind)

    async def list_resources(
        self, node: str, kind: Kind[T], *, timeout_seconds: float = UNARY_SECONDS
    ) -> tuple[Resource[T], ...]:
        """All resources of a kind, by id; there may be none."""
        method = Method("List", cosi.ListResponse.FromString, STATE, kind.name)
        request = cosi.ListRequest(
            namespace=kind.namespace, type=kind.type
        ).SerializeToString()
        replies = await self._caller.collect(method, node, timeout_seconds, request)
        found = (_resource(reply.resource, kind) for reply in replies)
        return tuple(sorted(found, key=lambda resource: resource.id))

    async def kubelet(
        self, node: str, *, timeout_seconds: float = UNARY_SECONDS
    ) -> Kubelet:
        """The node's kubelet, from wherever its Talos tells of it.

        KubeletStatuses since 1.14; before that KubeletSpecs, which takes os:admin
        since late patch releases of 1.12 and 1.13
        """
        seconds = timeout_seconds
        try:
            found = await self.get_resource(
                node, KUBELET_STATUS, "kubelet", timeout_seconds=seconds
            )
        except TalosError as error:
            if error.kind is not ErrorKind.UNSUPPORTED:
                raise
            found = await self.get_resource(
                node, KUBELET_SPEC, "kubelet", timeout_seconds=seconds
            )
        return found.spec

    async def watch_resources(
        self, node: str, kind: Kind[T]
    ) -> AsyncGenerator[Mapping[str, Resource[T]], None]:
        """All resources of a kind by id, first as they are, then after each change.

        A watch that the server gives up is begun again, and says nothing until it is
        complete again: what comes is always the whole truth.

        return  ends when the node ends it; close it to end it (`aclosing`)
        raise   TalosError(PROTOCOL) for a watch that is given up before it is complete
        """
        method = Method("Watch", cosi.WatchResponse.FromString, STATE, kind.name)
        request = cosi.WatchRequest(
            namespace=kind.namespace,
            type=kind.type,
            options=cosi.WatchOptions(bootstrap_contents=True),
            api_version=API_VERSION,
        ).SerializeToString()
        is_given_up = True
        while is_given_up:
            known = _Known(kind)
            async with aclosing(self._caller.tail(method, node, request)) as answers:
                async for answer in answers:
                    if known.take(answer):
                        yield dict(known.resources)
                    if known.failure:
                        break
            if known.failure and not known.is_complete:
                raise self._caller.error(
                    ErrorKind.PROTOCOL, known.failure, method, node
                )
            is_given_up = bool(known.failure)


class _Known(Generic[T]):
    """What one watch has told so far.

    is_complete  whether all that existed at its begin has been told
    failure      why the server gave the watch up; "" while it goes on
    """

    def __init__(self, kind: Kind[T]) -> None:
        self.resources: dict[str, Resource[T]] = {}
        self.is_complete = False
        self.failure = ""
        self._kind = kind

    def take(self, answer: cosi.WatchResponse) -> bool:
        """Note what an answer tells; whether there is something new to be shown.

        The first answer has no events: it only says that the watch is accepted.
        """
        before = self.is_complete
        changes = [self._note(one) for one in answer.event]
        return self.is_complete and (any(changes) or not before)

    def _note(self, event: cosi.Event) -> bool:
        found = event.resource
        match event.event_type:
            case cosi.CREATED | cosi.UPDATED:
                self.resources[found.metadata.id] = _resource(found, self._kind)
                return True
            case cosi.DESTROYED:
                return self.resources.pop(found.metadata.id, None) is not None
            case cosi.BOOTSTRAPPED:
                self.is_complete = True
            case cosi.ERRORED:
                self.failure = printable(event.error) or "the node gave no reason"
        return False


def _resource(message: cosi.Resource, kind: Kind[T]) -> Resource[T]:
    """proto: cosi.resource.Resource."""
    metadata = message.metadata
    return Resource(
        id=printable(metadata.id),
        version=metadata.version,
        is_tearing_down=metadata.phase == "tearingDown",
        created=instant(metadata.created),
        updated=instant(metadata.updated),
        labels={
            printable(key): printable(value) for key, value in metadata.labels.items()
        },
        spec=kind.read(message.spec.yaml_spec),
    )
