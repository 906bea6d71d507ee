"""The step from a disk to the persistent volume on it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256

from msgspec import Struct

from tui.model.storage import Disk, Mounted, PersistentVolume
from tui.model.trace import Certainty, Proof, Stage, Step
from tui.triage.trace.case import TraceCase, blind, proof, worst
from tui.triage.trace.disks import Target, sources

_OF_KUBELET = "/var/lib/kubelet/"
_POD = re.compile(
    r"/pods/([0-9a-f-]{36})/(?:volumes/kubernetes\.io~[\w.-]+|volume-subpaths)"
    r"/([^/]+)(?:/|\Z)"
)
_STAGED = re.compile(r"/kubernetes\.io/csi/([^/]+)/([0-9a-f]{64})/globalmount\Z")
_STAGED_BEFORE = re.compile(r"/kubernetes\.io/csi/pv/([^/]+)/globalmount\Z")
_IN_TREE = re.compile(r"/kubernetes\.io/iscsi/[^/]+/(\S+?)-(iqn\.\S+)-lun-(\d+)\Z")


class Found(Struct, frozen=True):
    """The volumes that the step came to."""

    names: tuple[str, ...] = ()
    pods: tuple[tuple[str, str], ...] = ()
    """Volume and UID of the pods that have it mounted."""
    is_own: bool = False
    """It is the node's own disk: there is no claim behind it."""


def volume_step(
    case: TraceCase,
    disks: tuple[Disk, ...],
    targets: tuple[Target, ...],
    so_far: Certainty,
) -> tuple[Step, Found]:
    """By what is mounted, by the target, else by what is attached to the node."""
    mounts = _mounts(case, disks)
    pods = tuple(
        dict.fromkeys(
            (hit[2], hit[1]) for each in mounts if (hit := _POD.search(each.path))
        )
    )
    mounted = _mounted(case, mounts)
    by_target = _by_target(case, targets)
    names = tuple(dict.fromkeys((*mounted, *by_target)))
    if names:
        certainty = so_far if len(names) == 1 else worst((so_far, Certainty.MAYBE))
        attached, is_elsewhere = _attached_proofs(case, names)
        if is_elsewhere:
            certainty = worst((certainty, Certainty.MAYBE))
        proofs = (
            *_mount_proofs(case, mounted, mounts),
            *_target_proofs(case, by_target),
            *attached,
        )
        return Step(Stage.VOLUME, certainty, names, proofs), Found(names, pods)
    if own := [each for each in mounts if not each.path.startswith(_OF_KUBELET)]:
        return _own_step(case, own, so_far), Found(is_own=True)
    return _by_attachment(case, disks, mounts)


def _mounts(case: TraceCase, disks: tuple[Disk, ...]) -> tuple[Mounted, ...]:
    told = case.storage
    if told is None or told.value is None or not disks:
        return ()
    wanted = sources(case, disks)
    return tuple(each for each in told.value.mounts or () if each.source in wanted)


def _mounted(case: TraceCase, mounts: Iterable[Mounted]) -> tuple[str, ...]:
    """Names of volumes, as the kubelet names or hides them in its paths."""
    listed = _listed(case)
    staged = {(each.driver, _digest(each.handle)): each.name for each in listed}
    in_tree = {(each.target, each.lun): each.name for each in listed}
    found: dict[str | None, None] = {}
    for each in mounts:
        if hit := _POD.search(each.path):
            found[hit[2]] = None
        elif hit := _STAGED_BEFORE.search(each.path):
            found[hit[1]] = None
        elif hit := _STAGED.search(each.path):
            found[staged.get((hit[1], hit[2]))] = None
        elif hit := _IN_TREE.search(each.path):
            found[in_tree.get((hit[2], hit[3]))] = None
    return tuple(name for name in found if name is not None)


def _digest(handle: str) -> str:
    """The name of the folder that the kubelet makes of a handle."""
    return sha256(handle.encode(errors="surrogatepass")).hexdigest()


def _listed(case: TraceCase) -> tuple[PersistentVolume, ...]:
    return (case.volumes.value if case.volumes else None) or ()


def _by_target(case: TraceCase, targets: Iterable[Target]) -> tuple[str, ...]:
    """Volumes whose source names the target, and no other LUN of it."""
    return tuple(
        dict.fromkeys(
            each.name
            for target in targets
            for each in _listed(case)
            if each.target == target.name
            and (not each.lun or not target.lun or each.lun == target.lun)
        )
    )


