"""Hands each cluster's facts to the judgement of its log pipeline; asks for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import aclosing
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from tui.aside import aside
from tui.clock import Clock
from tui.config import ClusterConfig
from tui.engine.connections import Connections
from tui.engine.paced import Paced
from tui.engine.plan import (
    COMPARED,
    RECEIVER,
    SHIPPING,
    Served,
    node_key,
    question_key,
    serving,
)
from tui.engine.view import View
from tui.model.alert import Alert
from tui.model.fault import Fault, FaultKind
from tui.model.fleet import FeedKey, NodeView, SourceKind
from tui.model.log import Entry, LogSpan
from tui.model.machine import Facts
from tui.model.metric import Rule
from tui.model.pipeline import Comparison, Pipeline, Voice
from tui.model.question import EndpointSlicesOf, KubeQuestion
from tui.model.reading import Reading
from tui.model.scraping import Service
from tui.model.talos import TalosNode
from tui.model.unix import to_ns
from tui.sources.base import SourceError
from tui.sources.loki import LokiSource
from tui.sources.loki_pages import PAGE, Pager
from tui.store import KernelLog, State
from tui.triage import assign, kernel_log, pipeline, pipeline_ruler, printed
from tui.triage import voice as voices
from tui.triage.pipeline_case import PODS, SERVICES, PipelineCase, receiving
from tui.triage.told import Told

SECONDS = 30.0
"""How often Kubernetes is asked: silence is to be told of within two minutes."""
COMPARED_SECONDS = 30.0
REACH = timedelta(hours=1)
"""How far back Loki is asked for what a kernel printed."""
MOST = 50_000
"""Entries of a node in that time: more are not held against what it printed."""
_TOO_MUCH = Fault(
    FaultKind.BAD_QUERY, "Loki has more of it than can be held against its kernel"
)


class _Missing:
    """Alerts of Loki's ruler that Alertmanager lacks, from pass to pass."""

    def __init__(self) -> None:
        self._since: dict[str, datetime] = {}

    def seen(
        self,
        rules: Told[tuple[Rule, ...]],
        alerts: Told[tuple[Alert, ...]] | None,
        now: datetime,
    ) -> dict[str, datetime]:
        """Since when each of them is missing."""
        self._since = pipeline_ruler.missing(self._since, rules, alerts, now)
        return self._since


def judged(
    view: View, config: ClusterConfig, nodes: tuple[NodeView, ...]
) -> Pipeline | None:
    """The pipeline of a cluster, judged now and then; None where no Loki serves it."""
    served = view.serving(SourceKind.LOKI, config.name)
    if served is None:
        return None
    paced = view.memo.once(("pipeline", config.name), config, Paced[Pipeline])
    return paced.made(view, lambda: pipeline.judged(_case(view, config, served, nodes)))


def _case(
    view: View, config: ClusterConfig, served: Served, nodes: tuple[NodeView, ...]
) -> PipelineCase:
    log = view.state.kernel.get(config.name, KernelLog())
    told = partial(_told, view)
    services, slices, pods = _kubernetes(view, config)
    tail = told(served.key("tail"), "loki", served.endpoint.selector)
    last = log.voices if tail.reading.observed_at else None
    manager = view.serving(SourceKind.ALERTMANAGER, config.name)
    rules = told(served.key("rules"), "loki", "GET /prometheus/api/v1/rules")
    alerts = (
        told(manager.key("alerts"), "alertmanager", "amtool alert query")
        if manager
        else None
    )
    asked = nodes if config.talos_context else ()
    return PipelineCase(
        cluster=config.name,
        selector=served.endpoint.selector,
        marks=config.labels if served.is_shared else {},
        loki_url=served.key("tail").endpoint,
        is_home=config.name == (served.home or served.names[0]),
        nodes=nodes,
        shipping={
            node.address: told(
                node_key(config, node.address, SHIPPING),
                f"talos {node.name}",
                f"talosctl -n {node.address} get kmsglogconfigs,machineconfig -o yaml",
            )
            for node in asked
        },
        services=services,
        slices=slices,
        pods=pods,
        tail=replace(tail, reading=replace(tail.reading, value=last)),
        voices=log.voices,
        is_nameless="" in log.last_by_node,
        is_heard=_is_heard(view, served),
        compared={
            node.address: told(
                node_key(config, node.address, COMPARED),
                f"talos {node.name}, loki",
                f"talosctl -n {node.address} dmesg",
            )
            for node in asked
        },
        rules=rules,
        wiring=told(served.key(RECEIVER), "loki", "GET /config"),
        alerts=alerts,
        missing_since=view.memo.once(("missing", config.name), config, _Missing).seen(
            rules, alerts, view.now
        ),
        now=view.now,
    )


def _told(view: View, key: FeedKey, source: str, query: str) -> Told[Any]:
    reading, pace = view.said(key)
    return Told(reading, pace, source, query)


_Kubernetes = tuple[Told[Any] | None, Told[Any] | None, Told[Any] | None]


