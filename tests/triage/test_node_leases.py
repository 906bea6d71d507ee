"""A kubelet that is dead, and of which only its lease tells."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from tests.triage.cases import (
    AGENT,
    BOOK,
    NOW,
    PLANE,
    PLANE_AGENT,
    WORKER,
    alert,
    case,
    judged,
    node_lease,
    node_leases,
    with_answer,
)
from tui.model.alert import Verdict
from tui.model.fault import Fault, FaultKind
from tui.model.question import Answer, Question
from tui.model.reading import Reading
from tui.triage.on_nodes import LEASES
from tui.triage.rules.control_plane_claims import STATIC_PODS
from tui.triage.rules.kube_proxy import AGENTS

Changes = dict[Question, Any]

KUBE_PROXY_DOWN = alert("KubeProxyDown", severity="critical", cluster="prod")
SCHEDULER_DOWN = alert("KubeSchedulerDown", severity="critical")
SICK_AGENT = replace(AGENT, is_ready=False, reason="CrashLoopBackOff")
SILENT_TALOS: Changes = {STATIC_PODS: {}}

UNDECIDED: list[tuple[str, Changes, str]] = [
    (
        "kubelet dead for two minutes",
        {LEASES: node_leases(node_lease(WORKER, age=120))},
        "the kubelet of talos-wk-1 last renewed its lease 120 s ago: "
        "what its agent says may be old",
    ),
    (
        "kubelet dead a moment longer than it may be",
        {LEASES: node_leases(node_lease(WORKER, age=71))},
        "71 s ago",
    ),
    (
        "lease from the future",
        {LEASES: node_leases(node_lease(WORKER, age=-71))},
        "the lease of talos-wk-1 is from the future",
    ),
    ("no leases", {LEASES: ()}, "no lease tells that the kubelet of talos-cp-1 lives"),
    (
        "one lease missing",
        {LEASES: (node_lease(PLANE),)},
        "no lease tells that the kubelet of talos-wk-1 lives",
    ),
    (
        "lease never renewed",
        {LEASES: node_leases(replace(node_lease(WORKER), renewed_at=None))},
        "no lease tells that the kubelet of talos-wk-1 lives",
    ),
    (
        "lease of no length",
        {LEASES: node_leases(node_lease(WORKER, seconds=0))},
        "the lease of talos-wk-1 lasts 0 s",
    ),
    (
        "lease for ages",
        {LEASES: node_leases(node_lease(WORKER, seconds=10**15))},
        "the lease of talos-wk-1 lasts 1000000000000000 s",
    ),
]


@pytest.mark.parametrize(
    ("changes", "word"), [c[1:] for c in UNDECIDED], ids=[c[0] for c in UNDECIDED]
)
def test_a_lease_that_does_not_show_a_life_clears_nothing(
    changes: Changes, word: str
) -> None:
    found = judged(KUBE_PROXY_DOWN, changes)
    assert found.verdict is Verdict.UNDECIDED
    assert word in found.reason


@pytest.mark.parametrize("age", [70, -70])
def test_clocks_of_nodes_may_differ_by_half_a_minute(age: float) -> None:
    found = judged(KUBE_PROXY_DOWN, {LEASES: node_leases(node_lease(WORKER, age))})
    assert found.verdict is Verdict.FALSE_POSITIVE


def test_a_lease_that_lasts_longer_is_good_for_longer() -> None:
    slow = node_lease(WORKER, age=110, seconds=80)
    found = judged(KUBE_PROXY_DOWN, {LEASES: node_leases(slow)})
    assert found.verdict is Verdict.FALSE_POSITIVE


def test_the_lease_of_a_node_that_is_gone_says_nothing() -> None:
    gone = node_lease("talos-wk-9", age=7200)
    found = judged(KUBE_PROXY_DOWN, {LEASES: node_leases(gone)})
    assert found.verdict is Verdict.FALSE_POSITIVE


FORBIDDEN = Fault(
    FaultKind.FORBIDDEN,
    'forbids this: User "x" cannot list resource "leases" in API group '
    '"coordination.k8s.io" in the namespace "kube-node-lease"',
)


def test_who_may_not_read_leases_is_told_which_right_is_missing() -> None:
    well = case(KUBE_PROXY_DOWN)
    blind = with_answer(well, LEASES, Reading(fault=FORBIDDEN, attempts=1))
    found = BOOK.judge(blind)
    assert found.verdict is Verdict.UNDECIDED
    assert found.reason == f"cannot tell: kubernetes prod: {FORBIDDEN.summary}"
    assert "kubectl -n kube-node-lease get leases" in found.evidence[0].query


LOST: list[Answer | None] = [
    None,
    Reading(),
    Reading(fault=FORBIDDEN, attempts=1),
    Reading(node_leases(), NOW - timedelta(hours=1), attempts=1),
]


@pytest.mark.parametrize("lost", LOST)
def test_without_leases_nothing_is_cleared(lost: Answer | None) -> None:
    found = BOOK.judge(with_answer(case(KUBE_PROXY_DOWN), LEASES, lost))
    assert found.verdict is Verdict.UNDECIDED


@pytest.mark.parametrize("lost", LOST)
def test_an_agent_that_is_ill_makes_it_real_without_leases(lost: Answer | None) -> None:
    sick = case(KUBE_PROXY_DOWN, {AGENTS: (PLANE_AGENT, SICK_AGENT)})
    found = BOOK.judge(with_answer(sick, LEASES, lost))
    assert found.verdict is Verdict.REAL
    assert "Cilium agent on talos-wk-1 is not ready" in found.reason


def test_leases_that_may_not_be_read_leave_it_undecided_without_talos() -> None:
    fault = Fault(FaultKind.FORBIDDEN, "forbids this: cannot list leases")
    blind = with_answer(
        case(SCHEDULER_DOWN, SILENT_TALOS), LEASES, Reading(fault=fault)
    )
    found = BOOK.judge(blind)
    assert found.verdict is Verdict.UNDECIDED
    assert "no lease of a kubelet is known (kubernetes prod: forbids" in found.reason


def test_a_lease_of_a_kubelet_is_held_against_both_clocks() -> None:
    ahead: dict[Question, timedelta] = {LEASES: timedelta(minutes=2)}
    for known in (case(SCHEDULER_DOWN, SILENT_TALOS), case(KUBE_PROXY_DOWN)):
        found = BOOK.judge(replace(known, ahead=ahead))
        assert found.verdict is Verdict.UNDECIDED
        assert "the clock of kubernetes prod is 2 min ahead" in found.reason
