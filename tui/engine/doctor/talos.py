"""The machines of one talosconfig context: who we are, each endpoint, each node."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing

from msgspec import Struct
from msgspec.structs import replace

from tui.config import Permission
from tui.engine.doctor.way import (
    CURES,
    Goal,
    Limits,
    clock,
    failed,
    is_end,
    lasting,
    left_out,
    way,
)
from tui.model.diagnosis import Doing, Step, StepState
from tui.model.probe import Trust
from tui.model.rights import (
    ADMIN,
    TALOS_CONFIG,
    TALOS_READS,
    TALOS_SERVICES,
    TalosRight,
)
from tui.sources.base import SourceError
from tui.sources.talos import TalosSource, WayIn

_RENEW = "Make a new one: talosctl config new --roles=os:reader FILE."
_CURES: Mapping[Trust, str] = {
    **CURES,
    Trust.UNKNOWN_CA: "The `ca` of this talosconfig context is of another cluster: use "
    "the talosconfig of this one.",
    Trust.OTHER_NAME: "Dial an address that the certificate has, or add this one to "
    "machine.certSANs.",
    Trust.EXPIRED: "Talos renews it every 12 hours: look at the node's clock, and at "
    "this machine's.",
}


class Wish(Struct, frozen=True):
    """What the config wants of a context."""

    nodes: tuple[str, ...]
    """None: those that the talosconfig names."""
    allow: frozenset[Permission]


async def steps(
    talos: TalosSource, wish: Wish, limits: Limits
) -> AsyncGenerator[Step, None]:
    """All of one context."""
    try:
        way_in = await talos.way_in()
        nodes = wish.nodes or await talos.addresses()
    except SourceError as error:
        yield failed(Doing.TALOSCONFIG, error)
        return
    doors = ", ".join(map(str, way_in.endpoints))
    told = f"through {doors} to {', '.join(nodes) or 'no node'}"
    if nodes:
        yield Step(Doing.TALOSCONFIG, StepState.WELL, told)
    else:
        advice = "Give the cluster talos_nodes, or the talosconfig nodes."
        yield Step(Doing.TALOSCONFIG, StepState.ILL, told, advice)
    span = None, way_in.expires_at
    yield lasting(span, limits.clock.now(), _RENEW)
    for step in roles(way_in.roles, wish.allow):
        yield step
    is_open = False
    async with aclosing(_endpoints(way_in, limits)) as found:
        async for step in found:
            yield step
            is_tls = step.what is Doing.TLS
            is_open = is_open or (is_tls and not step.is_ill)
    if not is_open:
        for each in left_out(Doing.NODE):
            yield each
        return
    async with aclosing(_nodes(talos, nodes, limits)) as found:
        async for step in found:
            yield step


def roles(held: tuple[str, ...], allow: frozenset[Permission]) -> Iterator[Step]:
    """What the client certificate lets us do, by the roles that it names."""
    told = ", ".join(held) or "none"
    if ADMIN in held:
        told += ": more than is needed; os:reader is enough to read"
        yield Step(Doing.ROLE, StepState.NOTED, told)
    else:
        yield Step(Doing.ROLE, StepState.WELL, told)
    yield _talos_right(TALOS_READS, held, is_wanted=True)
    yield _talos_right(TALOS_CONFIG, held, is_wanted=False)
    if Permission.SERVICE_ACTIONS in allow:
        yield _talos_right(TALOS_SERVICES, held, is_wanted=True)


def _talos_right(right: TalosRight, held: tuple[str, ...], *, is_wanted: bool) -> Step:
    if right.roles.intersection(held):
        return Step(Doing.RIGHT, StepState.WELL, name=right.name)
    if not is_wanted:
        told = f"not allowed: {right.without}"
        return Step(Doing.RIGHT, StepState.NOTED, told, name=right.name)
    wanted = " or ".join(sorted(right.roles - {ADMIN}))
    advice = f"Without it: {right.without}. It takes {wanted}."
    return Step(Doing.RIGHT, StepState.ILL, "not allowed", advice, name=right.name)


async def _endpoints(way_in: WayIn, limits: Limits) -> AsyncGenerator[Step, None]:
    """Each endpoint, even when another one answers: it stands in for that one."""
    for address in way_in.endpoints:
        goal = Goal(address, way_in.tls, subject=str(address), cures=_CURES)
        async with aclosing(way(goal, limits)) as found:
            async for step in found:
                yield step
                if is_end(step):
                    break


async def _nodes(
    talos: TalosSource, nodes: tuple[str, ...], limits: Limits
) -> AsyncGenerator[Step, None]:
    """Each node, all at once: whether it answers us, its version and its clock."""
    running = [asyncio.ensure_future(_node(talos, each, limits)) for each in nodes]
    try:
        for each in running:
            for step in await each:
                yield step
    finally:
        for each in running:
            each.cancel()


async def _node(talos: TalosSource, address: str, limits: Limits) -> tuple[Step, ...]:
    try:
        node, took = await limits.timed(talos.node(address))
    except SourceError as error:
        return (failed(Doing.NODE, error, "", address),)
    told = f"{node.hostname} with Talos {node.version}"
    step = Step(Doing.NODE, StepState.WELL, told, name=address, seconds=took)
    try:
        shown, took = await limits.timed(talos.clock(address))
    except SourceError:
        return (step,)  # its time server is silent: a finding of its own says so
    skew = clock(shown, took, limits)
    if skew is None:
        return (step,)
    if skew.is_ill:
        return step, replace(skew, name=address)
    return (replace(step, told=f"{told}, clock {skew.told}"),)
