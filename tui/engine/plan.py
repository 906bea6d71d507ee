"""Which endpoint serves which clusters: worked out once from the config."""

from __future__ import annotations

from dataclasses import dataclass

from tui.config import ClusterConfig, Config, Endpoint
from tui.model.fleet import FeedKey, SourceKind
from tui.model.labels import Labels
from tui.model.question import KubeNodes, Question

NODE_FEEDS = ("services", "vitals", "facts", "detail")
"""Of one Talos node; the first tells whether it answers at all."""


@dataclass(frozen=True, slots=True)
class Served:
    """One endpoint and the clusters that it serves, in the order of the config."""

    kind: SourceKind
    endpoint: Endpoint
    clusters: tuple[ClusterConfig, ...]

    @property
    def is_shared(self) -> bool:
        """Several clusters: what it lists must be told apart by labels."""
        return len(self.clusters) > 1

    @property
    def home(self) -> str:
        """Where things without a cluster label belong; empty when nobody said."""
        if self.is_shared:
            return self.endpoint.cluster
        return self.clusters[0].name

    @property
    def marks(self) -> tuple[tuple[str, Labels], ...]:
        """Name and labels of each cluster; none when all of it is one cluster's."""
        if not self.is_shared:
            return ()
        return tuple((each.name, each.labels) for each in self.clusters)

    def key(self, feed: str) -> FeedKey:
        """The key of one feed of this endpoint."""
        return FeedKey(self.kind, self.endpoint.urls[0], feed)


def served_by(config: Config, kind: SourceKind) -> tuple[Served, ...]:
    """The endpoints of one kind. Equal endpoints are one: it is read once."""
    users: dict[Endpoint, list[ClusterConfig]] = {}
    for cluster in config.clusters:
        endpoint = endpoint_of(cluster, kind)
        if endpoint is not None:
            users.setdefault(endpoint, []).append(cluster)
    return tuple(Served(kind, each, tuple(names)) for each, names in users.items())


def endpoint_of(cluster: ClusterConfig, kind: SourceKind) -> Endpoint | None:
    """The endpoint of one kind that serves a cluster."""
    match kind:
        case SourceKind.PROMETHEUS:
            return cluster.prometheus
        case SourceKind.ALERTMANAGER:
            return cluster.alertmanager
        case SourceKind.LOKI:
            return cluster.loki
        case SourceKind.KUBERNETES | SourceKind.TALOS:
            return None


def question_key(cluster: ClusterConfig, question: Question) -> FeedKey:
    """The feed that holds the answer; two clusters in one context share it."""
    feed = "nodes" if isinstance(question, KubeNodes) else question.text
    return FeedKey(SourceKind.KUBERNETES, cluster.context, feed)


def node_key(cluster: ClusterConfig, address: str, feed: str = "services") -> FeedKey:
    """One of the NODE_FEEDS of a Talos node."""
    return FeedKey(SourceKind.TALOS, f"{cluster.talos_context}/{address}", feed)


def certificate_key(cluster: ClusterConfig) -> FeedKey:
    """The feed that tells how long the talosconfig lets us in."""
    return FeedKey(SourceKind.TALOS, cluster.talos_context, "certificate")


def address_key(cluster: ClusterConfig) -> FeedKey:
    """The feed that tells which Talos nodes there are, when the config does not."""
    return FeedKey(SourceKind.TALOS, cluster.talos_context, "nodes")


def trend_expression(served: Served, cluster: ClusterConfig, function: str) -> str:
    """PromQL over the cluster's own targets: `sum` for up, `count` for all of them."""
    if not served.is_shared:
        return f"{function}(up)"
    pairs = ",".join(f"{k}={_quoted(v)}" for k, v in sorted(cluster.labels.items()))
    return f"{function}(up{{{pairs}}})"


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
