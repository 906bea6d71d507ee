"""Any alert in any state of a cluster is judged: no answer is so odd that triage ends.

The answers are of the types that decoders make, with anything in them: harm, numbers
that are none, times before and after all others, nothing, everything twice.
"""

from __future__ import annotations

from datetime import timedelta
from random import Random
from time import thread_time

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.hostile.warped import TEXTS, warped
from tests.triage.cases import INTERVAL, NOW, healthy, questions_for
from tests.triage.test_law import ALERTS, FAULT, PROVEN, VARIANTS, books, required
from tests.yardstick import slowness
from tui.model.alert import Alert
from tui.model.reading import STALE_AFTER, Reading
from tui.model.target import InventoryTarget
from tui.triage.case import Case, Scene
from tui.triage.rule import CLEARING
from tui.triage.rulebook import Rulebook

MOST_SECONDS = 0.25
"""Of CPU for one verdict, on the machine of the yardstick."""


@st.composite
def odd_cases(draw: st.DrawFn) -> tuple[Rulebook, Case]:
    """An alert that its sender may have forged, in a cluster that answers oddly."""
    book = draw(books())
    chance = draw(st.randoms(use_true_random=False))
    odds = draw(st.sampled_from((0.0, 0.02, 0.1, 0.4)))
    about = _alert(draw(st.sampled_from(ALERTS)), chance, odds)
    values = dict(PROVEN) | healthy()
    answers = {}
    for question in questions_for(book, about):
        if question not in values:
            continue
        value = values[question]
        if question in VARIANTS and chance.random() < odds:
            value = chance.choice(VARIANTS[question])
        seen = NOW - timedelta(seconds=chance.choice((0, 4, 4, 4, 4, 20, 21, 7200)))
        fault = FAULT if chance.random() < odds else None
        answers[question] = Reading(warped(value, chance, odds), seen, fault)
        if chance.random() < odds / 4:
            answers[question] = warped(answers[question], chance, odds)
        if chance.random() < odds / 4:
            del answers[question]
    listed = warped((InventoryTarget("restic", None, expected=True),), chance, odds)
    scene = Scene(rows=chance.choice((None, ())), rows_at=NOW)
    cluster = "" if chance.random() < odds / 4 else "prod"
    return book, Case(about, cluster, answers, listed, INTERVAL, NOW, scene)


def _alert(known: Alert, chance: Random, odds: float) -> Alert:
    """With labels of any sort beside its own, and any annotation."""
    more = {chance.choice(TEXTS): chance.choice(TEXTS) for _ in range(3)}
    names = ("summary", "description", "runbook_url", "expr")
    annotations = {name: chance.choice(TEXTS) for name in names}
    url = chance.choice(("http://[::1", "http://x/graph?g0.expr=%ff%00", *TEXTS))
    found: Alert = replace(
        warped(known, chance, odds),
        annotations=annotations if odds else {},
    )
    if not odds:
        return found
    found = replace(found, labels={**more, **found.labels}, generator_url=url)
    return found  # noqa: RET504


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(odd_cases())
def test_any_alert_is_judged_in_any_cluster(found: tuple[Rulebook, Case]) -> None:
    book, known = found
    began = thread_time()
    judgement = book.judge(known)
    took = thread_time() - began
    assert took < MOST_SECONDS or took / slowness() < MOST_SECONDS
    if judgement.verdict in CLEARING:
        assert known.cluster
        for question in required(book, known.alert):
            answer = known.answers[question]
            # Newer attempts may fail: the last answer counts until it is too old.
            assert answer.value is not None
            assert answer.observed_at is not None
            age = (NOW - answer.observed_at) / INTERVAL
            assert -1 <= age <= STALE_AFTER
    for piece in judgement.evidence:
        assert piece.claim


@settings(max_examples=100)
@given(st.randoms(use_true_random=False))
def test_what_is_well_is_cleared(chance: Random) -> None:
    """Else what is said above of what is cleared would say nothing."""
    book = Rulebook()
    values = healthy()
    about = _alert(chance.choice(ALERTS), chance, 0.0)
    answers = {
        question: Reading(values[question], NOW, None)
        for question in questions_for(book, about)
    }
    known = Case(about, "prod", answers, (), INTERVAL, NOW)
    assert book.judge(known).verdict in CLEARING
