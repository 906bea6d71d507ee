from __future__ import annotations

import errno
import socket
import ssl

import pytest

from talosapi.errors import (
    ErrorKind,
    TalosError,
    describe_dial,
    in_words,
    kind_of,
    kind_of_dial,
)


@pytest.mark.parametrize(
    ("status", "text", "kind"),
    [
        ("UNAVAILABLE", "connection error: desc = ...", ErrorKind.UNREACHABLE),
        ("CANCELLED", "", ErrorKind.UNREACHABLE),
        ("DEADLINE_EXCEEDED", "Deadline Exceeded", ErrorKind.TIMEOUT),
        ("PERMISSION_DENIED", "not authorized", ErrorKind.FORBIDDEN),
        ("UNIMPLEMENTED", "unknown method X", ErrorKind.UNSUPPORTED),
        ("UNIMPLEMENTED", "machine type is not set, ...", ErrorKind.NOT_FOUND),
        (
            "PERMISSION_DENIED",
            'resource type "X" is not supported',
            ErrorKind.UNSUPPORTED,
        ),
        (
            "UNKNOWN",
            'service "etcd" doesn\'t support restart operation via API',
            ErrorKind.UNSUPPORTED,
        ),
        ("NOT_FOUND", "resource doesn't exist", ErrorKind.NOT_FOUND),
        ("UNKNOWN", 'log "x" was not registered', ErrorKind.NOT_FOUND),
        ("UNKNOWN", 'container "x" not found', ErrorKind.NOT_FOUND),
        ("UNKNOWN", 'service "x" not defined', ErrorKind.NOT_FOUND),
        ("UNKNOWN", "statfs /var: input/output error", ErrorKind.PROTOCOL),
        ("INTERNAL", "panic", ErrorKind.PROTOCOL),
        ("INVALID_ARGUMENT", "namespace can't be empty", ErrorKind.PROTOCOL),
        ("RESOURCE_EXHAUSTED", "message larger than max", ErrorKind.PROTOCOL),
        ("RESOURCE_EXHAUSTED", "too many requests", ErrorKind.RATE_LIMITED),
        ("UNAUTHENTICATED", "who are you?", ErrorKind.AUTH),
    ],
)
def test_status_becomes_a_kind_that_one_can_act_on(
    status: str, text: str, kind: ErrorKind
) -> None:
    assert kind_of(status, text) is kind


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            "Stream removed (Data frame with END_STREAM flag received)",
            "it is a web server, not an apid",
        ),
        (
            "Received http2 header with status: 302",
            "it is no apid: it answers HTTP 302",
        ),
        ("not authorized", "not authorized"),
    ],
)
def test_what_grpc_says_of_a_web_server_is_told_as_its_cause(
    said: str, told: str
) -> None:
    assert in_words(said) == told


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        ("UNAUTHENTICATED", 401, ErrorKind.AUTH),
        ("PERMISSION_DENIED", 403, ErrorKind.FORBIDDEN),
        ("UNIMPLEMENTED", 404, ErrorKind.PROTOCOL),
        ("UNAVAILABLE", 429, ErrorKind.RATE_LIMITED),
        ("UNAVAILABLE", 503, ErrorKind.UNREACHABLE),
        ("UNAVAILABLE", 504, ErrorKind.TIMEOUT),
        ("UNKNOWN", 302, ErrorKind.PROTOCOL),
    ],
)
def test_what_a_proxy_answers_is_not_taken_for_a_word_of_apid(
    status: str, code: int, kind: ErrorKind
) -> None:
    said = in_words(f"Received http2 header with status: {code}")
    assert kind_of(status, said) is kind


def test_error_names_call_node_and_endpoint() -> None:
    error = TalosError(
        ErrorKind.TIMEOUT,
        "no answer within 5 s",
        node="10.10.0.41",
        endpoint="10.10.0.40:50000",
        call="Version",
    )

    text = "Version of 10.10.0.41 through 10.10.0.40:50000: no answer within 5 s"
    assert str(error) == text


@pytest.mark.parametrize(
    ("error", "kind", "text"),
    [
        (
            ConnectionRefusedError(errno.ECONNREFUSED, "Connect call failed (...)"),
            ErrorKind.UNREACHABLE,
            "connection refused",
        ),
        (
            socket.gaierror(socket.EAI_NONAME, "Name or service not known"),
            ErrorKind.UNREACHABLE,
            "name or service not known",
        ),
        (
            ssl.SSLEOFError(8, "EOF occurred in violation of protocol"),
            ErrorKind.UNREACHABLE,
            "the endpoint closed the connection",
        ),
        (
            TimeoutError("no answer within 2 s"),
            ErrorKind.UNREACHABLE,
            "no answer within 2 s",
        ),
    ],
)
def test_dial_that_failed_is_told_in_words(
    error: Exception, kind: ErrorKind, text: str
) -> None:
    assert kind_of_dial(error) is kind
    assert describe_dial(error) == text
