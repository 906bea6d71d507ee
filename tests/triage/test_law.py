"""Absence of proof never clears an alert: checked over many states of a cluster."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.triage.cases import (
    AGENT,
    BOOK,
    INTERVAL,
    NODES,
    NOW,
    PLANE_AGENT,
    PLANE_NODE,
    WORKER_NODE,
    alert,
    case,
    cilium_config,
    lease,
    pod,
    with_answer,
)
from tui.model.alert import Verdict
from tui.model.fault import Fault, FaultKind
from tui.model.question import Answer, Question
from tui.model.reading import Reading
from tui.triage.case import Case
from tui.triage.rules import kube_proxy
from tui.triage.rules.control_plane import SCHEDULER, UNASSIGNED, leader, static_pods

ALERTS = (
    alert("KubeProxyDown"),
    alert("KubeSchedulerDown"),
    alert("KubeControllerManagerDown"),
    alert("TargetDown", job="kube-proxy"),
    alert("TargetDown", job="kube-scheduler", namespace="kube-system"),
)
FAULT = Fault(FaultKind.TIMEOUT, "no answer in 5 s")
# In the order in which a verdict may not climb.
CAUTION = (Verdict.FALSE_POSITIVE, Verdict.UNDECIDED, Verdict.REAL)


def caution(known: Case) -> int:
    return CAUTION.index(BOOK.judge(known).verdict)


VARIANTS: dict[Question, list[Any]] = {
    NODES: [
        (),
        (PLANE_NODE,),
        (PLANE_NODE, WORKER_NODE),
        (PLANE_NODE, replace(WORKER_NODE, is_ready=None)),
        (replace(PLANE_NODE, is_ready=False), WORKER_NODE),
        (PLANE_NODE, replace(WORKER_NODE, os_image="Debian")),
    ],
    kube_proxy.CONFIG: [cilium_config(each) for each in (None, "true", "false")],
    kube_proxy.AGENTS: [
        (),
        (PLANE_AGENT, AGENT),
        (PLANE_AGENT, replace(AGENT, is_ready=False)),
    ],
    kube_proxy.PROXY_PODS: [(), (pod("kube-proxy-x", "talos-wk-1"),)],
    UNASSIGNED: [(), (replace(pod("web-0", ""), scheduled=None),)],
    leader(SCHEDULER): [(), (lease(SCHEDULER),), (lease(SCHEDULER, age=600),)],
    static_pods(SCHEDULER): [
        (),
        (pod("kube-scheduler-talos-cp-1", "talos-cp-1"),),
    ],
}


@st.composite
def cases(draw: st.DrawFn) -> Case:
    about = draw(st.sampled_from(ALERTS))
    changes = {
        question: draw(st.sampled_from(values))
        for question, values in VARIANTS.items()
        if draw(st.booleans())
    }
    return case(about, changes)


@given(cases(), st.data())
def test_a_stale_answer_never_clears_an_alert(known: Case, data: st.DataObject) -> None:
    question = data.draw(st.sampled_from(sorted(known.answers, key=repr)))
    seconds = data.draw(st.integers(21, 7200))
    old = NOW - timedelta(seconds=seconds)
    aged = replace(known.answers[question], observed_at=old)
    assert BOOK.judge(with_answer(known, question, aged)).verdict is not (
        Verdict.FALSE_POSITIVE
    )


@given(cases(), st.data())
def test_a_fault_never_moves_a_verdict_towards_false(
    known: Case, data: st.DataObject
) -> None:
    question = data.draw(st.sampled_from(sorted(known.answers, key=repr)))
    failed = replace(known.answers[question], fault=FAULT)
    assert caution(with_answer(known, question, failed)) >= caution(known)


@given(cases(), st.data())
def test_taking_answers_away_never_clears_an_alert(
    known: Case, data: st.DataObject
) -> None:
    asked = sorted(known.answers, key=repr)
    taken = data.draw(st.lists(st.sampled_from(asked), min_size=1, unique=True))
    poorer = known
    losses: list[Answer | None] = [None, Reading(), Reading(fault=FAULT)]
    for question in taken:
        lost = data.draw(st.sampled_from(losses))
        poorer = with_answer(poorer, question, lost)
    assert BOOK.judge(poorer).verdict is not Verdict.FALSE_POSITIVE


@given(cases(), st.integers(0, 3600))
def test_time_alone_never_clears_an_alert(known: Case, seconds: int) -> None:
    later = replace(known, now=known.now + timedelta(seconds=seconds))
    assert caution(later) >= caution(known)


@pytest.mark.parametrize("about", ALERTS)
def test_every_question_of_a_rule_is_required(about: Any) -> None:
    well = case(about)
    assert BOOK.judge(well).verdict is Verdict.FALSE_POSITIVE
    for question in BOOK.questions_for(about):
        found = BOOK.judge(
            with_answer(well, question, Reading(fault=FAULT, attempts=3))
        )
        assert found.verdict is Verdict.UNDECIDED
        assert found.reason == "cannot tell: kubernetes prod: no answer in 5 s"


@pytest.mark.parametrize("about", ALERTS)
def test_an_answer_clears_for_two_refreshes_and_no_longer(about: Any) -> None:
    well = case(about)
    for question in BOOK.questions_for(about):
        answer = well.answers[question]
        at_the_edge = replace(answer, observed_at=NOW - 2 * INTERVAL)
        past_it = replace(answer, observed_at=NOW - timedelta(seconds=20.1))
        assert caution(with_answer(well, question, at_the_edge)) == 0
        found = BOOK.judge(with_answer(well, question, past_it))
        assert found.verdict is Verdict.UNDECIDED
        assert "last answered 20 s ago" in found.reason


def test_a_contradiction_stands_when_its_source_goes_quiet() -> None:
    sick = case(ALERTS[0], {kube_proxy.CONFIG: cilium_config("false")})
    later = replace(sick, now=NOW + timedelta(hours=1))
    assert BOOK.judge(later).verdict is Verdict.REAL


def test_the_oldest_answer_dates_a_claim_of_two() -> None:
    well = case(ALERTS[0])
    older = replace(well.answers[NODES], observed_at=NOW - timedelta(seconds=15))
    agents, *_ = BOOK.judge(with_answer(well, NODES, older)).evidence
    assert agents.observed_at == NOW - timedelta(seconds=15)
