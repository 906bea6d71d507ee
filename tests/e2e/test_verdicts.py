"""The verdicts that the product exists for, by `taloscope check` against the lab."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest

from tests.e2e.labs import RunningLab, running_lab


@pytest.fixture(scope="module")
def lab() -> Iterator[RunningLab]:
    with running_lab("--at", "1m", "--speed", "0") as running:
        yield running


def alerts(report: dict[str, Any], cluster: str, name: str) -> list[dict[str, Any]]:
    (found,) = [each for each in report["clusters"] if each["name"] == cluster]
    return [alert for alert in found["alerts"] if alert["name"] == name]


CASES = [
    ("KubeProxyDown", (), "false-positive"),
    ("KubeProxyDown", ("replacement-off",), "real"),
    ("KubeProxyDown", ("cilium-agent-down",), "real"),
    ("KubeProxyDown", ("kubernetes-down:prod",), "undecided"),
    ("KubeSchedulerDown", (), "false-positive"),
    ("KubeSchedulerDown", ("scheduler-not-ready",), "real"),
    ("KubeSchedulerDown", ("kubernetes-down:prod",), "undecided"),
    ("KubeControllerManagerDown", (), "false-positive"),
    ("KubeControllerManagerDown", ("controller-manager-not-ready",), "real"),
    ("TargetDown", ("kube-proxy-target-down",), "false-positive"),
]


Reported = Callable[[tuple[str, ...]], dict[str, Any]]


@pytest.fixture(scope="module")
def reported(lab: RunningLab) -> Reported:
    """What `check` says with some faults; of the same ones it is asked once."""

    @cache
    def report(faults: tuple[str, ...]) -> dict[str, Any]:
        lab.faults(add=faults)
        try:
            return lab.check()[1]
        finally:
            lab.faults(remove=faults)

    return report


@pytest.mark.parametrize(("name", "faults", "verdict"), CASES)
def test_a_prod_alert_is_judged_by_the_state_of_prod(
    reported: Reported, name: str, faults: tuple[str, ...], verdict: str
) -> None:
    report = reported(faults)
    found = alerts(report, "prod", name)
    assert [alert["verdict"] for alert in found] == [verdict], found


def test_a_cilium_agent_that_dies_turns_the_alert_real(lab: RunningLab) -> None:
    lab.story("5m")
    try:
        _, report = lab.check()
    finally:
        lab.story("1m")
    (alert,) = alerts(report, "prod", "KubeProxyDown")
    assert alert["verdict"] == "real"
    assert "talos-wk-1" in alert["reason"]


def test_the_same_alert_of_another_cluster_is_judged_by_that_cluster(
    reported: Reported,
) -> None:
    report = reported(("cilium-agent-down",))
    (alert,) = alerts(report, "agentic", "KubeProxyDown")
    assert alert["verdict"] == "false-positive"


def test_proxmox_down_is_real(lab: RunningLab) -> None:
    code, report = lab.check()
    (alert,) = alerts(report, "monit", "TargetDown")
    assert alert["labels"]["job"] == "proxmox-carrick"
    assert alert["verdict"] == "real"
    assert code == 1


def test_a_real_target_comes_with_its_error_and_the_alerts_expression(
    reported: Reported,
) -> None:
    report = reported(())
    (alert,) = alerts(report, "monit", "TargetDown")
    target, *_, expression = alert["evidence"]
    assert target["claim"].startswith("proxmox-carrick ")
    assert target["value"]
    assert "up" in expression["query"]


def test_a_log_alert_without_labels_is_where_its_kernel_lines_are(
    lab: RunningLab,
) -> None:
    lab.story("4m30s")
    try:
        _, report = lab.check()
    finally:
        lab.story("1m")
    (alert,) = alerts(report, "prod", "BTRFSCorruptionDetected")
    assert alerts(report, "monit", "BTRFSCorruptionDetected") == []
    assert alert["verdict"] == "real"
    assert alert["reason"].startswith("talos-wk-2 sdb (")
    assert "home/homeassistant-config, pod homeassistant-0" in alert["reason"]
    assert any("only prod has such lines" in e["claim"] for e in alert["evidence"])


def test_a_kernel_error_that_no_rule_of_loki_sees_says_so(lab: RunningLab) -> None:
    lab.story("4m30s")
    try:
        _, report = lab.check()
    finally:
        lab.story("1m")
    prod = next(each for each in report["clusters"] if each["name"] == "prod")
    seen = {
        (each["kind"], each["device"]): each["seen_by"] for each in prod["log_findings"]
    }
    assert seen["btrfs", "sdb"] == ["BTRFSCorruptionDetected"]
    assert seen["oom", "cilium-agent"] == []
    told = [
        each["detail"] for each in prod["findings"] if "Out of memory" in each["detail"]
    ]
    assert told[0].endswith(
        "neither BTRFSCorruptionDetected nor ISCSIKernelError matches this line"
    )


def test_watchdog_is_by_design(reported: Reported) -> None:
    report = reported(())
    (alert,) = alerts(report, "monit", "Watchdog")
    assert alert["verdict"] == "by-design"


STAGES = [
    ("no-watchdog", "Prometheus has the rule, but does not fire it"),
    ("watchdog-rule-missing", "Prometheus has no rule Watchdog"),
    ("watchdog-rule-fails", "query timed out in expression evaluation"),
    ("alerts-unwired", "Prometheus fires it, but is wired to no Alertmanager"),
    ("alerts-lost", "/api/v2/alerts; Alertmanager does not have it"),
    ("alerts-late", "/api/v2/alerts; Alertmanager does not have it"),
]


@pytest.mark.parametrize(("fault", "stage"), STAGES)
def test_a_broken_alerting_path_is_real_and_names_its_stage(
    lab: RunningLab, fault: str, stage: str
) -> None:
    lab.faults(add=(fault,))
    try:
        code, report = lab.check()
    finally:
        lab.faults(remove=(fault,))
    findings = [
        (cluster["name"], finding["verdict"], finding["detail"])
        for cluster in report["clusters"]
        for finding in cluster["findings"]
        if finding["kind"] == "watchdog-absent"
    ]
    ((cluster, verdict, detail),) = findings
    assert (cluster, verdict) == ("monit", "real")
    assert stage in detail
    assert code == 1


def test_a_watchdog_that_is_late_is_real_itself(reported: Reported) -> None:
    report = reported(("alerts-late",))
    (alert,) = alerts(report, "monit", "Watchdog")
    assert alert["verdict"] == "real"
    assert "alerts no longer arrive" in alert["reason"]


def test_every_verdict_carries_its_evidence(reported: Reported) -> None:
    report = reported(())
    (alert,) = alerts(report, "prod", "KubeProxyDown")
    assert alert["evidence"]
    for piece in alert["evidence"]:
        assert piece["claim"]
        assert piece["source"]
        assert piece["supports"]
    asked = [piece for piece in alert["evidence"] if piece["source"] != "inventory"]
    assert all(piece["observed_at"] for piece in asked)
