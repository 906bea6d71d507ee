from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from tests.triage.cases import (
    BOOK,
    CREATED,
    PLANE,
    PLANE_NODE,
    SEEN,
    WORKER,
    WORKER_NODE,
    alert,
    case,
    deployment,
    judged,
    lease,
    node,
    node_lease,
    node_leases,
    pod,
    with_answer,
)
from tests.triage.declared_cases import event
from tui.model.alert import Verdict
from tui.model.fault import Fault, FaultKind
from tui.model.question import Question
from tui.model.question_beyond import StaticPod
from tui.model.reading import Reading
from tui.model.target import InventoryTarget
from tui.triage.leading import leader
from tui.triage.on_nodes import LEASES, NODES
from tui.triage.rules.control_plane import CONTROLLER_MANAGER, SCHEDULER
from tui.triage.rules.control_plane_claims import (
    DAEMON_SETS,
    DEPLOYMENTS,
    SCALED,
    SCHEDULED,
    STATEFUL_SETS,
    STATIC_PODS,
    UNASSIGNED,
    static_pods,
)

SCHEDULER_DOWN = alert("KubeSchedulerDown", severity="critical")
MANAGER_DOWN = alert("KubeControllerManagerDown", severity="critical")

PODS = static_pods(SCHEDULER)
LEASE = leader(SCHEDULER)
POD = pod(f"{SCHEDULER}-{PLANE}", PLANE)
UNFIT = replace(
    pod("web-0", ""),
    namespace="home",
    phase="Pending",
    is_ready=False,
    scheduled=False,
    reason="Unschedulable: 0/2 nodes",
)
NEWLY_UNFIT = replace(UNFIT, created_at=SEEN - timedelta(minutes=4))
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
        "plane quiet, and Talos too",
        {NODES: (replace(PLANE_NODE, is_ready=None),), STATIC_PODS: {}},
        "talos-cp-1 is not Ready",
    ),
    (
        "plane quiet, and Talos says that it is ill",
        {
            NODES: (replace(PLANE_NODE, heartbeat_at=CREATED),),
            STATIC_PODS: {POD.name: StaticPod("10.10.0.40", "Running", is_ready=False)},
        },
        "the kubelet of talos-cp-1 reported",
    ),
    (
        "kubelet dead for two minutes, and Talos too",
        {LEASES: node_leases(node_lease(PLANE, age=120)), STATIC_PODS: {}},
        "the kubelet of talos-cp-1 last renewed its lease 120 s ago",
    ),
    (
        "no lease, and Talos silent",
        {LEASES: (), STATIC_PODS: {}},
        "no lease tells that the kubelet of talos-cp-1 lives",
    ),
    (
        "a pod fits nowhere, and nothing was scheduled lately",
        {UNASSIGNED: (UNFIT,)},
        "home/web-0 waits (Unschedulable: 0/2 nodes), and no event Scheduled",
    ),
    (
        "a pod fits nowhere, and the last was scheduled long ago",
        {UNASSIGNED: (UNFIT,), SCHEDULED: (event(16),)},
        "16 min ago",
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
    (
        "a pod fits nowhere, and others were scheduled",
        {UNASSIGNED: (UNFIT,), SCHEDULED: (event(14),)},
    ),
    ("a pod has only begun to fit nowhere", {UNASSIGNED: (NEWLY_UNFIT,)}),
    (
        "a pod is held back on purpose",
        {UNASSIGNED: (replace(UNFIT, reason="SchedulingGated: gated"),)},
    ),
    ("a pod is over", {UNASSIGNED: (replace(UNSEEN, phase="Failed"),)}),
    (
        "plane quiet, but Talos there says that it is well",
        {NODES: (replace(PLANE_NODE, is_ready=None),)},
    ),
    (
        "plane without a lease, but Talos there says that it is well",
        {LEASES: ()},
    ),
    (
        "the kubelet of a worker is dead",
        {LEASES: node_leases(node_lease(WORKER, age=120))},
    ),
    ("Talos says nothing", {STATIC_PODS: {}}),
    (
        "Talos says otherwise than the API server",
        {STATIC_PODS: {POD.name: StaticPod("10.10.0.40", "Running", is_ready=False)}},
    ),
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


def test_it_is_told_what_was_scheduled_last() -> None:
    found = judged(SCHEDULER_DOWN, {SCHEDULED: (event(3), event(50))})
    work = found.evidence[4]
    assert work.value == "none waits; scheduled last: Pod/web-0 3 min ago"


def test_talos_word_stands_beside_that_of_kubernetes() -> None:
    told = judged(SCHEDULER_DOWN).evidence[-1]
    assert (
        told.claim
        == "Talos on 10.10.0.40: kube-scheduler-talos-cp-1 is Running and Ready"
    )
    assert told.source == "talos prod"
    assert told.supports is Verdict.FALSE_POSITIVE
    silent = judged(SCHEDULER_DOWN, {STATIC_PODS: {}}).evidence[-1]
    assert silent.supports is Verdict.UNDECIDED


SILENT: Reading[Any] = Reading(
    fault=Fault(FaultKind.FORBIDDEN, "may not list pods"), attempts=1
)


@pytest.mark.parametrize(
    ("is_ready", "verdict", "words"),
    [
        (False, Verdict.REAL, "kube-scheduler-talos-cp-1 is not ready, says Talos"),
        (True, Verdict.UNDECIDED, "may not list pods"),
    ],
)
def test_while_kubernetes_is_silent_talos_refutes_and_proves_nothing(
    is_ready: bool, verdict: Verdict, words: str
) -> None:
    told = {POD.name: StaticPod("10.10.0.40", "Running", is_ready=is_ready)}
    known = with_answer(case(SCHEDULER_DOWN, {STATIC_PODS: told}), PODS, SILENT)
    found = BOOK.judge(known)
    assert found.verdict is verdict
    assert words in found.reason


MOMENTS_AGO = SEEN - timedelta(minutes=4)
LAGGING: list[tuple[Changes, Verdict, str]] = [
    ({DEPLOYMENTS: ()}, Verdict.UNDECIDED, "no deployment is listed"),
    (
        {DEPLOYMENTS: (deployment("web", 4),)},
        Verdict.REAL,
        "generation 4 is not seen yet",
    ),
    (
        {DEPLOYMENTS: (deployment("web", existing=1),)},
        Verdict.REAL,
        "1 of 2 pods are made",
    ),
    (
        {DEPLOYMENTS: (deployment("web", 4, changed_at=None),)},
        Verdict.UNDECIDED,
        "since when is not told",
    ),
    (
        {DEPLOYMENTS: (deployment("web", 4, changed_at=SEEN + timedelta(hours=1)),)},
        Verdict.UNDECIDED,
        "since when is not told",
    ),
    (
        {DEPLOYMENTS: (deployment("web", 4, changed_at=SEEN - timedelta(minutes=4)),)},
        Verdict.FALSE_POSITIVE,
        "",
    ),
    (
        {DEPLOYMENTS: (deployment("web", existing=1, is_hindered=True),)},
        Verdict.FALSE_POSITIVE,
        "",
    ),
]


@pytest.mark.parametrize("question", [STATEFUL_SETS, DAEMON_SETS])
@pytest.mark.parametrize(
    ("changes", "verdict", "words"),
    [
        ({"generation": 4}, Verdict.REAL, "generation 4 is not seen yet"),
        ({"generation": 4, "changed_at": MOMENTS_AGO}, Verdict.FALSE_POSITIVE, ""),
        ({"existing": 1, "changed_at": MOMENTS_AGO}, Verdict.FALSE_POSITIVE, ""),
        ({"existing": 1}, Verdict.UNDECIDED, "since when is not told"),
        ({"generation": 4, "changed_at": None}, Verdict.UNDECIDED, "is not told"),
        ({"existing": 1, "is_hindered": True}, Verdict.FALSE_POSITIVE, ""),
    ],
)
def test_other_workloads_show_it_too(
    question: Question, changes: dict[str, Any], verdict: Verdict, words: str
) -> None:
    found = judged(
        MANAGER_DOWN, {question: (deployment("db", **{"is_dated": False, **changes}),)}
    )
    assert found.verdict is verdict
    assert words in found.reason


@pytest.mark.parametrize("question", [DEPLOYMENTS, STATEFUL_SETS, DAEMON_SETS])
def test_workloads_that_cannot_be_read_clear_nothing(question: Question) -> None:
    assert judged(MANAGER_DOWN, {question: None}).verdict is Verdict.UNDECIDED


def test_one_that_cannot_be_told_does_not_hide_one_that_is_stuck() -> None:
    changes: Changes = {
        DEPLOYMENTS: (deployment("web", 4, changed_at=None),),
        DAEMON_SETS: (deployment("agent", 4, is_dated=False),),
    }
    assert judged(MANAGER_DOWN, changes).verdict is Verdict.REAL


@pytest.mark.parametrize(("changes", "verdict", "words"), LAGGING)
def test_deployments_show_whether_the_controller_manager_works(
    changes: Changes, verdict: Verdict, words: str
) -> None:
    found = judged(MANAGER_DOWN, changes)
    assert found.verdict is verdict
    assert words in found.reason


def test_what_was_scaled_lately_is_told_beside() -> None:
    scaled = replace(event(9), reason="ScalingReplicaSet", involved="Deployment/web")
    told = judged(MANAGER_DOWN, {SCALED: (scaled,)}).evidence[-1]
    assert (told.claim, told.value) == (
        "deployments are scaled",
        "Deployment/web 9 min ago",
    )


def test_an_inventory_that_expects_the_job_makes_it_real() -> None:
    line = InventoryTarget(SCHEDULER, "10.10.0.40:10259", expected=True)
    assert judged(SCHEDULER_DOWN, inventory=(line,)).verdict is Verdict.REAL
