"""What triage wants to know: data that the engine asks of a cluster.

Each question can be asked of one cluster and says in `text` how a person would ask it.
Those of this module are Kubernetes' to answer.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from msgspec import Struct

from tui.model.question_beyond import (
    AlertsListed,
    BeyondQuestion,
    KernelLines,
    NodePrinted,
    PromQuery,
    StaticPods,
    StorageOf,
    TalosServices,
    TargetsOf,
)
from tui.model.reading import Reading


class ConfigMapOf(Struct, frozen=True, gc=False):
    """Answer: `ConfigMap`; one without data when there is none of that name."""

    namespace: str
    name: str

    @property
    def text(self) -> str:
        """How a person would ask."""
        return f"kubectl -n {self.namespace} get configmap {self.name} -o yaml"


class CiliumNodeConfigs(Struct, frozen=True, gc=False):
    """Answer: `tuple[NodeSettings, ...]`, also none where there is no such kind."""

    namespace: str

    @property
    def text(self) -> str:
        """How a person would ask."""
        return _get("ciliumnodeconfigs", self.namespace)


class PodsWith(Struct, frozen=True, gc=False):
    """Answer: `tuple[Pod, ...]` that carry the selector's labels."""

    namespace: str
    """Empty for all namespaces."""
    selector: str
    """As kubectl takes it: `k8s-app=cilium`; empty for all pods."""
    field_selector: str = ""

    @property
    def text(self) -> str:
        """How a person would ask."""
        return _get("pods", self.namespace, self.selector, self.field_selector)


class DaemonSetsWith(Struct, frozen=True, gc=False):
    """Answer: `tuple[DaemonSet, ...]` that carry the selector's labels."""

    namespace: str
    """Empty for all namespaces."""
    selector: str
    """Empty for all of them."""

    @property
    def text(self) -> str:
        """How a person would ask."""
        return _get("daemonsets", self.namespace, self.selector)


class KubeNodes(Struct, frozen=True, gc=False):
    """Answer: `tuple[KubeNode, ...]`, all nodes of the cluster."""

    @property
    def text(self) -> str:
        """How a person would ask."""
        return "kubectl get nodes -o wide"


class LeaseOf(Struct, frozen=True, gc=False):
    """Answer: `tuple[Lease, ...]`: the one lease, or nothing."""

    namespace: str
    name: str

    @property
    def text(self) -> str:
        """How a person would ask."""
        return f"kubectl -n {self.namespace} get lease {self.name} -o yaml"


class LeasesIn(Struct, frozen=True, gc=False):
    """Answer: `tuple[Lease, ...]`, all of a namespace."""

    namespace: str

    @property
    def text(self) -> str:
        """How a person would ask."""
        return _get("leases", self.namespace)


class DaemonSetOf(Struct, frozen=True, gc=False):
    """Answer: `tuple[DaemonSet, ...]`: the one of that name, or nothing."""

    namespace: str
    name: str

    @property
    def text(self) -> str:
        """How a person would ask."""
        return f"kubectl -n {self.namespace} get daemonset {self.name}"


class Deployments(Struct, frozen=True, gc=False):
    """Answer: `tuple[Workload, ...]`, all of the cluster."""

    @property
    def text(self) -> str:
        """How a person would ask."""
        return _get("deployments", "")


class StatefulSets(Struct, frozen=True, gc=False):
    """Answer: `tuple[Workload, ...]`, all of the cluster."""

    @property
    def text(self) -> str:
        """How a person would ask."""
        return _get("statefulsets", "")


class DaemonSets(Struct, frozen=True, gc=False):
    """Answer: `tuple[Workload, ...]`, all of the cluster."""

    @property
    def text(self) -> str:
        """How a person would ask; `DaemonSetsWith` asks for them in other words."""
        return _get("daemonsets.apps", "")


class EventsWith(Struct, frozen=True, gc=False):
    """Answer: `tuple[KubeEvent, ...]` of one reason; kept for an hour by default."""

    namespace: str
    """Empty for all namespaces."""
    reason: str
    """As the event has it: `Scheduled`."""

    @property
    def text(self) -> str:
        """How a person would ask."""
        where = f"-n {self.namespace}" if self.namespace else "-A"
        return f"kubectl get events {where} --field-selector reason={self.reason}"


