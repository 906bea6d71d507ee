"""The ServiceMonitor that makes a target, or ought to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tui.model.examination import Ask, Place, Subject
from tui.model.question import ServiceMonitors
from tui.model.scraping import Service, ServiceMonitor
from tui.model.target import Health
from tui.triage.examination.behind import service_of, services_ask
from tui.triage.examination.case import (
    ExamCase,
    ExamRule,
    Result,
    failed,
    passed,
    saw,
    unclear,
)
from tui.triage.examination.makers import is_named_after

_KIND = "serviceMonitor/"


def monitor_of_pool(pool: str) -> tuple[str, str] | None:
    """Namespace and name of the ServiceMonitor that made a scrape pool.

    wire    `serviceMonitor/<namespace>/<name>/<index of its endpoint>`
    """
    parts = pool.split("/")
    if not pool.startswith(_KIND) or len(parts) != 4:
        return None
    return parts[1], parts[2]


def is_monitored(subject: Subject) -> bool:
    """Whether a ServiceMonitor made it, or may be what is missing."""
    if subject.scrape_pool:
        return monitor_of_pool(subject.scrape_pool) is not None
    return subject.health is Health.ABSENT


def _home(subject: Subject) -> Place:
    """Where Prometheus' operator is: ServiceMonitors, and the Services they select."""
    is_own = subject.monitoring in {"", subject.cluster}
    return Place.CLUSTER if is_own else Place.MONITORING


def ask_monitor(case: ExamCase) -> tuple[Ask, ...]:
    """Which ServiceMonitors there are, and what they would have to select."""
    home = _home(case.subject)
    return Ask(home, ServiceMonitors()), services_ask(case.subject, home)


def _read(case: ExamCase) -> Result:
    where = case.subject.monitoring or case.subject.cluster
    ask = ask_monitor(case)[0]
    if case.fault(ask) is not None:
        return unclear(
            f"{where} knows no ServiceMonitors: the Prometheus operator is not there",
            "Then its scrape config is a file: look there.",
        )
    monitors: Sequence[ServiceMonitor] = case.value(ask)
    named = monitor_of_pool(case.subject.scrape_pool)
    if named is None:
        return _wanted(case, monitors)
    path = "/".join(named)
    found = next((one for one in monitors if one.path == path), None)
    if found is None:
        return failed(
            f"the ServiceMonitor {path} is gone from {where}",
            "Prometheus drops the target once it reads its config anew.",
            f"The ServiceMonitor {path} that made it is gone: the target goes too, "
            "unless it is put back.",
        )
    service = service_of(case, _home(case.subject))
    if service is None:
        return saw(
            unclear(f"{path} is there; which Service it should select is not known"),
            *_lines(found),
        )
    return saw(_held_against(found, service), *_lines(found))


def _held_against(monitor: ServiceMonitor, service: Service) -> Result:
    """Whether a ServiceMonitor still means its Service, and a port of it."""
    path = monitor.path
    if not monitor.looks_in(service.namespace):
        places = ", ".join(monitor.namespaces or ())
        return failed(
            f"{path} looks in {places}, not in {service.namespace}",
            "Add the namespace to its namespaceSelector.",
            f"The ServiceMonitor {path} does not look in {service.namespace}: add it "
            "to its namespaceSelector.",
        )
    if unmet := monitor.selector.unmet(service.labels):
        wanted = ", ".join(unmet)
        return failed(
            f"{path} does not select {service.path}: it wants {wanted}",
            "Either the labels of the Service or the selector have changed.",
            f"The ServiceMonitor {path} wants {wanted}, which the Service "
            f"{service.path} does not carry: make the two agree.",
        )
    lost = [
        one.port or one.target_port
        for one in monitor.endpoints
        if not any(one.is_of(port) for port in service.ports)
    ]
    if lost and len(lost) == len(monitor.endpoints):
        has = ", ".join(port.name or str(port.port) for port in service.ports)
        return failed(
            f"{path} names the port {lost[0]}; {service.path} has {has or 'none'}",
            "It goes by the name of the Service's port, not by its number.",
            f"The ServiceMonitor {path} names the port {lost[0]}, which the Service "
            f"{service.path} does not have ({has or 'none'}).",
        )
    return passed(f"{path} selects {service.path} and a port of it")


def _wanted(case: ExamCase, monitors: Sequence[ServiceMonitor]) -> Result:
    """Of a target that Prometheus does not list: whether one selects its Service."""
    service, job = service_of(case, _home(case.subject)), case.subject.job
    near = next((one for one in monitors if is_named_after(one.name, job)), None)
    if service is None:
        if near is None:
            return unclear(
                f"no ServiceMonitor is named after {job}, and no Service either",
                "It may be of a static scrape config: look there.",
            )
        return saw(
            unclear(
                f"{near.path} is there; which Service it should select is not known"
            ),
            *_lines(near),
        )
    chosen = next((one for one in monitors if one.selects(service)), near)
    if chosen is None:
        return failed(
            f"no ServiceMonitor selects {service.path}",
            "One has to be made, unless a static scrape config should list it.",
            f"Nothing tells Prometheus to scrape {service.path}: it has no "
            "ServiceMonitor.",
        )
    found = _held_against(chosen, service)
    if hint := _unlike(chosen, monitors):
        found = unclear(found.words, hint) if not found.cause else found
    return saw(found, *_lines(chosen))


def _unlike(one: ServiceMonitor, monitors: Sequence[ServiceMonitor]) -> str:
    """That it lacks a `release` label which all others have.

    Prometheus takes only those that its serviceMonitorSelector names, and in the
    usual charts that is this label.
    """
    others = [each for each in monitors if each.path != one.path]
    releases = Counter(each.labels.get("release", "") for each in others)
    usual, times = releases.most_common(1)[0] if releases else ("", 0)
    if not usual or times < len(others) or one.labels.get("release") == usual:
        return ""
    return (
        f"All others carry release={usual} and this one does not: Prometheus takes "
        "only those that its serviceMonitorSelector names."
    )


def _lines(monitor: ServiceMonitor) -> tuple[str, ...]:
    """What it says, line by line."""
    wanted = [
        f"{key}={value}" for key, value in sorted(monitor.selector.labels.items())
    ]
    wanted += [str(each) for each in monitor.selector.expressions]
    places = "all" if monitor.namespaces is None else ", ".join(monitor.namespaces)
    ports = [one.port or one.target_port or "none" for one in monitor.endpoints]
    return (
        f"ServiceMonitor {monitor.path}",
        f"selects {', '.join(wanted) or 'every Service'}",
        f"in namespaces {places}",
        f"port {', '.join(ports) or 'none'}",
    )


MONITOR = ExamRule(
    "monitor",
    "its ServiceMonitor is there and matches",
    ask_monitor,
    _read,
    is_monitored,
)
