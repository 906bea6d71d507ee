"""An API server: the kubeconfig, the way there, who we are, and what we may read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing

from tui.engine.doctor.servers import refused, through_proxy
from tui.engine.doctor.way import (
    CURES,
    Goal,
    Limits,
    clock,
    failed,
    in_turn,
    lasting,
    way,
)
from tui.model.diagnosis import Doing, Step, StepState
from tui.model.fault import FaultKind
from tui.model.fleet import SourceKind
from tui.model.probe import Address, Trust
from tui.model.rights import FORWARD, RIGHTS, Right
from tui.sources.base import SourceError
from tui.sources.greeting import greet
from tui.sources.kubernetes import KubernetesSource
from tui.sources.kubernetes_access import Access
from tui.sources.kubernetes_rights import may, serves, who

AT_A_TIME = 4
"""Questions that one API server is asked at once."""
_CURES: Mapping[Trust, str] = {
    **CURES,
    Trust.UNKNOWN_CA: "The kubeconfig has the CA of another cluster, or an old one: "
    "fetch it anew (talosctl kubeconfig).",
    Trust.OTHER_NAME: "Use a server that the certificate names, or set "
    "tls-server-name in the kubeconfig.",
}
_THEN = (Doing.AUTH, Doing.VERSION, Doing.CLOCK, Doing.RIGHT)
_AUTH = "Fetch the kubeconfig anew (talosctl kubeconfig), or log in again."


async def steps(
    kube: KubernetesSource, forwarded: tuple[str, ...], limits: Limits
) -> AsyncGenerator[Step, None]:
    """All of one context.

    forwarded   namespaces into which port-forwards lead
    """
    try:
        access = await kube.access()
    except SourceError as error:
        yield failed(Doing.KUBECONFIG, error)
        return
    found = in_turn(
        (_reach(access, limits), lambda _: _THEN),
        (_ask(kube, limits), lambda _: _THEN[1:]),
        (_rights(kube, forwarded), lambda _: ()),
    )
    async with aclosing(found):
        async for step in found:
            yield step


async def _reach(access: Access, limits: Limits) -> AsyncGenerator[Step, None]:
    """What the kubeconfig says, and the way as far as TLS."""
    session = access.session
    yield Step(Doing.KUBECONFIG, StepState.WELL, f"leads to {session.shown_url}")
    until = access.certificate
    if until is not None:
        what = Doing.TOKEN if until.is_token else Doing.CERTIFICATE
        span = None, until.expires_at
        yield lasting(span, limits.clock.now(), _AUTH, "", what)
    address = Address.of(session.url)
    if address is None:
        return
    if session.proxy:
        found = through_proxy(session.proxy, limits)
    else:
        tls = await session.tls_context()
        goal = Goal(address, tls, session.way.server_name, cures=_CURES)
        found = way(goal, limits)
    async with aclosing(found):
        async for step in found:
            yield step


async def _ask(kube: KubernetesSource, limits: Limits) -> AsyncGenerator[Step, None]:
    """Who we are to it, its version, its clock."""
    try:
        us, took = await limits.timed(who(kube))
    except SourceError as error:
        yield refused(error, _AUTH)
        return
    told = "let in"
    if us is not None:
        groups = f" ({', '.join(us.groups)})" if us.groups else ""
        told = f"let in as {us.name}{groups}"
    yield Step(Doing.AUTH, StepState.WELL, told, seconds=took)
    try:
        greeting, took = await limits.timed(greet(kube.send, SourceKind.KUBERNETES))
    except SourceError as error:
        yield failed(Doing.VERSION, error)
        return
    yield Step(Doing.VERSION, StepState.WELL, greeting.version)
    step = clock(greeting.at, took, limits)
    if step is not None:
        yield step


async def _rights(
    kube: KubernetesSource, forwarded: tuple[str, ...]
) -> AsyncGenerator[Step, None]:
    """What the shipped RBAC manifest allows, right by right."""
    asked = [(right, verb, "") for right in RIGHTS for verb in right.verbs]
    asked += [(FORWARD, verb, name) for name in forwarded for verb in FORWARD.verbs]
    gate = asyncio.Semaphore(AT_A_TIME)

    async def one(right: Right, verb: str, namespace: str) -> Step:
        async with gate:
            return await _right(kube, right, verb, namespace)

    running = [asyncio.ensure_future(one(*each)) for each in asked]
    try:
        for each in running:
            yield await each
    finally:
        for each in running:
            each.cancel()


async def _right(
    kube: KubernetesSource, right: Right, verb: str, namespace: str
) -> Step:
    where = f" in {namespace}" if namespace else ""
    name = f"{verb} {right.resource}{where}"
    try:
        if await may(kube, right, verb, namespace):
            return Step(Doing.RIGHT, StepState.WELL, name=name)
        if right.is_optional and not await serves(kube, right.group):
            told = "this cluster has no such thing"
            return Step(Doing.RIGHT, StepState.NOTED, told, name=name)
    except SourceError as error:
        if error.fault.kind in {FaultKind.FORBIDDEN, FaultKind.NOT_FOUND}:
            told = "it does not say what we may do"
            return Step(Doing.RIGHT, StepState.NOTED, told, name=name)
        return failed(Doing.RIGHT, error, "", name)
    advice = f"Without it: {right.without}. docs/rbac.yaml allows it."
    return Step(Doing.RIGHT, StepState.ILL, "forbidden", advice, name=name)
