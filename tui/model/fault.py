"""Why something could not be read: a value that a person can act on."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from msgspec import Struct


class FaultKind(Enum):
    """What went wrong, as far as the person who must act cares."""

    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    TLS = "tls"
    AUTH = "auth"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not-found"
    CONFLICT = "conflict"
    RATE_LIMITED = "rate-limited"
    BAD_QUERY = "bad-query"
    SERVER = "server"
    PROTOCOL = "protocol"
    CONFIG = "config"
    PAST = "past"
    READ_ONLY = "read-only"
    BUG = "bug"


_REFUSALS = frozenset(
    {
        FaultKind.AUTH,
        FaultKind.FORBIDDEN,
        FaultKind.NOT_FOUND,
        FaultKind.BAD_QUERY,
        FaultKind.PROTOCOL,
    }
)


class Fault(Struct, frozen=True, gc=False):
    """One failed attempt. Sources say what; the supervisor adds the times."""

    kind: FaultKind
    summary: str
    """One line, in words, without secrets and without control characters."""
    detail: str = ""
    """What the server or the library said, when that is more than the summary."""
    endpoint: str = ""
    at: datetime | None = None
    retry_at: datetime | None = None
    retry_after_seconds: float | None = None
    """What the server asked for (Retry-After), or until when its source would only say
    the same; it wins over our own backoff."""
    remedy: str = ""
    """What to do, where that can be said more exactly than by the kind."""

    @property
    def is_refusal(self) -> bool:
        """Whether somebody answered, and what was answered before is not said again.

        Silence (a timeout, a lost connection, a server that fails) is none.
        """
        return self.kind in _REFUSALS

    @property
    def words(self) -> str:
        """What is wrong in one line, with what the server or the library said."""
        if self.detail and self.detail not in self.summary:
            return f"{self.summary}: {self.detail}"
        return self.summary

    @property
    def advice(self) -> str:
        """What to do about it, in one sentence."""
        if self.remedy:
            return self.remedy
        if self.kind is FaultKind.UNREACHABLE and "refused" in self.summary:
            # A refusal came from the address: the route is there.
            return "Is it running? Something answers for that address."
        return ADVICE[self.kind]


ADVICE: dict[FaultKind, str] = {
    FaultKind.UNREACHABLE: "Check that it runs and that there is a route to it.",
    FaultKind.TIMEOUT: "It accepts but does not answer in time: look at its load.",
    FaultKind.TLS: "Check the CA, the name and the dates of the certificate.",
    FaultKind.AUTH: "Check the user, the password or the token in the config.",
    FaultKind.FORBIDDEN: "These credentials lack a right: see Least privilege.",
    FaultKind.NOT_FOUND: "Check the URL and its path: this server has no such thing.",
    FaultKind.CONFLICT: "It is no longer as it was when it was read: look again.",
    FaultKind.RATE_LIMITED: "The server asks us to slow down; we do.",
    FaultKind.BAD_QUERY: "The server refuses the query: check labels in the config.",
    FaultKind.SERVER: "It answers, but fails by itself: look at its log.",
    FaultKind.PROTOCOL: "Something else answers there: check the URL; is it a proxy?",
    FaultKind.CONFIG: "Correct the config; the message names what is missing.",
    FaultKind.PAST: "A moment of the record is shown: end leads back to now.",
    FaultKind.READ_ONLY: "Change it in a terminal, or serve with --allow-writes.",
    FaultKind.BUG: "This is our mistake: the diagnostics screen has what to report.",
}
