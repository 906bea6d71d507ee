from __future__ import annotations

import json
from pathlib import Path

import pytest

from tui.model.scrape_error import ADVICE, ScrapeFault, scrape_error

RECORDINGS = Path(__file__).parents[1] / "data/prometheus"
_GET = 'Get "http://10.10.0.40:9100/metrics": '

CASES = [
    (
        f"{_GET}dial tcp 10.10.0.40:9100: connect: connection refused",
        ScrapeFault.REFUSED,
        "refused",
    ),
    (f"{_GET}context deadline exceeded", ScrapeFault.TIMEOUT, "timeout"),
    ("context deadline exceeded", ScrapeFault.TIMEOUT, "timeout"),
    (
        f"{_GET}dial tcp 10.10.0.40:9100: i/o timeout",
        ScrapeFault.TIMEOUT,
        "timeout",
    ),
    (
        f"{_GET}dial tcp 10.10.0.40:9100: connect: connection timed out",
        ScrapeFault.TIMEOUT,
        "timeout",
    ),
    (
        'Get "https://a/metrics": net/http: TLS handshake timeout',
        ScrapeFault.TIMEOUT,
        "timeout in the TLS handshake",
    ),
    (
        f"{_GET}dial tcp 10.10.0.40:9100: connect: no route to host",
        ScrapeFault.NO_ROUTE,
        "no route",
    ),
    (
        f"{_GET}dial tcp 10.10.0.40:9100: connect: network is unreachable",
        ScrapeFault.NO_ROUTE,
        "no route",
    ),
    (
        'Get "http://gone.invalid/metrics": dial tcp: lookup gone.invalid on '
        "10.96.0.10:53: no such host",
        ScrapeFault.DNS,
        "DNS: no such host",
    ),
    (
        'Get "http://a.b/metrics": dial tcp: lookup a.b on 10.96.0.10:53: read udp '
        "10.0.0.1:4242->10.96.0.10:53: i/o timeout",
        ScrapeFault.DNS,
        "DNS: no answer",
    ),
    (
        'Get "http://a.b/metrics": dial tcp: lookup a.b: server misbehaving',
        ScrapeFault.DNS,
        "DNS: no answer",
    ),
    (
        'Get "https://10.30.0.10:8006/": x509: certificate signed by unknown authority',
        ScrapeFault.TLS,
        "TLS: unknown authority",
    ),
    (
        'Get "https://10.30.0.10:8006/": tls: failed to verify certificate: x509: '
        "certificate signed by unknown authority",
        ScrapeFault.TLS,
        "TLS: unknown authority",
    ),
    (
        'Get "https://a/": x509: cannot validate certificate for 10.30.0.10 because '
        "it doesn't contain any IP SANs",
        ScrapeFault.TLS,
        "TLS: not for this name",
    ),
    (
        'Get "https://a/": tls: failed to verify certificate: x509: certificate is '
        "valid for pve, not carrick",
        ScrapeFault.TLS,
        "TLS: not for this name",
    ),
    (
        'Get "https://a/": x509: certificate has expired or is not yet valid: '
        "current time 2026-02-27T02:13:47Z is after 2026-01-01T00:00:00Z",
        ScrapeFault.TLS,
        "TLS: expired",
    ),
    (
        'Get "https://a/": remote error: tls: bad certificate',
        ScrapeFault.TLS,
        "TLS: it says bad certificate",
    ),
    (
        'Get "https://a/": tls: first record does not look like a TLS handshake',
        ScrapeFault.TLS,
        "TLS: first record does not look like a TLS handshake",
    ),
    (
        'Get "https://a/": http: server gave HTTP response to HTTPS client',
        ScrapeFault.SCHEME,
        "plain HTTP there",
    ),
    (
        "server returned HTTP status 401 Unauthorized",
        ScrapeFault.UNAUTHORIZED,
        "401: credentials",
    ),
    (
        "server returned HTTP status 403 Forbidden",
        ScrapeFault.FORBIDDEN,
        "403: not allowed",
    ),
    (
        "server returned HTTP status 503 Service Unavailable",
        ScrapeFault.SERVER,
        "503 Service Unavailable",
    ),
    ("server returned HTTP status 502", ScrapeFault.SERVER, "502"),
    (
        "server returned HTTP status 404 Not Found",
        ScrapeFault.STATUS,
        "404 Not Found",
    ),
    (
        '"INVALID" is not a valid start token',
        ScrapeFault.NOT_METRICS,
        "not metrics",
    ),
    (
        'expected label name, got "INVALID"',
        ScrapeFault.NOT_METRICS,
        "not metrics",
    ),
    (
        'expected a valid start token, got "<" ("INVALID") while parsing: "<"',
        ScrapeFault.NOT_METRICS,
        "not metrics",
    ),
    (
        'received unsupported Content-Type "text/html; charset=utf-8" and no '
        "fallback_scrape_protocol specified for target",
        ScrapeFault.NOT_METRICS,
        "not metrics: text/html",
    ),
    ("data does not end with # EOF", ScrapeFault.NOT_METRICS, "not metrics"),
    (f"{_GET}EOF", ScrapeFault.CUT, "connection cut"),
    ("unexpected EOF", ScrapeFault.CUT, "connection cut"),
    (
        f"{_GET}read tcp 10.0.0.1:1->10.10.0.40:9100: read: connection reset by peer",
        ScrapeFault.CUT,
        "connection cut",
    ),
    ("sample limit exceeded", ScrapeFault.LIMIT, "over the sample limit"),
    ("body size limit exceeded", ScrapeFault.LIMIT, "over the body size limit"),
    (
        "label_limit exceeded (metric: x, number of labels: 9, limit: 5)",
        ScrapeFault.LIMIT,
        "over the label_limit",
    ),
]


