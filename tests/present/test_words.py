from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.estate import (
    agentic,
    connecting_fleet,
    failing,
    make_fleet,
    make_target,
    prod,
    unreachable_fleet,
)
from tests.judged import NOW, ago, btrfs_alert, make_alert
from tui.model.alert import Judgement, Verdict
from tui.model.fault import FaultKind
from tui.model.fleet import SourceKind, Trend
from tui.model.metric import Series
from tui.model.target import Expected, Health
from tui.present import (
    alerts,
    faults,
    nodes,
    runbook,
    sources,
    standing,
    stream,
    targets,
    units,
)
from tui.present.glyphs import UNICODE, health_sign, state_sign, verdict_sign
from tui.present.shares import Need, share
from tui.present.targets_pane import PaneRows
from widgets.values import Line, Tone


def text_of(line: Line) -> str:
    return "".join(span.text for span in line)


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=-5), "0s"),
        (timedelta(seconds=59), "59s"),
        (timedelta(seconds=60), "1m"),
        (timedelta(hours=23, minutes=59), "23h"),
        (timedelta(days=2), "2d"),
        (timedelta(weeks=6), "6w"),
        (timedelta(days=800), "2y"),
    ],
)
def test_ages_are_the_largest_whole_unit(span: timedelta, words: str) -> None:
    assert units.age(NOW - span, NOW) == words


@pytest.mark.parametrize("seconds", [0, 12, 59, 61, 3_700, 90_000, 40 * 86_400])
def test_an_age_is_true_until_it_changes(seconds: int) -> None:
    then = ago(seconds=seconds)
    due = units.age_changes(then, NOW)
    just_before = due - timedelta(milliseconds=1)
    assert units.age(then, just_before) == units.age(then, NOW)
    assert units.age(then, due) != units.age(then, NOW)


def test_every_state_has_a_glyph_and_a_word() -> None:
    for sign in (
        *(verdict_sign(verdict, UNICODE) for verdict in Verdict),
        *(health_sign(health, UNICODE) for health in Health),
        *(state_sign(s.state(NOW), UNICODE) for s in prod().sources),
    ):
        assert sign.glyph
        assert sign.word


def test_the_first_line_names_only_what_is_there() -> None:
    line = text_of(standing.top_line(make_fleet(), NOW, UNICODE))
    assert line == "✖ 5 REAL   ? 1 UNSURE   · 2 false   ⊘ 1 silenced"


def test_a_calm_fleet_is_quiet_only_when_all_of_it_is_seen() -> None:
    calm = replace(agentic(), alerts=())
    fleet = replace(make_fleet(), clusters=(calm,), unassigned_alerts=())
    assert text_of(standing.top_line(fleet, NOW, UNICODE)) == "✔ all quiet"
    blind = replace(
        calm,
        sources=tuple(failing(s, FaultKind.TIMEOUT, "slow") for s in calm.sources[:1]),
    )
    fleet = replace(fleet, clusters=(blind,))
    assert "not fully seen" in text_of(standing.top_line(fleet, NOW, UNICODE))


def test_without_an_alertmanager_nothing_is_awaited_and_nothing_called_quiet() -> None:
    calm = agentic()
    sources = tuple(
        each for each in calm.sources if each.key.kind is not SourceKind.ALERTMANAGER
    )
    calm = replace(calm, alerts=None, sources=sources)
    fleet = replace(make_fleet(), clusters=(calm,), unassigned_alerts=())
    said = text_of(standing.top_line(fleet, NOW, UNICODE))
    assert said == "○ no Alertmanager is read"


def test_the_first_line_ends_with_what_is_not_seen() -> None:
    fleet = make_fleet()
    sources = tuple(
        failing(s, FaultKind.TIMEOUT, "slow") if s.key.feed == "targets" else s
        for s in fleet.clusters[0].sources
    )
    blind = replace(fleet.clusters[0], sources=sources)
    fleet = replace(fleet, clusters=(blind, *fleet.clusters[1:]))
    line = text_of(standing.top_line(fleet, NOW, UNICODE))
    assert line.startswith("✖ 5 REAL")
    assert line.endswith("? 1 cluster not fully seen")


