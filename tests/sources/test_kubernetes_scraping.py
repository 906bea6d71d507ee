"""Services, EndpointSlices and ServiceMonitors: the lab's, and odd ones."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tui.lab.server import Lab, LabOptions
from tui.model.fault import FaultKind
from tui.model.question import EndpointSlicesOf, ServiceMonitors, ServicesIn
from tui.model.scraping import ScrapeEndpoint, ServicePort
from tui.sources import kubernetes_scraping_wire as wire
from tui.sources.base import SourceError
from tui.sources.kubernetes import KubernetesSource


@pytest.fixture
async def lab() -> AsyncIterator[Lab]:
    async with Lab(LabOptions(speed=0)) as started:
        yield started


@pytest.fixture
async def monit(lab: Lab) -> AsyncIterator[KubernetesSource]:
    source = KubernetesSource("monit", lab.environment.kubeconfig, 5.0)
    yield source
    await source.aclose()


async def test_a_service_its_endpoints_and_its_monitor_are_read(
    monit: KubernetesSource,
) -> None:
    services = await monit.ask(ServicesIn("monitoring"))
    (loki,) = [one for one in services if one.name == "loki"]
    assert loki.ports == (ServicePort("http-metrics", 3100, "3100", 0),)
    (found,) = await monit.ask(EndpointSlicesOf("monitoring", "loki"))
    (endpoint,) = found.endpoints
    assert (endpoint.pod, endpoint.node, endpoint.is_ready) == (
        "loki-0",
        "talos-monitor",
        True,
    )
    monitors = await monit.ask(ServiceMonitors())
    (operator,) = [one for one in monitors if one.name.endswith("-operator")]
    selected = [one.name for one in services if operator.selects(one)]
    assert selected == ["kube-prometheus-stack-operator"]


async def test_services_of_all_namespaces_are_read(monit: KubernetesSource) -> None:
    found = await monit.ask(ServicesIn(""))
    assert {"default", "kube-system", "monitoring"} <= {one.namespace for one in found}


async def test_where_there_is_no_operator_nothing_of_that_kind_is_found(
    lab: Lab,
) -> None:
    source = KubernetesSource("agentic", lab.environment.kubeconfig, 5.0)
    with pytest.raises(SourceError) as caught:
        await source.ask(ServiceMonitors())
    assert caught.value.fault.kind is FaultKind.NOT_FOUND
    await source.aclose()


async def test_monitors_that_may_not_be_read_are_forbidden(
    lab: Lab, monit: KubernetesSource
) -> None:
    lab.world.change_faults(["forbidden:servicemonitors"], [])
    with pytest.raises(SourceError) as caught:
        await monit.ask(ServiceMonitors())
    assert caught.value.fault.kind is FaultKind.FORBIDDEN
    assert await monit.ask(ServicesIn("monitoring"))


def monitor(spec: dict[str, Any]) -> Any:
    raw = {"metadata": {"name": "m", "namespace": "here"}, "spec": spec}
    decoded = wire.SERVICE_MONITORS.decode(json.dumps({"items": [raw]}).encode())
    assert decoded.items
    return wire.service_monitor(decoded.items[0])


@pytest.mark.parametrize(
    ("selector", "namespaces"),
    [
        ({}, ("here",)),
        ({"any": True}, None),
        ({"matchNames": ["a", "b"]}, ("a", "b")),
        ({"matchNames": None}, ("here",)),
    ],
)
def test_a_monitor_looks_where_its_namespace_selector_says(
    selector: dict[str, Any], namespaces: tuple[str, ...] | None
) -> None:
    assert monitor({"namespaceSelector": selector}).namespaces == namespaces


def test_a_monitor_names_its_port_or_the_pods() -> None:
    spec = {"endpoints": [{"port": "web"}, {"targetPort": 8080}, {}]}
    assert monitor(spec).endpoints == (
        ScrapeEndpoint("web", ""),
        ScrapeEndpoint("", "8080"),
        ScrapeEndpoint("", ""),
    )


def test_a_monitor_without_anything_is_read() -> None:
    found = monitor({"endpoints": None, "selector": {"matchLabels": None}})
    assert (found.endpoints, found.selector.labels, found.job_label) == ((), {}, "")


def test_an_endpoint_of_unknown_readiness_counts_as_ready() -> None:
    raw = {
        "metadata": {"labels": {wire.SERVICE_NAME: "s"}},
        "endpoints": [
            {"addresses": ["10.0.0.1", "10.0.0.2"], "conditions": {}},
            {"addresses": ["10.0.0.3"], "conditions": {"ready": False}},
            {"addresses": ["10.0.0.4"], "targetRef": {"kind": "Node", "name": "n"}},
        ],
    }
    decoded = wire.ENDPOINT_SLICES.decode(json.dumps({"items": [raw]}).encode())
    assert decoded.items
    found = wire.endpoint_slice(decoded.items[0])
    assert found.service == "s"
    assert [one.is_ready for one in found.endpoints] == [True, True, False, True]
    assert {one.pod for one in found.endpoints} == {""}


def test_null_endpoints_are_none() -> None:
    decoded = wire.ENDPOINT_SLICES.decode(
        b'{"items":[{"metadata":{},"endpoints":null}]}'
    )
    assert decoded.items
    assert wire.endpoint_slice(decoded.items[0]).endpoints == ()


def test_a_service_port_without_a_target_is_its_own() -> None:
    raw = {"metadata": {}, "spec": {"ports": [{"port": 80}, {"targetPort": "web"}]}}
    decoded = wire.SERVICES.decode(json.dumps({"items": [raw]}).encode())
    assert decoded.items
    ports = wire.service(decoded.items[0]).ports
    assert [port.target_port for port in ports] == ["80", "web"]
