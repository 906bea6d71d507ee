"""The law of the review: to know less never makes a check pass."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeAlias

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.triage.cases import NOW
from tests.triage.reviews import (
    ANSWERS,
    IDS,
    MINUTE,
    NAMES,
    PLANES,
    WORKER,
    states,
    told,
    well,
    with_facts,
    with_machine,
    with_member,
    with_version,
)
from tui.model.fleet import NodeView
from tui.model.machine import Certificate
from tui.model.question import Question
from tui.model.reading import Reading
from tui.model.review import CheckState
from tui.triage.review_case import NODES, ReviewCase
from tui.triage.review_kubernetes import CLASSES, DAEMON_SETS, DRIVERS, VERSION
from tui.triage.told import Told

Change: TypeAlias = Callable[[ReviewCase], ReviewCase]

LONG = timedelta(hours=1)


def aged(reading: Reading[Any]) -> Reading[Any]:
    at = reading.observed_at
    return replace(reading, observed_at=at - LONG) if at else reading


def gone(_: Reading[Any]) -> Reading[Any]:
    return Reading()


LESS: tuple[Callable[[Reading[Any]], Reading[Any]], ...] = (aged, gone)


def answer(question: Question, value: Any) -> Change:
    return lambda case: replace(case, answers={**case.answers, question: told(value)})


def not_ready(case: ReviewCase) -> ReviewCase:
    listed = tuple(replace(each, is_ready=False) for each in ANSWERS[NODES])
    return answer(NODES, listed)(case)


def unlisted(node: NodeView) -> NodeView:
    return replace(node, kube=None)


def upgrading(case: ReviewCase) -> ReviewCase:
    newer = with_version(WORKER, "v1.12.0", case)
    return with_facts(PLANES[0], newer, stage="upgrading")


def elected(case: ReviewCase) -> ReviewCase:
    return with_member(PLANES[1], case, leader_id=IDS[PLANES[1]], raft_term=9)


def lagging(case: ReviewCase) -> ReviewCase:
    return with_member(PLANES[2], case, raft_index=1, raft_applied_index=1)


BROKEN: tuple[Change, ...] = (
    not_ready,
    upgrading,
    elected,
    lagging,
    answer(NODES, ANSWERS[NODES][2:]),
    answer(VERSION, "v1.37.0"),
    answer(DAEMON_SETS, ()),
    answer(CLASSES, ()),
    answer(DRIVERS, ()),
    lambda case: with_version(WORKER, "v1.9.0", case),
    lambda case: with_facts(WORKER, case, diagnostics=("ill",)),
    lambda case: with_facts(WORKER, case, clock_offset_seconds=2.0),
    lambda case: with_facts(WORKER, case, stage="booting", is_control_plane=True),
    lambda case: with_member(PLANES[0], case, members=()),
    lambda case: with_member(PLANES[1], case, leader_id=""),
    lambda case: with_machine(WORKER, unlisted, case),
    lambda case: replace(case, log=told({}, "loki")),
    lambda case: replace(case, targets=told((), "prometheus")),
    lambda case: replace(case, certificates=(Certificate("old", NOW),)),
)


def of_question(
    question: Question, less: Callable[[Reading[Any]], Reading[Any]]
) -> Change:
    def change(case: ReviewCase) -> ReviewCase:
        known = case.answers[question]
        poorer = replace(known, reading=less(known.reading))
        known_nodes = case.nodes
        if question == NODES and less is gone:
            known_nodes = tuple(map(unlisted, case.nodes))
        answers = {**case.answers, question: poorer}
        return replace(case, answers=answers, nodes=known_nodes)

    return change


def of_facts(name: str, less: Callable[[Reading[Any]], Reading[Any]]) -> Change:
    return lambda case: with_machine(
        name, lambda node: replace(node, facts=less(node.facts)), case
    )


def of_talos(name: str, less: Callable[[Reading[Any]], Reading[Any]]) -> Change:
    return lambda case: with_machine(
        name, lambda node: replace(node, talos=less(node.talos)), case
    )


def poorer(known: Told[Any] | None, less: Callable[[Reading[Any]], Any]) -> Any:
    return known and replace(known, reading=less(known.reading))


LESSER: tuple[Change, ...] = (
    *(of_question(question, less) for question in ANSWERS for less in LESS),
    *(of_facts(name, less) for name in NAMES for less in LESS),
    *(of_talos(name, less) for name in NAMES for less in LESS),
    *(
        lambda case, less=less: replace(case, log=poorer(case.log, less))
        for less in LESS
    ),
    *(
        lambda case, less=less: replace(case, targets=poorer(case.targets, less))
        for less in LESS
    ),
    lambda case: replace(case, log=None),
    lambda case: replace(case, targets=None),
    lambda case: replace(case, certificates=()),
    lambda case: replace(case, answers={}, nodes=tuple(map(unlisted, case.nodes))),
)


def passed(case: ReviewCase) -> set[str]:
    return {name for name, state in states(case).items() if state is CheckState.PASSED}


@given(
    st.lists(st.sampled_from(BROKEN), max_size=4),
    st.lists(st.sampled_from(LESSER), min_size=1, max_size=4),
)
def test_to_know_less_never_makes_a_check_pass(
    broken: list[Change], lesser: list[Change]
) -> None:
    case = well()
    for change in broken:
        case = change(case)
    before = passed(case)
    for change in lesser:
        # What was removed already cannot be removed once more.
        case = change(case) if case.answers else case
        assert passed(case) <= before


def test_to_know_nothing_newer_passes_nothing_but_certificates() -> None:
    case = replace(well(), now=NOW + 2 * LONG)
    assert passed(case) == {"certificates"}


def test_what_failed_stands_however_old_it_is() -> None:
    ill = with_facts(WORKER, diagnostics=("ill",))
    old = replace(ill, now=NOW + LONG + MINUTE)
    assert states(old)["diagnostics"] is CheckState.FAILED