def test_alerts_that_never_came_are_not_taken_for_none() -> None:
    silent = tuple(
        replace(failing(s, FaultKind.TIMEOUT, "slow"), observed_at=None)
        if s.key.feed == "alerts"
        else s
        for s in agentic().sources
    )
    cluster = replace(agentic(), alerts=None, findings=(), sources=silent)
    fleet = replace(make_fleet(), clusters=(cluster,), unassigned_alerts=())
    line = text_of(standing.top_line(fleet, NOW, UNICODE))
    assert line == "⧗ alerts never seen   ? 1 cluster not fully seen"


def test_a_finding_counts_in_its_verdict_like_an_alert() -> None:
    findings = prod().findings
    unsure = replace(findings[0], verdict=Verdict.UNDECIDED)
    counted = standing.tally((), (unsure, *findings[1:]))
    assert (counted.real, counted.undecided) == (len(findings) - 1, 1)
    cluster = replace(prod(), alerts=(), findings=(unsure,))
    assert text_of(alerts.heading(cluster, NOW, UNICODE)) == "1 unsure"
    assert text_of(standing.cluster_words(cluster, NOW, UNICODE)) == "? 1 UNSURE"


def test_a_cluster_of_which_nothing_is_judged_is_not_called_quiet() -> None:
    seen = make_fleet().clusters[1]
    fresh = tuple(replace(each, observed_at=NOW, fault=None) for each in seen.sources)
    dark = replace(seen, sources=fresh, targets=None, alerts=None, findings=())
    said = text_of(standing.cluster_words(dark, NOW, UNICODE))
    assert said == "○ no alerts, no targets read"


def test_a_real_finding_is_written_like_an_alert_and_says_when_none_tells_of_it() -> (
    None
):
    finding = prod().findings[0]
    (row,) = alerts.AlertRows(UNICODE).rows((), (finding,), NOW)
    assert row.cells[0].text == "✖ REAL"
    assert text_of(row.details[0]).startswith("no alert  ")
    judgement = Judgement(Verdict.REAL, "down")
    told = make_alert("TargetDown", "prod", judgement, NOW, job=finding.subject)
    _, row = alerts.AlertRows(UNICODE).rows((told,), (finding,), NOW)
    assert "no alert" not in text_of(row.details[0])


def test_the_age_of_a_cluster_is_that_of_its_stale_source() -> None:
    cluster = prod()
    assert text_of(standing.cluster_age(cluster, NOW, UNICODE)) == "9s"
    old = failing(cluster.sources[0], FaultKind.TIMEOUT, "slow")
    stale = replace(cluster, sources=(old, *cluster.sources[1:]))
    assert text_of(standing.cluster_age(stale, NOW, UNICODE)) == "⧗ 4m"


def test_before_the_first_answer_nothing_is_counted() -> None:
    line = standing.top_line(connecting_fleet(), NOW, UNICODE)
    assert text_of(line) == "… connecting"
    assert "NOTHING" in text_of(standing.top_line(unreachable_fleet(), NOW, UNICODE))


def test_expected_and_health_stay_two_facts_when_counted() -> None:
    rows = (
        make_target("a", "1"),
        make_target("a", "2", health=Health.DOWN),
        make_target("b", "1", health=Health.ABSENT),
        make_target("c", "1", expected=Expected.NO),
        make_target("d", "", expected=Expected.NO, health=Health.ABSENT),
        make_target("e", "1", expected=Expected.UNLISTED, health=Health.UNKNOWN),
    )
    counts = targets.count_rows(rows)
    assert (counts.up, counts.wanted) == (1, 4)
    assert (counts.down, counts.absent, counts.unknown) == (1, 1, 1)
    assert (counts.unexpected, counts.not_expected) == (1, 1)


def test_a_gap_in_the_trend_stays_a_gap() -> None:
    points = tuple((60.0 * n, 3.0) for n in (0, 1, 2, 10, 11))
    plot = targets.trend(Trend(Series({}, points), Series({}, points)))
    assert plot.series[1].ys.count(None) == 1


def test_problems_stand_before_healthy_jobs_and_those_before_the_unwanted() -> None:
    rows = PaneRows(UNICODE).rows(prod().targets or ())
    assert rows[0].cells[1].text == "argocd-server-metrics"
    assert rows[0].tone is Tone.CRITICAL
    assert rows[-1].tone is Tone.QUIET


def test_a_row_is_made_again_only_when_its_alert_or_age_changed() -> None:
    known = prod().alerts or ()
    maker = alerts.AlertRows(UNICODE)
    first = maker.rows(known, (), NOW)
    assert maker.rows(known, (), NOW) is first
    later = maker.rows(known, (), NOW + timedelta(minutes=1))
    changed = [new is not old for new, old in zip(later, first, strict=True)]
    assert changed == [True, False, False]


