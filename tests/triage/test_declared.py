"""An operator's rules are held to the same law as ours, and never weaken them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from tests.triage.cases import (
    NOW,
    PLANE,
    WORKER,
    alert,
    case,
    questions_for,
    with_answer,
)
from tests.triage.declared_cases import KINDS, SERVICES, WELL, Changes, rule, told
from tui.model.alert import Alert, Judgement, Verdict
from tui.model.declared import DeclaredRule, InventorySays, TargetsUp
from tui.model.fault import Fault, FaultKind
from tui.model.question import Answer
from tui.model.reading import Reading
from tui.model.silence import Matcher
from tui.model.target import InventoryTarget
from tui.triage import declared
from tui.triage.case import Case
from tui.triage.on_nodes import NODES
from tui.triage.rulebook import Rulebook
from tui.triage.rules import kube_proxy

LATE = alert("BackupLate", job="restic", instance="host:9100")
FAULT = Fault(FaultKind.FORBIDDEN, "not allowed")


def book(*rules: DeclaredRule) -> Rulebook:
    return Rulebook(declared.rules(rules))


def known(
    rules: Rulebook,
    about: Alert,
    changes: Changes,
    inventory: tuple[InventoryTarget, ...] = (),
) -> Case:
    return case(about, changes, inventory, book=rules)


def judged(name: str, changes: Changes, **kwargs: Any) -> Judgement:
    kind = KINDS[name]
    rules = book(rule(kind.expects, **kwargs))
    return rules.judge(known(rules, LATE, kind.proof | changes))


@pytest.mark.parametrize("name", KINDS)
def test_a_claim_that_is_proven_clears_the_alert(name: str) -> None:
    found = judged(name, {})
    assert found.verdict is Verdict.FALSE_POSITIVE
    assert found.reason == "it sleeps by day"
    assert found.rule == "rules.mine"
    (piece,) = found.evidence
    assert piece.supports is Verdict.FALSE_POSITIVE
    assert all((piece.claim, piece.source, piece.query, piece.value))
    assert piece.observed_at is not None


def test_what_a_node_said_before_the_alert_began_does_not_clear_it() -> None:
    kind, began = KINDS["service"], replace(LATE, starts_at=NOW - timedelta(seconds=6))
    rules = book(rule(kind.expects))
    for age, verdict in ((5, Verdict.FALSE_POSITIVE), (7, Verdict.UNDECIDED)):
        said = (told(PLANE, WELL), told(WORKER, WELL, age=age))
        found = rules.judge(known(rules, began, kind.proof | {SERVICES: said}))
        assert found.verdict is verdict
    assert "talos-wk-1 last answered before the alert began" in found.reason


REFUTED = [(n, *each) for n, kind in KINDS.items() for each in kind.refuted]


@pytest.mark.parametrize(("name", "changes", "words"), REFUTED)
def test_a_claim_that_is_refuted_makes_it_real(
    name: str, changes: Changes, words: str
) -> None:
    found = judged(name, changes)
    assert found.verdict is Verdict.REAL
    assert words in found.reason


UNCLEAR = [(n, *each) for n, kind in KINDS.items() for each in kind.unclear]


@pytest.mark.parametrize(("name", "changes", "words"), UNCLEAR)
def test_a_claim_that_cannot_be_told_leaves_it_undecided(
    name: str, changes: Changes, words: str
) -> None:
    found = judged(name, changes)
    assert found.verdict is Verdict.UNDECIDED
    assert words in found.reason


@pytest.mark.parametrize("name", KINDS)
def test_every_question_of_a_claim_must_be_answered_lately(name: str) -> None:
    kind = KINDS[name]
    rules = book(rule(kind.expects))
    well = known(rules, LATE, kind.proof)
    judging = rules.rule_for(LATE)
    assert judging is not None
    (claim,) = judging.claims
    assert claim.questions
    for question in claim.questions:
        for lost in (
            Reading(fault=FAULT, attempts=1),
            Reading(well.value(question), NOW - timedelta(seconds=21), attempts=1),
        ):
            answers = {**well.answers, question: lost}
            found = rules.judge(case_with(well, answers))
            assert found.verdict is Verdict.UNDECIDED, question


@pytest.mark.parametrize("answer", [None, Reading(fault=FAULT, attempts=1)])
def test_of_a_node_that_nobody_tells_of_only_its_own_line_counts(
    answer: Answer | None,
) -> None:
    kind = KINDS["line present"]
    rules = book(rule(kind.expects))
    for node, wanted in ((WORKER, Verdict.FALSE_POSITIVE), (PLANE, Verdict.UNDECIDED)):
        about = alert("BackupLate", instance=f"{node}:9100")
        found = with_answer(known(rules, about, kind.proof), NODES, answer)
        assert rules.judge(found).verdict is wanted


def case_with(before: Case, answers: Any) -> Case:
    return replace(before, answers=answers)


def test_an_answer_is_held_to_its_own_pace() -> None:
    kind = KINDS["event"]
    rules = book(rule(kind.expects))
    (question,) = questions_for(rules, LATE)
    well = known(rules, LATE, kind.proof)
    old = Reading(well.value(question), NOW - timedelta(seconds=59), attempts=1)
    slow = replace(
        well, answers={question: old}, paces={question: timedelta(seconds=30)}
    )
    assert rules.judge(slow).verdict is Verdict.FALSE_POSITIVE
    slower = replace(slow, now=NOW + timedelta(seconds=2))
    assert rules.judge(slower).verdict is Verdict.UNDECIDED


def test_an_answer_from_the_future_proves_nothing() -> None:
    kind = KINDS["configmap"]
    rules = book(rule(kind.expects))
    well = known(rules, LATE, kind.proof)
    back = replace(well, now=NOW - timedelta(hours=1))
    found = rules.judge(back)
    assert found.verdict is Verdict.UNDECIDED
    assert "the clock was set back" in found.reason


def test_by_design_is_proven_likewise() -> None:
    found = judged("configmap", {}, verdict=Verdict.BY_DESIGN)
    assert found.verdict is Verdict.BY_DESIGN
    assert {piece.supports for piece in found.evidence} == {Verdict.BY_DESIGN}
    refuted = KINDS["configmap"].refuted[0][0]
    assert judged("configmap", refuted, verdict=Verdict.BY_DESIGN).verdict is (
        Verdict.REAL
    )


PROXY = alert("KubeProxyDown", severity="critical")
ABOUT_PROXY = (Matcher("alertname", "KubeProxyDown"),)
EASY = KINDS["os image"]


def test_a_rule_of_ones_own_never_weakens_what_ours_demands() -> None:
    easy = book(rule(EASY.expects, match=ABOUT_PROXY))
    sick = {kube_proxy.AGENTS: ()}
    found = easy.judge(known(easy, PROXY, EASY.proof | sick))
    assert found.verdict is Verdict.REAL
    assert "no Cilium agent" in found.reason
    blind = known(easy, PROXY, EASY.proof)
    blind = case_with(
        blind, {**blind.answers, kube_proxy.CONFIG: Reading(fault=FAULT, attempts=1)}
    )
    assert easy.judge(blind).verdict is Verdict.UNDECIDED


def test_both_must_be_proven_and_ones_own_reason_is_told() -> None:
    easy = book(rule(EASY.expects, match=ABOUT_PROXY))
    found = easy.judge(known(easy, PROXY, EASY.proof))
    assert found.verdict is Verdict.FALSE_POSITIVE
    assert found.reason == "it sleeps by day"
    assert len(found.evidence) == 5
    assert found.fixes[:1] != ()


def test_the_kernel_s_own_word_is_never_cleared() -> None:
    about = alert("BTRFSCorruptionDetected")
    rules = book(rule(EASY.expects, match=(Matcher("severity", ""),)))
    found = rules.judge(known(rules, about, EASY.proof))
    assert (found.verdict, found.rule) == (Verdict.REAL, "btrfs-corruption")


def test_a_rule_that_says_real_wins_over_ours_and_over_the_others() -> None:
    real = rule(verdict=Verdict.REAL, name="real", match=ABOUT_PROXY)
    rules = book(rule(EASY.expects, match=ABOUT_PROXY), real)
    found = rules.judge(known(rules, PROXY, EASY.proof))
    assert (found.verdict, found.rule) == (Verdict.REAL, "rules.real")


def test_of_two_that_clear_the_first_of_the_file_judges() -> None:
    refuted = KINDS["targets"].refuted[0][0]
    first = rule(TargetsUp("restic"), name="first")
    second = rule(EASY.expects, name="second")
    rules = book(first, second)
    found = rules.judge(known(rules, LATE, EASY.proof | refuted))
    assert (found.verdict, found.rule) == (Verdict.REAL, "rules.first")


def test_ours_that_only_describe_a_target_give_way() -> None:
    about = alert("TargetDown", job="restic")
    match = (Matcher("alertname", "TargetDown"), Matcher("job", "restic"))
    rules = book(rule(EASY.expects, match=match))
    found = rules.judge(known(rules, about, EASY.proof))
    assert found.verdict is Verdict.FALSE_POSITIVE
    assert "static or external target" in found.runbook


def test_another_job_is_not_covered() -> None:
    match = (Matcher("alertname", "TargetDown"), Matcher("job", "restic"))
    rules = book(rule(EASY.expects, match=match))
    about = alert("TargetDown", job="restic-exporter")
    assert rules.judge(known(rules, about, EASY.proof)).verdict is Verdict.REAL


@pytest.mark.parametrize("instance", [None, "host", "host:9100"])
def test_what_the_inventory_expects_wins(instance: str | None) -> None:
    rules = book(rule(EASY.expects))
    line = InventoryTarget("restic", instance, expected=True)
    found = rules.judge(known(rules, LATE, EASY.proof, (line,)))
    assert found.verdict is Verdict.REAL
    assert found.reason == "the inventory expects restic"


def test_an_inventory_that_expects_another_target_says_nothing() -> None:
    rules = book(rule(EASY.expects))
    line = InventoryTarget("restic", "other:9100", expected=True)
    found = rules.judge(known(rules, LATE, EASY.proof, (line,)))
    assert found.verdict is Verdict.FALSE_POSITIVE


@pytest.mark.parametrize(
    ("lines", "verdict"),
    [
        ((InventoryTarget("x", None, expected=False),), Verdict.FALSE_POSITIVE),
        ((InventoryTarget("x", None, expected=True),), Verdict.REAL),
        ((), Verdict.UNDECIDED),
    ],
)
def test_the_inventory_is_a_claim_beside_others(
    lines: tuple[InventoryTarget, ...], verdict: Verdict
) -> None:
    rules = book(rule(EASY.expects, InventorySays("x", is_expected=False)))
    found = rules.judge(known(rules, LATE, EASY.proof, lines))
    assert found.verdict is verdict


def test_an_alert_of_no_cluster_is_not_cleared() -> None:
    rules = book(rule(EASY.expects))
    nobody = replace(known(rules, LATE, EASY.proof), cluster="", answers={})
    assert rules.judge(nobody).verdict is Verdict.UNDECIDED


def test_an_alert_that_may_be_another_clusters_is_not_cleared() -> None:
    rules = book(rule(EASY.expects))
    doubtful = replace(known(rules, LATE, EASY.proof), doubt="its label says monit")
    found = rules.judge(doubtful)
    assert found.verdict is Verdict.UNDECIDED
    assert found.reason == "cannot tell: its label says monit"
