"""Watchdog: its absence, or its age, tells at which stage alerts end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.triage.cases import BOOK, NOW, SEEN, alert, case, with_answer
from tui.model.alert import Alert, Verdict
from tui.model.finding import FindingKind
from tui.model.metric import Rule
from tui.model.reading import Reading
from tui.triage.alerting_path import Path, broken, is_late, refresh
from tui.triage.rules.watchdog import LISTED

WATCHDOG = alert("Watchdog", severity="none")
OTHER = alert("KubeProxyDown")
URL = "http://alertmanager:9093/api/v2/alerts"


def rule(state: str = "firing", health: str = "ok", error: str = "") -> Rule:
    return Rule(
        "f", "g", 0, "Watchdog", "vector(1)", state, health, error, 0, {}, {}, ()
    )


def sent(seconds: float, about: Alert = WATCHDOG) -> Alert:
    """Sent that long before Alertmanager listed it; expires after four minutes."""
    at = SEEN - timedelta(seconds=seconds)
    return replace(about, updated_at=at, ends_at=at + timedelta(minutes=4))


def path(
    *alerts: Alert, rules: tuple[Rule, ...] | None = (rule(),), **more: object
) -> Path:
    return Path(alerts, SEEN, rules, **more)  # type: ignore[arg-type] # fields by name


@pytest.mark.parametrize("seconds", [0, 30, 120, 180])
def test_a_watchdog_that_comes_again_and_again_is_no_finding(seconds: float) -> None:
    assert broken(path(sent(seconds))) is None


STAGES = [
    (path(rules=None), "what Prometheus fires is not known"),
    (path(rules=None, blindness="connection refused"), "connection refused"),
    (path(blindness="not read lately"), "not known: not read lately"),
    (path(rules=()), "Prometheus has no rule Watchdog"),
    (
        path(rules=(rule(health="err", error="timed out"),)),
        "fails in Prometheus: timed",
    ),
    (path(rules=(rule("inactive"),)), "has the rule, but does not fire it"),
    (path(receivers=()), "fires it, but is wired to no Alertmanager"),
    (path(receivers=(URL,)), f"sends to {URL}; Alertmanager does not have it"),
    (path(), "Prometheus fires it, Alertmanager does not have it"),
    (path(sent(10, OTHER), receivers=(URL,)), "other alerts arrive: is it relabelled"),
]


@pytest.mark.parametrize(("known", "stage"), STAGES)
def test_no_watchdog_is_real_and_names_the_stage(known: Path, stage: str) -> None:
    found = broken(known)
    assert found is not None
    assert (found.kind, found.verdict) == (FindingKind.WATCHDOG_ABSENT, Verdict.REAL)
    assert found.title == "the alerting path is broken: no Watchdog"
    assert stage in found.detail


def test_one_that_is_older_than_its_refresh_is_as_good_as_none() -> None:
    late = sent(200)
    found = broken(path(late, receivers=()))
    assert found is not None
    assert found.title == "the alerting path is broken: Watchdog came 3 min ago"
    assert found.since == late.updated_at
    assert "wired to no Alertmanager" in found.detail


def test_one_that_has_expired_is_as_good_as_none() -> None:
    gone = replace(sent(10), ends_at=SEEN - timedelta(seconds=1))
    assert broken(path(gone)) is not None


def test_one_sender_that_lives_is_enough() -> None:
    assert broken(path(sent(500), sent(10))) is None


def test_its_refresh_is_told_by_its_expiry() -> None:
    assert refresh(sent(0)) == timedelta(minutes=1)
    slow = replace(sent(0), ends_at=SEEN + timedelta(minutes=20))
    assert refresh(slow) == timedelta(minutes=5)
    assert not is_late(replace(slow, updated_at=SEEN - timedelta(minutes=9)), SEEN)
    assert refresh(replace(slow, ends_at=None)) == timedelta(minutes=1)


def test_where_no_watchdog_is_expected_only_one_that_fires_is_missed() -> None:
    elsewhere = [(), (rule("inactive"),), None]
    for rules in elsewhere:
        assert broken(path(rules=rules, must_arrive=False)) is None
    assert broken(path(must_arrive=False)) is not None
    failing = (rule(health="err"),)
    assert broken(path(rules=failing, must_arrive=False)) is not None


def test_watchdog_is_by_design_while_it_comes() -> None:
    found = BOOK.judge(case(sent(30), {LISTED: (sent(30),)}))
    assert found.verdict is Verdict.BY_DESIGN
    (piece,) = found.evidence
    assert (piece.value, piece.source) == ("sent 30 s ago", "alertmanager prod")


def test_watchdog_that_is_sent_no_more_is_real() -> None:
    late = sent(200)
    found = BOOK.judge(case(late, {LISTED: (late,)}))
    assert found.verdict is Verdict.REAL
    assert found.reason == "alerts no longer arrive: Watchdog was sent last 3 min ago"


def test_an_alertmanager_that_has_gone_quiet_says_nothing_of_watchdog() -> None:
    known = case(sent(30), {LISTED: (sent(30),)})
    old = Reading((), NOW - timedelta(minutes=5), attempts=1)
    found = BOOK.judge(with_answer(known, LISTED, old))
    assert found.verdict is Verdict.UNDECIDED
    assert found.reason == "cannot tell: alertmanager prod last answered 300 s ago"
