from __future__ import annotations

from datetime import UTC, time, timedelta

import pytest
from msgspec.structs import replace

from tests.chronicle.scenes import at, fleet, judged
from tui.chronicle.attention import FLAPPING, Attention
from tui.model.alert import Concealed, JudgedAlert, Surprise, Verdict
from tui.model.attention import HIDDEN, Quiet, Real, Wishes
from tui.model.finding import Finding, FindingKind
from tui.model.fleet import Fleet

FALSE, REAL = judged(), judged(Verdict.REAL)
DOWN = Finding(FindingKind.NODE_UNREACHABLE, Verdict.REAL, "wk-1", "wk-1 is down", "no")


def hidden(alert: JudgedAlert = REAL) -> JudgedAlert:
    quiet = replace(alert.alert, silenced_by=("s1",))
    found = Concealed(Surprise.TURNED, at(0))
    return replace(alert, alert=quiet, concealed=found)


def silenced(alert: JudgedAlert = REAL) -> JudgedAlert:
    return replace(alert, alert=replace(alert.alert, silenced_by=("s1",)))


def found_in(shown: Fleet, *findings: Finding) -> Fleet:
    return Fleet((replace(shown.clusters[0], findings=findings),))


def unmet(alerts: list[JudgedAlert]) -> Fleet:
    """One source of its cluster has not been tried yet."""
    (cluster,) = fleet(alerts, 0).clusters
    silent = replace(cluster.sources[0], attempts=0, observed_at=None)
    return Fleet((replace(cluster, sources=(*cluster.sources, silent)),))


class Watched:
    """An attention that has met its cluster while one alert was false."""

    def __init__(self, wishes: Wishes | None = None) -> None:
        self.attention = Attention(wishes or Wishes(), UTC)
        self.look(0, FALSE)

    def look(self, seconds: float, *alerts: JudgedAlert) -> tuple[Real, ...]:
        return self.attention.look(fleet(alerts, seconds), at(seconds))

    def names(self, seconds: float, *alerts: JudgedAlert) -> list[str]:
        return [each.name for each in self.look(seconds, *alerts)]


def test_what_turns_real_calls_once_with_its_evidence() -> None:
    watched = Watched()
    (call,) = watched.look(10, REAL)
    assert (call.cluster, call.name, call.severity) == (
        "prod",
        "KubeProxyDown",
        "critical",
    )
    assert call.reason == REAL.judgement.reason
    assert call.evidence == REAL.judgement.evidence
    assert watched.look(20, REAL) == ()


def test_what_turned_real_calls_with_the_time_of_that() -> None:
    (call,) = Watched().look(10, replace(REAL, turned_at=at(10)))
    assert call.since == at(10)


def test_what_is_real_at_the_start_calls_nobody() -> None:
    attention = Attention(Wishes(), UTC)
    assert attention.look(fleet([REAL], 0), at(0)) == ()
    assert attention.look(fleet([REAL], 10), at(10)) == ()
    other = judged(Verdict.REAL, name="Other")
    assert [each.name for each in attention.look(fleet([REAL, other], 20), at(20))] == [
        "Other"
    ]


def test_what_was_false_calls_though_not_everything_was_read_yet() -> None:
    attention = Attention(Wishes(), UTC)
    other = judged(Verdict.REAL, name="Other")
    assert attention.look(unmet([FALSE]), at(0)) == ()
    called = attention.look(unmet([REAL, other]), at(10))
    assert [each.name for each in called] == ["KubeProxyDown"]
    assert attention.look(unmet([hidden(), other]), at(20))[0].kind == HIDDEN


def test_an_alert_that_begins_real_calls() -> None:
    other = judged(Verdict.REAL, name="Other")
    assert Watched().names(10, FALSE, other) == ["Other"]


@pytest.mark.parametrize(
    "verdict", [Verdict.UNDECIDED, Verdict.FALSE_POSITIVE, Verdict.BY_DESIGN]
)
def test_what_is_not_real_calls_nobody(verdict: Verdict) -> None:
    assert Watched().look(10, judged(verdict, name="Other")) == ()


def test_what_was_silenced_knowingly_calls_nobody() -> None:
    assert Watched().look(10, silenced()) == ()


def test_what_turns_real_under_a_silence_calls_first() -> None:
    other = judged(Verdict.REAL, name="Other")
    first, second = Watched().look(10, other, hidden())
    assert (first.kind, first.name) == (HIDDEN, "KubeProxyDown")
    assert second.name == "Other"


