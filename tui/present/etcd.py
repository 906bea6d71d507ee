"""etcd of one cluster, put together from what each of its members says of itself.

A member that others list but that does not answer is a finding, and so is one that is
behind, leaderless, or that raised an alarm.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec import Struct

from tui.model.fleet import Cluster, NodeView
from tui.model.machine import Etcd
from tui.present import machine, nodes
from tui.present.glyphs import Marks, Sign
from tui.present.units import age, count
from widgets.values import Align, Cell, Column, Cut, Line, Row, Span, Tone

COLUMNS = (
    Column("state", 11, max_width=13),
    Column("member", 12, weight=2, max_width=24, cut=Cut.MIDDLE),
    Column("role", 8),
    Column("behind", 8, align=Align.RIGHT),
    Column("raft index", 10, align=Align.RIGHT, drop=2),
    Column("term", 5, align=Align.RIGHT, drop=3),
    Column("database", 9, align=Align.RIGHT),
    Column("in use", 9, align=Align.RIGHT, drop=1),
    Column("id", 16, drop=4),
    Column("seen", 5, align=Align.RIGHT),
)
DETAIL_COLUMN = 1

BEHIND = (100, 1_000)
"""Entries that are known but not applied yet: (warning, critical)."""
_SAME_MOMENT = timedelta(seconds=5)
"""Indexes are compared only between readings that are not further apart."""
QUOTA_BYTES = 2 * 2**30
"""etcd's default; Talos leaves it so."""


class Member(Struct, frozen=True, gc=False):
    """One member: what the list calls it, and what it says of itself, if it does."""

    id: str
    name: str
    is_learner: bool = False
    etcd: Etcd | None = None
    observed_at: datetime | None = None
    why: str = ""
    """Why it says nothing; empty when it does."""
    is_missing: bool = False
    """It should answer and does not; else nothing is known of it."""


def members(cluster: Cluster) -> tuple[Member, ...]:
    """All members that anybody lists, and control planes that nobody lists."""
    telling = {
        node.facts.value.etcd.member_id: node
        for node in cluster.nodes
        if node.facts.value and node.facts.value.etcd
    }
    listed: dict[str, tuple[str, bool]] = {}
    for node in telling.values():
        etcd = node.facts.value.etcd if node.facts.value else None
        for peer in etcd.members if etcd else ():
            listed.setdefault(peer.id, (peer.hostname, peer.is_learner))
    for known, node in telling.items():
        listed.setdefault(known, (node.name, False))
    found = [
        _member(cluster, telling.get(known), known, name, is_learner=is_learner)
        for known, (name, is_learner) in listed.items()
    ]
    return (*sorted(found, key=lambda each: each.name), *_strangers(cluster, found))


def _member(
    cluster: Cluster, node: NodeView | None, known: str, name: str, *, is_learner: bool
) -> Member:
    if node is not None and node.facts.value:
        fault = node.facts.fault
        why = fault.summary if fault else ""
        etcd = node.facts.value.etcd
        seen = node.facts.observed_at
        return Member(known, name or node.name, is_learner, etcd, seen, why)
    silent = next((each for each in cluster.nodes if each.name == name), None)
    if silent is None:
        why, is_missing = "no node of this name is asked", True
    else:
        why, is_missing = _silence(silent), silent.facts.fault is not None
    why = why or "nothing told yet"
    return Member(known, name, is_learner, why=why, is_missing=is_missing)


def _strangers(cluster: Cluster, found: list[Member]) -> Iterator[Member]:
    """Control planes that are in no member's list."""
    names = {each.name for each in found}
    for node in cluster.nodes:
        if nodes.is_control_plane(node) and node.name not in names:
            why = _silence(node)
            is_missing = bool(found and node.facts.value and not why)
            if is_missing:
                why = "a control plane, but no member lists it"
            why = why or "nothing told yet"
            yield Member("", node.name, why=why, is_missing=is_missing)


def _silence(node: NodeView) -> str:
    """Why a node says nothing of its etcd."""
    if node.facts.value and "etcd" in node.facts.value.unavailable:
        return node.facts.value.unavailable["etcd"]
    return node.facts.fault.summary if node.facts.fault else ""


def untold(node: NodeView) -> str:
    """What a node does not tell of its etcd, and why; empty when it tells all."""
    missing = node.facts.value.unavailable if node.facts.value else {}
    if "etcd" in missing:
        return missing["etcd"]
    parts = ("etcd members", "etcd alarms")
    said = (f"{part} not told: {missing[part]}" for part in parts if part in missing)
    return "; ".join(said)


