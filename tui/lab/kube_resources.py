"""Which Kubernetes resources the lab serves, and how kubectl's tables show them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct

from tui.lab import kube_cells as cells
from tui.lab import kube_storage, kube_wiring
from tui.lab.kube_objects import Maker, Object
from tui.lab.kube_workloads import workloads


class Resource(Struct, frozen=True):
    """One kind of object; `fields` are what a field selector may ask of it."""

    group: str  # "" is the core group
    name: str
    singular: str
    kind: str
    short: tuple[str, ...]
    is_namespaced: bool
    make: Callable[[Maker], list[Object]]
    columns: tuple[cells.Column, ...] = ()
    fields: frozenset[str] = frozenset()
    is_writable: bool = False
    version: str = "v1"

    @property
    def api_version(self) -> str:
        """`v1`, or `group/v1`: the lab serves one version of each group."""
        return f"{self.group}/{self.version}" if self.group else self.version

    def described(self) -> Mapping[str, object]:
        """Its entry in an APIResourceList."""
        found: dict[str, object] = {
            "name": self.name,
            "singularName": self.singular,
            "namespaced": self.is_namespaced,
            "kind": self.kind,
            "verbs": ["create", "delete"] * self.is_writable + ["get", "list"],
        }
        if self.short:
            found["shortNames"] = list(self.short)
        return found


_NAMED = frozenset({"metadata.name", "metadata.namespace"})
_POD_FIELDS = frozenset({"spec.nodeName", "status.phase", "status.podIP"})
_EVENT_FIELDS = frozenset(
    {"involvedObject.kind", "involvedObject.name", "involvedObject.namespace"}
    | {"reason", "type"}
)
_INFO = ("status", "nodeInfo")
_RECLAIM = ("spec", "persistentVolumeReclaimPolicy")

RESOURCES: tuple[Resource, ...] = (
    Resource(
        group="",
        name="nodes",
        singular="node",
        kind="Node",
        short=("no",),
        is_namespaced=False,
        make=Maker.nodes,
        columns=(
            cells.NAME,
            ("Status", "string", 0, cells.node_status),
            ("Roles", "string", 0, cells.node_roles),
            cells.AGE,
            ("Version", "string", 0, cells.status(*_INFO, "kubeletVersion")),
            ("Internal-IP", "string", 1, cells.address),
            ("External-IP", "string", 1, lambda _item, _now: "<none>"),
            ("OS-Image", "string", 1, cells.status(*_INFO, "osImage")),
            ("Kernel-Version", "string", 1, cells.status(*_INFO, "kernelVersion")),
        ),
        fields=_NAMED,
    ),
    Resource(
        group="",
        name="pods",
        singular="pod",
        kind="Pod",
        short=("po",),
        is_namespaced=True,
        make=Maker.pods,
        columns=(
            cells.NAME,
            ("Ready", "string", 0, cells.pod_ready),
            ("Status", "string", 0, cells.pod_status),
            ("Restarts", "string", 0, cells.pod_restarts),
            cells.AGE,
            ("IP", "string", 1, cells.status("status", "podIP")),
            ("Node", "string", 1, cells.status("spec", "nodeName")),
        ),
        fields=_NAMED | _POD_FIELDS,
    ),
    Resource(
        group="",
        name="configmaps",
        singular="configmap",
        kind="ConfigMap",
        short=("cm",),
        is_namespaced=True,
        make=Maker.config_maps,
        columns=(cells.NAME, ("Data", "integer", 0, cells.data_count), cells.AGE),
        fields=_NAMED,
    ),
    Resource(
        group="",
        name="events",
        singular="event",
        kind="Event",
        short=("ev",),
        is_namespaced=True,
        make=Maker.events,
        columns=(
            ("Last Seen", "string", 0, cells.event_seen),
            ("Type", "string", 0, cells.status("type")),
            ("Reason", "string", 0, cells.status("reason")),
            ("Object", "string", 0, cells.event_object),
            ("Message", "string", 0, cells.status("message")),
        ),
        fields=_NAMED | _EVENT_FIELDS,
    ),
    Resource(
        group="",
        name="namespaces",
        singular="namespace",
        kind="Namespace",
        short=("ns",),
        is_namespaced=False,
        make=Maker.namespaces,
        columns=(
            cells.NAME,
            ("Status", "string", 0, cells.status("status", "phase")),
            cells.AGE,
        ),
        fields=_NAMED | {"status.phase"},
    ),
    Resource(
        group="",
        name="persistentvolumeclaims",
        singular="persistentvolumeclaim",
        kind="PersistentVolumeClaim",
        short=("pvc",),
        is_namespaced=True,
        make=kube_storage.claims,
        columns=(
            cells.NAME,
            ("Status", "string", 0, cells.status("status", "phase")),
            ("Volume", "string", 0, cells.status("spec", "volumeName")),
            cells.AGE,
        ),
        fields=_NAMED,
    ),
    Resource(
        group="",
        name="persistentvolumes",
        singular="persistentvolume",
        kind="PersistentVolume",
        short=("pv",),
        is_namespaced=False,
        make=kube_storage.volumes,
        columns=(
            cells.NAME,
            ("Reclaim Policy", "string", 0, cells.status(*_RECLAIM)),
            ("Status", "string", 0, cells.status("status", "phase")),
            ("Claim", "string", 0, cells.claim),
            cells.AGE,
        ),
        fields=_NAMED,
    ),
    Resource(
        group="storage.k8s.io",
        name="volumeattachments",
        singular="volumeattachment",
        kind="VolumeAttachment",
        short=(),
        is_namespaced=False,
        make=kube_storage.attachments,
        columns=(
            cells.NAME,
            ("Attacher", "string", 0, cells.status("spec", "attacher")),
            ("PV", "string", 0, cells.status("spec", "source", "persistentVolumeName")),
            ("Node", "string", 0, cells.status("spec", "nodeName")),
            ("Attached", "boolean", 0, cells.status("status", "attached")),
            cells.AGE,
        ),
        fields=_NAMED,
    ),
    Resource(
        group="apps",
        name="daemonsets",
        singular="daemonset",
        kind="DaemonSet",
        short=("ds",),
        is_namespaced=True,
        make=lambda maker: workloads(maker, "DaemonSet"),
        columns=(
            cells.NAME,
            ("Desired", "integer", 0, cells.status("status", "desiredNumberScheduled")),
            ("Ready", "integer", 0, cells.status("status", "numberReady")),
            cells.AGE,
        ),
        fields=_NAMED,
    ),
    Resource(
        group="apps",
        name="deployments",
        singular="deployment",
        kind="Deployment",
        short=("deploy",),
        is_namespaced=True,
        make=lambda maker: workloads(maker, "Deployment"),
        columns=(cells.NAME, ("Ready", "string", 0, cells.deployment_ready), cells.AGE),
        fields=_NAMED,
    ),
    Resource(
        group="apps",
        name="statefulsets",
        singular="statefulset",
        kind="StatefulSet",
        short=("sts",),
        is_namespaced=True,
        make=lambda maker: workloads(maker, "StatefulSet"),
        columns=(cells.NAME, ("Ready", "string", 0, cells.deployment_ready), cells.AGE),
        fields=_NAMED,
    ),
    Resource(
        group="coordination.k8s.io",
        name="leases",
        singular="lease",
        kind="Lease",
        short=(),
        is_namespaced=True,
        make=Maker.leases,
        columns=(
            cells.NAME,
            ("Holder", "string", 0, cells.status("spec", "holderIdentity")),
            cells.AGE,
        ),
        fields=_NAMED,
    ),
    Resource(
        group="storage.k8s.io",
        name="storageclasses",
        singular="storageclass",
        kind="StorageClass",
        short=("sc",),
        is_namespaced=False,
        make=kube_storage.storage_classes,
        columns=(
            ("Name", "string", 0, cells.storage_class_name),
            ("Provisioner", "string", 0, cells.status("provisioner")),
            ("ReclaimPolicy", "string", 0, cells.status("reclaimPolicy")),
            cells.AGE,
        ),
        fields=_NAMED,
    ),
    Resource(
        group="storage.k8s.io",
        name="csidrivers",
        singular="csidriver",
        kind="CSIDriver",
        short=(),
        is_namespaced=False,
        make=kube_storage.csi_drivers,
        columns=(cells.NAME, cells.AGE),
        fields=_NAMED,
    ),
    Resource(
        group="cilium.io",
        name="ciliumnodeconfigs",
        singular="ciliumnodeconfig",
        kind="CiliumNodeConfig",
        short=(),
        is_namespaced=True,
        make=Maker.node_configs,
        columns=(cells.NAME, cells.AGE),
        fields=_NAMED,
        version="v2",
    ),
    Resource(
        group="monitoring.coreos.com",
        name="servicemonitors",
        singular="servicemonitor",
        kind="ServiceMonitor",
        short=("smon",),
        is_namespaced=True,
        make=kube_wiring.service_monitors,
        columns=(cells.NAME, cells.AGE),
        fields=_NAMED,
        is_writable=True,
    ),
    Resource(
        group="",
        name="services",
        singular="service",
        kind="Service",
        short=("svc",),
        is_namespaced=True,
        make=kube_wiring.services,
        columns=(
            cells.NAME,
            ("Type", "string", 0, cells.status("spec", "type")),
            ("Cluster-IP", "string", 0, cells.status("spec", "clusterIP")),
            ("Port(s)", "string", 0, cells.service_ports),
            cells.AGE,
        ),
        fields=_NAMED,
    ),
    Resource(
        group="discovery.k8s.io",
        name="endpointslices",
        singular="endpointslice",
        kind="EndpointSlice",
        short=(),
        is_namespaced=True,
        make=kube_wiring.endpoint_slices,
        columns=(
            cells.NAME,
            ("Endpoints", "string", 0, cells.slice_addresses),
            cells.AGE,
        ),
        fields=_NAMED,
    ),
)
MONITORING = "monitoring.coreos.com"
GROUPS = tuple(sorted({one.group for one in RESOURCES} - {""}))
VERSIONS = {one.group: one.version for one in RESOURCES}
