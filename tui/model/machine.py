"""What one machine is doing: numbers for the table, and all of it for one node.

Ratios are between 0 and 1. None stands for "not known", never for zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec import Struct, field

EXPIRES_SOON = timedelta(days=30)


class CpuUse(Struct, frozen=True, gc=False):
    """How all processors together spent the time between two readings."""

    user: float
    system: float
    """Interrupts included."""
    iowait: float
    other: float
    """Stolen by the hypervisor."""

    @property
    def busy(self) -> float:
        """Everything but idling and waiting for disks."""
        return self.user + self.system + self.other


class Vitals(Struct, frozen=True, gc=False):
    """What is asked of every node at every refresh."""

    cpu: CpuUse | None
    """None until there are two readings of one boot."""
    cores: int
    memory_total_bytes: int
    memory_available_bytes: int
    load1: float
    load5: float
    load15: float
    booted_at: datetime | None

    @property
    def memory_ratio(self) -> float | None:
        """The part of the memory that is not available."""
        if not self.memory_total_bytes:
            return None
        return 1 - self.memory_available_bytes / self.memory_total_bytes


class Filesystem(Struct, frozen=True, gc=False):
    """A mounted filesystem of the node itself; pods' mounts are left out."""

    mount: str
    source: str
    size_bytes: int
    available_bytes: int

    @property
    def used_ratio(self) -> float:
        """How full it is for unprivileged users."""
        return 1 - self.available_bytes / self.size_bytes if self.size_bytes else 0.0


class EtcdPeer(Struct, frozen=True, gc=False):
    """One member, as this node's etcd lists it."""

    id: str
    """16 hex digits."""
    hostname: str
    is_learner: bool


class Etcd(Struct, frozen=True, gc=False):
    """etcd as seen from one control-plane node."""

    member_id: str
    leader_id: str
    """Empty when it knows no leader."""
    is_learner: bool
    database_bytes: int
    in_use_bytes: int
    raft_index: int
    raft_applied_index: int
    raft_term: int
    errors: tuple[str, ...]
    alarms: tuple[str, ...]
    """`no-space`, `corrupt`, each with the member that raised it."""
    members: tuple[EtcdPeer, ...]
    version: str = ""
    """etcd's own, such as 3.6.4."""

    @property
    def is_leader(self) -> bool:
        """Whether this node leads."""
        return bool(self.leader_id) and self.leader_id == self.member_id


class Facts(Struct, frozen=True, gc=False):
    """What changes slowly: asked of every node about once a minute."""

    stage: str = ""
    """Talos' word: running, booting, upgrading, …; empty when not known."""
    is_ready: bool | None = None
    unmet: tuple[str, ...] = ()
    """Why it is not ready: `name: reason`."""
    is_control_plane: bool | None = None
    filesystems: tuple[Filesystem, ...] | None = None
    clock_offset_seconds: float | None = None
    """The node's clock against its time server; positive is ahead."""
    time_server_ahead_seconds: float | None = None
    """That time server's clock against ours, as far as it is proven."""
    etcd: Etcd | None = None
    diagnostics: tuple[str, ...] = ()
    unavailable: Mapping[str, str] = field(default_factory=dict)
    """What this node did not tell, and why: `etcd` → `Talos 1.6 has no such call`."""

    @property
    def fullest(self) -> Filesystem | None:
        """The filesystem that will fill up first."""
        known = self.filesystems or ()
        return max(known, key=lambda each: each.used_ratio, default=None)


class DiskRate(Struct, frozen=True, gc=False):
    """One whole disk between two readings; partitions and mappings are not counted."""

    name: str
    read_bytes_per_second: float
    write_bytes_per_second: float
    busy_ratio: float


class LinkRate(Struct, frozen=True, gc=False):
    """One network device between two readings."""

    name: str
    received_bytes_per_second: float
    sent_bytes_per_second: float
    errors_per_second: float
    """Errors and drops, both ways."""


class ProcessUse(Struct, frozen=True, gc=False):
    """One process; `cpu` is in processors: 1.5 is one and a half of them."""

    pid: int
    name: str
    command: str
    state: str
    cpu: float | None
    resident_bytes: int


class ContainerUse(Struct, frozen=True, gc=False):
    """One container of the system or of a pod."""

    namespace: str
    """`system` or `k8s.io`."""
    pod: str
    """namespace/name; empty for the system's own."""
    name: str
    image: str
    status: str
    cpu: float | None
    memory_bytes: int | None


class Detail(Struct, frozen=True, gc=False):
    """What is asked of the node on the screen, every few seconds."""

    disks: tuple[DiskRate, ...] | None = None
    """None until there are two readings."""
    links: tuple[LinkRate, ...] | None = None
    processes: tuple[ProcessUse, ...] = ()
    containers: tuple[ContainerUse, ...] = ()
    unavailable: Mapping[str, str] = field(default_factory=dict)


class Moment(Struct, frozen=True, gc=False):
    """One point of a node's history, kept while the program runs."""

    at: datetime
    vitals: Vitals | None = None
    """None in one that tells of rates: those are read at a pace of their own."""
    disks: tuple[DiskRate, ...] | None = None
    """Only while the node was on the screen."""
    links: tuple[LinkRate, ...] | None = None


class Certificate(Struct, frozen=True, gc=False):
    """A certificate that lets us in, or that lets the cluster run."""

    name: str
    """Such as `talosconfig prod`."""
    expires_at: datetime
    is_token: bool = False
    begins_at: datetime | None = None
    """Of a server's own, which machines renew."""

    def is_ending(self, now: datetime) -> bool:
        """Whether somebody has to renew it soon."""
        return expires_soon(self.begins_at, self.expires_at, now)


def expires_soon(
    begins_at: datetime | None, expires_at: datetime, now: datetime
) -> bool:
    """Whether it ends within 30 days.

    begins_at   of one that may be renewed by machines, as late as for its last third:
                apid's live for a day. None: of what a person renews
    """
    span = EXPIRES_SOON
    if begins_at is not None:
        span = min(span, (expires_at - begins_at) / 3)
    return expires_at - now < span
