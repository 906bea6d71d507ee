"""What the lab's API servers say of whoever asks: who it is, and what it may do.

source  k8s.io/kubernetes pkg/registry/authorization/selfsubjectaccessreview,
        pkg/registry/authentication/selfsubjectreview
"""

from __future__ import annotations

import json
from typing import Any

from tui.lab.kube_objects import Object
from tui.lab.world import World


def answered(world: World, path: list[str], body: bytes) -> Object | None:
    """The object that the server gives back with 201; None for another path.

    raise   ValueError for a body that is no such object
    """
    match path:
        case ["apis", "authentication.k8s.io", "v1", "selfsubjectreviews"]:
            return {**_object(body), "metadata": {}, "status": _whoever()}
        case ["apis", "authorization.k8s.io", "v1", "selfsubjectaccessreviews"]:
            asked = _object(body)
            return {**asked, "metadata": {}, "status": _allowed(world, asked)}
        case _:
            return None


def _whoever() -> Object:
    groups = ["lab:viewers", "system:authenticated"]
    return {"userInfo": {"username": "viewer", "groups": groups}}


def _allowed(world: World, asked: Object) -> Object:
    """Everything that is read may be read, but for what a fault forbids."""
    spec: dict[str, Any] = asked.get("spec") or {}
    wanted: dict[str, str] = spec.get("resourceAttributes") or {}
    resource = wanted.get("resource", "")
    if below := wanted.get("subresource"):
        resource = f"{resource}/{below}"
    if world.faults.has("forbidden", resource):
        return {"allowed": False}
    return {"allowed": True, "reason": 'RBAC: allowed by ClusterRoleBinding "viewer"'}


def _object(body: bytes) -> Object:
    found = json.loads(body)
    if not isinstance(found, dict):
        raise ValueError("the body is no object")  # noqa: TRY004 - for the caller
    return found
