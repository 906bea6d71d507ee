"""The calls about resources: get one, list all.

proto  cosi.resource.State; through apid it can only be read
"""

from __future__ import annotations

from typing import TypeVar

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
