"""What an inventory might say, read off what Prometheus scrapes today."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field


class Proposal(Struct, frozen=True, gc=False):
    """One job of a cluster."""

    job: str
    instances: tuple[str, ...] = ()
    """Sorted; empty for the job as a whole."""
    expected: bool = True
    reason: str = ""
    trouble: Mapping[str, str] = field(default_factory=dict)
    """Instances that are not up, and why, in words."""
    note: str = ""
    """What the operator should know before keeping it."""
