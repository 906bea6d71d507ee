"""The COSI resources of a node as a function of story time.

Specs have the keys that `talosctl get -o yaml` shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

import yaml
from msgspec import Struct

from tui.lab.estate import LabCluster, LabNode, LabPod, Role
from tui.lab.machine_cpu import is_virtual
from tui.lab.machine_disk import (
    PARTITIONS,
    SYSTEM_DISK,
    SYSTEM_SIZE,
)
from tui.lab.machine_etcd import member_id, members
from tui.lab.machine_net import links
from tui.lab.machine_status import current_stage
from tui.lab.machine_wave import share
from tui.lab.release import talos_release
from tui.lab.storage import SIZE, disks
from tui.lab.wiring import LOG_NODE_PORT


class Scene(Struct, frozen=True):
    """A node among its cluster's, at an offset; `pods` are its own."""

    node: LabNode
    cluster: LabCluster
    pods: tuple[LabPod, ...]
    at: timedelta


class Resource(Struct, frozen=True):
    """One resource; its spec is what YAML can say, and `since` its last change."""

    id: str
    spec: object
    since: timedelta | None = None


Found = Iterator[Resource]


def machine_status_resources(scene: Scene) -> Found:
    """The machine's stage and what keeps it from being ready."""
    since, status = current_stage(scene.node, scene.at)
    unmet = [{"name": name, "reason": reason} for name, reason in status.unmet]
    spec = {
        "stage": status.stage,
        "status": {"ready": not unmet, "unmetConditions": unmet},
    }
    yield Resource("machine", spec, since)


def services_resources(scene: Scene) -> Found:
    """Each service: runs, is healthy, is unknown."""
    for one in scene.node.services:
        spec = {
            "running": one.state == "Running",
            "healthy": one.health == "healthy",
            "unknown": one.health == "unknown",
        }
        yield Resource(one.id, spec, one.changed_at)


def members_resources(scene: Scene) -> Found:
    """Every machine of the cluster, as discovery knows it."""
    for node in scene.cluster.nodes:
        spec: dict[str, object] = {
            "nodeId": node_id(node),
            "addresses": [node.address],
            "hostname": node.name,
            "machineType": str(node.role),
            "operatingSystem": f"Talos ({node.talos_version})",
        }
        if node.role is Role.CONTROL_PLANE:
            spec["controlPlane"] = {"port": 6443}
        yield Resource(node.name, spec)


def node_id(node: LabNode) -> str:
    """The id that discovery knows a node by."""
    return f"{int(share(node.name, 'identity') * 2**64):016x}"


def static_pods_resources(scene: Scene) -> Found:
    """The static pods, each with its Ready condition."""
    for pod in scene.pods:
        if pod.owner == ("Node", scene.node.name):
            ready = "True" if pod.is_ready else "False"
            spec = {
                "phase": pod.phase,
                "conditions": [
                    {"type": "Initialized", "status": "True"},
                    {"type": "Ready", "status": ready},
                ],
            }
            yield Resource(f"{pod.namespace}/{pod.name}", spec, pod.ready_since)


def volumes_resources(scene: Scene) -> Found:
    """Talos' own volumes."""
    del scene
    for one in PARTITIONS:
        if one.label in {"EFI", "META", "STATE", "EPHEMERAL"}:
            spec = {
                "phase": "ready",
                "type": "partition",
                "location": f"/dev/{one.name}",
                "mountLocation": f"/dev/{one.name}",
                "partitionIndex": int(one.name[-1]),
                "parentLocation": f"/dev/{SYSTEM_DISK}",
                "size": one.size,
                "prettySize": _pretty(one.size),
                "filesystem": one.filesystem,
            }
            yield Resource(one.label, spec)


def discovered_resources(scene: Scene) -> Found:
    """Disks, partitions and what is on them."""
    disk = {"type": "disk", "name": "gpt", "size": SYSTEM_SIZE, "sector_size": 512}
    yield Resource(SYSTEM_DISK, {"dev_path": f"/dev/{SYSTEM_DISK}", **disk})
    for one in PARTITIONS:
        spec = {
            "dev_path": f"/dev/{one.name}",
            "type": "partition",
            "parent": SYSTEM_DISK,
            "parent_dev_path": f"/dev/{SYSTEM_DISK}",
            "size": one.size,
            "pretty_size": _pretty(one.size),
            "name": one.filesystem,
            "label": one.label,
            "partition_label": one.label,
            "partition_index": int(one.name[-1]),
        }
        yield Resource(one.name, spec)
    for attached in disks(scene.node, scene.pods, scene.at):
        spec = {
            "dev_path": f"/dev/{attached.device}",
            "type": "disk",
            "name": "btrfs",
            "uuid": attached.filesystem,
            "size": SIZE,
            "pretty_size": _pretty(SIZE),
        }
        yield Resource(attached.device, spec, attached.since)


def disks_resources(scene: Scene) -> Found:
    """The disks."""
    model = "QEMU HARDDISK" if is_virtual(scene.node) else "Samsung SSD 870"
    spec = _disk(SYSTEM_DISK, SYSTEM_SIZE, model, "sata")
    bus = "/pci0000:00/0000:00:1f.2/ata1/host0/target0:0:0/0:0:0:0"
    yield Resource(SYSTEM_DISK, {**spec, "bus_path": bus})
    can_link = talos_release(scene.node) >= (1, 10)
    for one in disks(scene.node, scene.pods, scene.at):
        spec = _disk(one.device, SIZE, "iSCSI Disk", "iscsi")
        links = {"symlinks": list(one.links)} if can_link else {}
        found = {**spec, "bus_path": one.bus_path, **links}
        yield Resource(one.device, found, one.since)


