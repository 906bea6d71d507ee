from __future__ import annotations

import pytest

from tui.present.reason import short


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            'Get "https://10.0.0.1:2381/metrics": dial tcp 10.0.0.1:2381: '
            "connect: connection refused",
            "refused",
        ),
        (
            'Get "https://10.0.0.1/metrics": tls: failed to verify certificate: '
            "x509: certificate signed by unknown authority",
            "TLS: unknown authority",
        ),
        ('Get "http://a/metrics": context deadline exceeded', "timeout"),
        (
            "rpc error: code = Unavailable desc = connection error: desc = "
            '"transport: authentication handshake failed: EOF"',
            "transport: authentication handshake failed: EOF",
        ),
        ("server returned HTTP status 403 Forbidden", "403: not allowed"),
        ('unexpected "x"',) * 2,
    ],
)
def test_a_reason_is_the_last_clause_that_says_something(
    error: str, words: str
) -> None:
    assert short(error) == words
