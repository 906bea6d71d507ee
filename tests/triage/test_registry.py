from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from tests.triage.cases import BOOK, SEEN, alert, case, down, judged, questions_for
from tui.model.alert import Verdict
from tui.model.question_beyond import TargetsOf
from tui.model.target import Health
from tui.triage.case import Case
from tui.triage.registry import RULES

COMPONENTS = ("kube-proxy", "kube-scheduler", "kube-controller-manager")
OWN = {
    "kube-proxy": "KubeProxyDown",
    "kube-scheduler": "KubeSchedulerDown",
    "kube-controller-manager": "KubeControllerManagerDown",
}


@pytest.mark.parametrize("job", COMPONENTS)
@pytest.mark.parametrize(
    "labels",
    [
        {"namespace": "kube-system"},
        {"namespace": "kube-system", "service": "{job}"},
        {"namespace": "kube-system", "service": "kube-prometheus-stack-{job}"},
    ],
)
def test_target_down_of_the_component_is_judged_like_its_own_alert(
    job: str, labels: dict[str, str]
) -> None:
    named = {key: value.format(job=job) for key, value in labels.items()}
    assert judged(alert("TargetDown", job=job, **named)).verdict is (
        Verdict.FALSE_POSITIVE
    )


LOOK_ALIKES = [
    {"job": "{job}-exporter"},
    {"job": "my-{job}"},
    {"job": "{job}", "namespace": "shop"},
    {"job": "{job}", "namespace": "kube-system", "service": "{job}-exporter"},
    {"job": "{job}", "namespace": "kube-system", "service": "fake{job}"},
    {"job": "", "service": "kube-prometheus-stack-{job}"},
    {"service": "kube-prometheus-stack-{job}"},
    {"job": "{job}\n"},
    {"job": "KUBE-PROXY"},
]


@pytest.mark.parametrize("job", COMPONENTS)
@pytest.mark.parametrize("labels", LOOK_ALIKES)
def test_what_only_looks_like_the_component_is_real(
    job: str, labels: dict[str, str]
) -> None:
    named = {key: value.format(job=job) for key, value in labels.items()}
    assert judged(alert("TargetDown", **named)).verdict is Verdict.REAL


@pytest.mark.parametrize("job", COMPONENTS)
@pytest.mark.parametrize("labels", [{}, {"service": "kube-prometheus-stack-{job}"}])
def test_a_target_outside_kubernetes_is_not_the_component(
    job: str, labels: dict[str, str]
) -> None:
    """What Prometheus finds in Kubernetes has a namespace; a static target has none."""
    named = {key: value.format(job=job) for key, value in labels.items()}
    found = judged(alert("TargetDown", job=job, **named))
    assert (found.verdict, found.rule) == (Verdict.REAL, "target-static")


@pytest.mark.parametrize("job", COMPONENTS)
@pytest.mark.parametrize(
    ("row", "verdict", "words"),
    [
        ({"health": Health.UP}, Verdict.REAL, "answers, so others should"),
        ({"health": Health.UNKNOWN}, Verdict.UNDECIDED, "has not tried every target"),
        ({"namespace": "shop"}, Verdict.UNDECIDED, "lists no target"),
    ],
)
def test_target_down_is_cleared_only_while_no_target_answers(
    job: str, row: dict[str, Any], verdict: Verdict, words: str
) -> None:
    about = alert("TargetDown", job=job, namespace="kube-system")
    found = judged(about, {TargetsOf(job): (down(job, **row),)})
    assert found.verdict is verdict
    assert words in found.reason


@pytest.mark.parametrize("job", COMPONENTS)
@pytest.mark.parametrize("labels", [each for each in LOOK_ALIKES if each.get("job")])
def test_its_own_alert_about_a_look_alike_is_real(
    job: str, labels: dict[str, str]
) -> None:
    named = {key: value.format(job=job) for key, value in labels.items()}
    assert judged(alert(OWN[job], **named)).verdict is Verdict.REAL


@pytest.mark.parametrize(
    "name", ["kubeproxydown", "KubeProxyDownSoon", "NotKubeProxyDown", ""]
)
def test_an_alert_of_a_similar_name_is_real(name: str) -> None:
    found = judged(alert(name))
    assert found.verdict is Verdict.REAL
    assert found.reason == "no rule says otherwise"
    assert found.rule == ""


