"""Who a client certificate says we are, and until when. Reads no clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class ClientCertificate:
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
    # Half of what this package would take to load, for a question seldom asked.
    from cryptography import x509  # noqa: PLC0415
    from cryptography.x509.oid import NameOID  # noqa: PLC0415

    certificate = x509.load_pem_x509_certificate(pem)
    names = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return ClientCertificate(
        roles=tuple(str(name.value) for name in names if name.value),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
    )
