"""Every feed that is wanted at this moment, and how each is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from tui.clock import Clock
from tui.config import ClusterConfig, Config
from tui.engine import pipeline
from tui.engine.asking import SLOW, Asking, Polled
from tui.engine.connections import Connections
from tui.engine.plan import (
    EXPIRIES,
    NODE_FEEDS,
    RECEIVER,
    SHIPPING,
    TUNNEL,
    Served,
    UnaskableError,
    address_key,
    asked_key,
    certificate_key,
    kubeconfig_key,
    node_key,
    question_key,
    server_certificate_key,
    trend_expression,
)
from tui.engine.schedule import paced
from tui.engine.view import FACTS_SECONDS, Feed
from tui.model.fleet import FeedKey, SourceKind, Trend
from tui.model.machine import Facts
from tui.model.metric import Series
from tui.model.question import KubeNodes, Question
from tui.model.question_beyond import NodePrinted
from tui.model.reading import Reading
from tui.sources.expiries import may_end, of_kubernetes
from tui.sources.prometheus import LONGEST_LIST_SECONDS, PrometheusSource
from tui.sources.talos import TalosSource
from tui.store import State
from tui.triage import review

TREND = timedelta(minutes=30)
TREND_STEP_SECONDS = 30
TAIL_SECONDS = 30.0
"""A tail gives a sign of life at least this often."""
ADDRESSES_SECONDS = 60.0
RECEIVERS_SECONDS = 60.0
REVIEW_SECONDS = 60.0
DETAIL_SECONDS = 3.0
CERTIFICATE_SECONDS = 3600.0
SECOND_SECONDS = 0.5
"""Between the first two readings of what is a rate."""


class Followed(Struct, frozen=True):
    """The kernel logs of one Loki, followed."""

    feed: Feed
    served: Served


Wanted: TypeAlias = Polled | Followed
Made: TypeAlias = tuple[tuple[FeedKey, Wanted], ...]


class Feeds:
    """Knows which feeds the config and the present alerts call for."""

    def __init__(
        self,
        config: Config,
        served: tuple[Served, ...],
        connections: Connections,
        clock: Clock,
    ) -> None:
        self._config = config
        self._served = served
        self._connections = connections
        self._clock = clock
        self._patience = 2 * config.timeout_seconds
        """Of what is asked seldom: it has deadlines of its own, this catches hangs."""
        self._asking = Asking(config, served, connections, clock)
        self.watched: Counter[tuple[str, str]] = Counter()
        """How many look at a node, by cluster and address: its detail is wanted."""
        self.compared: Counter[tuple[str, str]] = Counter()
        """The same for what its kernel printed, against what Loki has."""
        self._nodes: dict[tuple[str, str, bool], Made] = {}
        """The feeds of each machine, made once: there may be hundreds."""
        self._fixed = {key: wanted for each in served for key, wanted in self._of(each)}
        self._long = [
            key
            for key, each in self._fixed.items()
            if isinstance(each, Polled) and each.is_by_length
        ]

    def wanted(
        self, state: State, asked: Mapping[str, Iterable[Question]]
    ) -> dict[FeedKey, Wanted]:
        """All feeds, the endpoints' first, then what clusters are asked.

        asked   questions by name of the cluster
        """
        found = dict(self._fixed)
        for key in self._long:
            found[key] = _paced(found[key], state.readings.get(key, Reading()).value)
        self._asking.state = state
        for cluster in self._config.clusters:
            self._asking.planes[cluster.name] = self._planes(cluster, state)
            questions = (
                *asked.get(cluster.name, (KubeNodes(),)),
                *(
                    NodePrinted(address)
                    for (name, address), count in self.compared.items()
                    if count and name == cluster.name
                ),
            )
            for key, wanted in self._of_cluster(cluster, state, questions):
                found[key] = _joined(found.get(key), wanted)
        return found

    def _planes(self, cluster: ClusterConfig, state: State) -> tuple[str, ...]:
        """The Talos nodes that are control planes, or may be."""
        found = []
        for address in self.addresses(state)[cluster.name]:
            reading = state.readings.get(node_key(cluster, address, "facts"))
            facts: Facts | None = reading.value if reading else None
            if facts is None or facts.is_control_plane is not False:
                found.append(address)
        return tuple(found)

    def addresses(self, state: State) -> dict[str, tuple[str, ...]]:
        """The Talos nodes of each cluster: the config's, else the talosconfig's."""
        found = {}
        for cluster in self._config.clusters:
            reading = state.readings.get(address_key(cluster))
            listed = reading.value if reading else None
            found[cluster.name] = cluster.talos_nodes or listed or ()
        return found

    def config_of(self, cluster: str) -> ClusterConfig:
        """The config of a configured cluster."""
        return next(c for c in self._config.clusters if c.name == cluster)

    def node_keys(self, cluster: str, address: str) -> tuple[FeedKey, ...]:
        """What is read from one node."""
        config = self.config_of(cluster)
        return tuple(node_key(config, address, feed) for feed in NODE_FEEDS)

    def talos_of(self, cluster: str) -> TalosSource:
        """The Talos source of a configured cluster."""
        return self._connections.talos(self.config_of(cluster))

    def _of(self, served: Served) -> Iterator[tuple[FeedKey, Wanted]]:
        """The feeds of one HTTP endpoint."""
        pace = self._config.refresh_seconds
        names = tuple(cluster.name for cluster in served.clusters)
        if tunnel := self._connections.tunnel(served.endpoint):
            yield served.key(TUNNEL), Polled(Feed(pace, names), tunnel.state)
        if may_end(served.endpoint):
            # Of no cluster's sources: whoever reads that server says that it is down.
            rare = Feed(CERTIFICATE_SECONDS, ())
            expiries = partial(self._connections.expiries, served.endpoint)
            yield served.key(EXPIRIES), Polled(rare, expiries, None, self._patience)
        match served.kind:
            case SourceKind.PROMETHEUS:
                source = self._connections.prometheus(served.endpoint)
                longest = max(pace, LONGEST_LIST_SECONDS)
                yield (
                    served.key("targets"),
                    Polled(
                        Feed(pace, names),
                        source.targets,
                        deadline_seconds=longest,
                        is_by_length=True,
                    ),
                )
                slow = pace * SLOW
                yield served.key("rules"), Polled(Feed(slow, names), source.rules)
                # Of no cluster's sources: others that speak this API know of nobody.
                rare = Feed(max(RECEIVERS_SECONDS, slow), ())
                key = served.key("alertmanagers")
                yield key, Polled(rare, source.alertmanagers)
                for cluster in served.clusters:
                    poll = partial(self._trend, source, served, cluster)
                    key = served.key(f"trend {cluster.name}")
                    yield key, Polled(Feed(slow, (cluster.name,)), poll)
            case SourceKind.ALERTMANAGER:
                peers = self._connections.alertmanager(served.endpoint)
                yield served.key("alerts"), Polled(Feed(pace, names), peers.alerts)
                yield served.key("silences"), Polled(Feed(pace, names), peers.told)
            case SourceKind.LOKI:
                yield (
                    served.key("tail"),
                    Followed(Feed(TAIL_SECONDS, names), served),
                )
                # Of no cluster's sources: not every Loki has a ruler.
                rare = Feed(max(RECEIVERS_SECONDS, pace * SLOW), ())
                loki = self._connections.loki(served.endpoint)
                yield served.key("rules"), Polled(rare, loki.rules)
                yield served.key(RECEIVER), Polled(rare, loki.receiver)
            case SourceKind.KUBERNETES | SourceKind.TALOS:
                return

    def _of_cluster(
        self, cluster: ClusterConfig, state: State, asked: Iterable[Question]
    ) -> Iterator[tuple[FeedKey, Wanted]]:
        """The feeds that only one cluster has."""
        feed = Feed(self._config.refresh_seconds, (cluster.name,))
        yield from self._asked(cluster, asked)
        if cluster.context:
            kube = self._connections.kubernetes(cluster)
            own = Feed(CERTIFICATE_SECONDS, (cluster.name,))
            yield kubeconfig_key(cluster), Polled(own, kube.certificate)
            yield (
                server_certificate_key(cluster),
                Polled(
                    Feed(CERTIFICATE_SECONDS, ()),
                    partial(of_kubernetes, kube, cluster.context),
                    None,
                    self._patience,
                ),
            )
            # Of no cluster's sources: who may not read storage is blind in the review,
            # which says so, and in nothing else.
            slow = Feed(max(REVIEW_SECONDS, feed.interval_seconds), ())
            for question in review.QUESTIONS:
                poll = partial(kube.ask, question)
                yield question_key(cluster, question), Polled(slow, poll)
            pace = Feed(max(pipeline.SECONDS, feed.interval_seconds), ())
            for key, question in pipeline.questions(cluster, state):
                yield key, Polled(pace, partial(kube.ask, question))
        if cluster.talos_context:
            talos = self._connections.talos(cluster)
            if not cluster.talos_nodes:
                seconds = max(ADDRESSES_SECONDS, feed.interval_seconds)
                slow = Feed(seconds, (cluster.name,))
                yield address_key(cluster), Polled(slow, talos.addresses)
            rare = Feed(CERTIFICATE_SECONDS, (cluster.name,))
            yield certificate_key(cluster), Polled(rare, talos.certificate)
            for address in self.addresses(state)[cluster.name]:
                is_watched = self.watched[cluster.name, address] > 0
                node = cluster.name, address, is_watched
                if node not in self._nodes:
                    made = self._of_node(cluster, talos, address, is_watched=is_watched)
                    self._nodes[node] = tuple(made)
                yield from self._nodes[node]

    def _asked(
        self, cluster: ClusterConfig, asked: Iterable[Question]
    ) -> Iterator[tuple[FeedKey, Wanted]]:
        """The feeds of questions that have one of their own."""
        for question in asked:
            with suppress(UnaskableError):  # the answer says why
                key = asked_key(self._served, cluster, question)
                if key is not None:
                    yield key, self._asking.polled(cluster, question)

    def _of_node(
        self,
        cluster: ClusterConfig,
        talos: TalosSource,
        address: str,
        *,
        is_watched: bool,
    ) -> Iterator[tuple[FeedKey, Wanted]]:
        """The feeds of one machine; its detail only while somebody looks."""
        names = (cluster.name,)
        pace = self._config.refresh_seconds
        feed = Feed(pace, names)
        slow = Feed(max(FACTS_SECONDS, pace), names)
        yield (
            node_key(cluster, address),
            Polled(feed, partial(talos.node, address)),
        )
        yield (
            node_key(cluster, address, "vitals"),
            Polled(feed, partial(talos.vitals, address), SECOND_SECONDS),
        )
        yield (
            node_key(cluster, address, "facts"),
            Polled(slow, partial(talos.facts, address)),
        )
        if cluster.loki is not None:
            # Of no cluster's sources: most roles may not read all of it.
            yield (
                node_key(cluster, address, SHIPPING),
                Polled(
                    Feed(slow.interval_seconds, ()), partial(talos.shipping, address)
                ),
            )
        if is_watched:
            yield (
                node_key(cluster, address, "detail"),
                Polled(
                    Feed(DETAIL_SECONDS, names),
                    partial(talos.detail, address),
                    SECOND_SECONDS,
                    max(DETAIL_SECONDS, 2 * self._config.timeout_seconds),
                ),
            )

    async def _trend(
        self, source: PrometheusSource, served: Served, cluster: ClusterConfig
    ) -> Trend:
        """Targets up and targets known over the last half hour."""
        end = self._clock.now()
        start = end - TREND
        found = []
        for function in ("sum", "count"):
            expression = trend_expression(served, cluster, function)
            series = await source.query_range(
                expression, start, end, TREND_STEP_SECONDS
            )
            found.append(series[0] if series else Series({}, ()))
        return Trend(up=found[0], total=found[1])


def _joined(one: Wanted | None, other: Wanted) -> Wanted:
    """Who share a feed share the pace of the one who is in more of a hurry."""
    if one is None:
        return other
    clusters = tuple(dict.fromkeys(one.feed.clusters + other.feed.clusters))
    first = min(one, other, key=lambda each: each.feed.interval_seconds)
    return replace(first, feed=replace(first.feed, clusters=clusters))


def _paced(wanted: Wanted, value: object) -> Wanted:
    """The same feed at the pace that its last list allows."""
    seconds = paced(wanted.feed.interval_seconds, value)
    if seconds == wanted.feed.interval_seconds:
        return wanted
    return replace(wanted, feed=replace(wanted.feed, interval_seconds=seconds))
