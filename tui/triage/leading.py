"""By its lease, a component shows that one of its instances is at work.

Whoever has the right may renew a lease, from a laptop too: its holder must be one of
the cluster's own control planes.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from tui.model.kube import KubeNode, Lease
from tui.model.question import LeaseOf
from tui.triage.case import Case
from tui.triage.on_nodes import LONGEST_LEASE, NODES
from tui.triage.rule import Claim, Ruling, fails, holds, unclear

# Twice the lease and a minute more: the two clocks need not agree to the second.
_SKEW = timedelta(seconds=60)


def leader(component: str) -> LeaseOf:
    """The question for a component's leader lease."""
    return LeaseOf("kube-system", component)


def leads(component: str) -> Claim:
    """One of them is at work: it renews its lease."""
    return Claim(
        f"a {component} leads: its lease is renewed",
        (NODES, leader(component)),
        partial(leadership, component),
        otherwise=partial(_without_nodes, component),
    )


def leadership(component: str, case: Case) -> Ruling:
    """What its lease says; NODES must have an answer."""
    found = _renewal(component, case)
    if not found.proves:
        return found
    lease: Lease = case.value(leader(component))[0]
    # The name of its machine, an underscore and a UUID.
    machine = lease.holder.rpartition("_")[0]
    nodes: tuple[KubeNode, ...] = case.value(NODES)
    own = [node for node in nodes if machine and _is_called(node, machine)]
    if not own:
        return unclear(f"{lease.holder} leads, and no node is called so")
    if not any(node.is_control_plane for node in own):
        return unclear(f"{lease.holder} leads, and {own[0].name} is no control plane")
    return found


def _is_called(node: KubeNode, machine: str) -> bool:
    """A machine knows its short name, also where its node has the long one."""
    names = {name.lower() for name in (node.name, *node.addresses)}
    is_short = "." not in machine
    return machine.lower() in names or (
        is_short and node.name.lower().partition(".")[0] == machine.lower()
    )


def _without_nodes(component: str, case: Case) -> Ruling:
    """What speaks against it while the nodes are not known."""
    if case.value(leader(component)) is None:
        return unclear("no lease is known")
    return _renewal(component, case)


def _renewal(component: str, case: Case) -> Ruling:
    question = leader(component)
    leases: tuple[Lease, ...] = case.value(question)
    seen = case.dated_at(question)
    lease = leases[0] if leases else None
    if lease is None or lease.renewed_at is None or seen is None:
        return unclear(f"no leader lease {component} in kube-system")
    if not 0 <= lease.duration_seconds <= LONGEST_LEASE:
        return unclear(f"the lease {component} lasts {lease.duration_seconds} s")
    limit = 2 * timedelta(seconds=lease.duration_seconds) + _SKEW
    age = seen - lease.renewed_at
    if age > limit:
        seconds = age.total_seconds()
        return fails(f"no {component} leads: its lease is {seconds:.0f} s old")
    if age < -limit:
        return unclear(f"the lease {component} is from the future: clocks disagree")
    if not lease.holder:
        return unclear(f"nobody holds the lease {component} at this moment")
    return holds(f"renewed by {lease.holder}")
