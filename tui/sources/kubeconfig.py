"""A program of its own: reads one kubeconfig context and writes what it says as JSON.

The `kubernetes` package knows kubeconfigs best (tokens, certificates, plugins), but it
takes 18 MB and a fifth of a second; both are spent here, in a process that ends. So a
plugin cannot write on the screen either, and one that hangs can be ended. It imports
nothing of ours, as it runs without our import path.

    python -P kubeconfig.py CONTEXT PATH      both may be empty
    python -P kubeconfig.py --list PATH       all contexts
"""

from __future__ import annotations

import json
import sys
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


def read(context: str, path: str) -> dict[str, Any]:
    """What a client needs to get in; certificates and keys as PEM."""
    from kubernetes.client import Configuration  # noqa: PLC0415 - heavy: see above
    from kubernetes.config import load_kube_config  # noqa: PLC0415

    loaded = Configuration()
    loaded.proxy = None  # what the environment says is for others to read
    load_kube_config(  # type: ignore[no-untyped-call] # the package says py.typed
        config_file=path or None,
        context=context or None,
        client_configuration=loaded,
        persist_config=False,
    )
    user = _user(context, path)
    return {
        "host": loaded.host,
        "is_verified": loaded.verify_ssl,
        "ca": _text(loaded.ssl_ca_cert),
        "certificate": _text(loaded.cert_file),
        "key": _text(loaded.key_file),
        "authorization": loaded.auth_settings().get("BearerToken", {}).get("value", ""),
        "impersonate": _impersonated(user),
        # What a plugin gives is short-lived by design, and made again.
        "is_renewed": bool(user.get("exec") or user.get("auth-provider")),
        "proxy": loaded.proxy or "",
        "server_name": loaded.tls_server_name or "",
    }


def _merged(path: str) -> dict[str, Any]:
    """The kubeconfig as a whole: all files of KUBECONFIG, as kubectl merges them."""
    from kubernetes.config.kube_config import (  # noqa: PLC0415
        KUBE_CONFIG_DEFAULT_LOCATION,
        KubeConfigMerger,
    )

    merger = KubeConfigMerger(  # type: ignore[no-untyped-call]
        path or KUBE_CONFIG_DEFAULT_LOCATION
    )
    found: dict[str, Any] = _plain(merger.config) or {}
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


def _user(context: str, path: str) -> dict[str, Any]:
    merged = _merged(path)
    name = context or merged.get("current-context", "")
    user = _named(merged.get("contexts"), name, "context").get("user", "")
    return _named(merged.get("users"), user, "user")


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


def listed(path: str) -> list[dict[str, str]]:
    """All contexts with the server of each, the current one first."""
    merged = _merged(path)
    found = []
    for each in merged.get("contexts") or ():
        cluster = (each.get("context") or {}).get("cluster", "")
        server = _named(merged.get("clusters"), cluster, "cluster").get("server", "")
        found.append({"name": each["name"], "cluster": cluster, "server": server})
    current = merged.get("current-context", "")
    return sorted(found, key=lambda each: each["name"] != current)


if __name__ == "__main__":
    lighten()
    what, where = sys.argv[1:3]
    told = listed(where) if what == "--list" else read(what, where)
    sys.stdout.write(json.dumps(told))
