from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.triage.cases import (
    AGENT,
    BOOK,
    CREATED,
    NODES,
    NOW,
    PLANE,
    PLANE_AGENT,
    PLANE_NODE,
    WORKER,
    WORKER_NODE,
    alert,
    case,
    cilium_config,
    judged,
    node_lease,
    node_leases,
    pod,
    with_answer,
)
from tui.model.alert import Verdict
from tui.model.fault import Fault, FaultKind
from tui.model.kube import ConfigMap, DaemonSet
from tui.model.question import Answer, Question
from tui.model.reading import Reading
from tui.model.target import InventoryTarget
from tui.triage.on_nodes import LEASES
from tui.triage.rules.kube_proxy import AGENTS, CONFIG, PROXY_PODS, PROXY_SETS

KUBE_PROXY_DOWN = alert("KubeProxyDown", severity="critical", cluster="prod")
SICK_AGENT = replace(AGENT, is_ready=False, reason="CrashLoopBackOff")

Changes = dict[Question, Any]


@pytest.mark.parametrize("setting", ["true", "strict"])
def test_cilium_that_replaces_it_and_is_well_proves_a_false_positive(
    setting: str,
) -> None:
    found = judged(KUBE_PROXY_DOWN, {CONFIG: cilium_config(setting)})
    assert found.verdict is Verdict.FALSE_POSITIVE
    assert found.reason == "Cilium replaces it, 2/2 agents ready"


REAL: list[tuple[str, Changes, str]] = [
    ("off", {CONFIG: cilium_config("false")}, "'false'"),
    ("partial", {CONFIG: cilium_config("partial")}, "'partial'"),
    ("probe", {CONFIG: cilium_config("probe")}, "'probe'"),
    ("case matters", {CONFIG: cilium_config("True")}, "'True'"),
    ("empty", {CONFIG: cilium_config("")}, "''"),
    ("agent not ready", {AGENTS: (PLANE_AGENT, SICK_AGENT)}, "talos-wk-1"),
    ("agent missing", {AGENTS: (PLANE_AGENT,)}, "no Cilium agent on talos-wk-1"),
    ("no agents", {AGENTS: ()}, "no Cilium agent on talos-cp-1"),
    (
        "agent ended",
        {AGENTS: (PLANE_AGENT, replace(AGENT, phase="Succeeded"))},
        "talos-wk-1",
    ),
    ("proxy pod", {PROXY_PODS: (pod("kube-proxy-x", "talos-wk-1"),)}, "kube-proxy-x"),
    (
        "proxy set without pods",
        {PROXY_SETS: (DaemonSet("kube-system", "kube-proxy", {}, 0, 0),)},
        "DaemonSet kube-proxy",
    ),
    (
        "a sick agent outweighs what is unclear",
        {CONFIG: ConfigMap({}), AGENTS: (PLANE_AGENT, SICK_AGENT)},
        "CrashLoopBackOff",
    ),
]


@pytest.mark.parametrize(
    ("changes", "word"), [c[1:] for c in REAL], ids=[c[0] for c in REAL]
)
def test_one_contradiction_makes_it_real(changes: Changes, word: str) -> None:
    found = judged(KUBE_PROXY_DOWN, changes)
    assert found.verdict is Verdict.REAL
    assert word in found.reason
    assert found.fixes == ()


UNDECIDED: list[tuple[str, Changes, str]] = [
    ("no ConfigMap", {CONFIG: ConfigMap({})}, "cilium-config does not say"),
    (
        "no key",
        {CONFIG: ConfigMap({"tunnel": "vxlan"}, CREATED)},
        "cilium-config does not say",
    ),
    ("no nodes", {NODES: ()}, "no node is listed"),
    (
        "node quiet",
        {NODES: (PLANE_NODE, replace(WORKER_NODE, is_ready=None))},
        "talos-wk-1 is not Ready",
    ),
    (
        "node not Ready",
        {NODES: (PLANE_NODE, replace(WORKER_NODE, is_ready=False))},
        "talos-wk-1 is not Ready",
    ),
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
def test_what_cannot_be_told_leaves_it_undecided(changes: Changes, word: str) -> None:
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


def test_one_ready_agent_on_a_node_is_enough_while_another_is_replaced() -> None:
    found = judged(KUBE_PROXY_DOWN, {AGENTS: (PLANE_AGENT, SICK_AGENT, AGENT)})
    assert found.verdict is Verdict.FALSE_POSITIVE


def test_an_inventory_that_expects_the_job_makes_it_real() -> None:
    wanted = InventoryTarget("kube-proxy", "10.10.0.40:10249", expected=True)
    unwanted = InventoryTarget("kube-proxy", None, expected=False)
    found = judged(KUBE_PROXY_DOWN, inventory=(unwanted, wanted))
    assert found.verdict is Verdict.REAL
    assert found.reason == "the inventory expects kube-proxy"


def test_an_inventory_that_does_not_expect_it_is_evidence_too() -> None:
    line = InventoryTarget("kube-proxy", None, expected=False, reason="Cilium")
    (*_, last) = judged(KUBE_PROXY_DOWN, inventory=(line,)).evidence
    assert (last.source, last.supports) == ("inventory", Verdict.FALSE_POSITIVE)


def test_an_inventory_alone_proves_nothing() -> None:
    line = InventoryTarget("kube-proxy", None, expected=False)
    found = judged(KUBE_PROXY_DOWN, {CONFIG: ConfigMap({})}, (line,))
    assert found.verdict is Verdict.UNDECIDED
