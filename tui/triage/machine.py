"""What a person should act on in the machines: etcd, disks, clocks, versions.

Like `findings`, pure; an old answer proves nothing, so it makes a finding undecided.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from tui.model.alert import Verdict
from tui.model.finding import Finding, FindingKind
from tui.model.fleet import NodeView
from tui.model.machine import Certificate, Etcd, Facts
from tui.model.reading import Freshness
from tui.triage.version import minor_of, minors_apart

LAG = 1000
"""Raft entries that a member may be behind."""
WRITES_PER_SECOND = 1000
"""More than etcd on any such machine takes: so much may the leader have run ahead."""
OFFSET_SECONDS = 0.1
OFFSET_CERTAIN_SECONDS = 1.0
"""A single question over the network may be wrong by tenths of a second, not by one."""
FULL_RATIO = 0.9
SKEW_ODD, SKEW_UNSUPPORTED = 1, 3
"""Minors that a kubelet may be behind: what is usual, and what Kubernetes supports."""


class _Told(Struct, frozen=True):
    """What one node told of itself, and what that is worth now."""

    node: NodeView
    facts: Facts
    at: datetime
    verdict: Verdict
    """Of what it says: REAL while it is fresh."""

    @property
    def is_live(self) -> bool:
        return self.verdict is Verdict.REAL


def of_nodes(
    nodes: Sequence[NodeView], interval: timedelta, now: datetime
) -> tuple[Finding, ...]:
    """Everything about the machines of one cluster.

    interval    how often each is asked for its facts
    """
    told = [_told(node, interval, now) for node in nodes]
    known = [each for each in told if each is not None]
    return (
        *_etcd(known),
        *(found for each in known for found in _filesystems(each)),
        *(found for each in known for found in _clock(each)),
        *_talos_skew(nodes),
        *_kubelet_skew(nodes),
    )


def of_certificates(
    certificates: Iterable[Certificate], now: datetime
) -> tuple[Finding, ...]:
    """Certificates that have expired, or will soon."""
    return tuple(
        Finding(
            FindingKind.CERTIFICATE_EXPIRING,
            Verdict.REAL,
            each.name,
            f"the {'token' if each.is_token else 'certificate'} of {each.name} "
            f"{_expiry(each.expires_at - now)}",
            f"{each.expires_at:%Y-%m-%d %H:%M} UTC",
        )
        for each in certificates
        if each.is_ending(now)
    )


def _expiry(left: timedelta) -> str:
    if left <= timedelta():
        return "has expired"
    return f"expires in {left.days} days" if left.days != 1 else "expires in 1 day"


def _told(node: NodeView, interval: timedelta, now: datetime) -> _Told | None:
    facts, at = node.facts.value, node.facts.observed_at
    if facts is None or at is None:
        return None
    is_live = node.facts.freshness(now, interval) is Freshness.LIVE
    verdict = Verdict.REAL if is_live and not node.facts.fault else Verdict.UNDECIDED
    return _Told(node, facts, at, verdict)


def _etcd(told: Sequence[_Told]) -> list[Finding]:
    """etcd is one thing of the whole cluster: what several members say is said once."""
    members = [(each, each.facts.etcd) for each in told if each.facts.etcd]
    found: dict[str, Finding] = {}
    for each, etcd in members:
        name = each.node.name
        if not etcd.leader_id:
            title = f"etcd on {name} knows no leader"
            found.setdefault(title, _finding(each, title, "; ".join(etcd.errors)))
        for alarm in etcd.alarms:
            title = f"etcd has the alarm {alarm}"
            if title not in found or each.is_live:
                found[title] = _finding(each, title, "; ".join(etcd.errors))
        if lag := _lag(each, etcd, members):
            title = f"etcd on {name} lags behind"
            found[title] = _finding(each, title, lag)
    for each in told:
        if missing := _missing(each, members):
            found[missing.title] = missing
    return list(found.values())


def _finding(told: _Told, title: str, detail: str) -> Finding:
    return Finding(FindingKind.ETCD, told.verdict, told.node.name, title, detail)


def _lag(told: _Told, etcd: Etcd, members: Sequence[tuple[_Told, Etcd]]) -> str:
    """How far a member is behind, where that is proved; empty where it is not.

    The members were asked at different times. What the leader had at its time, a
    follower that is asked later must have too; one that was asked earlier is given what
    may have been written meanwhile.
    """
    unapplied = etcd.raft_index - etcd.raft_applied_index
    if unapplied > LAG:
        return f"{unapplied} entries are not applied"
    leader = next((pair for pair in members if pair[1].is_leader), None)
    if leader is None or leader[1].raft_term != etcd.raft_term:
        return ""
    earlier = max(0.0, (leader[0].at - told.at).total_seconds())
    behind = leader[1].raft_index - etcd.raft_index
    if behind <= LAG + earlier * WRITES_PER_SECOND:
        return ""
    return f"{behind} entries behind {leader[0].node.name}, which leads"


def _missing(told: _Told, members: Sequence[tuple[_Told, Etcd]]) -> Finding | None:
    """A control plane that the members do not count among them."""
    if told.facts.is_control_plane is not True:
        return None
    talos = told.node.talos.value
    names = {told.node.name, talos.hostname if talos else told.node.name}
    lists = [
        (other, {peer.hostname for peer in etcd.members})
        for other, etcd in members
        if etcd.members and other.is_live
    ]
    if not lists or any(names & listed for _, listed in lists):
        return None
    said = told.facts.unavailable.get("etcd", "")
    title = f"{told.node.name} is no member of etcd"
    return _finding(told, title, said or f"as {lists[0][0].node.name} lists them")


def _filesystems(told: _Told) -> list[Finding]:
    return [
        Finding(
            FindingKind.FILESYSTEM_FULL,
            told.verdict,
            f"{told.node.name} {each.mount}",
            f"{each.mount} on {told.node.name} is {each.used_ratio:.0%} full",
            f"{each.available_bytes / 2**30:.1f} GiB left on {each.source}",
        )
        for each in told.facts.filesystems or ()
        if each.used_ratio > FULL_RATIO
    ]


def _clock(told: _Told) -> list[Finding]:
    offset = told.facts.clock_offset_seconds
    if offset is None or abs(offset) <= OFFSET_SECONDS:
        return []
    is_certain = told.is_live and abs(offset) >= OFFSET_CERTAIN_SECONDS
    size = abs(offset)
    said = f"{size:.1f} s" if size >= 1 else f"{size * 1000:.0f} ms"
    direction = "ahead" if offset > 0 else "behind"
    return [
        Finding(
            FindingKind.CLOCK_OFF,
            Verdict.REAL if is_certain else Verdict.UNDECIDED,
            told.node.name,
            f"the clock of {told.node.name} is {said} {direction}",
            "against its time server",
        )
    ]


def _talos_skew(nodes: Sequence[NodeView]) -> list[Finding]:
    """Different Talos versions: an upgrade under way, or one that was forgotten."""
    versions: dict[str, list[str]] = {}
    for node in nodes:
        if node.talos.value and node.talos.value.version:
            versions.setdefault(node.talos.value.version, []).append(node.name)
    if len(versions) < 2:
        return []
    most = max(versions, key=lambda version: len(versions[version]))
    return [
        Finding(
            FindingKind.VERSION_SKEW,
            Verdict.UNDECIDED,
            ", ".join(names),
            f"{_few(names)} run{'s' if len(names) == 1 else ''} Talos {version}",
            f"{len(versions[most])} others run {most}",
        )
        for version, names in sorted(versions.items())
        if version != most
    ]


def _few(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{len(names)} nodes"


def _kubelet_skew(nodes: Sequence[NodeView]) -> list[Finding]:
    """Kubelets far from the control plane's.

    The API server is at least as new as the newest kubelet beside it, so what is too
    far behind that one is too far behind for certain.
    """
    kubes = [node.kube for node in nodes if node.kube]
    planes = [kube.kubelet_version for kube in kubes if kube.is_control_plane]
    if not planes:
        return []
    newest = max(planes, key=lambda each: minor_of(each) or (0, 0))
    found = []
    for kube in kubes:
        ahead = minors_apart(kube.kubelet_version, newest)
        if ahead is None or -SKEW_ODD <= ahead <= 0:
            continue
        verdict = Verdict.REAL if ahead < -SKEW_UNSUPPORTED else Verdict.UNDECIDED
        apart = f"{abs(ahead)} minors {'newer' if ahead > 0 else 'older'}"
        title = f"kubelet {kube.kubelet_version} on {kube.name} is {apart}"
        detail = f"the newest of the control plane is {newest}"
        found.append(
            Finding(FindingKind.VERSION_SKEW, verdict, kube.name, title, detail)
        )
    return found
