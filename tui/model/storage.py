"""Where data lies: disks and mounts of a node, volumes and claims of a cluster.

None stands for "not told", an empty tuple for "none".
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct, field


class Disk(Struct, frozen=True, gc=False):
    """A disk as Talos lists it, a device mapper's included."""

    name: str
    """The kernel's: `sdc`, `dm-0`."""
    size_bytes: int = 0
    model: str = ""
    transport: str = ""
    """`iscsi`, `nvme`, …; empty when it is not known."""
    bus_path: str = ""
    """Where sysfs has it: of iSCSI it names session and SCSI address."""
    links: tuple[str, ...] = ()
    """What is linked to it under /dev; Talos tells of it since 1.10."""
    parts: tuple[str, ...] = ()
    """The disks that it is made of."""
    changed_at: datetime | None = None
    """When Talos last saw it change: from then on it is the same disk."""


class Partition(Struct, frozen=True, gc=False):
    """A disk or a part of one, and what Talos recognised in it."""

    name: str
    content: str = ""
    """`btrfs`, `xfs`, `gpt`, …"""
    uuid: str = ""
    """Of the filesystem: all disks of one filesystem share it."""
    label: str = ""
    parent: str = ""
    """The disk that it is a part of."""


class Mounted(Struct, frozen=True, gc=False):
    """A filesystem in its place."""

    source: str
    """As the node has it: `/dev/sdc`."""
    path: str


class NodeStorage(Struct, frozen=True, gc=False):
    """What one node tells of its disks."""

    disks: tuple[Disk, ...] | None = None
    partitions: tuple[Partition, ...] | None = None
    mounts: tuple[Mounted, ...] | None = None
    unavailable: Mapping[str, str] = field(default_factory=dict)
    """Why, by name of the part that it did not tell."""


class PersistentVolume(Struct, frozen=True, gc=False):
    """A volume of a cluster, and where its data lies."""

    name: str
    phase: str = ""
    driver: str = ""
    """Of CSI; `iscsi` for Kubernetes' own; `local` for a folder of a node."""
    handle: str = ""
    """What the CSI driver calls it."""
    target: str = ""
    """Name of the iSCSI target; empty when it is not told."""
    lun: str = ""
    """Number; empty when it is not told."""
    namespace: str = ""
    """Of the claim; empty when none has it."""
    claim: str = ""
    reclaim: str = ""
    """`Delete`: its data goes with the claim."""


class Attachment(Struct, frozen=True, gc=False):
    """A volume that is to be attached to a node."""

    volume: str
    node: str
    is_attached: bool


class VolumeClaim(Struct, frozen=True, gc=False):
    """A PersistentVolumeClaim."""

    namespace: str
    name: str
    phase: str
    """`Bound`, `Pending` or `Lost`."""
    volume: str


class Clue(Struct, frozen=True, gc=False):
    """A line of a kernel log that tells which device is what."""

    node: str
    kind: str
    """`attached`, `mounted` or `login`."""
    device: str
    """`sdc`, or `session2` of a login."""
    value: str
    """SCSI address, UUID of the filesystem, or name of the target."""
    at: datetime
    line: str = ""


class Clues(Struct, frozen=True, gc=False):
    """The newest clue of each kind and device, by node."""

    found: Mapping[tuple[str, str, str], Clue] = field(default_factory=dict)

    def of(self, node: str, kind: str, device: str) -> Clue | None:
        """The newest one of a node."""
        return self.found.get((node, kind, device))
