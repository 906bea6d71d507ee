"""Who a client certificate says we are, and until when. Reads no clock."""

from __future__ import annotations

import _ssl
import ssl
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import Struct

from talosapi.memory import memory_file


class ClientCertificate(Struct, frozen=True):
    """The readable part of a client certificate.

    roles      the subject's organisations, such as "os:reader"; may be empty
    not_after  the last instant at which it is valid, UTC
    """

    roles: tuple[str, ...]
    not_before: datetime
    not_after: datetime

    def is_expired(self, now: datetime) -> bool:
        """Whether no server will accept it any more."""
        return now > self.not_after

    def warning(self, now: datetime, ahead: timedelta = timedelta(days=30)) -> str:
        """A sentence when it has expired, is not valid yet or expires soon; else ""."""
        if self.is_expired(now):
            return f"the client certificate expired on {self.not_after:%Y-%m-%d}"
        if now < self.not_before:
            return (
                f"the client certificate is valid only from {self.not_before:%Y-%m-%d}"
            )
        if now + ahead > self.not_after:
            return f"the client certificate expires on {self.not_after:%Y-%m-%d}"
        return ""


def read_certificate(pem: bytes) -> ClientCertificate:
    """Read the first certificate of a PEM text; ValueError when there is none."""
    found = decoded(pem)
    return ClientCertificate(
        roles=tuple(
            value
            for names in found["subject"]
            for name, value in names
            if name == "organizationName" and value
        ),
        not_before=instant(found["notBefore"]),
        not_after=instant(found["notAfter"]),
    )


def decoded(pem: bytes) -> dict[str, Any]:
    """The first certificate of a PEM text, as `SSLSocket.getpeercert` tells of one.

    raise   ValueError when there is none
    """
    with memory_file(pem) as path:
        try:
            # Private, but in every CPython so far, and what `ssl` itself is tested
            # with. `cryptography` would take 9 MB and 100 ms for two dates.
            found: dict[str, Any] = _ssl._test_decode_cert(path)  # type: ignore[attr-defined] # noqa: SLF001
        except ssl.SSLError as error:
            raise ValueError("this is not a certificate") from error
    return found


def instant(text: str) -> datetime:
    """A date of a decoded certificate."""
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(text), UTC)
