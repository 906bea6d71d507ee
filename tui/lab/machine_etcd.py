"""etcd of a cluster: its members, what each says of itself, and its alarms."""

from __future__ import annotations

from datetime import timedelta
from zlib import crc32

from talosapi.proto import etcd_pb2 as etcd
from tui.lab.estate import LabCluster, LabNode, Reach, Role
from tui.lab.machine_wave import share, wave
from tui.lab.release import talos_release

QUOTA = 2 * 1024**3
_MIB = 1024**2
# A point in the past from which the log's length is counted.
_FOUNDED = timedelta(days=-40)
_LAG = 6_000  # entries that a lagging member is behind


def member_id(node: LabNode) -> int:
    """The 64 bits that name a member."""
    name = node.name.encode()
    return (crc32(name) << 32 | crc32(name[::-1])) | 1 << 63


def members(cluster: LabCluster) -> tuple[LabNode, ...]:
    """The control planes that are members."""
    return tuple(
        node
        for node in cluster.nodes
        if node.role is Role.CONTROL_PLANE and node.name not in cluster.etcd.missing
    )


def member_list(cluster: LabCluster, only: LabNode | None) -> etcd.EtcdMembers:
    """All members, or what one knows of itself."""
    nodes = [node for node in members(cluster) if only is None or node == only]
    return etcd.EtcdMembers(
        legacy_members=[node.name for node in nodes],
        members=[
            etcd.EtcdMember(
                id=member_id(node),
                hostname=node.name,
                peer_urls=[f"https://{node.address}:2380"],
                client_urls=[f"https://{node.address}:2379"],
            )
            for node in nodes
        ],
    )


def leader(cluster: LabCluster) -> LabNode | None:
    """The member that leads; None when too few answer to elect one."""
    voters = members(cluster)
    alive = [node for node in voters if node.reach is Reach.ANSWERS]
    if 2 * len(alive) <= len(voters):
        return None
    return alive[0]


def member_status(cluster: LabCluster, node: LabNode, at: timedelta) -> etcd.EtcdStatus:
    """What a member says of itself; its raft log grows by some entries a second."""
    age = (at - _FOUNDED) / timedelta(seconds=1)
    index = 48_000_000 + int(14 * wave(cluster.name, "raft").total(age))
    is_lagging = node.name in cluster.etcd.lagging
    if is_lagging:
        index -= _LAG
    size = (60 + int(30 * share(cluster.name, "db"))) * _MIB + int(age * 12)
    if cluster.etcd.has_alarm:
        size = QUOTA + 4096 * 3
    head = leader(cluster)
    errors = ["etcdserver: no leader"] if head is None else []
    if cluster.etcd.has_alarm:
        errors.append(f"memberID:{member_id(members(cluster)[0])} alarm:NOSPACE ")
    return etcd.EtcdStatus(
        member_status=etcd.EtcdMemberStatus(
            storage_version="3.6.0" if talos_release(node) >= (1, 11) else "",
            member_id=member_id(node),
            protocol_version="3.6.4",
            db_size=size,
            db_size_in_use=size * 6 // 10,
            leader=0 if head is None else member_id(head),
            raft_index=index,
            raft_term=7 + (head is not None and head != members(cluster)[0]),
            raft_applied_index=index - (_LAG // 4 if is_lagging else 0),
            errors=errors,
        )
    )


def alarms(cluster: LabCluster) -> etcd.EtcdAlarm:
    """The alarms of the whole cluster, as any member tells them."""
    if not cluster.etcd.has_alarm or not members(cluster):
        return etcd.EtcdAlarm()
    return etcd.EtcdAlarm(
        member_alarms=[
            etcd.EtcdMemberAlarm(
                member_id=member_id(members(cluster)[0]),
                alarm=etcd.EtcdMemberAlarm.NOSPACE,
            )
        ]
    )
