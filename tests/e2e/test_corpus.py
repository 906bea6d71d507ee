"""Every case of tests/data/corpus through the whole engine: no real one called false.

Cases and states are described in tests/data/corpus; one engine judges all of them, by
real clients over loopback sockets.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests import corpus
from tests.corpus.case import Case, load
from tests.corpus.run import Outcome, is_called_false, run
from tui.model.alert import Verdict
from tui.triage.rule import CLEARING

CASES = load()
EVERY = [pytest.param(case, id=f"{case.id}: {case.name}") for case in CASES]
NEVER_FALSE = [
    pytest.param(case, id=f"{case.id}: {case.name}")
    for case in CASES
    if case.expect not in CLEARING and not case.then
]
READER = Path(corpus.__file__).with_name("read_kubeconfig.py")


@pytest.fixture(scope="module")
def outcomes(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Mapping[str, Outcome]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tui.sources.kubernetes_access._READER", READER)
        yield asyncio.run(run(CASES, tmp_path_factory.mktemp("corpus")))


@pytest.mark.parametrize("case", EVERY)
def test_the_case_is_judged_as_it_deserves(
    outcomes: Mapping[str, Outcome], case: Case
) -> None:
    outcome = outcomes[case.id]
    judged = outcome.judged
    assert judged is not None, "the alert is not shown at all"
    told = f"{judged.judgement.reason} {outcome.findings}"
    assert judged.verdict is case.expect, told
    assert judged.cluster == (case.named(case.shown) if case.shown else "")
    assert outcome.is_as_expected(case), told


@pytest.mark.parametrize("case", NEVER_FALSE)
def test_it_was_never_called_false_not_even_for_a_moment(
    outcomes: Mapping[str, Outcome], case: Case
) -> None:
    assert not is_called_false(outcomes[case.id]), outcomes[case.id].seen


def test_the_corpus_is_large_and_mostly_traps() -> None:
    assert len(CASES) >= 60
    traps = [case for case in CASES if case.trap]
    assert len(traps) * 2 >= len(CASES)
    assert all(case.expect not in CLEARING for case in traps)
    assert {case.expect for case in CASES} == set(Verdict)
