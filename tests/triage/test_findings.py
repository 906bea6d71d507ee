from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.triage.cases import INTERVAL, NOW, WORKER_NODE, alert
from tui.model.alert import Verdict
from tui.model.fault import Fault, FaultKind
from tui.model.finding import FindingKind
from tui.model.fleet import NodeView
from tui.model.kernel_catalogue import CATALOGUE
from tui.model.kube import KubeNode
from tui.model.log import LogFinding
from tui.model.reading import Freshness, Reading
from tui.model.talos import ServiceHealth, TalosNode, TalosService
from tui.model.target import Expected, Health, Since, Target, TargetRow
from tui.triage import findings

LIVE, STALE = Freshness.LIVE, Freshness.STALE
WATCHDOG = alert("Watchdog", severity="none")
FAULT = Fault(FaultKind.UNREACHABLE, "no route to host")


@pytest.mark.parametrize(
    ("expected", "health", "kind", "verdict"),
    [
        (Expected.YES, Health.DOWN, FindingKind.TARGET_DOWN, Verdict.REAL),
        (Expected.YES, Health.ABSENT, FindingKind.TARGET_ABSENT, Verdict.REAL),
        (Expected.NO, Health.UP, FindingKind.TARGET_UNEXPECTED, Verdict.REAL),
        (
            Expected.NO,
            Health.DOWN,
            FindingKind.TARGET_UNEXPECTED,
            Verdict.FALSE_POSITIVE,
        ),
        (Expected.UNLISTED, Health.DOWN, FindingKind.TARGET_DOWN, Verdict.UNDECIDED),
    ],
)
def test_a_target_that_is_not_as_the_inventory_would_have_it_is_a_finding(
    expected: Expected, health: Health, kind: FindingKind, verdict: Verdict
) -> None:
    row = TargetRow("proxmox-carrick", "10.30.0.10:8006", expected, health)
    (found,) = findings.of_targets((row,), LIVE, "prod")
    assert (found.kind, found.verdict) == (kind, verdict)
    assert found.subject == "proxmox-carrick 10.30.0.10:8006"


@pytest.mark.parametrize(
    ("expected", "health"),
    [
        (Expected.YES, Health.UP),
        (Expected.YES, Health.UNKNOWN),
        (Expected.NO, Health.ABSENT),
        (Expected.NO, Health.UNKNOWN),
        (Expected.UNLISTED, Health.UP),
    ],
)
def test_a_target_that_is_as_it_should_be_is_none(
    expected: Expected, health: Health
) -> None:
    assert (
        findings.of_targets((TargetRow("a", "1", expected, health),), LIVE, "prod")
        == ()
    )


def test_what_is_absent_or_unwanted_comes_with_the_ways_out() -> None:
    absent = TargetRow("a", "h:1", Expected.YES, Health.ABSENT)
    unwanted = TargetRow("kube-proxy", "h:2", Expected.NO, Health.UP)
    down = TargetRow("b", "h:3", Expected.YES, Health.DOWN)
    marks = {"cluster": "prod"}
    found = findings.of_targets((absent, unwanted, down), LIVE, "prod", marks)
    assert [len(each.fixes) for each in found] == [2, 2, 0]
    assert "job_name" in found[0].fixes[0]
    assert 'labels: {cluster: "prod"}' in found[0].fixes[0]
    assert "kubeProxy" in found[1].fixes[0]
    assert "[clusters.prod.inventory.kube-proxy]" in found[1].fixes[1]


def test_a_target_tells_since_when_only_if_that_was_seen() -> None:
    seen, bound = Since(NOW), Since(NOW, is_exact=False)
    rows = [
        TargetRow("a", str(number), Expected.YES, Health.DOWN, since=each)
        for number, each in enumerate((seen, bound, None))
    ]
    found = findings.of_targets(rows, LIVE, "prod")
    assert [each.since for each in found] == [NOW, None, None]


def test_targets_of_one_name_are_one_finding_that_says_how_many() -> None:
    def kubelet(path: str, since: Since) -> TargetRow:
        labels = {"job": "kubelet", "instance": "h:1"}
        url = f"https://h:1/{path}"
        target = Target(labels, Health.DOWN, "k", url, "refused", NOW, 0, 30, 10)
        yes, down = Expected.YES, Health.DOWN
        return TargetRow("kubelet", "h:1", yes, down, "", target, since)

    earlier = NOW - timedelta(minutes=5)
    rows = [kubelet("metrics", Since(NOW)), kubelet("probes", Since(earlier))]
    (found,) = findings.of_targets(rows, LIVE, "prod")
    assert found.title == "kubelet h:1 is down"
    assert found.detail.startswith("2 targets: ")
    assert found.since == earlier
    rows.append(kubelet("cadvisor", Since(earlier, is_exact=False)))
    (found,) = findings.of_targets(rows, LIVE, "prod")
    assert found.since is None


def test_why_a_target_is_down_is_told_in_words() -> None:
    error = 'Get "http://h:1/metrics": context deadline exceeded'
    target = Target({}, Health.DOWN, "a", "http://h:1/metrics", error, NOW, 1, 10, 5)
    row = TargetRow("a", "h:1", Expected.YES, Health.DOWN, "", target)
    (found,) = findings.of_targets((row,), LIVE, "prod")
    assert found.detail == "timeout"


def test_what_an_old_answer_says_of_targets_is_undecided() -> None:
    row = TargetRow("a", "1", Expected.YES, Health.ABSENT)
    (found,) = findings.of_targets((row,), STALE, "prod")
    assert found.verdict is Verdict.UNDECIDED


