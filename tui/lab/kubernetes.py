"""The lab's Kubernetes API servers: TLS, one for each cluster.

Enough for `kubectl get` and for clients that list: discovery, lists, single objects,
selectors, paging, and the Table form that kubectl asks for. ServiceMonitors can be
deleted and created, everything else can only be read.
"""

from __future__ import annotations

import base64
import binascii
import ssl
from collections.abc import Mapping
from types import MappingProxyType

from aiohttp import web
from aiohttp.typedefs import Middleware

from tui.lab.certificates import Authority
from tui.lab.estate import LabCluster
from tui.lab.exporters import served_with
from tui.lab.http import Handler, json_answer, text_answer
from tui.lab.kube_cells import AGE, NAME
from tui.lab.kube_forward import Kubelet, behind
from tui.lab.kube_objects import Maker, Object
from tui.lab.kube_resources import GROUPS, MONITORING, RESOURCES, VERSIONS, Resource
from tui.lab.kube_reviews import answered
from tui.lab.kube_selectors import SelectorError, by_fields, by_labels
from tui.lab.kube_writes import Place, RefusedError, create, delete
from tui.lab.wiring import has_monitors
from tui.lab.world import World

_NOT_ALLOWED = "the server does not allow this method on the requested resource"
_WRITES = {("POST", False), ("DELETE", True)}
_REASONS = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    405: "MethodNotAllowed",
    409: "Conflict",
    422: "Invalid",
    500: "InternalError",
}


def tls_context(authority: Authority) -> ssl.SSLContext:
    """Asks for a client certificate of that authority; a bearer token will do too."""
    context = served_with(authority.server(["127.0.0.1", "localhost", "kubernetes"]))
    context.load_verify_locations(cadata=authority.pem.decode())
    context.verify_mode = ssl.CERT_OPTIONAL
    context.set_alpn_protocols(["http/1.1"])
    return context


def _failure(code: int, message: str, details: Object | None = None) -> web.Response:
    """A Status object, as the API server answers every refusal."""
    body: Object = {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": message,
        "reason": "AlreadyExists" if "already exists" in message else _REASONS[code],
        **({"details": details} if details else {}),
        "code": code,
    }
    return json_answer(body, code)


def _not_found(resource: Resource, name: str) -> web.Response:
    kind = f"{resource.name}.{resource.group}" if resource.group else resource.name
    details = {"name": name, "kind": resource.name}
    if resource.group:
        details["group"] = resource.group
    return _failure(404, f'{kind} "{name}" not found', details)


def _forbidden(method: str, resource: Resource, namespace: str) -> str:
    """The sentence of RBAC."""
    kind = f"{resource.name}.{resource.group}" if resource.group else resource.name
    verb = {"GET": "list", "DELETE": "delete", "POST": "create"}.get(method, "get")
    where = f'in the namespace "{namespace}"' if namespace else "at the cluster scope"
    return (
        f'{kind} is forbidden: User "viewer" cannot {verb} resource "{resource.name}" '
        f'in API group "{resource.group}" {where}'
    )


