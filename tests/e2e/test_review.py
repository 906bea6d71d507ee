"""The review, by `taloscope check` against a lab put into that state."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.labs import RunningLab, running_lab


@pytest.fixture(scope="module")
def lab() -> Iterator[RunningLab]:
    with running_lab("--at", "1m", "--speed", "0") as running:
        yield running


def review(lab: RunningLab, cluster: str, *faults: str) -> dict[str, tuple[str, str]]:
    """State and reason of each check."""
    lab.faults(add=faults)
    try:
        _, report = lab.check()
    finally:
        lab.faults(remove=faults)
    (found,) = [each for each in report["clusters"] if each["name"] == cluster]
    return {each["id"]: (each["state"], each["reason"]) for each in found["review"]}


def test_a_calm_single_node_passes_every_check(lab: RunningLab) -> None:
    found = review(lab, "monit")
    assert {name for name, (state, _) in found.items() if state != "pass"} == set()


def test_one_control_plane_for_many_nodes_fails(lab: RunningLab) -> None:
    found = review(lab, "prod")
    failed = {name for name, (state, _) in found.items() if state != "pass"}
    assert failed == {"control-plane-count"}


def test_a_network_agent_that_is_down_fails(lab: RunningLab) -> None:
    found = review(lab, "prod", "cilium-agent-down")
    assert found["cni"] == ("fail", "Cilium 3/4 ready")


def test_without_kubernetes_nothing_that_needs_it_passes(lab: RunningLab) -> None:
    found = review(lab, "prod", "kubernetes-down:prod")
    passed = {name for name, (state, _) in found.items() if state == "pass"}
    assert passed <= {"certificates", "monitoring"}
    assert not {name for name, (state, _) in found.items() if state == "fail"}


def test_a_dead_node_is_not_ready_and_tells_nothing(lab: RunningLab) -> None:
    found = review(lab, "prod", "node-dead:talos-wk-3")
    assert found["nodes-ready"][0] == "fail"
    assert found["machine-stage"][0] == "can't tell"
    assert "talos-wk-3" in found["machine-stage"][1]


def test_an_alarm_of_etcd_fails(lab: RunningLab) -> None:
    state, reason = review(lab, "prod", "etcd-alarm")["etcd"]
    assert state == "fail"
    assert "no-space" in reason


def test_a_node_that_stayed_behind_fails_every_check_of_versions(
    lab: RunningLab,
) -> None:
    found = review(lab, "prod", "version-skew")
    for check, said in (
        ("talos-version", "2 Talos versions"),
        ("kubelet-skew", "minors behind"),
        ("kubernetes-version", "2 Kubernetes versions"),
    ):
        state, reason = found[check]
        assert state == "fail"
        assert said in reason


def test_a_certificate_that_expires_soon_fails() -> None:
    with running_lab("--at", "1m", "--speed", "0", "--fault", "cert-expiring") as lab:
        state, reason = review(lab, "monit")["certificates"]
    assert (state, reason) == ("fail", "talosconfig monit expires in 2 days")


def test_a_control_plane_that_is_no_member_of_etcd_fails() -> None:
    faults = ("--fault", "etcd-member-missing")
    with running_lab("--at", "1m", "--speed", "0", "--nodes", "15", *faults) as lab:
        state, reason = review(lab, "prod")["etcd"]
    assert state == "fail"
    assert "is no member of etcd" in reason
