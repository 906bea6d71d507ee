"""The volumes of the lab: iSCSI disks of its workers, and what Kubernetes calls them.

A claim of a pod on a node that runs iscsid is a LUN of the storage host, attached to
that node as a disk with BTRFS on it. Any other claim is a folder of its node.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from hashlib import sha256
from uuid import NAMESPACE_DNS, uuid5

from msgspec import Struct

from tui.lab.estate import LabNode, LabPod

GIB = 1024**3
PORTAL = "10.10.0.10:3260"
DRIVER = "iscsi.csi.truenas.com"
SIZE = 64 * GIB
REATTACHED = timedelta(minutes=7, milliseconds=300)
"""When the disk of talos-wk-2 comes back, see `incident`."""
_IQN = "iqn.2005-10.org.freenas.ctl"
_KUBELET = "/var/lib/kubelet"


class LabDisk(Struct, frozen=True):
    """An iSCSI disk of a node; without a claim it is left over from a pod that moved.

    session     of the initiator: each target has one
    since       when the disk was attached; None: with the machine's start
    """

    device: str
    session: int
    namespace: str
    claim: str
    since: timedelta | None = None

    @property
    def volume(self) -> str:
        """Name of the persistent volume."""
        return volume_name(self.claim)

    @property
    def iqn(self) -> str:
        """Of the target."""
        return f"{_IQN}:{self.volume}"

    @property
    def scsi(self) -> str:
        """Host, channel, target and LUN."""
        return f"{self.session + 1}:0:0:1"

    @property
    def bus_path(self) -> str:
        """Where sysfs has it."""
        host, session = self.session + 1, self.session
        return f"/platform/host{host}/session{session}/target{host}:0:0/{self.scsi}"

    @property
    def links(self) -> tuple[str, ...]:
        """What udev links to it."""
        wwn = f"0x6589cfc000000{sha256(self.iqn.encode()).hexdigest()[:17]}"
        return (
            f"/dev/disk/by-id/wwn-{wwn}",
            f"/dev/disk/by-path/ip-{PORTAL}-iscsi-{self.iqn}-lun-1",
            f"/dev/disk/by-uuid/{self.filesystem}",
        )

    @property
    def filesystem(self) -> str:
        """UUID of the filesystem."""
        return str(uuid5(NAMESPACE_DNS, f"btrfs/{self.claim}"))


def volume_name(claim: str) -> str:
    """Name of the volume that was made for a claim."""
    return f"pvc-{uuid5(NAMESPACE_DNS, claim)}"


def has_iscsi(node: LabNode) -> bool:
    """Whether its claims are iSCSI disks."""
    return any(one.id == "ext-iscsid" for one in node.services)


def disks(node: LabNode, pods: Iterable[LabPod], at: timedelta) -> tuple[LabDisk, ...]:
    """The iSCSI disks of a node in the order in which they were attached."""
    if not has_iscsi(node):
        return ()
    claims = [
        (pod.namespace, claim)
        for pod in pods
        for claim in pod.claims
        if pod.node == node.name
    ]
    found = []
    for number, (namespace, claim) in enumerate(claims or [("", f"old-{node.name}")]):
        is_back = claim == "homeassistant-config" and at >= REATTACHED
        found.append(
            LabDisk(
                f"sd{'bcdefgh'[number]}",
                number + 1,
                namespace,
                claim,
                REATTACHED if is_back else None,
            )
        )
    return tuple(found)


def pod_uid(cluster: str, pod: LabPod) -> str:
    """The UID that a pod always has."""
    return str(uuid5(NAMESPACE_DNS, f"{cluster}/Pod/{pod.namespace}/{pod.name}"))


def staging_path(disk: LabDisk) -> str:
    """Where the kubelet has a CSI volume mounted, once for all pods of the node."""
    handle = sha256(disk.volume.encode()).hexdigest()
    return f"{_KUBELET}/plugins/kubernetes.io/csi/{DRIVER}/{handle}/globalmount"


def pod_path(uid: str, volume: str) -> str:
    """Where a pod has it."""
    return f"{_KUBELET}/pods/{uid}/volumes/kubernetes.io~csi/{volume}/mount"