class Kubernetes:
    """The API of one cluster. `token` is the bearer token that it takes."""

    def __init__(
        self,
        world: World,
        cluster: str,
        token: str,
        pods: Mapping[tuple[str, int], str] = MappingProxyType({}),
    ) -> None:
        """`pods`: where ports of pods answer, by the beginning of the pod's name."""
        self._world = world
        self.kubelet = Kubelet(behind(pods))
        self._name = cluster
        self._token = token
        # Without the operator its group is not there at all.
        self._groups = tuple(
            name for name in GROUPS if name != MONITORING or has_monitors(cluster)
        )

    def app(self) -> web.Application:
        """The routes: nearly every path is read by one handler, as in the real one."""
        app = web.Application(middlewares=[self._guard()])
        pod = "/api/v1/namespaces/{namespace}/pods/{name}"
        app.router.add_get(f"{pod}/portforward", self._forward)
        app.router.add_route("*", "/{path:.*}", self._answer)
        return app

    def _guard(self) -> Middleware:
        @web.middleware
        async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
            self._world.asked[f"kubernetes {self._name} {request.path}"] += 1
            peer = request.transport and request.transport.get_extra_info("peercert")
            is_known = request.headers.get("Authorization") == f"Bearer {self._token}"
            if not peer and not is_known:
                return _failure(401, "Unauthorized")
            return await handler(request)

        return guard

    def _cluster(self) -> LabCluster:
        return self._world.estate().cluster(self._name)

    async def follow(self) -> None:
        """Cut port-forwards while that fault is on."""
        if self._world.faults.has("forward-cut"):
            self.kubelet.cut()

    async def _forward(self, request: web.Request) -> web.StreamResponse:
        """A port-forward to a pod, if it is there."""
        namespace, name = request.match_info["namespace"], request.match_info["name"]
        pods = next(one for one in RESOURCES if one.name == "pods")
        faults = self._world.faults
        if faults.has("forbidden", "pods/portforward"):
            told = _forbidden("POST", pods, namespace)
            return _failure(403, told.replace("pods", "pods/portforward"))
        found = self._objects(pods, namespace)
        if name not in {each["metadata"]["name"] for each in found}:
            return _not_found(pods, name)
        if faults.has("forward-cut"):
            return _failure(500, "error dialing backend: dial tcp: i/o timeout")
        return await self.kubelet.forward(request, name)

    async def _answer(self, request: web.Request) -> web.Response:
        parts = [part for part in request.match_info["path"].split("/") if part]
        match parts:
            case ["api", "v1", *rest]:
                return await self._resource(request, "", rest)
            case ["apis", group, version, *rest] if (
                group in self._groups and version == VERSIONS[group]
            ):
                return await self._resource(request, group, rest)
        if request.method not in ("GET", "HEAD"):
            return await self._review(request, parts)
        match parts:
            case ["readyz" | "livez" | "healthz"]:
                return text_answer("ok")
        body = self._document(parts)
        if body is None:
            return text_answer("404 page not found\n", 404)
        return json_answer(body)

    def _document(self, parts: list[str]) -> Mapping[str, object] | None:
        """What a client reads before it asks for resources."""
        match parts:
            case ["version"]:
                return _version(self._cluster())
            case ["api"]:
                everyone = {
                    "clientCIDR": "0.0.0.0/0",
                    "serverAddress": "127.0.0.1:6443",
                }
                return {
                    "kind": "APIVersions",
                    "versions": ["v1"],
                    "serverAddressByClientCIDRs": [everyone],
                }
            case ["apis"]:
                groups = [_group(name) for name in self._groups]
                return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}
            case ["apis", group] if group in self._groups:
                return {"kind": "APIGroup", "apiVersion": "v1", **_group(group)}
            case _:
                return None

    async def _resource(
        self, request: web.Request, group: str, parts: list[str]
    ) -> web.Response:
        if not parts:
            return json_answer(_described(group))
        namespace = ""
        if parts[0] == "namespaces" and len(parts) > 2:
            namespace, parts = parts[1], parts[2:]
        resource = next(
            (one for one in RESOURCES if (one.group, one.name) == (group, parts[0])),
            None,
        )
        if resource is None or len(parts) > 2:
            return _failure(404, "the server could not find the requested resource")
        if self._world.faults.has("forbidden", resource.name):
            return _failure(403, _forbidden(request.method, resource, namespace))
        name = parts[1] if len(parts) == 2 else ""
        if request.method not in ("GET", "HEAD"):
            return await self._write(request, resource, namespace, name)
        if name:
            return self._single(request, resource, namespace, name)
        return self._list(request, resource, namespace)

    async def _review(self, request: web.Request, parts: list[str]) -> web.Response:
        """Say who asks, or what he may do; nothing is stored, and nothing else is
        taken."""
        if request.method != "POST":
            return _failure(405, _NOT_ALLOWED)
        try:
            found = answered(self._world, parts, await request.read())
        except ValueError as error:
            return _failure(400, str(error))
        if found is None:
            return _failure(405, _NOT_ALLOWED)
        return json_answer(found, 201)

    def _objects(self, resource: Resource, namespace: str) -> list[Object]:
        world = self._world
        maker = Maker(self._cluster(), world.when, world.now(), world.clock.position())
        items = resource.make(maker)
        if resource.is_writable:
            items = self._world.objects(self._name, items)
        return [
            item
            for item in items
            if namespace in ("", item["metadata"].get("namespace", ""))
        ]

    async def _write(
        self, request: web.Request, resource: Resource, namespace: str, name: str
    ) -> web.Response:
        """Delete one object, or create one."""
        verb = (request.method, bool(name))
        if not resource.is_writable or not namespace or verb not in _WRITES:
            return _failure(405, _NOT_ALLOWED)
        place = Place(self._name, resource, namespace)
        items = {
            one["metadata"]["name"]: one for one in self._objects(resource, namespace)
        }
        dry_runs = request.query.getall("dryRun", [])
        body = await request.read()
        try:
            if not name:
                made = create(self._world, place, set(items), body, dry_runs)
                return json_answer(made, 201)
            if name not in items:
                return _not_found(resource, name)
            return json_answer(delete(self._world, place, items[name], body, dry_runs))
        except RefusedError as error:
            return _failure(error.code, error.message, error.details)

    def _single(
        self, request: web.Request, resource: Resource, namespace: str, name: str
    ) -> web.Response:
        for item in self._objects(resource, namespace):
            if item["metadata"]["name"] == name:
                if _wants_table(request):
                    return json_answer(self._table(request, resource, [item], {}))
                head = {"kind": resource.kind, "apiVersion": resource.api_version}
                return json_answer({**head, **item})
        return _not_found(resource, name)

    def _list(
        self, request: web.Request, resource: Resource, namespace: str
    ) -> web.Response:
        asked = request.query
        try:
            has_labels = by_labels(asked.get("labelSelector", ""))
            has_fields = by_fields(asked.get("fieldSelector", ""), resource)
            first = _page_start(asked.get("continue", ""))
            limit = int(asked.get("limit") or 0)
        except (SelectorError, ValueError) as error:
            return _failure(400, str(error))
        items = [
            item
            for item in self._objects(resource, namespace)
            if has_labels(item) and has_fields(item)
        ]
        page = items[first : first + limit] if limit else items[first:]
        metadata: Object = {"resourceVersion": self._resource_version()}
        left = len(items) - first - len(page)
        if left > 0:
            token = base64.b64encode(str(first + len(page)).encode()).decode()
            metadata |= {"continue": token, "remainingItemCount": left}
        if _wants_table(request):
            return json_answer(self._table(request, resource, page, metadata))
        return json_answer(
            {
                "kind": f"{resource.kind}List",
                "apiVersion": resource.api_version,
                "metadata": metadata,
                "items": page,
            }
        )

    def _resource_version(self) -> str:
        return str(1_000_000 + int(self._world.clock.position().total_seconds()))

    def _table(
        self,
        request: web.Request,
        resource: Resource,
        items: list[Object],
        metadata: Object,
    ) -> Object:
        now = self._world.now()
        columns = resource.columns or (NAME, AGE)
        is_full = request.query.get("includeObject") == "Object"
        head = {"kind": resource.kind, "apiVersion": resource.api_version}
        partial = {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1"}
        return {
            "kind": "Table",
            "apiVersion": "meta.k8s.io/v1",
            "metadata": metadata,
            "columnDefinitions": [
                {
                    "name": name,
                    "type": kind,
                    "format": "name" if name == "Name" else "",
                    "description": "",
                    "priority": priority,
                }
                for name, kind, priority, _ in columns
            ],
            "rows": [
                {
                    "cells": [cell(item, now) for *_, cell in columns],
                    "object": {**head, **item}
                    if is_full
                    else {**partial, "metadata": item["metadata"]},
                }
                for item in items
            ],
        }


def _wants_table(request: web.Request) -> bool:
    return "as=Table" in request.headers.get("Accept", "")


def _page_start(token: str) -> int:
    try:
        return int(base64.b64decode(token)) if token else 0
    except (ValueError, binascii.Error) as error:
        raise SelectorError("continue key is not valid") from error


def _version(cluster: LabCluster) -> Mapping[str, str]:
    tag = cluster.nodes[0].kubernetes_version
    major, minor, _ = tag.removeprefix("v").split(".")
    return {
        "major": major,
        "minor": minor,
        "gitVersion": tag,
        "gitCommit": "93248f9ae092f571eb870b7664c534bfc7d00f03",
        "gitTreeState": "clean",
        "buildDate": "2025-09-09T19:33:31Z",
        "goVersion": "go1.24.6",
        "compiler": "gc",
        "platform": "linux/amd64",
    }


def _group(name: str) -> Mapping[str, object]:
    version = {"groupVersion": f"{name}/{VERSIONS[name]}", "version": VERSIONS[name]}
    return {"name": name, "versions": [version], "preferredVersion": version}


def _described(group: str) -> Mapping[str, object]:
    return {
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": f"{group}/{VERSIONS[group]}" if group else "v1",
        "resources": [one.described() for one in RESOURCES if one.group == group],
    }
