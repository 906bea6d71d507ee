"""Services, EndpointSlices and ServiceMonitors: how they become the model."""

from __future__ import annotations

import msgspec

from tui.model.scraping import (
    Endpoint,
    EndpointSlice,
    Requirement,
    ScrapeEndpoint,
    Selector,
    Service,
    ServiceMonitor,
    ServicePort,
)
from tui.sources.kubernetes_wire import ListWire, MetaWire, Wire

SERVICE_NAME = "kubernetes.io/service-name"


class ServicePortWire(Wire):
    """A port; where `targetPort` is left out it is the port itself."""

    name: str = ""
    port: int = 0
    target_port: int | str | None = None
    node_port: int = 0


class ServiceSpecWire(Wire):
    """Spec of a Service."""

    selector: dict[str, str] | None = None
    ports: list[ServicePortWire] | None = None
    external_traffic_policy: str = ""


class ServiceWire(Wire):
    """A Service."""

    metadata: MetaWire
    spec: ServiceSpecWire = msgspec.field(default_factory=ServiceSpecWire)


class EndpointConditionsWire(Wire):
    """Conditions of an endpoint; null is to be read as true."""

    ready: bool | None = None


class ReferenceWire(Wire):
    """What an endpoint belongs to."""

    kind: str = ""
    name: str = ""


class EndpointWire(Wire):
    """An endpoint."""

    addresses: list[str] | None = None
    conditions: EndpointConditionsWire = msgspec.field(
        default_factory=EndpointConditionsWire
    )
    target_ref: ReferenceWire | None = None
    node_name: str | None = None


class SlicePortWire(Wire):
    """A port of an EndpointSlice. Without a name it is the Service's only one."""

    name: str | None = None
    port: int | None = None


class EndpointSliceWire(Wire):
    """An EndpointSlice. Its lists may be null."""

    metadata: MetaWire
    endpoints: list[EndpointWire] | None = None
    ports: list[SlicePortWire] | None = None


class RequirementWire(Wire):
    """One of matchExpressions."""

    key: str = ""
    operator: str = ""
    values: list[str] | None = None


class SelectorWire(Wire):
    """A LabelSelector."""

    match_labels: dict[str, str] | None = None
    match_expressions: list[RequirementWire] | None = None


class NamespacesWire(Wire):
    """Where a ServiceMonitor looks; neither of the two means in its own namespace."""

    any: bool = False
    match_names: list[str] | None = None


class ScrapeEndpointWire(Wire):
    """An endpoint of a ServiceMonitor."""

    port: str = ""
    target_port: int | str | None = None


class MonitorSpecWire(Wire):
    """Spec of a ServiceMonitor."""

    job_label: str = ""
    selector: SelectorWire = msgspec.field(default_factory=SelectorWire)
    namespace_selector: NamespacesWire = msgspec.field(default_factory=NamespacesWire)
    endpoints: list[ScrapeEndpointWire] | None = None


class MonitorWire(Wire):
    """A ServiceMonitor."""

    metadata: MetaWire
    spec: MonitorSpecWire = msgspec.field(default_factory=MonitorSpecWire)


SERVICES = msgspec.json.Decoder(ListWire[ServiceWire])
ENDPOINT_SLICES = msgspec.json.Decoder(ListWire[EndpointSliceWire])
SERVICE_MONITORS = msgspec.json.Decoder(ListWire[MonitorWire])


def service(wire: ServiceWire) -> Service:
    """A Service."""
    return Service(
        namespace=wire.metadata.namespace,
        name=wire.metadata.name,
        labels=wire.metadata.labels or {},
        selector=wire.spec.selector or {},
        ports=tuple(_port(port) for port in wire.spec.ports or ()),
        is_local=wire.spec.external_traffic_policy == "Local",
    )


def _port(wire: ServicePortWire) -> ServicePort:
    target = wire.port if wire.target_port is None else wire.target_port
    return ServicePort(wire.name, wire.port, str(target), wire.node_port)


def endpoint_slice(wire: EndpointSliceWire) -> EndpointSlice:
    """An EndpointSlice."""
    return EndpointSlice(
        namespace=wire.metadata.namespace,
        service=(wire.metadata.labels or {}).get(SERVICE_NAME, ""),
        endpoints=tuple(
            endpoint for one in wire.endpoints or () for endpoint in _endpoints(one)
        ),
        ports=tuple((one.name or "", one.port or 0) for one in wire.ports or ()),
    )


def _endpoints(wire: EndpointWire) -> tuple[Endpoint, ...]:
    """One for each of its addresses."""
    owner = wire.target_ref
    pod = owner.name if owner is not None and owner.kind == "Pod" else ""
    is_ready = wire.conditions.ready is not False
    return tuple(
        Endpoint(address, is_ready, wire.node_name or "", pod)
        for address in wire.addresses or ()
    )


def service_monitor(wire: MonitorWire) -> ServiceMonitor:
    """A ServiceMonitor."""
    meta, spec = wire.metadata, wire.spec
    names = spec.namespace_selector.match_names
    return ServiceMonitor(
        namespace=meta.namespace,
        name=meta.name,
        labels=meta.labels or {},
        selector=Selector(
            spec.selector.match_labels or {},
            tuple(
                Requirement(one.key, one.operator, tuple(one.values or ()))
                for one in spec.selector.match_expressions or ()
            ),
        ),
        namespaces=None
        if spec.namespace_selector.any
        else tuple(names or (meta.namespace,)),
        job_label=spec.job_label,
        endpoints=tuple(_scraped(one) for one in spec.endpoints or ()),
    )


def _scraped(wire: ScrapeEndpointWire) -> ScrapeEndpoint:
    target = wire.target_port
    return ScrapeEndpoint(wire.port, "" if target is None else str(target))
