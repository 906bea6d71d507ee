from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.estate import (
    make_fleet,
    make_silence,
    unreachable_fleet,
    with_failing,
)
from tests.hidden import hidden_fleet
from tests.judged import NOW, ago, carrick_alert
from tui.model.alert import Verdict
from tui.model.fleet import Fleet, SourceKind
from tui.model.silence import SilenceState
from tui.present import wall
from tui.present.big import DOUBLE, LARGE, SMALL, face_for, spelled
from tui.present.glyphs import UNICODE
from tui.present.incident import incident, troubles
from tui.present.sources import server_count, users
from tui.present.turns import TURN_SECONDS, turns
from widgets.values import Fields, Tone

SIZES = ((80, 24), (120, 40), (200, 60), (300, 80))
CALM = {Verdict.FALSE_POSITIVE, Verdict.BY_DESIGN}


def calm_fleet() -> Fleet:
    fleet = make_fleet()
    clusters = tuple(
        replace(
            each,
            findings=(),
            alerts=tuple(a for a in each.alerts or () if a.verdict in CALM),
        )
        for each in fleet.clusters
    )
    return replace(fleet, clusters=clusters, unassigned_alerts=())


def text(page: tuple[Fields, ...]) -> str:
    return "\n".join(
        "".join(span.text for field in fields for span in field.line) for fields in page
    )


def drawn(fleet: Fleet, size: tuple[int, int] = (200, 60)) -> wall.Page:
    return wall.page(fleet, NOW, size, UNICODE)


@pytest.mark.parametrize("size", SIZES)
def test_the_page_is_as_high_as_the_display_and_no_wider(
    size: tuple[int, int],
) -> None:
    for fleet in (make_fleet(), calm_fleet(), unreachable_fleet()):
        page = drawn(fleet, size)
        assert len(page.band) + len(page.body) == size[1]
        for fields in (*page.band, *page.body):
            assert sum(field.width for field in fields) <= size[0]


@pytest.mark.parametrize("size", SIZES)
def test_the_worst_and_its_reason_are_on_every_display(size: tuple[int, int]) -> None:
    body = text(drawn(make_fleet(), size).body)
    assert "BTRFSCorruptionDetected" in body
    assert "returns stale data" in body


def test_on_a_small_display_names_come_before_severity_and_no_number_is_cut() -> None:
    for fields in drawn(make_fleet(), (40, 12)).body:
        for field in fields:
            told = "".join(span.text for span in field.line)
            if "BTRFSCorruptionDetected" in told:
                assert field.width >= 24
            if "/" in told and "up" in told:
                assert field.width >= len("12/12 up")
    assert "crit" not in text(drawn(make_fleet(), (40, 12)).body)
    assert "crit" in text(drawn(make_fleet(), (80, 24)).body)


def test_the_band_is_calm_only_when_nothing_is_wrong_and_all_is_seen() -> None:
    assert drawn(calm_fleet()).tone is Tone.GOOD
    assert drawn(make_fleet()).tone is Tone.CRITICAL
    assert drawn(unreachable_fleet()).tone is Tone.CRITICAL
    blind = with_failing(SourceKind.LOKI).clusters[0].sources
    calm = calm_fleet()
    prod = replace(calm.clusters[0], sources=blind)
    half = replace(calm, clusters=(prod, *calm.clusters[1:]))
    assert drawn(half).tone is Tone.WARNING


def test_before_the_first_answer_it_says_that_it_connects() -> None:
    page = wall.page(None, NOW, (80, 24), UNICODE)
    assert "CONNECTING" in text(page.band)
    assert page.tone is Tone.QUIET


def test_what_is_hidden_is_told_first() -> None:
    page = drawn(hidden_fleet())
    assert "1 REAL, HIDDEN: KubeProxyDown" in text(page.band)
    first = next(line for line in text(page.body).splitlines() if "REAL, H" in line)
    assert "KubeProxyDown" in first


def test_old_alerts_say_how_old_they_are() -> None:
    page = drawn(with_failing(SourceKind.ALERTMANAGER))
    assert "alerts stale 4m" in text(page.band)
    assert "Alertmanager 4m old" in text(page.body)
    assert "BTRFSCorruptionDetected  ⧗ stale 4m" in text(page.body)


