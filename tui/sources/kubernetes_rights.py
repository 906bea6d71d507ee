"""Who we are to an API server, and what we may do there: it is asked, nothing is tried.

Both questions are POSTs that store nothing, and that every user may ask.
"""

from __future__ import annotations

import json

import msgspec
from msgspec import Struct

from tui.model.fault import FaultKind
from tui.model.rights import Right
from tui.sources.base import SourceError
from tui.sources.http import Request
from tui.sources.kubernetes import KubernetesSource
from tui.sources.kubernetes_wire import Wire
from tui.sources.text import first_line
from tui.sources.wire import decode_little


class _UserWire(Wire):
    username: str = ""
    groups: list[str] | None = None


class _WhoWire(Wire):
    user_info: _UserWire


class _SelfWire(Wire):
    """A SelfSubjectReview."""

    status: _WhoWire


class _AllowedWire(Wire):
    allowed: bool
    reason: str = ""


class _ReviewWire(Wire):
    """A SelfSubjectAccessReview."""

    status: _AllowedWire


_SELF = msgspec.json.Decoder(_SelfWire)
_REVIEW = msgspec.json.Decoder(_ReviewWire)
_ACCESS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"


class Who(Struct, frozen=True):
    """What the API server takes us for."""

    name: str
    groups: tuple[str, ...]


async def who(kube: KubernetesSource) -> Who | None:
    """Whom our credentials are taken for; None before Kubernetes 1.28.

    wire    POST /apis/authentication.k8s.io/v1/selfsubjectreviews
    """
    version = "authentication.k8s.io/v1"
    body = {"apiVersion": version, "kind": "SelfSubjectReview"}
    path = f"/apis/{version}/selfsubjectreviews"
    try:
        found = decode_little(
            await kube.send(_post(path, body)), _SELF
        ).status.user_info
    except SourceError as error:
        if error.fault.kind is FaultKind.NOT_FOUND:
            return None
        raise
    groups = tuple(map(first_line, found.groups or ()))
    return Who(first_line(found.username), groups)


async def may(
    kube: KubernetesSource, right: Right, verb: str, namespace: str = ""
) -> bool:
    """Whether we may do that, in all namespaces when none is given.

    wire    POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews
    """
    resource, _, below = right.resource.partition("/")
    attributes = {
        "verb": verb,
        "group": right.group,
        "resource": resource,
        "subresource": below,
        "namespace": namespace,
    }
    body = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": attributes},
    }
    return decode_little(await kube.send(_post(_ACCESS, body)), _REVIEW).status.allowed


async def serves(kube: KubernetesSource, group: str) -> bool:
    """Whether the cluster has a group of resources at all. wire: GET /apis/GROUP"""
    try:
        await kube.send(Request(f"/apis/{group}"))
    except SourceError as error:
        if error.fault.kind is FaultKind.NOT_FOUND:
            return False
        raise
    return True


def _post(path: str, body: object) -> Request:
    return Request(path, method="POST", json_body=json.dumps(body).encode())
