"""The disks of one node, what is on them, and where that is mounted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from talosapi.kinds import BLOCK_DISK, DISCOVERED_VOLUME, BlockDisk, DiscoveredVolume
from talosapi.resource import Resource
from tui.model.storage import Disk, Mounted, NodeStorage, Partition
from tui.sources.talos_parts import Parts

if TYPE_CHECKING:
    from talosapi.client import TalosClient


async def read_storage(
    client: TalosClient, address: str, seconds: float
) -> NodeStorage:
    """Ask one thing after the other. Mounts come last: a hung one holds them up.

    seconds     the deadline of each call
    raise       SourceError when not one part is answered
    """
    parts = Parts()
    disks = await parts.part(
        "disks",
        client.list_resources(address, BLOCK_DISK, timeout_seconds=seconds),
    )
    volumes = await parts.part(
        "volumes",
        client.list_resources(address, DISCOVERED_VOLUME, timeout_seconds=seconds),
    )
    mounts = await parts.part("mounts", client.mounts(address, timeout_seconds=seconds))
    parts.check()
    return NodeStorage(
        disks=None if disks is None else tuple(map(_disk, disks)),
        partitions=None if volumes is None else tuple(map(_partition, volumes)),
        mounts=None
        if mounts is None
        else tuple(Mounted(each.filesystem, each.mounted_on) for each in mounts),
        unavailable=parts.unavailable,
    )


def _disk(found: Resource[BlockDisk]) -> Disk:
    spec = found.spec
    return Disk(
        name=found.id,
        size_bytes=spec.size_bytes,
        model=spec.model,
        transport=spec.transport,
        bus_path=spec.bus_path,
        links=spec.symlinks,
        parts=spec.secondary_disks,
        changed_at=found.updated or found.created,
    )


def _partition(found: Resource[DiscoveredVolume]) -> Partition:
    spec = found.spec
    return Partition(
        name=found.id,
        content=spec.content,
        uuid=spec.uuid,
        label=spec.partition_label or spec.label,
        parent=spec.parent,
    )
