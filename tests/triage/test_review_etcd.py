"""etcd in the review: members, one leader, alarms, lag."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from tests.triage.reviews import (
    IDS,
    MEMBERS,
    PLANES,
    WORKER,
    check,
    well,
    with_facts,
    with_machine,
    with_member,
)
from tui.model.fleet import NodeView
from tui.model.machine import EtcdPeer
from tui.model.reading import Reading
from tui.model.review import Check, CheckState
from tui.triage.review_case import ReviewCase

FAILED, UNKNOWN = CheckState.FAILED, CheckState.UNKNOWN


def etcd(case: ReviewCase) -> Check:
    return check(case, "etcd")


def test_a_well_etcd_says_who_leads() -> None:
    found = etcd(well())
    assert found.state is CheckState.PASSED
    assert "talos-cp-1 leads" in found.reason
    assert "members: talos-cp-1, talos-cp-2, talos-cp-3" in found.reason


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"alarms": ("no-space of talos-cp-2",)}, "no-space of talos-cp-2"),
        ({"errors": ("etcdserver: corrupt",)}, "etcdserver: corrupt"),
        ({"leader_id": ""}, "knows no leader"),
        ({"is_learner": True}, "learner"),
        ({"raft_applied_index": 80_000}, "1342 entries still to apply"),
        ({"leader_id": "ffff"}, "is no member"),
        ({"leader_id": IDS[PLANES[1]]}, "2 leaders in one term"),
        ({"version": "3.5.9"}, "etcd versions 3.5.9, 3.6.4"),
        ({"members": MEMBERS[:2]}, "talos-cp-3 is no member of etcd, says talos-cp-2"),
    ],
)
def test_one_member_that_is_ill_fails_it(changes: dict[str, Any], said: str) -> None:
    found = etcd(with_member(PLANES[1], **changes))
    assert found.state is FAILED
    assert any(said in piece.claim for piece in found.evidence)


def test_a_member_of_no_control_plane_fails_it() -> None:
    strange = (*MEMBERS, EtcdPeer("00000000000000ff", "talos-old", is_learner=False))
    found = etcd(with_member(PLANES[0], members=strange))
    assert found.state is FAILED
    assert "talos-old" in found.reason


def silent(node: NodeView) -> NodeView:
    return replace(node, facts=Reading())


def test_the_member_of_a_silent_control_plane_is_no_stranger() -> None:
    found = etcd(with_machine(PLANES[2], silent))
    assert found.state is UNKNOWN
    assert "talos-cp-3" in found.reason


def test_a_silent_control_plane_that_no_member_list_names_fails_it() -> None:
    case = with_machine(PLANES[2], silent)
    for name in PLANES[:2]:
        case = with_member(name, case, members=MEMBERS[:2])
    found = etcd(case)
    assert found.state is FAILED
    assert "talos-cp-3 is no member of etcd" in found.reason


def test_a_member_without_a_name_may_be_the_silent_control_plane() -> None:
    nameless = (*MEMBERS[:2], replace(MEMBERS[2], hostname=""))
    case = with_machine(PLANES[2], silent)
    for name in PLANES[:2]:
        case = with_member(name, case, members=nameless)
    assert etcd(case).state is UNKNOWN


def test_another_leader_in_another_term_is_an_election_in_between() -> None:
    changes = {"leader_id": IDS[PLANES[1]], "raft_term": 8}
    found = etcd(with_member(PLANES[1], **changes))
    assert found.state is UNKNOWN
    values = {piece.value for piece in found.evidence}
    assert "the leader changed while the nodes were asked" in values


def lagging(seconds: float) -> ReviewCase:
    """One member a long way behind, asked that much later than the leader."""
    case = with_member(PLANES[2], raft_index=70_000, raft_applied_index=70_000)

    def change(node: NodeView) -> NodeView:
        assert node.facts.observed_at
        at = node.facts.observed_at + timedelta(seconds=seconds)
        return replace(node, facts=replace(node.facts, observed_at=at))

    return with_machine(PLANES[2], change, case)


def test_a_member_that_lags_fails_it() -> None:
    found = etcd(lagging(1))
    assert found.state is FAILED
    assert found.reason == "etcd of talos-cp-3 is 11342 entries behind talos-cp-1"


def test_a_member_that_was_asked_before_the_leader_may_have_caught_up() -> None:
    assert etcd(lagging(-1)).state is UNKNOWN


def test_no_leader_among_those_that_answered_is_not_told() -> None:
    assert etcd(with_machine(PLANES[0], silent)).state is UNKNOWN


def test_etcd_that_may_not_be_read_is_not_told_and_says_why() -> None:
    refused = {"etcd": "the role os:reader is too low"}
    found = etcd(with_facts(PLANES[0], etcd=None, unavailable=refused))
    assert found.state is UNKNOWN
    assert "os:reader" in found.reason


@pytest.mark.parametrize("part", ["etcd members", "etcd alarms"])
def test_a_part_of_etcd_that_is_not_told_keeps_it_from_passing(part: str) -> None:
    found = etcd(with_facts(PLANES[0], unavailable={part: "no such call"}))
    assert found.state is UNKNOWN


def test_a_node_of_unknown_role_may_be_a_control_plane() -> None:
    def change(node: NodeView) -> NodeView:
        return replace(node, kube=None, facts=Reading())

    found = etcd(with_machine(WORKER, change))
    assert found.state is UNKNOWN


def test_a_cluster_without_a_control_plane_that_is_known_is_not_told() -> None:
    case = well()
    found = etcd(replace(case, nodes=case.nodes[-1:]))
    assert found.state is UNKNOWN
