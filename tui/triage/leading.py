"""By its lease, a component shows that one of its instances is at work."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from tui.model.kube import Lease
from tui.model.question import LeaseOf
from tui.triage.case import Case
from tui.triage.on_nodes import LONGEST_LEASE
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
        (leader(component),),
        partial(leadership, component),
    )


def leadership(component: str, case: Case) -> Ruling:
    """What its lease says."""
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