def test_old_figures_say_that_they_are_old() -> None:
    body = text(drawn(with_failing(SourceKind.PROMETHEUS)).body)
    assert "3 not expected  old" in body


def test_the_last_line_counts_servers_as_the_columns_do() -> None:
    calm = calm_fleet()
    late = tuple(
        replace(
            each,
            sources=tuple(replace(s, observed_at=ago(hours=1)) for s in each.sources),
        )
        for each in calm.clusters
    )
    last = text(drawn(replace(calm, clusters=late)).body[-1:])
    number = server_count(users(calm))
    assert f"{number} of {number} sources not live" in last


def test_the_clock_counts_from_the_first_of_this_incident() -> None:
    found = troubles(make_fleet())
    going = incident(found)
    assert going is not None
    assert going.since == ago(hours=5)
    assert going.standing == 1, "a target that is down for eight days"


def test_an_old_trouble_alone_runs_the_clock() -> None:
    calm = calm_fleet()
    monit = replace(calm.clusters[1], alerts=(carrick_alert(),))
    fleet = replace(calm, clusters=(calm.clusters[0], monit, calm.clusters[2]))
    going = incident(troubles(fleet))
    assert going is not None
    assert going.since == carrick_alert().alert.starts_at


def test_what_is_real_and_silenced_knowingly_is_no_incident() -> None:
    calm = calm_fleet()
    judged = carrick_alert()
    quiet = replace(judged, alert=replace(judged.alert, silenced_by=("s1",)))
    monit = replace(calm.clusters[1], alerts=(quiet,))
    fleet = replace(calm, clusters=(calm.clusters[0], monit, calm.clusters[2]))
    assert incident(troubles(fleet)) is None
    page = drawn(fleet, (80, 24))
    assert "1 SILENCED" in text(page.band)
    assert page.tone is Tone.WARNING


def test_who_silenced_what_stands_there_with_the_name() -> None:
    assert "ops silenced 1h ago" in text(drawn(make_fleet()).body)
    made = replace(make_silence(), created_by="alice", comment="ACK! on it")
    body = text(drawn(replace(make_fleet(), silences=(made,))).body)
    assert "alice acknowledged" in body
    assert "on it" in body
    assert "ACK!" not in body


def test_a_silence_that_ended_is_told_for_a_while() -> None:
    over = replace(make_silence(), state=SilenceState.EXPIRED, ends_at=ago(minutes=2))
    body = text(drawn(replace(make_fleet(), silences=(over,))).body)
    assert "silence of ops ended 2m ago" in body
    long_ago = replace(over, ends_at=ago(hours=1))
    body = text(drawn(replace(make_fleet(), silences=(long_ago,))).body)
    assert "silence of ops" not in body


def test_the_first_half_never_takes_turns_and_all_others_get_one() -> None:
    things = tuple(range(11))
    seen: set[int] = set()
    for turn in range(4):
        at = NOW + timedelta(seconds=turn * TURN_SECONDS)
        shown, words = turns(things, 6, at)
        assert shown[:3] == (0, 1, 2)
        assert "of 11" in words
        seen |= set(shown)
    assert seen == set(things)
    assert turns(things, 11, NOW) == (things, "")


def test_the_page_moves_and_comes_back() -> None:
    moved = [
        wall.page(make_fleet(), NOW + timedelta(minutes=n), (200, 60), UNICODE)
        for n in range(7)
    ]
    places = [page.body[2][0].width for page in moved]
    assert len(set(places)) == 4
    assert places[0] == places[6]


def test_the_largest_letters_that_fit_are_taken() -> None:
    assert face_for(["prod"], 200, 7) is DOUBLE
    assert face_for(["prod"], 40, 7) is LARGE
    assert face_for(["prod"], 20, 4) is SMALL
    assert face_for(["prod"], 5, 4) is None
    assert face_for(["prod-ü"], 200, 7) is None
    for face in (DOUBLE, LARGE, SMALL):
        rows = spelled("PROD-1", face)
        assert {len(row) for row in rows} == {face.width("PROD-1")}
        assert len(rows) == face.rows


def test_a_name_that_is_longer_than_the_display_is_not_read_to_its_end() -> None:
    class Unread(str):
        """A text whose letters nobody may look at."""

        __slots__ = ()

        def upper(self) -> str:
            raise AssertionError("all of it was read")

    assert face_for([Unread("x" * 201)], 200, 7) is None
