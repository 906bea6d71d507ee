"""Volumes, claims and attachments, as the lab's API server sends them."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from tui.lab.estate import LabPod
from tui.lab.kube_objects import Maker, Object
from tui.lab.storage import (
    DRIVER,
    PORTAL,
    LabDisk,
    disks,
    has_iscsi,
    volume_name,
)

STORAGE_CLASS, LOCAL_CLASS = "iscsi-btrfs", "local-path"
_SIZE = "64Gi"


def volumes(maker: Maker) -> list[Object]:
    """v1 PersistentVolume, one for each claim."""
    attached = {disk.claim: disk for _, disk in _attached(maker)}
    return [
        _volume(maker, pod, claim, attached.get(claim))
        for pod in maker.cluster.pods
        for claim in pod.claims
    ]


def _volume(maker: Maker, pod: LabPod, claim: str, disk: LabDisk | None) -> Object:
    name = volume_name(claim)
    metadata = maker.metadata("PersistentVolume", name)
    provisioner = DRIVER if disk else "rancher.io/local-path"
    metadata["annotations"] = {"pv.kubernetes.io/provisioned-by": provisioner}
    uid = maker.metadata("PersistentVolumeClaim", claim, pod.namespace)["uid"]
    source = _csi(disk) if disk else _folder(pod, name)
    return {
        "metadata": metadata,
        "spec": {
            "capacity": {"storage": _SIZE},
            "accessModes": ["ReadWriteOnce"],
            "claimRef": {
                "kind": "PersistentVolumeClaim",
                "namespace": pod.namespace,
                "name": claim,
                "uid": uid,
                "apiVersion": "v1",
            },
            "persistentVolumeReclaimPolicy": "Delete",
            "storageClassName": STORAGE_CLASS if disk else LOCAL_CLASS,
            "volumeMode": "Filesystem",
            **source,
        },
        "status": {"phase": "Bound"},
    }


def _csi(disk: LabDisk) -> Object:
    attributes = {
        "iqn": disk.iqn,
        "lun": "1",
        "node_attach_driver": "iscsi",
        "portal": PORTAL,
        "storage.kubernetes.io/csiProvisionerIdentity": f"1739000000-{DRIVER}",
    }
    return {
        "csi": {
            "driver": DRIVER,
            "fsType": "btrfs",
            "volumeHandle": disk.volume,
            "volumeAttributes": attributes,
        }
    }


def _folder(pod: LabPod, name: str) -> Object:
    term = {"key": "kubernetes.io/hostname", "operator": "In", "values": [pod.node]}
    return {
        "hostPath": {"path": f"/var/local-path/{name}", "type": "DirectoryOrCreate"},
        "nodeAffinity": {
            "required": {"nodeSelectorTerms": [{"matchExpressions": [term]}]}
        },
    }


def attachments(maker: Maker) -> list[Object]:
    """storage.k8s.io/v1 VolumeAttachment, one for each iSCSI volume in use."""
    found = []
    for node, disk in _attached(maker):
        mark = sha256(f"{disk.volume}{DRIVER}{node}".encode()).hexdigest()
        metadata = maker.metadata("VolumeAttachment", f"csi-{mark}")
        spec = {
            "attacher": DRIVER,
            "nodeName": node,
            "source": {"persistentVolumeName": disk.volume},
        }
        found.append({"metadata": metadata, "spec": spec, "status": {"attached": True}})
    return found


def _attached(maker: Maker) -> Iterator[tuple[str, LabDisk]]:
    for node in maker.cluster.nodes:
        for disk in disks(node, maker.cluster.pods, maker.at):
            if disk.namespace:
                yield node.name, disk


def claims(maker: Maker) -> list[Object]:
    """v1 PersistentVolumeClaim, from the pods that mount them."""
    nodes = {node.name: node for node in maker.cluster.nodes}
    return [
        {
            "metadata": maker.metadata("PersistentVolumeClaim", claim, pod.namespace),
            "spec": {
                "accessModes": ["ReadWriteOnce"],
                "resources": {"requests": {"storage": _SIZE}},
                "storageClassName": STORAGE_CLASS
                if has_iscsi(nodes[pod.node])
                else LOCAL_CLASS,
                "volumeName": volume_name(claim),
            },
            "status": {"phase": "Bound", "capacity": {"storage": _SIZE}},
        }
        for pod in maker.cluster.pods
        for claim in pod.claims
    ]


def storage_classes(maker: Maker) -> list[Object]:
    """storage.k8s.io/v1 StorageClass: the default one, and one that keeps data."""
    found = []
    for name, policy in (
        (STORAGE_CLASS, "Delete"),
        (f"{STORAGE_CLASS}-retain", "Retain"),
    ):
        metadata = maker.metadata("StorageClass", name)
        if name == STORAGE_CLASS:
            mark = "storageclass.kubernetes.io/is-default-class"
            metadata["annotations"] = {mark: "true"}
        found.append(
            {
                "metadata": metadata,
                "provisioner": DRIVER,
                "reclaimPolicy": policy,
                "volumeBindingMode": "Immediate",
                "allowVolumeExpansion": True,
            }
        )
    return found


def csi_drivers(maker: Maker) -> list[Object]:
    """storage.k8s.io/v1 CSIDriver: iSCSI."""
    spec = {"attachRequired": True, "podInfoOnMount": True}
    return [{"metadata": maker.metadata("CSIDriver", DRIVER), "spec": spec}]
