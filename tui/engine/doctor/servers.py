"""Prometheus, Alertmanager and Loki: from the name of the host to what is read."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Iterator
from contextlib import aclosing

from msgspec.structs import replace

from tui.config import Endpoint
from tui.engine.connections import Connections
from tui.engine.doctor.way import (
    Goal,
    Limits,
    clock,
    failed,
    in_turn,
    lasting,
    shaken,
    way,
)
from tui.engine.plan import Served
from tui.model.diagnosis import Doing, Step, StepState
from tui.model.fault import FaultKind
from tui.model.fleet import SourceKind
from tui.model.probe import Address
from tui.sources.base import SourceError
from tui.sources.expiries import dial, lets_in
from tui.sources.greeting import greet
from tui.sources.http import HttpSession, without_userinfo
from tui.sources.tunnel import KubeTunnel

_THEN = (Doing.AUTH, Doing.VERSION, Doing.CLOCK, Doing.READ)


async def steps(
    served: Served, connections: Connections, limits: Limits
) -> AsyncGenerator[Step, None]:
    """Each server of an endpoint; several are peers of one Alertmanager."""
    are_peers = len(served.endpoint.urls) > 1
    for url in served.endpoint.urls:
        one = replace(served, endpoint=replace(served.endpoint, urls=(url,)))
        async with aclosing(_server(one, connections, limits)) as found:
            async for step in found:
                yield (
                    replace(step, subject=without_userinfo(url)) if are_peers else step
                )


async def _server(
    served: Served, connections: Connections, limits: Limits
) -> AsyncGenerator[Step, None]:
    endpoint = served.endpoint
    tunnel = connections.tunnel(endpoint)
    session = HttpSession(endpoint, endpoint.urls[0], limits.seconds, tunnel=tunnel)
    found = in_turn(
        (_reach(endpoint, session, tunnel, limits), _after),
        (_ask(served, session, limits), lambda _: _THEN[1:]),
        (_read(served, connections, limits), lambda _: ()),
    )
    try:
        async with aclosing(found):
            async for step in found:
                yield step
    finally:
        await session.aclose()


def _after(step: Step) -> tuple[Doing, ...]:
    """What comes after a step of the way."""
    return (Doing.TCP, *_THEN) if step.what is Doing.DNS else _THEN


async def _reach(
    endpoint: Endpoint,
    session: HttpSession,
    tunnel: KubeTunnel | None,
    limits: Limits,
) -> AsyncGenerator[Step, None]:
    """The way as far as TLS."""
    address = Address.of(session.url)
    if address is None:
        return
    try:
        tls = await session.tls_context()
    except SourceError as error:
        yield failed(Doing.TLS, error)
        return
    if tunnel is not None:
        found = _forward(tunnel, Goal(address, tls), session, limits)
    elif session.proxy:
        found = through_proxy(session.proxy, limits)
    else:
        found = way(Goal(address, tls), limits)
    async with aclosing(found):
        async for step in found:
            yield step
    for expiry in await lets_in(endpoint, session):
        what = Doing.TOKEN if expiry.is_token else Doing.CERTIFICATE
        span = None, expiry.expires_at
        step = lasting(span, limits.clock.now(), f"Renew {expiry.name}.", "", what)
        yield replace(step, told=f"{expiry.name}: {step.told}")


async def _forward(
    tunnel: KubeTunnel, goal: Goal, session: HttpSession, limits: Limits
) -> AsyncGenerator[Step, None]:
    """A port-forward, and TLS on it."""
    try:
        forward, took = await limits.timed(tunnel.dial())
        await forward.aclose()
        state = await tunnel.state()
    except SourceError as error:
        yield failed(Doing.FORWARD, error)
        return
    told = f"leads to {state.pod}:{state.port}"
    yield Step(Doing.FORWARD, StepState.WELL, told, seconds=took)
    if goal.tls is not None:
        for step in await shaken(goal, dial(session, goal.address), limits):
            yield step


async def through_proxy(url: str, limits: Limits) -> AsyncGenerator[Step, None]:
    """The way as far as a proxy: what lies behind it, only its answers tell."""
    shown, address = without_userinfo(url), Address.of(url)
    told = f"{shown} leads there; its TLS is not looked at"
    yield Step(Doing.PROXY, StepState.NOTED, told)
    if address is not None:
        async with aclosing(way(Goal(address), limits)) as found:
            async for step in found:
                yield step


async def _ask(
    served: Served, session: HttpSession, limits: Limits
) -> AsyncGenerator[Step, None]:
    """Whether it lets us in, its version, its clock."""
    try:
        greeting, took = await limits.timed(greet(session.send, served.kind))
    except SourceError as error:
        yield refused(error)
        return
    yield Step(Doing.AUTH, StepState.WELL, _as_whom(served.endpoint), seconds=took)
    if greeting.version:
        yield Step(Doing.VERSION, StepState.WELL, greeting.version)
    else:
        yield Step(Doing.VERSION, StepState.NOTED, "it does not say which it is")
    step = clock(greeting.at, took, limits)
    if step is not None:
        yield step


def refused(error: SourceError, advice: str = "") -> Step:
    """The first request was not answered as it should be."""
    step = failed(Doing.AUTH, error)
    kind = error.fault.kind
    if kind is FaultKind.AUTH:
        return replace(step, told=f"401: {step.told}", advice=advice or step.advice)
    if kind is FaultKind.FORBIDDEN:
        return replace(step, told=f"403: {step.told}", advice=advice or step.advice)
    return step


def _as_whom(endpoint: Endpoint) -> str:
    """How we got in."""
    ways = []
    if endpoint.username:
        ways.append(f"as {endpoint.username}, by password")
    if endpoint.bearer_token_file:
        ways.append(f"with the token of {endpoint.bearer_token_file}")
    elif endpoint.bearer_token or endpoint.bearer_token_command:
        ways.append("with a bearer token")
    if endpoint.cert_file:
        ways.append(f"with {endpoint.cert_file}")
    if endpoint.tenant:
        ways.append(f"tenant {endpoint.tenant}")
    return "let in " + ", ".join(ways) if ways else "let in without credentials"


def _reads(
    served: Served, connections: Connections
) -> Iterator[tuple[str, Awaitable[object]]]:
    """What the product reads of such a server."""
    endpoint = served.endpoint
    match served.kind:
        case SourceKind.PROMETHEUS:
            prometheus = connections.prometheus(endpoint)
            yield "targets", prometheus.targets()
            yield "rules", prometheus.rules()
            yield "query", prometheus.query("vector(1)")
        case SourceKind.ALERTMANAGER:
            alertmanager = connections.alertmanager(endpoint)
            yield "alerts", alertmanager.alerts()
            yield "silences", alertmanager.told()
        case _:
            loki = connections.loki(endpoint)
            selector = endpoint.selector
            yield "kernel logs", loki.query_range(selector, 0, 1, 1, forward=True)
            yield "rules", loki.rules()


async def _read(
    served: Served, connections: Connections, limits: Limits
) -> AsyncGenerator[Step, None]:
    """Whether all of that can be read."""
    for name, work in _reads(served, connections):
        yield await _read_one(name, work, limits)


async def _read_one(name: str, work: Awaitable[object], limits: Limits) -> Step:
    try:
        found, took = await limits.timed(work)
    except SourceError as error:
        if name == "rules" and error.fault.kind is FaultKind.NOT_FOUND:
            return Step(Doing.READ, StepState.NOTED, "it evaluates none", name=name)
        return failed(Doing.READ, error, "", name)
    told = ""
    if isinstance(found, tuple) and name in {"targets", "rules", "alerts"}:
        told = f"{len(found)} listed"
    return Step(Doing.READ, StepState.WELL, told, name=name, seconds=took)
