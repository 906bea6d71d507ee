"""Each check of the review: what passes, what fails, what it cannot tell."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from tests.triage.cases import NOW
from tests.triage.reviews import (
    ANSWERS,
    MINUTE,
    NAMES,
    PLANES,
    WORKER,
    answered,
    check,
    machine,
    states,
    told,
    well,
    with_facts,
    with_machine,
    with_nodes,
    with_version,
)
from tui.model.alert import Verdict
from tui.model.fault import Fault, FaultKind
from tui.model.kube import DaemonSet, KubeNode, StorageClass
from tui.model.machine import Certificate
from tui.model.reading import Reading
from tui.model.review import CheckState
from tui.model.target import Expected, Health, TargetRow
from tui.triage.review import CHECKS
from tui.triage.review_case import NODES, ReviewCase
from tui.triage.review_kubernetes import CLASSES, DAEMON_SETS, DRIVERS, VERSION
from tui.triage.told import Told

PASSED, FAILED, UNKNOWN = CheckState.PASSED, CheckState.FAILED, CheckState.UNKNOWN


def of(case: ReviewCase, name: str) -> tuple[CheckState, str]:
    found = check(case, name)
    return found.state, found.reason


def test_everything_passes_in_a_well_cluster() -> None:
    assert set(states(well()).values()) == {PASSED}


def test_nothing_passes_where_nothing_is_known() -> None:
    dark = replace(
        well(), nodes=(), answers={}, targets=None, log=None, certificates=()
    )
    assert set(states(dark).values()) == {UNKNOWN}


def test_every_check_has_a_reason_advice_and_evidence() -> None:
    for found in (check(well(), rule.id) for rule in CHECKS):
        assert found.reason
        assert found.advice
        assert found.evidence
        assert all(piece.source for piece in found.evidence)


def test_evidence_can_be_asked_again() -> None:
    (piece, _) = check(well(), "machine-stage").evidence
    assert piece.query == f"talosctl -n {','.join(NAMES)} get machinestatus"
    assert piece.value == "4/4 nodes: running and ready"
    assert piece.observed_at is not None
    storage = check(well(), "storage").evidence
    assert {each.query for each in storage} >= {DRIVERS.text, CLASSES.text}


def test_what_decides_comes_first_and_the_others_are_counted() -> None:
    case = with_facts(PLANES[2], diagnostics=("no disk",))
    found = check(with_facts(WORKER, case, diagnostics=("late",)), "diagnostics")
    assert found.reason == "talos-cp-3: Talos says: no disk, and 1 more"
    assert found.evidence[0].supports is Verdict.REAL


def planes(count: int, workers: int) -> tuple[KubeNode, ...]:
    plane, worker = ANSWERS[NODES][0], ANSWERS[NODES][-1]
    made = [replace(plane, name=f"p{n}") for n in range(count)]
    return (*made, *(replace(worker, name=f"w{n}") for n in range(workers)))


@pytest.mark.parametrize(
    ("count", "workers", "state"),
    [
        (1, 0, PASSED),
        (3, 0, PASSED),
        (5, 2, PASSED),
        (1, 3, FAILED),
        (2, 0, FAILED),
        (4, 1, FAILED),
        (0, 3, UNKNOWN),
        (0, 0, UNKNOWN),
    ],
)
def test_the_control_plane_is_three_or_more_and_odd_or_a_single_node(
    count: int, workers: int, state: CheckState
) -> None:
    case = answered(NODES, planes(count, workers))
    assert check(case, "control-plane-count").state is state


def test_a_single_node_is_said_to_be_one() -> None:
    case = answered(NODES, planes(1, 0))
    assert "single node" in check(case, "control-plane-count").reason


@pytest.mark.parametrize(("is_ready", "said"), [(False, "not Ready"), (None, "quiet")])
@pytest.mark.parametrize("name", [PLANES[1], WORKER])
def test_a_node_that_is_not_ready_fails(
    name: str, is_ready: bool | None, said: str
) -> None:
    case = with_nodes(
        lambda each: replace(each, is_ready=is_ready) if each.name == name else each
    )
    state, reason = of(case, "nodes-ready")
    assert state is FAILED
    assert name in reason
    assert said in reason


def test_a_talos_node_that_kubernetes_does_not_list_fails() -> None:
    stranger = replace(machine(WORKER), name="talos-wk-9", address="10.10.0.49")
    talos = stranger.talos.value
    assert talos
    named = replace(stranger.talos, value=replace(talos, hostname="talos-wk-9"))
    lost = replace(stranger, kube=None, talos=named)
    silent = replace(stranger, kube=None, talos=Reading())
    case = well()
    assert of(replace(case, nodes=(*case.nodes, lost)), "nodes-ready") == (
        FAILED,
        "Kubernetes does not list talos-wk-9",
    )
    assert of(replace(case, nodes=(*case.nodes, silent)), "nodes-ready")[0] is UNKNOWN


@pytest.mark.parametrize(
    ("kubelet", "server", "same", "skew"),
    [
        ("v1.34.1", "v1.34.1", PASSED, PASSED),
        ("v1.33.4", "v1.34.1", FAILED, PASSED),
        ("v1.32.0", "v1.34.1", FAILED, FAILED),
        ("v1.35.0", "v1.34.1", FAILED, FAILED),
        ("v1.34.1", "v2.0.0", FAILED, UNKNOWN),
        ("", "v1.34.1", UNKNOWN, UNKNOWN),
    ],
)
def test_kubelets_are_held_against_the_api_server(
    kubelet: str, server: str, same: CheckState, skew: CheckState
) -> None:
    listed = tuple(replace(n, kubelet_version=kubelet) for n in ANSWERS[NODES])
    case = replace(answered(NODES, listed))
    case = replace(case, answers={**case.answers, VERSION: told(server)})
    assert check(case, "kubernetes-version").state is same
    assert check(case, "kubelet-skew").state is skew


def daemons(name: str, desired: int, ready: int) -> tuple[DaemonSet, ...]:
    return (DaemonSet("kube-system", name, {}, desired, ready),)


@pytest.mark.parametrize(
    ("sets", "state"),
    [
        (daemons("cilium", 4, 4), PASSED),
        (daemons("kube-flannel", 4, 4), PASSED),
        (daemons("calico-node", 4, 4), PASSED),
        (daemons("cilium", 4, 3), FAILED),
        (daemons("cilium", 0, 0), FAILED),
        (daemons("antrea-agent", 4, 4), UNKNOWN),
        ((), UNKNOWN),
    ],
)
def test_a_network_must_be_ready_everywhere(
    sets: tuple[DaemonSet, ...], state: CheckState
) -> None:
    assert check(answered(DAEMON_SETS, sets), "cni").state is state


def test_no_network_fails_when_nodes_are_not_ready() -> None:
    case = with_nodes(lambda each: replace(each, is_ready=False))
    case = replace(case, answers={**case.answers, DAEMON_SETS: told(())})
    assert check(case, "cni").state is FAILED


def storage_class(name: str, *, is_default: bool, driver: str = "d") -> StorageClass:
    return StorageClass(name, driver, is_default)


@pytest.mark.parametrize(
    ("classes", "drivers", "state"),
    [
        ((storage_class("a", is_default=True),), ("d",), PASSED),
        ((storage_class("a", is_default=True),), (), FAILED),
        ((storage_class("a", is_default=False),), ("d",), FAILED),
        ((), ("d",), FAILED),
        (tuple(storage_class(n, is_default=True) for n in "ab"), ("d",), FAILED),
        ((storage_class("a", is_default=True, driver="path"),), ("d",), UNKNOWN),
    ],
)
def test_one_default_class_of_a_driver_that_is_there(
    classes: tuple[StorageClass, ...], drivers: tuple[str, ...], state: CheckState
) -> None:
    case = answered(CLASSES, classes)
    case = replace(case, answers={**case.answers, DRIVERS: told(drivers)})
    assert check(case, "storage").state is state


def test_what_may_not_be_read_is_not_told_and_says_by_whom() -> None:
    refusal = Fault(FaultKind.FORBIDDEN, "storageclasses may not be listed")
    case = well()
    reading: Reading[Any] = Reading(None, None, refusal, 1)
    refused = Told(reading, MINUTE, "kubernetes prod")
    case = replace(case, answers={**case.answers, CLASSES: refused})
    state, reason = of(case, "storage")
    assert state is UNKNOWN
    assert reason.startswith("kubernetes prod: storageclasses may not be listed")


def test_two_talos_versions_fail_and_name_the_nodes() -> None:
    state, reason = of(with_version(WORKER, "v1.11.3"), "talos-version")
    assert state is FAILED
    assert "v1.11.3 on talos-wk-1" in reason


def test_an_upgrade_under_way_passes_and_names_the_node() -> None:
    case = with_version(PLANES[0], "v1.12.0")
    case = with_facts(PLANES[1], case, stage="upgrading")
    found = check(case, "talos-version")
    assert found.state is PASSED
    assert "an upgrade is under way on talos-cp-2" in found.reason
    assert check(case, "machine-stage").state is FAILED


def test_an_upgrade_of_two_control_planes_at_once_fails() -> None:
    case = with_version(WORKER, "v1.12.0")
    for name in PLANES[:2]:
        case = with_facts(name, case, stage="upgrading")
    assert "at once" in check(case, "talos-version").reason


def test_an_upgrade_that_leaves_a_minor_out_fails() -> None:
    case = with_facts(PLANES[0], with_version(WORKER, "v1.13.0"), stage="upgrading")
    assert of(case, "talos-version")[0] is FAILED


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"stage": "booting"}, FAILED),
        ({"is_ready": False, "unmet": ("staticPods: not ready",)}, FAILED),
        ({"stage": "", "unavailable": {"stage": "no such call"}}, UNKNOWN),
        ({"is_ready": None}, UNKNOWN),
    ],
)
def test_every_machine_must_be_running_and_ready(
    changes: dict[str, Any], state: CheckState
) -> None:
    found = check(with_facts(WORKER, **changes), "machine-stage")
    assert found.state is state
    assert WORKER in found.reason


@pytest.mark.parametrize(
    ("offset", "state"),
    [
        (0.099, PASSED),
        (-0.099, PASSED),
        (0.1, FAILED),
        (-3.0, FAILED),
        (float("nan"), FAILED),
        (None, UNKNOWN),
    ],
)
def test_every_clock_must_be_right(offset: float | None, state: CheckState) -> None:
    case = with_facts(WORKER, clock_offset_seconds=offset)
    assert check(case, "time").state is state


def test_no_diagnostics_is_only_good_news_from_a_node_that_has_them() -> None:
    told_why = {"diagnostics": "Talos 1.8 has none"}
    state, reason = of(with_facts(WORKER, unavailable=told_why), "diagnostics")
    assert state is UNKNOWN
    assert "Talos 1.8 has none" in reason


@pytest.mark.parametrize(
    ("days", "state"), [(31, PASSED), (30, FAILED), (3, FAILED), (-1, FAILED)]
)
def test_certificates_last_more_than_thirty_days(days: int, state: CheckState) -> None:
    soon = Certificate("talosconfig prod", NOW + timedelta(days=days))
    case = replace(well(), certificates=(*well().certificates, soon))
    assert check(case, "certificates").state is state


def row(health: Health) -> TargetRow:
    return TargetRow("job", "instance", Expected.YES, health)


@pytest.mark.parametrize(
    ("healths", "state"),
    [
        ((Health.UP, Health.DOWN), PASSED),
        ((Health.DOWN,), FAILED),
        ((Health.ABSENT,), FAILED),
        ((), FAILED),
    ],
)
def test_prometheus_must_know_targets_of_the_cluster(
    healths: tuple[Health, ...], state: CheckState
) -> None:
    case = replace(well(), targets=told(tuple(map(row, healths)), "prometheus"))
    assert check(case, "monitoring").state is state


@pytest.mark.parametrize(
    ("last", "state"),
    [
        ({WORKER: NOW - 10 * MINUTE}, PASSED),
        ({WORKER: NOW - 11 * MINUTE}, FAILED),
        ({}, FAILED),
        ({"": NOW}, UNKNOWN),
    ],
)
def test_every_node_must_have_written_lately(
    last: dict[str, Any], state: CheckState
) -> None:
    known = dict.fromkeys(PLANES, NOW) | last
    case = replace(well(), log=told(known, "loki"))
    assert check(case, "logging").state is state


def test_a_node_that_nobody_speaks_for_keeps_every_check_of_nodes_from_passing() -> (
    None
):
    case = well()
    case = replace(case, nodes=case.nodes[:-1])
    for name in ("talos-version", "machine-stage", "time", "diagnostics", "logging"):
        assert check(case, name).state is UNKNOWN


def test_a_node_that_is_silent_keeps_its_checks_from_passing() -> None:
    fault = Fault(FaultKind.TIMEOUT, "no answer within 5 s")
    silent: Reading[Any] = Reading(None, None, fault, 3)
    case = with_machine(WORKER, lambda n: replace(n, talos=silent, facts=silent))
    for name in ("talos-version", "machine-stage", "time", "diagnostics"):
        state, reason = of(case, name)
        assert state is UNKNOWN
        assert reason == "talos talos-wk-1: no answer within 5 s"
