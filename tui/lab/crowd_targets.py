"""The crowd's targets as Prometheus lists them, written straight to bytes.

With Kubernetes discovery the labels before relabelling are nine tenths of the answer.
All pods of a service differ in a few of them only, so a service has a template.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from tui.lab.crowd import INTERVAL, TIMEOUT, Crowd, Pod, Service
from tui.lab.scrape_time import OVERDUE, is_timeout

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_META = "__meta_kubernetes_"


def listed(crowd: Crowd, now: datetime, pool: str = "") -> Iterator[bytes]:
    """The targets as JSON objects; of one scrape pool, or of all for an empty one."""
    count = now - _EPOCH
    template, of = "", -1
    for pod in crowd.pods(crowd.targets):
        if pool not in ("", pod.service.pool):
            continue
        if of != pod.service.number:
            template, of = _template(pod.service), pod.service.number
        yield (template % _fields(pod, count)).encode()


def pools(crowd: Crowd) -> list[str]:
    """The scrape pools that have a target."""
    return [one.pool for one in crowd.services if one.first < crowd.targets]


def _fields(pod: Pod, now: timedelta) -> Mapping[str, str]:
    """What tells one pod from another, and one scrape from the next."""
    # Each target has its own phase in the interval, as in Prometheus.
    phase = timedelta(milliseconds=pod.number * 7919 % 30_000)
    scraped = now - (now - phase) % INTERVAL
    seconds, micros = divmod(scraped // timedelta(microseconds=1), 1_000_000)
    at = f"{_EPOCH + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%S}"
    outage = pod.outage
    return {
        "address": pod.address,
        "ip": pod.ip,
        "name": pod.name,
        "node": pod.node,
        "host": f"10.10.{pod.number % 400 // 200}.{pod.number % 200 + 1}",
        "uid": f"{pod.number * 0x9E3779B97F4A7C15 & (1 << 128) - 1:032x}",
        "error": json.dumps(outage.error if outage else ""),
        "at": f"{at}.{micros:06d}{pod.number % 1000:03d}Z",
        "took": f"{_took(pod, seconds):.9f}",
        "health": "down" if outage else "up",
    }


def _took(pod: Pod, turn: int) -> float:
    """Seconds of a scrape; one that waits in vain takes its whole timeout."""
    if pod.outage and is_timeout(pod.outage.error):
        return TIMEOUT.total_seconds() + OVERDUE
    return (pod.number * 37 + turn) % 9000 / 1e5 + 0.002


def _template(service: Service) -> str:
    """The JSON of one target, with %-fields where its pods differ."""
    first = Pod(service.first, service)
    labels = {
        **first.labels,
        "instance": "%(address)s",
        "node": "%(node)s",
        "pod": "%(name)s",
    }
    discovered = json.dumps(_discovered(first), separators=(",", ":"))
    relabelled = json.dumps(labels, separators=(",", ":"))
    url = "http://%(address)s/metrics"
    return (
        f'{{"discoveredLabels":{discovered},"labels":{relabelled},'
        f'"scrapePool":"{service.pool}","scrapeUrl":"{url}","globalUrl":"{url}",'
        '"lastError":%(error)s,"lastScrape":"%(at)s","lastScrapeDuration":%(took)s,'
        f'"health":"%(health)s","scrapeInterval":"{_go(INTERVAL)}",'
        f'"scrapeTimeout":"{_go(TIMEOUT)}"}}'
    )


def _go(duration: timedelta) -> str:
    return f"{duration.total_seconds():.0f}s"


def _discovered(pod: Pod) -> Mapping[str, str]:
    """Labels before relabelling, sorted, as discovery by endpoints gives them."""
    service = pod.service
    image = f"registry.home.arpa/{service.namespace}/{service.name}:1.{service.number}"
    found = {
        "__address__": "%(address)s",
        "__metrics_path__": "/metrics",
        "__scheme__": "http",
        "__scrape_interval__": _go(INTERVAL),
        "__scrape_timeout__": _go(TIMEOUT),
        "job": service.pool,
        f"{_META}namespace": service.namespace,
        f"{_META}endpoints_name": service.name,
        f"{_META}endpoint_address_target_kind": "Pod",
        f"{_META}endpoint_address_target_name": "%(name)s",
        f"{_META}endpoint_node_name": "%(node)s",
        f"{_META}endpoint_port_name": "http-metrics",
        f"{_META}endpoint_port_protocol": "TCP",
        f"{_META}endpoint_ready": "true",
        f"{_META}service_name": service.name,
        f"{_META}pod_name": "%(name)s",
        f"{_META}pod_ip": "%(ip)s",
        f"{_META}pod_host_ip": "%(host)s",
        f"{_META}pod_node_name": "%(node)s",
        f"{_META}pod_uid": "%(uid)s",
        f"{_META}pod_phase": "Running",
        f"{_META}pod_ready": "true",
        f"{_META}pod_controller_kind": "ReplicaSet",
        f"{_META}pod_controller_name": f"{service.name}-{pod.revision}",
        f"{_META}pod_container_name": service.name,
        f"{_META}pod_container_image": image,
        f"{_META}pod_container_id": "containerd://%(uid)s%(uid)s",
        f"{_META}pod_container_init": "false",
        f"{_META}pod_container_port_name": "http-metrics",
        f"{_META}pod_container_port_number": str(service.port),
        f"{_META}pod_container_port_protocol": "TCP",
    }
    for role in ("endpoints", "service", "pod"):
        for name, value in _kube_labels(pod, role).items():
            found[f"{_META}{role}_label_{name}"] = value
            found[f"{_META}{role}_labelpresent_{name}"] = "true"
    return dict(sorted(found.items()))


def _kube_labels(pod: Pod, role: str) -> Mapping[str, str]:
    """The labels that Helm charts put on everything."""
    service = pod.service
    labels = {
        "app_kubernetes_io_component": "metrics",
        "app_kubernetes_io_instance": service.name,
        "app_kubernetes_io_managed_by": "Helm",
        "app_kubernetes_io_name": service.name,
        "app_kubernetes_io_part_of": service.namespace,
        "app_kubernetes_io_version": f"1.{service.number}",
        "helm_sh_chart": f"{service.name}-0.{service.number}.0",
        "team": service.namespace,
    }
    if role == "pod":
        labels["pod_template_hash"] = pod.revision
    return labels
