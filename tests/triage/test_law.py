"""Absence of proof never clears an alert: checked over many states of a cluster.

Of our rules and of rules that operators might write: taking away a piece of evidence,
or letting it grow old, never moves a verdict towards false positive.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import asdict, replace

from tests.triage.cases import (
    AGENT,
    BOOK,
    CREATED,
    INTERVAL,
    NOW,
    PLANE,
    PLANE_AGENT,
    PLANE_NODE,
    SEEN,
    WORKER,
    WORKER_NODE,
    alert,
    case,
    cilium_config,
    deployment,
    down,
    healthy,
    lease,
    node_lease,
    node_leases,
    pod,
    questions_for,
    with_answer,
)
from tests.triage.declared_cases import KINDS, event, rule
from tui.model.alert import Alert, Verdict
from tui.model.fault import Fault, FaultKind
from tui.model.kube import NodeSettings
from tui.model.question import Answer, Question
from tui.model.question_beyond import StaticPod, TargetsOf
from tui.model.reading import Reading
from tui.model.silence import Matcher
from tui.model.target import Health, InventoryTarget
from tui.triage import declared
from tui.triage.case import Case
from tui.triage.leading import leader
from tui.triage.on_nodes import LEASES, NODES
from tui.triage.rule import CLEARING
from tui.triage.rulebook import Rulebook
from tui.triage.rules import kube_proxy
from tui.triage.rules.control_plane import SCHEDULER
from tui.triage.rules.control_plane_claims import (
    DEPLOYMENTS,
    SCHEDULED,
    STATIC_PODS,
    UNASSIGNED,
    static_pods,
)

ALERTS = (
    alert("KubeProxyDown"),
    alert("KubeSchedulerDown"),
    alert("KubeControllerManagerDown"),
    alert("TargetDown", job="kube-proxy", namespace="kube-system"),
    alert("TargetDown", job="kube-scheduler", namespace="kube-system"),
)
FAULT = Fault(FaultKind.TIMEOUT, "no answer in 5 s")
LOSSES: tuple[Answer | None, ...] = (None, Reading(), Reading(fault=FAULT, attempts=3))

UNSEEN = replace(
    pod("web-0", ""),
    phase="Pending",
    is_ready=False,
    scheduled=None,
    created_at=SEEN - timedelta(minutes=6),
)
STUCK = replace(UNSEEN, scheduled=False, reason="Unschedulable: 0/2 nodes")
VARIANTS: dict[Question, list[Any]] = {
    NODES: [
        (),
        (PLANE_NODE,),
        (PLANE_NODE, replace(WORKER_NODE, is_ready=None)),
        (replace(PLANE_NODE, is_ready=False), WORKER_NODE),
        (replace(PLANE_NODE, heartbeat_at=NOW - timedelta(hours=1)), WORKER_NODE),
        (PLANE_NODE, replace(WORKER_NODE, os_image="Debian")),
    ],
    LEASES: [
        (),
        (node_lease(PLANE),),
        node_leases(node_lease(PLANE, age=120)),
        node_leases(node_lease(WORKER, age=120)),
        node_leases(node_lease(WORKER, age=-600)),
        node_leases(replace(node_lease(WORKER), renewed_at=None)),
    ],
    kube_proxy.CONFIG: [cilium_config(each) for each in (None, "false")],
    kube_proxy.OF_NODES: [
        (NodeSettings("c", {kube_proxy.KEY: "false"}, CREATED),),
        (NodeSettings("c", {}, NOW),),
    ],
    kube_proxy.AGENTS: [
        (),
        (PLANE_AGENT, replace(AGENT, is_ready=False)),
        (PLANE_AGENT, replace(AGENT, created_at=NOW - timedelta(days=99))),
    ],
    kube_proxy.PROXY_PODS: [(pod("kube-proxy-x", "talos-wk-1"),)],
    UNASSIGNED: [(UNSEEN,), (STUCK,), (replace(UNSEEN, created_at=SEEN),)],
    SCHEDULED: [(event(3),), (event(40),)],
    DEPLOYMENTS: [
        (),
        (deployment("web", 4),),
        (deployment("web", existing=1, changed_at=SEEN),),
        (deployment("web", 4, changed_at=None),),
    ],
    STATIC_PODS: [
        {},
        {f"{SCHEDULER}-{PLANE}": StaticPod("10.10.0.40", "Running", is_ready=False)},
    ],
    leader(SCHEDULER): [
        (),
        (lease(SCHEDULER, age=600),),
        (lease(SCHEDULER, 80),),
        (lease(SCHEDULER, holder="laptop_8d6f"),),
    ],
    static_pods(SCHEDULER): [()],
    TargetsOf(SCHEDULER): [(), (down(SCHEDULER, Health.UP),)],
}
for kind in KINDS.values():
    for changes in (kind.proof, *(each for each, _ in kind.refuted + kind.unclear)):
        for asked, value in changes.items():
            VARIANTS.setdefault(asked, []).append(value)
PROVEN = {q: value for kind in KINDS.values() for q, value in kind.proof.items()}
ABOUT_ANY = (Matcher("alertname", ".+", is_regex=True),)


@st.composite
def books(draw: st.DrawFn) -> Rulebook:
    """Ours alone, or with rules that an operator might write about any alert."""
    if draw(st.booleans()):
        return BOOK
    names = st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=3)
    own = [
        rule(
            *(KINDS[name].expects for name in draw(names)),
            name=f"r{number}",
            verdict=draw(st.sampled_from(sorted(CLEARING, key=str))),
            match=ABOUT_ANY,
        )
        for number in range(draw(st.integers(1, 2)))
    ]
    return Rulebook(declared.rules(own))


@st.composite
def cases(draw: st.DrawFn) -> tuple[Rulebook, Case]:
    """A rulebook, and an alert in a cluster where much or little is wrong."""
    book = draw(books())
    about = draw(st.sampled_from((*ALERTS, alert("BackupLate", job="restic"))))
    wrong = st.integers(0, 9).map(lambda number: number == 0)
    changes = dict(PROVEN) | healthy()
    for question in questions_for(book, about):
        if question in VARIANTS and draw(wrong):
            changes[question] = draw(st.sampled_from(VARIANTS[question]))
    inventory = draw(
        st.sampled_from(((), (InventoryTarget("restic", None, expected=True),)))
    )
    return book, case(about, changes, inventory, book=book)


def required(book: Rulebook, about: Alert) -> list[Question]:
    """What its rule cannot do without."""
    found = book.rule_for(about)
    claims = found.claims if found else ()
    return list(dict.fromkeys(q for claim in claims for q in claim.questions))


def optional(book: Rulebook, about: Alert) -> set[Question]:
    """What is asked where the config names who could be."""
    found = book.rule_for(about)
    claims = found.claims if found else ()
    return {q for claim in claims if claim.is_optional for q in claim.questions}


def caution(book: Rulebook, known: Case) -> int:
    """How far a verdict is from calling an alert false."""
    verdict = book.judge(known).verdict
    return 0 if verdict in CLEARING else 1 + (verdict is Verdict.REAL)


def older(value: Any, by: timedelta) -> Any:
    """The same answer as it would be had it been given earlier: all its times too."""
    if isinstance(value, datetime):
        return value - by
    if isinstance(value, tuple):
        return tuple(older(each, by) for each in value)
    if isinstance(value, Mapping):
        return {key: older(each, by) for key, each in value.items()}
    if not isinstance(value, Struct):
        return value
    changed = {name: older(part, by) for name, part in asdict(value).items()}
    for name in ("at", "written_at"):
        if isinstance(changed.get(name), float):
            changed[name] -= by.total_seconds()
    return replace(value, **changed)


@given(cases(), st.data())
def test_a_piece_of_evidence_that_grows_old_never_clears_an_alert(
    found: tuple[Rulebook, Case], data: st.DataObject
) -> None:
    book, known = found
    aged = known
    for question, answer in known.answers.items():
        by = timedelta(seconds=data.draw(st.sampled_from((0, 1, 9, 30, 7200))))
        assert answer.observed_at is not None
        said = Reading(older(answer.value, by), answer.observed_at - by, attempts=1)
        aged = with_answer(aged, question, said)
    assert caution(book, aged) >= caution(book, known)


@given(cases(), st.data())
def test_a_stale_answer_never_clears_an_alert(
    found: tuple[Rulebook, Case], data: st.DataObject
) -> None:
    book, known = found
    asked = required(book, known.alert)
    if not asked:
        return
    question = data.draw(st.sampled_from(asked))
    old = NOW - timedelta(seconds=data.draw(st.integers(21, 7200)))
    aged = replace(known.answers[question], observed_at=old)
    assert caution(book, with_answer(known, question, aged)) > 0


@given(cases(), st.data())
def test_a_piece_that_is_taken_away_never_clears_an_alert(
    found: tuple[Rulebook, Case], data: st.DataObject
) -> None:
    book, known = found
    poorer = known
    for question in known.answers:
        if data.draw(st.booleans()):
            # Not asked at all: then the config names nobody who could tell.
            is_optional = question in optional(book, known.alert)
            lost = data.draw(st.sampled_from(LOSSES[is_optional:]))
            poorer = with_answer(poorer, question, lost)
    if caution(book, known) > 0:
        assert caution(book, poorer) > 0
    if any(
        known.answers[q] != poorer.answers.get(q) for q in required(book, known.alert)
    ):
        assert caution(book, poorer) > 0


@given(cases(), st.data())
def test_a_lease_that_is_lost_or_older_never_clears_an_alert(
    found: tuple[Rulebook, Case], data: st.DataObject
) -> None:
    book, known = found
    answer = known.answers.get(LEASES)
    if answer is None or not answer.value:
        return
    one = data.draw(st.sampled_from(answer.value))
    if one.renewed_at is not None and one.renewed_at > SEEN:
        return  # with time one from the future gets right
    by = timedelta(seconds=data.draw(st.sampled_from((1, 40, 71, 7200))))
    left = data.draw(st.sampled_from(((), (older(one, by),))))
    rest = tuple(each for each in answer.value if each is not one)
    poorer = with_answer(known, LEASES, replace(answer, value=(*left, *rest)))
    assert caution(book, poorer) >= caution(book, known)


@given(cases(), st.data())
def test_a_fault_never_moves_a_verdict_towards_false(
    found: tuple[Rulebook, Case], data: st.DataObject
) -> None:
    book, known = found
    asked = list(known.answers)
    if not asked:
        return
    question = data.draw(st.sampled_from(asked))
    kind = data.draw(st.sampled_from(FaultKind))
    failed = replace(known.answers[question], fault=replace(FAULT, kind=kind))
    assert caution(book, with_answer(known, question, failed)) >= caution(book, known)


@pytest.mark.parametrize("kind", [FaultKind.FORBIDDEN, FaultKind.NOT_FOUND])
@pytest.mark.parametrize("about", ALERTS)
def test_what_was_refused_since_proves_nothing(about: Alert, kind: FaultKind) -> None:
    well = case(about)
    for question in required(BOOK, about):
        refused = replace(well.answers[question], fault=Fault(kind, "is refused"))
        found = BOOK.judge(with_answer(well, question, refused))
        assert found.verdict is Verdict.UNDECIDED
        assert found.reason.endswith(": is refused")


@given(cases(), st.integers(0, 3600))
def test_time_alone_never_clears_an_alert(
    found: tuple[Rulebook, Case], seconds: int
) -> None:
    book, known = found
    later = replace(known, now=known.now + timedelta(seconds=seconds))
    assert caution(book, later) >= caution(book, known)


@given(cases())
def test_a_rule_of_ones_own_never_weakens_ours(found: tuple[Rulebook, Case]) -> None:
    book, known = found
    ours = BOOK.rule_for(known.alert)
    if ours is not None and ours.claims:
        assert caution(book, known) >= caution(BOOK, known)


@given(cases())
def test_nothing_is_cleared_but_by_claims_that_are_all_proven(
    found: tuple[Rulebook, Case],
) -> None:
    book, known = found
    rule_of_it = book.rule_for(known.alert)
    judgement = book.judge(known)
    if judgement.verdict in CLEARING:
        assert rule_of_it is not None
        pieces = judgement.evidence[: len(rule_of_it.claims)]
        assert len(pieces) == len(rule_of_it.claims) > 0
        assert {each.supports for each in pieces} == {judgement.verdict}


@pytest.mark.parametrize("about", ALERTS)
def test_every_question_of_a_rule_is_required(about: Alert) -> None:
    well = case(about)
    assert BOOK.judge(well).verdict is Verdict.FALSE_POSITIVE
    for question in required(BOOK, about):
        found = BOOK.judge(
            with_answer(well, question, Reading(fault=FAULT, attempts=3))
        )
        assert found.verdict is Verdict.UNDECIDED
        source = well.source((question,))
        assert found.reason == f"cannot tell: {source}: no answer in 5 s"


@pytest.mark.parametrize("about", ALERTS)
def test_an_answer_clears_for_two_refreshes_and_no_longer(about: Alert) -> None:
    well = case(about)
    asked = required(BOOK, about)
    assert asked
    for question in asked:
        answer = well.answers[question]
        at_the_edge = replace(answer, observed_at=NOW - 2 * INTERVAL)
        past_it = replace(answer, observed_at=NOW - timedelta(seconds=20.1))
        assert caution(BOOK, with_answer(well, question, at_the_edge)) == 0
        found = BOOK.judge(with_answer(well, question, past_it))
        assert found.verdict is Verdict.UNDECIDED
        assert "last answered 20 s ago" in found.reason


@pytest.mark.parametrize("about", ALERTS)
def test_what_was_read_before_an_alert_began_does_not_clear_it(about: Alert) -> None:
    asked = required(BOOK, about)
    assert asked
    for question in asked:
        well = case(replace(about, starts_at=SEEN))
        early = replace(well.answers[question], observed_at=SEEN - timedelta(seconds=1))
        assert caution(BOOK, well) == 0
        found = BOOK.judge(with_answer(well, question, early))
        assert found.verdict is Verdict.UNDECIDED
        assert found.reason.endswith("last answered before the alert began")


def test_an_alert_that_begins_in_the_future_is_told_as_such() -> None:
    later = replace(ALERTS[0], starts_at=NOW + timedelta(hours=1))
    found = BOOK.judge(case(later))
    assert found.verdict is Verdict.UNDECIDED
    assert "which is in the future: clocks disagree" in found.reason


def test_a_contradiction_stands_when_its_source_goes_quiet() -> None:
    sick = case(ALERTS[0], {kube_proxy.CONFIG: cilium_config("false")})
    later = replace(sick, now=NOW + timedelta(hours=1))
    assert BOOK.judge(later).verdict is Verdict.REAL


def test_the_oldest_answer_dates_a_claim_of_two() -> None:
    well = case(ALERTS[0])
    older_one = replace(well.answers[NODES], observed_at=NOW - timedelta(seconds=15))
    agents, *_ = BOOK.judge(with_answer(well, NODES, older_one)).evidence
    assert agents.observed_at == NOW - timedelta(seconds=15)
