"""Proposes an inventory from targets; the operator decides."""

from __future__ import annotations

from collections.abc import Iterable

from tui.model.proposal import Proposal
from tui.model.scrape_error import scrape_error
from tui.model.target import Health, Target

OFF = {
    "kube-controller-manager": "Talos binds its metrics where no scrape reaches them",
    "kube-proxy": "Cilium replaces it",
    "kube-scheduler": "Talos binds its metrics where no scrape reaches them",
}
"""Jobs that are mostly not to be scraped on Talos, and why."""


def propose(targets: Iterable[Target]) -> tuple[Proposal, ...]:
    """One proposal a job, by name, those components last: what is scraped is expected.

    Of the components that are mostly unreachable on Talos it is not, unless one of
    their targets is healthy.
    """
    jobs: dict[str, list[Target]] = {job: [] for job in OFF}
    for target in targets:
        jobs.setdefault(target.job, []).append(target)
    found = [_proposal(job, jobs[job]) for job in sorted(jobs)]
    return tuple(sorted(found, key=lambda each: not each.expected))


def _proposal(job: str, targets: list[Target]) -> Proposal:
    is_up = any(target.health is Health.UP for target in targets)
    if job in OFF and not is_up:
        seen = f"none of {len(targets)} is healthy" if targets else "no such target"
        note = f"proposed: {seen}. Is the reason right here? If not, leave this out"
        return Proposal(job, expected=False, reason=OFF[job], note=note)
    trouble = {
        target.instance: _trouble(target)
        for target in targets
        if target.health is not Health.UP
    }
    instances = sorted({target.instance for target in targets})
    return Proposal(job, tuple(instances), trouble=trouble)


def _trouble(target: Target) -> str:
    if target.health is Health.UNKNOWN:
        return "not scraped yet"
    return f"down: {scrape_error(target.last_error).words}"
