"""The stages that nodes share, judged over values made by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.triage.cases import NOW, SEEN
from tests.triage.pipelines import (
    BROKEN,
    BTRFS,
    ISCSI,
    OK,
    UNKNOWN,
    failed,
    told,
    well,
)
from tui.model.alert import Alert, AlertState
from tui.model.metric import Rule, RuleAlert
from tui.model.pipeline import StageState
from tui.triage.pipeline import findings, judged
from tui.triage.pipeline_ruler import DUTIES, missing


@pytest.mark.parametrize(
    ("rules", "state"),
    [
        ((BTRFS, ISCSI), OK),
        ((BTRFS,), BROKEN),
        ((), BROKEN),
        ((BTRFS, replace(ISCSI, health="err", last_error="limit")), BROKEN),
        ((BTRFS, replace(ISCSI, health="unknown", evaluated_at=None)), UNKNOWN),
        ((BTRFS, replace(ISCSI, evaluated_at=NOW - timedelta(minutes=9))), BROKEN),
        ((BTRFS, replace(ISCSI, name="OurOwn")), OK),
    ],
)
def test_both_duties_are_done_by_a_rule_that_is_evaluated(
    rules: tuple[Rule, ...], state: StageState
) -> None:
    found = judged(well(rules=told(rules))).shared[0]
    assert found.state is state
    told_of = [x for x in findings(judged(well(rules=told(rules)))) if x.detail]
    assert bool(told_of) is (state is BROKEN)


def test_the_two_duties_are_those_of_the_runbook() -> None:
    assert [each.name for each in DUTIES] == [BTRFS.name, ISCSI.name]


def alert(name: str, generator: str = "http://prometheus/graph") -> Alert:
    return Alert(
        name,
        {"alertname": name},
        {},
        AlertState.ACTIVE,
        NOW,
        None,
        None,
        generator_url=generator,
    )


def firing(minutes: float) -> Rule:
    since = NOW - timedelta(minutes=minutes)
    raised = RuleAlert({"alertname": BTRFS.name}, {}, "firing", since, "1")
    return replace(BTRFS, state="firing", alerts=(raised,))


@pytest.mark.parametrize(
    ("minutes", "listed", "wiring", "state"),
    [
        (0, (), "http://am", OK),
        (0, (), "", BROKEN),
        (0, (), None, UNKNOWN),
        (1, (), "http://am", OK),
        (5, (), "http://am", BROKEN),
        (5, (alert(BTRFS.name),), None, OK),
        (5, (alert(BTRFS.name),), "", OK),
        (0, (alert("Other", "http://x/explore?left=1"),), None, OK),
        (0, (alert("Other"),), None, UNKNOWN),
    ],
)
def test_whether_alerts_of_loki_arrive(
    minutes: float, listed: tuple[Alert, ...], wiring: str | None, state: StageState
) -> None:
    rules = told((firing(minutes), ISCSI) if minutes else (BTRFS, ISCSI))
    alerts = told(listed, "alertmanager")
    case = well(
        rules=rules,
        alerts=alerts,
        missing_since=missing({}, rules, alerts, NOW),
        wiring=failed("forbids this") if wiring is None else told(wiring),
    )
    assert judged(case).shared[1].state is state


def test_an_alert_that_just_ended_is_not_one_that_never_came() -> None:
    rules = told((firing(5), ISCSI))
    later = replace(rules.reading, observed_at=SEEN + timedelta(seconds=3))
    alerts = replace(told(()), reading=replace(later, value=()))
    since = missing({}, rules, alerts, NOW)
    case = well(rules=rules, alerts=alerts, missing_since=since)
    assert judged(case).shared[1].state is OK

    again = replace(rules, reading=replace(later, observed_at=NOW))
    known = missing(since, again, alerts, NOW)
    assert known == since == {BTRFS.name: later.observed_at}
    still = replace(case, rules=again, missing_since=known)
    assert judged(still).shared[1].state is BROKEN
    assert missing(known, told((BTRFS, ISCSI)), alerts, NOW) == {}


def test_an_alertmanager_that_does_not_answer_proves_no_loss() -> None:
    case = well(rules=told((firing(5), ISCSI)), alerts=failed(), wiring=failed())
    assert judged(case).shared[1].state is UNKNOWN


def test_a_loki_that_others_share_is_told_of_by_one_cluster_alone() -> None:
    case = well(rules=told(()))
    assert [x.subject for x in findings(judged(case))] == ["loki rules"]
    assert findings(judged(replace(case, is_home=False))) == ()
