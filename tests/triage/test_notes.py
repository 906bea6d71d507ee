"""What is told beside a verdict: it explains, and never moves it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.triage.cases import BOOK, INTERVAL, NOW, SEEN, alert, case
from tui.model.alert import Alert, Evidence, Judgement, Verdict
from tui.model.log import LogFinding
from tui.model.metric import Rule, RuleAlert
from tui.model.target import Expected, Health, Target, TargetRow
from tui.triage import notes
from tui.triage.assign import cluster_by_kernel
from tui.triage.case import Scene

CARRICK = alert("TargetDown", job="proxmox-carrick")
BTRFS_ALERT = alert("BTRFSCorruptionDetected", severity="critical")
STALE = "stale data was read: parent transid verify failed"
REFUSED = "dial tcp 10.30.0.10:8006: connect: connection refused"


def row(health: Health, instance: str = "10.30.0.10:8006") -> TargetRow:
    labels = {"job": "proxmox-carrick", "instance": instance}
    url = f"https://{instance}/metrics"
    error = "" if health is Health.UP else REFUSED
    target = Target(labels, health, "pool", url, error, SEEN, 0.1, 30, 10)
    return TargetRow("proxmox-carrick", instance, Expected.YES, health, "", target)


def lines(kind: str = "btrfs", node: str = "talos-wk-2", ago: int = 60) -> LogFinding:
    last = NOW - timedelta(seconds=ago)
    first = last - timedelta(minutes=2)
    said = "BTRFS error (device sdb): parent transid verify failed"
    return LogFinding("prod", node, kind, "error", "sdb", STALE, 4, first, last, said)


def told(about: Alert, scene: Scene, *, is_placed: bool = False) -> list[Evidence]:
    known = replace(case(about), scene=scene, is_placed=is_placed)
    judgement = BOOK.judge(known)
    assert judgement.verdict is Verdict.REAL
    return list(judgement.evidence)


def test_a_target_that_is_down_is_told_with_its_error_and_its_url() -> None:
    (piece,) = told(CARRICK, Scene((row(Health.DOWN),), SEEN))
    assert piece.claim.startswith("proxmox-carrick 10.30.0.10:8006 is down, scraped ")
    assert piece.supports is Verdict.REAL
    assert piece.value == REFUSED
    assert piece.query == "curl -sS https://10.30.0.10:8006/metrics"
    assert (piece.source, piece.observed_at) == ("prometheus prod", SEEN)


def test_a_target_that_is_up_again_contradicts_but_clears_nothing() -> None:
    (piece,) = told(CARRICK, Scene((row(Health.UP),), SEEN))
    assert piece.supports is Verdict.FALSE_POSITIVE


def test_an_old_answer_that_it_is_up_says_nothing() -> None:
    long_ago = NOW - 3 * INTERVAL
    (piece,) = told(CARRICK, Scene((row(Health.UP),), long_ago))
    assert piece.supports is Verdict.UNDECIDED


def test_thousands_of_targets_that_are_read_more_seldom_are_stale_later() -> None:
    seen, pace = NOW - 3 * INTERVAL, 2 * INTERVAL
    (piece,) = told(CARRICK, Scene((row(Health.UP),), seen, rows_pace=pace))
    assert piece.supports is Verdict.FALSE_POSITIVE
    older = Scene((row(Health.UP),), seen - 2 * INTERVAL, rows_pace=pace)
    (piece,) = told(CARRICK, older)
    assert piece.supports is Verdict.UNDECIDED


def test_an_answer_from_ahead_of_now_says_nothing() -> None:
    (piece,) = told(CARRICK, Scene((row(Health.UP),), NOW + 2 * INTERVAL))
    assert piece.supports is Verdict.UNDECIDED


@pytest.mark.parametrize(
    ("rows", "words"),
    [(None, "its targets were never read"), ((), "Prometheus lists no such target")],
)
def test_targets_that_are_not_known_are_said_to_be_so(
    rows: tuple[TargetRow, ...] | None, words: str
) -> None:
    (piece,) = told(CARRICK, Scene(rows, SEEN))
    assert (piece.claim, piece.supports) == (words, Verdict.UNDECIDED)


def test_an_alert_of_one_instance_is_told_of_that_instance() -> None:
    about = alert("TargetDown", job="proxmox-carrick", instance="b:1")
    scene = Scene((row(Health.DOWN, "a:1"), row(Health.DOWN, "b:1")), SEEN)
    (piece,) = told(about, scene)
    assert "b:1" in piece.claim


def test_of_many_targets_the_first_are_told_and_the_others_counted() -> None:
    rows = tuple(row(Health.DOWN, f"host-{n}:1") for n in range(7))
    *_, last = told(CARRICK, Scene(rows, SEEN))
    assert last.claim.startswith("and 3 more")


def test_kernel_lines_name_node_and_device_in_the_reason() -> None:
    known = replace(case(BTRFS_ALERT), scene=Scene(kernel=(lines(),)))
    judgement = BOOK.judge(known)
    assert judgement.reason == ("talos-wk-2 sdb: a volume serves stale or damaged data")
    (piece,) = judgement.evidence
    assert piece.claim == (
        f"talos-wk-2 sdb: {STALE}, 4 lines, 11:57:00 to 11:59:00 UTC"
    )
    assert piece.query == "talosctl -n talos-wk-2 dmesg | grep -i btrfs"
    assert piece.source == "kernel log prod"


def test_a_single_kernel_line_came_at_one_time() -> None:
    found = lines()
    one = replace(found, count=1, first=found.last)
    (piece,) = told(BTRFS_ALERT, Scene(kernel=(one,)))
    assert piece.claim.endswith("1 line, at 11:59:00 UTC")


def test_no_kernel_line_leaves_the_alert_real_and_says_so() -> None:
    (piece,) = told(BTRFS_ALERT, Scene())
    assert piece.supports is Verdict.UNDECIDED
    assert "no btrfs line" in piece.claim


def test_lines_from_long_before_the_alert_are_not_its_own() -> None:
    old = lines(ago=40 * 60)
    (piece,) = told(BTRFS_ALERT, Scene(kernel=(old,)))
    assert piece.supports is Verdict.UNDECIDED


def test_an_alert_that_was_placed_says_why() -> None:
    *_, last = told(BTRFS_ALERT, Scene(kernel=(lines(),)), is_placed=True)
    assert "only prod has such lines" in last.claim


KINDS = BOOK.kernel_kinds(BTRFS_ALERT)


def test_a_log_alert_belongs_to_the_one_cluster_that_has_its_lines() -> None:
    found = {"monit": (), "prod": (lines(),), "agentic": (lines("iscsi"),)}
    assert cluster_by_kernel(BTRFS_ALERT, KINDS, found) == "prod"


@pytest.mark.parametrize(
    "found",
    [
        {"monit": (), "prod": ()},
        {"monit": (lines(),), "prod": (lines(),)},
        {"monit": (), "prod": (lines(ago=40 * 60),)},
    ],
)
def test_lines_in_no_cluster_or_in_two_place_nothing(
    found: dict[str, tuple[LogFinding, ...]],
) -> None:
    assert cluster_by_kernel(BTRFS_ALERT, KINDS, found) == ""


def test_only_alerts_made_of_kernel_lines_are_placed_by_them() -> None:
    assert BOOK.kernel_kinds(CARRICK) == ()
    assert cluster_by_kernel(CARRICK, (), {"prod": (lines(),)}) == ""


def rule(name: str, *active: RuleAlert) -> Rule:
    return Rule("f", "g", 0, name, "up == 0", "firing", "ok", "", 60, {}, {}, active)


@pytest.mark.parametrize(
    ("value", "said"),
    [("0", "0"), ("1e+02", "100"), ("1.2345e+01", "12.345"), ("+Inf", "+Inf")],
)
def test_the_alerts_own_expression_is_told_with_its_value_and_since_when(
    value: str, said: str
) -> None:
    active = RuleAlert(dict(CARRICK.labels), {}, "firing", SEEN, value)
    scene = Scene((row(Health.DOWN),), SEEN, rules=(rule("TargetDown", active),))
    *_, last = told(CARRICK, scene)
    assert last.claim == "its own expression is true since 11:59:56 UTC"
    assert (last.query, last.value) == ("up == 0", f"value {said}")


@pytest.mark.parametrize(
    ("url", "expression"),
    [
        (
            "http://p:9090/graph?g0.expr=up%7Bjob%3D%22a%22%7D+%3D%3D+0&g0.tab=1",
            'up{job="a"} == 0',
        ),
        ("http://loki/explore?left=sum%28rate%28x%5B5m%5D%29%29", "sum(rate(x[5m]))"),
        ("http://g/explore?left=%7B%22expr%22%3A%22a%20%5C%22b%5C%22%22%7D", 'a "b"'),
        ("http://[broken/graph?g0.expr=up", ""),
        ("", ""),
    ],
)
def test_the_expression_is_read_from_the_link_of_the_alert(
    url: str, expression: str
) -> None:
    about = replace(alert("SomethingElse"), generator_url=url)
    assert BOOK.judge(case(about)).expression == expression


def test_an_alert_that_no_rule_covers_still_has_its_expression_as_a_reason() -> None:
    url = "http://p:9090/graph?g0.expr=up+%3D%3D+0"
    about = replace(alert("SomethingElse"), generator_url=url)
    (piece,) = BOOK.judge(case(about)).evidence
    assert (piece.supports, piece.query) == (Verdict.REAL, "up == 0")


def test_a_false_positive_keeps_its_proofs_alone_and_knows_its_expression() -> None:
    url = "http://p:9090/graph?g0.expr=absent%28up%29"
    about = replace(alert("KubeProxyDown"), generator_url=url)
    judgement = BOOK.judge(case(about))
    assert judgement.verdict is Verdict.FALSE_POSITIVE
    assert judgement.expression == "absent(up)"
    sources = {each.source for each in judgement.evidence}
    assert sources == {"kubernetes prod", "prometheus prod"}
    assert {each.supports for each in judgement.evidence} == {Verdict.FALSE_POSITIVE}


def test_a_target_that_was_only_scraped_again_says_the_same() -> None:
    def judged(health: Health, later: int = 0) -> Judgement:
        at = SEEN + timedelta(seconds=later)
        seen = row(health)
        assert seen.target is not None
        again = replace(seen, target=replace(seen.target, last_scrape=at))
        return BOOK.judge(replace(case(CARRICK), scene=Scene((again,), at)))

    before, after = judged(Health.DOWN), judged(Health.DOWN, 10)
    assert before != after
    assert notes.untimed(before) == notes.untimed(after)
    assert notes.untimed(before) != notes.untimed(judged(Health.UP, 10))
