"""Volumes, claims and attachments, and how they become the model."""

from __future__ import annotations

import msgspec

from tui.model.storage import Attachment, PersistentVolume, VolumeClaim
from tui.sources.kubernetes_wire import ListWire, MetaWire, Wire

IN_TREE, LOCAL = "iscsi", "local"
_TARGETS = ("iqn", "targetIqn", "targetIQN", "target_iqn")


class ReferenceWire(Wire):
    """The claim that has a volume."""

    namespace: str = ""
    name: str = ""


class IscsiWire(Wire):
    """Kubernetes' own iSCSI."""

    iqn: str = ""
    lun: int = 0


class CsiWire(Wire):
    """A CSI volume. The attributes are the driver's own."""

    driver: str = ""
    volume_handle: str = ""
    volume_attributes: dict[str, str] | None = None


class PathWire(Wire):
    """A folder of a node."""

    path: str = ""


class VolumeSpecWire(Wire):
    """Spec of a volume."""

    claim_ref: ReferenceWire | None = None
    persistent_volume_reclaim_policy: str = ""
    iscsi: IscsiWire | None = None
    csi: CsiWire | None = None
    local: PathWire | None = None
    host_path: PathWire | None = None


class PhaseWire(Wire):
    """Status of a volume or a claim."""

    phase: str = ""


class VolumeWire(Wire):
    """A PersistentVolume."""

    metadata: MetaWire
    spec: VolumeSpecWire = msgspec.field(default_factory=VolumeSpecWire)
    status: PhaseWire = msgspec.field(default_factory=PhaseWire)


class SourceWire(Wire):
    """What is attached; a volume of a pod's own has no name."""

    persistent_volume_name: str | None = None


class AttachmentSpecWire(Wire):
    """Spec of an attachment."""

    node_name: str = ""
    source: SourceWire = msgspec.field(default_factory=SourceWire)


class AttachedWire(Wire):
    """Status of an attachment."""

    attached: bool = False


class AttachmentWire(Wire):
    """A VolumeAttachment."""

    metadata: MetaWire
    spec: AttachmentSpecWire = msgspec.field(default_factory=AttachmentSpecWire)
    status: AttachedWire = msgspec.field(default_factory=AttachedWire)


class ClaimSpecWire(Wire):
    """Spec of a claim."""

    volume_name: str = ""


class ClaimWire(Wire):
    """A PersistentVolumeClaim."""

    metadata: MetaWire
    spec: ClaimSpecWire = msgspec.field(default_factory=ClaimSpecWire)
    status: PhaseWire = msgspec.field(default_factory=PhaseWire)


VOLUMES = msgspec.json.Decoder(ListWire[VolumeWire])
ATTACHMENTS = msgspec.json.Decoder(ListWire[AttachmentWire])
CLAIMS = msgspec.json.Decoder(ListWire[ClaimWire])


def volume(wire: VolumeWire) -> PersistentVolume:
    """A volume, with its iSCSI target where Kubernetes or the driver names it."""
    spec = wire.spec
    claim = spec.claim_ref or ReferenceWire()
    driver, handle, target, lun = _source(spec)
    return PersistentVolume(
        name=wire.metadata.name,
        phase=wire.status.phase,
        driver=driver,
        handle=handle,
        target=target,
        lun=lun,
        namespace=claim.namespace,
        claim=claim.name,
        reclaim=spec.persistent_volume_reclaim_policy,
    )


def _source(spec: VolumeSpecWire) -> tuple[str, str, str, str]:
    """Driver, handle, target and LUN, each empty when it is not told."""
    if spec.iscsi is not None:
        return IN_TREE, "", spec.iscsi.iqn, str(spec.iscsi.lun)
    if spec.csi is not None:
        told = spec.csi.volume_attributes or {}
        return (
            spec.csi.driver,
            spec.csi.volume_handle,
            _first(told, _TARGETS),
            told.get("lun", ""),
        )
    return LOCAL if spec.local or spec.host_path else "", "", "", ""


def _first(told: dict[str, str], names: tuple[str, ...]) -> str:
    return next((told[name] for name in names if told.get(name)), "")


def attachment(wire: AttachmentWire) -> Attachment:
    """An attachment."""
    name = wire.spec.source.persistent_volume_name or ""
    return Attachment(name, wire.spec.node_name, wire.status.attached)


def claim(wire: ClaimWire) -> VolumeClaim:
    """A claim."""
    return VolumeClaim(
        wire.metadata.namespace,
        wire.metadata.name,
        wire.status.phase,
        wire.spec.volume_name,
    )
