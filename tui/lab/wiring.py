"""What leads from Prometheus to pods in the lab: Services and ServiceMonitors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tui.lab.estate import LabKubeService, LabMonitor, LabPort

RELEASE = "kube-prometheus-stack"
OPERATOR = f"{RELEASE}-operator"

# Of the chart's services in kube-system: port, and the pods' label.
_COMPONENTS: Mapping[str, tuple[int, tuple[str, str]]] = {
    "coredns": (9153, ("k8s-app", "kube-dns")),
    "kube-controller-manager": (10257, ("component", "kube-controller-manager")),
    "kube-etcd": (2381, ("component", "etcd")),
    "kube-proxy": (10249, ("k8s-app", "kube-proxy")),
    "kube-scheduler": (10259, ("component", "kube-scheduler")),
}
# Of its services in monitoring: port, its name, and the pods' name label.
_STACK: Mapping[str, tuple[int, str, str]] = {
    "alertmanager": (9093, "http-web", f"alertmanager-{RELEASE}-alertmanager"),
    "operator": (10250, "https", OPERATOR),
    "prometheus": (9090, "http-web", f"prometheus-{RELEASE}-prometheus"),
    "prometheus-node-exporter": (9100, "http-metrics", "prometheus-node-exporter"),
}
RECEIVER = "talos-log-receiver"
LOG_PORT, LOG_NODE_PORT = 6000, 30600
_NAME = "app.kubernetes.io/name"
_KUBELET = {_NAME: "kubelet", "k8s-app": "kubelet"}

# cluster, namespace, service, port, port's name, node port, the pods' name label
_APPLICATIONS: tuple[tuple[str, str, str, int, str, int, str], ...] = (
    (
        "prod",
        "argocd",
        "argocd-metrics",
        8082,
        "metrics",
        30082,
        "argocd-application-controller",
    ),
    (
        "prod",
        "argocd",
        "argocd-server-metrics",
        8083,
        "metrics",
        30083,
        "argocd-server",
    ),
    (
        "prod",
        "monitoring",
        "kube-state-metrics",
        8080,
        "http",
        30081,
        "kube-state-metrics",
    ),
    ("agentic", "agents", "claude-agent", 9464, "metrics", 30200, "claude-agent"),
    ("monit", "monitoring", "loki", 3100, "http-metrics", 0, "loki"),
)


def _chart(part: str, job: str = "") -> Mapping[str, str]:
    """The labels that Helm puts on a part of the chart."""
    return {
        "app": f"{RELEASE}-{part}",
        "app.kubernetes.io/managed-by": "Helm",
        **({"jobLabel": job} if job else {}),
        "release": RELEASE,
    }


def services(cluster: str) -> tuple[LabKubeService, ...]:
    """The Services of a cluster, by namespace and name."""
    found = [
        LabKubeService(
            "kubernetes",
            "default",
            {"component": "apiserver", "provider": "kubernetes"},
            {},
            (LabPort("https", 443, 6443),),
        ),
        LabKubeService(
            "kube-dns",
            "kube-system",
            {"k8s-app": "kube-dns", "kubernetes.io/cluster-service": "true"},
            {"k8s-app": "kube-dns"},
            (LabPort("dns", 53, 53), LabPort("metrics", 9153, 9153)),
        ),
        LabKubeService(
            RECEIVER,
            "monitoring",
            {_NAME: "vector"},
            {RECEIVER: "true"},
            (LabPort("talos", LOG_PORT, LOG_PORT, LOG_NODE_PORT),),
            is_local=True,
        ),
    ]
    for where, namespace, name, port, port_name, node_port, pods in _APPLICATIONS:
        if where == cluster:
            label = {_NAME: pods}
            found.append(
                LabKubeService(
                    name,
                    namespace,
                    label,
                    label,
                    (LabPort(port_name, port, port, node_port),),
                )
            )
    if cluster == "monit":
        found.extend(_stack_services())
    return tuple(sorted(found, key=lambda one: (one.namespace, one.name)))


def _stack_services() -> Iterator[LabKubeService]:
    """Those of kube-prometheus-stack."""
    for job, (port, (key, value)) in _COMPONENTS.items():
        yield LabKubeService(
            f"{RELEASE}-{job}",
            "kube-system",
            _chart(job, job),
            {key: value},
            (LabPort("http-metrics", port, port),),
            is_headless=True,
        )
    for part, (port, name, pods) in _STACK.items():
        yield LabKubeService(
            f"{RELEASE}-{part}",
            "monitoring",
            _chart(part),
            {_NAME: pods},
            (LabPort(name, port, port),),
        )
    # The operator makes it, and fills its endpoints by itself.
    yield LabKubeService(
        f"{RELEASE}-kubelet",
        "kube-system",
        {**_KUBELET, "app.kubernetes.io/managed-by": "prometheus-operator"},
        {},
        (LabPort("https-metrics", 10250, 10250),),
        is_headless=True,
    )


def monitors(cluster: str) -> tuple[LabMonitor, ...]:
    """The ServiceMonitors of a cluster: kube-prometheus-stack's, in monit."""
    if cluster != "monit":
        return ()
    found = [
        LabMonitor(
            f"{RELEASE}-{job}",
            _chart(job),
            {"app": f"{RELEASE}-{job}", "release": RELEASE},
            ("kube-system",),
            "jobLabel",
            "http-metrics",
        )
        for job in _COMPONENTS
    ]
    found += [
        LabMonitor(
            f"{RELEASE}-{part}",
            _chart(part),
            {"app": f"{RELEASE}-{part}", "release": RELEASE},
            ("monitoring",),
            "",
            port,
        )
        for part, (_, port, _) in _STACK.items()
    ]
    found += [
        LabMonitor(
            f"{RELEASE}-apiserver",
            _chart("apiserver"),
            {"component": "apiserver", "provider": "kubernetes"},
            ("default",),
            "component",
            "https",
        ),
        LabMonitor(
            f"{RELEASE}-kube-state-metrics",
            _chart("kube-state-metrics"),
            {_NAME: "kube-state-metrics"},
            (),
            _NAME,
            "http",
        ),
        LabMonitor(
            f"{RELEASE}-kubelet",
            _chart("kubelet"),
            _KUBELET,
            ("kube-system",),
            "k8s-app",
            "https-metrics",
        ),
    ]
    return tuple(sorted(found, key=lambda one: one.name))


def has_monitors(cluster: str) -> bool:
    """Whether the operator's kinds are installed: agentic has none of them."""
    return cluster != "agentic"
