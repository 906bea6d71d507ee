"""A program of its own: reads contexts of a kubeconfig, writes what they say as JSON.

The `kubernetes` package knows kubeconfigs best (tokens, certificates, plugins), but it
takes 18 MB and a fifth of a second; both are spent here, in a process that ends. So a
plugin cannot write on the screen either, and one that hangs can be ended. It imports
nothing of ours, as it runs without our import path.

    python -P kubeconfig.py CONTEXT PATH             both may be empty
    python -P kubeconfig.py --each PATH CONTEXT...   those that need no plugin
    python -P kubeconfig.py --list PATH              the names of all

What is wrong is written as JSON too where it can be said, with the status REFUSED.
"""

from __future__ import annotations

import json
import os
import sys
from base64 import b64decode
from collections.abc import Iterable, Sequence
from contextlib import suppress
from difflib import get_close_matches
from hashlib import sha256
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

REFUSED = 3
_KINDS = ("clusters", "contexts", "users")
_MOST_NAMES = 8
_UNREADABLE = OSError, ValueError, LookupError, TypeError, AttributeError
_CONFIG = "`context` in the config (config.toml)"


class RefusedError(Exception):
    """What is wrong, and what a person can do about it."""

    def __init__(self, reason: str, remedy: str, *, is_of_all: bool = False) -> None:
        """is_of_all    nothing can be read from the kubeconfig, of any context"""
        super().__init__(reason)
        self.told = {"reason": reason, "remedy": remedy, "is_of_all": is_of_all}


def lighten() -> None:
    """Have the package read kubeconfigs without its client of the API and OAuth.

    That is two thirds of what it imports, and one function needs it: to renew an OIDC
    token. Where the package is not put together so any more, all of it is imported.
    """
    spec = find_spec("kubernetes")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    package, client = ModuleType("kubernetes"), ModuleType("kubernetes.client")
    package.__path__ = folders
    client.__path__ = [str(Path(folder, "client")) for folder in folders]
    light: Any = client
    sys.modules.update({"kubernetes": package, "kubernetes.client": client})
    late = ("requests_oauthlib", "oauthlib", "oauthlib.oauth2")
    sys.modules.update({name: _Late(name) for name in late})
    try:
        found = import_module("kubernetes.client.configuration")
        light.Configuration = found.Configuration
        light.ApiClient = _api_client
        import_module("kubernetes.config.kube_config")
    except (ImportError, AttributeError):
        for name in [name for name in sys.modules if name.startswith("kubernetes")]:
            del sys.modules[name]
    finally:
        for name in late:
            del sys.modules[name]