def service(
    state: str = "Running", health: ServiceHealth = ServiceHealth.HEALTHY
) -> TalosService:
    return TalosService("kubelet", state, health, "why")


def view(
    *services: TalosService,
    fault: Fault | None = None,
    age: float = 4,
    kube: KubeNode | None = WORKER_NODE,
) -> NodeView:
    talos = TalosNode("10.10.0.41", "talos-wk-1", "v1.11.3", services, None)
    seen = NOW - timedelta(seconds=age)
    return NodeView("talos-wk-1", "10.10.0.41", Reading(talos, seen, fault, 3), kube)


def kinds(node: NodeView) -> list[tuple[FindingKind, Verdict]]:
    found = findings.of_nodes((node,), INTERVAL, NOW)
    return [(each.kind, each.verdict) for each in found]


def test_a_well_node_is_no_finding() -> None:
    assert kinds(view(service())) == []


def test_a_node_that_was_never_asked_is_no_finding() -> None:
    assert kinds(NodeView("n", "", Reading(), None)) == []


def test_a_node_that_only_we_cannot_reach_is_undecided() -> None:
    node = view(fault=FAULT, age=60)
    assert kinds(node) == [(FindingKind.NODE_UNREACHABLE, Verdict.UNDECIDED)]
    alone = view(fault=FAULT, age=60, kube=None)
    assert kinds(alone) == [(FindingKind.NODE_UNREACHABLE, Verdict.UNDECIDED)]


def test_a_node_that_kubernetes_misses_too_is_real() -> None:
    node = view(fault=FAULT, age=60, kube=replace(WORKER_NODE, is_ready=None))
    assert kinds(node) == [
        (FindingKind.NODE_UNREACHABLE, Verdict.REAL),
        (FindingKind.NODE_NOT_READY, Verdict.REAL),
    ]


def test_one_failed_call_is_not_yet_an_unreachable_node() -> None:
    assert kinds(view(service(), fault=FAULT)) == []


@pytest.mark.parametrize("is_ready", [False, None])
def test_a_node_that_is_not_ready_is_real(is_ready: bool | None) -> None:
    node = view(kube=replace(WORKER_NODE, is_ready=is_ready))
    assert kinds(node) == [(FindingKind.NODE_NOT_READY, Verdict.REAL)]


@pytest.mark.parametrize(
    ("state", "health", "is_ill"),
    [
        ("Running", ServiceHealth.UNHEALTHY, True),
        ("Failed", ServiceHealth.UNKNOWN, True),
        ("Running", ServiceHealth.UNKNOWN, False),
        ("Waiting", ServiceHealth.UNHEALTHY, False),
        ("Finished", ServiceHealth.UNHEALTHY, False),
        ("Skipped", ServiceHealth.UNKNOWN, False),
    ],
)
def test_a_service_is_ill_when_it_failed_or_runs_unhealthy(
    state: str, health: ServiceHealth, is_ill: bool
) -> None:
    wanted = [(FindingKind.SERVICE_UNHEALTHY, Verdict.REAL)] if is_ill else []
    assert kinds(view(service(state, health))) == wanted


def test_an_ill_service_of_a_node_gone_quiet_is_undecided() -> None:
    node = view(service("Failed"), fault=FAULT, age=60)
    assert (FindingKind.SERVICE_UNHEALTHY, Verdict.UNDECIDED) in kinds(node)


def log_finding(severity: str, place: int = 0) -> LogFinding:
    meaning = CATALOGUE[place].meaning
    return LogFinding(
        "prod", "talos-wk-2", "btrfs", severity, "sdb", meaning, 3, NOW, NOW, "BTRFS …"
    )


def test_kernel_errors_are_real_and_warnings_stay_in_the_log() -> None:
    found = findings.of_kernel((log_finding("error"), log_finding("warning")), ())
    (only,) = found
    assert (only.kind, only.verdict) == (FindingKind.KERNEL, Verdict.REAL)
    assert only.subject == "talos-wk-2"


def test_the_errors_of_one_node_are_one_finding_named_after_the_gravest() -> None:
    before = replace(log_finding("error", 5), first=NOW - timedelta(minutes=6))
    (only,) = findings.of_kernel((before, log_finding("error", 0)), ())
    assert CATALOGUE[0].meaning in only.title
    assert only.since == NOW


def test_a_kernel_finding_names_the_rules_that_see_its_gravest_line() -> None:
    seen = replace(log_finding("error"), seen_by=("BTRFSCorruptionDetected",))
    (found,) = findings.of_kernel((seen,), ())
    assert found.seen_by == ("BTRFSCorruptionDetected",)
    assert "no alert fires" not in found.detail


def test_two_nodes_with_kernel_errors_are_two_findings() -> None:
    one = log_finding("error")
    found = findings.of_kernel((one, replace(one, node="talos-wk-3")), ())
    assert [each.subject for each in found] == ["talos-wk-2", "talos-wk-3"]


def test_findings_are_ranked_real_first_then_by_kind() -> None:
    row = TargetRow("a", "1", Expected.UNLISTED, Health.DOWN)
    absent = TargetRow("b", "1", Expected.YES, Health.ABSENT)
    every = (
        *findings.of_targets((row, absent), LIVE, "prod"),
        *findings.of_kernel((log_finding("error"),), ()),
    )
    assert [each.kind for each in findings.ranked(every)] == [
        FindingKind.TARGET_ABSENT,
        FindingKind.KERNEL,
        FindingKind.TARGET_DOWN,
    ]
