"""What stands between a pod and Prometheus: Service, EndpointSlice, ServiceMonitor."""

from __future__ import annotations

from msgspec import Struct

from tui.model.labels import Labels


class ServicePort(Struct, frozen=True, gc=False):
    """One port of a Service."""

    name: str
    """Empty only where it is the only one."""
    port: int
    target_port: str
    """A number, or the name of a container's port."""
    node_port: int
    """0 when it is not opened on the nodes."""


class Service(Struct, frozen=True, gc=False):
    """A Service object."""

    namespace: str
    name: str
    labels: Labels
    selector: Labels
    """Empty when nobody fills its endpoints by pods."""
    ports: tuple[ServicePort, ...]
    is_local: bool = False
    """What comes to a node goes to pods of that node alone."""

    @property
    def path(self) -> str:
        """namespace/name."""
        return f"{self.namespace}/{self.name}"


class Endpoint(Struct, frozen=True, gc=False):
    """One address behind a Service."""

    address: str
    is_ready: bool
    """An unknown state counts as ready, as it does for those who route to it."""
    node: str
    pod: str
    """Empty when it is no pod's."""


class EndpointSlice(Struct, frozen=True, gc=False):
    """Some of the addresses behind a Service."""

    namespace: str
    service: str
    endpoints: tuple[Endpoint, ...]
    ports: tuple[tuple[str, int], ...] = ()
    """Name of the Service's port, and the number that it has on the pods."""


class Requirement(Struct, frozen=True, gc=False):
    """One line of a selector's matchExpressions."""

    key: str
    operator: str
    """In, NotIn, Exists or DoesNotExist."""
    values: tuple[str, ...]

    def holds(self, labels: Labels) -> bool:
        """Whether labels meet it; an operator that is not known is met by none."""
        match self.operator:
            case "In":
                return labels.get(self.key) in self.values
            case "NotIn":
                return labels.get(self.key) not in self.values
            case "Exists":
                return self.key in labels
            case "DoesNotExist":
                return self.key not in labels
            case _:
                return False

    def __str__(self) -> str:
        if self.operator == "Exists":
            return self.key
        if self.operator == "DoesNotExist":
            return f"!{self.key}"
        return f"{self.key} {self.operator.lower()} ({', '.join(self.values)})"


class Selector(Struct, frozen=True, gc=False):
    """A label selector; an empty one matches everything."""

    labels: Labels
    expressions: tuple[Requirement, ...] = ()

    def matches(self, labels: Labels) -> bool:
        """Whether all of it is met."""
        return self.labels.items() <= labels.items() and all(
            each.holds(labels) for each in self.expressions
        )

    def unmet(self, labels: Labels) -> tuple[str, ...]:
        """What of it is not met, as kubectl would write it."""
        wanted = sorted(self.labels.items())
        return (
            *(f"{key}={value}" for key, value in wanted if labels.get(key) != value),
            *(str(each) for each in self.expressions if not each.holds(labels)),
        )


class ScrapeEndpoint(Struct, frozen=True, gc=False):
    """One endpoint of a ServiceMonitor: which port is scraped."""

    port: str
    """Name of the Service's port; empty when the pod's port is named instead."""
    target_port: str
    """Name or number of the pod's port; of no account beside `port`."""

    def is_of(self, port: ServicePort) -> bool:
        """Whether it means that port."""
        if self.port:
            return port.name == self.port
        return self.target_port in {port.target_port, str(port.port)}


class ServiceMonitor(Struct, frozen=True, gc=False):
    """A ServiceMonitor of the Prometheus operator."""

    namespace: str
    name: str
    labels: Labels
    selector: Selector
    """Of the labels of Services."""
    namespaces: tuple[str, ...] | None
    """In which Services are looked for; None for all of them."""
    job_label: str
    """The label of a Service that names the job; empty for the Service's own name."""
    endpoints: tuple[ScrapeEndpoint, ...]

    @property
    def path(self) -> str:
        """namespace/name."""
        return f"{self.namespace}/{self.name}"

    def looks_in(self, namespace: str) -> bool:
        """Whether Services of that namespace can be meant."""
        return self.namespaces is None or namespace in self.namespaces

    def selects(self, service: Service) -> bool:
        """Whether it means that Service."""
        return self.looks_in(service.namespace) and self.selector.matches(
            service.labels
        )

    def job_of(self, service: Service) -> str:
        """The job under which a Service that it selects is scraped."""
        return service.labels.get(self.job_label, "") or service.name
