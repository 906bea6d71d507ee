"""Which endpoint serves which clusters: worked out once from the config."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from tui.config import ClusterConfig, Config, Endpoint
from tui.model import promql
from tui.model.fault import Fault, FaultKind
from tui.model.fleet import FeedKey, SourceKind
from tui.model.labels import Labels, quoted
from tui.model.question import KubeNodes, KubeQuestion, Question
from tui.model.question_beyond import (
    AlertsListed,
    KernelLines,
    NodePrinted,
    PromQuery,
    StaticPods,
    StorageOf,
    TalosServices,
    TargetsOf,
)
from tui.model.silence import Matcher
from tui.triage import assign

NODE_FEEDS = ("services", "vitals", "facts", "detail")
"""Of one Talos node; the first tells whether it answers at all."""
STORAGE = "storage"
"""Of a Talos node of whose disks somebody asks."""

SHIPPING, COMPARED, RECEIVER = "shipping", "compared", "receiver"
"""Of a Talos node: where its logs go, and what of its kernel's Loki lacks. Of a Loki:
where its ruler sends alerts."""
EXPIRIES = "certificates"
"""The feed of an endpoint that tells how long its certificates and tokens are good."""
CLOCK = "clock"
"""Fed by every answer of a server: by how many seconds its clock is ahead of ours."""
TUNNEL = "port-forward"
"""The feed that tells how the way to an endpoint is doing."""


class Served(Struct, frozen=True):
    """One endpoint and the clusters that it serves, in the order of the config."""

    kind: SourceKind
    endpoint: Endpoint
    clusters: tuple[ClusterConfig, ...]
    apart: tuple[ClusterConfig, ...] = ()
    """Those of the config that it does not serve: it may hold what is theirs too."""

    @property
    def is_shared(self) -> bool:
        """Several clusters: what it lists must be told apart by labels."""
        return len(self.clusters) > 1

    @property
    def names(self) -> tuple[str, ...]:
        """Of its clusters."""
        return tuple(each.name for each in self.clusters)

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

    def held_to(self, cluster: str) -> tuple[Matcher, ...]:
        """Matchers that nothing passes but what is one cluster's own."""
        every = tuple((each.name, each.labels) for each in self.clusters)
        apart = tuple(each.labels for each in self.apart)
        return assign.held_to(cluster, every, self.home, apart)

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
    return tuple(
        Served(
            kind,
            each,
            tuple(served),
            tuple(one for one in config.clusters if one not in served),
        )
        for each, served in users.items()
    )


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


class UnaskableError(ValueError):
    """Nothing makes certain that the answer would be of one cluster alone."""


def serving(served: Iterable[Served], kind: SourceKind, cluster: str) -> Served | None:
    """The endpoint of one kind that serves a cluster."""
    for each in served:
        if each.kind is kind and any(c.name == cluster for c in each.clusters):
            return each
    return None


def alertmanager_for(served: Iterable[Served], cluster: str) -> Served | Fault:
    """The Alertmanager into which a silence of a cluster is written, or why none is.

    What belongs to no cluster has one only where no other can be meant.
    """
    known = [each for each in served if each.kind is SourceKind.ALERTMANAGER]
    if cluster:
        found = serving(known, SourceKind.ALERTMANAGER, cluster)
        words = f"no Alertmanager is configured for {cluster}"
        return found or Fault(FaultKind.CONFIG, words)
    if len(known) == 1:
        return known[0]
    words = "it is not known which Alertmanager is meant, and none is guessed"
    return Fault(FaultKind.CONFIG, words)


def asked_key(
    served: Iterable[Served], cluster: ClusterConfig, question: Question
) -> FeedKey | None:
    """The feed that is there for a question's sake; two clusters may share one.

    return  None when nobody can be asked, or when other feeds hold the answer
    raise   UnaskableError
    """
    match question:
        case PromQuery():
            server = serving(served, SourceKind.PROMETHEUS, cluster.name)
            return (
                None
                if server is None
                else server.key(f"query {held_query(server, cluster, question)}")
            )
        case KernelLines():
            server = serving(served, SourceKind.LOKI, cluster.name)
            return (
                None
                if server is None
                else server.key(f"lines {held_lines(server, cluster, question)}")
            )
        case StaticPods() | NodePrinted() | StorageOf():
            return _talos_key(cluster, question)
        case TargetsOf() | AlertsListed() | TalosServices():
            return None
    if not cluster.context:
        return None
    return question_key(cluster, question)


