"""What the product reads of Kubernetes, and what is lost where that is not allowed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Right:
    """One thing that is listed in all namespaces."""

    group: str
    """Empty for the core group."""
    resource: str
    without: str
    """What is lost."""
    is_optional: bool = False
    """Not every cluster has such a thing."""

    @property
    def path(self) -> str:
        """Where it is listed."""
        root = f"/apis/{self.group}/v1" if self.group else "/api/v1"
        return f"{root}/{self.resource}"


RIGHTS = (
    Right("", "nodes", "nodes are known by Talos alone; verdicts stay undecided"),
    Right("", "pods", "verdicts on hidden and false alerts stay undecided"),
    Right("", "configmaps", "whether Cilium replaces kube-proxy is not known"),
    Right("", "events", "whether pods get scheduled is not known"),
    Right("", "services", "checks of targets stop there; no port-forwards, no init"),
    Right("", "persistentvolumes", "kernel lines do not lead to volumes"),
    Right("", "persistentvolumeclaims", "kernel lines do not lead to applications"),
    Right("apps", "daemonsets", "whether agents are complete is not known"),
    Right("apps", "deployments", "whether deployments converge is not known"),
    Right("apps", "statefulsets", "whether StatefulSets converge is not known"),
    Right("coordination.k8s.io", "leases", "whether schedulers lead is not known"),
    Right("discovery.k8s.io", "endpointslices", "no port-forwards, fewer checks"),
    Right("storage.k8s.io", "storageclasses", "the review cannot judge storage"),
    Right("storage.k8s.io", "csidrivers", "the review cannot judge storage"),
    Right("storage.k8s.io", "volumeattachments", "volumes have no node"),
    Right(
        "monitoring.coreos.com",
        "servicemonitors",
        "who makes a job is not known",
        is_optional=True,
    ),
)
