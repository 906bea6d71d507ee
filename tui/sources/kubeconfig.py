"""A program of its own: reads one kubeconfig context and writes what it says as JSON.

The `kubernetes` package knows kubeconfigs best (tokens, certificates, plugins), but it
takes 18 MB and a fifth of a second; both are spent here, in a process that ends. So a
plugin cannot write on the screen either, and one that hangs can be ended. It imports
nothing of ours, as it runs without our import path.

    python -P kubeconfig.py CONTEXT PATH      both may be empty
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def read(context: str, path: str) -> dict[str, Any]:
    """What a client needs to get in; certificates and keys as PEM."""
    from kubernetes.client import Configuration  # noqa: PLC0415 - heavy: see above
    from kubernetes.config import load_kube_config  # noqa: PLC0415

    loaded = Configuration()
    load_kube_config(  # type: ignore[no-untyped-call] # the package says py.typed
        config_file=path or None,
        context=context or None,
        client_configuration=loaded,
        persist_config=False,
    )
    return {
        "host": loaded.host,
        "is_verified": loaded.verify_ssl,
        "ca": _text(loaded.ssl_ca_cert),
        "certificate": _text(loaded.cert_file),
        "key": _text(loaded.key_file),
        "authorization": loaded.auth_settings().get("BearerToken", {}).get("value", ""),
    }


def _text(path: str | None) -> str:
    return Path(path).read_text(encoding="utf-8") if path else ""


if __name__ == "__main__":
    sys.stdout.write(json.dumps(read(*sys.argv[1:3])))
