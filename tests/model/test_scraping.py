from __future__ import annotations

import pytest

from tui.model.question import (
    EndpointSlicesOf,
    PodsWith,
    Question,
    ServiceMonitors,
    ServicesIn,
)
from tui.model.scraping import (
    Requirement,
    ScrapeEndpoint,
    Selector,
    Service,
    ServiceMonitor,
    ServicePort,
)

PORT = ServicePort("web", 80, "http", 0)


def service(namespace: str = "apps", **labels: str) -> Service:
    return Service(namespace, "web", labels, {}, (PORT,))


def monitor(
    selector: Selector, namespaces: tuple[str, ...] | None = None, job_label: str = ""
) -> ServiceMonitor:
    return ServiceMonitor(
        "monitoring",
        "m",
        {},
        selector,
        namespaces,
        job_label,
        (ScrapeEndpoint("", ""),),
    )


@pytest.mark.parametrize(
    ("operator", "values", "labels", "holds"),
    [
        ("In", ("a", "b"), {"k": "a"}, True),
        ("In", ("a",), {}, False),
        ("NotIn", ("a",), {"k": "a"}, False),
        ("NotIn", ("a",), {}, True),
        ("Exists", (), {"k": ""}, True),
        ("Exists", (), {}, False),
        ("DoesNotExist", (), {}, True),
        ("DoesNotExist", (), {"k": "a"}, False),
        ("Nonsense", (), {"k": "a"}, False),
    ],
)
def test_a_requirement_is_read_as_kubernetes_does(
    operator: str, values: tuple[str, ...], labels: dict[str, str], holds: bool
) -> None:
    assert Requirement("k", operator, values).holds(labels) is holds


def test_an_empty_selector_selects_everything() -> None:
    assert monitor(Selector({})).selects(service())


def test_a_selector_says_what_of_it_is_not_met() -> None:
    selector = Selector({"app": "web", "tier": "a"}, (Requirement("x", "Exists", ()),))
    assert selector.unmet({"app": "web"}) == ("tier=a", "x")
    assert selector.unmet({"app": "web", "tier": "a", "x": ""}) == ()


def test_a_monitor_selects_only_in_its_namespaces() -> None:
    found = monitor(Selector({"app": "web"}), ("apps",))
    assert found.selects(service(app="web"))
    assert not found.selects(service("other", app="web"))


def test_a_job_is_named_by_the_label_or_by_the_service() -> None:
    found = monitor(Selector({}), job_label="jobLabel")
    assert found.job_of(service(jobLabel="kube-proxy")) == "kube-proxy"
    assert found.job_of(service()) == "web"
    assert monitor(Selector({})).job_of(service(app="x")) == "web"


def test_a_scrape_endpoint_means_a_port_by_name_else_by_the_pods() -> None:
    assert ScrapeEndpoint("web", "").is_of(PORT)
    assert not ScrapeEndpoint("metrics", "http").is_of(PORT)
    assert ScrapeEndpoint("", "http").is_of(PORT)
    assert ScrapeEndpoint("", "80").is_of(PORT)


def test_kubectl_takes_what_we_tell_a_person_to_ask() -> None:
    """`kubectl -A get` is refused: flags have no place before a plugin's name."""
    asked: list[Question] = [
        PodsWith("", "", "spec.nodeName=n"),
        PodsWith("a", "k=v"),
        ServicesIn(""),
        ServicesIn("a"),
        EndpointSlicesOf("a", "s"),
        ServiceMonitors(),
    ]
    assert [each.text for each in asked] == [
        "kubectl get pods -A --field-selector spec.nodeName=n",
        "kubectl -n a get pods -l k=v",
        "kubectl get services -A",
        "kubectl -n a get services",
        "kubectl -n a get endpointslices -l kubernetes.io/service-name=s",
        "kubectl get servicemonitors -A",
    ]
