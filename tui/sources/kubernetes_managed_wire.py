"""Kubernetes objects of which it matters when they changed, and who keeps up with that.

DaemonSets, Deployments, StatefulSets and ConfigMaps.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from tui.model.kube import ConfigMap, DaemonSet, Workload
from tui.sources.kubernetes_wire import (
    ConditionWire,
    ListWire,
    MetaWire,
    Wire,
    claim,
    condition,
)
from tui.sources.wire import utc


class ManagedWire(Wire):
    """Who has written what part of an object; only when is read."""

    time: datetime | None = None
    subresource: str = ""


class ManagedMetaWire(MetaWire):
    """Metadata of an object of which it matters when it changed."""

    generation: int = 0
    managed_fields: list[ManagedWire] | None = None


class DaemonSetStatusWire(Wire):
    """Status of a DaemonSet."""

    desired_number_scheduled: int = 0
    current_number_scheduled: int = 0
    number_ready: int = 0
    updated_number_scheduled: int = 0
    observed_generation: int = 0


class DaemonSetWire(Wire):
    """A DaemonSet."""

    metadata: ManagedMetaWire
    status: DaemonSetStatusWire = msgspec.field(default_factory=DaemonSetStatusWire)


class DeploymentSpecWire(Wire):
    """Spec of a Deployment; the API server fills in the replicas."""

    replicas: int = 1


class DeploymentStatusWire(Wire):
    """Status of a Deployment: zeros are left out."""

    observed_generation: int = 0
    replicas: int = 0
    conditions: list[ConditionWire] | None = None


class DeploymentWire(Wire):
    """A Deployment."""

    metadata: ManagedMetaWire
    spec: DeploymentSpecWire = msgspec.field(default_factory=DeploymentSpecWire)
    status: DeploymentStatusWire = msgspec.field(default_factory=DeploymentStatusWire)


class StatefulSetSpecWire(Wire):
    """Spec of a StatefulSet; the API server fills it in."""

    replicas: int = 1
    pod_management_policy: str = "OrderedReady"


class StatefulSetStatusWire(Wire):
    """Status of a StatefulSet: zeros are left out."""

    observed_generation: int = 0
    replicas: int = 0
    ready_replicas: int = 0


class StatefulSetWire(Wire):
    """A StatefulSet."""

    metadata: ManagedMetaWire
    spec: StatefulSetSpecWire = msgspec.field(default_factory=StatefulSetSpecWire)
    status: StatefulSetStatusWire = msgspec.field(default_factory=StatefulSetStatusWire)


class ConfigMapWire(Wire):
    """A ConfigMap; binary data is not read."""

    metadata: ManagedMetaWire
    data: dict[str, str] | None = None


DAEMON_SET = msgspec.json.Decoder(DaemonSetWire)
DAEMON_SETS = msgspec.json.Decoder(ListWire[DaemonSetWire])
DEPLOYMENTS = msgspec.json.Decoder(ListWire[DeploymentWire])
STATEFUL = msgspec.json.Decoder(ListWire[StatefulSetWire])
CONFIG_MAP = msgspec.json.Decoder(ConfigMapWire)


def daemon_set(wire: DaemonSetWire) -> DaemonSet:
    """A DaemonSet."""
    return DaemonSet(
        namespace=wire.metadata.namespace,
        name=wire.metadata.name,
        labels=wire.metadata.labels or {},
        desired=wire.status.desired_number_scheduled,
        ready=wire.status.number_ready,
        is_current=(
            wire.status.observed_generation >= wire.metadata.generation
            and wire.status.updated_number_scheduled
            >= wire.status.desired_number_scheduled
        ),
        uid=wire.metadata.uid,
    )


def deployment(wire: DeploymentWire) -> Workload:
    """A Deployment."""
    conditions = wire.status.conditions
    progress = condition(conditions, "Progressing")
    refused = condition(conditions, "ReplicaFailure")
    return Workload(
        namespace=wire.metadata.namespace,
        name=wire.metadata.name,
        generation=wire.metadata.generation,
        observed_generation=wire.status.observed_generation,
        wanted=wire.spec.replicas,
        existing=wire.status.replicas,
        changed_at=_latest(spec_changed(wire.metadata), progress.last_update_time),
        is_hindered=claim(refused) is True,
    )


def stateful_set(wire: StatefulSetWire) -> Workload:
    """A StatefulSet; unless told otherwise each pod waits for those before it."""
    spec, status = wire.spec, wire.status
    is_ordered = spec.pod_management_policy != "Parallel"
    return Workload(
        namespace=wire.metadata.namespace,
        name=wire.metadata.name,
        generation=wire.metadata.generation,
        observed_generation=status.observed_generation,
        wanted=spec.replicas,
        existing=status.replicas,
        changed_at=spec_changed(wire.metadata),
        is_hindered=is_ordered and status.ready_replicas < status.replicas,
        is_dated=False,
    )


def on_nodes(wire: DaemonSetWire) -> Workload:
    """A DaemonSet as work of its controller: a pod on each node that wants one."""
    return Workload(
        namespace=wire.metadata.namespace,
        name=wire.metadata.name,
        generation=wire.metadata.generation,
        observed_generation=wire.status.observed_generation,
        wanted=wire.status.desired_number_scheduled,
        existing=wire.status.current_number_scheduled,
        changed_at=spec_changed(wire.metadata),
        is_dated=False,
    )


def config_map(wire: ConfigMapWire) -> ConfigMap:
    """A ConfigMap."""
    return ConfigMap(wire.data or {}, spec_changed(wire.metadata))


def spec_changed(metadata: ManagedMetaWire) -> datetime | None:
    """When anything but the status was written last, by a person or a program."""
    written = (
        one.time for one in metadata.managed_fields or () if one.subresource != "status"
    )
    return _latest(*written)


def _latest(*times: datetime | None) -> datetime | None:
    known = [at for at in map(utc, times) if at is not None]
    return max(known, default=None)