class _Late(ModuleType):
    """Stands for a module at an import; what is used of it is imported then."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name == "OAuth2Session":
            return lambda **given: import_module(self.__name__).OAuth2Session(**given)
        return import_module(f"{self.__name__}.{name}")


def _api_client(**options: Any) -> Any:
    return import_module("kubernetes.client.api_client").ApiClient(**options)


def files(where: str) -> tuple[str, ...]:
    """The files that a kubeconfig is read from; they may not exist.

    where   as kubectl takes KUBECONFIG; empty for kubectl's own search
    """
    searched = where or os.environ.get("KUBECONFIG") or "~/.kube/config"
    return tuple(
        os.path.expanduser(one)  # noqa: PTH111 - pathlib raises where nobody knows ~USER
        for one in searched.split(os.pathsep)
        if one
    )


def merged(where: str) -> Any:
    """The kubeconfig as a whole: all its files, as kubectl merges them.

    return  a node of the package, which knows of each part from which file it is; None
            where there is no file, or nothing in any
    raise   RefusedError, of a file that is no kubeconfig
    """
    found = files(where)
    remedy = "take it out of KUBECONFIG"
    if len(found) == 1:
        remedy = "fetch it anew (talosctl kubeconfig)"
    whole: Any = None
    for file in found:
        try:
            document = _document(file)
            parts = {kind: _entries(document, kind) for kind in _KINDS}
        except ValueError as error:
            told = f"{file} {error}", f"Correct that file, or {remedy}."
            raise RefusedError(*told, is_of_all=True) from error
        if not document:
            continue
        if whole is None:
            whole = _node(file, {**document, **{kind: [] for kind in _KINDS}}, file)
        for kind, entries in parts.items():
            _add(whole.value[kind], entries, file, kind)
        if not whole.value.get("current-context"):
            whole.value["current-context"] = document.get("current-context")
    return whole


def _node(name: str, value: Any, file: str) -> Any:
    from kubernetes.config.kube_config import (  # noqa: PLC0415 - heavy: see above
        ConfigNode,
    )

    return ConfigNode(name, value, file)  # type: ignore[no-untyped-call]


def _add(
    held: list[Any], entries: Sequence[dict[str, Any]], file: str, kind: str
) -> None:
    """Add those whose names are new: of two that have the same, the first counts."""
    known = {str(each["name"]) for each in held}
    for each in entries:
        name = str(each["name"])
        if name not in known:
            known.add(name)
            # The package tells what a node is called, so no secret may be in that.
            held.append(_node(f"{file}/{kind}[name={name}]", each, file))


def _document(file: str) -> dict[str, Any]:
    """What one file holds; nothing for one that is empty or not there.

    raise   ValueError, which goes on after the name of the file
    """
    import yaml  # noqa: PLC0415 - it takes a while, and our own process wants no more

    try:
        found = yaml.safe_load(_content(file).decode())
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        byte = f"byte 0x{error.object[error.start]:02x} in line {line}"
        raise ValueError(f"is not UTF-8: {byte}; save it as UTF-8") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f" in line {mark.line + 1}" if mark else ""
        raise ValueError(f"is no YAML: {error.problem}{where}") from error
    except RecursionError as error:
        raise ValueError("is no kubeconfig: it is nested too deeply") from error
    except (yaml.YAMLError, ValueError, TypeError, LookupError) as error:
        raise ValueError(f"is no YAML: {_first(error)}") from error
    if found is None or isinstance(found, dict):
        return found or {}
    shape = "a list" if isinstance(found, list) else "a single value"
    raise ValueError(f"is no kubeconfig: it holds {shape}, and no contexts")


def _content(file: str) -> bytes:
    if file.startswith(("/dev/fd/", "/dev/stdin")) or Path(file).is_fifo():
        raise OSError("it is a pipe, not a file: it is read anew each time")
    return Path(file).read_bytes()


def _first(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)


def _entries(document: dict[str, Any], kind: str) -> Sequence[dict[str, Any]]:
    """Clusters, contexts or users of one file; raises ValueError as above."""
    entries = document.get(kind) or []
    is_list = isinstance(entries, list)
    if not is_list or not all(isinstance(each, dict) for each in entries):
        raise ValueError(f"is no kubeconfig: its {kind} are no list of named entries")
    if any(each.get("name") is None for each in entries):
        raise ValueError(f"is no kubeconfig: one of its {kind} has no name")
    return entries


def hold_context(known: dict[str, Any], context: str, where: str) -> None:
    """Whether the context exists.

    known   the kubeconfig without the package's nodes
    context empty for the current one
    raise   RefusedError, which lists those that there are
    """
    names = [str(each["name"]) for each in known.get("contexts") or ()]
    wanted = context or str(known.get("current-context") or "")
    if wanted in names:
        return
    has = f"it has {_listed(names)} in {_searched(where)}"
    if near := get_close_matches(wanted, names, n=1, cutoff=0.5):
        has = f"did you mean {near[0]!r}? It has {_listed(names)} in {_searched(where)}"
    remedy = f"Correct {_CONFIG}, or add that context to the kubeconfig."
    if not context:
        remedy = f"Name one as {_CONFIG}, or choose it: kubectl config use-context."
    what = f"no context {wanted!r}" if wanted else "no current context"
    raise RefusedError(f"the kubeconfig has {what}; {has}", remedy)


def _listed(names: Sequence[str]) -> str:
    """Of many the first: the others would leave no room for anything else."""
    told = ", ".join(names[:_MOST_NAMES]) or "none"
    more = len(names) - _MOST_NAMES
    return f"{told} and {more} more" if more > 0 else told


def _searched(where: str) -> str:
    return ", ".join(files(where)) or "KUBECONFIG"


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
    from kubernetes.config.config_exception import ConfigException  # noqa: PLC0415

    found = {}
    for context in contexts:
        # What is wrong with one is told when it is read alone.
        with suppress(ConfigException, *_UNREADABLE):
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
    return sorted(found, key=lambda each: each["name"] != known.get("current-context"))


def _way(cluster: dict[str, Any], file: str) -> str:
    """What tells two servers of one URL apart: proxy, name and CA, as a fingerprint."""
    told = cluster.get("proxy-url"), cluster.get("tls-server-name")
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
    """What is to be written; raises RefusedError."""
    known = _plain(kubeconfig := merged(where)) or {}
    match what:
        case "--list":
            return listed(kubeconfig, known)
        case "--each":
            return read_each(kubeconfig, known, contexts)
        case context:
            if not known:
                reason = f"there is no kubeconfig, or nothing in it: {_searched(where)}"
                remedy = "Set KUBECONFIG, or `kubeconfig` in the config (config.toml)."
                raise RefusedError(reason, remedy)
            hold_context(known, context, where)
            return read(kubeconfig, known, context)


def run(*arguments: str) -> int:
    """Write it; returns the exit status."""
    try:
        found, status = main(*arguments), 0
    except RefusedError as error:
        found, status = error.told, REFUSED
    sys.stdout.write(json.dumps(found))
    return status


if __name__ == "__main__":
    lighten()
    sys.exit(run(*sys.argv[1:]))
