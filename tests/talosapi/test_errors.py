from __future__ import annotations

import errno
import socket
import ssl

import pytest

from talosapi.errors import (
    ErrorKind,
    TalosError,
    describe_dial,
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
    ],
)
def test_status_becomes_a_kind_that_one_can_act_on(
    status: str, text: str, kind: ErrorKind
) -> None:
    assert kind_of(status, text) is kind


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
