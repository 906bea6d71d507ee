"""Until when what a kubeconfig holds lets us in: a client certificate, or a token."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from datetime import UTC, datetime

import msgspec

from talosapi.certificate import read_certificate
from tui.model.machine import Certificate


class _Claims(msgspec.Struct):
    """Of a JSON web token."""

    exp: float | None = None


_CLAIMS = msgspec.json.Decoder(_Claims)


def expiry(name: str, certificate: str, authorization: str) -> Certificate | None:
    """Until when it is valid; None when it does not say, as a plain token does not."""
    token = authorization.removeprefix("Bearer ")
    if token:
        at = _token_end(token)
        return None if at is None else Certificate(name, at, is_token=True)
    try:
        found = read_certificate(certificate.encode()) if certificate else None
    except ValueError:
        return None  # the server will say more of it
    return None if found is None else Certificate(name, found.not_after)


def _token_end(token: str) -> datetime | None:
    """The claim `exp` of a JSON web token; nothing of it is verified."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    padded = parts[1] + "=" * (-len(parts[1]) % 4)
    try:
        end = _CLAIMS.decode(urlsafe_b64decode(padded)).exp
        return None if end is None else datetime.fromtimestamp(end, UTC)
    except (ValueError, msgspec.DecodeError, OverflowError, OSError):
        return None
