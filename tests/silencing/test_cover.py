from __future__ import annotations

from msgspec.structs import replace

from tests.judged import NOW, btrfs_alert, false_proxy, make_alert
from tui.model.alert import JudgedAlert, Judgement, Verdict
from tui.model.labels import fingerprint
from tui.model.silence import Matcher
from tui.silencing.cover import Suggestion, smallest_cover, suggest
from tui.silencing.grammar import written


def firing(name: str, cluster: str = "prod", **labels: str) -> JudgedAlert:
    made = make_alert(name, cluster, Judgement(Verdict.UNDECIDED, ""), NOW)
    known = {**made.alert.labels, **labels}
    alert = replace(made.alert, labels=known, fingerprint=fingerprint(known))
    return replace(made, alert=alert)


def proposed(alerts: list[JudgedAlert], *others: JudgedAlert) -> list[str]:
    return [written(m) for m in smallest_cover(alerts, (*alerts, *others)).matchers]


def test_labels_that_name_the_trouble_are_on_and_noise_is_off() -> None:
    found = {s.matcher.name: s.is_on for s in suggest(btrfs_alert())}
    assert found["alertname"]
    assert found["cluster"]
    assert found["device"]
    assert not found["severity"]
    assert not found["prometheus"]
    assert suggest(btrfs_alert())[0] == Suggestion(
        Matcher("alertname", "BTRFSCorruptionDetected"), is_on=True
    )


def test_one_alert_is_covered_by_what_names_it() -> None:
    assert proposed([false_proxy("prod", 4)]) == [
        'alertname="KubeProxyDown"',
        'cluster="prod"',
    ]


def test_several_of_one_name_are_covered_by_what_they_share() -> None:
    alerts = [firing("TargetDown", job="x", instance=i) for i in ("a", "b", "c")]
    assert proposed(alerts) == [
        'alertname="TargetDown"',
        'cluster="prod"',
        'job="x"',
    ]


def test_others_are_kept_out_by_the_label_that_tells_them_apart() -> None:
    alerts = [firing("TargetDown", job="x", instance=i) for i in ("10.0.0.1:9", "b")]
    other = firing("TargetDown", job="x", instance="c")
    assert proposed(alerts, other) == [
        'alertname="TargetDown"',
        'cluster="prod"',
        'instance=~"10\\\\.0\\\\.0\\\\.1:9|b"',
        'job="x"',
    ]


def test_different_names_are_listed() -> None:
    alerts = [firing("KubeSchedulerDown"), firing("KubeProxyDown")]
    found = smallest_cover(alerts, [*alerts, firing("Other")])
    assert [written(m) for m in found.matchers] == [
        'alertname=~"KubeProxyDown|KubeSchedulerDown"',
        'cluster="prod"',
    ]
    assert found.others == ()


def test_what_cannot_be_kept_out_is_told() -> None:
    alerts = [firing("A", pod="1"), firing("A", pod="2")]
    other = firing("A", pod="3")
    assert smallest_cover(alerts, [*alerts, other]).others == (other,)


def test_a_label_that_keeps_nobody_out_is_left_out() -> None:
    alerts = [firing("A", team="ops"), firing("A", team="ops", x="1")]
    assert 'team="ops"' not in proposed(alerts)
    assert 'team="ops"' in proposed(alerts, firing("A", team="dev"))


def test_the_order_of_the_alerts_does_not_matter() -> None:
    alerts = [firing(name, instance=i) for name in "BA" for i in "21"]
    other = firing("A", instance="3")
    assert proposed(alerts, other) == proposed(alerts[::-1], other)


def test_nothing_in_common_gives_no_proposal() -> None:
    assert smallest_cover([], [firing("A")]).matchers == ()


def test_of_labels_that_tell_others_apart_alike_the_shortest_is_taken() -> None:
    alerts = [firing("Full", instance=f"10.0.0.{n}:9100", node=f"n{n}") for n in (1, 2)]
    other = firing("Full", instance="10.0.0.3:9100", node="n3")
    assert proposed(alerts, other) == [
        'alertname="Full"',
        'cluster="prod"',
        'node=~"n1|n2"',
    ]
