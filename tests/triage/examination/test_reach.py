"""TCP, TLS and HTTP as seen from here, held against what Prometheus says."""

from __future__ import annotations

from typing import Any

import pytest

from tests.triage.examination.exams import (
    REFUSED,
    TIMEOUT,
    Exam,
    handshake,
    node,
    proxmox,
    subject,
    unreachable,
)
from tui.model.examination import ExamState
from tui.model.fault import Fault, FaultKind
from tui.model.probe import HttpStatus, Trust
from tui.model.target import Health

PASS, FAIL, UNKNOWN = ExamState.PASSED, ExamState.FAILED, ExamState.UNKNOWN
UNAUTHORIZED = "server returned HTTP status 401 Unauthorized"


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ("10.30.0.10", PASS),
        (unreachable("refused the connection: nothing listens"), FAIL),
        (unreachable("no connection within 5 s"), FAIL),
        (unreachable("No route to host"), FAIL),
        (unreachable("the name is not known to DNS"), FAIL),
    ],
)
def test_a_connection(answer: Any, state: ExamState) -> None:
    assert Exam(proxmox(), tcp=answer).state("tcp") is state


@pytest.mark.parametrize(
    ("url", "labels"),
    [
        ("http://10.244.3.7:8083/metrics", {"namespace": "argocd", "pod": "argocd-0"}),
        ("http://loki.monitoring.svc:3100/metrics", {"namespace": "monitoring"}),
        ("http://loki.monitoring.svc.cluster.local:3100/metrics", {}),
    ],
)
def test_an_address_of_the_clusters_own_network_proves_nothing_from_here(
    url: str, labels: dict[str, str]
) -> None:
    fault = unreachable("no connection within 5 s")
    exam = Exam(subject(scrape_url=url, labels=labels), tcp=fault)
    check = exam.check("tcp")
    assert check.state is UNKNOWN
    assert "proves nothing" in check.meaning


def test_a_pod_on_the_nodes_own_network_can_be_judged_from_here() -> None:
    exam = Exam(
        subject(
            "node-exporter",
            labels={"namespace": "m", "pod": "node-exporter-x"},
            scrape_url="http://10.10.0.43:9100/metrics",
        ),
        nodes=(node(),),
        tcp=unreachable("refused the connection: nothing listens"),
    )
    assert exam.state("tcp") is FAIL


def test_an_absent_target_is_dialled_by_its_instance() -> None:
    absent = proxmox(health=Health.ABSENT, scrape_url="", scrape_pool="")
    exam = Exam(absent)
    assert [check.id for check in exam.run().checks] == ["tcp"]
    assert exam.state("tcp") is PASS


def test_an_absent_target_without_a_port_cannot_be_dialled() -> None:
    absent = proxmox(
        instance="10.10.0.40", health=Health.ABSENT, scrape_url="", scrape_pool=""
    )
    check = Exam(absent).check("tcp")
    assert check.state is UNKNOWN
    assert check.words.startswith("no address is known")


@pytest.mark.parametrize(
    ("trust", "error", "state"),
    [
        (Trust.TRUSTED, REFUSED, PASS),
        (Trust.UNKNOWN_CA, "x509: certificate signed by unknown authority", FAIL),
        (Trust.UNKNOWN_CA, "", FAIL),
        (Trust.UNKNOWN_CA, UNAUTHORIZED, UNKNOWN),
        (Trust.OTHER_NAME, "x509: certificate is valid for a, not b", FAIL),
        (Trust.OTHER_NAME, UNAUTHORIZED, UNKNOWN),
        (Trust.EXPIRED, UNAUTHORIZED, FAIL),
        (Trust.NOT_YET_VALID, "", FAIL),
        (Trust.INVALID, "", FAIL),
    ],
)
def test_a_certificate_that_prometheus_gets_past_is_no_failure_of_trust(
    trust: Trust, error: str, state: ExamState
) -> None:
    exam = Exam(proxmox(last_error=error), tls=handshake(trust))
    assert exam.state("tls") is state


def test_an_expired_certificate_is_not_the_cause_when_prometheus_gets_past_it() -> None:
    exam = Exam(
        proxmox(last_error=UNAUTHORIZED),
        tls=handshake(Trust.EXPIRED, -3),
        http=HttpStatus(401),
    )
    assert exam.state("tls") is FAIL
    assert exam.conclusion.startswith("The host answers and asks for credentials")


