"""What `taloscope init` finds: clusters, who Talos says they are, and their servers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from tui.cli.init_talos import TIMEOUT_SECONDS, Apid, each_tried
from tui.clock import Clock
from tui.config import Endpoint, Through
from tui.model.contexts import KubeContext, Pair, TalosContext, by_server, paired
from tui.model.discovery import Candidate, candidates
from tui.model.fault import Fault, FaultKind
from tui.model.fleet import SourceKind
from tui.model.scraping import Service
from tui.model.unix import SECOND_NS, to_ns
from tui.sources.alertmanager import AlertmanagerSource
from tui.sources.base import SourceError
from tui.sources.contexts import kube_contexts
from tui.sources.http_fault import NotSentError
from tui.sources.kubernetes import KubernetesSource
from tui.sources.loki import LokiSource
from tui.sources.prometheus import PrometheusSource
from tui.sources.talos_contexts import talos_contexts
from tui.sources.tunnel import KubeTunnel

HOUR_NS = 3600 * SECOND_NS


class Files(Struct, frozen=True):
    """Where the contexts are; None for the usual search."""

    kubeconfig: Path | None
    talosconfig: Path | None


class Server(Struct, frozen=True):
    """A server that was tried."""

    candidate: Candidate
    fault: Fault | None = None
    told: str = ""
    """What it answered, in a few words."""
    clusters: tuple[str, ...] = ()
    """Prometheus only: values of the label `cluster`."""


class Other(Struct, frozen=True):
    """A context of the same API server that was not taken."""

    name: str
    fault: Fault | None = None
    """Why not; None for one that was not tried."""


class Found(Struct, frozen=True):
    """One cluster with what lives in it."""

    pair: Pair
    version: str = ""
    fault: Fault | None = None
    """Why it could not be asked."""
    servers: tuple[Server, ...] = ()
    """The best of each kind that answers, else the likeliest with its fault."""
    apids: Mapping[str, Apid] = field(default_factory=dict)
    """How each context of Talos that may be meant has answered, by its name."""
    others: tuple[Other, ...] = ()

    @property
    def apid(self) -> Apid | None:
        """Of its one context of Talos; None for none, and where nobody can tell."""
        taloses = self.pair.talos
        return self.apids.get(taloses[0].name) if len(taloses) == 1 else None

    def server(self, kind: SourceKind) -> Server | None:
        """The one of that kind that answers."""
        for each in self.servers:
            if each.candidate.kind is kind and each.fault is None:
                return each
        return None


class _Seen(Struct, frozen=True):
    """What one API server told."""

    kube: KubeContext
    source: KubernetesSource
    version: str = ""
    addresses: frozenset[str] = frozenset()
    services: tuple[Service, ...] = ()
    fault: Fault | None = None
    is_silent: bool = False
    """Whether it would be so to every other context too."""


async def look(files: Files, clock: Clock) -> tuple[tuple[Found, ...], Fault | None]:
    """Ask every cluster at once.

    return  the clusters, and why there is no talosconfig
    raise   SourceError when there is no kubeconfig
    """
    kubes = await kube_contexts(files.kubeconfig)
    lost: Fault | None = None
    taloses: tuple[TalosContext, ...] = ()
    try:
        taloses = await asyncio.to_thread(talos_contexts, files.talosconfig)
    except SourceError as error:
        lost = error.fault
    looked = (_found(each, taloses, files, clock) for each in by_server(kubes))
    return tuple(await asyncio.gather(*looked)), lost


async def _found(
    kubes: Sequence[KubeContext],
    taloses: Sequence[TalosContext],
    files: Files,
    clock: Clock,
) -> Found:
    """One cluster, by the contexts of its API server."""
    async with AsyncExitStack() as opened:
        seen, others = await _let_in(kubes, files, clock, opened)
        pair = paired(seen.kube, taloses, seen.addresses)
        servers, apids = await asyncio.gather(
            _tried(seen.kube, seen.source, candidates(seen.services), clock),
            each_tried(pair.talos, files.talosconfig, clock),
        )
    return Found(pair, seen.version, seen.fault, servers, apids, others)


async def _let_in(
    kubes: Sequence[KubeContext], files: Files, clock: Clock, opened: AsyncExitStack
) -> tuple[_Seen, tuple[Other, ...]]:
    """Ask as one context after the other until one can be used; else as the first.

    Not all at once: each may have a plugin that asks a person to log in.
    """
    failed: list[_Seen] = []
    for kube in kubes:
        source = KubernetesSource(kube.name, files.kubeconfig, TIMEOUT_SECONDS)
        opened.push_async_callback(source.aclose)
        taken = await _seen(kube, source, clock)
        if taken.fault is None:
            break
        failed.append(taken)
        if taken.is_silent:
            break
    if taken.fault is not None:
        taken = failed[0]
    why = {each.kube.name: each.fault for each in failed}
    rest = (each.name for each in kubes if each is not taken.kube)
    return taken, tuple(Other(name, why.get(name)) for name in rest)


async def _seen(kube: KubeContext, source: KubernetesSource, clock: Clock) -> _Seen:
    try:
        version = await source.version()
        nodes = await source.nodes()
        services = await source.services("")
    except SourceError as error:
        fault = await _explained(error.fault, source, clock.now())
        return _Seen(kube, source, fault=fault, is_silent=_is_silent(error))
    held = frozenset(address for node in nodes for address in node.addresses)
    return _Seen(kube, source, version, held, tuple(services))


def _is_silent(error: SourceError) -> bool:
    """Whether nobody there has listened; who hangs up may not like the certificate."""
    kind = error.fault.kind
    is_away = kind is FaultKind.UNREACHABLE and isinstance(error, NotSentError)
    return is_away or kind is FaultKind.TIMEOUT


async def _explained(fault: Fault, source: KubernetesSource, now: datetime) -> Fault:
    """Some servers only hang up on whose certificate has ended: it is named."""
    try:
        until = await source.certificate()
    except SourceError:
        return fault
    if until is None or until.expires_at > now:
        return fault
    what = "token" if until.is_token else "client certificate"
    told = f"the {what} of the kubeconfig ended on {until.expires_at:%Y-%m-%d}"
    return replace(fault, summary=told, remedy="Renew it, or log in again.")


async def _tried(
    kube: KubeContext,
    source: KubernetesSource,
    likely: Sequence[Candidate],
    clock: Clock,
) -> tuple[Server, ...]:
    """The first of each kind that answers; the first that was tried when none does."""

    async def best(kind: SourceKind) -> Server | None:
        failed: Server | None = None
        for candidate in (each for each in likely if each.kind is kind):
            server = await _asked(kube, source, candidate, clock)
            if server.fault is None:
                return server
            failed = failed or server
        return failed

    kinds = (SourceKind.PROMETHEUS, SourceKind.ALERTMANAGER, SourceKind.LOKI)
    found = await asyncio.gather(*(best(kind) for kind in kinds))
    return tuple(each for each in found if each is not None)


async def _asked(
    kube: KubeContext, source: KubernetesSource, candidate: Candidate, clock: Clock
) -> Server:
    """Try one through a port-forward, as the dashboard will."""
    through = Through(
        kube.name,
        candidate.namespace,
        candidate.name,
        str(candidate.port),
        f"http://{candidate.name}.{candidate.namespace}.svc:{candidate.port}"
        f"{candidate.path}",
    )
    endpoint = Endpoint((f"kube://{kube.name}/{candidate.service}",), through=through)
    tunnel = KubeTunnel(source, through, endpoint.urls[0], clock)
    try:
        return await _told(candidate, endpoint, tunnel, to_ns(clock.now()))
    except SourceError as error:
        return Server(candidate, error.fault)


async def _told(
    candidate: Candidate, endpoint: Endpoint, way: KubeTunnel, now_ns: int
) -> Server:
    match candidate.kind:
        case SourceKind.PROMETHEUS:
            prometheus = PrometheusSource(endpoint, TIMEOUT_SECONDS, tunnel=way)
            try:
                rows = await prometheus.query("count by (cluster) (up)")
            finally:
                await prometheus.aclose()
            total = sum(int(row.value) for row in rows)
            names = sorted({row.labels.get("cluster", "") for row in rows} - {""})
            return Server(candidate, told=f"{total} targets", clusters=tuple(names))
        case SourceKind.ALERTMANAGER:
            manager = AlertmanagerSource(endpoint, TIMEOUT_SECONDS, tunnel=way)
            try:
                alerts = await manager.alerts()
            finally:
                await manager.aclose()
            return Server(candidate, told=f"{len(alerts)} alerts")
        case _:
            loki = LokiSource(endpoint, TIMEOUT_SECONDS, tunnel=way)
            try:
                lines = await loki.query_range(
                    endpoint.selector, now_ns - HOUR_NS, now_ns, 1, forward=False
                )
            finally:
                await loki.aclose()
            told = "kernel logs" if lines else "no kernel logs in the last hour"
            return Server(candidate, told=told)
