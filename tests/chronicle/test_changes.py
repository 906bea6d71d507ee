from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from tests.chronicle.scenes import (
    AGENTS,
    BEGAN,
    REASONS,
    at,
    fleet,
    judged,
    seen,
    silence,
    waiting,
)
from tui.chronicle.changes import changes
from tui.chronicle.known import GRACE, Known
from tui.model.alert import Verdict
from tui.model.change import (
    Began,
    Change,
    Ended,
    Inhibited,
    InhibitionEnded,
    Silenced,
    SilenceEnded,
    Turned,
)
from tui.model.fleet import Fleet

FALSE, REAL = Verdict.FALSE_POSITIVE, Verdict.REAL
GONE = GRACE.total_seconds() + 1


def follow(*looks: tuple[float, Fleet]) -> list[Change]:
    """Everything that happened in a row of looks at (seconds, fleet)."""
    known = Known()
    found: list[Change] = []
    for seconds, shown in looks:
        after = seen(known, shown, seconds)
        found += changes(known, after)
        known = after
    return found


def kinds(found: list[Change]) -> list[type]:
    return [type(each.what) for each in found]


def test_an_alert_began_when_the_server_says_not_when_it_was_first_seen() -> None:
    (change,) = follow((0, fleet([judged()], 0)))
    assert change.at == BEGAN
    assert change.what == Began(FALSE, REASONS[FALSE], at(0))
    assert change.subject.name == "KubeProxyDown"
    assert change.subject.cluster == "prod"


def test_the_same_alert_seen_again_is_no_news() -> None:
    found = follow((0, fleet([judged()], 0)), (10, fleet([judged()], 10)))
    assert kinds(found) == [Began]


def test_what_did_not_change_keeps_its_identity() -> None:
    known = seen(Known(), fleet([judged()], 0), 0)
    assert seen(known, fleet([judged()], 10), 10).sights is known.sights


def test_a_verdict_that_turns_is_told_with_the_evidence_that_turned_it() -> None:
    _, change = follow((0, fleet([judged()], 0)), (10, fleet([judged(REAL)], 10)))
    assert change.what == Turned(
        FALSE, REAL, REASONS[REAL], REASONS[REAL], "kubernetes prod"
    )
    assert (change.at, change.after) == (at(10), None)


def test_what_turned_it_back_is_the_answer_to_the_question_that_had_refuted_it() -> (
    None
):
    *_, change = follow(
        (0, fleet([judged(REAL)], 0)),
        (10, fleet([judged()], 10)),
    )
    assert isinstance(change.what, Turned)
    assert change.what.claim == REASONS[FALSE]
    piece = judged().judgement.evidence[1]
    assert (piece.claim, piece.query) == (change.what.claim, AGENTS)


def test_an_alert_that_is_not_judged_yet_has_not_begun() -> None:
    found = follow(
        (0, fleet([waiting(judged())], 0)),
        (1, fleet([judged()], 0)),
    )
    assert kinds(found) == [Began]
    assert found[0].what == Began(FALSE, REASONS[FALSE], at(1))


def test_a_question_asked_anew_turns_no_verdict() -> None:
    found = follow(
        (0, fleet([judged()], 0)),
        (10, fleet([waiting(judged())], 10)),
        (20, fleet([judged()], 20)),
    )
    assert kinds(found) == [Began]


def test_an_alert_has_ended_once_it_was_missed_for_a_while() -> None:
    found = follow(
        (0, fleet([judged()], 0)),
        (10, fleet([], 10)),
        (10 + GONE, fleet([], 10 + GONE)),
    )
    assert kinds(found) == [Began, Ended]
    assert found[1].at == at(10)
    assert found[1].after is None
    assert found[1].what == Ended(FALSE)


def test_an_alertmanager_that_was_restarted_ended_nothing() -> None:
    """It lists nothing until Prometheus sends again, a minute later at most."""
    found = follow(
        (0, fleet([judged()], 0)),
        (10, fleet([], 10)),
        (70, fleet([judged()], 70)),
        (300, fleet([judged()], 300)),
    )
    assert kinds(found) == [Began]


def test_a_source_that_fails_ends_nothing() -> None:
    """Its last rows stay; even if they did not, the list would not be a newer one."""
    found = follow(
        (0, fleet([judged()], 0)),
        (3600, fleet([judged()], 0, is_failing=True)),
        (7200, fleet([], 0, is_failing=True)),
        (10800, fleet([], 0, is_failing=True)),
    )
    assert kinds(found) == [Began]


def test_what_ended_during_an_outage_ended_between_two_moments() -> None:
    found = follow(
        (0, fleet([judged()], 0)),
        (3590, fleet([judged()], 0, is_failing=True)),
        (3600, fleet([], 3600)),
        (3600 + GONE, fleet([], 3600 + GONE)),
    )
    assert kinds(found) == [Began, Ended]
    assert (found[1].after, found[1].at) == (at(0), at(3600))


def test_a_verdict_that_turned_while_nobody_looked_turned_between_two_moments() -> None:
    found = follow(
        (0, fleet([judged()], 0)),
        (7200, fleet([judged(REAL)], 7200)),
    )
    assert (found[1].after, found[1].at) == (at(0), at(7200))


def test_that_holds_for_one_that_had_to_be_judged_first() -> None:
    found = follow(
        (0, fleet([judged()], 0)),
        (7200, fleet([waiting(judged())], 7200)),
        (7201, fleet([judged(REAL)], 7200)),
    )
    assert (found[1].after, found[1].at) == (at(0), at(7201))


