"""Deleting and creating ServiceMonitors, as the API server of the lab lets one do it.

source  k8s.io/apiserver registry/rest (BeforeCreate, BeforeDelete), endpoints/handlers
"""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from msgspec import Struct

from tui.lab.http import rfc3339
from tui.lab.kube_objects import Object
from tui.lab.kube_resources import Resource
from tui.lab.world import World

_SERVER_SET = ("creationTimestamp", "deletionTimestamp", "generation", "selfLink")


class RefusedError(Exception):
    """A request that the API server refuses: code, message, details."""

    def __init__(self, code: int, message: str, details: Object | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = details


class Place(Struct, frozen=True):
    """Where a request goes: a cluster, a kind, a namespace."""

    cluster: str
    resource: Resource
    namespace: str

    @property
    def kind(self) -> str:
        """The kind as messages name it: `servicemonitors.monitoring.coreos.com`."""
        return f"{self.resource.name}.{self.resource.group}"

    def details(self, name: str, **more: str) -> Object:
        """Of a Status."""
        group = self.resource.group
        return {"name": name, "group": group, "kind": self.resource.name, **more}


def delete(
    world: World, place: Place, item: Object, body: bytes, dry_runs: list[str]
) -> Object:
    """Delete an object that is there; raises RefusedError.

    dry_runs    of the query, which counts only without a body
    """
    options: Object = _object(body) if body.strip() else {"dryRun": dry_runs}
    is_dry = _is_dry(options.get("dryRun") or [])
    name, meta = item["metadata"]["name"], item["metadata"]
    wanted = options.get("preconditions") or {}
    for key, word, hint in (
        ("uid", "UID", "deleted and then recreated"),
        ("resourceVersion", "ResourceVersion", "modified"),
    ):
        if key in wanted and wanted[key] != meta[key]:
            raise RefusedError(
                409,
                f"Operation cannot be fulfilled on {place.resource.kind}."
                f'{place.resource.group} "{name}": the {word} in the precondition '
                f"({wanted[key]}) does not match the {word} in record ({meta[key]}). "
                f"The object might have been {hint}",
                place.details(name),
            )
    if not is_dry:
        world.delete_object(place.cluster, place.namespace, name)
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Success",
        "details": place.details(name, uid=meta["uid"]),
    }


def create(
    world: World, place: Place, known: set[str], body: bytes, dry_runs: list[str]
) -> Object:
    """Create an object; raises RefusedError.

    known   names of those that are there already
    """
    item = _object(body)
    is_dry = _is_dry(dry_runs)
    meta = item.get("metadata") or {}
    name, namespace = meta.get("name", ""), meta.get("namespace", place.namespace)
    if namespace != place.namespace:
        raise RefusedError(
            400,
            "the namespace of the provided object does not match the namespace sent "
            "on the request",
        )
    if not name:
        message = f'{place.kind} "" is invalid: metadata.name: Required value'
        raise RefusedError(422, message, place.details(""))
    if name in known:
        message = f'{place.kind} "{name}" already exists'
        raise RefusedError(409, message, place.details(name))
    if meta.get("resourceVersion"):
        message = "resourceVersion should not be set on objects to be created"
        raise RefusedError(500, message)
    kept = {key: value for key, value in meta.items() if key not in _SERVER_SET}
    made = {
        **item,
        "metadata": {
            **kept,
            "namespace": place.namespace,
            "uid": str(uuid4()),
            "resourceVersion": world.next_version(),
            "generation": 1,
            "creationTimestamp": rfc3339(world.now(), digits=0),
        },
    }
    if not is_dry:
        world.create_object(place.cluster, made)
    return made


def _is_dry(values: list[str]) -> bool:
    if any(value != "All" for value in values):
        message = f'Invalid value: {values}: Unsupported value: supported values: "All"'
        raise RefusedError(422, f"dryRun: {message}")
    return bool(values)


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError as error:
        raise RefusedError(400, f"the object provided is unrecognized: {error}") from (
            error
        )
    if not isinstance(found, dict):
        raise RefusedError(400, "the object provided is unrecognized")
    return found
