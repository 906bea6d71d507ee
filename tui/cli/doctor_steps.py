"""Each connection of a config, step by step: what was tried and what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from random import Random

from tui.clock import Clock
from tui.config import ClusterConfig, Config
from tui.engine.connections import Connections
from tui.engine.plan import Served, served_by
from tui.engine.schedule import Schedule
from tui.model.fault import FaultKind
from tui.model.fleet import SourceKind
from tui.model.rights import RIGHTS, Right
from tui.sources.base import SourceError
from tui.sources.http import Request
from tui.sources.kubernetes import KubernetesSource
from tui.sources.talos import TalosSource

LARGEST_SKEW_SECONDS = 5.0
SOON_DAYS = 30


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was tried."""

    where: str
    what: str
    is_well: bool
    told: str = ""
    advice: str = ""


async def examine(config: Config, clock: Clock) -> tuple[Step, ...]:
    """Everything at once; the steps come in the order of the config."""
    backoff = Schedule(config.refresh_seconds, Random()).after  # noqa: S311
    connections = Connections(config, clock, backoff)
    work: list[Awaitable[list[Step]]] = []
    for cluster in config.clusters:
        if cluster.context:
            kube = connections.kubernetes(cluster)
            work.append(_kubernetes(cluster, kube, clock))
        if cluster.talos_context:
            work.append(_talos(cluster, connections.talos(cluster), clock))
    for kind in (SourceKind.PROMETHEUS, SourceKind.ALERTMANAGER, SourceKind.LOKI):
        work += [_server(each, connections) for each in served_by(config, kind)]
    try:
        found = await asyncio.gather(*work)
    finally:
        await connections.aclose()
    return tuple(step for steps in found for step in steps)


async def _kubernetes(
    cluster: ClusterConfig, kube: KubernetesSource, clock: Clock
) -> list[Step]:
    where = f"{cluster.name}: Kubernetes"
    try:
        version = await kube.version()
        answer = await kube.send(Request("/version"))
    except SourceError as error:
        return [_failed(where, "reach", error)]
    steps = [Step(where, "reach", is_well=True, told=version)]
    if answer.date is not None:
        off = abs((clock.now() - answer.date).total_seconds())
        told = f"{off:.0f} s off"
        advice = "" if off <= LARGEST_SKEW_SECONDS else "Set the clock: ages are wrong."
        steps.append(Step(where, "clock", not advice, told, advice))
    steps += await asyncio.gather(*(_right(where, kube, each) for each in RIGHTS))
    return steps


async def _right(where: str, kube: KubernetesSource, right: Right) -> Step:
    """Whether it may be listed: by listing one of it, which is the surest way."""
    what = f"list {right.resource}"
    try:
        await kube.send(Request(right.path, {"limit": "1"}))
    except SourceError as error:
        kind = error.fault.kind
        if kind is FaultKind.NOT_FOUND and right.is_optional:
            return Step(where, what, is_well=True)
        if kind is FaultKind.FORBIDDEN:
            advice = f"Without it: {right.without}. docs/rbac.yaml allows it."
            return Step(where, what, is_well=False, told="forbidden", advice=advice)
        return _failed(where, what, error)
    return Step(where, what, is_well=True)


async def _talos(
    cluster: ClusterConfig, talos: TalosSource, clock: Clock
) -> list[Step]:
    where = f"{cluster.name}: Talos"
    try:
        certificate = await talos.certificate()
        addresses = cluster.talos_nodes or await talos.addresses()
    except SourceError as error:
        return [_failed(where, "talosconfig", error)]
    days = (certificate.expires_at - clock.now()).days
    told = f"valid for {days} days"
    advice = "" if days >= SOON_DAYS else "Renew: talosctl config new --roles=os:reader"
    steps = [Step(where, "certificate", not advice, told, advice)]
    steps += await asyncio.gather(*(_node(where, talos, each) for each in addresses))
    return steps


async def _node(where: str, talos: TalosSource, address: str) -> Step:
    try:
        node = await talos.node(address)
    except SourceError as error:
        return _failed(where, f"node {address}", error)
    return Step(where, f"node {address}", is_well=True, told=node.hostname)


async def _server(served: Served, connections: Connections) -> list[Step]:
    where = f"{', '.join(served.names)}: {served.kind.value.capitalize()}"
    endpoint = served.endpoint
    steps = []
    tunnel = connections.tunnel(endpoint)
    doing = "ask" if tunnel is None else "port-forward"
    try:
        if tunnel is not None:
            await (await tunnel.dial()).aclose()
            pod = (await tunnel.state()).pod
            steps.append(Step(where, "port-forward", is_well=True, told=pod))
            doing = "ask"
        steps.append(Step(where, "ask", True, await _answer(served, connections)))  # noqa: FBT003
    except SourceError as error:
        steps.append(_failed(where, doing, error))
    if endpoint.insecure:
        told = "its certificate is not verified"
        steps.append(
            Step(where, "TLS", False, told, "Give it ca_file, and take insecure out.")  # noqa: FBT003
        )
    return steps


async def _answer(served: Served, connections: Connections) -> str:
    match served.kind:
        case SourceKind.PROMETHEUS:
            targets = await connections.prometheus(served.endpoint).targets()
            return f"{len(targets)} targets"
        case SourceKind.ALERTMANAGER:
            alerts = await connections.alertmanager(served.endpoint).alerts()
            return f"{len(alerts)} alerts"
        case _:
            await connections.loki(served.endpoint).query_range(
                served.endpoint.selector, 0, 1, 1, forward=True
            )
            return "answers queries"


def _failed(where: str, what: str, error: SourceError) -> Step:
    fault = error.fault
    told = fault.summary
    if fault.detail and fault.detail not in told:
        told = f"{told}: {fault.detail}"
    return Step(where, what, is_well=False, told=told, advice=fault.advice)
