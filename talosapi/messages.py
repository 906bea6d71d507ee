"""What the client returns: frozen values. Protobuf stays inside talosapi."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import IntEnum, StrEnum

from msgspec import Struct, field


class Version(Struct, frozen=True):
    """What a node runs.

    tag       the Talos version with its "v", such as "v1.14.0"
    platform  such as "metal"; mode is metal, cloud, container or metal-agent
    """

    tag: str
    sha: str
    os: str
    arch: str
    platform: str
    mode: str
    has_rbac: bool


class Health(StrEnum):
    """A service's health. UNKNOWN: it has no check, or none has run yet."""

    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"
    UNKNOWN = "unknown"


class ServiceEvent(Struct, frozen=True):
    """One entry of a service's history. `at` is None when the node does not say."""

    state: str
    message: str
    at: datetime | None


class Service(Struct, frozen=True):
    """One Talos service.

    state        Talos' own word: Running, Waiting, Failed, Finished, Skipped, ...
    message      the newest health message; "" while healthy
    last_change  when health last flipped; None when it never had any
    events       oldest first, at most 64
    """

    id: str
    state: str
    health: Health
    message: str
    last_change: datetime | None
    events: tuple[ServiceEvent, ...] = ()

    @property
    def is_up(self) -> bool:
        """Up as Talos means it: skipped, or running and not unhealthy."""
        if self.state == "Running":
            return self.health is not Health.UNHEALTHY
        return self.state == "Skipped"


class LoadAvg(Struct, frozen=True):
    """Load over the last 1, 5 and 15 minutes."""

    load1: float
    load5: float
    load15: float


class Memory(Struct, frozen=True):
    """Bytes. `available_bytes` is 0 on a kernel that does not report it."""

    total_bytes: int
    free_bytes: int
    available_bytes: int
    buffers_bytes: int
    cached_bytes: int
    swap_total_bytes: int = 0
    swap_free_bytes: int = 0

    @property
    def used_ratio(self) -> float | None:
        """What processes cannot have any more, from 0 to 1; None without a total."""
        if not self.total_bytes:
            return None
        reusable = self.free_bytes + self.buffers_bytes + self.cached_bytes
        return 1 - (self.available_bytes or reusable) / self.total_bytes


class Mount(Struct, frozen=True):
    """One mounted file system. Pseudo file systems have a size of 0."""

    filesystem: str
    mounted_on: str
    size_bytes: int
    available_bytes: int

    @property
    def used_ratio(self) -> float | None:
        """What users cannot have any more, from 0 to 1; None without a size."""
        if not self.size_bytes:
            return None
        return 1 - self.available_bytes / self.size_bytes


class TimeCheck(Struct, frozen=True):
    """A node's clock against its time server's, both asked in the same moment.

    None: one of them did not say
    """

    server: str
    node_time: datetime | None
    server_time: datetime | None

    @property
    def offset_seconds(self) -> float | None:
        """How far the node is ahead."""
        if self.node_time is None or self.server_time is None:
            return None
        return (self.node_time - self.server_time).total_seconds()


class Priority(IntEnum):
    """A kernel record's priority; the lower, the worse."""

    EMERG = 0
    ALERT = 1
    CRIT = 2
    ERR = 3
    WARNING = 4
    NOTICE = 5
    INFO = 6
    DEBUG = 7


class KernelRecord(Struct, frozen=True):
    """One record of the kernel log.

    facility  "kern", "user", "daemon", ...; "" for a record that cannot be read
    at        computed by the node when it is asked: the same record can be up to a
              second off in another answer, so it is no key; None if unreadable
    message   printable, one line, without the device lines
    fields    those device lines: SUBSYSTEM and DEVICE
    """

    facility: str
    priority: Priority
    at: datetime | None
    message: str
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_from_talos(self) -> bool:
        """Whether machined wrote it: its `warning` is only the kernel's default."""
        return self.facility == "user" and self.message.startswith("[talos]")
