"""The few Kubernetes objects that the product reads, cut down to what it needs."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from tui.model.labels import Labels


class KubeNode(Struct, frozen=True, gc=False):
    """A node object."""

    name: str
    addresses: tuple[str, ...]
    is_ready: bool | None
    """None when the condition is missing or Unknown: the kubelet has gone quiet."""
    ready_message: str
    kubelet_version: str
    os_image: str
    """Such as `Talos (v1.11.3)`."""
    is_control_plane: bool
    is_unschedulable: bool
    heartbeat_at: datetime | None = None
    """When the kubelet last wrote the Ready condition, even if it had not changed."""

    @property
    def runs_talos(self) -> bool:
        """Whether the node's own OS image says Talos, not something like it."""
        return self.os_image.startswith("Talos (")


class Pod(Struct, frozen=True, gc=False):
    """A pod object."""

    namespace: str
    name: str
    node: str
    """Empty while it is not scheduled."""
    labels: Labels
    phase: str
    is_ready: bool
    """The Ready condition is True and no deletion is under way."""
    created_at: datetime | None
    scheduled: bool | None
    """The PodScheduled condition; None when the scheduler never looked at it."""
    reason: str = ""
    """Why it is not ready, in Kubernetes' words."""
    uid: str = ""
    claims: tuple[str, ...] = ()
    """Names of the volume claims that it uses, of its own namespace."""
    owner: str = ""
    """What makes and replaces it, by its uid; empty for nobody."""
    bind_address: str = ""
    """Where a program of Kubernetes' own listens; empty when its flags do not say."""
    restarted_after: datetime | None = None
    """When a container of it ended last, to be started again; None: none ever did."""
    restart_reason: str = ""
    """Why it ended, such as OOMKilled."""
    settings: tuple[str, ...] = ()
    """What its programs are told of the replacement of kube-proxy, beside ConfigMaps:
    arguments and variables as `NAME=VALUE`."""


class DaemonSet(Struct, frozen=True, gc=False):
    """A DaemonSet and how many of its pods are where they should be."""

    namespace: str
    name: str
    labels: Labels
    desired: int
    ready: int
    is_current: bool = True
    """The controller has seen its newest generation, and all pods are of that."""
    uid: str = ""
    """By it pods name their owner."""


class Workload(Struct, frozen=True, gc=False):
    """A Deployment, StatefulSet or DaemonSet: how far its controller has brought it."""

    namespace: str
    name: str
    generation: int
    observed_generation: int
    """What the controller manager has seen of it."""
    wanted: int
    """Pods that there should be; whether they are ready is not its business."""
    existing: int
    changed_at: datetime | None
    """The last change of what is wanted, or progress towards it; None: not told."""
    is_hindered: bool = False
    """Its pods are refused, for a quota or a policy, or wait for one another."""
    is_dated: bool = True
    """Its status tells progress and refusals; else missing pods have no known age."""


class ConfigMap(Struct, frozen=True, gc=False):
    """A ConfigMap; without data and time when there is none."""

    data: Labels
    changed_at: datetime | None = None
    """The last change, of the data or of anything else in it; None: not told."""


class NodeSettings(Struct, frozen=True, gc=False):
    """Settings of Cilium for some nodes: there they win over its ConfigMap."""

    name: str
    """With its kind, as evidence names it."""
    data: Labels
    changed_at: datetime | None
    """The last change; None: not told."""


class KubeEvent(Struct, frozen=True, gc=False):
    """An event object."""

    namespace: str
    reason: str
    message: str
    type: str
    involved: str
    """kind/name."""
    last_at: datetime | None
    count: int
    source: str = ""
    """The program that tells it, such as default-scheduler."""


class Lease(Struct, frozen=True, gc=False):
    """A lease of a leader or of a kubelet: who holds it, and when it was renewed."""

    namespace: str
    name: str
    holder: str
    renewed_at: datetime | None
    """By the clock of its holder."""
    duration_seconds: int
    """0 when it does not say."""


class StorageClass(Struct, frozen=True, gc=False):
    """A way to get a volume."""

    name: str
    provisioner: str
    """Name of a CSI driver, or of a provisioner that runs without one."""
    is_default: bool
    """Whether it is annotated as the one for claims that name none."""