def test_what_turned_real_is_as_old_as_that() -> None:
    turned = replace(btrfs_alert(), turned_at=NOW - timedelta(seconds=6))
    maker = alerts.AlertRows(UNICODE)
    (row,) = maker.rows((turned,), (), NOW)
    assert row.cells[4].text == "6s"
    (row,) = maker.rows((turned,), (), NOW + timedelta(seconds=1))
    assert row.cells[4].text == "7s"


def test_a_reason_is_not_told_twice() -> None:
    judgement = Judgement(Verdict.REAL, "proxmox-carrick is down")
    alert = make_alert("X", "monit", judgement, NOW, job="proxmox-carrick", service="p")
    assert alerts.reason(alert) == "proxmox-carrick is down"
    other = make_alert("X", "monit", Judgement(Verdict.REAL, "down"), NOW, job="a")
    assert alerts.reason(other) == "a: down"


def test_a_node_that_never_answered_is_not_well() -> None:
    node = prod().nodes[0]
    silent = replace(node, talos=replace(node.talos, value=None), kube=None)
    assert nodes.node_sign(silent, UNICODE).word == "connecting"
    assert nodes.node_sign(node, UNICODE).word == "up"


def test_a_pane_speaks_of_its_worst_feed() -> None:
    cluster = prod()
    sources = list(cluster.sources)
    sources[0] = failing(sources[0], FaultKind.AUTH, "401")
    broken = replace(cluster, sources=tuple(sources))
    found = faults.worst(broken, faults.TARGET_SOURCES, NOW)
    assert found is not None
    note = faults.fault_note(found, NOW, UNICODE)
    assert (note.what, note.why) == ("Prometheus targets", "401")
    assert note.retry == "shown as of 4m ago, next try in 4s"
    assert faults.worst(broken, faults.LOG_SOURCES, NOW) is None


def test_shared_feeds_are_listed_once_with_their_users() -> None:
    rows = sources.rows(sources.users(make_fleet()), (), NOW, UNICODE)
    keys = [row.key for row in rows]
    assert len(keys) == len(set(keys))
    assert rows[0].cells[4].text == "prod, monit, agentic"


def test_lines_are_shared_by_need_and_the_rest_goes_to_the_last() -> None:
    assert share(20, [Need(1, 3), Need(2, 4), Need(1, 2)]) == (3, 4, 13)
    assert share(5, [Need(1, 9), Need(3, 9, weight=3), Need(1, 9)]) == (1, 3, 1)
    assert share(0, [Need(1, 1)]) == (0,)
    patient = Need(1, 9, is_patient=True)
    assert share(9, [patient, Need(3, 9)]) == (1, 8)
    assert share(12, [patient, Need(3, 9, is_greedy=True)]) == (3, 9)
    assert sum(share(17, [Need(1, 50), Need(1, 50, weight=3)])) == 17


def test_a_runbook_is_plain_lines_without_its_markup() -> None:
    page = runbook.page("# Title\n\ntext `code`\n**loud**\n```\nraw [x]\n```\n- a\n  b")
    assert [text_of(line) for line, _ in page] == [
        "Title",
        "",
        "text code loud",
        "  raw [x]",
        "- a b",
    ]


def test_rows_are_of_the_moment_when_one_goes_back_in_time() -> None:
    found = prod().alerts or ()
    maker = alerts.AlertRows(UNICODE)
    later = maker.rows(found, (), NOW + timedelta(days=40))
    before = maker.rows(found, (), NOW)
    assert before == alerts.AlertRows(UNICODE).rows(found, (), NOW)
    assert before != later


def test_what_comes_within_the_second_comes_now() -> None:
    spans = {-2.0: "now", 0.0: "now", 0.9: "now", 1.0: "in 1s", 61.0: "in 1m"}
    for seconds, words in spans.items():
        assert units.until(NOW + timedelta(seconds=seconds), NOW) == words
    assert units.until(None, NOW) == ""


def test_names_of_clusters_that_are_cut_say_so() -> None:
    names = ("prod", "monit", "agentic", "agency")
    assert stream.short_names(names) == {
        "prod": "prod",
        "monit": "monit",
        "agentic": "agent…",
        "agency": "agency",
    }
    assert stream.short_names(("prod", "agentic"))["agentic"] == "agen…"