def _disk(name: str, size: int, model: str, transport: str) -> Mapping[str, object]:
    return {
        "dev_path": f"/dev/{name}",
        "size": size,
        "pretty_size": _pretty(size),
        "io_size": 512,
        "sector_size": 512,
        "readonly": False,
        "cdrom": False,
        "model": model,
        "serial": f"S5{int(share(name, model) * 10**8):08d}",
        "sub_system": "/sys/class/block",
        "transport": transport,
        "rotational": False,
    }


def _pretty(size: int) -> str:
    """As go-humanize writes decimal sizes."""
    number, units = float(size), iter(("B", "kB", "MB", "GB", "TB"))
    unit = next(units)
    while number >= 1000:
        number, unit = number / 1000, next(units)
    return f"{number:.1f} {unit}" if number < 10 else f"{number:.0f} {unit}"


def links_resources(scene: Scene) -> Found:
    """The links in the order of their index."""
    for index, name in enumerate(links(scene.pods), 1):
        is_physical = name == "eth0"
        spec = {
            "index": index,
            "type": "loopback" if name == "lo" else "ether",
            "flags": "UP,RUNNING",
            "hardwareAddr": f"bc:24:11:{index:02x}:{len(scene.node.name):02x}:07",
            "mtu": 65536 if name == "lo" else 1500,
            "operationalState": "up" if name != "lo" else "unknown",
            "kind": "" if is_physical else "veth",
            "driver": "virtio_net" if is_virtual(scene.node) else "igc",
            "linkState": True,
            "speedMbit": 1000 if is_physical else 4_294_967_295,
            "duplex": "Full" if is_physical else "Unknown",
        }
        yield Resource(name, spec)


def addresses_resources(scene: Scene) -> Found:
    """The addresses of links."""
    for link, address in (("lo", "127.0.0.1/8"), ("eth0", f"{scene.node.address}/24")):
        spec = {
            "address": address,
            "linkName": link,
            "family": "inet4",
            "scope": "host" if link == "lo" else "global",
            "flags": "permanent",
        }
        yield Resource(f"{link}/{address}", spec)


def node_addresses_resources(scene: Scene) -> Found:
    """The addresses of the node, filtered in several ways."""
    own = f"{scene.node.address}/24"
    pod_network = f"10.244.{int(share(scene.node.name, 'pods') * 250)}.1/32"
    for name, addresses in (
        ("accumulative", [own, pod_network]),
        ("current", [own, pod_network]),
        ("default", [own]),
        ("routed", [own, pod_network]),
        ("routed-no-k8s", [own]),
        ("routed-only-k8s", [pod_network]),
    ):
        yield Resource(name, {"addresses": addresses})


def diagnostics_resources(scene: Scene) -> Found:
    """A kubelet that is ill for a minute leaves a warning."""
    for one in scene.node.services:
        if one.id == "kubelet" and one.health == "unhealthy":
            spec = {"message": "kubelet is not healthy", "details": [one.message]}
            yield Resource("kubelet-health", spec, one.changed_at)


def machine_config_resources(scene: Scene) -> Found:
    """The machine configuration: one string of YAML since 1.12, a mapping before."""
    node = scene.node
    document = (
        f"version: v1alpha1\nmachine:\n  type: {node.role}\n  network:\n"
        f"    hostname: {node.name}\n"
    )
    if node.ships_services:
        document += (
            f"  logging:\n    destinations:\n      - endpoint: {log_url(node)}\n"
            "        format: json_lines\n        extraTags:\n"
            f"          cluster: {node.cluster}\n"
        )
    is_text = talos_release(node) >= (1, 12)
    if is_text and node.ships_kernel:
        document += (
            "---\napiVersion: v1alpha1\nkind: KmsgLogConfig\nname: talos-kernel\n"
            f"url: {log_url(node)}\n"
        )
    yield Resource("v1alpha1", document if is_text else yaml.safe_load(document))


def kmsg_log_resources(scene: Scene) -> Found:
    """Where the kernel's log is sent: URLs as Go spells their fields out."""
    if scene.node.ships_kernel:
        url = {
            "scheme": "tcp",
            "opaque": "",
            "user": None,
            "host": log_url(scene.node).split("/")[2],
            "path": "/",
            "rawpath": "",
            "omithost": False,
            "forcequery": False,
            "rawquery": "",
            "fragment": "",
            "rawfragment": "",
        }
        yield Resource("kmsg-log", {"destinations": [url]})


def log_url(node: LabNode) -> str:
    """The node's own port: what takes logs runs on every node."""
    return f"tcp://{node.address}:{LOG_NODE_PORT}/"


def kubelet_resources(scene: Scene) -> Found:
    """The kubelet's image, whose tag is its version."""
    image = f"ghcr.io/siderolabs/kubelet:{scene.node.kubernetes_version}"
    yield Resource("kubelet", {"image": image})


def node_status_resources(scene: Scene) -> Found:
    """The node as the kubelet sees it."""
    node = scene.node
    spec = {
        "nodename": node.name,
        "nodeReady": node.is_ready,
        "unschedulable": False,
        "labels": {"kubernetes.io/hostname": node.name},
        "annotations": {},
    }
    yield Resource(node.name, spec, node.ready_since)


def etcd_member_resources(scene: Scene) -> Found:
    """The own id among the members of etcd."""
    if scene.node in members(scene.cluster):
        yield Resource("local", {"memberID": f"{member_id(scene.node):016x}"})
