"""The whole chain: device, session, volume, claim, pods; and what to ask for more."""

from __future__ import annotations

from collections.abc import Iterator

from tui.model.kube import Pod
from tui.model.question import (
    ClaimsIn,
    PersistentVolumes,
    PodsWith,
    Question,
    VolumeAttachments,
)
from tui.model.question_beyond import StorageOf
from tui.model.storage import PersistentVolume
from tui.model.trace import Certainty, Proof, Stage, Step, Trace, Victim
from tui.triage.told import Told
from tui.triage.trace.case import TraceCase, blind, proof, worst
from tui.triage.trace.disks import device_step, session_step
from tui.triage.trace.volumes import Found, volume_step

MOST_NAMESPACES = 5
VOLUMES, ATTACHMENTS = PersistentVolumes(), VolumeAttachments()


def pods_on(node: str) -> PodsWith:
    """The question for the pods of one node, as Kubernetes names it."""
    return PodsWith("", "", f"spec.nodeName={node}")


def pods_in(namespace: str) -> PodsWith:
    """The question for all pods of a namespace."""
    return PodsWith(namespace, "")


def questions(trace: Trace, address: str) -> Iterator[Question]:
    """What must be known to follow a device, and what its trace asks for by now.

    address     of the node, for Talos; empty when Talos does not know it
    """
    if address:
        yield StorageOf(address)
    yield from (VOLUMES, ATTACHMENTS, pods_on(trace.node))
    spaces = dict.fromkeys(each.namespace for each in trace.victims if each.namespace)
    for namespace in list(spaces)[:MOST_NAMESPACES]:
        yield ClaimsIn(namespace)
        yield pods_in(namespace)


def follow(case: TraceCase) -> Trace:
    """As far as the chain can be told; where it cannot, the step says why."""
    device, disks = device_step(case)
    session, targets = session_step(case, disks, device.certainty)
    steps = [device] if device.names or session is None else []
    so_far = device.certainty
    if session is not None:
        steps.append(session)
        if targets and so_far is Certainty.UNKNOWN and case.is_session:
            so_far = session.certainty  # a log line names the target
    volume, found = volume_step(case, disks, targets, so_far)
    steps.append(volume)
    victims: tuple[Victim, ...] = ()
    if not found.is_own:
        claim, held = _claim_step(case, found, volume.certainty)
        # A pod that has it mounted needs no claim to be told.
        so_far = volume.certainty if found.pods else claim.certainty
        pods, victims = _pod_step(case, found, held, so_far)
        steps += [claim, pods]
    return Trace(case.node, case.device, case.first, tuple(steps), victims)


def _claim_step(
    case: TraceCase, found: Found, so_far: Certainty
) -> tuple[Step, tuple[PersistentVolume, ...]]:
    """The claims that the volumes were made for."""
    told = case.volumes
    if not found.names:
        return _nothing(Stage.CLAIM, "can't tell without the volume"), ()
    if told is None or told.value is None:
        why = blind(told, "persistentvolumes", "Kubernetes")
        return Step(Stage.CLAIM, Certainty.UNKNOWN, (), (why,)), ()
    listed = {each.name: each for each in told.value}
    held = tuple(listed[name] for name in found.names if name in listed)
    missing = [name for name in found.names if name not in listed]
    proofs = [proof(told, f"no persistent volume {name} is listed") for name in missing]
    certainties = [so_far]
    for each in held:
        certainty, proofs_of = _bound(case, told, each)
        certainties.append(certainty)
        proofs += proofs_of
    names = tuple(f"{each.namespace}/{each.claim}" for each in held if each.claim)
    if not names:
        return Step(Stage.CLAIM, Certainty.UNKNOWN, (), tuple(proofs)), held
    return Step(Stage.CLAIM, worst(certainties), names, tuple(proofs)), held


