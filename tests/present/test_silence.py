from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.estate import make_fleet
from tests.judged import NOW, btrfs_alert, false_proxy
from tui.model.silence import Matcher
from tui.present import silence
from tui.present.glyphs import UNICODE
from widgets.values import Tone


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("4h", timedelta(hours=4)),
        ("1d12h", timedelta(days=1, hours=12)),
        ("8760h", timedelta(days=365)),
        ("1w", timedelta(weeks=1)),
        (" 90m ", timedelta(minutes=90)),
        ("1y", timedelta(days=365)),
    ],
)
def test_durations_are_read_as_one_writes_them(text: str, span: timedelta) -> None:
    assert silence.parse_end(text, NOW) == NOW + span


@pytest.mark.parametrize(
    "text", ["2026-11-21 08:00", "2026-11-21T08:00:00Z", "2026-11-21T10:00:00+02:00"]
)
def test_end_times_are_utc_unless_they_say_otherwise(text: str) -> None:
    assert silence.parse_end(text, NOW) == datetime(2026, 11, 21, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "say how long"),
        ("soon", "neither a duration"),
        ("4", "neither a duration"),
        ("0h", "already over"),
        ("2026-11-20 08:00", "already over"),
        ("1h2h", "names a unit twice"),
        ("999y", "more than 100 years"),
        ("h4", "neither a duration"),
    ],
)
def test_what_is_no_duration_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(silence.WordingError, match=words):
        silence.parse_end(text, NOW)


@pytest.mark.parametrize(
    ("text", "matcher"),
    [
        ('job="kube-proxy"', Matcher("job", "kube-proxy")),
        ("job = kube-proxy", Matcher("job", "kube-proxy")),
        ('job!="a"', Matcher("job", "a", is_equal=False)),
        ('job=~"a|b"', Matcher("job", "a|b", is_regex=True)),
        ('job!~".*"', Matcher("job", ".*", is_regex=True, is_equal=False)),
        ('a="say \\"x\\""', Matcher("a", 'say "x"')),
        ('"a b"="c"', Matcher("a b", "c")),
        ("a=", Matcher("a", "")),
    ],
)
def test_matchers_are_read_as_one_writes_them(text: str, matcher: Matcher) -> None:
    assert silence.parse_matcher(text) == matcher


@pytest.mark.parametrize("text", ["", "job", "=x", 'job=~"("'])
def test_what_is_no_matcher_is_refused_in_words(text: str) -> None:
    with pytest.raises(silence.WordingError):
        silence.parse_matcher(text)


@given(name=st.text(min_size=1), value=st.text(), is_equal=st.booleans())
def test_what_is_written_is_read_back(name: str, value: str, *, is_equal: bool) -> None:
    matcher = Matcher(name, value, is_equal=is_equal)
    text = silence.written(matcher)
    assert text.isprintable()
    assert silence.parse_matcher(text) == matcher


def test_labels_that_name_the_trouble_are_on_and_noise_is_off() -> None:
    found = {s.matcher.name: s.is_on for s in silence.suggest(btrfs_alert())}
    assert found["alertname"]
    assert found["cluster"]
    assert found["device"]
    assert not found["severity"]
    assert not found["prometheus"]
    assert next(iter(found)) == "alertname"


def test_the_comment_is_known_only_for_false_positives() -> None:
    assert silence.comment_for(false_proxy("prod", 4)).startswith("False positive: ")
    assert silence.comment_for(btrfs_alert()) == ""


def test_no_matchers_cover_nothing() -> None:
    assert silence.covered((btrfs_alert(),), ()) == ()


def test_real_alerts_come_first_among_those_that_are_covered() -> None:
    alerts = (false_proxy("prod", 4), btrfs_alert())
    hit = silence.covered(alerts, (Matcher("cluster", "prod"),))
    assert [alert.alert.name for alert in hit] == [
        "BTRFSCorruptionDetected",
        "KubeProxyDown",
    ]


def test_hiding_a_real_alert_is_the_first_thing_said_and_names_it() -> None:
    lines = silence.effect((btrfs_alert(),), btrfs_alert(), UNICODE)
    assert lines[0][0].tone is Tone.CRITICAL
    assert "BTRFSCorruptionDetected in prod" in lines[0][0].text


def test_missing_the_alert_it_was_made_for_is_said() -> None:
    lines = silence.effect((false_proxy("agentic", 1),), btrfs_alert(), UNICODE)
    assert any("does not cover" in line[0].text for line in lines)


def test_alerts_of_other_alertmanagers_are_out_of_reach() -> None:
    fleet = make_fleet()
    monit = fleet.clusters[1]
    elsewhere = tuple(
        replace(source, key=replace(source.key, endpoint="http://elsewhere"))
        for source in monit.sources
    )
    apart = replace(
        fleet,
        clusters=(fleet.clusters[0], replace(monit, sources=elsewhere)),
        unassigned_alerts=(),
    )
    assert {a.cluster for a in silence.in_reach(apart, "prod")} == {"prod"}
    assert {a.cluster for a in silence.in_reach(fleet, "prod")} >= {"prod", "monit"}