def test_all_of_a_certificate_is_told() -> None:
    seen = Exam(proxmox(), tls=handshake(Trust.UNKNOWN_CA)).check("tls").seen
    assert seen == (
        "protocol TLSv1.3",
        "subject CN=carrick",
        "issuer O=PVE Cluster Manager CA",
        "names carrick, 10.30.0.10",
        "valid 2026-05-05 to 2027-02-19: 90 days left",
    )


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (90, "this machine trusts its certificate"),
        (13, "13 days left"),
        (1.5, "1 day left"),
        (0.4, "less than a day left"),
    ],
)
def test_a_certificate_that_soon_expires_says_so(days: float, words: str) -> None:
    check = Exam(proxmox(), tls=handshake(days=days)).check("tls")
    assert check.state is PASS
    assert words in check.words


@pytest.mark.parametrize(
    ("fault", "state", "words"),
    [
        (
            Fault(FaultKind.TLS, "does not speak TLS: is the URL http?"),
            FAIL,
            "plain text",
        ),
        (Fault(FaultKind.TLS, "wants a client certificate"), PASS, "client"),
        (Fault(FaultKind.TIMEOUT, "no answer within 5 s"), FAIL, "no handshake"),
        (unreachable("Connection reset by peer"), FAIL, "no handshake"),
    ],
)
def test_a_handshake_that_fails(fault: Fault, state: ExamState, words: str) -> None:
    check = Exam(proxmox(), tls=fault).check("tls")
    assert check.state is state
    assert words in check.words


def test_without_a_connection_neither_tls_nor_http_is_blamed() -> None:
    fault = unreachable("no connection within 5 s")
    exam = Exam(proxmox(last_error=TIMEOUT), tcp=fault, tls=fault, http=fault)
    assert exam.state("tls") is UNKNOWN
    assert exam.state("http") is UNKNOWN


@pytest.mark.parametrize(
    ("status", "state", "words"),
    [
        (HttpStatus(200, is_metrics=True), PASS, "answers with metrics"),
        (HttpStatus(200, is_html=True), FAIL, "a page for people"),
        (HttpStatus(200), FAIL, "something else, not metrics"),
        (HttpStatus(204), FAIL, "something else"),
        (HttpStatus(302, location="/login"), FAIL, "redirects to /login"),
        (HttpStatus(401), PASS, "wants credentials"),
        (HttpStatus(403), PASS, "wants credentials"),
        (HttpStatus(404), FAIL, "not on this path"),
        (
            HttpStatus(
                400, first_line="Client sent an HTTP request to an HTTPS server."
            ),
            FAIL,
            "it expects https",
        ),
        (HttpStatus(500), FAIL, "fails by itself"),
        (HttpStatus(503, first_line="dial tcp: i/o timeout"), FAIL, "HTTP 503"),
    ],
)
def test_an_answer(status: HttpStatus, state: ExamState, words: str) -> None:
    check = Exam(proxmox(last_error=UNAUTHORIZED), http=status).check("http")
    assert check.state is state
    assert words in check.words


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        (Fault(FaultKind.TIMEOUT, "no answer within 5 s"), FAIL),
        (Fault(FaultKind.PROTOCOL, "does not speak proper HTTP"), FAIL),
        (Fault(FaultKind.TLS, "does not speak TLS: is the URL http?"), UNKNOWN),
    ],
)
def test_no_answer(fault: Fault, state: ExamState) -> None:
    assert Exam(proxmox(), http=fault).state("http") is state


def test_what_was_answered_is_told_with_what_was_not_sent() -> None:
    url = "https://10.30.0.10:8006/pve/metrics?target=a&token=b"
    status = HttpStatus(401, "text/plain", "No ticket", challenge="Basic realm=pve")
    seen = Exam(proxmox(scrape_url=url), http=status).check("http").seen
    assert seen == (
        "HTTP 401, text/plain",
        "WWW-Authenticate: Basic realm=pve",
        "first line: No ticket",
        "not sent, since they may be secrets: token",
    )


def test_metrics_from_here_and_an_error_there_point_at_the_scrape_config() -> None:
    found = Exam(proxmox(last_error=UNAUTHORIZED)).conclusion
    assert found.startswith("From here it answers with metrics, while Prometheus says")
