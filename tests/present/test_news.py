"""What is shown at once, and what may wait for the next second."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from tests.estate import failing, make_fleet
from tests.judged import NOW
from tui.model.fault import FaultKind
from tui.model.fleet import Cluster, Fleet
from tui.present.news import is_news

FLEET = make_fleet()
PROD = FLEET.clusters[0]


def with_prod(prod: Cluster) -> Fleet:
    return replace(FLEET, clusters=(prod, *FLEET.clusters[1:]))


def test_an_answer_that_says_the_same_is_no_news() -> None:
    later = NOW + timedelta(seconds=1)
    answered = tuple(
        replace(each, observed_at=later, attempts=each.attempts + 1)
        for each in PROD.sources
    )
    assert not is_news(FLEET, with_prod(replace(PROD, sources=answered)))


def test_a_source_that_fails_is_news() -> None:
    first, *others = PROD.sources
    broken = failing(first, FaultKind.TIMEOUT, "no answer within 5 s")
    assert is_news(FLEET, with_prod(replace(PROD, sources=(broken, *others))))


def test_an_alert_a_target_or_a_node_less_is_news() -> None:
    alerts, targets = PROD.alerts or (), PROD.targets or ()
    for changed in (
        replace(PROD, alerts=alerts[1:]),
        replace(PROD, targets=targets[1:]),
        replace(PROD, nodes=PROD.nodes[1:]),
        replace(PROD, alerts=None),
    ):
        assert is_news(FLEET, with_prod(changed))
