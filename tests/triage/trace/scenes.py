"""One disk of one node, with all that is told of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from tui.model.fault import Fault, FaultKind
from tui.model.kube import Pod
from tui.model.reading import Reading
from tui.model.storage import (
    Attachment,
    Disk,
    Mounted,
    NodeStorage,
    PersistentVolume,
    VolumeClaim,
)
from tui.model.trace import Certainty, Stage, Step, Trace
from tui.triage.told import Told
from tui.triage.trace.case import TraceCase

LINE = datetime(2026, 2, 27, 2, 13, 47, tzinfo=UTC)
LONG_AGO = LINE - timedelta(days=19)
READ = LINE + timedelta(seconds=2)
LATER = LINE + timedelta(minutes=3)
PROVEN, MAYBE, UNKNOWN = Certainty.PROVEN, Certainty.MAYBE, Certainty.UNKNOWN
IQN = "iqn.2005-10.org.freenas.ctl:media"
UID = "10a2dfd1-a5f0-57b8-9ea8-eb90c6d39130"
KUBELET = "/var/lib/kubelet"


def told(value: Any, source: str = "kubernetes prod") -> Told[Any]:
    reading = Reading(value, READ, None, 1)
    return Told(reading, timedelta(seconds=30), source, "asked")


def refused(
    kind: FaultKind, summary: str, source: str = "kubernetes prod"
) -> Told[Any]:
    fault = Fault(kind, summary)
    return Told(Reading(None, None, fault, 1), timedelta(seconds=30), source)


def disk(name: str = "sdc", session: int = 2, **rest: Any) -> Disk:
    host = session + 1
    path = f"/platform/host{host}/session{session}/target{host}:0:0/{host}:0:0:1"
    link = f"/dev/disk/by-path/ip-10.10.0.10:3260-iscsi-{IQN}-lun-1"
    known = Disk(name, 64, "iSCSI Disk", "iscsi", path, (link,), (), LONG_AGO)
    return replace(known, **rest)


def mount(name: str, volume: str = "pv-media", uid: str = UID) -> Mounted:
    path = f"{KUBELET}/pods/{uid}/volumes/kubernetes.io~csi/{volume}/mount"
    return Mounted(f"/dev/{name}", path)


MEDIA = PersistentVolume(
    "pv-media",
    "Bound",
    "org.democratic-csi.iscsi",
    "pv-media",
    IQN,
    "1",
    "media",
    "films",
    "Delete",
)
OTHER = replace(MEDIA, name="pv-other", target="iqn.x:other", claim="other")
POD = Pod(
    *("media", "jellyfin-0", "wk-1", {}, "Running", True, None, True),
    uid=UID,
    claims=("films",),
)
STORAGE = NodeStorage((disk(),), (), (mount("sdc"),))
CASE = TraceCase(
    "prod",
    "wk-1",
    "sdc",
    LINE,
    LINE,
    storage=told(STORAGE, "talos wk-1"),
    volumes=told((MEDIA, OTHER)),
    attachments=told((Attachment("pv-media", "wk-1", is_attached=True),)),
    pods=told((POD,)),
    claims={"media": told((VolumeClaim("media", "films", "Bound", "pv-media"),))},
    users={"media": told((POD,))},
)


def with_storage(storage: NodeStorage, **rest: Any) -> TraceCase:
    return replace(CASE, storage=told(storage, "talos wk-1"), **rest)


def step(trace: Trace, stage: Stage) -> Step:
    found = trace.step(stage)
    assert found is not None
    return found


def names(trace: Trace) -> Mapping[str, tuple[str, ...]]:
    return {each.stage.value: each.names for each in trace.steps}


def said(trace: Trace, stage: Stage) -> str:
    return "; ".join(each.claim for each in step(trace, stage).proofs)
