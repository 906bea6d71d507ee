"""Why a scrape failed: Prometheus' `lastError` told apart by kind.

The texts are Go's and Prometheus' own (2.42 to 3.x); nothing promises that they stay.
What is not known keeps its own words.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache

from msgspec import Struct


class ScrapeFault(Enum):
    """The kinds of failure that lead to different places."""

    REFUSED = "refused"
    """The host answers; nothing listens on that port."""
    TIMEOUT = "timeout"
    NO_ROUTE = "no route"
    DNS = "DNS"
    TLS = "TLS"
    SCHEME = "scheme"
    """HTTPS was spoken to a server of plain HTTP."""
    UNAUTHORIZED = "401"
    FORBIDDEN = "403"
    SERVER = "5xx"
    STATUS = "status"
    """Any other HTTP status but 200."""
    NOT_METRICS = "not metrics"
    """It answers with something that is no exposition of metrics."""
    CUT = "cut"
    """The connection ended before the answer did."""
    LIMIT = "limit"
    """It gave more than the scrape config allows."""
    OTHER = "other"


ADVICE = {
    ScrapeFault.REFUSED: "The host is there, but nothing listens on that port: "
    "is the process running, and is the port right?",
    ScrapeFault.TIMEOUT: "No answer within the scrape timeout: the host is gone, a "
    "firewall drops the packets, or it is too slow.",
    ScrapeFault.NO_ROUTE: "Prometheus' network has no way there: look at routes, and "
    "whether the host is up.",
    ScrapeFault.DNS: "Prometheus cannot resolve the name: is it right, and does the "
    "cluster's DNS work?",
    ScrapeFault.TLS: "The certificate is not accepted: look at its issuer, names and "
    "dates, and at tls_config of the scrape config.",
    ScrapeFault.SCHEME: "It speaks plain HTTP: set its scheme to http in the "
    "scrape config.",
    ScrapeFault.UNAUTHORIZED: "It wants credentials, or others: look at the user, "
    "password or token of the scrape config.",
    ScrapeFault.FORBIDDEN: "The credentials are known but may not read metrics: look "
    "at roles, RBAC and network policies.",
    ScrapeFault.SERVER: "It answers, but fails by itself, or a proxy before it does: "
    "look at its log.",
    ScrapeFault.STATUS: "It answers, but not on this path: look at metrics_path, and "
    "at redirects to a sign-in page.",
    ScrapeFault.NOT_METRICS: "Something else answers there: a sign-in page, a wrong "
    "port or a wrong path.",
    ScrapeFault.CUT: "The connection ended half-way: did it restart, or does a proxy "
    "between cut it?",
    ScrapeFault.LIMIT: "It has more to tell than the scrape config allows: raise the "
    "limit, or drop series.",
}
"""What to look at first; nothing for what is not known."""


_ANSWERED = frozenset(
    {
        ScrapeFault.TLS,
        ScrapeFault.SCHEME,
        ScrapeFault.UNAUTHORIZED,
        ScrapeFault.FORBIDDEN,
        ScrapeFault.SERVER,
        ScrapeFault.STATUS,
        ScrapeFault.NOT_METRICS,
        ScrapeFault.LIMIT,
    }
)


class ScrapeError(Struct, frozen=True, gc=False):
    """A kind, and the words for it on a screen."""

    kind: ScrapeFault
    words: str
    """A few words; the text itself when the kind is OTHER."""

    @property
    def is_answered(self) -> bool:
        """Whether something answered: then the address is not out of reach."""
        return self.kind in _ANSWERED

    @property
    def advice(self) -> str:
        """One or two sentences; empty when nobody can say."""
        return ADVICE.get(self.kind, "")


_STATUS = re.compile(r"server returned HTTP status (\d{3})\s*(.*)")
_TYPE = re.compile(r'unsupported Content-Type "([^";]*)')
_STATUS_WORDS = {
    401: (ScrapeFault.UNAUTHORIZED, "401: credentials"),
    403: (ScrapeFault.FORBIDDEN, "403: not allowed"),
}
# The first that is found decides: TLS and DNS have timeouts of their own.
_KNOWN = tuple(
    (re.compile(pattern), kind, words)
    for pattern, kind, words in (
        (r"TLS handshake timeout", ScrapeFault.TIMEOUT, "timeout in the TLS handshake"),
        (r"gave HTTP response to HTTPS client", ScrapeFault.SCHEME, "plain HTTP there"),
        (r"signed by unknown authority", ScrapeFault.TLS, "TLS: unknown authority"),
        (r"certificate has expired|is not yet valid", ScrapeFault.TLS, "TLS: expired"),
        (
            r"doesn't contain any IP SANs|certificate is (?:not )?valid for|"
            r"not valid for any names|legacy Common Name",
            ScrapeFault.TLS,
            "TLS: not for this name",
        ),
        (r"remote error: tls: (.+)", ScrapeFault.TLS, "TLS: it says {}"),
        (r"(?:x509|tls): (?:.*: )?(.+)", ScrapeFault.TLS, "TLS: {}"),
        (r"no such host", ScrapeFault.DNS, "DNS: no such host"),
        (
            r"\blookup \S+.*(?:timeout|misbehaving|refused|emporary failure)",
            ScrapeFault.DNS,
            "DNS: no answer",
        ),
        (r"connection refused|^refused\b", ScrapeFault.REFUSED, "refused"),
        (
            r"no route to host|network is unreachable|host is down",
            ScrapeFault.NO_ROUTE,
            "no route",
        ),
        (
            r"deadline exceeded|i/o timeout|Client\.Timeout|connection timed out",
            ScrapeFault.TIMEOUT,
            "timeout",
        ),
        (
            r"((?:body size|sample|bucket|label\w*)[ _]limit) exceeded",
            ScrapeFault.LIMIT,
            "over the {}",
        ),
        (
            r"not a valid start token|^expected [\w ]+, got \"|"
            r"does not end with # EOF|invalid metric type|strconv\.ParseFloat|"
            r"blank Content-Type|invalid UTF-8|unsupported character",
            ScrapeFault.NOT_METRICS,
            "not metrics",
        ),
        (
            r"connection reset by peer|\bEOF$|server closed idle|broken pipe",
            ScrapeFault.CUT,
            "connection cut",
        ),
    )
)


_OWN_PORT = re.compile(r":\d+->")
"""Of the connection's near end: another one at each attempt, and nobody's business."""


def scrape_error(text: str) -> ScrapeError:
    """What Prometheus' `lastError` says; an unknown text is OTHER, in its own words."""
    return _understood(_OWN_PORT.sub("->", text) if "->" in text else text)


@lru_cache(maxsize=32_768)
def _understood(text: str) -> ScrapeError:
    """The same, remembered: all targets may be down at once, and stay so."""
    if status := _STATUS.search(text):
        code, reason = int(status[1]), status[2].strip()
        known = _STATUS_WORDS.get(code)
        if known is not None:
            return ScrapeError(*known)
        kind = ScrapeFault.SERVER if code >= 500 else ScrapeFault.STATUS
        return ScrapeError(kind, f"{code} {reason}".rstrip())
    if content := _TYPE.search(text):
        return ScrapeError(ScrapeFault.NOT_METRICS, f"not metrics: {content[1]}")
    for pattern, kind, words in _KNOWN:
        if hit := pattern.search(text):
            return ScrapeError(kind, words.format(*hit.groups()))
    return ScrapeError(ScrapeFault.OTHER, text)
