"""Turns refused, broken and odd HTTP answers into faults. The only place that does."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from tui.model.fault import Fault, FaultKind
from tui.sources.base import SourceError
from tui.sources.text import first_line

LONGEST_WAIT_SECONDS = 120.0
"""Whatever a server asks for: one that is back must be seen to be back."""

_WORDS_BYTES = 1_048_576
"""Of an error that are looked at for its words."""


class NotSentError(SourceError):
    """Nothing of the request reached the server: it may be sent to another one."""


class RefusedError(SourceError):
    """The server read the request and did nothing of it."""


class Answer(Struct, frozen=True):
    """A whole HTTP answer."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes | bytearray
    endpoint: str
    """Where it came from, fit to be shown."""

    @property
    def content_type(self) -> str:
        """The media type with its parameters; empty when there is none."""
        return self.headers.get("content-type", "")

    @property
    def date(self) -> datetime | None:
        """The server's clock."""
        return http_date(self.headers.get("date", ""))


def source_error(
    kind: FaultKind, summary: str, detail: str = "", endpoint: str = ""
) -> SourceError:
    """The error of one fault; the detail comes from outside and is cleaned."""
    return SourceError(Fault(kind, summary, first_line(detail), endpoint))


def looks_like_html(body: bytes | bytearray, content_type: str) -> bool:
    """Whether this is a page for people: a sign-in page, a proxy's error."""
    return "html" in content_type or bytes(body[:64]).lstrip()[:1] == b"<"


def server_words(answer: Answer) -> str:
    """What an error body says, in one line; empty for HTML and for nothing.

    wire    Prometheus {"error"}, Alertmanager a string or {"code","message"},
            Kubernetes {"message"}, Loki text
    """
    if looks_like_html(answer.body, answer.content_type):
        return ""
    try:
        # A longer one says nothing to us, and to take it apart would take its time.
        said: Any = msgspec.json.decode(answer.body[:_WORDS_BYTES])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        said = bytes(answer.body[:4096]).decode(errors="replace")
    if isinstance(said, dict):
        said = said.get("error") or said.get("message") or ""
    return first_line(said) if isinstance(said, str) else ""


def refusal(answer: Answer, remedy: str = "") -> SourceError:
    """The error of an answer that is not 2xx.

    remedy   what to do, where the one who asked knows better than the status
    """
    kind, summary = _judge(answer, server_words(answer))
    retry = _retry_after(answer) if kind is not FaultKind.PROTOCOL else None
    error = RefusedError if answer.status < 500 else SourceError
    return error(
        Fault(
            kind,
            summary,
            detail=server_words(answer) or f"HTTP {answer.status}",
            endpoint=answer.endpoint,
            retry_after_seconds=retry,
            remedy=remedy,
        )
    )


def not_empty(answer: Answer) -> SourceError:
    """The error of an answer with words in it where there are none to be said."""
    is_page = looks_like_html(answer.body, answer.content_type)
    summary = f"answered {'HTML' if is_page else 'words'} where there is nothing to say"
    return source_error(FaultKind.PROTOCOL, summary, endpoint=answer.endpoint)


def _judge(answer: Answer, words: str) -> tuple[FaultKind, str]:
    """What the status means to a person, in one sentence."""
    status = answer.status
    if 300 <= status < 400:
        where = _host(answer.headers.get("location", "")) or "another path"
        words = ""
        kind, what = FaultKind.PROTOCOL, f"redirected to {where}: a sign-in page?"
    elif status == 400 and "HTTP request to an HTTPS server" in words:
        words = ""
        kind, what = FaultKind.TLS, "expects https: correct the URL"
    elif status in _REFUSED:
        kind, what = _REFUSED[status]
    elif status == 504 or (status == 503 and b'"timeout"' in answer.body):
        kind, what = FaultKind.TIMEOUT, "gave up on the query"
    elif status in {502, 503}:
        kind, what = FaultKind.UNREACHABLE, f"is not ready (HTTP {status})"
    else:
        kind = FaultKind.SERVER if status >= 500 else FaultKind.PROTOCOL
        what = f"failed with HTTP {status}"
    return kind, first_line(f"{what}: {words}" if words else what)


