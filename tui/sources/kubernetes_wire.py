"""The few Kubernetes objects that we read, and how they become the model.

The package's own models take a hundred times the time and twenty times the memory.
"""

from __future__ import annotations

from datetime import datetime
from typing import Generic, TypeVar

import msgspec

from tui.model.kube import KubeEvent, KubeNode, StorageClass
from tui.sources.wire import utc

T = TypeVar("T")

CONTROL_PLANE = "node-role.kubernetes.io/control-plane"
_DEFAULT_CLASS = (
    "storageclass.kubernetes.io/is-default-class",
    "storageclass.beta.kubernetes.io/is-default-class",
)


class Wire(msgspec.Struct, rename="camel"):
    """Everything may be missing; maps, lists and times may be null."""


class MetaWire(Wire):
    """Metadata of any object."""

    name: str = ""
    namespace: str = ""
    uid: str = ""
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None
    creation_timestamp: datetime | None = None
    deletion_timestamp: datetime | None = None


class ListMetaWire(msgspec.Struct):
    """Metadata of a list."""

    more: str = msgspec.field(default="", name="continue")


class ListWire(Wire, Generic[T]):
    """One page of a list."""

    items: list[T] | None
    metadata: ListMetaWire = msgspec.field(default_factory=ListMetaWire)


class ConditionWire(Wire):
    """A condition of a node or a pod."""

    type: str = ""
    status: str = ""
    reason: str = ""
    message: str = ""
    last_heartbeat_time: datetime | None = None
    last_update_time: datetime | None = None


class AddressWire(Wire):
    """An address of a node."""

    address: str = ""


class NodeInfoWire(Wire):
    """What the kubelet says of its machine."""

    kubelet_version: str = ""
    os_image: str = ""


class NodeSpecWire(Wire):
    """Spec of a node."""

    unschedulable: bool = False


class NodeStatusWire(Wire):
    """Status of a node."""

    conditions: list[ConditionWire] | None = None
    addresses: list[AddressWire] | None = None
    node_info: NodeInfoWire = msgspec.field(default_factory=NodeInfoWire)


class NodeWire(Wire):
    """A node."""

    metadata: MetaWire
    spec: NodeSpecWire = msgspec.field(default_factory=NodeSpecWire)
    status: NodeStatusWire = msgspec.field(default_factory=NodeStatusWire)


class InvolvedWire(Wire):
    """What an event is about."""

    kind: str = ""
    name: str = ""


class EventSeriesWire(Wire):
    """Of an event that came more than once, in the newer form."""

    count: int = 1
    last_observed_time: datetime | None = None


class EventSourceWire(Wire):
    """Who tells of an event, in the old form."""

    component: str = ""


class EventWire(Wire):
    """An event. The old form has lastTimestamp, the new one eventTime and series."""

    metadata: MetaWire
    reason: str = ""
    message: str = ""
    type: str = ""
    involved_object: InvolvedWire = msgspec.field(default_factory=InvolvedWire)
    last_timestamp: datetime | None = None
    event_time: datetime | None = None
    count: int | None = None
    series: EventSeriesWire | None = None
    source: EventSourceWire | None = None
    reporting_component: str = ""


class StorageClassWire(Wire):
    """A StorageClass."""

    metadata: MetaWire
    provisioner: str = ""


class NamedWire(Wire):
    """Any object of which only the name matters."""

    metadata: MetaWire


class VersionWire(Wire):
    """What the API server says of itself. Without a tag it is somebody else."""

    git_version: str


class AccessWire(msgspec.Struct):
    """What `tui.sources.kubeconfig` writes; certificates and keys as PEM."""

    host: str
    is_verified: bool
    ca: str
    certificate: str
    key: str
    authorization: str
    impersonate: dict[str, str] = {}
    """Headers of `as`, `as-uid`."""
    is_renewed: bool = False
    """A plugin gives it anew when it has expired."""
    proxy: str = ""
    server_name: str = ""
    """To which the certificate must belong, when it is not the host's."""


ACCESS = msgspec.json.Decoder(AccessWire)
ACCESSES = msgspec.json.Decoder(dict[str, AccessWire])
NODES = msgspec.json.Decoder(ListWire[NodeWire])
EVENTS = msgspec.json.Decoder(ListWire[EventWire])
STORAGE_CLASSES = msgspec.json.Decoder(ListWire[StorageClassWire])
CSI_DRIVERS = msgspec.json.Decoder(ListWire[NamedWire])
VERSION = msgspec.json.Decoder(VersionWire)


def node(wire: NodeWire) -> KubeNode:
    """A node. A Ready condition that is Unknown means that the kubelet is silent."""
    ready = condition(wire.status.conditions, "Ready")
    return KubeNode(
        name=wire.metadata.name,
        addresses=tuple(one.address for one in wire.status.addresses or ()),
        is_ready=claim(ready),
        ready_message=ready.message,
        kubelet_version=wire.status.node_info.kubelet_version,
        os_image=wire.status.node_info.os_image,
        is_control_plane=CONTROL_PLANE in (wire.metadata.labels or {}),
        is_unschedulable=wire.spec.unschedulable,
        heartbeat_at=utc(ready.last_heartbeat_time),
    )


def storage_class(wire: StorageClassWire) -> StorageClass:
    """A StorageClass; both annotations count, as they do for the API server."""
    notes = wire.metadata.annotations or {}
    return StorageClass(
        name=wire.metadata.name,
        provisioner=wire.provisioner,
        is_default=any(notes.get(name) == "true" for name in _DEFAULT_CLASS),
    )


def event(wire: EventWire) -> KubeEvent:
    """An event, of either form."""
    series = wire.series or EventSeriesWire()
    source = wire.source or EventSourceWire()
    last = series.last_observed_time or wire.last_timestamp or wire.event_time
    return KubeEvent(
        namespace=wire.metadata.namespace,
        reason=wire.reason,
        message=wire.message,
        type=wire.type,
        involved=f"{wire.involved_object.kind}/{wire.involved_object.name}",
        last_at=utc(last or wire.metadata.creation_timestamp),
        count=wire.count or series.count,
        source=wire.reporting_component or source.component,
    )


def condition(conditions: list[ConditionWire] | None, kind: str) -> ConditionWire:
    """The condition of that type; an empty one when there is none."""
    found = (one for one in conditions or () if one.type == kind)
    return next(found, ConditionWire())


def claim(condition: ConditionWire) -> bool | None:
    """What it says; None when it is not there or says Unknown."""
    return {"True": True, "False": False}.get(condition.status)