def _mount_proofs(
    case: TraceCase, names: Iterable[str], mounts: Iterable[Mounted]
) -> list[Proof]:
    told = case.storage
    if told is None or not names:
        return []
    first = next(iter(mounts))
    path = min((each.path for each in mounts), key=lambda path: "/pods/" not in path)
    claim = f"{first.source} is mounted for {', '.join(names)}"
    return [proof(told, claim, path)]


def _target_proofs(case: TraceCase, names: Iterable[str]) -> list[Proof]:
    told = case.volumes
    if told is None:
        return []
    return [proof(told, f"{name} is on that target") for name in names]


def _attached_proofs(
    case: TraceCase, names: tuple[str, ...]
) -> tuple[list[Proof], bool]:
    """What VolumeAttachments say; whether they know it on another node only."""
    told = case.attachments
    if told is None or told.value is None:
        return [blind(told, "volumeattachments", "Kubernetes")], False
    proofs, is_elsewhere = [], False
    for name in names:
        nodes = [each.node for each in told.value if each.volume == name]
        if case.node in nodes:
            proofs.append(proof(told, f"{name} is attached to {case.node}"))
        elif nodes:
            is_elsewhere = True
            where = f"{', '.join(nodes)}, not to {case.node}"
            proofs.append(proof(told, f"{name} is attached to {where}"))
    return proofs, is_elsewhere


def _own_step(case: TraceCase, own: list[Mounted], so_far: Certainty) -> Step:
    """A disk of the node itself, such as the one of /var."""
    told = case.storage
    storage = told.value if told else None
    labels = {
        f"/dev/{each.name}": each.label
        for each in (storage.partitions if storage else None) or ()
    }
    first = {each.source: each for each in reversed(own)}
    names = tuple(
        f"{labels.get(source) or source} on {each.path}"
        for source, each in first.items()
    )
    says = f"the node's own: {', '.join(names)}"
    proofs = (proof(told, says),) if told else ()
    return Step(Stage.VOLUME, so_far, names, proofs)


def _by_attachment(
    case: TraceCase, disks: tuple[Disk, ...], mounts: tuple[Mounted, ...]
) -> tuple[Step, Found]:
    """What it may be: the volumes that Kubernetes has attached to the node."""
    told, seen = case.attachments, _why_no_name(case, disks, mounts)
    if told is None or told.value is None:
        why = blind(told, "volumeattachments", "Kubernetes")
        step = Step(Stage.VOLUME, Certainty.UNKNOWN, (), (*seen, why))
        return step, Found()
    elsewhere = _other_disks(case)
    names = tuple(
        dict.fromkeys(
            each.volume
            for each in told.value
            if each.node == case.node and each.volume not in elsewhere
        )
    )
    if not names:
        why = proof(told, f"no volume is attached to {case.node}")
        step = Step(Stage.VOLUME, Certainty.UNKNOWN, (), (*seen, why))
        return step, Found()
    if disks and not any(disk.transport in {"iscsi", "", "fc"} for disk in disks):
        return Step(Stage.VOLUME, Certainty.UNKNOWN, (), seen), Found()
    many = "the only volume" if len(names) == 1 else f"one of {len(names)} volumes"
    why = proof(told, f"{many} that Kubernetes has attached to {case.node}")
    step = Step(Stage.VOLUME, Certainty.MAYBE, names, (*seen, why))
    return step, Found(names)


def _other_disks(case: TraceCase) -> frozenset[str]:
    """Volumes that are surely on another disk: mounted from there."""
    told = case.storage
    every = (told.value.mounts if told and told.value else None) or ()
    return frozenset(_mounted(case, every))


def _why_no_name(
    case: TraceCase, disks: tuple[Disk, ...], mounts: tuple[Mounted, ...]
) -> tuple[Proof, ...]:
    """What was looked for on the disks, and not found."""
    told = case.storage
    if told is None or told.value is None or not disks:
        return ()  # the step before says why
    if told.value.mounts is None:
        reason = told.value.unavailable.get("mounts", "")
        return (proof(told, f"can't tell what is mounted: {reason}"),)
    name = ", ".join(disk.name for disk in disks)
    says = "is mounted for a volume that is not named" if mounts else "is not mounted"
    proofs = [proof(told, f"{name} {says}", mounts[0].path if mounts else "")]
    if case.volumes is None or case.volumes.value is None:
        proofs.append(blind(case.volumes, "persistentvolumes", "Kubernetes"))
    return tuple(proofs)
