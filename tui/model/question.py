"""What triage wants to know: data that the engine asks of a cluster.

Each question can be asked of one cluster and says in `text` how a person would ask it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from tui.model.reading import Reading


@dataclass(frozen=True, slots=True)
class ConfigMapOf:
    """Answer: the ConfigMap's data, `Mapping[str, str]`; empty when there is none."""

    namespace: str
    name: str

    @property
    def text(self) -> str:
        """How a person would ask."""
        return f"kubectl -n {self.namespace} get configmap {self.name} -o yaml"


@dataclass(frozen=True, slots=True)
class PodsWith:
    """Answer: `tuple[Pod, ...]` that carry the selector's labels."""

    namespace: str
    """Empty for all namespaces."""
    selector: str
    """As kubectl takes it: `k8s-app=cilium`; empty for all pods."""
    field_selector: str = ""

    @property
    def text(self) -> str:
        """How a person would ask."""
        where = f"-n {self.namespace}" if self.namespace else "-A"
        what = f" -l {self.selector}" if self.selector else ""
        fields = (
            f" --field-selector {self.field_selector}" if self.field_selector else ""
        )
        return f"kubectl {where} get pods{what}{fields}"


@dataclass(frozen=True, slots=True)
class DaemonSetsWith:
    """Answer: `tuple[DaemonSet, ...]` that carry the selector's labels."""

    namespace: str
    """Empty for all namespaces."""
    selector: str
    """Empty for all of them."""

    @property
    def text(self) -> str:
        """How a person would ask."""
        where = f"-n {self.namespace}" if self.namespace else "-A"
        what = f" -l {self.selector}" if self.selector else ""
        return f"kubectl {where} get daemonsets{what}"


@dataclass(frozen=True, slots=True)
class KubeNodes:
    """Answer: `tuple[KubeNode, ...]`, all nodes of the cluster."""

    @property
    def text(self) -> str:
        """How a person would ask."""
        return "kubectl get nodes -o wide"


@dataclass(frozen=True, slots=True)
class LeaseOf:
    """Answer: `tuple[Lease, ...]`: the one lease, or nothing."""

    namespace: str
    name: str

    @property
    def text(self) -> str:
        """How a person would ask."""
        return f"kubectl -n {self.namespace} get lease {self.name} -o yaml"


@dataclass(frozen=True, slots=True)
class KubeVersion:
    """Answer: `str`, the tag of the API server that answered, such as v1.34.1."""

    @property
    def text(self) -> str:
        """How a person would ask."""
        return "kubectl version"


@dataclass(frozen=True, slots=True)
class StorageClasses:
    """Answer: `tuple[StorageClass, ...]`, all of the cluster."""

    @property
    def text(self) -> str:
        """How a person would ask."""
        return "kubectl get storageclasses"


@dataclass(frozen=True, slots=True)
class CsiDrivers:
    """Answer: `tuple[str, ...]`, the names of the CSI drivers of the cluster."""

    @property
    def text(self) -> str:
        """How a person would ask."""
        return "kubectl get csidrivers"


Question: TypeAlias = (
    ConfigMapOf
    | PodsWith
    | DaemonSetsWith
    | KubeNodes
    | LeaseOf
    | KubeVersion
    | StorageClasses
    | CsiDrivers
)

Answer: TypeAlias = Reading[Any]
"""The type of `value` is what the question's docstring says."""