def test_an_alert_that_fires_anew_is_another_episode() -> None:
    anew = judged(starts_at=at(15))
    found = follow((0, fleet([judged()], 0)), (20, fleet([anew], 20)))
    assert kinds(found) == [Began, Ended, Began]
    assert found[1].subject.key.starts_at == BEGAN
    assert found[1].at == found[2].at == at(15)
    assert found[1].after is None


def test_the_same_fingerprint_at_two_alertmanagers_is_two_alerts() -> None:
    other = replace(judged(), endpoint="http://elsewhere:9093")
    found = follow((0, fleet([judged(), other], 0)))
    assert kinds(found) == [Began, Began]


def test_a_silence_is_told_with_its_author_and_began_when_it_says() -> None:
    made = silence(made=at(5), comment="False positive")
    quiet = judged(silenced_by=("s1",))
    *_, change = follow((0, fleet([judged()], 0)), (10, fleet([quiet], 10, [made])))
    assert isinstance(change.what, Silenced)
    assert change.what.silence.created_by == "ops"
    assert change.what.silence.comment == "False positive"
    assert change.at == at(5)


def test_a_silence_older_than_the_episode_covers_it_from_its_begin() -> None:
    made = silence(made=BEGAN - timedelta(days=3))
    quiet = judged(silenced_by=("s1",))
    found = follow((0, fleet([quiet], 0, [made])))
    assert kinds(found) == [Began, Silenced]
    assert found[1].at == BEGAN


def test_a_silence_that_is_not_listed_yet_is_waited_for() -> None:
    quiet = judged(silenced_by=("s1",))
    found = follow(
        (0, fleet([judged()], 0)),
        (10, fleet([quiet], 10, noted=5)),
        (12, fleet([quiet], 10, [silence(made=at(8))], noted=12)),
    )
    assert kinds(found) == [Began, Silenced]
    assert isinstance(found[1].what, Silenced)
    assert found[1].what.silence.created_by == "ops"


def test_a_silence_that_is_never_listed_is_told_without_an_author() -> None:
    quiet = judged(silenced_by=("s1",))
    found = follow(
        (0, fleet([judged()], 0)),
        (10, fleet([quiet], 10, noted=12)),
    )
    assert isinstance(found[1].what, Silenced)
    assert found[1].what.silence.created_by == ""


def test_a_silence_that_was_ended_by_hand_ended_when_that_was_seen() -> None:
    quiet = judged(silenced_by=("s1",))
    found = follow(
        (0, fleet([quiet], 0, [silence()])), (10, fleet([judged()], 10, [silence()]))
    )
    change = found[-1]
    assert isinstance(change.what, SilenceEnded)
    assert not change.what.is_still_silenced
    assert change.at == at(10)


def test_a_silence_that_ran_out_ended_when_it_said_it_would() -> None:
    short = silence(made=BEGAN, hours=1)
    quiet = judged(silenced_by=("s1",))
    found = follow((-5, fleet([quiet], -5, [short])), (10, fleet([judged()], 10)))
    assert isinstance(found[-1].what, SilenceEnded)
    assert found[-1].at == BEGAN + timedelta(hours=1)


def test_of_two_silences_that_end_the_first_leaves_it_silenced() -> None:
    both = judged(silenced_by=("s1", "s2"))
    one = judged(silenced_by=("s2",))
    made = [silence(), silence("s2")]
    found = follow((0, fleet([both], 0, made)), (10, fleet([one], 10, made)))
    assert isinstance(found[-1].what, SilenceEnded)
    assert found[-1].what.is_still_silenced


def test_an_inhibition_names_the_alert_that_inhibits() -> None:
    other = judged(REAL, name="NodeDown")
    quiet = judged(inhibited_by=("fp-NodeDown",))
    found = follow(
        (0, fleet([judged(), other], 0)),
        (10, fleet([quiet, other], 10)),
        (20, fleet([judged(), other], 20)),
    )
    assert kinds(found) == [Began, Began, Inhibited, InhibitionEnded]
    assert found[2].what == Inhibited(("NodeDown",))


def test_nothing_is_told_before_the_first_answer() -> None:
    nothing = Fleet(())
    assert follow((0, nothing), (1000, nothing)) == []


def test_what_a_file_remembers_is_compared_like_an_earlier_look() -> None:
    """A file may know less than the run before knew: how it ended, it does not."""
    stored = seen(Known(), fleet([judged(), judged(name="Gone")], 0), 0)
    now = seen(Known(), fleet([judged(REAL)], 86_400), 86_400)
    found = {type(each.what): each for each in changes(stored, now)}
    assert found.keys() == {Turned, Ended}
    assert (found[Ended].after, found[Ended].at) == (at(0), at(86_400))


def test_what_was_known_of_another_alertmanager_can_be_left_out() -> None:
    other = replace(judged(), endpoint="http://elsewhere:9093")
    known = seen(Known(), fleet([judged(), other], 0), 0)
    part = known.of("http://elsewhere:9093")
    assert [each.key.endpoint for each in part.sights.values()] == [other.endpoint]


def test_what_was_missed_before_a_clock_was_put_back_still_ends() -> None:
    known = seen(Known(), fleet([judged()], 0), 0)
    known = seen(known, fleet([], 10), 10)
    for seconds in range(-86_400, -86_400 + 200, 10):
        known = seen(known, fleet([], seconds), seconds)
    assert not known.sights


def test_a_silence_that_is_told_late_began_when_it_says() -> None:
    quiet, made = judged(silenced_by=("s1",)), silence()
    found = follow(
        (0, fleet([quiet], 0, noted=-5)),
        (10, fleet([quiet], 10, [made], noted=10.1)),
    )
    assert kinds(found) == [Began, Silenced]
    assert found[-1].at == made.starts_at