class KubeVersion(Struct, frozen=True, gc=False):
    """Answer: `str`, the tag of the API server that answered, such as v1.34.1."""

    @property
    def text(self) -> str:
        """How a person would ask."""
        return "kubectl version"


class StorageClasses(Struct, frozen=True, gc=False):
    """Answer: `tuple[StorageClass, ...]`, all of the cluster."""

    @property
    def text(self) -> str:
        """How a person would ask."""
        return "kubectl get storageclasses"


class CsiDrivers(Struct, frozen=True, gc=False):
    """Answer: `tuple[str, ...]`, the names of the CSI drivers of the cluster."""

    @property
    def text(self) -> str:
        """How a person would ask."""
        return "kubectl get csidrivers"


class ServicesIn(Struct, frozen=True, gc=False):
    """Answer: `tuple[Service, ...]`, all of a namespace."""

    namespace: str
    """Empty for all namespaces."""

    @property
    def text(self) -> str:
        """How a person would ask."""
        return _get("services", self.namespace)


class EndpointSlicesOf(Struct, frozen=True, gc=False):
    """Answer: `tuple[EndpointSlice, ...]`, those of one Service."""

    namespace: str
    service: str

    @property
    def selector(self) -> str:
        """The label that names the Service."""
        return f"kubernetes.io/service-name={self.service}"

    @property
    def text(self) -> str:
        """How a person would ask."""
        return _get("endpointslices", self.namespace, self.selector)


class ServiceMonitors(Struct, frozen=True, gc=False):
    """Answer: `tuple[ServiceMonitor, ...]`, all of the cluster."""

    @property
    def text(self) -> str:
        """How a person would ask."""
        return _get("servicemonitors", "")


class PersistentVolumes(Struct, frozen=True, gc=False):
    """Answer: `tuple[PersistentVolume, ...]`, all of the cluster."""

    @property
    def text(self) -> str:
        """How a person would ask."""
        return "kubectl get persistentvolumes"


class VolumeAttachments(Struct, frozen=True, gc=False):
    """Answer: `tuple[Attachment, ...]`, all of the cluster."""

    @property
    def text(self) -> str:
        """How a person would ask."""
        return "kubectl get volumeattachments"


class ClaimsIn(Struct, frozen=True, gc=False):
    """Answer: `tuple[VolumeClaim, ...]`, all of a namespace."""

    namespace: str

    @property
    def text(self) -> str:
        """How a person would ask."""
        return _get("persistentvolumeclaims", self.namespace)


KubeQuestion: TypeAlias = (
    ConfigMapOf
    | CiliumNodeConfigs
    | PodsWith
    | DaemonSetsWith
    | DaemonSetOf
    | Deployments
    | StatefulSets
    | DaemonSets
    | EventsWith
    | KubeNodes
    | LeaseOf
    | LeasesIn
    | KubeVersion
    | StorageClasses
    | CsiDrivers
    | ServicesIn
    | EndpointSlicesOf
    | ServiceMonitors
    | PersistentVolumes
    | VolumeAttachments
    | ClaimsIn
)

Question: TypeAlias = KubeQuestion | BeyondQuestion

Answer: TypeAlias = Reading[Any]
"""The type of `value` is what the question's docstring says."""


def _get(kind: str, namespace: str, selector: str = "", fields: str = "") -> str:
    """The command that lists the same; `-A` has no place before `get`."""
    where = f"kubectl -n {namespace} get {kind}" if namespace else ""
    parts = [where or f"kubectl get {kind} -A"]
    parts += [f"-l {selector}"] if selector else []
    parts += [f"--field-selector {fields}"] if fields else []
    return " ".join(parts)


def server_of(question: Question) -> str:
    """The kind of server that answers it, as evidence names it."""
    match question:
        case PromQuery() | TargetsOf():
            return "prometheus"
        case AlertsListed():
            return "alertmanager"
        case KernelLines():
            return "loki"
        case TalosServices() | StaticPods() | NodePrinted() | StorageOf():
            return "talos"
        case _:
            return "kubernetes"
