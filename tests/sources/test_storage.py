"""Where data lies: the lab's Kubernetes and apid, and volumes of odd drivers."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from tui.clock import SystemClock
from tui.lab.server import Lab, LabOptions
from tui.model.fault import FaultKind
from tui.model.question import (
    ClaimsIn,
    PersistentVolumes,
    PodsWith,
    VolumeAttachments,
)
from tui.model.storage import PersistentVolume
from tui.sources import kubernetes_storage_wire as storage
from tui.sources.base import SourceError
from tui.sources.kubernetes import KubernetesSource
from tui.sources.talos import TalosSource

NOW = datetime(2026, 2, 27, 2, 13, 47, tzinfo=UTC)
WORKER = "10.10.0.41"


async def test_volumes_claims_and_attachments_are_read() -> None:
    async with Lab(LabOptions(speed=0, now=NOW)) as lab:
        prod = KubernetesSource("prod", lab.environment.kubeconfig, 5.0)
        volumes = await prod.ask(PersistentVolumes())
        attached = await prod.ask(VolumeAttachments())
        claims = await prod.ask(ClaimsIn("media"))
        pods = await prod.ask(PodsWith("media", ""))
        await prod.aclose()
    (media,) = [one for one in volumes if one.claim == "jellyfin-media"]
    assert media.target.endswith(media.name)
    assert (media.lun, media.reclaim) == ("1", "Delete")
    (own,) = [one for one in attached if one.volume == media.name]
    assert (own.node, own.is_attached) == ("talos-wk-1", True)
    bound = {one.name: (one.phase, one.volume) for one in claims}
    assert bound["jellyfin-media"] == ("Bound", media.name)
    (pod,) = pods
    assert pod.claims == ("jellyfin-config", "jellyfin-media")
    assert pod.uid


async def test_a_node_tells_of_its_disks_and_what_is_mounted() -> None:
    async with Lab(LabOptions(speed=0, now=NOW)) as lab:
        prod = TalosSource(
            "prod", lab.environment.talosconfig, 5.0, SystemClock(), lambda _: 0.01
        )
        await prod.node(WORKER)
        found = await prod.storage(WORKER)
        await prod.aclose()
    disks = {disk.name: disk for disk in found.disks or ()}
    assert disks["sdc"].transport == "iscsi"
    assert "/session2/" in disks["sdc"].bus_path
    assert any("-iscsi-iqn." in link for link in disks["sdc"].links)
    assert disks["sdc"].changed_at is not None
    uuids = {one.name: one.uuid for one in found.partitions or ()}
    assert uuids["sdb"] != uuids["sdc"] != ""
    assert "/dev/sdc" in {one.source for one in found.mounts or ()}
    assert found.unavailable == {}


async def test_volumes_that_may_not_be_listed_are_a_refusal() -> None:
    options = LabOptions(speed=0, now=NOW, faults=("forbidden:persistentvolumes",))
    async with Lab(options) as lab:
        prod = KubernetesSource("prod", lab.environment.kubeconfig, 5.0)
        with pytest.raises(SourceError) as caught:
            await prod.ask(PersistentVolumes())
        await prod.aclose()
    assert caught.value.fault.kind is FaultKind.FORBIDDEN


def decoded(spec: dict[str, object]) -> PersistentVolume:
    items = [{"metadata": {"name": "pv"}, "spec": spec, "status": {"phase": "Bound"}}]
    page = storage.VOLUMES.decode(json.dumps({"items": items}).encode())
    return storage.volume((page.items or [])[0])


def test_kubernetes_own_iscsi_names_its_target() -> None:
    iscsi = {"targetPortal": "10.0.0.5:3260", "iqn": "iqn.2000-01.x:a", "lun": 0}
    found = decoded({"iscsi": iscsi, "claimRef": {"namespace": "a", "name": "b"}})
    assert (found.driver, found.target, found.lun) == (
        "iscsi",
        "iqn.2000-01.x:a",
        "0",
    )
    assert (found.namespace, found.claim) == ("a", "b")


def test_a_driver_that_names_no_target_leaves_it_empty() -> None:
    csi = {
        "driver": "csi.san.synology.com",
        "volumeHandle": "0b9e1e8f-4d35-4a57-9e6c-1f3c5a1c1b1a",
        "volumeAttributes": {"dsm": "10.0.0.6", "protocol": "iscsi"},
    }
    found = decoded({"csi": csi})
    assert (found.driver, found.target, found.lun) == ("csi.san.synology.com", "", "")
    assert found.handle.startswith("0b9e1e8f")


def test_a_volume_without_a_claim_and_a_null_source_are_read() -> None:
    found = decoded({"claimRef": None, "csi": None, "iscsi": None})
    assert (found.driver, found.claim) == ("", "")
