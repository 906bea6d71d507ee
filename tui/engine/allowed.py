"""What the config lets us change in a cluster: without a word, nothing."""

from __future__ import annotations

from tui.config import ClusterConfig, Permission
from tui.model.fault import Fault, FaultKind


def refusal(cluster: ClusterConfig, permission: Permission) -> Fault | None:
    """What is missing in the config, in words that can be copied into it."""
    if permission in cluster.allow:
        return None
    wanted = sorted(each.value for each in {*cluster.allow, permission})
    line = "allow = [" + ", ".join(f'"{each}"' for each in wanted) + "]"
    verb = "write" if cluster.allow else "add"
    detail = f"{verb} {line} in [clusters.{cluster.name}]"
    summary = f"the config does not allow this in {cluster.name}: {detail}"
    return Fault(FaultKind.FORBIDDEN, summary, detail)
