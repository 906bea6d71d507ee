from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from tests.triage.cases import (
    AGENT,
    CREATED,
    PLANE_AGENT,
    PLANE_NODE,
    WORKER_NODE,
    alert,
    cilium_config,
    judged,
    pod,
)
from tui.model.alert import Verdict
from tui.model.kube import ConfigMap, DaemonSet
from tui.model.question import Question
from tui.model.target import InventoryTarget
from tui.triage.on_nodes import NODES
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
]


@pytest.mark.parametrize(
    ("changes", "word"), [c[1:] for c in UNDECIDED], ids=[c[0] for c in UNDECIDED]
)
def test_what_cannot_be_told_leaves_it_undecided(changes: Changes, word: str) -> None:
    found = judged(KUBE_PROXY_DOWN, changes)
    assert found.verdict is Verdict.UNDECIDED
    assert word in found.reason


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
