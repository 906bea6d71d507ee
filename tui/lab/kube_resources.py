"""Which Kubernetes resources the lab serves, and how kubectl's tables show them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tui.lab import kube_wiring
from tui.lab.kube_objects import Maker, Object
from tui.lab.kube_workloads import workloads

Cell = str | int
# (name, type, priority 0 = always shown, cell)
Column = tuple[str, str, int, Callable[[Object, datetime], Cell]]


@dataclass(frozen=True, slots=True)
class Resource:
    """One kind of object; `fields` are what a field selector may ask of it."""

    group: str  # "" is the core group
    name: str
    singular: str
    kind: str
    short: tuple[str, ...]
    is_namespaced: bool
    make: Callable[[Maker], list[Object]]
    columns: tuple[Column, ...] = ()
    fields: frozenset[str] = field(default=frozenset())
    is_writable: bool = False

    @property
    def api_version(self) -> str:
        """`v1`, or `group/v1`: the lab serves no other version."""
        return f"{self.group}/v1" if self.group else "v1"

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


def age(stamp: str, now: datetime) -> str:
    """A time ago in kubectl's words: 45s, 3m20s, 5h, 19d."""
    seconds = max(0, int((now - datetime.fromisoformat(stamp)).total_seconds()))
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if seconds < 120:
        return f"{seconds}s"
    if minutes < 10:
        rest = seconds % 60
        return f"{minutes}m{rest}s" if rest else f"{minutes}m"
    if hours < 3:
        return f"{minutes}m"
    if hours < 8:
        rest = minutes % 60
        return f"{hours}h{rest}m" if rest else f"{hours}h"
    return f"{hours}h" if hours < 48 else f"{days}d"


def _name(item: Object, _: datetime) -> Cell:
    return str(item["metadata"]["name"])


def _age(item: Object, now: datetime) -> Cell:
    return age(item["metadata"]["creationTimestamp"], now)


def _status(*path: str) -> Callable[[Object, datetime], Cell]:
    """A cell that shows a value from deep inside."""

    def cell(item: Object, _: datetime) -> Cell:
        value = item
        for step in path:
            value = value[step]
        return value if isinstance(value, int) else str(value)

    return cell


def _node_status(item: Object, _: datetime) -> Cell:
    ready = next(c for c in item["status"]["conditions"] if c["type"] == "Ready")
    return "Ready" if ready["status"] == "True" else "NotReady"


def _node_roles(item: Object, _: datetime) -> Cell:
    is_control_plane = (
        "node-role.kubernetes.io/control-plane" in (item["metadata"]["labels"])
    )
    return "control-plane" if is_control_plane else "<none>"


def _pod_ready(item: Object, _: datetime) -> Cell:
    return f"{int(item['status']['containerStatuses'][0]['ready'])}/1"


def _pod_status(item: Object, _: datetime) -> Cell:
    state = item["status"]["containerStatuses"][0]["state"]
    if "waiting" in state:
        return str(state["waiting"]["reason"])
    return str(item["status"]["phase"])


def _pod_restarts(item: Object, _: datetime) -> Cell:
    return str(item["status"]["containerStatuses"][0]["restartCount"])


def _address(item: Object, _: datetime) -> Cell:
    return str(item["status"]["addresses"][0]["address"])


def _data_count(item: Object, _: datetime) -> Cell:
    return len(item["data"])


def _event_seen(item: Object, now: datetime) -> Cell:
    return age(item["lastTimestamp"], now)


def _event_object(item: Object, _: datetime) -> Cell:
    about = item["involvedObject"]
    return f"{about['kind'].lower()}/{about['name']}"


def _deployment_ready(item: Object, _: datetime) -> Cell:
    return f"{item['status']['readyReplicas']}/{item['spec']['replicas']}"


def _storage_class_name(item: Object, _: datetime) -> Cell:
    name = str(item["metadata"]["name"])
    return f"{name} (default)" if "annotations" in item["metadata"] else name


def _service_ports(item: Object, _: datetime) -> Cell:
    ports = item["spec"]["ports"]
    texts = []
    for port in ports:
        opened = f":{port['nodePort']}" if "nodePort" in port else ""
        texts.append(f"{port['port']}{opened}/{port['protocol']}")
    return ",".join(texts)


