"""Volumes: what Talos, Kubernetes and the kernel log say of one disk is the same."""

from __future__ import annotations

from tests.lab.conftest import NOW as WHEN
from tests.lab.conftest import minutes
from tui.lab.incident import LINES
from tui.lab.kube_objects import Maker
from tui.lab.kube_storage import attachments, claims, volumes
from tui.lab.machine_cosi import Scene, discovered_resources, disks_resources
from tui.lab.machine_disk import mounts
from tui.lab.storage import pod_uid
from tui.lab.story import Story

AT = minutes(11)
PROD = Story().at(AT).cluster("prod")
MAKER = Maker(PROD, lambda offset: WHEN + offset, WHEN, AT)


def scene(name: str, at: float = 11) -> Scene:
    node = next(one for one in PROD.nodes if one.name == name)
    pods = tuple(pod for pod in PROD.pods if pod.node == name)
    return Scene(node, PROD, pods, minutes(at))


def test_the_disk_of_the_lines_is_mounted_for_the_pod_of_its_volume() -> None:
    here = scene("talos-wk-1")
    disk = {one.id: one.spec for one in disks_resources(here)}["sdc"]
    volume = next(
        one
        for one in volumes(MAKER)
        if one["spec"]["claimRef"]["name"] == "jellyfin-media"
    )
    target = volume["spec"]["csi"]["volumeAttributes"]["iqn"]
    assert isinstance(disk, dict)
    assert disk["bus_path"].endswith("/session2/target3:0:0/3:0:0:1")
    assert any(f"-iscsi-{target}-lun-1" in link for link in disk["symlinks"])
    pod = next(pod for pod in here.pods if pod.name == "jellyfin-0")
    found = [
        one
        for one in mounts(here.node, here.at, here.pods).stats
        if volume["metadata"]["name"] in one.mounted_on
    ]
    assert [one.filesystem for one in found] == ["/dev/sdc"]
    assert f"/pods/{pod_uid('prod', pod)}/" in found[0].mounted_on
    api = next(one for one in MAKER.pods() if one["metadata"]["name"] == "jellyfin-0")
    assert api["metadata"]["uid"] == pod_uid("prod", pod)
    assert any("session2" in x.message or "connection2" in x.message for x in LINES)


def test_each_claim_has_its_volume_and_each_volume_in_use_is_attached() -> None:
    named = {one["spec"]["volumeName"] for one in claims(MAKER)}
    made = {one["metadata"]["name"] for one in volumes(MAKER)}
    attached = {
        one["spec"]["source"]["persistentVolumeName"]: one["spec"]["nodeName"]
        for one in attachments(MAKER)
    }
    assert named == made == set(attached)
    assert set(attached.values()) == {"talos-wk-1", "talos-wk-2"}


def test_a_disk_that_comes_back_is_a_new_one() -> None:
    before = {one.id: one.since for one in disks_resources(scene("talos-wk-2", 6))}
    after = {one.id: one.since for one in disks_resources(scene("talos-wk-2", 8))}
    assert before["sdb"] is None
    assert after["sdb"] is not None
    assert minutes(7) < after["sdb"] < minutes(8)


def test_each_disk_holds_a_filesystem_of_its_own() -> None:
    found = [one.spec for one in discovered_resources(scene("talos-wk-1"))]
    uuids = [one["uuid"] for one in found if isinstance(one, dict) and "uuid" in one]
    assert len(uuids) == len(set(uuids)) == 2
