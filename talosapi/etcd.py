"""etcd as the control planes tell of it: frozen values.

Ids are 64-bit numbers, which etcd and talosctl write as 16 hexadecimal digits.
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


def member_name(member_id: int) -> str:
    """An id as people know it."""
    return f"{member_id:016x}"


class EtcdMember(Struct, frozen=True):
    """One member as the cluster knows it. `hostname` is "" before it has started."""

    id: int
    hostname: str
    peer_urls: tuple[str, ...]
    client_urls: tuple[str, ...]
    is_learner: bool


class EtcdStatus(Struct, frozen=True):
    """What one member says of itself.

    leader_id       0: it knows no leader
    in_use_bytes    of the database; the rest would be freed by defragmenting
    errors          non-empty means trouble, such as an alarm
    storage_version  "" before Talos 1.11
    """

    member_id: int
    leader_id: int
    version: str
    storage_version: str
    database_bytes: int
    in_use_bytes: int
    raft_index: int
    raft_term: int
    raft_applied_index: int
    errors: tuple[str, ...]
    is_learner: bool

    @property
    def is_leader(self) -> bool:
        """Whether it leads."""
        return self.leader_id == self.member_id != 0


class AlarmType(StrEnum):
    """etcd's alarms. UNKNOWN: one that this client has no word for."""

    NO_SPACE = "no-space"
    CORRUPT = "corrupt"
    UNKNOWN = "unknown"


class EtcdAlarm(Struct, frozen=True):
    """An alarm that some member has raised."""

    member_id: int
    type: AlarmType