def _slice_addresses(item: Object, _: datetime) -> Cell:
    found = [one["addresses"][0] for one in item["endpoints"] or ()]
    more = f" + {len(found) - 3} more..." if len(found) > 3 else ""
    return ",".join(found[:3]) + more if found else "<unset>"


NAME: Column = ("Name", "string", 0, _name)
AGE: Column = ("Age", "string", 0, _age)
_NAMED = frozenset({"metadata.name", "metadata.namespace"})
_POD_FIELDS = frozenset({"spec.nodeName", "status.phase", "status.podIP"})
_EVENT_FIELDS = frozenset(
    {"involvedObject.kind", "involvedObject.name", "involvedObject.namespace"}
    | {"reason", "type"}
)
_INFO = ("status", "nodeInfo")

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
            NAME,
            ("Status", "string", 0, _node_status),
            ("Roles", "string", 0, _node_roles),
            AGE,
            ("Version", "string", 0, _status(*_INFO, "kubeletVersion")),
            ("Internal-IP", "string", 1, _address),
            ("External-IP", "string", 1, lambda _item, _now: "<none>"),
            ("OS-Image", "string", 1, _status(*_INFO, "osImage")),
            ("Kernel-Version", "string", 1, _status(*_INFO, "kernelVersion")),
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
            NAME,
            ("Ready", "string", 0, _pod_ready),
            ("Status", "string", 0, _pod_status),
            ("Restarts", "string", 0, _pod_restarts),
            AGE,
            ("IP", "string", 1, _status("status", "podIP")),
            ("Node", "string", 1, _status("spec", "nodeName")),
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
        columns=(NAME, ("Data", "integer", 0, _data_count), AGE),
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
            ("Last Seen", "string", 0, _event_seen),
            ("Type", "string", 0, _status("type")),
            ("Reason", "string", 0, _status("reason")),
            ("Object", "string", 0, _event_object),
            ("Message", "string", 0, _status("message")),
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
        columns=(NAME, ("Status", "string", 0, _status("status", "phase")), AGE),
        fields=_NAMED | {"status.phase"},
    ),
    Resource(
        group="",
        name="persistentvolumeclaims",
        singular="persistentvolumeclaim",
        kind="PersistentVolumeClaim",
        short=("pvc",),
        is_namespaced=True,
        make=Maker.claims,
        columns=(NAME, ("Status", "string", 0, _status("status", "phase")), AGE),
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
            NAME,
            ("Desired", "integer", 0, _status("status", "desiredNumberScheduled")),
            ("Ready", "integer", 0, _status("status", "numberReady")),
            AGE,
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
        columns=(NAME, ("Ready", "string", 0, _deployment_ready), AGE),
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
        columns=(NAME, ("Ready", "string", 0, _deployment_ready), AGE),
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
            NAME,
            ("Holder", "string", 0, _status("spec", "holderIdentity")),
            AGE,
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
        make=Maker.storage_classes,
        columns=(
            ("Name", "string", 0, _storage_class_name),
            ("Provisioner", "string", 0, _status("provisioner")),
            ("ReclaimPolicy", "string", 0, _status("reclaimPolicy")),
            AGE,
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
        make=Maker.csi_drivers,
        columns=(NAME, AGE),
        fields=_NAMED,
    ),
    Resource(
        group="monitoring.coreos.com",
        name="servicemonitors",
        singular="servicemonitor",
        kind="ServiceMonitor",
        short=("smon",),
        is_namespaced=True,
        make=kube_wiring.service_monitors,
        columns=(NAME, AGE),
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
            NAME,
            ("Type", "string", 0, _status("spec", "type")),
            ("Cluster-IP", "string", 0, _status("spec", "clusterIP")),
            ("Port(s)", "string", 0, _service_ports),
            AGE,
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
        columns=(NAME, ("Endpoints", "string", 0, _slice_addresses), AGE),
        fields=_NAMED,
    ),
)
MONITORING = "monitoring.coreos.com"
GROUPS = tuple(sorted({one.group for one in RESOURCES} - {""}))