@pytest.mark.parametrize(("text", "kind", "words"), CASES)
def test_an_error_is_told_by_its_kind(text: str, kind: ScrapeFault, words: str) -> None:
    found = scrape_error(text)
    assert (found.kind, found.words) == (kind, words)
    assert found.advice


@pytest.mark.parametrize("text", ["", "the moon is full", "expected rain, got sun"])
def test_what_is_not_known_keeps_its_words_and_is_advised_nothing(text: str) -> None:
    found = scrape_error(text)
    assert (found.kind, found.words, found.advice) == (ScrapeFault.OTHER, text, "")


def recorded_errors() -> set[str]:
    """Every error that a real Prometheus gave while it was recorded."""
    return {
        target["lastError"]
        for path in sorted(RECORDINGS.glob("targets-*.json"))
        for target in json.loads(path.read_bytes())
        .get("data", {})
        .get("activeTargets", ())
        if target["lastError"]
    }


def test_every_recorded_error_is_known() -> None:
    errors = recorded_errors()
    assert len(errors) >= 7
    kinds = {error: scrape_error(error).kind for error in errors}
    assert ScrapeFault.OTHER not in kinds.values(), kinds
    assert {kind.name for kind in kinds.values()} >= {
        "NOT_METRICS",
        "SERVER",
        "UNAUTHORIZED",
        "TLS",
        "REFUSED",
        "TIMEOUT",
    }


def test_every_kind_that_is_known_has_its_advice() -> None:
    assert set(ScrapeFault) - set(ADVICE) == {ScrapeFault.OTHER}


def test_an_attempt_from_another_port_is_the_same_error_and_remembered_once() -> None:
    """A target that cuts each scrape would else fill memory with its ports."""
    texts = [
        f"{_GET}read tcp 10.0.0.1:{port}->10.10.0.40:9100: odd" for port in (41, 42)
    ]
    one, other = map(scrape_error, texts)
    assert one is other
    assert one.words == f"{_GET}read tcp 10.0.0.1->10.10.0.40:9100: odd"
