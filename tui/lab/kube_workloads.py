"""DaemonSets, Deployments and StatefulSets of the lab, made from the pods they own."""

from __future__ import annotations

from tui.lab.estate import LabPod
from tui.lab.kube_objects import CREATED, Maker, Object


def workloads(maker: Maker, kind: str) -> list[Object]:
    """apps/v1 Deployment, DaemonSet or StatefulSet, from the pods they own."""
    owned: dict[tuple[str, str], list[LabPod]] = {}
    for pod in maker.cluster.pods:
        if pod.owner[0] == kind:
            owned.setdefault((pod.namespace, pod.owner[1]), []).append(pod)
    return [
        _workload(maker, kind, namespace, name, pods)
        for (namespace, name), pods in sorted(owned.items())
    ]


def _workload(
    maker: Maker, kind: str, namespace: str, name: str, pods: list[LabPod]
) -> Object:
    ready, wanted = sum(pod.is_ready for pod in pods), len(pods)
    metadata = maker.metadata(kind, name, namespace, pods[0].labels)
    metadata["generation"] = 3
    metadata["managedFields"] = [
        maker.managed(by="helm"),
        maker.managed(by="kube-controller-manager", subresource="status"),
    ]
    labels = dict(pods[0].labels)
    spec: Object = {
        "selector": {"matchLabels": labels},
        "template": {
            "metadata": {"labels": labels},
            "spec": {"containers": [{"name": name, "image": pods[0].image}]},
        },
    }
    status: Object = {"observedGeneration": 3}
    if kind == "DaemonSet":
        status |= {
            "desiredNumberScheduled": wanted,
            "currentNumberScheduled": wanted,
            "updatedNumberScheduled": wanted,
            "numberMisscheduled": 0,
            "numberReady": ready,
            "numberAvailable": ready,
        }
    else:
        spec["replicas"] = wanted
        status |= {
            "replicas": wanted,
            "updatedReplicas": wanted,
            "readyReplicas": ready,
            "availableReplicas": ready,
        }
    if kind == "Deployment":
        status["conditions"] = [
            {
                "type": "Progressing",
                "status": "True",
                "reason": "NewReplicaSetAvailable",
                "message": f'ReplicaSet "{name}" has successfully progressed.',
                "lastTransitionTime": maker.time(CREATED),
                "lastUpdateTime": maker.time(CREATED),
            }
        ]
    return {"metadata": metadata, "spec": spec, "status": status}
