from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.chronicle.scenes import BEGAN, ENDPOINT, at, fleet, judged, seen, silence
from tui.chronicle import known
from tui.chronicle.concealed import Marker, says_false
from tui.chronicle.known import Known
from tui.model.alert import Concealed, JudgedAlert, Surprise, Verdict
from tui.model.fleet import Fleet
from tui.model.silence import Silence

FALSE, REAL = Verdict.FALSE_POSITIVE, Verdict.REAL
UNDECIDED, BY_DESIGN = Verdict.UNDECIDED, Verdict.BY_DESIGN
NAME = (ENDPOINT, "fp-KubeProxyDown")


def after(*looks: tuple[float, Fleet], known: Known | None = None) -> Concealed | None:
    """What conceals KubeProxyDown after a row of looks at (seconds, fleet)."""
    now = known or Known()
    for seconds, shown in looks:
        now = seen(now, shown, seconds)
    (alert,) = alerts_of(Marker().marked(shown, now), "KubeProxyDown")
    return alert.concealed


def alerts_of(shown: Fleet, name: str) -> list[JudgedAlert]:
    known = shown.clusters[0].alerts or ()
    return [each for each in known if each.alert.name == name]


def silenced(verdict: Verdict, seconds: float, made: Silence) -> Fleet:
    return fleet([judged(verdict, silenced_by=(made.id,))], seconds, [made])


def test_a_false_positive_that_turns_real_under_a_silence_is_concealed() -> None:
    short = silence(made=at(-60), hours=4)
    found = after((0, silenced(FALSE, 0, short)), (10, silenced(REAL, 10, short)))
    assert found is not None
    assert found.surprise is Surprise.TURNED
    assert (found.since, found.after) == (at(10), None)
    assert [note.created_by for note in found.silences] == ["ops"]


def test_so_is_one_that_was_by_design() -> None:
    made = silence(made=at(-60), hours=4)
    found = after((0, silenced(BY_DESIGN, 0, made)), (10, silenced(REAL, 10, made)))
    assert found is not None
    assert found.surprise is Surprise.TURNED


def test_one_that_is_still_false_is_not() -> None:
    assert after((0, silenced(FALSE, 0, silence()))) is None


def test_one_of_which_nobody_can_tell_is_not() -> None:
    made = silence()
    looks = (0, silenced(FALSE, 0, made)), (10, silenced(UNDECIDED, 10, made))
    assert after(*looks) is None


def test_it_is_concealed_no_longer_when_it_is_false_again() -> None:
    made = silence()
    looks = [silenced(FALSE, 0, made), silenced(REAL, 10, made)]
    assert after((0, looks[0]), (10, looks[1]), (20, silenced(FALSE, 20, made))) is None


def test_nor_when_the_silence_has_ended() -> None:
    made = silence()
    looks = (0, silenced(FALSE, 0, made)), (10, silenced(REAL, 10, made))
    assert after(*looks, (20, fleet([judged(REAL)], 20, [made]))) is None


def test_a_silence_made_while_it_was_known_to_be_real_conceals_nothing() -> None:
    made = silence(made=at(60), hours=24 * 14, comment="False positive, says Bob")
    found = after(
        (0, fleet([judged()], 0)),
        (10, fleet([judged(REAL)], 10)),
        (70, silenced(REAL, 70, made)),
    )
    assert found is None


def test_that_nobody_could_tell_for_a_while_does_not_make_it_news_again() -> None:
    made = silence(made=at(60), hours=24 * 14)
    found = after(
        (0, fleet([judged()], 0)),
        (10, fleet([judged(REAL)], 10)),
        (70, silenced(REAL, 70, made)),
        (80, silenced(UNDECIDED, 80, made)),
        (90, silenced(REAL, 90, made)),
    )
    assert found is None


def test_a_silence_extended_by_one_who_could_know_conceals_nothing() -> None:
    old = silence(made=at(-60))
    touched = replace(old, updated_at=at(60))
    found = after(
        (0, silenced(FALSE, 0, old)),
        (10, silenced(REAL, 10, old)),
        (70, silenced(REAL, 70, touched)),
    )
    assert found is None


def test_of_two_silences_one_made_knowingly_is_enough() -> None:
    made = [silence("s1", made=at(-60)), silence("s2", made=at(60), hours=1)]
    both = judged(REAL, silenced_by=("s1", "s2"))
    found = after(
        (0, silenced(FALSE, 0, made[0])),
        (10, silenced(REAL, 10, made[0])),
        (70, fleet([both], 70, made)),
    )
    assert found is None


def test_a_comment_that_says_false_is_enough_without_a_memory() -> None:
    made = silence(made=BEGAN, hours=4, comment="False positive: Cilium replaces it")
    found = after((0, silenced(REAL, 0, made)))
    assert found is not None
    assert found.surprise is Surprise.SAID_FALSE
    assert (found.after, found.since) == (BEGAN, at(0))


def test_a_long_silence_is_enough() -> None:
    found = after((0, silenced(REAL, 0, silence(made=BEGAN, hours=25))))
    assert found is not None
    assert found.surprise is Surprise.LONG


