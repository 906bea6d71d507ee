"""Pods, Service, endpoints, ServiceMonitor, node, and the API server's proxy."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from tests.triage.examination.exams import (
    APP,
    MONITOR,
    PORT,
    SERVICE,
    SLICE,
    Exam,
    node,
    pod,
    subject,
)
from tui.model.examination import ExamState
from tui.model.fault import Fault, FaultKind
from tui.model.question import PodsWith, ServicesIn
from tui.model.scraping import (
    EndpointSlice,
    Requirement,
    ScrapeEndpoint,
    Selector,
    ServiceMonitor,
)
from tui.model.target import Health

PASS, FAIL, UNKNOWN = ExamState.PASSED, ExamState.FAILED, ExamState.UNKNOWN
POOL = "serviceMonitor/monitoring/argocd/0"
NO_LABELS: dict[str, str] = {}


def test_pods_are_asked_for_by_the_selector_of_the_service() -> None:
    exam = Exam(subject())
    assert exam.state("pods") is PASS
    assert PodsWith("argocd", "app=argocd-server") in [ask.what for ask in exam.asked]


def test_one_ready_pod_of_two_is_enough() -> None:
    exam = Exam(subject(), pods=(pod(), pod("argocd-1", reason="OOMKilled")))
    check = exam.check("pods")
    assert (check.state, check.words) == (PASS, "1/2 pods are ready")
    assert check.seen[0] == "argocd/argocd-1 on wk-3  not ready: OOMKilled"


def test_the_pod_that_the_target_is_counts_and_no_other() -> None:
    labels = {"namespace": "argocd", "service": "argocd-metrics", "pod": "argocd-1"}
    pods = (pod(), pod("argocd-1", reason="CrashLoopBackOff"))
    check = Exam(subject(labels=labels), pods=pods).check("pods")
    assert (check.state, check.words) == (
        FAIL,
        "argocd-1 is not ready: CrashLoopBackOff",
    )


def test_a_pod_that_was_replaced_is_said_to_be_gone() -> None:
    labels = {"namespace": "argocd", "service": "argocd-metrics", "pod": "argocd-old"}
    check = Exam(subject(labels=labels)).check("pods")
    assert check.state is PASS
    assert "argocd-old is gone" in check.meaning


def test_no_pods_at_all_is_a_failure() -> None:
    check = Exam(subject(), pods=()).check("pods")
    assert (check.state, check.words) == (FAIL, "no such pod: app=argocd-server")


def test_a_pod_is_found_without_its_service() -> None:
    labels = {"namespace": "argocd", "pod": "argocd-0"}
    exam = Exam(subject("x", labels=labels), services=())
    assert exam.state("pods") is PASS
    assert exam.asked[-1] is not None
    asked = [ask.what for ask in exam.asked if isinstance(ask.what, PodsWith)]
    assert asked == [PodsWith("argocd", "", "metadata.name=argocd-0")]


def test_a_service_that_is_not_there_is_a_failure_only_when_it_is_named() -> None:
    check = Exam(subject(), services=()).check("service")
    assert check.state is FAIL
    assert check.words == "there is no Service argocd-metrics in argocd"
    unnamed = subject("other", labels=NO_LABELS)
    assert Exam(unnamed, services=()).state("service") is UNKNOWN


def test_a_service_is_found_by_its_node_port() -> None:
    exam = Exam(subject("whatever", labels=NO_LABELS))
    check = exam.check("service")
    assert check.words == ("argocd/argocd-metrics: port metrics 8083, NodePort 30082")
    assert ServicesIn("") in [ask.what for ask in exam.asked]


def test_a_node_port_that_moved_is_a_failure() -> None:
    moved = replace(SERVICE, ports=(replace(PORT, node_port=31000),))
    check = Exam(subject(), services=(moved,)).check("service")
    assert check.state is FAIL
    assert "has no NodePort 30082: 31000" in check.words


@pytest.mark.parametrize(
    ("slices", "state", "words"),
    [
        ((SLICE,), PASS, "1/1 endpoints of argocd/argocd-metrics are ready"),
        ((), FAIL, "has no endpoints: no pod carries app=argocd-server"),
        ((replace(SLICE, endpoints=()),), FAIL, "has no endpoints"),
        (
            (replace(SLICE, endpoints=(replace(SLICE.endpoints[0], is_ready=False),)),),
            FAIL,
            "0/1 endpoints",
        ),
    ],
)
def test_endpoints(
    slices: tuple[EndpointSlice, ...], state: ExamState, words: str
) -> None:
    check = Exam(subject(), slices=slices).check("endpoints")
    assert check.state is state
    assert words in check.words


def test_the_endpoint_that_the_target_is_counts() -> None:
    ill = replace(SLICE.endpoints[0], address="10.244.3.8", is_ready=False)
    both = replace(SLICE, endpoints=(*SLICE.endpoints, ill))
    target = subject(scrape_url="http://10.244.3.8:8083/metrics")
    check = Exam(target, slices=(both,)).check("endpoints")
    assert (check.state, check.words) == (FAIL, "10.244.3.8 is not ready")


def test_a_service_without_a_selector_is_filled_by_somebody() -> None:
    bare = replace(SERVICE, selector={})
    exam = Exam(subject(), services=(bare,), slices=())
    assert exam.state("endpoints") is UNKNOWN


def monitored(**more: Any) -> Exam:
    return Exam(subject(scrape_pool=POOL), **more)


def test_a_monitor_that_matches_is_shown_whole() -> None:
    check = monitored().check("monitor")
    assert check.state is PASS
    assert check.seen == (
        "ServiceMonitor monitoring/argocd",
        "selects app=argocd",
        "in namespaces argocd",
        "port metrics",
    )


@pytest.mark.parametrize(
    ("monitors", "words"),
    [
        ((), "the ServiceMonitor monitoring/argocd is gone from monit"),
        (
            (replace(MONITOR, selector=Selector({"app": "argo"})),),
            "does not select argocd/argocd-metrics: it wants app=argo",
        ),
        (
            (
                replace(
                    MONITOR, selector=Selector({}, (Requirement("x", "Exists", ()),))
                ),
            ),
            "it wants x",
        ),
        (
            (replace(MONITOR, namespaces=("other",)),),
            "looks in other, not in argocd",
        ),
        (
            (replace(MONITOR, endpoints=(ScrapeEndpoint("http", ""),)),),
            "names the port http; argocd/argocd-metrics has metrics",
        ),
    ],
)
def test_a_monitor_that_does_not_match(
    monitors: tuple[ServiceMonitor, ...], words: str
) -> None:
    check = monitored(monitors=monitors).check("monitor")
    assert check.state is FAIL
    assert words in check.words


def test_one_matching_port_of_two_is_enough() -> None:
    two = (ScrapeEndpoint("http", ""), ScrapeEndpoint("metrics", ""))
    assert monitored(monitors=(replace(MONITOR, endpoints=two),)).state("monitor") is (
        PASS
    )


def test_without_the_operator_there_is_nothing_to_look_for() -> None:
    missing = Fault(FaultKind.NOT_FOUND, "has no such thing: 404 page not found")
    check = monitored(monitors=missing).check("monitor")
    assert check.state is UNKNOWN
    assert check.words.startswith("monit knows no ServiceMonitors")


@pytest.mark.parametrize(
    "pool", ["argocd-metrics", "podMonitor/a/b/0", "serviceMonitor/a", "probe/a/b"]
)
def test_a_target_of_another_origin_has_no_monitor_to_look_for(pool: str) -> None:
    checks = Exam(subject(scrape_pool=pool)).run().checks
    assert "monitor" not in [check.id for check in checks]


def absent(**more: Any) -> Exam:
    target = subject(health=Health.ABSENT, scrape_pool="", scrape_url="", last_error="")
    return Exam(target, **more)


def test_an_absent_target_needs_a_monitor_that_selects_its_service() -> None:
    assert absent().state("monitor") is PASS
    check = absent(monitors=()).check("monitor")
    assert check.state is FAIL
    assert check.words == "no ServiceMonitor selects argocd/argocd-metrics"


def test_a_monitor_of_its_name_that_selects_something_else_is_shown() -> None:
    other = replace(
        MONITOR, name="stack-argocd-metrics", selector=Selector({"app": "argo"})
    )
    check = absent(monitors=(other,)).check("monitor")
    assert check.state is FAIL
    assert "stack-argocd-metrics does not select" in check.words


def test_a_monitor_without_the_label_of_all_others_may_be_overlooked() -> None:
    odd = replace(MONITOR, labels={})
    others = tuple(
        replace(MONITOR, name=f"m{n}", selector=Selector({"app": "x"})) for n in (1, 2)
    )
    check = absent(monitors=(odd, *others)).check("monitor")
    assert check.state is UNKNOWN
    assert "release=stack" in check.meaning


def test_an_absent_target_that_nothing_is_named_after_may_be_static() -> None:
    target = subject(
        "vault", labels=NO_LABELS, health=Health.ABSENT, scrape_pool="", scrape_url=""
    )
    found = Exam(target, services=(), monitors=()).run()
    (monitor,) = [check for check in found.checks if check.id == "monitor"]
    assert monitor.state is UNKNOWN


def on_node(**more: Any) -> Exam:
    target = subject(
        "talos-node-exporter",
        instance="10.10.0.43:9100",
        labels={"namespace": "monitoring"},
        scrape_url="http://10.10.0.43:9100/metrics",
    )
    exporter = replace(pod("node-exporter-x"), labels={"app": "node-exporter"})
    return Exam(target, **({"pods": (pod(), exporter)} | more))


@pytest.mark.parametrize(
    ("is_ready", "state", "words"),
    [
        (True, PASS, "wk-3 is Ready"),
        (False, FAIL, "wk-3 is not Ready: Kubelet stopped posting node status."),
        (None, FAIL, "wk-3 has gone quiet"),
    ],
)
def test_the_node_of_an_exporter_is_found_by_its_address(
    is_ready: bool | None, state: ExamState, words: str
) -> None:
    check = on_node(nodes=(node(is_ready=is_ready),)).check("node")
    assert check.state is state
    assert words in check.words


def test_a_node_is_found_by_a_label_before_its_address() -> None:
    target = subject("kubelet", labels={"node": "wk-1"}, instance="10.10.0.43")
    nodes = (node(), replace(node("wk-1"), addresses=("10.10.0.41",)))
    assert Exam(target, nodes=nodes).check("node").words == "wk-1 is Ready"


def test_an_address_of_no_node_cannot_be_told() -> None:
    exam = on_node(nodes=(replace(node(), addresses=()),))
    assert exam.state("node") is UNKNOWN
    assert exam.state("exporter") is UNKNOWN


def test_the_exporters_pod_is_asked_for_on_that_node_alone() -> None:
    exam = on_node()
    assert exam.check("exporter").words == "node-exporter-x is ready on wk-3"
    asked = [ask.what for ask in exam.asked if isinstance(ask.what, PodsWith)]
    assert PodsWith("", "", "spec.nodeName=wk-3") in asked


def test_a_node_without_an_exporter_is_a_failure() -> None:
    check = on_node(pods=(pod(),)).check("exporter")
    assert (check.state, check.words) == (FAIL, "no node-exporter pod on wk-3")


def test_an_exporter_that_crashes_is_a_failure() -> None:
    ill = replace(pod("node-exporter-x", reason="Error"), labels={})
    check = on_node(pods=(ill,)).check("exporter")
    assert (check.state, check.words) == (FAIL, "node-exporter-x is not ready: Error")


THROUGH = (
    "https://10.10.0.40:6443/api/v1/namespaces/argocd/services/"
    "argocd-metrics:8083/proxy/metrics"
)


def test_a_scrape_through_the_api_server_is_the_wrong_way_in() -> None:
    exam = Exam(subject(scrape_url=THROUGH))
    check = exam.check("proxy")
    assert check.state is FAIL
    assert "port-forward" in check.meaning
    assert "better http://<node>:30082/metrics" in check.seen
    assert exam.conclusion == (
        "It is scraped through the API server's proxy, which times out across nodes: "
        "scrape its NodePort 30082 on any node instead."
    )


def test_the_wrong_way_is_told_when_the_services_cannot_be_read() -> None:
    forbidden = Fault(FaultKind.FORBIDDEN, "forbids this")
    exam = Exam(subject(scrape_url=THROUGH), services=forbidden)
    assert exam.state("proxy") is FAIL
    assert "scrape a NodePort instead" in exam.conclusion


def test_a_service_without_a_node_port_has_to_get_one() -> None:
    closed = replace(SERVICE, ports=(replace(PORT, node_port=0),))
    exam = Exam(subject(scrape_url=THROUGH), services=(closed,))
    assert "scrape a NodePort instead" in exam.conclusion


@pytest.mark.parametrize(
    ("path", "is_trap"),
    [
        ("/api/v1/namespaces/a/services/b/proxy/metrics", True),
        ("/api/v1/namespaces/a/services/https:b:8443/proxy/metrics", True),
        ("/k8s/api/v1/namespaces/a/pods/b:80/proxy", True),
        ("/api/v1/nodes/wk-1/proxy/metrics/cadvisor", True),
        ("/api/v1/nodes/wk-1:10250/proxy/metrics", True),
        ("/metrics", False),
        ("/proxy/metrics", False),
        ("/api/v1/namespaces/a/services/b/metrics", False),
    ],
)
def test_which_paths_lead_through_a_proxy(path: str, is_trap: bool) -> None:
    found = Exam(subject(scrape_url=f"https://10.10.0.40:6443{path}")).run()
    checks = {check.id: check.state for check in found.checks}
    assert checks.get("proxy") is (FAIL if is_trap else None)


def test_a_selector_that_is_asked_for_is_what_kubectl_takes() -> None:
    exam = Exam(subject(), services=(replace(SERVICE, selector={**APP, "a": "b"}),))
    exam.run("pods")
    assert exam.asked[-1].what.text == (
        "kubectl -n argocd get pods -l a=b,app=argocd-server"
    )
