"""Checks that somebody can answer what the operator's rules claim."""

from __future__ import annotations

from collections.abc import Mapping

from tui.config.table import Problems
from tui.config.values import ClusterConfig, Config
from tui.model.declared import (
    InventorySays,
    KernelLine,
    QueryHolds,
    ServiceHealthy,
    TargetsUp,
)


def check_claims(problems: Problems, config: Config) -> None:
    """Note claims that nobody could ever prove: no cluster has such a server."""
    for rule in config.rules:
        for index, claim in enumerate(rule.claims):
            needed = _SERVERS.get(type(claim.expects), ("context",))
            for key in needed:
                if not any(_has(each, key) for each in config.clusters):
                    problems.note(
                        ("rules", rule.name, "claims", index),
                        f"nobody can answer it: no cluster has {key}",
                    )


_SERVERS: Mapping[type[object], tuple[str, ...]] = {
    QueryHolds: ("prometheus",),
    TargetsUp: ("prometheus",),
    KernelLine: ("loki",),
    ServiceHealthy: ("context", "talos"),
    InventorySays: (),
}
"""What a cluster needs for a claim on anything but Kubernetes."""


def _has(cluster: ClusterConfig, key: str) -> bool:
    found = {
        "context": cluster.context,
        "talos": cluster.talos_context,
        "prometheus": cluster.prometheus,
        "loki": cluster.loki,
    }
    return bool(found[key])