def _bound(
    case: TraceCase, told: Told[tuple[PersistentVolume, ...]], volume: PersistentVolume
) -> tuple[Certainty, tuple[Proof, ...]]:
    """What volume and claim say of each other.

    told   by whom the volume is listed
    """
    if not volume.claim:
        return Certainty.PROVEN, (proof(told, f"no claim has {volume.name}"),)
    name = f"{volume.namespace}/{volume.claim}"
    phase = f", {volume.phase}" if volume.phase not in {"", "Bound"} else ""
    says = proof(told, f"{volume.name} is of claim {name}{phase}")
    claims = case.claims.get(volume.namespace)
    if claims is None:
        return Certainty.PROVEN, (says,)
    if claims.value is None:
        return Certainty.PROVEN, (
            says,
            blind(claims, "persistentvolumeclaims", "Kubernetes"),
        )
    claim = next((one for one in claims.value if one.name == volume.claim), None)
    if claim is None:
        return Certainty.MAYBE, (says, proof(claims, f"claim {name} is gone"))
    if claim.volume != volume.name:
        other = claim.volume or "nothing"
        return Certainty.MAYBE, (says, proof(claims, f"{name} is bound to {other} now"))
    return Certainty.PROVEN, (says, proof(claims, f"claim {name} is {claim.phase}"))


def _pod_step(
    case: TraceCase,
    found: Found,
    held: tuple[PersistentVolume, ...],
    so_far: Certainty,
) -> tuple[Step, tuple[Victim, ...]]:
    """The pods that have the volumes mounted, or use their claims."""
    told = case.pods
    if not found.names:
        return _nothing(Stage.POD, "can't tell without the volume"), ()
    victims = tuple(
        Victim(each.name, each.namespace, each.claim, _users(case, each), each.reclaim)
        for each in held
        if each.claim
    )
    if told is None or told.value is None:
        why = blind(told, "pods", "Kubernetes")
        return Step(Stage.POD, Certainty.UNKNOWN, (), (why,)), victims
    names, proofs = _mounting(told, told.value, found)
    certainty = so_far
    for pod in _all_users(case, held):
        name = f"{pod.namespace}/{pod.name}"
        if name not in names:
            names[name] = None
            where = "" if pod.node == case.node else f", on {pod.node or 'no node yet'}"
            proofs.append(proof(told, f"{pod.name} uses the claim{where}"))
            if pod.node != case.node:
                certainty = worst((certainty, Certainty.MAYBE))
    if told.reading.fault is not None:
        certainty = worst((certainty, Certainty.MAYBE))
        proofs.append(proof(told, f"an old answer: {told.reading.fault.summary}"))
    if not names:
        proofs.append(proof(told, "no pod uses it"))
        certainty = so_far if held else Certainty.UNKNOWN
    return Step(Stage.POD, certainty, tuple(names), tuple(proofs)), victims


def _mounting(
    told: Told[tuple[Pod, ...]], listed: tuple[Pod, ...], found: Found
) -> tuple[dict[str, None], list[Proof]]:
    """The pods that have the volumes mounted on the node, by namespace and name."""
    names: dict[str, None] = {}
    proofs = []
    by_uid = {pod.uid: pod for pod in listed if pod.uid}
    for volume, uid in found.pods:
        pod = by_uid.get(uid)
        if pod is None:
            proofs.append(proof(told, f"the pod that has {volume} is gone", uid))
            continue
        names[f"{pod.namespace}/{pod.name}"] = None
        state = "" if pod.is_ready else f", not ready: {pod.reason}"
        proofs.append(proof(told, f"{pod.name} has {volume} mounted{state}", uid))
    return names, proofs


def _all_users(case: TraceCase, held: tuple[PersistentVolume, ...]) -> tuple[Pod, ...]:
    """Pods of the cluster that use the claims of these volumes."""
    wanted = {(each.namespace, each.claim) for each in held if each.claim}
    tolds = [case.pods, *case.users.values()]
    every = [pod for told in tolds if told and told.value for pod in told.value]
    found = {
        (pod.namespace, pod.name): pod
        for pod in every
        if any((pod.namespace, claim) in wanted for claim in pod.claims)
    }
    return tuple(found.values())


def _users(case: TraceCase, volume: PersistentVolume) -> tuple[str, ...]:
    return tuple(pod.name for pod in _all_users(case, (volume,)))


def _nothing(stage: Stage, why: str) -> Step:
    return Step(stage, Certainty.UNKNOWN, (), (Proof(why, ""),))
