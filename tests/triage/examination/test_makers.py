from __future__ import annotations

from msgspec.structs import replace

from tests.triage.examination.exams import MONITOR, SERVICE
from tui.model.scraping import Selector, Service
from tui.triage.examination.makers import Maker, makers

PROXY = replace(
    MONITOR,
    name="stack-kube-proxy",
    selector=Selector({"app": "proxy"}),
    namespaces=("kube-system",),
    job_label="jobLabel",
)
LABELS = {"app": "proxy", "jobLabel": "kube-proxy"}
SERVED = Service("kube-system", "stack-kube-proxy", LABELS, {}, ())


def test_it_is_the_one_whose_service_has_the_job() -> None:
    other = replace(PROXY, name="odd", selector=Selector({"app": "else"}))
    assert makers([other, PROXY], [SERVED, SERVICE], "kube-proxy") == (
        Maker(
            PROXY,
            "selects the Service kube-system/stack-kube-proxy, whose job is kube-proxy",
        ),
    )


def test_a_name_that_is_merely_similar_is_not_the_one() -> None:
    exporter = replace(PROXY, name="stack-kube-proxy-exporter")
    mine = replace(PROXY, name="my-kube-proxy")
    selected = replace(
        SERVED, labels={**LABELS, "jobLabel": "kube-proxy-exporter"}, name="x"
    )
    assert makers([exporter], [selected], "kube-proxy") == ()
    assert makers([mine], [selected], "kube-proxy") == ()


def test_one_that_selects_nothing_is_known_by_its_name() -> None:
    (found,) = makers([PROXY], [SERVICE], "kube-proxy")
    assert found.why == "is named after kube-proxy; it selects no Service"


def test_without_services_the_name_has_to_do() -> None:
    (found,) = makers([PROXY, MONITOR], None, "kube-proxy")
    assert found.why == "is named after kube-proxy; Services could not be read"


def test_other_jobs_that_end_with_it_are_told() -> None:
    second = replace(SERVED, name="other", labels={**LABELS, "jobLabel": "kube-dns"})
    (found,) = makers([PROXY], [SERVED, second], "kube-proxy")
    assert found.also == ("kube-dns",)


def test_no_job_is_made_by_nothing() -> None:
    assert makers([PROXY], [SERVED], "") == ()
