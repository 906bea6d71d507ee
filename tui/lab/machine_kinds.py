"""Which COSI types a node has, where they live, and who may see them.

Types that a release of Talos does not have are not served by a node that runs it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from tui.lab import machine_cosi as specs
from tui.lab.estate import LabNode
from tui.lab.machine_cosi import Found, Resource, Scene
from tui.lab.machine_disk import SYSTEM_DISK
from tui.lab.machine_wave import share
from tui.lab.release import talos_release

NEVER = (99, 0)


class Kind(Struct, frozen=True):
    """One type of resources.

    namespace        where it lives
    make             its resources on a node
    owner            the controller that writes it
    since            the first Talos that has it
    sensitive_since  the first Talos that shows it to os:admin alone
    """

    namespace: str
    make: Callable[[Scene], Found]
    owner: str
    since: tuple[int, int] = (0, 0)
    sensitive_since: tuple[int, int] = NEVER


def _one(identifier: str, spec: Callable[[Scene], object], scene: Scene) -> Found:
    yield Resource(identifier, spec(scene))


def _single(identifier: str, spec: Callable[[Scene], object]) -> Callable[..., Found]:
    return partial(_one, identifier, spec)


KINDS: Mapping[str, Kind] = {
    "MachineStatuses.runtime.talos.dev": Kind(
        "runtime", specs.machine_status_resources, "runtime.MachineStatusController"
    ),
    "Services.v1alpha1.talos.dev": Kind(
        "runtime", specs.services_resources, "v1alpha1.ServiceController"
    ),
    "Diagnostics.runtime.talos.dev": Kind(
        "runtime", specs.diagnostics_resources, "runtime.DiagnosticsController", (1, 8)
    ),
    "Versions.runtime.talos.dev": Kind(
        "runtime",
        _single(
            "version",
            lambda scene: {"name": "Talos", "version": scene.node.talos_version},
        ),
        "runtime.VersionController",
        (1, 10),
    ),
    "BootIDs.runtime.talos.dev": Kind(
        "runtime",
        _single(
            "boot-id",
            lambda scene: {
                "bootID": f"{share(scene.node.name, str(scene.node.booted_at)):.16f}"
            },
        ),
        "runtime.BootIDController",
        (1, 14),
    ),
    "MachineTypes.config.talos.dev": Kind(
        "config",
        _single("machine-type", lambda scene: str(scene.node.role)),
        "config.MachineTypeController",
    ),
    "MachineConfigs.config.talos.dev": Kind(
        "config",
        specs.machine_config_resources,
        "config.AcquireController",
        sensitive_since=(0, 0),
    ),
    "KmsgLogConfigs.runtime.talos.dev": Kind(
        "runtime", specs.kmsg_log_resources, "runtime.KmsgLogConfigController"
    ),
    "Members.cluster.talos.dev": Kind(
        "cluster", specs.members_resources, "cluster.MemberController"
    ),
    "Infos.cluster.talos.dev": Kind(
        "cluster",
        _single(
            "current",
            lambda scene: {
                "clusterId": f"{share(scene.cluster.name):.12f}",
                "clusterName": scene.cluster.name,
            },
        ),
        "cluster.InfoController",
    ),
    "Identities.cluster.talos.dev": Kind(
        "cluster",
        _single("local", lambda scene: {"nodeId": specs.node_id(scene.node)}),
        "cluster.NodeIdentityController",
    ),
    "HostnameStatuses.net.talos.dev": Kind(
        "network",
        _single(
            "hostname",
            lambda scene: {"hostname": scene.node.name, "domainname": ""},
        ),
        "network.HostnameSpecController",
    ),
    "LinkStatuses.net.talos.dev": Kind(
        "network", specs.links_resources, "network.LinkStatusController"
    ),
    "AddressStatuses.net.talos.dev": Kind(
        "network", specs.addresses_resources, "network.AddressStatusController"
    ),
    "NodeAddresses.net.talos.dev": Kind(
        "network", specs.node_addresses_resources, "network.NodeAddressController"
    ),
    "TimeServerStatuses.net.talos.dev": Kind(
        "network",
        _single("timeservers", lambda _: {"timeServers": ["10.10.0.1"]}),
        "network.TimeServerSpecController",
    ),
    "TimeStatuses.v1alpha1.talos.dev": Kind(
        "runtime",
        _single("node", lambda _: {"synced": True, "epoch": 0, "syncDisabled": False}),
        "time.SyncController",
    ),
    "Nodenames.kubernetes.talos.dev": Kind(
        "k8s",
        _single("nodename", lambda scene: {"nodename": scene.node.name}),
        "k8s.NodenameController",
    ),
    "NodeStatuses.kubernetes.talos.dev": Kind(
        "k8s", specs.node_status_resources, "k8s.NodeStatusController"
    ),
    "StaticPodStatuses.kubernetes.talos.dev": Kind(
        "k8s", specs.static_pods_resources, "k8s.KubeletStaticPodController"
    ),
    "KubeletSpecs.kubernetes.talos.dev": Kind(
        "k8s",
        specs.kubelet_resources,
        "k8s.KubeletSpecController",
        sensitive_since=(1, 13),
    ),
    "KubeletStatuses.kubernetes.talos.dev": Kind(
        "k8s", specs.kubelet_resources, "k8s.KubeletStatusController", (1, 14)
    ),
    "EtcdMembers.etcd.talos.dev": Kind(
        "etcd", specs.etcd_member_resources, "etcd.MemberController"
    ),
    "VolumeStatuses.block.talos.dev": Kind(
        "runtime", specs.volumes_resources, "block.VolumeManagerController", (1, 8)
    ),
    "DiscoveredVolumes.block.talos.dev": Kind(
        "runtime", specs.discovered_resources, "block.DiscoveryController", (1, 7)
    ),
    "Disks.block.talos.dev": Kind(
        "runtime", specs.disks_resources, "block.DisksController", (1, 8)
    ),
    "SystemDisks.block.talos.dev": Kind(
        "runtime",
        _single(
            "system-disk",
            lambda _: {"diskID": SYSTEM_DISK, "devPath": f"/dev/{SYSTEM_DISK}"},
        ),
        "block.SystemDiskController",
        (1, 8),
    ),
}
NAMESPACES = frozenset(kind.namespace for kind in KINDS.values()) | {"meta", "secrets"}


def kind_of(node: LabNode, name: str) -> Kind | None:
    """The type of that name, when the node's Talos has it."""
    kind = KINDS.get(name)
    return kind if kind is not None and kind.since <= talos_release(node) else None


def resources(kind: Kind, scene: Scene) -> tuple[Resource, ...]:
    """A node's resources of one type, by id; each has a time of its last change."""
    found = kind.make(scene)
    booted = scene.node.booted_at
    dated = (
        one if one.since is not None else replace(one, since=booted) for one in found
    )
    return tuple(sorted(dated, key=lambda one: one.id))
