"""The types of resources that this package can read, and the values they become.

source  pkg/machinery/resources of siderolabs/talos; keys as in `talosctl get -o yaml`
"""

from __future__ import annotations

from dataclasses import dataclass

from talosapi.resource import Kind
from talosapi.spec import Spec, parse
from talosapi.text import printable


@dataclass(frozen=True, slots=True)
class UnmetCondition:
    """What a machine still waits for before it is ready."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class MachineStatus:
    """The machine's stage: booting, running, rebooting, "shutting down", ..."""

    stage: str
    is_ready: bool
    unmet: tuple[UnmetCondition, ...] = ()


@dataclass(frozen=True, slots=True)
class StaticPodStatus:
    """A control plane's static pod; the id is namespace/name."""

    phase: str
    is_ready: bool
    restarts: int


@dataclass(frozen=True, slots=True)
class DiscoveredVolume:
    """A disk, partition or file system that the node has found.

    content  what was recognised in it, such as "xfs"; "" for nothing
    uuid     of the file system, which all disks of one BTRFS share; "" for none
    """

    device: str
    type: str
    size_bytes: int
    content: str
    label: str
    partition_label: str
    parent: str
    uuid: str = ""


@dataclass(frozen=True, slots=True)
class BlockDisk:
    """One disk; the id is its kernel name.

    bus_path         where sysfs has it; of iSCSI it names session and SCSI address
    secondary_disks  what a device mapper is made of
    symlinks         what udev links to it; Talos 1.10 and later
    """

    device: str
    size_bytes: int
    model: str
    serial: str
    transport: str
    is_rotational: bool
    is_read_only: bool
    is_cdrom: bool
    wwid: str = ""
    bus_path: str = ""
    secondary_disks: tuple[str, ...] = ()
    symlinks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kubelet:
    """The kubelet that this node runs."""

    image: str

    @property
    def version(self) -> str:
        """The tag of its image, such as "v1.34.1"; "" for none."""
        name = self.image.partition("@")[0].rpartition("/")[2]
        return name.partition(":")[2]


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """Something that Talos warns of; https://talos.dev/diagnostic/<id> explains it."""

    message: str
    details: tuple[str, ...]


def _machine_status(text: str) -> MachineStatus:
    spec = Spec.of(text)
    status = spec.spec("status")
    return MachineStatus(
        stage=spec.text("stage"),
        is_ready=status.flag("ready"),
        unmet=tuple(
            UnmetCondition(one.text("name"), one.text("reason"))
            for one in status.specs("unmetConditions")
        ),
    )


def _static_pod(text: str) -> StaticPodStatus:
    """The spec is Kubernetes' pod status itself."""
    spec = Spec.of(text)
    ready = {
        one.text("type"): one.flag("status") for one in spec.specs("conditions")
    }.get("Ready", False)
    restarts = [one.number("restartCount") for one in spec.specs("containerStatuses")]
    return StaticPodStatus(spec.text("phase"), ready, sum(restarts))


def _discovered_volume(text: str) -> DiscoveredVolume:
    spec = Spec.of(text)
    return DiscoveredVolume(
        device=spec.text("dev_path") or spec.text("device_path"),
        type=spec.text("type"),
        size_bytes=spec.number("size"),
        content=spec.text("name"),
        label=spec.text("label"),
        partition_label=spec.text("partition_label"),
        parent=spec.text("parent"),
        uuid=spec.text("uuid"),
    )


def _disk(text: str) -> BlockDisk:
    spec = Spec.of(text)
    return BlockDisk(
        device=spec.text("dev_path"),
        size_bytes=spec.number("size"),
        model=spec.text("model"),
        serial=spec.text("serial"),
        transport=spec.text("transport"),
        is_rotational=spec.flag("rotational"),
        is_read_only=spec.flag("readonly"),
        is_cdrom=spec.flag("cdrom"),
        wwid=spec.text("wwid"),
        bus_path=spec.text("bus_path"),
        secondary_disks=spec.texts("secondary_disks"),
        symlinks=spec.texts("symlinks"),
    )


def _kubelet(text: str) -> Kubelet:
    return Kubelet(Spec.of(text).text("image"))


def _diagnostic(text: str) -> Diagnostic:
    spec = Spec.of(text)
    return Diagnostic(spec.text("message"), spec.texts("details"))


def _machine_type(text: str) -> str:
    """A bare word: controlplane, worker, init or unknown."""
    word = parse(text)
    return printable(word) if isinstance(word, str) else ""


MACHINE_STATUS = Kind("MachineStatuses.runtime.talos.dev", "runtime", _machine_status)
DIAGNOSTIC = Kind("Diagnostics.runtime.talos.dev", "runtime", _diagnostic)
DISCOVERED_VOLUME = Kind(
    "DiscoveredVolumes.block.talos.dev", "runtime", _discovered_volume
)
BLOCK_DISK = Kind("Disks.block.talos.dev", "runtime", _disk)
MACHINE_TYPE = Kind("MachineTypes.config.talos.dev", "config", _machine_type)
STATIC_POD_STATUS = Kind("StaticPodStatuses.kubernetes.talos.dev", "k8s", _static_pod)
KUBELET_STATUS = Kind("KubeletStatuses.kubernetes.talos.dev", "k8s", _kubelet)
KUBELET_SPEC = Kind("KubeletSpecs.kubernetes.talos.dev", "k8s", _kubelet)
