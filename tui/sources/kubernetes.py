"""Kubernetes: the few objects that triage and the node rows need, of one context.

The `kubernetes` package reads the kubeconfig (tokens, certificates, exec plugins), in a
process of its own; the requests are ours.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, assert_never

import msgspec
from msgspec.structs import replace
from websockets.asyncio.client import ClientConnection

from tui.model.fault import Fault, FaultKind
from tui.model.kube import (
    ConfigMap,
    DaemonSet,
    KubeEvent,
    KubeNode,
    NodeSettings,
    Pod,
    Workload,
)
from tui.model.machine import Certificate
from tui.model.question import (
    CiliumNodeConfigs,
    ClaimsIn,
    ConfigMapOf,
    CsiDrivers,
    DaemonSetOf,
    DaemonSets,
    DaemonSetsWith,
    Deployments,
    EndpointSlicesOf,
    EventsWith,
    KubeNodes,
    KubeQuestion,
    KubeVersion,
    LeaseOf,
    LeasesIn,
    PersistentVolumes,
    PodsWith,
    ServiceMonitors,
    ServicesIn,
    StatefulSets,
    StorageClasses,
    VolumeAttachments,
)
from tui.model.scraping import EndpointSlice, Service, ServiceMonitor
from tui.sources import kubernetes_cilium as cilium
from tui.sources import kubernetes_leases as leases
from tui.sources import kubernetes_managed_wire as managed
from tui.sources import kubernetes_pod_wire as pods
from tui.sources import kubernetes_scraping_wire as scraping
from tui.sources import kubernetes_storage as storage
from tui.sources import kubernetes_wire as wire
from tui.sources.base import SourceError
from tui.sources.http import Request
from tui.sources.http_fault import Answer, source_error
from tui.sources.kubeconfig import files
from tui.sources.kubernetes_access import PLUGIN_SECONDS, Access, Together, load
from tui.sources.kubernetes_opening import Opening
from tui.sources.server_clock import ServerClock
from tui.sources.websocket import dial
from tui.sources.wire import decode_little, read

T = TypeVar("T")

PAGE = 500
REFUSED_SECONDS = 5.0
"""So long credentials that were read again in vain are not read once more: it takes a
process and a third of a second of it, and an API server may refuse many at once."""


class KubernetesSource:
    """One API server. Every method raises SourceError and nothing else.

    The kubeconfig is read at the first question, and again when it is refused.
    """

    def __init__(
        self,
        context: str,
        kubeconfig: Path | None,
        timeout_seconds: float,
        plugin_seconds: float = PLUGIN_SECONDS,
        clock: ServerClock | None = None,
        together: Together | None = None,
    ) -> None:
        """A source of one context of a kubeconfig.

        context     empty for the current one
        kubeconfig  None for kubectl's own search
        clock       None: of one who asks once, for whom no failure need hold
        together    with what else it may be read
        """
        self._clock = clock
        self._told: Access | None = None
        """Of which it was last told until when it is good."""
        self._refused_until = float("-inf")
        """By the monotonic clock: what we have is known to be refused."""
        read = partial(
            load,
            context,
            kubeconfig,
            timeout_seconds,
            plugin_seconds,
            clock,
            together,
        )
        self._opening = Opening(context, files(str(kubeconfig or "")), read, clock)

    async def nodes(self) -> tuple[KubeNode, ...]:
        """All nodes. wire: GET /api/v1/nodes"""
        found = await self._list("/api/v1/nodes", {}, wire.NODES)
        return tuple(wire.node(one) for one in found)

    async def pods(
        self, namespace: str, selector: str = "", field_selector: str = ""
    ) -> tuple[Pod, ...]:
        """Pods of a namespace, or of all when it is empty."""
        path = f"/api/v1{_inside(namespace)}/pods"
        found = await self._list(path, _selectors(selector, field_selector), pods.PODS)
        return tuple(pods.pod(one) for one in found)

    async def daemon_sets(
        self, namespace: str, selector: str = ""
    ) -> tuple[DaemonSet, ...]:
        """DaemonSets of a namespace, or of all when it is empty."""
        path = f"/apis/apps/v1{_inside(namespace)}/daemonsets"
        found = await self._list(path, _selectors(selector), managed.DAEMON_SETS)
        return tuple(managed.daemon_set(one) for one in found)

    async def events(
        self, namespace: str, field_selector: str = ""
    ) -> tuple[KubeEvent, ...]:
        """Events of a namespace, or of all when it is empty."""
        path = f"/api/v1{_inside(namespace)}/events"
        found = await self._list(path, _selectors("", field_selector), wire.EVENTS)
        return tuple(wire.event(one) for one in found)

    async def daemon_set(self, namespace: str, name: str) -> tuple[DaemonSet, ...]:
        """The one DaemonSet, or nothing."""
        path = f"/apis/apps/v1/namespaces/{namespace}/daemonsets/{name}"
        found = await self._one(path, name, managed.DAEMON_SET)
        return (managed.daemon_set(found),) if found else ()

    async def workloads(
        self, question: Deployments | StatefulSets | DaemonSets
    ) -> tuple[Workload, ...]:
        """All of a kind. wire: GET /apis/apps/v1/{deployments,statefulsets,...}"""
        root = "/apis/apps/v1"
        match question:
            case Deployments():
                made = await self._list(f"{root}/deployments", {}, managed.DEPLOYMENTS)
                return tuple(map(managed.deployment, made))
            case StatefulSets():
                sets = await self._list(f"{root}/statefulsets", {}, managed.STATEFUL)
                return tuple(map(managed.stateful_set, sets))
            case DaemonSets():
                found = await self._list(f"{root}/daemonsets", {}, managed.DAEMON_SETS)
                return tuple(map(managed.on_nodes, found))

    async def config_map(self, namespace: str, name: str) -> ConfigMap:
        """An empty one when the server says that there is no such ConfigMap."""
        path = f"/api/v1/namespaces/{namespace}/configmaps/{name}"
        found = await self._one(path, name, managed.CONFIG_MAP)
        return managed.config_map(found) if found else ConfigMap({})

    async def version(self) -> str:
        """The tag of the API server that answers. wire: GET /version"""
        answer = await self.send(Request("/version"))
        return decode_little(answer, wire.VERSION).git_version

    async def services(
        self, namespace: str, field_selector: str = ""
    ) -> tuple[Service, ...]:
        """Services of a namespace, or of all when it is empty."""
        path = f"/api/v1{_inside(namespace)}/services"
        params = _selectors("", field_selector)
        found = await self._list(path, params, scraping.SERVICES)
        return tuple(scraping.service(one) for one in found)

    async def endpoint_slices(
        self, namespace: str, selector: str
    ) -> tuple[EndpointSlice, ...]:
        """EndpointSlices that carry the selector's labels."""
        path = f"/apis/discovery.k8s.io/v1{_inside(namespace)}/endpointslices"
        found = await self._list(path, _selectors(selector), scraping.ENDPOINT_SLICES)
        return tuple(scraping.endpoint_slice(one) for one in found)

    async def service_monitors(self) -> tuple[ServiceMonitor, ...]:
        """All ServiceMonitors.

        raise   SourceError(NOT_FOUND) where the Prometheus operator is not installed
        """
        path = "/apis/monitoring.coreos.com/v1/servicemonitors"
        found = await self._list(path, {}, scraping.SERVICE_MONITORS)
        return tuple(scraping.service_monitor(one) for one in found)

    async def ask(self, question: KubeQuestion) -> Any:
        """The answer to a question, of the type that the question's docstring names."""
        answer: Coroutine[Any, Any, Any]
        match question:
            case ConfigMapOf() | CiliumNodeConfigs():
                answer = self._ask_settings(question)
            case PodsWith(namespace, selector, field_selector):
                answer = self.pods(namespace, selector, field_selector)
            case Deployments() | StatefulSets() | DaemonSets():
                answer = self.workloads(question)
            case DaemonSetsWith() | DaemonSetOf() | EventsWith():
                answer = self._ask_workloads(question)
            case KubeNodes():
                answer = self.nodes()
            case LeaseOf() | LeasesIn():
                answer = leases.ask(self._one, self._list, question)
            case KubeVersion():
                answer = self.version()
            case (
                StorageClasses()
                | CsiDrivers()
                | PersistentVolumes()
                | VolumeAttachments()
                | ClaimsIn()
            ):
                answer = storage.ask(self._list, question)
            case ServicesIn() | EndpointSlicesOf() | ServiceMonitors():
                answer = self._ask_scraping(question)
            case _:
                assert_never(question)
        return await answer

    async def _ask_settings(
        self, question: ConfigMapOf | CiliumNodeConfigs
    ) -> ConfigMap | tuple[NodeSettings, ...]:
        """What programs are told to do."""
        match question:
            case ConfigMapOf(namespace, name):
                return await self.config_map(namespace, name)
            case CiliumNodeConfigs(namespace):
                return await cilium.node_configs(self._list, namespace)

    async def _ask_scraping(
        self, question: ServicesIn | EndpointSlicesOf | ServiceMonitors
    ) -> tuple[Service, ...] | tuple[EndpointSlice, ...] | tuple[ServiceMonitor, ...]:
        """What stands between a pod and Prometheus."""
        match question:
            case ServicesIn(namespace):
                return await self.services(namespace)
            case EndpointSlicesOf(namespace):
                return await self.endpoint_slices(namespace, question.selector)
            case ServiceMonitors():
                return await self.service_monitors()

    async def _ask_workloads(
        self, question: DaemonSetsWith | DaemonSetOf | EventsWith
    ) -> tuple[DaemonSet, ...] | tuple[KubeEvent, ...]:
        """What makes pods, and what happened to them."""
        match question:
            case DaemonSetsWith(namespace, selector):
                return await self.daemon_sets(namespace, selector)
            case DaemonSetOf(namespace, name):
                return await self.daemon_set(namespace, name)
            case EventsWith(namespace, reason):
                return await self.events(namespace, f"reason={reason}")

    async def certificate(self) -> Certificate | None:
        """How long the kubeconfig lets us in; it is read again each time but the first.

        return  None when it does not say, or when a plugin renews it
        """
        stale, self._told = self._told, await self._opening.take()
        if stale is not None and stale is self._told:
            self._told = await self._opening.take(stale=stale)
        return self._told.certificate

    async def access(self) -> Access:
        """How the kubeconfig lets us in; it is read, and its plugin run, at need."""
        return await self._opening.take()

    @property
    def delay(self) -> Fault | None:
        """Why who waits just now is not let in yet; None when nobody need wait."""
        return self._opening.delay

    def retry(self) -> None:
        """Let nothing hold that failed a moment ago."""
        self._refused_until = float("-inf")
        self._opening.retry()

    async def send(self, request: Request) -> Answer:
        """Ask; once more with fresh credentials when the old ones are refused."""
        return await self._let_in(
            lambda access: access.session.send(_with(request, access))
        )

    async def websocket(
        self, path: str, what: str, subprotocols: Sequence[str]
    ) -> ClientConnection:
        """A websocket that is open; as `send`.

        what    is opened, in a word, for the person who reads that it could not be
        """
        return await self._let_in(
            lambda access: dial(
                access.session, path, access.headers, what, subprotocols
            )
        )

    async def _let_in(self, work: Callable[[Access], Awaitable[T]]) -> T:
        access = await self._opening.take()
        try:
            return await work(access)
        except SourceError as error:
            if error.fault.kind is not FaultKind.AUTH or self._is_refused(access):
                raise
        fresh = await self._opening.take(stale=access)
        try:
            return await work(fresh)
        except SourceError as error:
            if error.fault.kind is FaultKind.AUTH and self._clock is not None:
                self._refused_until = self._clock.monotonic() + REFUSED_SECONDS
            raise

    def _is_refused(self, access: Access) -> bool:
        """Whether it was read anew a moment ago, and that did not help."""
        if self._clock is None or access is not self._opening.access:
            return False
        return self._clock.monotonic() < self._refused_until

    async def aclose(self) -> None:
        """Close the connections."""
        await self._opening.aclose()

    async def _list(
        self,
        path: str,
        params: Mapping[str, str],
        decoder: msgspec.json.Decoder[wire.ListWire[T]],
    ) -> list[T]:
        """All pages of a list."""
        found: list[T] = []
        page = {**params, "limit": str(PAGE)}
        while True:
            answer = await self.send(Request(path, page))
            part = await read(answer, decoder, _as_it_is)
            found += part.items or ()
            more = part.metadata.more
            if not more:
                return found
            if more == page.get("continue"):
                summary = "gives the same page of a list again and again"
                raise source_error(FaultKind.PROTOCOL, summary, "", answer.endpoint)
            page["continue"] = more

    async def _one(
        self, path: str, name: str, decoder: msgspec.json.Decoder[T]
    ) -> T | None:
        """One object. A 404 that does not name it comes from somebody else."""
        try:
            return decode_little(await self.send(Request(path)), decoder)
        except SourceError as error:
            fault = error.fault
            if fault.kind is FaultKind.NOT_FOUND and f'"{name}" not found' in (
                fault.detail
            ):
                return None
            raise


def _as_it_is(part: T) -> T:
    return part


def _with(request: Request, access: Access) -> Request:
    """The request with what gets it in."""
    return replace(request, headers={**request.headers, **access.headers})


def _inside(namespace: str) -> str:
    return f"/namespaces/{namespace}" if namespace else ""


def _selectors(selector: str, field_selector: str = "") -> dict[str, str]:
    named = {"labelSelector": selector, "fieldSelector": field_selector}
    return {name: value for name, value in named.items() if value}
