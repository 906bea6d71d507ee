"""What the product reads, and what is lost where that is not allowed."""

from __future__ import annotations

from msgspec import Struct

GET, LIST, CREATE = "get", "list", "create"


class Right(Struct, frozen=True, gc=False):
    """One thing that is read of Kubernetes, in all namespaces."""

    group: str
    """Empty for the core group."""
    resource: str
    """`pods`, or with a subresource `pods/portforward`."""
    without: str
    """What is lost."""
    verbs: tuple[str, ...] = (LIST,)
    is_optional: bool = False
    """Not every cluster has such a thing."""


RIGHTS = (
    Right("", "nodes", "nodes are known by Talos alone; verdicts stay undecided"),
    Right("", "pods", "verdicts on hidden and false alerts stay undecided"),
    Right("", "configmaps", "whether Cilium replaces kube-proxy is not known", (GET,)),
    Right("", "events", "whether pods get scheduled is not known"),
    Right("", "services", "checks of targets stop there; no port-forwards, no init"),
    Right("", "persistentvolumes", "kernel lines do not lead to volumes"),
    Right("", "persistentvolumeclaims", "kernel lines do not lead to applications"),
    Right(
        "apps", "daemonsets", "whether agents are complete is not known", (GET, LIST)
    ),
    Right("apps", "deployments", "whether deployments converge is not known"),
    Right("apps", "statefulsets", "whether StatefulSets converge is not known"),
    Right(
        "coordination.k8s.io",
        "leases",
        "whether schedulers lead and kubelets live is not known",
        (GET, LIST),
    ),
    Right("discovery.k8s.io", "endpointslices", "no port-forwards, fewer checks"),
    Right("storage.k8s.io", "storageclasses", "the review cannot judge storage"),
    Right("storage.k8s.io", "csidrivers", "the review cannot judge storage"),
    Right("storage.k8s.io", "volumeattachments", "volumes have no node"),
    Right(
        "cilium.io",
        "ciliumnodeconfigs",
        "whether Cilium replaces kube-proxy on every node is not known",
        is_optional=True,
    ),
    Right(
        "monitoring.coreos.com",
        "servicemonitors",
        "who makes a job is not known",
        is_optional=True,
    ),
)
FORWARD = Right(
    "", "pods/portforward", "servers that are reached by `service`", (GET, CREATE)
)
"""Asked for in the namespaces of such Services alone."""


class TalosRight(Struct, frozen=True, gc=False):
    """Something that apid lets only some roles do."""

    name: str
    roles: frozenset[str]
    """Any of these is enough."""
    without: str


READER, OPERATOR, ADMIN = "os:reader", "os:operator", "os:admin"
TALOS_READS = TalosRight(
    "nodes",
    frozenset({READER, OPERATOR, ADMIN}),
    "no services, no kernel logs of nodes, no numbers, no etcd",
)
TALOS_CONFIG = TalosRight(
    "machine config",
    frozenset({ADMIN}),
    "the log pipeline judges by what arrives, which is enough",
)
TALOS_SERVICES = TalosRight(
    "service actions",
    frozenset({OPERATOR, ADMIN}),
    "services cannot be started, stopped and restarted from here",
)
"""Asked for where the config allows it alone."""
