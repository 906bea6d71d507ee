"""ServiceMonitors as whole objects: read, delete, put back.

The only module that changes anything in a cluster's Kubernetes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import msgspec
import yaml
from msgspec import Struct

from tui.model.fault import FaultKind
from tui.model.manifest import KIND, Manifest, managers
from tui.sources.base import SourceError
from tui.sources.http import Request
from tui.sources.http_fault import Answer, source_error
from tui.sources.kubernetes import KubernetesSource
from tui.sources.text import first_line
from tui.sources.wire import little

API_VERSION = "monitoring.coreos.com/v1"
_SERVER_SET = (
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
)
# What one YAML reads as a text and another as a number or a truth value.
_DOUBTFUL = re.compile(r"[-+.]?\d.*|[yYnN]|~|=|<<")


class Monitors(Struct, frozen=True):
    """The ServiceMonitors of one cluster. Every method raises SourceError."""

    cluster: str
    """Its name in the config."""
    kube: KubernetesSource

    async def read(self, namespace: str, name: str) -> Manifest | None:
        """One of them; None when the server says that there is none."""
        request = Request(_path(namespace, name))
        try:
            answer = await self.kube.send(request)
        except SourceError as error:
            if _is_gone(error, name):
                return None
            raise
        return _manifest(self.cluster, answer)

    async def delete(self, known: Manifest, *, is_dry: bool) -> str:
        """Delete it, if it is still what was shown; return what is not plain.

        raise   SourceError(CONFLICT) when it has changed meanwhile
        wire    DELETE with preconditions; dryRun goes into the body, since the query
                counts only without one
        """
        options: dict[str, Any] = {
            "kind": "DeleteOptions",
            "apiVersion": "v1",
            "preconditions": {
                "uid": known.uid,
                "resourceVersion": known.resource_version,
            },
            "propagationPolicy": "Background",
        }
        if is_dry:
            options["dryRun"] = ["All"]
        path = _path(known.namespace, known.name)
        request = Request(path, method="DELETE", json_body=_json(options))
        found = _object(await self.kube.send(request))
        # An object instead of a Status: somebody's finalizers hold it.
        held = _table(found, "metadata").get("finalizers")
        if found.get("kind") != "Status" and isinstance(held, list) and held:
            names = first_line(", ".join(map(str, held)))
            return f"it goes once its finalizers are done: {names}"
        return ""

    async def create(self, text: str, *, is_dry: bool) -> Manifest:
        """Put one back from its YAML; what only a server can set is left out.

        raise   SourceError(CONFLICT) when one of that name is there
        """
        item = stripped(parsed(text))
        meta = item["metadata"]
        query = {"dryRun": "All"} if is_dry else {}
        request = Request(
            _path(meta["namespace"]), query, method="POST", json_body=_json(item)
        )
        return _manifest(self.cluster, await self.kube.send(request))


def parsed(text: str) -> dict[str, Any]:
    """The object of a YAML text.

    raise   SourceError(CONFIG) when it is no ServiceMonitor with a name and a place
    """
    try:
        found = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise _unusable(str(error)) from error
    if not isinstance(found, dict) or found.get("kind") != KIND:
        raise _unusable(f"its kind is not {KIND}")
    meta = found.get("metadata")
    names = (
        [meta.get(key) for key in ("name", "namespace")]
        if (isinstance(meta, dict))
        else []
    )
    if not names or not all(isinstance(one, str) and one for one in names):
        raise _unusable("it has no name or no namespace")
    return found


def stripped(item: Mapping[str, Any]) -> dict[str, Any]:
    """An object as one would write it oneself."""
    meta = {k: v for k, v in item["metadata"].items() if k not in _SERVER_SET}
    return {**{k: v for k, v in item.items() if k != "status"}, "metadata": meta}


def written(item: Mapping[str, Any]) -> str:
    """An object as YAML that any reader takes for the same."""
    return yaml.dump(
        dict(item), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000
    )


class _Dumper(yaml.SafeDumper):
    """Quotes what kubectl's YAML would read as something else than a text."""


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "'" if _DOUBTFUL.fullmatch(value) else "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def _manifest(cluster: str, answer: Answer) -> Manifest:
    item = _object(answer)
    meta = _table(item, "metadata")
    kept = {k: v for k, v in meta.items() if k != "managedFields"}
    head = {"apiVersion": API_VERSION, "kind": KIND}
    references = meta.get("ownerReferences")
    owners = [
        f"{one.get('kind')} {one.get('name')}"
        for one in (references if isinstance(references, list) else ())
        if isinstance(one, dict)
    ]
    try:
        text = written({**head, **item, "metadata": kept})
    except RecursionError as error:
        raise _nested(answer) from error
    return Manifest(
        cluster=cluster,
        namespace=str(meta.get("namespace", "")),
        name=str(meta.get("name", "")),
        uid=str(meta.get("uid", "")),
        resource_version=str(meta.get("resourceVersion", "")),
        text=text,
        managers=managers(_texts(meta, "labels"), _texts(meta, "annotations"), owners),
    )


def _table(item: Mapping[str, Any], key: str) -> dict[str, Any]:
    """A table inside another one; empty for anything else."""
    found = item.get(key)
    return found if isinstance(found, dict) else {}


def _texts(item: Mapping[str, Any], key: str) -> dict[str, str]:
    return {name: str(value) for name, value in _table(item, key).items()}


def _object(answer: Answer) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(little(answer).body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        summary = "answered no valid JSON"
        raise source_error(
            FaultKind.PROTOCOL, summary, str(error), answer.endpoint
        ) from error
    except RecursionError as error:
        raise _nested(answer) from error
    if not isinstance(found, dict):
        summary = "answered JSON of another shape"
        raise source_error(FaultKind.PROTOCOL, summary, endpoint=answer.endpoint)
    return found


def _nested(answer: Answer) -> SourceError:
    summary = "answered JSON that is nested too deeply"
    return source_error(FaultKind.PROTOCOL, summary, "", answer.endpoint)


def _path(namespace: str, name: str = "") -> str:
    base = f"/apis/{API_VERSION}/namespaces/{quote(namespace, safe='')}/servicemonitors"
    return f"{base}/{quote(name, safe='')}" if name else base


def _json(value: Any) -> bytes:
    return msgspec.json.encode(value)


def _is_gone(error: SourceError, name: str) -> bool:
    """A 404 that does not name it comes from somebody else."""
    fault = error.fault
    return fault.kind is FaultKind.NOT_FOUND and f'"{name}" not found' in fault.detail


def _unusable(reason: str) -> SourceError:
    summary = f"what was kept is no {KIND}"
    return source_error(FaultKind.CONFIG, summary, reason)