def test_a_short_one_for_work_under_way_is_not() -> None:
    made = silence(made=BEGAN, hours=4, comment="looking into it")
    assert after((0, silenced(REAL, 0, made))) is None


def test_an_alert_that_no_rule_covers_is_the_operators_own_to_judge() -> None:
    made = silence(made=BEGAN, comment="false positive")
    quiet = judged(REAL, silenced_by=("s1",), rule="")
    assert after((0, fleet([quiet], 0, [made]))) is None


def test_that_it_was_false_in_an_earlier_episode_is_remembered() -> None:
    known = Known(cleared={NAME: at(-86_400)})
    made = silence(made=BEGAN, hours=4)
    found = after((0, silenced(REAL, 0, made)), known=known)
    assert found is not None
    assert found.surprise is Surprise.TURNED


def test_only_so_many_earlier_episodes_are_remembered_the_newest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Or alerts of pods, which never come again, would fill memory for weeks."""
    monkeypatch.setattr(known, "MOST_CLEARED", 2)
    now = Known()
    for number, name in enumerate("abc"):
        shown = fleet([judged(FALSE, name=name)], 200 * number)
        now = seen(now, shown, 200 * number)
        for missing in (10, 110):
            now = seen(now, fleet([], 200 * number + missing), 200 * number + missing)
    assert set(now.cleared) == {(ENDPOINT, "fp-b"), (ENDPOINT, "fp-c")}


def test_a_silence_that_no_alertmanager_lists_conceals_what_has_turned() -> None:
    quiet = judged(REAL, silenced_by=("s1",))
    known = Known(cleared={NAME: at(-60)})
    assert after((0, fleet([quiet], 0)), known=known) is not None


def test_an_inhibition_conceals_only_what_turned_in_this_episode() -> None:
    cause = judged(REAL, name="NodeDown")
    calm = judged(inhibited_by=("fp-NodeDown",))
    quiet = judged(REAL, inhibited_by=("fp-NodeDown",))
    found = after((0, fleet([calm, cause], 0)), (10, fleet([quiet, cause], 10)))
    assert found is not None
    assert found.inhibited_by == ("NodeDown",)
    long_ago = Known(cleared={NAME: BEGAN - timedelta(days=1)})
    assert after((0, fleet([quiet, cause], 0)), known=long_ago) is None


def test_what_is_concealed_comes_first_and_the_rest_keeps_its_order() -> None:
    made = silence()
    others = [judged(REAL, name="A"), judged(REAL, name="B")]
    looks = [
        fleet([*others, judged(v, silenced_by=("s1",))], s, [made])
        for v, s in ((FALSE, 0), (REAL, 10))
    ]
    known = seen(seen(Known(), looks[0], 0), looks[1], 10)
    marked = Marker().marked(looks[1], known)
    names = [each.alert.name for each in marked.clusters[0].alerts or ()]
    assert names == ["KubeProxyDown", "A", "B"]


def test_what_turned_real_in_this_episode_says_when_and_is_the_newest() -> None:
    newer = judged(REAL, name="A", starts_at=at(-60))
    looks = [fleet([newer, judged(v)], s) for v, s in ((FALSE, 0), (REAL, 10))]
    known = seen(seen(Known(), looks[0], 0), looks[1], 10)
    turned, other = Marker().marked(looks[1], known).clusters[0].alerts or ()
    assert other is newer
    assert (turned.turned_at, turned.matters_since) == (at(10), at(10))
    assert turned.concealed is None


def test_what_was_real_from_the_start_matters_since_it_began() -> None:
    shown = fleet([judged(REAL)], 0)
    before = Known(cleared={NAME: BEGAN - timedelta(days=1)})
    known = seen(before, shown, 0)
    assert Marker().marked(shown, known) is shown
    ((alert,),) = (each.alerts or () for each in shown.clusters[:1])
    assert alert.matters_since == BEGAN


def test_a_fleet_in_which_nothing_is_concealed_stays_the_very_same() -> None:
    shown = fleet([judged()], 0)
    assert Marker().marked(shown, seen(Known(), shown, 0)) is shown


def test_marked_alerts_that_stay_as_they_are_keep_their_identity() -> None:
    shown = silenced(REAL, 0, silence(made=BEGAN))
    known, marker = seen(Known(), shown, 0), Marker()
    first = marker.marked(shown, known).clusters[0].alerts
    again = marker.marked(shown, known).clusters[0].alerts
    assert first is again


@pytest.mark.parametrize(
    ("comment", "verdict"),
    [
        ("False positive: Cilium replaces kube-proxy", True),
        ("known FALSE-POSITIVE on Talos", True),
        ("false alarm, see runbook", True),
        ("fires by design", True),
        ("investigating", False),
        ("not falsely positive", False),
        ("disk replaced tomorrow", False),
    ],
)
def test_what_a_comment_says_is_read_narrowly(comment: str, verdict: bool) -> None:
    assert says_false(comment) is verdict
