from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.triage.cases import PLANE, PLANE_NODE, WORKER, WORKER_NODE, alert, judged
from tests.triage.cases import lease as renewed
from tui.model.alert import Verdict
from tui.model.kube import KubeNode
from tui.triage.leading import leader
from tui.triage.on_nodes import NODES
from tui.triage.rules.control_plane import SCHEDULER

LEASE = leader(SCHEDULER)
DOWN = alert("KubeSchedulerDown")


def called(name: str, *addresses: str) -> KubeNode:
    return replace(PLANE_NODE, name=name, addresses=addresses)


@pytest.mark.parametrize(
    ("holder", "word"),
    [
        ("laptop_8d6f", "no node is called so"),
        (PLANE, "no node is called so"),
        ("_8d6f", "no node is called so"),
        (f"{PLANE}.example.org_8d6f", "no node is called so"),
        (f"{WORKER}_8d6f", "no control plane"),
    ],
)
def test_who_leads_from_elsewhere_clears_nothing(holder: str, word: str) -> None:
    found = judged(DOWN, {LEASE: (renewed(SCHEDULER, holder=holder),)})
    assert found.verdict is Verdict.UNDECIDED
    assert word in found.reason


@pytest.mark.parametrize(
    ("node", "holder"),
    [
        (called(PLANE), f"{PLANE.upper()}_8d6f"),
        (called("cp.example.org"), "cp_8d6f"),
        (called("10.10.0.40", "10.10.0.40", "cp_1"), "cp_1_8d6f"),
    ],
)
def test_a_machine_is_known_by_each_of_its_names(node: KubeNode, holder: str) -> None:
    found = judged(
        DOWN,
        {
            NODES: (node, WORKER_NODE),
            LEASE: (renewed(SCHEDULER, holder=holder),),
        },
    )
    assert "no node is called so" not in found.reason


def test_a_lease_that_lapsed_speaks_against_it_while_no_node_is_known() -> None:
    old = renewed(SCHEDULER, age=600)
    found = judged(DOWN, {LEASE: (old,), NODES: None})
    assert found.verdict is Verdict.REAL
    assert "its lease is 600 s old" in found.reason


@pytest.mark.parametrize("seconds", [3_601, 2**64 - 1, -1])
def test_a_lease_that_lasts_for_ages_proves_nothing(seconds: int) -> None:
    odd = replace(renewed(SCHEDULER), duration_seconds=seconds)
    assert judged(DOWN, {LEASE: (odd,)}).verdict is Verdict.UNDECIDED