_REFUSED: dict[int, tuple[FaultKind, str]] = {
    400: (FaultKind.BAD_QUERY, "refused the request"),
    401: (FaultKind.AUTH, "does not accept the credentials"),
    403: (FaultKind.FORBIDDEN, "forbids this"),
    404: (FaultKind.NOT_FOUND, "has no such thing"),
    409: (FaultKind.CONFLICT, "does not do this as things are"),
    413: (FaultKind.BAD_QUERY, "finds the request too large"),
    422: (FaultKind.BAD_QUERY, "refused the request"),
    429: (FaultKind.RATE_LIMITED, "asks us to slow down"),
}


def _host(url: str) -> str | None:
    """The host of a URL; None when it names none."""
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def broken(error: BaseException, endpoint: str) -> Fault:
    """The fault of a connection that could not be made or did not hold."""
    causes = tuple(_causes(error))
    kind, summary = FaultKind.UNREACHABLE, "the connection was lost"
    for cause in causes:
        known = _known_cause(cause)
        if known is not None:
            kind, summary = known
            break
    return Fault(kind, summary, first_line(str(causes[-1]) or repr(error)), endpoint)


def garbled(error: Exception) -> tuple[FaultKind, str]:
    """What is wrong with an answer that is not proper HTTP.

    httpx has one error for both: its words tell a cut from another protocol.
    """
    said = str(error)
    if "disconnected" in said or "closed connection" in said:
        return FaultKind.UNREACHABLE, "cut the connection before it had answered"
    return FaultKind.PROTOCOL, "does not speak proper HTTP"


def _known_cause(cause: BaseException) -> tuple[FaultKind, str] | None:
    """The sentence for an error of the standard library; None when it says little."""
    match cause:
        case ssl.SSLError():
            return FaultKind.TLS, _tls_words(cause)
        case socket.gaierror():
            return FaultKind.UNREACHABLE, "the name is not known to DNS"
        case ConnectionRefusedError():
            return FaultKind.UNREACHABLE, "refused the connection: nothing listens"
        case OSError() if cause.strerror:
            return FaultKind.UNREACHABLE, first_line(cause.strerror)
        case _:
            return None


def _tls_words(error: ssl.SSLError) -> str:
    """Why TLS failed. The numbers are OpenSSL's X509_V_ERR_*."""
    if not isinstance(error, ssl.SSLCertVerificationError):
        reason = error.reason or ""
        if reason in {"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE"}:
            return "does not speak TLS: is the URL http?"
        if reason.endswith("CERTIFICATE_REQUIRED"):
            return "wants a client certificate"
        return first_line(f"TLS failed: {error.reason or error}")
    match error.verify_code:
        case 9 | 10:
            return f"its certificate does not hold now: {error.verify_message}"
        case 18 | 19 | 20 | 21:
            return "its certificate is signed by a CA that we do not know"
        case _:
            return first_line(f"its certificate is not valid: {error.verify_message}")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and all it came from, nearest first."""
    yield error
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield from _causes(one)
    below = error.__cause__ or error.__context__
    if below is not None:
        yield from _causes(below)


def _retry_after(answer: Answer) -> float | None:
    """Seconds, from either form of Retry-After; a date counts from the server's now."""
    text = answer.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text), LONGEST_WAIT_SECONDS)
    then, now = http_date(text), answer.date
    if then is None or now is None:
        return None
    return min(max(0.0, (then - now).total_seconds()), LONGEST_WAIT_SECONDS)


def http_date(text: str) -> datetime | None:
    """A date of an HTTP header; None when it is none or has no zone."""
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return date if date.tzinfo is not None else None
