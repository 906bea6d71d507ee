"""The way to a server inside a cluster: a Service, a Ready pod, the kubelet.

Never the API server's proxy: with some networks it times out from node to node.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from datetime import datetime
from urllib.parse import quote

from msgspec import Struct
from msgspec.structs import replace

from tui.clock import Clock
from tui.config import Endpoint, Through
from tui.model.fault import Fault, FaultKind
from tui.model.scraping import EndpointSlice
from tui.model.tunnel import Tunnel
from tui.sources.base import SourceError
from tui.sources.http_fault import NotSentError
from tui.sources.kubernetes import KubernetesSource
from tui.sources.kubernetes_scraping_wire import SERVICE_NAME
from tui.sources.portforward import PROTOCOLS, Forward

MOST_PODS = 3
"""Tried for one connection."""
_WHATEVER_POD = frozenset({FaultKind.AUTH, FaultKind.FORBIDDEN, FaultKind.CONFIG})
"""Another pod would not help."""


class Backend(Struct, frozen=True):
    """A port of a pod."""

    pod: str
    port: int


class KubeTunnel:
    """Leads to one Service. Every connection is a websocket of its own.

    A pod that was reached is kept; when it cannot be reached any more, another is
    chosen among those that are Ready then.
    """

    def __init__(
        self, kube: KubernetesSource, through: Through, shown: str, clock: Clock
    ) -> None:
        """`shown` is what the endpoint is called in faults."""
        self._kube = kube
        self._through = through
        self._shown = shown
        self._clock = clock
        self._chosen: Backend | None = None
        self._shunned: Counter[str] = Counter()
        """Pods that failed, and how often in a row."""
        self._open: dict[asyncio.Task[None], tuple[Forward, str]] = {}
        """Each with its pod."""
        self._state = Tunnel()
        self._fault: Fault | None = None
        self._was_cut = False

    @property
    def fault(self) -> Fault | None:
        """Why the newest attempt failed; one that goes on may have failed in part."""
        return self._fault

    @property
    def delay(self) -> Fault | None:
        """What a dial waits for just now, other than the network; None: nothing."""
        delay = self._kube.delay
        return delay and replace(delay, endpoint=self._shown)

    async def dial(self) -> Forward:
        """A connection to a pod behind the Service.

        raise   NotSentError, of the pod that was tried last
        """
        fault: Fault | None = None
        tried: set[str] = set()
        for _ in range(MOST_PODS):
            try:
                backend = await self._backend(tried)
                if backend is None:
                    break
                tried.add(backend.pod)
                forward = await self._forward(backend)
            except SourceError as error:
                fault = _of_the_way(error.fault)
                self._failed(fault)
                if fault.kind in _WHATEVER_POD:
                    break
            else:
                return forward
        if fault is None:
            fault = Fault(
                FaultKind.UNREACHABLE,
                f"no Ready pod is behind the Service {self._through.path}",
                endpoint=self._shown,
            )
            self._failed(fault)
        raise NotSentError(replace(fault, endpoint=self._shown))

    async def state(self) -> Tunnel:
        """How it is doing. Asks nobody.

        raise   SourceError, why the newest attempt failed
        """
        if self._fault is not None:
            raise SourceError(self._fault)
        return replace(self._state, connections=len(self._open))

    async def aclose(self) -> None:
        """End all connections, and those to the API server."""
        for forward, _ in tuple(self._open.values()):
            await forward.aclose()
        await self._kube.aclose()

    async def _backend(self, tried: set[str]) -> Backend | None:
        """The pod that we have, else one that was not tried and failed least."""
        if self._chosen is not None and self._chosen.pod not in tried:
            return self._chosen
        found = [each for each in await self._ready() if each.pod not in tried]
        # Only what is Ready now can be shunned: names of pods are not used again.
        return min(
            found, key=lambda each: (self._shunned[each.pod], each.pod), default=None
        )

    async def _ready(self) -> list[Backend]:
        """All Ready pods behind the Service, with the port that it leads to."""
        through = self._through
        slices = await self._kube.endpoint_slices(
            through.namespace, f"{SERVICE_NAME}={through.service}"
        )
        if not slices:
            raise SourceError(
                Fault(
                    FaultKind.NOT_FOUND,
                    f"there is no Service {through.path} in this cluster",
                    endpoint=self._shown,
                )
            )
        name = await self._port_name()
        return list(
            dict.fromkeys(each for one in slices for each in _backends(one, name))
        )

    async def _port_name(self) -> str:
        """The name of the Service's port; EndpointSlices know ports by name alone."""
        through = self._through
        services = await self._kube.services(
            through.namespace, f"metadata.name={through.service}"
        )
        ports = [port for one in services for port in one.ports]
        for port in ports:
            if through.port in {port.name, str(port.port)}:
                return port.name
        known = ", ".join(f"{port.port} {port.name}".strip() for port in ports)
        raise SourceError(
            Fault(
                FaultKind.CONFIG,
                f"the Service {through.path} has no port {through.port}"
                + (f"; it has {known}" if known else ""),
                endpoint=self._shown,
            )
        )

    async def _forward(self, backend: Backend) -> Forward:
        """A connection to one pod; whatever ends the attempt, the pod is left alone."""
        self._chosen = None
        self._shunned[backend.pod] += 1
        async with AsyncExitStack() as undo:
            path = (
                f"/api/v1/namespaces/{quote(self._through.namespace)}"
                f"/pods/{quote(backend.pod)}/portforward?ports={backend.port}"
            )
            websocket = await self._kube.websocket(path, "port-forward", PROTOCOLS)
            undo.push_async_callback(websocket.close)
            forward = Forward(websocket, backend.port, self._shown)
            running = await forward.open()
            if forward.fault is not None:
                raise SourceError(forward.fault)
            undo.pop_all()
        self._shunned.pop(backend.pod, None)
        self._reached(backend)
        self._open[running] = forward, backend.pod
        running.add_done_callback(self._ended)
        return forward

    def _reached(self, backend: Backend) -> None:
        """A pod answers; it is a reconnect when it is another or was cut before."""
        self._chosen, self._fault = backend, None
        state = self._state
        is_other = state.pod not in {"", backend.pod}
        again = bool(state.pod) and (is_other or self._was_cut)
        is_new = again or not state.pod
        self._was_cut = False
        self._state = replace(
            state,
            pod=backend.pod,
            port=backend.port,
            since=self._clock.now() if is_new else state.since,
            reconnects=state.reconnects + again,
        )

    def _ended(self, running: asyncio.Task[None]) -> None:
        """A connection has ended; the next one asks anew when it was cut."""
        forward, pod = self._open.pop(running)
        if forward.fault is not None:
            self._chosen = None
            self._shunned[pod] += 1
            self._note(forward.fault, self._clock.now())

    def _failed(self, fault: Fault) -> None:
        self._chosen = None
        self._fault = replace(fault, endpoint=self._shown)
        self._note(fault, self._clock.now())

    def _note(self, fault: Fault, now: datetime) -> None:
        self._was_cut = True
        is_more = fault.detail and fault.detail not in fault.summary
        said = f"{fault.summary}: {fault.detail}" if is_more else fault.summary
        self._state = replace(self._state, last_error=said, last_error_at=now)


def opened(
    endpoint: Endpoint, timeout_seconds: float, clock: Clock
) -> KubeTunnel | None:
    """A tunnel for an endpoint alone; None when it is reached as it is."""
    through = endpoint.through
    if through is None:
        return None
    kube = KubernetesSource(through.context, through.kubeconfig, timeout_seconds)
    return KubeTunnel(kube, through, endpoint.urls[0], clock)


def _of_the_way(fault: Fault) -> Fault:
    """A fault of the API server, told as one of the way that it was to open."""
    if fault.kind is not FaultKind.SERVER:
        return fault
    summary = "the API server does not get through to the kubelet"
    return replace(fault, kind=FaultKind.UNREACHABLE, summary=summary)


def _backends(found: EndpointSlice, name: str) -> list[Backend]:
    port = next((number for known, number in found.ports if known == name), 0)
    return [
        Backend(each.pod, port)
        for each in found.endpoints
        if each.is_ready and each.pod and port
    ]