def _talos_key(
    cluster: ClusterConfig, question: StaticPods | NodePrinted | StorageOf
) -> FeedKey | None:
    if not cluster.talos_context:
        return None
    if isinstance(question, NodePrinted):
        return node_key(cluster, question.address, COMPARED)
    if isinstance(question, StorageOf):
        return node_key(cluster, question.address, STORAGE)
    return FeedKey(SourceKind.TALOS, cluster.talos_context, "static pods")


def question_key(cluster: ClusterConfig, question: KubeQuestion) -> FeedKey:
    """The feed that holds Kubernetes' answer; two clusters in one context share it."""
    feed = "nodes" if isinstance(question, KubeNodes) else question.text
    return FeedKey(SourceKind.KUBERNETES, cluster.context, feed)


def held_query(served: Served, cluster: ClusterConfig, question: PromQuery) -> str:
    """The expression, over the cluster's own series alone.

    raise   UnaskableError
    """
    try:
        return promql.held_to(question.expression, served.held_to(cluster.name))
    except ValueError as error:
        raise UnaskableError(f"the query {error}") from error


def held_lines(served: Served, cluster: ClusterConfig, question: KernelLines) -> str:
    """LogQL: lines with the text in the cluster's own streams alone.

    raise   UnaskableError
    """
    held = held_selector(served, cluster.name)
    return f"{held} |= {quoted(question.needle)}"


def held_selector(
    served: Served, cluster: str, matchers: tuple[Matcher, ...] = ()
) -> str:
    """LogQL: the selector of kernel logs over the cluster's own streams alone.

    raise   UnaskableError
    """
    selector = served.endpoint.selector.strip()
    if not selector.startswith("{"):
        raise UnaskableError("the selector of Loki does not begin with {")
    own = ", ".join(map(promql.written, (*served.held_to(cluster), *matchers)))
    return f"{{{own}, {selector[1:].lstrip()}" if own else selector


def node_key(cluster: ClusterConfig, address: str, feed: str = "services") -> FeedKey:
    """One of the NODE_FEEDS of a Talos node."""
    return FeedKey(SourceKind.TALOS, f"{cluster.talos_context}/{address}", feed)


def clock_key(kind: SourceKind, where: str) -> FeedKey:
    """What tells of the clock of one server.

    where   its URL, or the kubeconfig context
    """
    return FeedKey(kind, where, CLOCK)


def certificate_key(cluster: ClusterConfig) -> FeedKey:
    """The feed that tells how long the talosconfig lets us in."""
    return FeedKey(SourceKind.TALOS, cluster.talos_context, "certificate")


def kubeconfig_key(cluster: ClusterConfig) -> FeedKey:
    """The feed that tells how long the kubeconfig lets us in."""
    return FeedKey(SourceKind.KUBERNETES, cluster.context, "certificate")


def server_certificate_key(cluster: ClusterConfig) -> FeedKey:
    """The feed that tells how long the API server's own certificate is good."""
    return FeedKey(SourceKind.KUBERNETES, cluster.context, "server certificate")


def address_key(cluster: ClusterConfig) -> FeedKey:
    """The feed that tells which Talos nodes there are, when the config does not."""
    return FeedKey(SourceKind.TALOS, cluster.talos_context, "nodes")


def trend_expression(served: Served, cluster: ClusterConfig, function: str) -> str:
    """PromQL over the cluster's own targets: `sum` for up, `count` for all of them."""
    if not served.is_shared:
        return f"{function}(up)"
    return promql.held_to(f"{function}(up)", served.held_to(cluster.name))
