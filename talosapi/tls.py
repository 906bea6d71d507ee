"""The client's side of mutual TLS, by OpenSSL instead of gRPC's own library.

gRPC's wheels verify no Ed25519 server key, and Talos has nothing else
(grpc/grpc issue 24252).
"""

from __future__ import annotations

import ssl

from talosapi.config import TalosContext
from talosapi.memory import memory_file
from talosapi.secret import Secret


def client_context(context: TalosContext) -> ssl.SSLContext:
    """A TLS context that shows our certificate and trusts this cluster's CA alone.

    raise  ssl.SSLError when a certificate or key cannot be used, or do not belong
           together
    """
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    tls.minimum_version = ssl.TLSVersion.TLSv1_2
    tls.set_alpn_protocols(["h2"])
    if context.ca:
        tls.load_verify_locations(cadata=context.ca.decode("ascii", errors="replace"))
    else:
        tls.load_default_certs()
    _load_client_certificate(tls, context.crt, context.key)
    return tls


def _load_client_certificate(tls: ssl.SSLContext, crt: bytes, key: Secret) -> None:
    # `load_cert_chain` wants a file; a memory file keeps the key off the disk.
    with memory_file(crt + b"\n" + key.reveal()) as path:
        tls.load_cert_chain(path, password=_refuse_to_ask)


def _refuse_to_ask() -> str:
    """Without this OpenSSL asks for an encrypted key's password on the terminal."""
    return ""
