"""The cells of kubectl's tables, as an API server makes them of an object."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from tui.lab.kube_objects import Object

Cell = str | int
# (name, type, priority 0 = always shown, cell)
Column = tuple[str, str, int, Callable[[Object, datetime], Cell]]


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


def name(item: Object, _: datetime) -> Cell:
    """The name."""
    return str(item["metadata"]["name"])


def age_of(item: Object, now: datetime) -> Cell:
    """How old it is."""
    return age(item["metadata"]["creationTimestamp"], now)


def status(*path: str) -> Callable[[Object, datetime], Cell]:
    """A cell that shows a value from deep inside."""

    def cell(item: Object, _: datetime) -> Cell:
        value = item
        for step in path:
            value = value[step]
        return value if isinstance(value, int) else str(value)

    return cell


def node_status(item: Object, _: datetime) -> Cell:
    """Whether the node is Ready."""
    ready = next(c for c in item["status"]["conditions"] if c["type"] == "Ready")
    return "Ready" if ready["status"] == "True" else "NotReady"


def node_roles(item: Object, _: datetime) -> Cell:
    """What the node is in its cluster."""
    is_control_plane = (
        "node-role.kubernetes.io/control-plane" in (item["metadata"]["labels"])
    )
    return "control-plane" if is_control_plane else "<none>"


def pod_ready(item: Object, _: datetime) -> Cell:
    """Its containers that are ready."""
    return f"{int(item['status']['containerStatuses'][0]['ready'])}/1"


def pod_status(item: Object, _: datetime) -> Cell:
    """Its phase, or why it waits."""
    state = item["status"]["containerStatuses"][0]["state"]
    if "waiting" in state:
        return str(state["waiting"]["reason"])
    return str(item["status"]["phase"])


def pod_restarts(item: Object, _: datetime) -> Cell:
    """Restarts of its container."""
    return str(item["status"]["containerStatuses"][0]["restartCount"])


def address(item: Object, _: datetime) -> Cell:
    """Its first address."""
    return str(item["status"]["addresses"][0]["address"])


def data_count(item: Object, _: datetime) -> Cell:
    """Entries of a ConfigMap."""
    return len(item["data"])


def event_seen(item: Object, now: datetime) -> Cell:
    """When it was seen last."""
    return age(item["lastTimestamp"], now)


def event_object(item: Object, _: datetime) -> Cell:
    """What it is about."""
    about = item["involvedObject"]
    return f"{about['kind'].lower()}/{about['name']}"


def deployment_ready(item: Object, _: datetime) -> Cell:
    """Pods that are ready, of those wanted."""
    return f"{item['status']['readyReplicas']}/{item['spec']['replicas']}"


def storage_class_name(item: Object, _: datetime) -> Cell:
    """The name, marked when it is the default."""
    name = str(item["metadata"]["name"])
    return f"{name} (default)" if "annotations" in item["metadata"] else name


def claim(item: Object, _: datetime) -> Cell:
    """The claim that has a volume."""
    found = item["spec"]["claimRef"]
    return f"{found['namespace']}/{found['name']}"


def service_ports(item: Object, _: datetime) -> Cell:
    """Ports, with those opened on the nodes."""
    ports = item["spec"]["ports"]
    texts = []
    for port in ports:
        opened = f":{port['nodePort']}" if "nodePort" in port else ""
        texts.append(f"{port['port']}{opened}/{port['protocol']}")
    return ",".join(texts)


def slice_addresses(item: Object, _: datetime) -> Cell:
    """The first three addresses."""
    found = [one["addresses"][0] for one in item["endpoints"] or ()]
    more = f" + {len(found) - 3} more..." if len(found) > 3 else ""
    return ",".join(found[:3]) + more if found else "<unset>"


NAME: Column = ("Name", "string", 0, name)
AGE: Column = ("Age", "string", 0, age_of)