def behind(member: Member, every: tuple[Member, ...]) -> int | None:
    """How many entries a member has yet to apply, as far as that can be compared."""
    if member.etcd is None or member.observed_at is None:
        return None
    seen = member.observed_at
    newest = max(
        each.etcd.raft_index
        for each in every
        if each.etcd and each.observed_at and each.observed_at - seen <= _SAME_MOMENT
    )
    return max(0, newest - member.etcd.raft_applied_index)


def sign(member: Member, every: tuple[Member, ...], marks: Marks) -> Sign:
    """The worst that is known of a member."""
    etcd = member.etcd
    if etcd is None:
        if member.is_missing:
            return Sign(marks.real, "missing", Tone.CRITICAL)
        return Sign(marks.unknown, "unknown", Tone.WARNING)
    lag = machine.loudness(behind(member, every) or 0, BEHIND)
    signs = (
        (etcd.alarms or etcd.errors, marks.real, "alarm", Tone.CRITICAL),
        (not etcd.leader_id, marks.real, "no leader", Tone.CRITICAL),
        (member.why, marks.stale, "stale", Tone.WARNING),
        (lag is not None, marks.degraded, "lagging", lag or Tone.WARNING),
        (etcd.is_learner, marks.degraded, "learner", Tone.WARNING),
    )
    for applies, glyph, word, tone in signs:
        if applies:
            return Sign(glyph, word, tone)
    return Sign(marks.up, "healthy", Tone.GOOD)


def heading(cluster: Cluster, marks: Marks) -> Line:
    """How many members answer, who leads, and whether a quorum does."""
    every = members(cluster)
    listed = [each for each in every if each.id]
    if not listed:
        return (Span(f"{marks.unknown} nothing is known of etcd", Tone.WARNING),)
    voters = [each for each in listed if not each.is_learner]
    well = sum(sign(each, every, marks).tone is Tone.GOOD for each in voters)
    need = len(voters) // 2 + 1
    tone = Tone.GOOD if well == len(voters) else Tone.WARNING
    spans = [Span(f"{well} of {count(len(voters), 'member')} healthy  ", tone)]
    if sum(each.etcd is not None for each in voters) < need:
        spans.append(Span(f"{marks.real} quorum needs {need}  ", Tone.CRITICAL))
    leader = _leader(every)
    spans.append(Span(f"leader {leader}  ") if leader else _leaderless(marks))
    return tuple(spans)


def _leaderless(marks: Marks) -> Span:
    return Span(f"{marks.real} no leader  ", Tone.CRITICAL)


def _leader(every: tuple[Member, ...]) -> str:
    """The leader of the newest term, by name."""
    voices = [each.etcd for each in every if each.etcd and each.etcd.leader_id]
    if not voices:
        return ""
    leader = max(voices, key=lambda each: each.raft_term).leader_id
    return next((each.name for each in every if each.id == leader), leader)


def rows(cluster: Cluster, now: datetime, marks: Marks) -> tuple[Row, ...]:
    """One row a member."""
    every = members(cluster)
    return tuple(_row(each, every, now, marks) for each in every)


def _row(member: Member, every: tuple[Member, ...], now: datetime, marks: Marks) -> Row:
    found, etcd = sign(member, every, marks), member.etcd
    is_loud = found.tone is Tone.CRITICAL
    first = (Cell(found.text, found.tone, bold=is_loud), Cell(member.name, bold=True))
    if etcd is None:
        cells = (*first, *(Cell(marks.unknown, Tone.QUIET) for _ in COLUMNS[2:]))
        why: Line = (Span(member.why, found.tone),)
        return Row(f"member {member.id} {member.name}", cells, details=(why,))
    late = behind(member, every)
    cells = (
        *first,
        Cell("learner" if etcd.is_learner else "leader" if etcd.is_leader else "voter"),
        Cell(f"{late:,}", machine.loudness(late or 0, BEHIND)),
        Cell(f"{etcd.raft_index:,}", Tone.QUIET),
        Cell(f"{etcd.raft_term}", Tone.QUIET),
        Cell(
            machine.size(etcd.database_bytes),
            machine.loudness(etcd.database_bytes / QUOTA_BYTES, machine.FULL),
        ),
        Cell(machine.size(etcd.in_use_bytes), Tone.QUIET),
        Cell(member.id, Tone.QUIET),
        Cell(age(member.observed_at, now), Tone.QUIET),
    )
    trouble = (*etcd.alarms, *etcd.errors, *([member.why] if member.why else []))
    told: tuple[Line, ...] = tuple((Span(words, found.tone),) for words in trouble)
    return Row(f"member {member.id} {member.name}", cells, details=told)
