"""A home with a kubeconfig and a talosconfig, and the program run in it."""

from __future__ import annotations

import os
import subprocess
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests import forked

ROOT = Path(__file__).parent.parent.parent
KUBECONFIG, TALOSCONFIG = Path(".kube/config"), Path(".talos/config")


def run(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `taloscope` with nothing but this home."""
    environ = {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "LANG": "C.UTF-8",
    }
    return forked.run(arguments, environ, timeout=60)


def change(path: Path, how: Callable[[Any], None]) -> None:
    """Change a file of YAML."""
    known = yaml.safe_load(path.read_text())
    how(known)
    path.write_text(yaml.safe_dump(known))


def ended() -> tuple[str, str]:
    """A client certificate that ended with 2020, and its key; base64 of PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "me")])
    begin = datetime(2020, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=365))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = serialization.NoEncryption()
    kind = serialization.PrivateFormat.PKCS8
    return (
        b64encode(made.public_bytes(pem)).decode(),
        b64encode(key.private_bytes(pem, kind, plain)).decode(),
    )
