"""What happens when, and that it happens the same way each time."""

from __future__ import annotations

import pytest

from tests.lab.conftest import minutes
from tui.lab.estate import Estate, Health, LabPod, LabService, Reach
from tui.lab.faults import FaultError, FaultSet
from tui.lab.lines import lines
from tui.lab.rules import raised_by_prometheus
from tui.lab.story import Story


def at(when: float, *faults: str) -> Estate:
    return Story(FaultSet.of(faults)).at(minutes(when))


def cilium_pod(estate: Estate) -> LabPod:
    pods = estate.cluster("prod").pods
    return next(pod for pod in pods if pod.name == "cilium-wk1xq")


def kubelet(estate: Estate) -> LabService:
    node = estate.node("talos-wk-2")
    assert node is not None
    return next(service for service in node.services if service.id == "kubelet")


def firing(estate: Estate) -> set[tuple[str, str]]:
    return {
        (alert.labels["alertname"], alert.labels.get("cluster", ""))
        for alert in raised_by_prometheus(estate)
        if alert.is_firing
    }


def test_the_same_moment_is_the_same_estate() -> None:
    assert at(4.5) == at(4.5)


def test_lines_of_a_stretch_are_those_of_its_parts() -> None:
    whole = lines(minutes(1), minutes(6))
    assert whole == lines(minutes(1), minutes(3)) + lines(minutes(3), minutes(6))


def test_calm_lines_come_no_faster_than_one_in_four_seconds_a_node() -> None:
    calm = lines(minutes(-10), minutes(0), "10.10.0.43")
    assert 60 <= len(calm) <= 150


def test_weeks_old_false_alarms_and_a_dead_host_fire_while_all_is_calm() -> None:
    assert firing(at(1)) == {
        ("TargetDown", "monit"),
        ("Watchdog", ""),
        ("KubeControllerManagerDown", "prod"),
        ("KubeProxyDown", "prod"),
        ("KubeProxyDown", "agentic"),
        ("KubeSchedulerDown", "prod"),
    }


def test_target_down_of_a_proxmox_host_has_no_namespace() -> None:
    alerts = raised_by_prometheus(at(1))
    down = next(one for one in alerts if one.labels["alertname"] == "TargetDown")
    assert "namespace" not in down.labels
    assert "in  namespace" in down.annotations["description"]


def test_the_cilium_agent_is_dead_from_four_to_six() -> None:
    ready = [cilium_pod(at(when)).is_ready for when in (3.9, 4, 5.9, 6)]
    assert ready == [True, False, False, True]


def test_the_node_stays_ready_while_its_cilium_agent_is_dead() -> None:
    node = at(5).node("talos-wk-1")
    assert node is not None
    assert node.is_ready


def test_the_kubelet_falls_ill_during_the_incident_and_recovers() -> None:
    health = [kubelet(at(when)).health for when in (1, 5, 8)]
    assert health == [Health.HEALTHY, Health.UNHEALTHY, Health.HEALTHY]
    assert kubelet(at(8)).events[-1].message == "Health check successful"


def test_the_incident_is_over_after_the_session_is_back() -> None:
    later = lines(minutes(7.2), minutes(10))
    assert not [line for line in later if line.priority in {"err", "crit"}]


def test_a_target_was_down_for_a_while_before_the_story() -> None:
    argocd = at(0).targets[0]
    up = [argocd.outage(minutes(when)) is None for when in (-15, -12, -10)]
    assert up == [True, False, True]


@pytest.mark.parametrize(
    ("fault", "reach"),
    [
        ("node-dead:talos-wk-3", Reach.REFUSES),
        ("node-blackhole:talos-wk-3", Reach.SILENT),
    ],
)
def test_a_lost_node_is_unreachable_and_not_ready(fault: str, reach: Reach) -> None:
    estate = at(1, fault)
    node = estate.node("10.10.0.43")
    assert node is not None
    assert (node.reach, node.is_ready) == (reach, False)
    assert ("KubeNodeNotReady", "prod") in firing(estate)


def test_a_lost_nodes_targets_are_down() -> None:
    estate = at(1, "node-dead:talos-wk-3")
    down = {one.labels["job"] for one in estate.targets if one.outage(estate.at)}
    assert down == {"proxmox-carrick", "talos-kubelets", "talos-node-exporter"}


def test_a_lost_nodes_pods_are_not_ready() -> None:
    pods = at(1, "node-blackhole:talos-wk-3").cluster("prod").pods
    assert {pod.node for pod in pods if not pod.is_ready} == {"talos-wk-3"}


def test_replacement_off_shows_in_the_config_map() -> None:
    maps = at(1, "replacement-off").cluster("prod").config_maps
    assert maps["kube-system", "cilium-config"]["kube-proxy-replacement"] == "false"


@pytest.mark.parametrize("component", ["scheduler", "controller-manager"])
def test_a_component_that_is_not_ready_stops_renewing_its_lease(component: str) -> None:
    prod = at(1, f"{component}-not-ready").cluster("prod")
    name = f"kube-{component}"
    pod = next(pod for pod in prod.pods if pod.name == f"{name}-talos-cp-1")
    lease = next(lease for lease in prod.leases if lease.name == name)
    assert not pod.is_ready
    assert lease.stopped_at == minutes(1) - minutes(20)


def test_no_watchdog_takes_the_watchdog_away() -> None:
    assert ("Watchdog", "") not in firing(at(1, "no-watchdog"))


def test_a_scraped_kube_proxy_can_be_down() -> None:
    assert ("TargetDown", "prod") in firing(at(1, "kube-proxy-target-down"))


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("nope", "unknown fault 'nope'"),
        ("node-dead", "needs a node's name"),
        ("loki-down:prod", "takes no argument"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(name: str, says: str) -> None:
    with pytest.raises(FaultError, match=says):
        FaultSet.of([name])
