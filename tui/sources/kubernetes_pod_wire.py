"""Pods, as Kubernetes tells of them, and how they become the model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from tui.model.kube import Pod
from tui.sources.kubernetes_wire import (
    ConditionWire,
    ListWire,
    MetaWire,
    Wire,
    claim,
    condition,
)
from tui.sources.wire import utc

_NEVER = datetime.min.replace(tzinfo=UTC)
_SETTINGS = frozenset(
    {"--kube-proxy-replacement", "CILIUM_KUBE_PROXY_REPLACEMENT", "--source"}
)
"""Of Cilium's agent, and of what gathers its settings before it starts."""


class OwnerWire(Wire):
    """What an object belongs to; one of them at most controls it."""

    uid: str = ""
    controller: bool | None = None


class ReasonWire(Wire):
    """Of a container that waits or has ended."""

    reason: str = ""
    finished_at: datetime | None = None


class RunningWire(Wire):
    """Of a container that runs."""

    started_at: datetime | None = None


class StateWire(Wire):
    """State of a container."""

    running: RunningWire | None = None
    waiting: ReasonWire | None = None
    terminated: ReasonWire | None = None


class ContainerWire(Wire):
    """Status of a container."""

    state: StateWire = msgspec.field(default_factory=StateWire)
    last_state: StateWire = msgspec.field(default_factory=StateWire)
    """What it was before it was started again; empty when that was cleared away."""
    restart_count: int = 0


class ClaimSourceWire(Wire):
    """The claim that a volume of a pod is."""

    claim_name: str = ""


class PodVolumeWire(Wire):
    """A volume of a pod. One that is made for the pod alone has a claim of its own."""

    name: str = ""
    persistent_volume_claim: ClaimSourceWire | None = None
    ephemeral: Mapping[str, Any] | None = None


class EnvWire(Wire):
    """A variable of a container; one that is taken from elsewhere has no value."""

    name: str = ""
    value: str = ""


class ContainerSpecWire(Wire):
    """A container as it is wanted: what it runs."""

    command: list[str] | None = None
    args: list[str] | None = None
    env: list[EnvWire] | None = None


class PodSpecWire(Wire):
    """Spec of a pod."""

    node_name: str = ""
    init_containers: list[ContainerSpecWire] | None = None
    containers: list[ContainerSpecWire] | None = None
    volumes: list[PodVolumeWire] | None = None


class PodStatusWire(Wire):
    """Status of a pod."""

    phase: str = ""
    reason: str = ""
    conditions: list[ConditionWire] | None = None
    init_container_statuses: list[ContainerWire] | None = None
    container_statuses: list[ContainerWire] | None = None


class PodMetaWire(MetaWire):
    """Metadata of a pod."""

    owner_references: list[OwnerWire] | None = None


class PodWire(Wire):
    """A pod."""

    metadata: PodMetaWire
    spec: PodSpecWire = msgspec.field(default_factory=PodSpecWire)
    status: PodStatusWire = msgspec.field(default_factory=PodStatusWire)


_NONE = ReasonWire()
PODS = msgspec.json.Decoder(ListWire[PodWire])


def pod(wire: PodWire) -> Pod:
    """A pod. One that is being deleted is not ready, whatever it says."""
    ready = claim(condition(wire.status.conditions, "Ready")) is True
    is_ready = ready and wire.metadata.deletion_timestamp is None
    volumes = wire.spec.volumes or ()
    ended = _ended_last(_lasting(wire.status))
    return Pod(
        namespace=wire.metadata.namespace,
        name=wire.metadata.name,
        node=wire.spec.node_name,
        labels=wire.metadata.labels or {},
        phase=wire.status.phase,
        is_ready=is_ready,
        created_at=utc(wire.metadata.creation_timestamp),
        scheduled=claim(condition(wire.status.conditions, "PodScheduled")),
        reason="" if is_ready else _why_not(wire),
        uid=wire.metadata.uid,
        claims=tuple(filter(None, (_claim_of(wire, one) for one in volumes))),
        owner=_owner(wire.metadata.owner_references or ()),
        bind_address=_flag("--bind-address=", wire.spec.containers or ()),
        restarted_after=utc(ended.finished_at),
        restart_reason=ended.reason,
        settings=tuple(_settings(wire.spec)),
    )


def _lasting(status: PodStatusWire) -> Iterator[ContainerWire]:
    """The containers that are to run all the time: of the init ones the sidecars."""
    yield from status.container_statuses or ()
    for one in status.init_container_statuses or ():
        if one.state.running is not None:
            yield one


def _ended_last(containers: Iterable[ContainerWire]) -> ReasonWire:
    """The newest end of one that was started again; an empty one when none was."""
    known = [each for each in map(_ended, containers) if utc(each.finished_at)]
    return max(known, key=lambda one: utc(one.finished_at) or _NEVER, default=_NONE)


def _ended(one: ContainerWire) -> ReasonWire:
    """How it ended before it was started again.

    What a node has lost ended at no time, and what it cleared away is not told at all:
    then it ended at the latest when it was started.
    """
    end = one.last_state.terminated or _NONE
    is_told = utc(end.finished_at) is not None
    if is_told or not one.restart_count or one.state.running is None:
        return end
    return ReasonWire(end.reason, one.state.running.started_at)


def _owner(owners: Iterable[OwnerWire]) -> str:
    """The uid of the one that controls it."""
    return next((one.uid for one in owners if one.controller), "")


def _flag(name: str, containers: Iterable[ContainerSpecWire]) -> str:
    """What a flag says; empty when containers differ. The last one of a program counts,
    as it does for the program."""
    said = set()
    for one in containers:
        words = (*(one.command or ()), *(one.args or ()))
        said.update([word for word in words if word.startswith(name)][-1:])
    return said.pop().removeprefix(name) if len(said) == 1 else ""


def _settings(spec: PodSpecWire) -> Iterator[str]:
    """What its programs are told of the replacement of kube-proxy."""
    for one in (*(spec.init_containers or ()), *(spec.containers or ())):
        for word in (*(one.command or ()), *(one.args or ())):
            if word.partition("=")[0] in _SETTINGS:
                yield word
        for each in one.env or ():
            if each.name in _SETTINGS:
                yield f"{each.name}={each.value}"


def _claim_of(wire: PodWire, volume: PodVolumeWire) -> str:
    """The claim that a volume is; Kubernetes names those of one pod after both."""
    if volume.persistent_volume_claim is not None:
        return volume.persistent_volume_claim.claim_name
    return f"{wire.metadata.name}-{volume.name}" if volume.ephemeral else ""


def _why_not(wire: PodWire) -> str:
    """The most telling word: what kubectl shows in its STATUS column, if anything."""
    if wire.metadata.deletion_timestamp is not None:
        return "Terminating"
    status = wire.status
    containers = (status.init_container_statuses or []) + (
        status.container_statuses or []
    )
    states = [one.state for one in containers]
    waiting = [one.waiting.reason for one in states if one.waiting]
    ended = [one.terminated.reason for one in states if one.terminated]
    scheduled = condition(status.conditions, "PodScheduled")
    words = [status.reason, *waiting, *ended]
    if claim(scheduled) is False:
        words.append(f"{scheduled.reason}: {scheduled.message}")
    words.append(condition(status.conditions, "Ready").reason)
    meant = [word for word in words if word not in {"", "PodInitializing", "Completed"}]
    return next(iter(meant), "") or next(filter(None, words), "")
