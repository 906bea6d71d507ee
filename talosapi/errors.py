"""What can go wrong, as errors that a person can act on. Knows no transport.

Exception
 ├─ TalosConfigError   a talosconfig that cannot be used
 └─ TalosError         a call that failed
"""

from __future__ import annotations

import os
import ssl
from pathlib import Path

from talosapi.advice import IS_NO_APID, IS_WEB_SERVER, ErrorKind, advise
from talosapi.certificate import ClientCertificate

__all__ = [
    "ErrorKind",
    "ForeignServerError",
    "TalosConfigError",
    "TalosError",
    "describe_dial",
    "in_words",
    "kind_of",
    "kind_of_dial",
]


class TalosError(Exception):
    """A call that failed.

    kind         what kind of trouble; UNSUPPORTED is final for this node's version
    node         whom we asked about; "" when no node was named
    endpoint     whom we dialled, as host:port
    call         the method's bare name, such as "ServiceList"; for resources with
                 their type, such as "List Members"
    message      the cause in the words of whoever reported it
    certificate  our own, where it may be the cause
    """

    certificate: ClientCertificate | None = None

    def __init__(
        self, kind: ErrorKind, message: str, *, node: str, endpoint: str, call: str
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.node = node
        self.endpoint = endpoint
        self.call = call

    @property
    def advice(self) -> str:
        """One sentence: what to do about it."""
        return advise(self.kind, self.message, self.call, self.certificate)

    def __str__(self) -> str:
        about = f" of {self.node}" if self.node else ""
        return f"{self.call}{about} through {self.endpoint}: {self.message}"


class TalosConfigError(Exception):
    """A talosconfig that is missing or cannot be used: which, why, what to do."""

    def __init__(self, path: Path | None, problem: str, advice: str) -> None:
        super().__init__(problem)
        self.path = path
        self.problem = problem
        self.advice = advice

    def __str__(self) -> str:
        place = f"{self.path}: " if self.path else ""
        return f"{place}{self.problem}. {self.advice}"


class ForeignServerError(OSError):
    """Whoever listens there is no apid."""


_KINDS = {
    "CANCELLED": ErrorKind.UNREACHABLE,  # machined ends its streams when it goes down
    "UNAVAILABLE": ErrorKind.UNREACHABLE,
    "DEADLINE_EXCEEDED": ErrorKind.TIMEOUT,
    "PERMISSION_DENIED": ErrorKind.FORBIDDEN,
    "UNAUTHENTICATED": ErrorKind.AUTH,
    "RESOURCE_EXHAUSTED": ErrorKind.RATE_LIMITED,
    "NOT_FOUND": ErrorKind.NOT_FOUND,
    "UNIMPLEMENTED": ErrorKind.UNSUPPORTED,
}

# What the words mean where the status says little: Go errors without a status of their
# own arrive as UNKNOWN, and unknown resource types as PERMISSION_DENIED.
_BY_WORDS = (
    ("RESOURCE_EXHAUSTED", "larger than max", ErrorKind.PROTOCOL),  # says our own gRPC
    ("UNKNOWN", "was not registered", ErrorKind.NOT_FOUND),
    ("UNKNOWN", "not found", ErrorKind.NOT_FOUND),
    ("UNKNOWN", "not defined", ErrorKind.NOT_FOUND),
    ("UNKNOWN", "operation via API", ErrorKind.UNSUPPORTED),
    ("PERMISSION_DENIED", "is not supported", ErrorKind.UNSUPPORTED),
    # Only early in a boot, so nobody may conclude that the call does not exist.
    ("UNIMPLEMENTED", "machine type is not set", ErrorKind.NOT_FOUND),
)


# Of a proxy. gRPC has fewer: its 404 is the UNIMPLEMENTED of an older Talos.
_OF_HTTP = {
    "401": ErrorKind.AUTH,
    "403": ErrorKind.FORBIDDEN,
    "429": ErrorKind.RATE_LIMITED,
    "502": ErrorKind.UNREACHABLE,
    "503": ErrorKind.UNREACHABLE,
    "504": ErrorKind.TIMEOUT,
}


def kind_of(status: str, message: str) -> ErrorKind:
    """The kind of a gRPC status, by its name, such as "UNAVAILABLE"."""
    _, is_http, code = message.partition(IS_NO_APID)
    if is_http:
        return _OF_HTTP.get(code, ErrorKind.PROTOCOL)
    for name, words, kind in _BY_WORDS:
        if name == status and words in message:
            return kind
    return _KINDS.get(status, ErrorKind.PROTOCOL)


# What gRPC says of an answer that is none, for whoever does not know its insides.
_OF_OTHERS = (
    ("with END_STREAM flag", IS_WEB_SERVER),
    ("Received http2 header with status: ", IS_NO_APID),
)


def in_words(message: str) -> str:
    """A failed call's message, said so that it names the cause."""
    for words, cause in _OF_OTHERS:
        _, found, rest = message.partition(words)
        if found:
            return f"{cause}{rest.split(' ')[0]}" if cause.endswith(" ") else cause
    return message


# These are SSLErrors, but the end of a connection is no certificate's fault.
_ENDED = (ssl.SSLEOFError, ssl.SSLZeroReturnError)


def kind_of_dial(error: Exception) -> ErrorKind:
    """The kind of what kept us from, or threw us out of, an endpoint."""
    if isinstance(error, ForeignServerError):
        return kind_of("", str(error))
    is_tls = isinstance(error, ssl.SSLError) and not isinstance(error, _ENDED)
    return ErrorKind.TLS if is_tls else ErrorKind.UNREACHABLE


def describe_dial(error: Exception) -> str:
    """The same in words, without Python's and OpenSSL's file and line numbers."""
    if isinstance(error, ssl.SSLError):
        return _describe_tls(error)
    if isinstance(error, OSError) and error.errno and error.errno > 0:
        return os.strerror(error.errno).lower()
    if isinstance(error, OSError) and error.strerror:  # names that do not resolve
        return error.strerror.lower()
    return str(error)


def _describe_tls(error: ssl.SSLError) -> str:
    if isinstance(error, _ENDED):
        return "the endpoint closed the connection"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not to be trusted: {error.verify_message}"
    if error.reason == "WRONG_VERSION_NUMBER":
        return "it does not speak TLS"
    return f"TLS: {(error.reason or str(error)).lower().replace('_', ' ')}"
