from __future__ import annotations

from msgspec.structs import replace

from tests.estate import make_fleet, make_silence
from tests.judged import NOW, btrfs_alert, false_proxy, scheduler_alert, watchdog
from tui.model.metric import Rule, RuleAlert, Ruler
from tui.model.silence import Matcher
from tui.silencing.preview import Certainty, Likeness, Warned, preview
from tui.silencing.reach import Reach

PROD = Matcher("cluster", "prod")


def make_rule(name: str, alerts: tuple[RuleAlert, ...] = (), **labels: str) -> Rule:
    return Rule(
        "f", "g", 0, name, "up == 0", "inactive", "ok", "", 60, labels, {}, alerts
    )


def make_ruler(*rules: Rule, external: dict[str, str] | None = None) -> Ruler:
    return Ruler("http://prometheus", ("prod",), rules, external)


def test_no_matchers_cover_nothing() -> None:
    assert Reach((btrfs_alert(),)).covered(()) == ()
    assert preview(Reach((btrfs_alert(),)), ()).refusal


def test_real_alerts_come_first_among_those_that_are_covered() -> None:
    reach = Reach((false_proxy("prod", 4), btrfs_alert()))
    assert [alert.alert.name for alert in reach.covered((PROD,))] == [
        "BTRFSCorruptionDetected",
        "KubeProxyDown",
    ]


def test_a_missing_label_is_the_empty_one() -> None:
    reach = Reach((false_proxy("prod", 4), btrfs_alert()))
    found = reach.covered((PROD, Matcher("device", "")))
    assert [alert.alert.name for alert in found] == ["KubeProxyDown"]


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
    assert {a.cluster for a in Reach.of(apart, "prod").alerts} == {"prod"}
    assert {a.cluster for a in Reach.of(fleet, "prod").alerts} >= {"prod", "monit"}


def test_hiding_a_real_alert_is_the_loudest_warning() -> None:
    reach = Reach((false_proxy("prod", 4), btrfs_alert()))
    found = preview(reach, (PROD,), (false_proxy("prod", 4),))
    assert found.warned == (Warned.HIDES_REAL, Warned.BROADER)
    assert found.real == (btrfs_alert(),)
    assert found.beside == (btrfs_alert(),)


def test_a_real_alert_counts_although_another_silence_hides_it_already() -> None:
    hidden = replace(
        btrfs_alert(), alert=replace(btrfs_alert().alert, silenced_by=("other",))
    )
    found = preview(Reach((hidden,)), (PROD,))
    assert (found.firing, found.already) == ((), (hidden,))
    assert Warned.HIDES_REAL in found.warned
    edited = preview(Reach((hidden,)), (PROD,), editing="other")
    assert edited.firing == (hidden,)


def test_missing_an_alert_at_hand_is_said() -> None:
    reach = Reach((btrfs_alert(), false_proxy("agentic", 1)))
    found = preview(reach, (PROD,), (btrfs_alert(), false_proxy("agentic", 1)))
    assert found.missed == (false_proxy("agentic", 1),)
    assert Warned.MISSES in found.warned


def test_matching_nothing_is_said() -> None:
    found = preview(Reach((btrfs_alert(),)), (Matcher("alertname", "Typo"),))
    assert found.warned == (Warned.MATCHES_NOTHING,)


def test_only_negative_matchers_hide_nearly_everything() -> None:
    matcher = Matcher("alertname", "X", is_equal=False)
    assert Warned.ONLY_NEGATIVE in preview(Reach((btrfs_alert(),)), (matcher,)).warned


def test_what_cannot_be_tried_is_taken_to_match_and_said() -> None:
    matcher = Matcher("alertname", r"\Z+", is_regex=True)
    found = preview(Reach((btrfs_alert(),)), (matcher,))
    assert found.real == (btrfs_alert(),)
    assert Warned.UNTRIED in found.warned


def test_silences_that_exist_are_told_by_how_they_stand_to_the_new_one() -> None:
    name = Matcher("alertname", "KubeSchedulerDown")
    equal = replace(make_silence(), id="equal", matchers=(PROD, name))
    wider = replace(make_silence(), id="wider", matchers=(name,))
    narrower = replace(
        make_silence(), id="narrower", matchers=(name, PROD, Matcher("a", "b"))
    )
    meeting = replace(
        make_silence(), id="meeting", matchers=(Matcher("severity", "x"),)
    )
    apart = replace(make_silence(), id="apart", matchers=(Matcher("alertname", "Y"),))
    reach = Reach(
        (scheduler_alert(silenced_by=("meeting",)),),
        (apart, meeting, narrower, wider, equal),
    )
    found = preview(reach, (name, PROD))
    assert [(r.silence.id, r.likeness) for r in found.relations] == [
        ("equal", Likeness.EQUAL),
        ("wider", Likeness.WIDER),
        ("narrower", Likeness.NARROWER),
        ("meeting", Likeness.OVERLAPPING),
    ]
    assert Warned.EXISTS in found.warned


def test_pending_alerts_are_matched_with_the_labels_they_will_have() -> None:
    pending = RuleAlert({"alertname": "NodeDown", "node": "a"}, {}, "pending", NOW, "1")
    firing = replace(pending, state="firing")
    ruler = make_ruler(
        make_rule("NodeDown", (pending, firing)), external={"cluster": "prod"}
    )
    (found,) = preview(Reach((), (), (ruler,)), (PROD,)).pending
    assert found.labels == {"alertname": "NodeDown", "node": "a", "cluster": "prod"}
    assert found.certainty is Certainty.CERTAIN
    unknown = replace(ruler, external=None)
    (found,) = preview(Reach((), (), (unknown,)), (PROD,)).pending
    assert found.certainty is Certainty.POSSIBLE
    gone = preview(Reach((), (), (unknown,)), (Matcher("node", "b"),))
    assert gone.pending == ()


def test_rules_that_could_match_are_certain_only_by_what_they_always_carry() -> None:
    ruler = make_ruler(
        make_rule("A", severity="critical"),
        make_rule("B", severity="warning"),
        make_rule("C", severity="{{ $labels.level }}"),
    )
    critical = Matcher("severity", "critical")
    found = preview(Reach((), (), (ruler,)), (critical,)).rules
    assert [(hit.rule.name, hit.certainty) for hit in found] == [
        ("A", Certainty.CERTAIN),
        ("C", Certainty.POSSIBLE),
    ]
    (found_one,) = preview(
        Reach((), (), (ruler,)),
        (critical, Matcher("job", "x"), Matcher("alertname", "A")),
    ).rules
    assert found_one.certainty is Certainty.POSSIBLE


def test_a_rule_whose_alerts_are_covered_already_is_not_told_again() -> None:
    ruler = make_ruler(make_rule("BTRFSCorruptionDetected"))
    name = Matcher("alertname", "BTRFSCorruptionDetected")
    assert preview(Reach((btrfs_alert(),), (), (ruler,)), (name,)).rules == ()


def test_what_shows_that_alerts_arrive_is_named_and_warned_of() -> None:
    reach = Reach((watchdog(), false_proxy("prod", 4)))
    found = preview(reach, (Matcher("alertname", "Watchdog"),))
    assert found.proof == (watchdog(),)
    assert found.warned[0] is Warned.HIDES_PROOF
    calm = preview(reach, (Matcher("alertname", "KubeProxyDown"),))
    assert calm.proof == ()
    assert Warned.HIDES_PROOF not in calm.warned
