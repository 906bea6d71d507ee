"""Which checks are made of which kind of target, and what they amount to."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from tui.model.examination import (
    Ask,
    Examination,
    ExamState,
    Subject,
    TargetCheck,
    TargetKind,
)
from tui.model.target import Expected, Health
from tui.triage.examination.answer import HTTP
from tui.triage.examination.behind import ENDPOINTS, NODE_PORTS, PODS, SERVICE
from tui.triage.examination.case import ExamCase, ExamRule, Result
from tui.triage.examination.judged import JUDGED
from tui.triage.examination.machine import EXPORTER, NODE
from tui.triage.examination.monitor import MONITOR
from tui.triage.examination.proxy import PROXY
from tui.triage.examination.reach import TCP, TLS, address_of

_REACH = (TCP, TLS, HTTP)
_BEHIND = (PODS, SERVICE, ENDPOINTS, MONITOR)

CHECKS: Mapping[TargetKind, tuple[ExamRule, ...]] = {
    TargetKind.PROXMOX: _REACH,
    TargetKind.COMPONENT: (JUDGED, PROXY, *_BEHIND, *_REACH),
    TargetKind.KUBELET: (NODE, PROXY, MONITOR, *_REACH),
    TargetKind.NODE_EXPORTER: (NODE, EXPORTER, PROXY, MONITOR, *_REACH),
    TargetKind.APPLICATION: (PROXY, *_BEHIND, *_REACH),
    TargetKind.STATIC: (PROXY, *_REACH),
}
"""By kind, in the order in which a person would go through them."""

CAUSES = (
    JUDGED,
    PROXY,
    NODE,
    EXPORTER,
    PODS,
    ENDPOINTS,
    SERVICE,
    MONITOR,
    TLS,
    HTTP,
    TCP,
)
"""The first of these that explains something is what the conclusion names. That an
address accepts connections explains least."""

_KINDS = (
    (re.compile(r"proxmox-.*"), TargetKind.PROXMOX),
    (re.compile(r"(.*-)?node-exporter"), TargetKind.NODE_EXPORTER),
    (re.compile(r"(.*-)?kubelets?"), TargetKind.KUBELET),
    (
        re.compile(
            r"(kube-)?(apiserver|etcd|dns|proxy|scheduler|controller-manager)|coredns"
        ),
        TargetKind.COMPONENT,
    ),
)
_LONGEST = 1_000
"""Characters of a job that may be called after a kind."""


def kind_of(subject: Subject) -> TargetKind:
    """What a target is: by its job, else by whether it leads into Kubernetes."""
    for pattern, kind in _KINDS if len(subject.job) <= _LONGEST else ():
        if pattern.fullmatch(subject.job):
            return kind
    labels, address = subject.labels, address_of(subject)
    if labels.get("service", "").endswith("kubelet"):
        return TargetKind.KUBELET
    is_opened = address is not None and address.port in NODE_PORTS
    if labels.get("namespace") or is_opened:
        return TargetKind.APPLICATION
    return TargetKind.STATIC


def rules_for(subject: Subject) -> tuple[ExamRule, ...]:
    """The checks of its kind, without those that have no meaning for it."""
    return tuple(rule for rule in CHECKS[kind_of(subject)] if rule.applies(subject))


def asks_of(case: ExamCase, chosen: Collection[str]) -> dict[Ask, None]:
    """What the chosen checks rest on, as far as that is known by now."""
    return {
        ask: None
        for rule in rules_for(case.subject)
        if rule.id in chosen
        for ask in rule.asks(case)
    }


def wanted(case: ExamCase, chosen: Collection[str]) -> tuple[Ask, ...]:
    """What of that nobody has asked yet. An answer may lead to more."""
    known = case.replies.keys() | case.pending
    return tuple(ask for ask in asks_of(case, chosen) if ask not in known)


def examine(case: ExamCase) -> Examination:
    """Every check as far as it has come, and the conclusion so far."""
    checks: list[TargetCheck] = []
    results: dict[str, Result] = {}
    for rule in rules_for(case.subject):
        check, result = rule.check(case)
        checks.append(check)
        if result is not None:
            results[rule.id] = result
    kind = kind_of(case.subject)
    conclusion = conclude(checks, results, case.subject)
    return Examination(case.subject, kind, tuple(checks), conclusion)


def conclude(
    checks: Collection[TargetCheck], results: Mapping[str, Result], subject: Subject
) -> str:
    """One sentence: the cause if one was found, else what is not known."""
    if cause := _cause(results):
        return cause
    if (subject.expected, subject.health) == (Expected.NO, Health.ABSENT):
        return (
            "The inventory does not expect it, and Prometheus does not list it: "
            "nothing is missing."
        )
    states = {check.state for check in checks}
    if states & {ExamState.NOT_RUN, ExamState.RUNNING}:
        return ""
    blind = [check for check in checks if check.state is ExamState.UNKNOWN]
    if blind:
        others = f" (and {len(blind) - 1} more)" if len(blind) > 1 else ""
        return f"Nothing explains it; what could not be told{others}: {blind[0].words}."
    failures = [check for check in checks if check.state is ExamState.FAILED]
    if failures:
        return f"{failures[0].words[:1].upper()}{failures[0].words[1:]}."
    return "All is well from here: look at it from where Prometheus runs."


def _cause(results: Mapping[str, Result]) -> str:
    """The first that explains it; what fails explains more than what is well.

    Only a verdict of the rules stands above that: what is not there on purpose need
    not be well.
    """
    judged = results.get(JUDGED.id)
    if judged is not None and judged.cause:
        return judged.cause
    causes = [results[rule.id] for rule in CAUSES if rule.id in results]
    for state in (ExamState.FAILED, ExamState.PASSED):
        for result in causes:
            if result.state is state and result.cause:
                return result.cause
    return ""
