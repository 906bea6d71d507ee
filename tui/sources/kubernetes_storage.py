"""Kubernetes' storage: which path answers each question about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, TypeVar

import msgspec

from tui.model.kube import StorageClass
from tui.model.question import (
    ClaimsIn,
    CsiDrivers,
    PersistentVolumes,
    StorageClasses,
    VolumeAttachments,
)
from tui.model.storage import Attachment, PersistentVolume, VolumeClaim
from tui.sources import kubernetes_storage_wire as storage
from tui.sources import kubernetes_wire as wire

T = TypeVar("T")

StorageQuestion = (
    StorageClasses | CsiDrivers | PersistentVolumes | VolumeAttachments | ClaimsIn
)
StorageAnswer = (
    tuple[StorageClass, ...]
    | tuple[str, ...]
    | tuple[PersistentVolume, ...]
    | tuple[Attachment, ...]
    | tuple[VolumeClaim, ...]
)
_GROUP = "/apis/storage.k8s.io/v1"


class Listing(Protocol):
    """Reads all pages of a list; raises SourceError."""

    async def __call__(
        self,
        path: str,
        params: Mapping[str, str],
        decoder: msgspec.json.Decoder[wire.ListWire[T]],
    ) -> list[T]:
        """Everything that is there."""


async def ask(listing: Listing, question: StorageQuestion) -> StorageAnswer:
    """The answer to a question, of the type that the question's docstring names."""
    match question:
        case StorageClasses():
            classes = await listing(
                f"{_GROUP}/storageclasses", {}, wire.STORAGE_CLASSES
            )
            return tuple(map(wire.storage_class, classes))
        case CsiDrivers():
            drivers = await listing(f"{_GROUP}/csidrivers", {}, wire.CSI_DRIVERS)
            return tuple(one.metadata.name for one in drivers)
        case PersistentVolumes():
            volumes = await listing("/api/v1/persistentvolumes", {}, storage.VOLUMES)
            return tuple(map(storage.volume, volumes))
        case VolumeAttachments():
            path = f"{_GROUP}/volumeattachments"
            return tuple(
                map(storage.attachment, await listing(path, {}, storage.ATTACHMENTS))
            )
        case ClaimsIn(namespace):
            path = f"/api/v1/namespaces/{namespace}/persistentvolumeclaims"
            return tuple(map(storage.claim, await listing(path, {}, storage.CLAIMS)))
