"""How each question of triage is put to the server that can answer it.

Of a server that several clusters share only the one cluster's part is asked for.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from tui.clock import Clock
from tui.config import ClusterConfig, Config
from tui.engine.connections import Connections
from tui.engine.pipeline import COMPARED_SECONDS, Comparer
from tui.engine.plan import Served, held_lines, held_query, serving
from tui.engine.view import Feed
from tui.model import promql
from tui.model.fault import Fault, FaultKind
from tui.model.fleet import SourceKind
from tui.model.metric import Sample
from tui.model.pipeline import Comparison
from tui.model.question import (
    ClaimsIn,
    DaemonSets,
    Deployments,
    EventsWith,
    PersistentVolumes,
    Question,
    StatefulSets,
    VolumeAttachments,
)
from tui.model.question_beyond import (
    AlertsListed,
    KernelHit,
    KernelLines,
    Measured,
    NodePrinted,
    PromQuery,
    StaticPod,
    StaticPods,
    StorageOf,
    TalosServices,
    TargetsOf,
)
from tui.model.unix import of_ns, to_ns
from tui.sources.base import SourceError
from tui.store import State
from tui.triage import assign
from tui.triage.kernel_log import node_of

SLOW = 3
"""What changes slowly, or costs much, is read at a third of the pace."""
MOST_LINES = 200
SHOWN_LINES = 5
_OF_TRACES = (StorageOf, PersistentVolumes, VolumeAttachments, ClaimsIn)
_WORKLOADS = (Deployments, StatefulSets, DaemonSets)
_SLOW_ONES = (*_OF_TRACES, *_WORKLOADS, EventsWith, KernelLines, StaticPods)
# Nodes and Loki need not agree with our clock to the second.
_AHEAD = timedelta(minutes=1)


class Polled(Struct, frozen=True):
    """A feed that is asked at its pace."""

    feed: Feed
    poll: Callable[[], Awaitable[Any]]
    second_seconds: float | None = None
    deadline_seconds: float | None = None
    is_by_length: bool = False
    """All as a `Schedule` has them."""


class Asking:
    """Puts questions to the servers of a cluster."""

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
        self._comparer = Comparer(served, connections, clock)
        self.state = State()
        """What was read by now."""
        self.planes: dict[str, tuple[str, ...]] = {}
        """Talos nodes that may be control planes, by name of the cluster."""

    def polled(self, cluster: ClusterConfig, question: Question) -> Polled:
        """The feed of a question that has one: see `plan.asked_key`.

        raise   UnaskableError
        """
        pace = self._config.refresh_seconds
        if isinstance(question, NodePrinted):
            # Of no cluster's sources: what it fails to tell is told by the pipeline.
            rare = Feed(max(COMPARED_SECONDS, pace), ())
            return Polled(rare, self._poll(cluster, question))
        # Who may not read storage cannot follow a device, and is blind in nothing else.
        is_of_trace = isinstance(question, _OF_TRACES)
        names = () if is_of_trace else (cluster.name,)
        return Polled(
            Feed(pace * SLOW if _is_slow(question) else pace, names),
            self._poll(cluster, question),
        )

    def _poll(
        self, cluster: ClusterConfig, question: Question
    ) -> Callable[[], Awaitable[Any]]:
        match question:
            case PromQuery():
                server = self._server(SourceKind.PROMETHEUS, cluster)
                held = held_query(server, cluster, question)
                own = server.held_to(cluster.name)
                reads = promql.reads(question.expression, own)
                return partial(self._measured, server, held, reads)
            case KernelLines():
                server = self._server(SourceKind.LOKI, cluster)
                return partial(self._lines, server, cluster, question)
            case StaticPods():
                return partial(self._static_pods, cluster)
            case NodePrinted(address):
                return partial(self._compared, cluster, address)
            case StorageOf(address):
                return partial(self._connections.talos(cluster).storage, address)
            case TargetsOf() | AlertsListed() | TalosServices():
                raise ValueError(f"{question} is answered by other feeds")
            case _:
                return partial(self._connections.kubernetes(cluster).ask, question)

    def _server(self, kind: SourceKind, cluster: ClusterConfig) -> Served:
        found = serving(self._served, kind, cluster.name)
        if found is None:
            raise ValueError(f"no {kind.value} serves {cluster.name}")
        return found

    async def _measured(
        self, server: Served, expression: str, reads: tuple[promql.Read, ...]
    ) -> Measured:
        """The samples, and whether they are of now, and of all there is."""
        source = self._connections.prometheus(server.endpoint)
        measured = await source.measure(expression)
        if not measured.samples:
            return measured
        written: list[float | None] = []
        doubts, ended, down = list(measured.warnings), 0, 0

        async def told(expression: str) -> tuple[Sample, ...]:
            """An answer that is not whole is as doubtful as one to the question."""
            found = await source.measure(expression)
            doubts.extend(found.warnings)
            return found.samples

        for read in reads:
            found = await told(read.last_written)
            written.append(min((each.value for each in found), default=None))
            if read.over_ms:
                ended += _count(await told(read.ended))
            down += _count(await told(read.down))
        known = [at for at in written if at is not None]
        at = min(known) if len(known) == len(written) else None
        return replace(
            measured,
            warnings=tuple(doubts),
            written_at=at,
            ended=ended,
            down=down,
        )

    async def _lines(
        self, server: Served, cluster: ClusterConfig, question: KernelLines
    ) -> tuple[KernelHit, ...]:
        """Lines of that cluster with the text in them, newest first."""
        now = self._clock.now()
        start = now - timedelta(minutes=question.minutes)
        found = await self._connections.loki(server.endpoint).query_range(
            held_lines(server, cluster, question),
            to_ns(start),
            to_ns(now + _AHEAD),
            MOST_LINES,
            forward=False,
        )
        own = [
            KernelHit(of_ns(each.at_ns), each.line, node_of(each))
            for each in found
            if assign.cluster_of(each.labels, server.marks, server.home) == cluster.name
        ]
        if len(found) == MOST_LINES and not own:
            summary = "too many lines of other clusters to tell"
            raise SourceError(Fault(FaultKind.BAD_QUERY, summary))
        newest = {each.node: each for each in reversed(own)}
        return tuple(dict.fromkeys((*own[:SHOWN_LINES], *newest.values())))

    async def _compared(self, cluster: ClusterConfig, address: str) -> Comparison:
        return await self._comparer.compare(cluster, address, self.state)

    async def _static_pods(self, cluster: ClusterConfig) -> Mapping[str, StaticPod]:
        addresses = self.planes.get(cluster.name, ())
        return await self._connections.talos(cluster).static_pods(addresses)


def _count(samples: tuple[Sample, ...]) -> int:
    """What `count()` gave: nothing is none."""
    return sum(int(each.value) for each in samples)


def _is_slow(question: Question) -> bool:
    return isinstance(question, _SLOW_ONES)
