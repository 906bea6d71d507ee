"""Which checks are made of what, how far they come, and what is concluded."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from tests.judged import NOW
from tests.triage.examination.exams import (
    TIMEOUT,
    Exam,
    handshake,
    node,
    pod,
    proxmox,
    subject,
    unreachable,
)
from tui.model.alert import Evidence, Judgement, Verdict
from tui.model.examination import Ask, ExamState, Place, Subject, TargetKind
from tui.model.fault import Fault, FaultKind
from tui.model.probe import HttpProbe, HttpStatus, TcpProbe, TlsProbe, Trust
from tui.model.target import Expected, Health, TargetRow
from tui.triage.examination.case import ExamCase
from tui.triage.examination.table import CAUSES, CHECKS, examine, kind_of, wanted

NONE: dict[str, str] = {}
FALSE = Judgement(
    Verdict.FALSE_POSITIVE,
    "Cilium replaces it",
    (Evidence("no kube-proxy pod", Verdict.FALSE_POSITIVE, "kubernetes", value="0"),),
    rule="kube-proxy-replaced",
)


@pytest.mark.parametrize(
    ("job", "labels", "url", "kind"),
    [
        ("proxmox-ruapehu", NONE, "https://h:8006/m", TargetKind.PROXMOX),
        ("talos-node-exporter", NONE, "http://h:9100/m", TargetKind.NODE_EXPORTER),
        ("node-exporter", {"namespace": "a"}, "http://h/m", TargetKind.NODE_EXPORTER),
        ("talos-kubelets", NONE, "https://h:10250/m", TargetKind.KUBELET),
        ("talos-monitor", {"service": "kubelet"}, "https://h/m", TargetKind.KUBELET),
        (
            "kube-proxy",
            {"namespace": "kube-system"},
            "http://h/m",
            TargetKind.COMPONENT,
        ),
        ("coredns", {"namespace": "kube-system"}, "http://h/m", TargetKind.COMPONENT),
        ("kube-proxy-exporter", NONE, "http://h:1/m", TargetKind.STATIC),
        ("argocd", {"namespace": "argocd"}, "http://h:1/m", TargetKind.APPLICATION),
        ("claude-agent", NONE, "http://10.20.0.40:30200/m", TargetKind.APPLICATION),
        ("vault", NONE, "http://vault.example:8200/m", TargetKind.STATIC),
    ],
)
def test_a_target_is_told_by_its_job_else_by_where_it_leads(
    job: str, labels: dict[str, str], url: str, kind: TargetKind
) -> None:
    assert kind_of(subject(job, labels=labels, scrape_url=url)) is kind


def test_every_kind_has_checks_and_every_check_may_be_a_cause() -> None:
    assert set(CHECKS) == set(TargetKind)
    every = {rule.id for rules in CHECKS.values() for rule in rules}
    assert every == {rule.id for rule in CAUSES}
    for rules in CHECKS.values():
        ids = [rule.id for rule in rules]
        assert len(ids) == len(set(ids))


def test_before_anything_is_asked_nothing_has_run() -> None:
    found = examine(ExamCase(proxmox(), {}, frozenset(), NOW))
    assert [check.id for check in found.checks] == ["tcp", "tls", "http"]
    assert {check.state for check in found.checks} == {ExamState.NOT_RUN}
    assert found.conclusion == ""
    assert not found.is_running


def test_a_check_whose_answer_is_waited_for_is_running() -> None:
    case = ExamCase(proxmox(), {}, frozenset(), NOW)
    pending = frozenset(wanted(case, {"tcp"}))
    found = examine(replace(case, pending=pending))
    states = {check.id: check.state for check in found.checks}
    assert states["tcp"] is ExamState.RUNNING
    assert states["tls"] is ExamState.NOT_RUN
    assert found.is_running


def test_only_what_is_chosen_is_asked_and_only_once() -> None:
    exam = Exam(subject())
    exam.run("endpoints")
    assert len(exam.asked) == len(set(exam.asked)) == 2
    assert {ask.place for ask in exam.asked} == {Place.CLUSTER}


@pytest.mark.parametrize(
    "target",
    [subject(), proxmox(), subject("talos-node-exporter"), subject("kube-proxy")],
)
def test_from_here_nothing_is_dialled_but_the_targets_own_address(
    target: Subject,
) -> None:
    exam = Exam(target)
    exam.run()
    host = target.scrape_url.split("/")[2]
    dialled = [ask.what for ask in exam.asked if ask.place is Place.HERE]
    assert dialled
    for what in dialled:
        assert isinstance(what, TcpProbe | TlsProbe | HttpProbe)
        where = what.url if isinstance(what, HttpProbe) else str(what.address)
        assert host in where


def test_kubernetes_is_asked_of_the_targets_own_cluster_and_prometheus() -> None:
    exam = Exam(subject(scrape_pool="serviceMonitor/monitoring/argocd/0"))
    checks = {check.id: check for check in exam.run().checks}
    assert {each.source for each in checks["pods"].asked} == {"kubernetes prod"}
    assert {each.source for each in checks["monitor"].asked} == {"kubernetes monit"}


def test_evidence_tells_how_to_ask_when_and_how_long_it_took() -> None:
    (asked,) = Exam(proxmox()).check("tcp").asked
    assert (asked.source, asked.query) == ("from here", "nc -zv -w 3 10.30.0.10 8006")
    assert (asked.at, asked.seconds) == (NOW, 0.003)


@pytest.mark.parametrize("name", ["services", "slices", "pods", "monitors"])
def test_what_may_not_be_read_is_never_a_pass_nor_a_failure(name: str) -> None:
    fault = Fault(FaultKind.FORBIDDEN, "forbids this: cannot list")
    exam = Exam(subject(scrape_pool="serviceMonitor/monitoring/argocd/0"))
    setattr(exam, name, fault)
    check = {"services": "service", "slices": "endpoints", "monitors": "monitor"}
    found = exam.check(check.get(name, name))
    assert found.state is ExamState.UNKNOWN
    assert "forbids this" in found.words
    assert "Least privilege" in found.meaning


def test_a_row_becomes_a_subject() -> None:
    row = TargetRow("claude-agent", "10.20.0.40:30200", Expected.YES, Health.ABSENT)
    found = Subject.of("agentic", row)
    assert found.name == "claude-agent 10.20.0.40:30200"
    assert found.labels["job"] == "claude-agent"
    assert found.scrape_url == ""


CONCLUSIONS: list[tuple[str, Exam, str]] = [
    (
        "credentials",
        Exam(
            proxmox(last_error="server returned HTTP status 401 Unauthorized"),
            tls=handshake(Trust.UNKNOWN_CA),
            http=HttpStatus(401, challenge="Basic"),
        ),
        "The host answers and asks for credentials: look at the password or the token "
        "in the scrape config.",
    ),
    (
        "private CA, and credentials behind it",
        Exam(proxmox(), tls=handshake(Trust.UNKNOWN_CA), http=HttpStatus(401)),
        "Its certificate is signed by O=PVE Cluster Manager CA, which the scrape "
        "config must name as its CA (ca_file); behind it, it asks for credentials "
        "(401).",
    ),
    (
        "expired",
        Exam(proxmox(), tls=handshake(Trust.EXPIRED, -3), http=HttpStatus(401)),
        "Its certificate has expired (2026-11-18): renew it; behind it, it asks for "
        "credentials (401).",
    ),
    (
        "refused",
        Exam(
            proxmox(last_error="connect: connection refused"),
            tcp=unreachable("refused the connection: nothing listens"),
            tls=unreachable("refused"),
            http=unreachable("refused"),
        ),
        "The host answers, but nothing listens on that port: look at the process, then "
        "at the port in the scrape config.",
    ),
    (
        "black hole",
        Exam(
            proxmox(last_error=TIMEOUT),
            tcp=unreachable("no connection within 5 s"),
            tls=Fault(FaultKind.TIMEOUT, "no answer within 5 s"),
            http=Fault(FaultKind.TIMEOUT, "no answer within 5 s"),
        ),
        "Nothing at all answers there: is the host on, and do routes and firewalls let "
        "one in?",
    ),
    (
        "firewall before Prometheus",
        Exam(proxmox(last_error=TIMEOUT), http=HttpStatus(401)),
        "It answers from here while Prometheus says timeout: something between "
        "Prometheus and it is in the way (route, firewall, NetworkPolicy).",
    ),
    (
        "crashing pod",
        Exam(
            subject(),
            pods=(pod(reason="CrashLoopBackOff"),),
            tcp=unreachable("refused the connection: nothing listens"),
        ),
        "Its pod argocd/argocd-0 is not ready (CrashLoopBackOff): look at its log.",
    ),
    (
        "dead node",
        Exam(
            subject(
                "talos-node-exporter",
                instance="10.10.0.43:9100",
                scrape_url="http://10.10.0.43:9100/metrics",
            ),
            nodes=(node(is_ready=None),),
            tcp=unreachable("no connection within 5 s"),
        ),
        "Its node wk-3 has gone quiet: begin with the machine, not with the target.",
    ),
    (
        "false positive",
        Exam(subject("kube-proxy", judgement=FALSE), pods=(), services=()),
        "Nothing is broken (Cilium replaces it): fix it at the source, so that nobody "
        "scrapes it any more.",
    ),
    (
        "all well from here",
        Exam(subject(last_error="")),
        "All is well from here: look at it from where Prometheus runs.",
    ),
    (
        "nobody may look",
        Exam(
            subject(last_error=""),
            pods=Fault(FaultKind.FORBIDDEN, "forbids this"),
        ),
        "Nothing explains it; what could not be told: kubernetes prod: forbids this.",
    ),
]


@pytest.mark.parametrize(
    ("exam", "sentence"),
    [(exam, sentence) for _, exam, sentence in CONCLUSIONS],
    ids=[name for name, _, _ in CONCLUSIONS],
)
def test_the_conclusion_is_one_sentence_that_says_what_to_do(
    exam: Exam, sentence: str
) -> None:
    assert exam.conclusion == sentence


def test_a_conclusion_waits_until_something_explains_it_or_all_is_known() -> None:
    exam = Exam(subject(last_error=""))
    assert exam.run("pods").conclusion == ""
    exam.pods = (pod(reason="OOMKilled"),)
    assert exam.run("pods").conclusion.startswith("Its pod argocd/argocd-0 is not")


def test_a_real_alert_of_a_component_is_a_failure_of_its_check() -> None:
    real = replace(FALSE, verdict=Verdict.REAL, reason="Cilium agent not ready")
    exam = Exam(subject("kube-proxy", judgement=real))
    assert exam.state("judged") is ExamState.FAILED
    unsure = replace(FALSE, verdict=Verdict.UNDECIDED, reason="no answer")
    exam = Exam(subject("kube-proxy", judgement=unsure))
    assert exam.state("judged") is ExamState.UNKNOWN


def test_without_an_alert_there_is_no_verdict_to_tell() -> None:
    ids = [check.id for check in Exam(subject("kube-proxy")).run().checks]
    assert "judged" not in ids


def test_an_answer_to_one_check_serves_all_that_need_it() -> None:
    exam = Exam(subject())
    exam.run()
    assert len(exam.asked) == len(set(exam.asked))
    assert sum(isinstance(ask.what, TcpProbe) for ask in exam.asked) == 1


def test_states_never_improve_when_an_answer_is_taken_away() -> None:
    """What is not known is neither well nor ill."""
    attributes = ("tcp", "tls", "http", "services", "slices", "pods", "monitors")
    for name in attributes:
        exam = Exam(subject(scrape_pool="serviceMonitor/monitoring/argocd/0"))
        setattr(exam, name, Fault(FaultKind.BUG, "taloscope failed here"))
        before: dict[str, Any] = {
            c.id: c.state for c in Exam(exam.subject).run().checks
        }
        passed = {c.id for c in exam.run().checks if c.state is ExamState.PASSED}
        assert passed <= {id_ for id_, s in before.items() if s is ExamState.PASSED}
        assert passed, name


def test_ask_is_a_value() -> None:
    """It is the key under which an answer is kept."""
    exam = Exam(proxmox())
    exam.run("tcp")
    exam.run("tcp")
    assert exam.asked[0] == exam.asked[1]
    assert isinstance(exam.asked[0], Ask)


def test_what_nobody_expects_and_is_not_there_is_no_riddle() -> None:
    absent = subject("vault", last_error="", health=Health.ABSENT)
    unexpected = replace(absent, expected=Expected.NO)
    assert "nothing is missing" in Exam(unexpected).conclusion
    wanted_one = replace(absent, expected=Expected.YES)
    assert "nothing is missing" not in Exam(wanted_one).conclusion
