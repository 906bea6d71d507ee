"""Kubernetes objects of the lab, in the JSON that its API server sends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_DNS, uuid5

from msgspec import Struct

from tui.lab.estate import (
    LabCluster,
    LabEvent,
    LabNode,
    LabPod,
    Role,
    network_address,
)
from tui.lab.http import rfc3339

# JSON of many shapes: written here once, never read back by our own code.
Object = dict[str, Any]

CREATED = timedelta(days=-19)
_CONDITIONS = ("MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable")
_CAPACITY = {"cpu": "8", "memory": "32768000Ki", "pods": "110"}


class Maker(Struct, frozen=True):
    """Makes the objects of one cluster at one moment."""

    cluster: LabCluster
    when: Callable[[timedelta], datetime]
    now: datetime
    at: timedelta = timedelta(0)
    """Where the story stands."""

    def time(self, offset: timedelta) -> str:
        """An offset as a Kubernetes timestamp: whole seconds."""
        return rfc3339(self.when(offset), digits=0)

    def metadata(
        self,
        kind: str,
        name: str,
        namespace: str = "",
        labels: Mapping[str, str] | None = None,
        created_at: timedelta = CREATED,
    ) -> Object:
        """Object metadata with a uid that stays."""
        uid = uuid5(NAMESPACE_DNS, f"{self.cluster.name}/{kind}/{namespace}/{name}")
        found: Object = {
            "name": name,
            "uid": str(uid),
            "resourceVersion": "71",
            "creationTimestamp": self.time(created_at),
        }
        if namespace:
            found["namespace"] = namespace
        if labels:
            found["labels"] = dict(labels)
        return found

    def managed(self, *, by: str, subresource: str = "") -> Object:
        """An entry of managedFields; which fields those are, nobody asks."""
        found: Object = {
            "manager": by,
            "operation": "Update",
            "apiVersion": "v1",
            "time": self.time(CREATED),
            "fieldsType": "FieldsV1",
            "fieldsV1": {},
        }
        return found | ({"subresource": subresource} if subresource else {})

    def nodes(self) -> list[Object]:
        """v1 Node."""
        return [self._node(node) for node in self.cluster.nodes]

    def _node(self, node: LabNode) -> Object:
        labels = {
            "beta.kubernetes.io/arch": "amd64",
            "kubernetes.io/arch": "amd64",
            "kubernetes.io/hostname": node.name,
            "kubernetes.io/os": "linux",
        }
        if node.role is Role.CONTROL_PLANE:
            labels["node-role.kubernetes.io/control-plane"] = ""
        version = node.kubernetes_version
        return {
            "metadata": self.metadata("Node", node.name, labels=labels),
            "spec": {"podCIDR": "10.244.0.0/24"},
            "status": {
                "addresses": [
                    {"type": "InternalIP", "address": node.address},
                    {"type": "Hostname", "address": node.name},
                ],
                "capacity": _CAPACITY,
                "allocatable": _CAPACITY,
                "conditions": self._node_conditions(node),
                "nodeInfo": {
                    "architecture": "amd64",
                    "bootID": str(uuid5(NAMESPACE_DNS, f"boot/{node.name}")),
                    "containerRuntimeVersion": "containerd://2.1.4",
                    "kernelVersion": node.kernel,
                    "kubeProxyVersion": "",
                    "kubeletVersion": version,
                    "machineID": uuid5(NAMESPACE_DNS, node.name).hex,
                    "operatingSystem": "linux",
                    "osImage": f"Talos ({node.talos_version})",
                    "systemUUID": str(uuid5(NAMESPACE_DNS, f"system/{node.name}")),
                },
            },
        }

    def _node_conditions(self, node: LabNode) -> list[Object]:
        """A kubelet that no longer reports leaves every condition Unknown."""
        beat = self._beat(None if node.is_ready else node.ready_since, 10)
        common = {
            "lastHeartbeatTime": beat,
            "lastTransitionTime": self.time(node.ready_since),
        }
        silent = {
            "reason": "NodeStatusUnknown",
            "message": "Kubelet stopped posting node status.",
        }
        found = [
            {
                "type": kind,
                "status": "False" if node.is_ready else "Unknown",
                **common,
                **({"reason": f"No{kind}", "message": ""} if node.is_ready else silent),
            }
            for kind in _CONDITIONS
        ]
        well = {"reason": "KubeletReady", "message": "kubelet is posting ready status"}
        ready = {
            "type": "Ready",
            "status": "True" if node.is_ready else "Unknown",
            **common,
            **(well if node.is_ready else silent),
        }
        return [*found, ready]

    def _beat(self, stopped_at: timedelta | None, every_seconds: int) -> str:
        """When something that beats did so last: just now, unless it has stopped.

        By the wall and not by the story: a paused story is no reason to look dead.
        """
        if stopped_at is not None:
            return self.time(stopped_at)
        second = int(self.now.timestamp()) // every_seconds * every_seconds
        return rfc3339(datetime.fromtimestamp(second, UTC), digits=0)

    def pods(self) -> list[Object]:
        """v1 Pod."""
        return [self._pod(pod) for pod in self.cluster.pods]

    def _pod(self, pod: LabPod) -> Object:
        node = next(one for one in self.cluster.nodes if one.name == pod.node)
        metadata = self.metadata(
            "Pod", pod.name, pod.namespace, pod.labels, pod.created_at
        )
        metadata["ownerReferences"] = [self._owner(pod)]
        volumes: list[Object] = [
            {"name": claim, "persistentVolumeClaim": {"claimName": claim}}
            for claim in pod.claims
        ]
        return {
            "metadata": metadata,
            "spec": {
                "nodeName": pod.node,
                "containers": [
                    {
                        "name": pod.owner[1],
                        "image": pod.image,
                        "command": self._command(pod),
                    }
                ],
                "volumes": volumes,
                "hostNetwork": is_on_host(pod),
            },
            "status": {
                "phase": pod.phase,
                "hostIP": node.address,
                "podIP": pod_address(pod, node),
                "startTime": self.time(pod.created_at),
                "conditions": self._pod_conditions(pod),
                "containerStatuses": [self._container(pod)],
            },
        }

    def _command(self, pod: LabPod) -> list[str]:
        """What Talos has its static pods run, as far as anybody asks."""
        if pod.owner[0] != "Node":
            return []
        component = pod.labels["component"]
        hidden = component != "kube-apiserver"
        where = ["--bind-address=127.0.0.1"] if hidden else []
        return [f"/usr/local/bin/{component}", *where]

    def _owner(self, pod: LabPod) -> Object:
        """A static pod belongs to its node, a deployment's to a replica set."""
        kind, name = pod.owner
        if kind == "Deployment":
            kind, name = "ReplicaSet", pod.name.rpartition("-")[0]
        namespace = "" if kind == "Node" else pod.namespace
        return {
            "apiVersion": "v1" if kind == "Node" else "apps/v1",
            "kind": kind,
            "name": name,
            "uid": self.metadata(kind, name, namespace)["uid"],
            "controller": True,
        }

    def _pod_conditions(self, pod: LabPod) -> list[Object]:
        ready: Object = {
            "status": "True" if pod.is_ready else "False",
            "lastProbeTime": None,
            "lastTransitionTime": self.time(pod.ready_since),
        }
        if not pod.is_ready:
            ready["reason"] = "ContainersNotReady"
            ready["message"] = f"containers with unready status: [{pod.owner[1]}]"
        done: Object = {
            "status": "True",
            "lastProbeTime": None,
            "lastTransitionTime": self.time(pod.created_at),
        }
        return [
            {"type": "Initialized", **done},
            {"type": "Ready", **ready},
            {"type": "ContainersReady", **ready},
            {"type": "PodScheduled", **done},
        ]

    def _container(self, pod: LabPod) -> Object:
        state: Object = {"running": {"startedAt": self.time(pod.ready_since)}}
        if pod.reason == "CrashLoopBackOff":
            message = f"back-off 1m20s restarting failed container={pod.owner[1]}"
            state = {"waiting": {"reason": pod.reason, "message": message}}
        return {
            "name": pod.owner[1],
            "image": pod.image,
            "imageID": pod.image,
            "ready": pod.is_ready,
            "started": pod.is_ready,
            "restartCount": pod.restarts,
            "state": state,
            "lastState": self._ended(pod),
        }

    def _ended(self, pod: LabPod) -> Object:
        """How it ended before it was started again; nothing when it never was."""
        if not pod.restarts:
            return {}
        at = self.time(pod.ready_since)
        return {"terminated": {"exitCode": 1, "reason": "Error", "finishedAt": at}}

    def config_maps(self) -> list[Object]:
        """v1 ConfigMap."""
        found = []
        for (space, name), data in sorted(self.cluster.config_maps.items()):
            metadata = self.metadata("ConfigMap", name, space)
            metadata["managedFields"] = [self.managed(by="helm")]
            found.append({"metadata": metadata, "data": dict(data)})
        return found

    def node_configs(self) -> list[Object]:
        """cilium.io/v2 CiliumNodeConfig: one node of prod has a shorter MTU."""
        if self.cluster.name != "prod":
            return []
        metadata = self.metadata("CiliumNodeConfig", "tunnelled", "kube-system")
        metadata["managedFields"] = [self.managed(by="helm")]
        chosen = {"matchLabels": {"kubernetes.io/hostname": "talos-wk-3"}}
        return [
            {
                "metadata": metadata,
                "spec": {"nodeSelector": chosen, "defaults": {"mtu": "1420"}},
            }
        ]

    def namespaces(self) -> list[Object]:
        """v1 Namespace: the usual ones, and those with pods."""
        names = {pod.namespace for pod in self.cluster.pods}
        names |= {"default", "kube-node-lease", "kube-public", "kube-system"}
        return [
            {
                "metadata": self.metadata("Namespace", name),
                "spec": {"finalizers": ["kubernetes"]},
                "status": {"phase": "Active"},
            }
            for name in sorted(names)
        ]

    def events(self) -> list[Object]:
        """v1 Event, oldest first."""
        ordered = sorted(self.cluster.events, key=lambda event: event.at)
        return [self._event(event) for event in ordered]

    def _event(self, event: LabEvent) -> Object:
        metadata = self.metadata(
            "Event", event.name, event.namespace, created_at=event.at
        )
        return {
            "metadata": metadata,
            "involvedObject": {
                "kind": event.kind,
                "namespace": event.namespace,
                "name": event.about,
                "apiVersion": "v1" if event.kind == "Pod" else "apps/v1",
            },
            "reason": event.reason,
            "message": event.message,
            "source": {"component": event.component},
            "firstTimestamp": self.time(event.at),
            "lastTimestamp": self.time(event.at),
            "count": 1,
            "type": event.type,
            "eventTime": None,
            "reportingComponent": event.component,
            "reportingInstance": "",
        }

    def leases(self) -> list[Object]:
        """coordination.k8s.io/v1 Lease of the leaders, and of each node's kubelet."""
        leaders = [
            {
                "metadata": self.metadata("Lease", lease.name, "kube-system"),
                "spec": {
                    "holderIdentity": lease.holder,
                    "leaseDurationSeconds": 15,
                    "acquireTime": f"{self.time(CREATED)[:-1]}.000000Z",
                    "renewTime": f"{self._beat(lease.stopped_at, 2)[:-1]}.000000Z",
                    "leaseTransitions": 4,
                },
            }
            for lease in self.cluster.leases
        ]
        return [*leaders, *map(self._node_lease, self.cluster.nodes)]

    def _node_lease(self, node: LabNode) -> Object:
        """That of a kubelet: nobody else ever holds it, so it is never acquired."""
        stopped_at = None if node.is_ready else node.ready_since
        return {
            "metadata": self.metadata("Lease", node.name, "kube-node-lease"),
            "spec": {
                "holderIdentity": node.name,
                "leaseDurationSeconds": 40,
                "renewTime": f"{self._beat(stopped_at, 10)[:-1]}.000000Z",
            },
        }


def pod_address(pod: LabPod, node: LabNode) -> str:
    """The node's own for what runs on its network."""
    if is_on_host(pod):
        return node.address
    return network_address(pod.namespace, pod.name, node.address)


def is_on_host(pod: LabPod) -> bool:
    """Whether it has no network of its own."""
    return pod.namespace == "kube-system" or pod.owner[1] == "node-exporter"
