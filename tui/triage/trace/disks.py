"""The first steps: which disk a line names, and by which session it comes."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct

from tui.model.storage import Disk, NodeStorage, Partition
from tui.model.trace import Certainty, Proof, Stage, Step
from tui.triage.told import Told
from tui.triage.trace.case import TraceCase, blind, proof, worst

_BY_PATH = re.compile(r"/by-path/(?:\S*-)?ip-\S+?-iscsi-(\S+?)-lun-(\d+)\Z")
_IN_PATH = re.compile(r"/(session\d+)/")


class Target(Struct, frozen=True):
    """What a session leads to."""

    name: str
    lun: str = ""


def device_step(case: TraceCase) -> tuple[Step, tuple[Disk, ...]]:
    """The disks that the device is, and whether it was them when the line came."""
    told = case.storage
    named = _named(case)
    if told is None or told.value is None:
        why = blind(told, "disks", "Talos")
        return Step(Stage.DEVICE, Certainty.UNKNOWN, named, (why,)), ()
    storage = told.value
    if storage.disks is None:
        reason = storage.unavailable.get("disks", "")
        why = proof(told, f"can't tell when {case.device} was attached: {reason}")
        known = () if case.is_session or case.is_address else (Disk(case.device),)
        return Step(Stage.DEVICE, Certainty.MAYBE, named, (why,)), known
    found = _disks(case, storage)
    if not found:
        why = proof(told, f"can't tell: {case.node} has no {_words(case)} now")
        return Step(Stage.DEVICE, Certainty.UNKNOWN, named, (why,)), ()
    judged = [_held(case, told, storage, disk) for disk in found]
    certainty = worst(each for each, _ in judged)
    if len(found) > 1:
        certainty = worst((certainty, Certainty.MAYBE))
    names = tuple(dict.fromkeys((*named, *(disk.name for disk in found))))
    return Step(Stage.DEVICE, certainty, names, tuple(p for _, p in judged)), found


def _named(case: TraceCase) -> tuple[str, ...]:
    """The device itself, unless it is a session, which is a step of its own."""
    return () if case.is_session else (case.device,)


def _words(case: TraceCase) -> str:
    if case.is_session:
        return f"disk of {case.device}"
    return f"disk {case.device}"


def _disks(case: TraceCase, storage: NodeStorage) -> tuple[Disk, ...]:
    disks = storage.disks or ()
    if case.is_session:
        return tuple(d for d in disks if f"/{case.device}/" in d.bus_path)
    if case.is_address:
        return tuple(d for d in disks if d.bus_path.endswith(f"/{case.device}"))
    whole = {case.device} | {
        each.parent for each in storage.partitions or () if each.name == case.device
    }
    return tuple(d for d in disks if d.name in whole or _mapped(d) == case.device)


def _mapped(disk: Disk) -> str:
    """The name that a device mapper goes by beside `dm-N`."""
    for link in disk.links:
        _, is_mapped, name = link.partition("/by-id/dm-name-")
        if is_mapped:
            return name
    return ""


def _held(
    case: TraceCase, told: Told[NodeStorage], storage: NodeStorage, disk: Disk
) -> tuple[Certainty, Proof]:
    """Whether the disk was the same one when the lines came."""
    how = f" over {disk.transport}" if disk.transport else ""
    says = f"{disk.name}: {disk.model or 'a disk'}{how}"
    changed, read = disk.changed_at, told.reading.observed_at
    attached = case.clues.of(case.node, "attached", disk.name)
    times = (changed, attached.at if attached else None)
    since = max((each for each in times if each is not None), default=None)
    if since is None:
        return Certainty.MAYBE, proof(told, f"{says}; can't tell since when")
    if since > case.last:
        if same := _same_filesystem(case, storage, disk):
            return Certainty.PROVEN, same
        claim = f"{says}, attached after the lines: it may have been another disk then"
        return Certainty.MAYBE, proof(told, claim)
    if read is not None and read < max(since, case.first):
        return Certainty.MAYBE, proof(told, f"{says}, as it was before the line")
    if since > case.first:
        claim = f"{says}, attached between the lines: the newest is of this one"
        return Certainty.PROVEN, proof(told, claim)
    return Certainty.PROVEN, proof(told, f"{says}, the same since before the line")


def _same_filesystem(case: TraceCase, storage: NodeStorage, disk: Disk) -> Proof | None:
    """That the filesystem of then is the one of now, by its UUID in the log."""
    clue = case.clues.of(case.node, "mounted", disk.name)
    uuids = {each.uuid for each in _parts(storage, disk) if each.uuid}
    if clue is None or clue.at > case.first or clue.value not in uuids:
        return None
    claim = f"{disk.name} has held filesystem {clue.value} since before the line"
    source = f"kernel log {case.cluster}"
    return Proof(claim, source, value=clue.line, observed_at=clue.at)


def _parts(storage: NodeStorage, disk: Disk) -> tuple[Partition, ...]:
    """The disk as a volume, and its partitions."""
    return tuple(
        each
        for each in storage.partitions or ()
        if disk.name in {each.name, each.parent}
    )


def session_step(
    case: TraceCase, disks: Iterable[Disk], so_far: Certainty
) -> tuple[Step | None, tuple[Target, ...]]:
    """The sessions of disks, and their targets; None for disks that need none."""
    whole = _with_parts(case, tuple(disks))
    names = dict.fromkeys(
        hit[1] for disk in whole if (hit := _IN_PATH.search(disk.bus_path))
    )
    if case.is_session:
        names = dict.fromkeys((case.device, *names))
    found = dict.fromkeys(target for disk in whole for target in _targets(disk))
    told = case.storage
    proofs: list[Proof] = []
    if told is not None and whole:
        proofs += [proof(told, f"{name} in the path of the disk") for name in names]
        proofs += [proof(told, f"target {each.name}, LUN {each.lun}") for each in found]
    for name in names:
        clue = case.clues.of(case.node, "login", name)
        if clue is not None and not any(each.name == clue.value for each in found):
            found[Target(clue.value)] = None
            claim, log = f"{name} leads to {clue.value}", f"kernel log {case.cluster}"
            proofs.append(Proof(claim, log, value=clue.line, observed_at=clue.at))
    if not names and not found:
        return None, ()
    if not proofs:
        proofs.append(blind(told, "disks", "Talos"))
    # The line itself names the session.
    certainty = Certainty.PROVEN if case.is_session else so_far
    return Step(Stage.SESSION, certainty, tuple(names), tuple(proofs)), tuple(found)


def _with_parts(case: TraceCase, disks: tuple[Disk, ...]) -> tuple[Disk, ...]:
    """The disks, and those that a device mapper is made of."""
    inner = {name for disk in disks for name in disk.parts}
    told = case.storage
    every = told.value.disks if told and told.value else None
    return (*disks, *(disk for disk in every or () if disk.name in inner))


def _targets(disk: Disk) -> Iterable[Target]:
    for link in disk.links:
        if hit := _BY_PATH.search(link):
            yield Target(hit[1], hit[2])


def sources(case: TraceCase, disks: tuple[Disk, ...]) -> frozenset[str]:
    """All that mounts may call the device: its links, its mapper, its filesystem."""
    told = case.storage
    storage = told.value if told and told.value else NodeStorage()
    partitions = storage.partitions or ()
    if any(each.name == case.device and each.parent for each in partitions):
        return _with_siblings({case.device}, storage)
    names = {disk.name for disk in disks}
    above = [disk for disk in storage.disks or () if names & set(disk.parts)]
    own = (*disks, *above)
    names |= {disk.name for disk in above}
    names |= {each.name for each in partitions if each.parent in names}
    paths = {link for disk in own for link in disk.links}
    paths |= {f"/dev/mapper/{_mapped(disk)}" for disk in own if _mapped(disk)}
    return _with_siblings(names, storage) | paths


def _with_siblings(names: set[str], storage: NodeStorage) -> frozenset[str]:
    """A filesystem on several disks is mounted by the name of one of them."""
    partitions = storage.partitions or ()
    uuids = {each.uuid for each in partitions if each.name in names and each.uuid}
    shared = {each.name for each in partitions if each.uuid in uuids}
    return frozenset(f"/dev/{name}" for name in names | shared)
