"""Where an alert leads: what it names letter by letter, in its own cluster alone."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.estate import BTRFS, make_fleet, make_node, make_target
from tests.judged import NOW, ago, btrfs_alert, make_alert
from tui.model.alert import Evidence, JudgedAlert, Judgement, Verdict
from tui.model.finding import FindingKind
from tui.model.fleet import Fleet, NodeView, SourceKind
from tui.model.log import LogFinding
from tui.model.target import Health, TargetRow
from tui.model.trace import Trace, Victim
from tui.present import finding, places
from tui.present.glyphs import UNICODE
from tui.present.places import AllTargets, NodeLog, Place, Runbook


def saying(
    claim: str,
    source: str = "kubernetes prod",
    cluster: str = "prod",
    silenced_by: tuple[str, ...] = (),
    **labels: str,
) -> JudgedAlert:
    piece = Evidence(claim, Verdict.REAL, source)
    judgement = Judgement(Verdict.REAL, claim, (piece,))
    since = ago(minutes=2)
    return make_alert(
        "Anything", cluster, judgement, since, silenced_by=silenced_by, **labels
    )


def led(alert: JudgedAlert, fleet: Fleet | None = None) -> tuple[Place, ...]:
    known = fleet or make_fleet()
    return places.of_alert(alert, known, NOW, UNICODE, is_open=True)


def nodes(found: tuple[Place, ...]) -> list[str]:
    return [each.goal.name for each in found if isinstance(each.goal, NodeView)]


def targets(found: tuple[Place, ...]) -> list[str]:
    goals = [each.goal for each in found if isinstance(each.goal, TargetRow)]
    return [f"{row.job} {row.instance}" for row in goals]


def with_prod(**changes: object) -> Fleet:
    fleet = make_fleet()
    prod = replace(fleet.clusters[0], **changes)
    return replace(fleet, clusters=(prod, *fleet.clusters[1:]))


@pytest.mark.parametrize(
    "claim",
    [
        "Cilium agent on talos-wk-1 is not ready (CrashLoopBackOff)",
        "no cilium on talos-wk-1.",
        "the kubelet of talos-wk-1: reported 14 min ago",
        "10.10.0.41 sdb: a volume serves stale data",
        "dial tcp 10.10.0.41:10250: connection refused",
        "https://10.10.0.41:6443/readyz does not answer",
    ],
)
def test_a_node_that_the_evidence_names_is_a_place_with_its_log(claim: str) -> None:
    found = led(saying(claim))
    assert nodes(found) == ["talos-wk-1"]
    logs = [each.goal for each in found if isinstance(each.goal, NodeLog)]
    assert [(each.node.name, each.is_kept) for each in logs] == [("talos-wk-1", True)]


@pytest.mark.parametrize(
    "claim",
    [
        "talos-wk-11 is not ready",
        "talos-wk is not ready",
        "Talos-wk-1 is not ready",
        "talos-wk-1.example.org is not ready",
        "my-talos-wk-1 is not ready",
        "pod kube-proxy-talos-wk-1 is not ready",
        "dial tcp 110.10.0.41:10250: refused",
        "dial tcp 10.10.0.415:10250: refused",
        "talos-monitor and talos-agentic are not ready",
    ],
)
def test_what_is_only_called_alike_is_no_place(claim: str) -> None:
    assert led(saying(claim)) == ()


def test_a_node_of_the_same_name_in_another_cluster_is_never_meant() -> None:
    fleet = make_fleet()
    twin = make_node("talos-wk-1", "10.20.0.41")
    other = replace(fleet.clusters[2], nodes=(twin,))
    fleet = replace(fleet, clusters=(*fleet.clusters[:2], other))
    claim = "talos-wk-1 is not ready"
    own = led(saying(claim), fleet)
    assert [each.cluster for each in own if isinstance(each.goal, NodeView)] == ["prod"]
    # The same words, said by the Kubernetes of another cluster than the alert's.
    assert led(saying(claim, cluster="agentic"), fleet) == ()
    said = saying(claim, "kubernetes agentic", "agentic")
    assert led(said, fleet)[0].goal is twin


def test_an_alert_of_no_cluster_leads_to_no_node() -> None:
    assert led(saying("talos-wk-1 is not ready", "", cluster="")) == ()
    assert led(saying("talos-wk-1 is not ready", "", cluster="gone")) == ()


@pytest.mark.parametrize(
    "alert",
    [
        saying("nothing", node="talos-wk-3"),
        saying("nothing", hostname="talos-wk-3"),
        saying("nothing", instance="10.10.0.43:9100"),
        saying("nothing", instance="10.10.0.43"),
        saying("nothing", instance="talos-wk-3:10250"),
    ],
)
def test_labels_name_a_node_by_name_or_address(alert: JudgedAlert) -> None:
    assert nodes(led(alert)) == ["talos-wk-3"]


def test_a_node_is_known_by_its_ipv6_address_too() -> None:
    fleet = with_prod(nodes=(make_node("six", "fd00::41"),))
    for told in ("[fd00::41]:10250", "fd00::41"):
        assert nodes(led(saying(f"{told} is down"), fleet)) == ["six"]
        assert nodes(led(saying("nothing", instance=told), fleet)) == ["six"]
    # The last group is no port.
    assert nodes(led(saying("fd00::41:9100 is down"), fleet)) == []


def test_without_a_loki_the_node_itself_is_asked_for_its_log() -> None:
    prod = make_fleet().clusters[0]
    sources = [each for each in prod.sources if each.key.kind is not SourceKind.LOKI]
    fleet = with_prod(sources=tuple(sources))
    found = led(btrfs_alert(), fleet)
    assert [each.goal.is_kept for each in found if isinstance(each.goal, NodeLog)] == [
        False
    ]
    assert not any(isinstance(each.goal, LogFinding) for each in found)


def test_a_kernel_line_comes_first_then_whom_it_hurts_then_its_node() -> None:
    claim = f"talos-wk-2 sdb: {BTRFS.meaning}, 4 lines"
    found = led(saying(claim, "kernel log prod"))
    assert [each.what for each in found] == ["kernel line", "kernel errors", "node"]
    assert found[0].goal is BTRFS
    page = found[1].goal
    assert getattr(page, "kind", None) is FindingKind.KERNEL


def test_lines_of_another_device_are_no_place() -> None:
    claim = f"talos-wk-2 sdbc: {BTRFS.meaning}, 4 lines"
    found = led(saying(claim, "kernel log prod"))
    assert not any(isinstance(each.goal, LogFinding) for each in found)


def test_labels_of_node_and_device_name_the_kernel_line() -> None:
    assert led(btrfs_alert())[0].goal is BTRFS
    wrong = saying("nothing", node="talos-wk-1", device="sdb")
    assert not any(isinstance(each.goal, LogFinding) for each in led(wrong))


def test_job_and_instance_lead_to_the_target() -> None:
    job = "kube-state-metrics"
    found = led(saying("nothing", job=job, instance="10.10.0.40:30081"))
    assert targets(found) == ["kube-state-metrics 10.10.0.40:30081"]
    assert targets(led(saying("nothing", job=job, instance="10.10.0.40:3008"))) == []


def test_a_target_that_the_evidence_names_is_a_place_and_so_is_its_node() -> None:
    claim = "talos-node-exporter 10.10.0.41:9100 is down, scraped 02:11:07 UTC"
    found = led(saying(claim, "prometheus prod"))
    assert targets(found) == ["talos-node-exporter 10.10.0.41:9100"]
    assert nodes(found) == ["talos-wk-1"]
    assert targets(led(saying("target 10.10.0.41:9100 down since 02:11"))) == [
        "talos-node-exporter 10.10.0.41:9100"
    ]
    assert targets(led(saying("target 10.10.0.41:91001 down"))) == []


def test_of_two_jobs_with_one_instance_the_one_that_is_named_is_meant() -> None:
    rows = tuple(make_target(job, "10.9.9.9:80") for job in ("web", "my-web", "db"))
    fleet = with_prod(targets=rows)
    assert targets(led(saying("my-web 10.9.9.9:80 is down"), fleet)) == [
        "my-web 10.9.9.9:80"
    ]
    assert len(targets(led(saying("10.9.9.9:80 is down"), fleet))) == 3


def test_of_many_targets_some_are_told_and_the_list_holds_the_others() -> None:
    rows = tuple(
        make_target("web", f"10.9.0.{n}:80", health=Health.DOWN) for n in range(40)
    )
    judgement = Judgement(Verdict.REAL, "down")
    alert = make_alert("TargetDown", "prod", judgement, ago(minutes=2), job="web")
    found = led(alert, with_prod(targets=rows))
    assert len(targets(found)) == places.MOST_TARGETS
    assert found[-1].goal == AllTargets(rows[0])


def test_the_claim_of_an_alert_leads_to_the_device_behind_it() -> None:
    victim = Victim("pv", "media", "films", ("jellyfin-0",), "Delete")
    traced = Trace("talos-wk-2", "sdb", ago(minutes=1), (), (victim,))
    fleet = with_prod(traces=(traced,))
    for space, names in (("media", ["kernel errors"]), ("books", [])):
        claim = saying("nothing", namespace=space, persistentvolumeclaim="films")
        pod = saying("nothing", namespace=space, pod="jellyfin-0")
        for alert in (claim, pod):
            assert [each.what for each in led(alert, fleet)] == names


def test_silences_over_it_and_alerts_that_inhibit_it_are_places() -> None:
    fleet = make_fleet()
    quiet = saying("nothing", silenced_by=("s1",))
    (place,) = led(quiet)
    assert place.goal == fleet.silences[0]
    by = (fleet.clusters[0].alerts or ())[0]
    inhibited = replace(
        quiet.alert, silenced_by=(), inhibited_by=(by.alert.fingerprint,)
    )
    (place,) = led(replace(quiet, alert=inhibited))
    assert place.goal == by
    elsewhere = replace(quiet, alert=inhibited, endpoint="http://other:9093")
    assert led(elsewhere) == ()


def test_from_its_row_its_runbook_is_a_place_too() -> None:
    alert = btrfs_alert()
    found = places.of_alert(alert, make_fleet(), NOW, UNICODE, is_open=False)
    assert [each.goal for each in found if isinstance(each.goal, Runbook)] == [
        Runbook(alert)
    ]
    assert not any(isinstance(each.goal, Runbook) for each in led(alert))


def test_a_finding_leads_to_what_it_names_as_well() -> None:
    prod = make_fleet().clusters[0]
    kernel = next(f for f in prod.findings if f.kind is FindingKind.KERNEL)
    found = places.of_finding(kernel, prod, NOW, UNICODE)
    assert [each.what for each in found] == [
        "kernel line",
        "kernel line",
        "kernel errors",
        "node",
    ]
    absent = next(f for f in prod.findings if f.kind is FindingKind.TARGET_ABSENT)
    told = places.of_finding(absent, prod, NOW, UNICODE)
    assert targets(told) == ["argocd-server-metrics 10.10.0.40:30083"]


def test_a_kernel_finding_takes_no_lines_of_a_node_that_is_called_alike() -> None:
    prod = make_fleet().clusters[0]
    kernel = next(f for f in prod.findings if f.kind is FindingKind.KERNEL)
    alike = replace(BTRFS, node="talos-wk")
    known = replace(prod, log_findings=(alike, BTRFS))
    assert finding.subject(kernel, known).kernel == (BTRFS,)
