from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.triage.cases import (
    NODES,
    PLANE,
    PLANE_NODE,
    SEEN,
    WORKER_NODE,
    alert,
    judged,
    lease,
    node,
    pod,
)
from tui.model.alert import Verdict
from tui.model.question import Question
from tui.model.target import InventoryTarget
from tui.triage.rules.control_plane import (
    CONTROLLER_MANAGER,
    SCHEDULER,
    UNASSIGNED,
    leader,
    static_pods,
)

SCHEDULER_DOWN = alert("KubeSchedulerDown", severity="critical")
MANAGER_DOWN = alert("KubeControllerManagerDown", severity="critical")

PODS = static_pods(SCHEDULER)
LEASE = leader(SCHEDULER)
POD = pod(f"{SCHEDULER}-{PLANE}", PLANE)
OTHER_PLANE = node("talos-cp-2", is_control_plane=True)
UNSEEN = replace(
    pod("web-0", ""),
    phase="Pending",
    is_ready=False,
    scheduled=None,
    created_at=SEEN - timedelta(minutes=6),
)

Changes = dict[Question, Any]


@pytest.mark.parametrize("about", [SCHEDULER_DOWN, MANAGER_DOWN])
def test_a_component_that_runs_and_leads_is_a_false_positive(about: Any) -> None:
    found = judged(about)
    assert found.verdict is Verdict.FALSE_POSITIVE
    assert found.reason == "Talos hides its metrics, 1/1 pods ready"


REAL: list[tuple[str, Changes, str]] = [
    ("no pod", {PODS: ()}, "no kube-scheduler pod on talos-cp-1"),
    ("not ready", {PODS: (replace(POD, is_ready=False, reason="Error"),)}, "Error"),
    ("not running", {PODS: (replace(POD, phase="Failed"),)}, "Failed"),
    (
        "one of two planes",
        {NODES: (PLANE_NODE, OTHER_PLANE)},
        "no kube-scheduler pod on talos-cp-2",
    ),
    (
        "the pod of that name is elsewhere",
        {PODS: (replace(POD, node="talos-wk-1"),)},
        "no kube-scheduler pod on talos-cp-1",
    ),
    (
        "another pod with the label",
        {PODS: (replace(POD, name="my-scheduler"),)},
        "no kube-scheduler pod on talos-cp-1",
    ),
    (
        "one node without Talos",
        {NODES: (PLANE_NODE, replace(WORKER_NODE, os_image="Ubuntu 24.04"))},
        "Ubuntu",
    ),
    ("lease not renewed", {LEASE: (lease(SCHEDULER, age=91),)}, "91 s old"),
    ("pod waits unseen", {UNASSIGNED: (UNSEEN,)}, "web-0"),
    (
        "a dead component on a quiet plane",
        {
            NODES: (replace(PLANE_NODE, is_ready=None),),
            PODS: (replace(POD, is_ready=False),),
        },
        "not ready",
    ),
]


@pytest.mark.parametrize(
    ("changes", "word"), [c[1:] for c in REAL], ids=[c[0] for c in REAL]
)
def test_one_contradiction_makes_it_real(changes: Changes, word: str) -> None:
    found = judged(SCHEDULER_DOWN, changes)
    assert found.verdict is Verdict.REAL
    assert word in found.reason


UNDECIDED: list[tuple[str, Changes, str]] = [
    ("no nodes", {NODES: ()}, "no control-plane node"),
    ("no planes", {NODES: (WORKER_NODE,)}, "no control-plane node"),
    (
        "plane quiet",
        {NODES: (replace(PLANE_NODE, is_ready=None),)},
        "talos-cp-1 is not Ready",
    ),
    (
        "OS not told",
        {NODES: (PLANE_NODE, replace(WORKER_NODE, os_image=""))},
        "which OS",
    ),
    ("no lease", {LEASE: ()}, "no leader lease"),
    (
        "lease never renewed",
        {LEASE: (replace(lease(SCHEDULER), renewed_at=None),)},
        "no leader lease",
    ),
    (
        "lease from the future",
        {LEASE: (lease(SCHEDULER, age=-91),)},
        "clocks disagree",
    ),
    ("lease let go", {LEASE: (lease(SCHEDULER, holder=""),)}, "nobody holds"),
    (
        "age of a pod not told",
        {UNASSIGNED: (replace(UNSEEN, created_at=None),)},
        "how old",
    ),
]


@pytest.mark.parametrize(
    ("changes", "word"), [c[1:] for c in UNDECIDED], ids=[c[0] for c in UNDECIDED]
)
def test_what_cannot_be_told_leaves_it_undecided(changes: Changes, word: str) -> None:
    found = judged(SCHEDULER_DOWN, changes)
    assert found.verdict is Verdict.UNDECIDED
    assert word in found.reason


STILL_FALSE: list[tuple[str, Changes]] = [
    ("clocks differ by a minute", {LEASE: (lease(SCHEDULER, age=62),)}),
    ("clocks differ the other way", {LEASE: (lease(SCHEDULER, age=-60),)}),
    ("a pod is quite new", {UNASSIGNED: (replace(UNSEEN, created_at=SEEN),)}),
    ("a pod fits nowhere", {UNASSIGNED: (replace(UNSEEN, scheduled=False),)}),
    (
        "a worker is not Ready",
        {NODES: (PLANE_NODE, replace(WORKER_NODE, is_ready=None))},
    ),
]


@pytest.mark.parametrize(
    "changes", [c[1] for c in STILL_FALSE], ids=[c[0] for c in STILL_FALSE]
)
def test_what_says_nothing_of_the_scheduler_changes_nothing(changes: Changes) -> None:
    assert judged(SCHEDULER_DOWN, changes).verdict is Verdict.FALSE_POSITIVE


def test_the_scheduler_s_pods_say_nothing_of_the_controller_manager() -> None:
    changes: Changes = {static_pods(CONTROLLER_MANAGER): (POD,)}
    assert judged(MANAGER_DOWN, changes).verdict is Verdict.REAL


def test_an_inventory_that_expects_the_job_makes_it_real() -> None:
    line = InventoryTarget(SCHEDULER, "10.10.0.40:10259", expected=True)
    assert judged(SCHEDULER_DOWN, inventory=(line,)).verdict is Verdict.REAL
