"""The types of resources that this package can read, and the values they become.

source  pkg/machinery/resources of siderolabs/talos; keys as in `talosctl get -o yaml`
"""

from __future__ import annotations

from msgspec import Struct

from talosapi.event import StageChange, UnmetCondition
from talosapi.resource import Kind
from talosapi.secret import Secret
from talosapi.spec import Spec, parse
from talosapi.text import printable

_UNKNOWN_SPEEDS = {0, -1, 2**32 - 1}


class Member(Struct, frozen=True):
    """One machine that this node has discovered. Its id is the node's name.

    machine_type  "controlplane", "worker", "init" or "unknown"
    """

    node_id: str
    hostname: str
    machine_type: str
    operating_system: str
    addresses: tuple[str, ...]


class HostnameStatus(Struct, frozen=True):
    """The node's name. `domain` is "" when it has none."""

    hostname: str
    domain: str


class StaticPodStatus(Struct, frozen=True):
    """A control plane's static pod; the id is namespace/name."""

    phase: str
    is_ready: bool
    restarts: int


class VolumeStatus(Struct, frozen=True):
    """One of Talos' volumes, such as EPHEMERAL.

    phase  waiting, failed, missing, located, provisioned, prepared, ready or closed
    error  why it failed; "" else
    """

    phase: str
    type: str
    location: str
    size_bytes: int
    filesystem: str
    error: str


class DiscoveredVolume(Struct, frozen=True):
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


class BlockDisk(Struct, frozen=True):
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


class LinkStatus(Struct, frozen=True):
    """One network link; the id is its name.

    kind        "" for hardware; bond, bridge, vlan, wireguard, ... for what is made
    is_up       whether there is a carrier
    speed_mbit  None when the driver does not say
    """

    type: str
    kind: str
    is_up: bool
    operational_state: str
    speed_mbit: int | None
    mtu: int
    hardware_address: str
    driver: str

    @property
    def is_physical(self) -> bool:
        """Whether there is hardware behind it."""
        return self.type == "ether" and not self.kind


class Kubelet(Struct, frozen=True):
    """The kubelet that this node runs."""

    image: str

    @property
    def version(self) -> str:
        """The tag of its image, such as "v1.34.1"; "" for none."""
        name = self.image.partition("@")[0].rpartition("/")[2]
        return name.partition(":")[2]


class Diagnostic(Struct, frozen=True):
    """Something that Talos warns of; https://talos.dev/diagnostic/<id> explains it."""

    message: str
    details: tuple[str, ...]


class TimeStatus(Struct, frozen=True):
    """Whether the node's clock follows a time server."""

    is_synced: bool
    is_sync_disabled: bool


def _machine_status(text: str) -> StageChange:
    spec = Spec.of(text)
    status = spec.spec("status")
    return StageChange(
        stage=spec.text("stage"),
        is_ready=status.flag("ready"),
        unmet=tuple(
            UnmetCondition(one.text("name"), one.text("reason"))
            for one in status.specs("unmetConditions")
        ),
    )


def _member(text: str) -> Member:
    spec = Spec.of(text)
    return Member(
        node_id=spec.text("nodeId"),
        hostname=spec.text("hostname"),
        machine_type=spec.text("machineType"),
        operating_system=spec.text("operatingSystem"),
        addresses=spec.texts("addresses"),
    )


def _hostname(text: str) -> HostnameStatus:
    spec = Spec.of(text)
    return HostnameStatus(spec.text("hostname"), spec.text("domainname"))


def _addresses(text: str) -> tuple[str, ...]:
    return Spec.of(text).texts("addresses")


def _static_pod(text: str) -> StaticPodStatus:
    """The spec is Kubernetes' pod status itself."""
    spec = Spec.of(text)
    ready = {
        one.text("type"): one.flag("status") for one in spec.specs("conditions")
    }.get("Ready", False)
    restarts = [one.number("restartCount") for one in spec.specs("containerStatuses")]
    return StaticPodStatus(spec.text("phase"), ready, sum(restarts))


def _volume(text: str) -> VolumeStatus:
    spec = Spec.of(text)
    return VolumeStatus(
        phase=spec.text("phase"),
        type=spec.text("type"),
        location=spec.text("mountLocation") or spec.text("location"),
        size_bytes=spec.number("size"),
        filesystem=spec.text("filesystem"),
        error=spec.text("errorMessage"),
    )


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


def _link(text: str) -> LinkStatus:
    spec = Spec.of(text)
    speed = spec.number("speedMbit")
    return LinkStatus(
        type=spec.text("type"),
        kind=spec.text("kind"),
        is_up=spec.flag("linkState"),
        operational_state=spec.text("operationalState"),
        speed_mbit=None if speed in _UNKNOWN_SPEEDS else speed,
        mtu=spec.number("mtu"),
        hardware_address=spec.text("hardwareAddr"),
        driver=spec.text("driver"),
    )


def _kubelet(text: str) -> Kubelet:
    return Kubelet(Spec.of(text).text("image"))


def _diagnostic(text: str) -> Diagnostic:
    spec = Spec.of(text)
    return Diagnostic(spec.text("message"), spec.texts("details"))


def _time_status(text: str) -> TimeStatus:
    spec = Spec.of(text)
    return TimeStatus(spec.flag("synced"), spec.flag("syncDisabled"))


def _machine_type(text: str) -> str:
    """A bare word: controlplane, worker, init or unknown."""
    word = parse(text)
    return printable(word) if isinstance(word, str) else ""


def _machine_config(text: str) -> Secret:
    """One YAML string since Talos 1.12, the documents in its place before that."""
    inner = parse(text)
    return Secret((inner if isinstance(inner, str) else text).encode())


def _etcd_member(text: str) -> int:
    """The node's own member id, hexadecimal in the spec; 0 for none."""
    try:
        return int(Spec.of(text).text("memberID"), 16)
    except ValueError:
        return 0


MACHINE_STATUS = Kind("MachineStatuses.runtime.talos.dev", "runtime", _machine_status)
DIAGNOSTIC = Kind("Diagnostics.runtime.talos.dev", "runtime", _diagnostic)
TIME_STATUS = Kind("TimeStatuses.v1alpha1.talos.dev", "runtime", _time_status)
VOLUME_STATUS = Kind("VolumeStatuses.block.talos.dev", "runtime", _volume)
DISCOVERED_VOLUME = Kind(
    "DiscoveredVolumes.block.talos.dev", "runtime", _discovered_volume
)
BLOCK_DISK = Kind("Disks.block.talos.dev", "runtime", _disk)
MACHINE_TYPE = Kind("MachineTypes.config.talos.dev", "config", _machine_type)
MACHINE_CONFIG = Kind("MachineConfigs.config.talos.dev", "config", _machine_config)
MEMBER = Kind("Members.cluster.talos.dev", "cluster", _member)
HOSTNAME_STATUS = Kind("HostnameStatuses.net.talos.dev", "network", _hostname)
NODE_ADDRESSES = Kind("NodeAddresses.net.talos.dev", "network", _addresses)
LINK_STATUS = Kind("LinkStatuses.net.talos.dev", "network", _link)
STATIC_POD_STATUS = Kind("StaticPodStatuses.kubernetes.talos.dev", "k8s", _static_pod)
KUBELET_STATUS = Kind("KubeletStatuses.kubernetes.talos.dev", "k8s", _kubelet)
KUBELET_SPEC = Kind("KubeletSpecs.kubernetes.talos.dev", "k8s", _kubelet)
ETCD_MEMBER = Kind("EtcdMembers.etcd.talos.dev", "etcd", _etcd_member)