def test_a_silence_that_begins_to_hide_what_called_calls_again() -> None:
    watched = Watched()
    watched.look(10, REAL)
    assert [each.kind for each in watched.look(20, hidden())] == [HIDDEN]


def test_ending_the_silence_that_hid_it_calls_nobody() -> None:
    watched = Watched()
    watched.look(10, hidden())
    assert watched.look(20, REAL) == ()


def test_flapping_is_one_call() -> None:
    watched = Watched()
    assert watched.look(10, REAL)
    for seconds in range(20, 800, 20):
        assert watched.look(seconds) == ()
        assert watched.look(seconds + 10, REAL) == ()


def test_what_comes_back_later_calls_again() -> None:
    watched = Watched()
    watched.look(10, REAL)
    watched.look(20)
    assert watched.look(21 + FLAPPING.total_seconds(), REAL)


def test_a_finding_calls_as_an_alert_does() -> None:
    watched = Watched()
    shown = found_in(fleet([FALSE], 10), DOWN)
    (call,) = watched.attention.look(shown, at(10))
    assert (call.kind, call.name, call.reason) == (
        "node-unreachable",
        "wk-1 is down",
        "no",
    )
    blind = replace(DOWN, verdict=Verdict.UNDECIDED, subject="wk-2")
    shown = found_in(fleet([FALSE], 20), DOWN, blind)
    assert watched.attention.look(shown, at(20)) == ()


def test_an_outage_of_alertmanager_neither_calls_nor_makes_forget() -> None:
    watched = Watched()
    watched.look(10, REAL)
    failing = fleet([REAL], 10, is_failing=True)
    assert watched.attention.look(failing, at(5000)) == ()
    assert watched.look(5010, REAL) == ()


def test_only_chosen_clusters_and_severities_call() -> None:
    others = Watched(Wishes(clusters=frozenset({"monit"})))
    assert others.look(10, REAL) == ()
    lower = Watched(Wishes(severities=frozenset({"warning"})))
    assert lower.look(10, REAL) == ()
    assert Watched(Wishes(severities=frozenset({"critical"}))).look(10, REAL)


def test_what_has_no_severity_calls_whatever_is_chosen() -> None:
    bare = replace(REAL, alert=replace(REAL.alert, labels={"alertname": "Bare"}))
    assert Watched(Wishes(severities=frozenset({"critical"}))).look(10, bare)
    watched = Watched(Wishes(severities=frozenset({"critical"})))
    assert watched.attention.look(found_in(fleet([FALSE], 10), DOWN), at(10))


def test_after_the_quiet_hours_what_is_real_still_calls() -> None:
    now = at(0)
    until = (now + timedelta(minutes=5)).time()
    quiet = Quiet((now - timedelta(minutes=1)).time(), until)
    watched = Watched(Wishes(quiet=quiet))
    gone = judged(Verdict.REAL, name="Gone")
    assert watched.look(10, REAL, gone) == ()
    assert watched.look(20, REAL) == ()
    assert watched.names(301, REAL) == ["KubeProxyDown"]
    assert watched.look(310, REAL) == ()


@pytest.mark.parametrize(
    ("hours", "at_", "is_quiet"),
    [
        ((22, 7), 23, True),
        ((22, 7), 3, True),
        ((22, 7), 7, False),
        ((22, 7), 12, False),
        ((1, 5), 1, True),
        ((1, 5), 5, False),
        ((1, 5), 0, False),
    ],
)
def test_quiet_hours_may_last_past_midnight(
    hours: tuple[int, int], at_: int, is_quiet: bool
) -> None:
    begin, end = hours
    assert Quiet(time(begin), time(end)).holds(time(at_)) is is_quiet


def test_the_worst_is_told_of_first() -> None:
    minor = judged(Verdict.REAL, name="Minor")
    labels = {"alertname": "Minor", "severity": "warning"}
    minor = replace(minor, alert=replace(minor.alert, labels=labels))
    watched = Watched()
    shown = found_in(fleet([minor, REAL], 10), DOWN)
    told = watched.attention.look(shown, at(10))
    assert [each.name for each in told] == ["KubeProxyDown", "wk-1 is down", "Minor"]


def test_a_clock_that_is_put_back_keeps_nothing_from_calling() -> None:
    watched = Watched()
    assert watched.names(4_000, REAL) == ["KubeProxyDown"]
    assert watched.look(4_010, FALSE) == ()
    assert watched.names(410, REAL) == ["KubeProxyDown"]