@pytest.mark.parametrize(
    ("labels", "rule"),
    [
        ({"job": "proxmox-carrick"}, "target-proxmox"),
        ({"job": "talos-node-exporter"}, "target-node-exporter"),
        ({"job": "node-exporter", "namespace": "monitoring"}, "target-node-exporter"),
        ({"job": "talos-kubelets"}, "target-kubelet"),
        ({"job": "apiserver", "namespace": "default"}, "target-component"),
        ({"job": "kube-etcd", "namespace": "kube-system"}, "target-component"),
        ({"job": "argocd-metrics", "namespace": "argocd"}, "target-application"),
        ({"job": "claude-agent"}, "target-static"),
        ({}, "target-static"),
    ],
)
def test_any_other_target_that_is_down_is_real_with_the_runbook_of_its_kind(
    labels: dict[str, str], rule: str
) -> None:
    found = judged(alert("TargetDown", **labels))
    assert (found.verdict, found.rule) == (Verdict.REAL, rule)
    assert found.runbook


@pytest.mark.parametrize("name", ["Watchdog", "InfoInhibitor"])
def test_alerts_that_fire_on_purpose_are_by_design(name: str) -> None:
    assert judged(alert(name, severity="none")).verdict is Verdict.BY_DESIGN


@pytest.mark.parametrize(
    "name",
    [
        "BTRFSCorruptionDetected",
        "ISCSIKernelError",
        "PrometheusTargetMissing",
        "PrometheusScrapeFailed",
    ],
)
def test_known_trouble_is_real_and_has_a_runbook_of_its_own(name: str) -> None:
    found = judged(alert(name))
    assert found.verdict is Verdict.REAL
    assert found.rule
    assert found.runbook.startswith("## ")


def test_an_alert_of_no_configured_cluster_is_undecided() -> None:
    about = alert("KubeProxyDown", cluster="elsewhere")
    found = BOOK.judge(Case(about, "", {}, (), case(about).interval, SEEN))
    assert found.verdict is Verdict.UNDECIDED
    assert found.reason == "cannot tell: the alert belongs to no configured cluster"


def test_a_cluster_without_kubernetes_is_undecided() -> None:
    about = alert("KubeProxyDown")
    found = BOOK.judge(Case(about, "prod", {}, (), case(about).interval, SEEN))
    assert found.reason == "cannot tell: kubernetes prod is not read"


def test_evidence_says_who_was_asked_what_and_when() -> None:
    evidence = judged(alert("KubeProxyDown")).evidence
    assert evidence
    for piece in evidence:
        is_metric = piece.source == "prometheus prod"
        assert is_metric or piece.source == "kubernetes prod"
        assert piece.query.startswith("up{" if is_metric else "kubectl ")
        assert piece.observed_at == SEEN
        assert piece.claim
        assert piece.value


def test_an_alert_of_no_cluster_is_cleared_by_nobodys_answers() -> None:
    nobodys = replace(case(alert("KubeProxyDown")), cluster="")
    found = BOOK.judge(nobodys)
    assert nobodys.answers
    assert found.verdict is Verdict.UNDECIDED
    assert found.reason == "cannot tell: the alert belongs to no configured cluster"


def test_an_alert_without_questions_asks_nothing() -> None:
    assert questions_for(BOOK, alert("TargetDown", job="proxmox-carrick")) == ()
    assert questions_for(BOOK, alert("SomethingElse")) == ()


def test_a_false_positive_comes_with_three_fixes_best_first() -> None:
    about = alert("KubeProxyDown", cluster="prod", severity="critical")
    values, monitor, silence = judged(about).fixes
    assert values.endswith("kubeProxy:\n  enabled: false\n")
    assert monitor.endswith(
        "kubectl -n monitoring delete servicemonitor kube-prometheus-stack-kube-proxy"
    )
    assert silence == (
        "amtool silence add --duration=8760h "
        "'--comment=Cilium replaces it, 2/2 agents ready' "
        "'alertname=\"KubeProxyDown\"' 'cluster=\"prod\"' 'severity=\"critical\"'"
    )


def test_the_silence_of_a_fix_is_safe_to_paste() -> None:
    about = alert("KubeProxyDown", note='it\'s; $(reboot) "x"')
    *_, silence = judged(about).fixes
    assert '\'note="it\'"\'"\'s; $(reboot) \\"x\\""\'' in silence


def test_no_rule_clears_an_alert_without_claims() -> None:
    for rule in RULES:
        assert rule.claims or rule.verdict is not Verdict.FALSE_POSITIVE
        assert not (rule.verdict is Verdict.FALSE_POSITIVE and not rule.job)


def test_rules_have_ids_of_their_own() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)


def test_the_first_rule_that_covers_an_alert_judges_it() -> None:
    found = BOOK.rule_for(
        alert("TargetDown", job="kube-proxy", namespace="kube-system")
    )
    assert found is not None
    assert found.id == "kube-proxy-target-replaced"
