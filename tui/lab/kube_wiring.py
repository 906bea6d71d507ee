"""Services, EndpointSlices and ServiceMonitors, as the lab's API server sends them."""

from __future__ import annotations

from collections.abc import Iterator
from zlib import crc32

from tui.lab.estate import LabKubeService, LabMonitor, LabPod, Role
from tui.lab.kube_objects import Maker, Object, pod_address

_TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount/token"  # noqa: S105 - a path
RELEASE = {
    "meta.helm.sh/release-name": "kube-prometheus-stack",
    "meta.helm.sh/release-namespace": "monitoring",
}


def services(maker: Maker) -> list[Object]:
    """v1 Service."""
    return [_service(maker, service) for service in maker.cluster.services]


def _service(maker: Maker, service: LabKubeService) -> Object:
    ports: list[Object] = []
    for port in service.ports:
        found: Object = {
            "name": port.name,
            "protocol": "TCP",
            "port": port.port,
            "targetPort": port.target,
        }
        if port.node_port:
            found["nodePort"] = port.node_port
        ports.append(found)
    is_open = any(port.node_port for port in service.ports)
    number = crc32(f"{service.namespace}/{service.name}".encode()) % 60000
    address = f"10.96.{number // 250}.{number % 250 + 1}"
    spec: Object = {
        "clusterIP": "None" if service.is_headless else address,
        "ports": ports,
        "type": "NodePort" if is_open else "ClusterIP",
    }
    if is_open:
        spec["externalTrafficPolicy"] = "Local" if service.is_local else "Cluster"
    if service.selector:
        spec["selector"] = dict(service.selector)
    return {
        "metadata": maker.metadata(
            "Service", service.name, service.namespace, service.labels
        ),
        "spec": spec,
        "status": {"loadBalancer": {}},
    }


def endpoint_slices(maker: Maker) -> list[Object]:
    """discovery.k8s.io/v1 EndpointSlice, one for each Service."""
    return [_slice(maker, service) for service in maker.cluster.services]


def _slice(maker: Maker, service: LabKubeService) -> Object:
    suffix = f"{crc32(service.name.encode()):08x}"[:5]
    labels = {
        **service.labels,
        "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
        "kubernetes.io/service-name": service.name,
    }
    endpoints = list(_endpoints(maker, service))
    return {
        "metadata": maker.metadata(
            "EndpointSlice", f"{service.name}-{suffix}", service.namespace, labels
        ),
        "addressType": "IPv4",
        # The API server sends null for none.
        "endpoints": endpoints or None,
        "ports": [
            {"name": port.name, "protocol": "TCP", "port": port.target}
            for port in service.ports
        ],
    }


def _endpoints(maker: Maker, service: LabKubeService) -> Iterator[Object]:
    if not service.selector:
        yield from _node_endpoints(maker, service)
        return
    nodes = {node.name: node for node in maker.cluster.nodes}
    for pod in maker.cluster.pods:
        is_meant = service.selector.items() <= pod.labels.items()
        if is_meant and pod.namespace == service.namespace:
            yield {
                "addresses": [pod_address(pod, nodes[pod.node])],
                "conditions": _conditions(is_ready=pod.is_ready),
                "nodeName": pod.node,
                "targetRef": _reference(maker, pod),
            }


def _node_endpoints(maker: Maker, service: LabKubeService) -> Iterator[Object]:
    """Of a Service without a selector: the API servers, or all kubelets."""
    for node in maker.cluster.nodes:
        if service.name != "kubernetes" or node.role is Role.CONTROL_PLANE:
            yield {"addresses": [node.address], "conditions": {"ready": True}}


def _conditions(*, is_ready: bool) -> Object:
    return {"ready": is_ready, "serving": is_ready, "terminating": False}


def _reference(maker: Maker, pod: LabPod) -> Object:
    uid = maker.metadata("Pod", pod.name, pod.namespace)["uid"]
    return {
        "kind": "Pod",
        "namespace": pod.namespace,
        "name": pod.name,
        "uid": uid,
    }


def service_monitors(maker: Maker) -> list[Object]:
    """monitoring.coreos.com/v1 ServiceMonitor."""
    return [_monitor(maker, monitor) for monitor in maker.cluster.service_monitors]


def _monitor(maker: Maker, monitor: LabMonitor) -> Object:
    metadata = maker.metadata(
        "ServiceMonitor", monitor.name, "monitoring", monitor.labels
    )
    metadata |= {"annotations": dict(RELEASE), "generation": 1}
    spec: Object = {
        "endpoints": [{"bearerTokenFile": _TOKEN, "port": monitor.port}],
        "selector": {"matchLabels": dict(monitor.selector)},
    }
    if monitor.namespaces:
        spec["namespaceSelector"] = {"matchNames": list(monitor.namespaces)}
    if monitor.job_label:
        spec["jobLabel"] = monitor.job_label
    return {"metadata": metadata, "spec": spec}
