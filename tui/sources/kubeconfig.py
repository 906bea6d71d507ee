"""A program of its own: reads contexts of a kubeconfig, writes what they say as JSON.

The `kubernetes` package knows kubeconfigs best (tokens, certificates, plugins), but it
takes 18 MB and a fifth of a second; both are spent here, in a process that ends. So a
plugin cannot write on the screen either, and one that hangs can be ended. It imports
nothing of ours, as it runs without our import path.

    python -P kubeconfig.py CONTEXT PATH             both may be empty
    python -P kubeconfig.py --each PATH CONTEXT...   those that need no plugin
    python -P kubeconfig.py --list PATH              the names of all
"""

from __future__ import annotations

import json
import sys
from base64 import b64decode
from collections.abc import Iterable
from contextlib import suppress
from hashlib import sha256
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any


def lighten() -> None:
    """Have the package read kubeconfigs without its client of the API.

    That is half of what it imports, and one line of it needs it: to renew an OIDC
    token. Where the package is not put together so any more, all of it is imported.
    """
    spec = find_spec("kubernetes")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    package, client = ModuleType("kubernetes"), ModuleType("kubernetes.client")
    package.__path__ = folders
    client.__path__ = [str(Path(folder, "client")) for folder in folders]
    light: Any = client
    sys.modules.update({"kubernetes": package, "kubernetes.client": client})
    try:
        found = import_module("kubernetes.client.configuration")
        light.Configuration = found.Configuration
        light.ApiClient = _api_client
        import_module("kubernetes.config.kube_config")
    except (ImportError, AttributeError):
        for name in [name for name in sys.modules if name.startswith("kubernetes")]:
            del sys.modules[name]


def _api_client(**options: Any) -> Any:
    return import_module("kubernetes.client.api_client").ApiClient(**options)


def merged(path: str) -> Any:
    """The kubeconfig as a whole: all files of KUBECONFIG, as kubectl merges them.

    return  a node of the package, which knows of each part from which file it is; None
            where there is no file
    """
    from kubernetes.config.kube_config import (  # noqa: PLC0415 - heavy: see above
        KUBE_CONFIG_DEFAULT_LOCATION,
        KubeConfigMerger,
    )

    where = path or KUBE_CONFIG_DEFAULT_LOCATION
    return KubeConfigMerger(where).config  # type: ignore[no-untyped-call]


def read(kubeconfig: Any, known: dict[str, Any], context: str) -> dict[str, Any]:
    """What a client needs to get in; certificates and keys as PEM.

    known   the same kubeconfig without the package's nodes
    """
    from kubernetes.client import Configuration  # noqa: PLC0415
    from kubernetes.config.kube_config import (  # noqa: PLC0415
        load_kube_config_from_dict,
    )

    loaded = Configuration()
    loaded.proxy = None  # what the environment says is for others to read
    load_kube_config_from_dict(  # type: ignore[no-untyped-call] # says py.typed
        kubeconfig,
        context=context or None,
        client_configuration=loaded,
        persist_config=False,
    )
    user = _user(known, context)
    return {
        "host": loaded.host,
        "is_verified": loaded.verify_ssl,
        "ca": _text(loaded.ssl_ca_cert),
        "certificate": _text(loaded.cert_file),
        "key": _text(loaded.key_file),
        "authorization": loaded.auth_settings().get("BearerToken", {}).get("value", ""),
        "impersonate": _impersonated(user),
        # What a plugin gives is short-lived by design, and made again.
        "is_renewed": _has_plugin(user),
        "proxy": loaded.proxy or "",
        "server_name": loaded.tls_server_name or "",
    }


def read_each(
    kubeconfig: Any, known: dict[str, Any], contexts: Iterable[str]
) -> dict[str, dict[str, Any]]:
    """As `read`, of each whose user has no plugin: none shall wait for another's."""
    found = {}
    for context in contexts:
        # Whatever is wrong with one is told when it is read alone.
        with suppress(Exception):
            if not _has_plugin(_user(known, context)):
                found[context] = read(kubeconfig, known, context)
    return found


def _plain(node: Any) -> Any:
    """What the package's nodes hold."""
    value = getattr(node, "value", node)
    if isinstance(value, dict):
        return {key: _plain(below) for key, below in value.items()}
    return [_plain(below) for below in value] if isinstance(value, list) else value


def _named(entries: Any, name: str, kind: str) -> dict[str, Any]:
    """One of the named entries of a kubeconfig; empty when it is not there."""
    found = (each.get(kind) for each in entries or () if each.get("name") == name)
    return next(found, None) or {}


def _user(known: dict[str, Any], context: str) -> dict[str, Any]:
    name = context or known.get("current-context", "")
    user = _named(known.get("contexts"), name, "context").get("user", "")
    return _named(known.get("users"), user, "user")


def _has_plugin(user: dict[str, Any]) -> bool:
    return bool(user.get("exec") or user.get("auth-provider"))


def _impersonated(user: dict[str, Any]) -> dict[str, str]:
    """The headers of impersonation, of which the package knows nothing."""
    groups = user.get("as-groups") or ()
    if len(groups) > 1:
        raise ValueError("as-groups has several groups: only one is supported")
    told = {
        "Impersonate-User": user.get("as"),
        "Impersonate-Uid": user.get("as-uid"),
        "Impersonate-Group": next(iter(groups), None),
    }
    return {name: str(value) for name, value in told.items() if value}


def _text(path: str | None) -> str:
    return Path(path).read_text(encoding="utf-8") if path else ""


def listed(kubeconfig: Any, known: dict[str, Any]) -> list[dict[str, str]]:
    """All contexts with the server of each and the way there, the current one first.

    known   as for `read`
    """
    parts = kubeconfig.value["clusters"] if kubeconfig else ()
    files = {each.value["name"]: each.path for each in parts}
    found = []
    for each in known.get("contexts") or ():
        cluster = (each.get("context") or {}).get("cluster", "")
        told = _named(known.get("clusters"), cluster, "cluster")
        found.append(
            {
                "name": each["name"],
                "cluster": cluster,
                "server": told.get("server", ""),
                "way": _way(told, files.get(cluster, "")),
            }
        )
    current = known.get("current-context", "")
    return sorted(found, key=lambda each: each["name"] != current)


def _way(cluster: dict[str, Any], file: str) -> str:
    """What tells two servers of one URL apart: proxy, name and CA, as a fingerprint."""
    told = [cluster.get("proxy-url"), cluster.get("tls-server-name")]
    return sha256(repr([*told, _authority(cluster, file)]).encode()).hexdigest()


def _authority(cluster: dict[str, Any], file: str) -> str:
    """The CA as PEM; what stands in its place where that cannot be read.

    file    of the kubeconfig, beside which a path begins
    """
    data = cluster.get("certificate-authority-data") or ""
    path = cluster.get("certificate-authority") or ""
    try:
        if data:
            return b64decode(data).decode().strip()
        return (Path(file).parent / path).read_text().strip() if path else ""
    except (OSError, ValueError, TypeError):
        return f"{data}{path}"  # whoever dials it says what is wrong


def main(what: str, where: str, *contexts: str) -> object:
    """What is to be written."""
    kubeconfig = merged(where)
    known = _plain(kubeconfig) or {}
    match what:
        case "--list":
            return listed(kubeconfig, known)
        case "--each":
            return read_each(kubeconfig, known, contexts)
        case context:
            return read(kubeconfig, known, context)


if __name__ == "__main__":
    lighten()
    sys.stdout.write(json.dumps(main(*sys.argv[1:])))