def _kubernetes(view: View, config: ClusterConfig) -> _Kubernetes:
    """Services, what is behind the one of the logs, and pods; None: nobody is asked."""
    if not config.context:
        return None, None, None

    def told(question: KubeQuestion) -> Told[Any]:
        source = f"kubernetes {config.name}"
        return _told(view, question_key(config, question), source, question.text)

    services = told(SERVICES)
    behind = slices_of(services.value)
    return services, told(behind) if behind else None, told(PODS)


def _is_heard(view: View, served: Served) -> bool:
    """Whether any node of a Loki speaks as it usually does; worked out once a pass."""
    logs = tuple(view.state.kernel.get(name, KernelLog()) for name in served.names)
    return any(
        voices.is_silent(each, view.now) is False
        for log in logs
        for each in log.voices.values()
    )


def slices_of(services: tuple[Service, ...] | None) -> EndpointSlicesOf | None:
    """The question for what is behind the Service of the logs, once that is known."""
    found = receiving(services or (), None)
    if found is None:
        return None
    return EndpointSlicesOf(found[0].namespace, found[0].name)


def questions(
    config: ClusterConfig, state: State
) -> Iterator[tuple[FeedKey, KubeQuestion]]:
    """What a cluster's Kubernetes must be asked, with the keys of the feeds."""
    yield question_key(config, PODS), PODS
    yield question_key(config, SERVICES), SERVICES
    reading = state.readings.get(question_key(config, SERVICES))
    asked = slices_of(reading.value if reading else None)
    if asked is not None:
        yield question_key(config, asked), asked


class Comparer(Struct, frozen=True):
    """Holds what a kernel printed against what Loki has of it."""

    served: tuple[Served, ...]
    connections: Connections
    clock: Clock

    async def compare(
        self, config: ClusterConfig, address: str, state: State
    ) -> Comparison:
        """Ask both, the node first: what it prints meanwhile is not asked for.

        raise   SourceError
        """
        served = serving(self.served, SourceKind.LOKI, config.name)
        if served is None:
            raise SourceError(Fault(FaultKind.CONFIG, "no Loki serves it"))
        ring = await self.connections.talos(config).printed(address)
        now = self.clock.now()
        talos: Reading[TalosNode] = state.readings.get(
            node_key(config, address), Reading()
        )
        facts: Reading[Facts] = state.readings.get(
            node_key(config, address, "facts"), Reading()
        )
        booted = talos.value.boot_time if talos.value else None
        offset = facts.value.clock_offset_seconds if facts.value else None
        stretch = printed.stretch_of(
            ring, now, REACH, booted, timedelta(seconds=offset or 0.0)
        )
        names = {address, talos.value.hostname if talos.value else address}
        log = state.kernel.get(config.name, KernelLog())
        stored = await self._stored(served, config, names, log, stretch.since, now)
        return await aside(partial(printed.compared, ring, stored, stretch))

    async def _stored(
        self,
        served: Served,
        config: ClusterConfig,
        names: set[str],
        log: KernelLog,
        since: datetime,
        now: datetime,
    ) -> list[Entry]:
        """All that Loki has of the node since then."""
        source = self.connections.loki(served.endpoint)
        query = _query(served.endpoint.selector, names, log.voices)
        pager = Pager(source, query)
        found: list[Entry] = []
        span = LogSpan(to_ns(since - printed.EARLY), to_ns(now + printed.EARLY))
        async with aclosing(pager.pages(span)) as pages:
            async for page in pages:
                if page.gaps or len(found) > MOST:
                    raise SourceError(_TOO_MUCH)
                if not found and len(page.entries) >= PAGE:
                    await _measure(source, query, span)
                found += (
                    each
                    for each in page.entries
                    if _is_of(served, config, each)
                    and kernel_log.node_of(each) in {"", *names}
                )
        return found


def _query(selector: str, names: set[str], known: Mapping[str, Voice]) -> str:
    """The node's own entries where its label is known; else everybody's.

    What marks a cluster is no part of it: an entry without the mark would seem lost.
    """
    mine = [known[name] for name in sorted(names) if name in known]
    voice = next(iter((*mine, *known.values())), None)
    if voice is None:
        return selector
    any_of = "|".join(name.replace(".", "[.]") for name in sorted(names))
    return f'{selector} | {voice.label}=~"{any_of}"'


async def _measure(source: LokiSource, query: str, span: LogSpan) -> None:
    """Ask how much it is, rather than read it in vain.

    raise   SourceError when it is too much
    """
    try:
        counts = await source.counts(query, span.since_ns, span.until_ns, 60)
    except SourceError as error:
        if error.fault.kind is not FaultKind.BAD_QUERY:  # not all can be counted
            raise
        return
    if sum(each.count for each in counts[1:-1]) > MOST:
        raise SourceError(_TOO_MUCH)


def _is_of(served: Served, config: ClusterConfig, entry: Entry) -> bool:
    name = assign.cluster_of(entry.labels, served.marks, served.home)
    return name == config.name
