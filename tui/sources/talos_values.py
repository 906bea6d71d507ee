"""What talosapi says in the words of our model. Pure; knows no call and no clock."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from talosapi.errors import ErrorKind, TalosConfigError, TalosError
from talosapi.etcd import EtcdAlarm, EtcdMember, EtcdStatus, member_name
from talosapi.messages import KernelRecord, Memory, Mount, Priority, Service
from tui.model.fault import Fault, FaultKind
from tui.model.labels import Labels
from tui.model.log import Entry
from tui.model.machine import CpuUse, Etcd, EtcdPeer, Filesystem
from tui.model.talos import ServiceEvent, ServiceHealth, TalosService
from tui.model.unix import to_ns
from tui.sources.text import first_line

if TYPE_CHECKING:
    from talosapi.rates import CpuUsage

_LAST_NS = 2**63 - 1
"""In the year 2262, as Loki's own last."""
_KINDS = {
    ErrorKind.UNREACHABLE: FaultKind.UNREACHABLE,
    ErrorKind.TIMEOUT: FaultKind.TIMEOUT,
    ErrorKind.TLS: FaultKind.TLS,
    ErrorKind.AUTH: FaultKind.AUTH,
    ErrorKind.FORBIDDEN: FaultKind.FORBIDDEN,
    ErrorKind.RATE_LIMITED: FaultKind.RATE_LIMITED,
    ErrorKind.NOT_FOUND: FaultKind.NOT_FOUND,
    ErrorKind.UNSUPPORTED: FaultKind.NOT_FOUND,
    ErrorKind.PROTOCOL: FaultKind.PROTOCOL,
}
# Of these the advice says more than the node's own words, such as "not authorized".
_ADVISED = {ErrorKind.UNSUPPORTED, ErrorKind.FORBIDDEN, ErrorKind.AUTH}
_OF_PODS = "/var/lib/kubelet/"
_TIME = re.compile(r"(\d{4})[-/](\d\d)[-/](\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d{1,6})?)")
_MILLISECONDS = re.compile(r'"ts":(\d{13})')


def fault(error: TalosError) -> Fault:
    """What went wrong; the detail names the call."""
    about = f"{error.call} of {error.node}" if error.node else error.call
    return Fault(
        kind=_KINDS[error.kind],
        summary=first_line(error.message),
        detail=about,
        endpoint=error.endpoint,
        remedy=first_line(error.advice),
    )


def config_fault(error: TalosConfigError) -> Fault:
    """A talosconfig that cannot be used: which, why, what to do."""
    return Fault(
        FaultKind.CONFIG,
        first_line(f"talosconfig: {error.problem}"),
        first_line(error.advice),
        str(error.path or "talosconfig"),
    )


def reason(error: TalosError) -> str:
    """Why one part is missing, where the rest is there."""
    return first_line(error.advice if error.kind in _ADVISED else error.message)


def service(of: Service) -> TalosService:
    """One service with its history."""
    return TalosService(
        id=of.id,
        state=of.state,
        health=ServiceHealth(of.health.value),
        message=of.message,
        last_change=of.last_change,
        events=tuple(
            ServiceEvent(event.at, event.state, event.message) for event in of.events
        ),
    )


def cpu_use(usage: CpuUsage | None) -> CpuUse | None:
    """Shares of all processors' time."""
    if usage is None:
        return None
    return CpuUse(
        user=usage.user_ratio,
        system=usage.system_ratio,
        iowait=usage.iowait_ratio,
        other=usage.steal_ratio,
    )


def available_bytes(memory: Memory) -> int:
    """Memory that programs could still have, reckoned where the kernel does not say."""
    reusable = memory.free_bytes + memory.buffers_bytes + memory.cached_bytes
    return memory.available_bytes or reusable


def filesystems(mounts: Iterable[Mount]) -> tuple[Filesystem, ...]:
    """The node's own, each once: not pods', not in memory, not the read-only root.

    wire    the root is an image on a loop device, full by nature; one device is mounted
            in many places, first where it belongs
    """
    found: dict[str, Filesystem] = {}
    for mount in mounts:
        is_disk = mount.filesystem.startswith("/dev/")
        is_image = mount.filesystem.startswith("/dev/loop")
        is_pods = mount.mounted_on.startswith(_OF_PODS)
        if mount.size_bytes and is_disk and not is_image and not is_pods:
            own = Filesystem(
                mount.mounted_on,
                mount.filesystem,
                mount.size_bytes,
                mount.available_bytes,
            )
            found.setdefault(mount.filesystem, own)
    return tuple(found.values())


def etcd(
    status: EtcdStatus, members: Iterable[EtcdMember], alarms: Iterable[EtcdAlarm]
) -> Etcd:
    """etcd as one control plane sees it."""
    peers = tuple(
        EtcdPeer(member_name(each.id), each.hostname, each.is_learner)
        for each in members
    )
    names = {peer.id: peer.hostname for peer in peers if peer.hostname}
    return Etcd(
        member_id=member_name(status.member_id),
        leader_id=member_name(status.leader_id) if status.leader_id else "",
        is_learner=status.is_learner,
        database_bytes=status.database_bytes,
        in_use_bytes=status.in_use_bytes,
        raft_index=status.raft_index,
        raft_applied_index=status.raft_applied_index,
        raft_term=status.raft_term,
        errors=status.errors,
        alarms=tuple(_alarm(each, names) for each in alarms),
        members=peers,
        version=status.version,
    )


def _alarm(alarm: EtcdAlarm, names: dict[str, str]) -> str:
    raised_by = member_name(alarm.member_id)
    return f"{alarm.type.value} of {names.get(raised_by, raised_by)}"


def kernel_entry(record: KernelRecord, at: datetime, address: str) -> Entry:
    """Labels: node, facility, priority. Metadata: SUBSYSTEM and DEVICE, if any."""
    labels = _kernel_labels(address, record.facility, record.priority)
    fields = _kernel_fields(tuple(record.fields.items()))
    return Entry(entry_ns(at), labels, record.message, fields)


def entry_ns(at: datetime) -> int:
    """The time of an entry; what no clock shows is the nearest that one does.

    A line may begin with any year.
    """
    return min(max(0, to_ns(at)), _LAST_NS)


@lru_cache(256)
def _kernel_fields(fields: tuple[tuple[str, str], ...]) -> Labels:
    """One for all the records that have them."""
    return dict(fields)


@lru_cache(256)
def _kernel_labels(address: str, facility: str, priority: Priority) -> Labels:
    """One for all the records of which it is true."""
    return {"node": address, "facility": facility, "priority": priority.name.lower()}


def line_time(line: str) -> datetime | None:
    """The time that a service wrote into its line; nodes run in UTC.

    wire    machined 2006/01/02 15:04:05.000000, most others RFC 3339, kubelet
            milliseconds
    """
    head = line[:200]
    dated = _TIME.search(head)
    if dated:
        year, month, day, rest = dated.groups()
        try:
            return datetime.fromisoformat(f"{year}-{month}-{day}T{rest}+00:00")
        except ValueError:
            return None
    stamped = _MILLISECONDS.search(head)
    return datetime.fromtimestamp(int(stamped[1]) / 1000, UTC) if stamped else None
