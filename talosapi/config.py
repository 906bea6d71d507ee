"""The talosconfig: finding it, reading it, and saying what is wrong with it.

It must not know gRPC: a program asks for its contexts long before it dials.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path

import yaml
from msgspec import Struct

from talosapi.endpoint import Endpoint, is_ipv6, parse_endpoint
from talosapi.errors import TalosConfigError
from talosapi.secret import Secret

IN_CLUSTER_PATH = Path("/var/run/secrets/talos.dev/config")


class TalosContext(Struct, frozen=True):
    """One context of a talosconfig, ready for use.

    endpoints  whom we may dial; never empty
    nodes      whom we ask about by default; may be empty
    ca, crt    PEM; `ca` may hold several certificates, b"" means the system's own
    key        PEM, with a header that OpenSSL knows
    cluster    the cluster name that Omni wants to be told; "" for none
    """

    name: str
    endpoints: tuple[Endpoint, ...]
    nodes: tuple[str, ...]
    ca: bytes
    crt: bytes
    key: Secret
    cluster: str = ""


class TalosConfig(Struct, frozen=True):
    """A talosconfig file. Contexts are judged when they are asked for."""

    path: Path
    current: str
    contexts: Mapping[str, Mapping[str, object]]

    def context(self, name: str = "") -> TalosContext:
        """The named context, or the current one.

        raise  TalosConfigError when there is no such context or it cannot be used
        """
        wanted = name or self.current
        if wanted not in self.contexts:
            raise self._no_such_context(wanted)
        return _Reader(self.path, wanted, self.contexts[wanted]).context()

    def hosts(self, name: str) -> tuple[str, ...]:
        """Endpoints and nodes of a context, without ports, each once.

        Of one that cannot be used too; what cannot be read is left out.
        """
        reader = _Reader(self.path, name, self.contexts[name])
        found: list[str] = []
        with suppress(TalosConfigError):
            found += (each.host for each in reader.endpoints())
        with suppress(TalosConfigError):
            found += reader.nodes()
        return tuple(dict.fromkeys(found))

    def _no_such_context(self, wanted: str) -> TalosConfigError:
        known = ", ".join(self.contexts)
        if not wanted:
            return TalosConfigError(
                self.path,
                "no context is selected",
                f"Name one of its contexts ({known}) or set `context:`",
            )
        near = get_close_matches(wanted, self.contexts, n=1, cutoff=0.5)
        hint = f"Did you mean {near[0]!r}? " if near else ""
        return TalosConfigError(
            self.path, f"there is no context {wanted!r}", f"{hint}It has: {known}"
        )


def search_path(environ: Mapping[str, str], home: Path) -> tuple[Path, ...]:
    """Where talosctl looks for its config, in its order; the first that exists wins.

    source  pkg/machinery/client/config/path.go; TALOS_HOME counts only if absolute
    """
    named = environ.get("TALOSCONFIG")
    talos_home = Path(environ.get("TALOS_HOME", ""))
    folder = talos_home if talos_home.is_absolute() else home / ".talos"
    return (*([Path(named)] if named else ()), folder / "config", IN_CLUSTER_PATH)


def find_config(
    environ: Mapping[str, str] = os.environ, home: Path | None = None
) -> TalosConfig:
    """Load the first talosconfig of the search path.

    raise  TalosConfigError when there is none, or the one found cannot be used
    """
    places = search_path(environ, home or Path.home())
    for path in places:
        if path.exists():
            return load_config(path)
    tried = ", ".join(str(path) for path in places)
    raise TalosConfigError(
        None,
        "there is no talosconfig",
        f"Looked for {tried}. Set TALOSCONFIG to the file that talosctl uses",
    )


_UNREADABLE = (
    *(yaml.YAMLError, ValueError, LookupError, AttributeError, TypeError),
    RecursionError,
)
"""What PyYAML raises: it makes dates and numbers of texts, and trusts the texts."""


def load_config(path: Path) -> TalosConfig:
    """Read one file; TalosConfigError when it is missing, empty or something else."""
    try:
        if path.exists() and not path.is_file():
            raise TalosConfigError(
                path,
                "it is no regular file",
                "Write it into one: it is read for each connection",
            )
        document = yaml.safe_load(path.read_bytes())
    except FileNotFoundError as error:
        raise TalosConfigError(
            path, "the file does not exist", "Set TALOSCONFIG to one that does"
        ) from error
    except OSError as error:
        raise TalosConfigError(
            path,
            f"the file cannot be read ({error.strerror})",
            "Check its owner and mode",
        ) from error
    except _UNREADABLE as error:
        raise TalosConfigError(
            path, f"not valid YAML{_line_of(error)}", "Correct it there"
        ) from error
    if document is None:
        raise TalosConfigError(
            path, "the file is empty", "Write one with `talosctl gen config`"
        )
    return _config(path, document)


def _config(path: Path, document: object) -> TalosConfig:
    contexts = document.get("contexts") if isinstance(document, dict) else None
    if not isinstance(document, dict) or not isinstance(contexts or {}, dict):
        raise TalosConfigError(
            path, "not a talosconfig", "It needs a table `contexts:` by name"
        )
    if not contexts:
        raise TalosConfigError(
            path,
            "it has no contexts",
            "Add one with `talosctl config add` or `talosctl config merge`",
        )
    return TalosConfig(
        path=path,
        current=str(document.get("context") or ""),
        contexts={
            str(name): context if isinstance(context, dict) else {}
            for name, context in contexts.items()
        },
    )


def _line_of(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return f" in line {mark.line + 1}" if mark else ""


class _Reader(Struct, frozen=True):
    """Reads one context, and knows where it stands when something is wrong."""

    path: Path
    name: str
    fields: Mapping[str, object]

    def context(self) -> TalosContext:
        self._refuse_what_we_cannot_do()
        return TalosContext(
            name=self.name,
            endpoints=self.endpoints(),
            nodes=self.nodes(),
            ca=self._pem("ca") if self.fields.get("ca") else b"",
            crt=self._pem("crt"),
            key=Secret(readable_key(self._pem("key"))),
            cluster=str(self.fields.get("cluster") or ""),
        )

    def endpoints(self) -> tuple[Endpoint, ...]:
        texts = self._list("endpoints")
        if target := self.fields.get("target"):  # the one endpoint of old files
            texts = (*texts, str(target))
        if not texts:
            raise self._error(
                "it has no endpoints", "Set them with `talosctl config endpoint`"
            )
        try:
            return tuple(dict.fromkeys(parse_endpoint(text) for text in texts))
        except ValueError as error:
            raise self._error(
                str(error), "Write it as host, host:port or [IPv6]:port"
            ) from error

    def nodes(self) -> tuple[str, ...]:
        nodes = self._list("nodes")
        for node in nodes:
            if ":" in node and not is_ipv6(node):
                raise self._error(
                    f"node {node!r} has a port",
                    "Write nodes without one: the endpoint knows it",
                )
        return nodes

    def _refuse_what_we_cannot_do(self) -> None:
        if self.fields.get("proxy-url"):
            raise self._error(
                "it wants a proxy (`proxy-url`)", "Proxies are not supported"
            )
        if self.fields.get("auth") and not self.fields.get("crt"):
            raise self._error(
                "it authenticates without a client certificate (`auth`)",
                "Only client certificates (`crt` and `key`) are supported",
            )

    def _list(self, field: str) -> tuple[str, ...]:
        value = self.fields.get(field) or []
        if not isinstance(value, list):
            raise self._error(f"`{field}` is not a list", "Write it as one")
        return tuple(str(one) for one in value)

    def _pem(self, field: str) -> bytes:
        text = self.fields.get(field)
        if not text:
            raise self._error(f"it has no `{field}`", "Fetch a new talosconfig")
        try:
            pem = base64.b64decode("".join(str(text).split()), validate=True)
        except ValueError as error:
            raise self._error(f"`{field}` is not base64", _COPIED) from error
        if b"-----BEGIN " not in pem:
            raise self._error(f"`{field}` holds no PEM block", _COPIED)
        return pem

    def _error(self, problem: str, advice: str) -> TalosConfigError:
        return TalosConfigError(self.path, f"context {self.name!r}: {problem}", advice)


_COPIED = "It may have been cut when it was copied; fetch the file again"


def readable_key(pem: bytes) -> bytes:
    """Give an Ed25519 key the header that the rest of the world uses.

    Talos writes PKCS#8 under the header of its own making `ED25519 PRIVATE KEY`
    (siderolabs/crypto x509/key.go); OpenSSL knows only `PRIVATE KEY`.
    """
    return pem.replace(b" ED25519 PRIVATE KEY-----", b" PRIVATE KEY-----")
