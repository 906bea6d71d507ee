"""The check of the review that only control planes can answer: etcd."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from msgspec import Struct

from tui.model.alert import Evidence
from tui.model.fleet import NodeView
from tui.model.machine import Etcd, Facts
from tui.triage.review_case import NODES, ReviewCase
from tui.triage.review_rule import CheckRule, each_node, first_ill, piece, together
from tui.triage.rule import Ruling, fails, holds, unclear
from tui.triage.told import Told
from tui.triage.version import minor_of

LAG = 1000
_STATUS, _MEMBERS = "etcd status", "etcd members"
_PARTS = ("etcd", "etcd members", "etcd alarms")

_NodeFacts: TypeAlias = tuple[NodeView, Told[Facts]]


class _View(Struct, frozen=True):
    """etcd as one control plane sees it."""

    machine: NodeView
    etcd: Etcd
    told: Told[Facts]

    @property
    def node(self) -> str:
        """Its name."""
        return self.machine.name


def _etcd(case: ReviewCase) -> Iterator[Evidence]:
    planes = [each for each in case.facts if _may_be_plane(*each)]
    yield from each_node(case, "its etcd is well", _STATUS, planes, _well)
    views = [
        _View(node, told.value.etcd, told)
        for node, told in planes
        if told.value and told.value.etcd
    ]
    seen = [(view.machine, view.told) for view in views]
    silent = [each for each in planes if not each[1].value or not each[1].value.etcd]
    if views:
        rulings = (
            ("all control planes are members", _MEMBERS, _members(views, silent)),
            ("one leader", _STATUS, _leader(views)),
            ("no member lags behind", _STATUS, _lag(views)),
            ("one etcd version", _STATUS, _version(views)),
        )
        for claim, command, found in rulings:
            tolds = together(seen, command)
            yield piece(case, claim, tolds, lambda *_, found=found: found)


def _may_be_plane(node: NodeView, told: Told[Facts]) -> bool:
    """A node whose role nobody told may be one: it must not be passed over."""
    if node.kube is not None:
        return node.kube.is_control_plane
    return told.value is None or told.value.is_control_plane is not False


def _is_plane(node: NodeView, told: Told[Facts]) -> bool:
    """A node that is one for sure."""
    if node.kube is not None:
        return node.kube.is_control_plane
    return told.value is not None and told.value.is_control_plane is True


def _well(facts: Facts) -> Ruling:
    found = facts.etcd
    if found is None:
        return unclear(f"etcd is not told: {_why(facts)}")
    untold = [part for part in _PARTS if part in facts.unavailable]
    if ills := _ills(found):
        return fails(ills[0])
    if untold:
        return unclear(f"{untold[0]} not told: {facts.unavailable[untold[0]]}")
    return holds("member, in time, no alarm")


def _ills(found: Etcd) -> list[str]:
    """What one member says against itself, gravest first."""
    behind = found.raft_index - found.raft_applied_index
    said = (
        (found.alarms, f"etcd alarm: {', '.join(found.alarms)}"),
        (found.errors, f"etcd says: {', '.join(found.errors)}"),
        (not found.leader_id, "its etcd knows no leader"),
        (found.is_learner, "its etcd is still a learner and has no vote"),
        (behind > LAG, f"its etcd has {behind} entries still to apply"),
    )
    return [words for is_so, words in said if is_so]


def _why(facts: Facts) -> str:
    return facts.unavailable.get("etcd", "it may be no control plane")


def _members(views: list[_View], silent: list[_NodeFacts]) -> Ruling:
    """Whether all see the same members, and those are the control planes."""
    own = {view.etcd.member_id: view.node for view in views}
    rulings = [_members_of(view, own, silent) for view in views]
    return first_ill(rulings) or holds(f"members: {', '.join(own.values())}")


def _members_of(
    view: _View, own: Mapping[str, str], silent: list[_NodeFacts]
) -> Ruling:
    """The members that one control plane lists.

    own     of those that speak for themselves: id and node
    silent  nodes that may be control planes, whose ids nobody knows: a member is placed
            with them by its name
    """
    listed = {member.id: member.hostname for member in view.etcd.members}
    lost = [node for each, node in own.items() if each not in listed]
    if lost:
        return fails(f"{lost[0]} is no member of etcd, says {view.node}")
    others = [name or each for each, name in listed.items() if each not in own]
    strange = [name for name in others if name not in {n.name for n, _ in silent}]
    lost = [node.name for node, _ in silent if node.name not in others]
    if strange and lost:
        return unclear(f"etcd member {strange[0]} may be {lost[0]}")
    if strange:
        return fails(f"etcd member {strange[0]} is no control plane of this cluster")
    sure = [node.name for node, told in silent if _is_plane(node, told)]
    missing = [name for name in lost if name in sure]
    if missing:
        return fails(f"{missing[0]} is no member of etcd, says {view.node}")
    return holds("")


def _leader(views: list[_View]) -> Ruling:
    for view in views:
        ids = {member.id for member in view.etcd.members}
        if view.etcd.leader_id and view.etcd.leader_id not in ids:
            return fails(f"the leader that {view.node} follows is no member")
    leaders = {view.etcd.leader_id for view in views if view.etcd.leader_id}
    if len(leaders) > 1:
        # Nodes are asked one after the other: in another term it is another election.
        if len({view.etcd.raft_term for view in views}) > 1:
            return unclear("the leader changed while the nodes were asked")
        return fails(f"{len(leaders)} leaders in one term")
    names = [view.node for view in views if view.etcd.is_leader]
    if not names:
        return unclear("the leader is none of the nodes that answered")
    return holds(f"{names[0]} leads")


def _lag(views: list[_View]) -> Ruling:
    leaders = [view for view in views if view.etcd.is_leader]
    if not leaders:
        return unclear("there is no leader to compare with")
    front = max(leaders, key=lambda view: view.etcd.raft_index)
    return first_ill(_lag_of(view, front) for view in views) or holds("none lags")


def _lag_of(view: _View, front: _View) -> Ruling:
    behind = front.etcd.raft_index - view.etcd.raft_index
    if behind <= LAG:
        return holds(f"{behind} behind")
    said = f"etcd of {view.node} is {behind} entries behind {front.node}"
    mine, other = view.told.reading.observed_at, front.told.reading.observed_at
    if mine is None or other is None or mine < other:
        return unclear(f"{said}, but was asked before it")
    return fails(said)


def _version(views: list[_View]) -> Ruling:
    """Patches may differ, minors may not."""
    tags = sorted({view.etcd.version for view in views})
    if "" in tags:
        return unclear("an etcd version is not told")
    if len({minor_of(tag) for tag in tags}) > 1:
        return fails(f"etcd versions {', '.join(tags)}")
    return holds(f"etcd {', '.join(tags)}")


CHECKS = (
    CheckRule(
        id="etcd",
        title="etcd",
        passes="every control plane is a member and knows the one leader, nobody else "
        f"is a member, there are no alarms, no errors and no learners, no member is "
        f"more than {LAG} entries behind, and all are of one minor version",
        advice="`talosctl -n CONTROL_PLANES etcd status` and `etcd members` side by "
        "side. A member of a node that is gone: `etcd remove-member ID`. NOSPACE: "
        "`etcd defrag` on one node at a time, then `etcd alarm disarm`.",
        read=_etcd,
        asks=(
            f"talosctl -n CONTROL_PLANES {_STATUS}",
            f"talosctl -n CONTROL_PLANES {_MEMBERS}",
            "talosctl -n CONTROL_PLANES etcd alarm list",
            NODES.text,
        ),
        blind_spots=(
            "Slow disks: whether etcd is fast enough is not measured.",
            "Whether a snapshot was ever taken.",
        ),
    ),
)
