"""Examines a connection step by step: the same for `doctor` and for the sources view.

Each step is told as soon as it is known. An examination opens connections of its own,
and reads the kubeconfig, the talosconfig and CA files anew.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing
from random import Random

from msgspec import Struct

from tui.clock import Clock
from tui.config import ClusterConfig, Config
from tui.engine.connections import Connections
from tui.engine.doctor import kubernetes, servers, talos
from tui.engine.doctor.way import Limits
from tui.engine.plan import served_by
from tui.engine.schedule import Schedule
from tui.engine.supervisor import attempt
from tui.model.diagnosis import Connection, Doing, Step, StepState
from tui.model.fleet import SourceKind

_HTTP = (SourceKind.PROMETHEUS, SourceKind.ALERTMANAGER, SourceKind.LOKI)
_MOST_TIMEOUTS = 4
"""One step asks several things in turn, each of which has its deadline."""


class Doctor(Struct, frozen=True):
    """Knows the connections of a config, and examines one when it is asked to."""

    config: Config
    clock: Clock

    def connections(self) -> tuple[Connection, ...]:
        """All of them, in the order of the config; a shared one once."""
        found: dict[tuple[SourceKind, str], list[str]] = {}
        for kind, endpoint, names in self._known():
            known = found.setdefault((kind, endpoint), [])
            known += [name for name in names if name not in known]
        return tuple(
            Connection(kind, endpoint, tuple(names))
            for (kind, endpoint), names in found.items()
        )

    async def examine(self, kind: SourceKind, endpoint: str) -> AsyncIterator[Step]:
        """The steps of one connection, each as it ends; close it to end early."""
        backoff = Schedule(self.config.refresh_seconds, Random()).after  # noqa: S311
        connections = Connections(self.config, self.clock, backoff)
        limits = Limits(self.clock, self.config.timeout_seconds)
        try:
            async with aclosing(
                self._steps(kind, endpoint, connections, limits)
            ) as steps:
                seconds = _MOST_TIMEOUTS * limits.seconds
                while True:
                    # A step has deadlines of its own: this one catches what hangs.
                    fault, step = await attempt(anext(steps, None), seconds, endpoint)
                    if fault is not None:
                        told, advice = fault.summary, fault.advice
                        yield Step(Doing.BUG, StepState.ILL, told, advice)
                    if step is None:
                        return
                    yield step
        finally:
            await connections.aclose()

    async def _steps(
        self,
        kind: SourceKind,
        endpoint: str,
        connections: Connections,
        limits: Limits,
    ) -> AsyncGenerator[Step, None]:
        clusters = self.config.clusters
        match kind:
            case SourceKind.KUBERNETES:
                mine = [each for each in clusters if each.context == endpoint]
                kube = connections.kubernetes(mine[0])
                forwarded = tuple(_forwarded(self.config, endpoint))
                found = kubernetes.steps(kube, forwarded, limits)
            case SourceKind.TALOS:
                mine = [each for each in clusters if each.talos_context == endpoint]
                found = talos.steps(connections.talos(mine[0]), _wish(mine), limits)
            case _:
                for served in served_by(self.config, kind):
                    if served.endpoint.urls[0] == endpoint:
                        asked = servers.steps(served, connections, limits)
                        async with aclosing(asked):
                            async for step in asked:
                                yield step
                return
        async with aclosing(found):
            async for step in found:
                yield step

    def _known(self) -> Iterator[tuple[SourceKind, str, tuple[str, ...]]]:
        for cluster in self.config.clusters:
            if cluster.context:
                yield SourceKind.KUBERNETES, cluster.context, (cluster.name,)
            if cluster.talos_context:
                yield SourceKind.TALOS, cluster.talos_context, (cluster.name,)
        for kind in _HTTP:
            for served in served_by(self.config, kind):
                yield kind, served.endpoint.urls[0], served.names


def _wish(clusters: list[ClusterConfig]) -> talos.Wish:
    """What clusters of one talosconfig context want of it, together."""
    nodes = tuple(dict.fromkeys(node for each in clusters for node in each.talos_nodes))
    return talos.Wish(nodes, frozenset().union(*(each.allow for each in clusters)))


def _forwarded(config: Config, context: str) -> Iterator[str]:
    """Namespaces of Services that are reached through a context, each once."""
    ways = [
        served.endpoint.through for kind in _HTTP for served in served_by(config, kind)
    ]
    yield from dict.fromkeys(
        way.namespace for way in ways if way is not None and way.context == context
    )
