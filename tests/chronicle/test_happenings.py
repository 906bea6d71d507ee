from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from tests.chronicle.scenes import ENDPOINT, FAULT, at, fleet, silence
from tui.chronicle.happenings import PATIENCE, Happenings
from tui.model.alert import Verdict
from tui.model.event import Connection, Event, Turn
from tui.model.finding import Finding, FindingKind
from tui.model.fleet import Fleet
from tui.model.silence import Silence, SilenceState

DOWN = Finding(FindingKind.NODE_UNREACHABLE, Verdict.REAL, "wk-1", "wk-1 is down", "no")


class Watched:
    """Happenings of a cluster that was met while it was calm."""

    def __init__(self, *silences: Silence) -> None:
        self.happenings = Happenings()
        self.look(0, silences=silences)

    def look(
        self, seconds: float, *findings: Finding, silences: tuple[Silence, ...] = ()
    ) -> tuple[Event, ...]:
        shown = fleet([], seconds, silences)
        cluster = replace(shown.clusters[0], findings=findings)
        return self.happenings.look(replace(shown, clusters=(cluster,)), at(seconds))

    def silent(self, seconds: float) -> tuple[Event, ...]:
        shown = fleet([], 0, is_failing=True)
        broken = tuple(replace(each, fault=FAULT) for each in shown.clusters[0].sources)
        clusters = (replace(shown.clusters[0], sources=broken),)
        return self.happenings.look(Fleet(clusters), at(seconds))


def test_a_finding_begins_and_ends() -> None:
    watched = Watched()
    (began,) = watched.look(10, DOWN)
    assert (began.turn, began.about, began.cluster, began.at) == (
        Turn.BEGAN,
        DOWN,
        "prod",
        at(10),
    )
    assert watched.look(20, DOWN) == ()
    (ended,) = watched.look(70)
    assert (ended.turn, ended.about, ended.lasted_seconds) == (Turn.ENDED, DOWN, 60.0)


def test_a_finding_began_when_it_says() -> None:
    (began,) = Watched().look(10, replace(DOWN, since=at(-30)))
    assert began.at == at(-30)


def test_what_is_there_at_the_start_is_no_event() -> None:
    happenings = Happenings()
    shown = fleet([], 0, [silence()])
    cluster = replace(shown.clusters[0], findings=(DOWN,))
    assert happenings.look(replace(shown, clusters=(cluster,)), at(0)) == ()


def test_how_long_something_lasted_is_told_only_if_its_begin_was_seen() -> None:
    happenings = Happenings()
    shown = fleet([], 0)
    cluster = replace(shown.clusters[0], findings=(DOWN,))
    happenings.look(replace(shown, clusters=(cluster,)), at(0))
    (ended,) = happenings.look(fleet([], 60), at(60))
    assert ended.lasted_seconds is None


def test_a_finding_that_becomes_certain_is_told() -> None:
    watched = Watched()
    watched.look(10, replace(DOWN, verdict=Verdict.UNDECIDED))
    (changed,) = watched.look(20, DOWN)
    assert (changed.turn, changed.about) == (Turn.CHANGED, DOWN)


def test_a_finding_whose_words_change_is_the_same() -> None:
    watched = Watched()
    watched.look(10, DOWN)
    assert watched.look(20, replace(DOWN, detail="still no")) == ()


def test_a_silence_is_made_changed_and_ended_by_somebody() -> None:
    made = silence(made=at(5), by="mia", comment="reboot")
    watched = Watched()
    (began,) = watched.look(10, silences=(made,))
    assert (began.turn, began.about, began.at) == (Turn.BEGAN, made, at(5))
    longer = replace(made, ends_at=made.ends_at + timedelta(hours=1), updated_at=at(12))
    (changed,) = watched.look(20, silences=(longer,))
    assert (changed.turn, changed.at) == (Turn.CHANGED, at(12))
    over = replace(longer, state=SilenceState.EXPIRED, ends_at=at(25))
    (ended,) = watched.look(30, silences=(over,))
    assert (ended.turn, ended.at, ended.lasted_seconds) == (Turn.ENDED, at(25), 20.0)
    assert ended.about == longer, "until when it should have lasted is still known"
    assert watched.look(40, silences=()) == (), "the server forgets it in the end"


def test_an_acknowledgement_that_is_prolonged_every_few_minutes_is_no_news() -> None:
    made = silence(made=at(5), by="mia", comment="ACK! mia is on it")
    watched = Watched()
    watched.look(10, silences=(made,))
    longer = replace(made, ends_at=made.ends_at + timedelta(hours=1), updated_at=at(12))
    assert watched.look(20, silences=(longer,)) == ()
    (changed,) = watched.look(30, silences=(replace(longer, comment="ACK! tom"),))
    assert changed.turn is Turn.CHANGED
    shorter = replace(longer, comment="ACK! tom", ends_at=at(60))
    (changed,) = watched.look(40, silences=(shorter,))
    assert changed.turn is Turn.CHANGED


def test_silences_that_were_there_are_no_event() -> None:
    made = silence()
    watched = Watched(made)
    assert watched.look(10, silences=(made,)) == ()


def test_a_server_is_lost_only_after_a_while_and_told_from_its_begin() -> None:
    watched = Watched()
    assert watched.silent(10) == ()
    (lost,) = watched.silent(10 + PATIENCE.total_seconds())
    assert isinstance(lost.about, Connection)
    assert (lost.turn, lost.at, lost.about.why) == (Turn.BEGAN, at(10), FAULT.summary)
    assert lost.about.key.endpoint == ENDPOINT
    assert watched.silent(90) == ()
    (back,) = watched.look(100)
    assert (back.turn, back.lasted_seconds) == (Turn.ENDED, 90.0)


def test_a_server_that_is_silent_once_was_not_lost() -> None:
    watched = Watched()
    watched.silent(10)
    assert watched.look(20) == ()
    assert watched.silent(45) == ()


def test_a_server_that_answers_something_was_not_lost() -> None:
    watched = Watched()
    for seconds in (10, 50, 90):
        shown = fleet([], 0)
        first, *others = shown.clusters[0].sources
        half = (replace(first, fault=FAULT), *others)
        clusters = (replace(shown.clusters[0], sources=half),)
        assert watched.happenings.look(Fleet(clusters), at(seconds)) == ()


def test_what_goes_while_a_cluster_is_still_being_read_has_not_ended() -> None:
    happenings = Happenings()
    first = fleet([], 0)
    asked = tuple(replace(each, attempts=0) for each in first.clusters[0].sources)
    named = replace(first.clusters[0], sources=asked, findings=(DOWN,))
    happenings.look(Fleet((named,)), at(0))
    known = replace(DOWN, subject="wk-1.lan")
    again = replace(fleet([], 1).clusters[0], findings=(known,))
    assert happenings.look(Fleet((again,)), at(1)) == ()
