"""Checks that the parts of a config agree: what only the whole of it can tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tui.config.endpoint import KINDS
from tui.config.locate import KeyPath
from tui.config.table import Problems
from tui.config.values import ClusterConfig, Config, Endpoint


def check(problems: Problems, config: Config, shared: Mapping[str, Endpoint]) -> None:
    """Note endpoints in unknown clusters, and clusters that cannot be told apart."""
    names = [cluster.name for cluster in config.clusters]
    for where, endpoint in _endpoints(config, shared):
        if endpoint.cluster and endpoint.cluster not in names:
            known = ", ".join(names)
            what = f"no such cluster is configured; known are {known}"
            problems.note((*where, "cluster"), what)
    for index, cluster in enumerate(config.clusters):
        for other in config.clusters[:index]:
            if cluster.context and cluster.context == other.context:
                problems.note(
                    ("clusters", cluster.name, "context"),
                    f"is that of {other.name} too: alerts of one would be judged by "
                    "what the other answers",
                )
            if cluster.labels == other.labels and _share(cluster, other):
                problems.note(
                    ("clusters", cluster.name, "labels"),
                    f"are those of {other.name}, and both share a server: "
                    "nothing could tell them apart",
                )
    if config.rules:
        # Only who has rules waits for what they may claim.
        from tui.config.answerable import check_claims  # noqa: PLC0415

        check_claims(problems, config)


def _endpoints(
    config: Config, shared: Mapping[str, Endpoint]
) -> Iterator[tuple[KeyPath, Endpoint]]:
    """Every endpoint with its place in the file."""
    for kind, endpoint in shared.items():
        yield ("shared", kind), endpoint
    for cluster in config.clusters:
        for kind, own in _of(cluster).items():
            if own is not shared.get(kind):
                yield ("clusters", cluster.name, kind), own


def _of(cluster: ClusterConfig) -> Mapping[str, Endpoint]:
    found = (cluster.prometheus, cluster.alertmanager, cluster.loki)
    pairs = zip(KINDS, found, strict=True)
    return {kind: endpoint for kind, endpoint in pairs if endpoint is not None}


def _share(one: ClusterConfig, other: ClusterConfig) -> bool:
    mine, theirs = _of(one), _of(other)
    return any(mine.get(kind) == endpoint for kind, endpoint in theirs.items())
