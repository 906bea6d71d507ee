from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.triage.cases import alert
from tui.model.labels import Labels
from tui.model.metric import Rule, RuleAlert
from tui.triage.assign import (
    cluster_of,
    contradiction,
    held_to,
    is_own,
    named_elsewhere,
    why_nobodys,
)

MARKS: tuple[tuple[str, Labels], ...] = (
    ("prod", {"cluster": "prod"}),
    ("monit", {"cluster": "monit"}),
    ("lab", {"site": "cellar", "tier": "lab"}),
    ("prod-b", {"cluster": "prod", "site": "b"}),
)


@pytest.mark.parametrize(
    ("labels", "cluster"),
    [
        ({"cluster": "prod"}, "prod"),
        ({"cluster": "monit", "job": "talos-monitor"}, "monit"),
        ({"site": "cellar", "tier": "lab"}, "lab"),
        ({"cluster": "prod", "site": "b"}, "prod-b"),
        ({"alertname": "BTRFSCorruptionDetected"}, "monit"),
        ({"alertname": "X", "cluster": ""}, "monit"),
        ({"cluster": "elsewhere"}, ""),
        ({"cluster": "Prod"}, ""),
        ({"site": "cellar"}, ""),
    ],
)
def test_labels_say_where_a_thing_belongs_and_else_its_endpoint_does(
    labels: Labels, cluster: str
) -> None:
    assert cluster_of(labels, MARKS, home="monit") == cluster


def test_everything_of_an_endpoint_of_one_cluster_is_its_own() -> None:
    assert cluster_of({"cluster": "what-it-calls-itself"}, (), home="prod") == "prod"


def test_a_shared_endpoint_without_a_home_leaves_the_unmarked_unassigned() -> None:
    assert cluster_of({"alertname": "X"}, MARKS, home="") == ""


def test_a_cluster_without_marks_does_not_swallow_the_others_things() -> None:
    marks = (("bare", {}), *MARKS)
    assert cluster_of({"cluster": "prod"}, marks, home="bare") == "prod"
    assert cluster_of({"alertname": "X"}, marks, home="monit") == "monit"


def test_what_two_clusters_claim_alike_is_nobodys() -> None:
    marks: tuple[tuple[str, Labels], ...] = (
        ("prod", {"cluster": "a"}),
        ("edge", {"site": "b"}),
    )
    both = {"cluster": "a", "site": "b"}
    assert cluster_of(both, marks, home="prod") == ""
    assert why_nobodys(both, marks) == (
        "its labels name prod and edge: nobody knows whose it is"
    )


def test_it_is_told_why_a_thing_is_nobodys() -> None:
    said = 'its labels name a cluster that is not configured: cluster="staging"'
    assert why_nobodys({"cluster": "staging"}, MARKS) == said
    assert "does not say where its server lives" in why_nobodys({}, MARKS)


def test_a_label_may_contradict_the_only_cluster_of_a_server() -> None:
    own = {"cluster": "prod"}
    assert contradiction({"cluster": "prod"}, "prod", own) == ""
    assert contradiction({}, "prod", own) == ""
    assert contradiction({"cluster": ""}, "prod", own) == ""
    assert 'cluster="monit" does not mark prod' in (
        contradiction({"cluster": "monit"}, "prod", own)
    )


names = st.sampled_from(("cluster", "site", "tier"))
values = st.sampled_from(("a", "b", "a|b", ".*", ""))
some_labels = st.dictionaries(names, values, max_size=3)
some_marks = st.lists(
    st.dictionaries(names, values.filter(bool), min_size=1, max_size=3),
    min_size=1,
    max_size=4,
    unique_by=lambda labels: tuple(sorted(labels.items())),
).map(lambda found: tuple((f"c{n}", labels) for n, labels in enumerate(found)))


@given(some_labels, some_marks, st.integers(0, 4))
def test_matchers_of_a_cluster_let_in_nothing_of_another(
    labels: Labels, marks: tuple[tuple[str, Labels], ...], home: int
) -> None:
    lives = f"c{home}" if home < len(marks) else ""
    if len(marks) == 1:
        return
    for name, _ in marks:
        if all(each.matches(labels) for each in held_to(name, marks, lives)):
            assert cluster_of(labels, marks, lives) == name


@given(some_marks)
def test_a_cluster_gets_what_only_its_own_labels_mark(
    marks: tuple[tuple[str, Labels], ...],
) -> None:
    for name, labels in marks:
        if cluster_of(labels, marks, "") == name:
            assert all(each.matches(labels) for each in held_to(name, marks, ""))


def test_the_server_of_one_cluster_is_asked_for_what_contradicts_nothing() -> None:
    marks = (("prod", {"cluster": "prod"}),)
    (only,) = held_to("prod", marks, "prod")
    assert only.matches({})
    assert only.matches({"cluster": "prod"})
    assert not only.matches({"cluster": "monit"})


def test_where_a_server_lives_things_need_no_label() -> None:
    shared = MARKS[:2]
    assert all(each.matches({}) for each in held_to("monit", shared, "monit"))
    assert not all(each.matches({}) for each in held_to("prod", shared, "monit"))


def rule_of(*alerts: Labels) -> Rule:
    found = tuple(RuleAlert(each, {}, "firing", None, "1") for each in alerts)
    return Rule(
        file="f",
        group="g",
        position=0,
        name="KubeProxyDown",
        query="absent(up)",
        state="firing",
        health="ok",
        last_error="",
        duration_seconds=0.0,
        labels={},
        annotations={},
        alerts=found,
    )


SENT = alert("KubeProxyDown", cluster="monit")
BARE = {"alertname": "KubeProxyDown"}


@pytest.mark.parametrize(
    ("rules", "home", "is_its_own"),
    [
        ((rule_of(BARE),), "monit", False),
        ((rule_of(BARE),), "prod", False),
        ((rule_of({**BARE, "cluster": "monit"}),), "monit", True),
        ((rule_of({**BARE, "cluster": "monit"}, BARE),), "monit", False),
        ((rule_of({**BARE, "cluster": "prod"}),), "monit", False),
        ((), "monit", False),
        ((rule_of(),), "prod", True),
        ((), "prod", False),
        ((), "", False),
    ],
)
def test_an_alert_is_about_its_cluster_when_it_carries_the_label_itself(
    rules: tuple[Rule, ...], home: str, is_its_own: bool
) -> None:
    assert is_own(SENT, rules, MARKS, "monit", home) is is_its_own


@pytest.mark.parametrize(
    ("labels", "name", "other"),
    [
        ({"cluster": "prod"}, "lab", "prod"),
        ({"cluster": "prod", "site": "cellar", "tier": "lab"}, "lab", ""),
        ({"cluster": "monit", "site": "b"}, "monit", ""),
        ({"cluster": "prod", "site": "b"}, "prod", "prod-b"),
        ({"cluster": "prod", "site": "b"}, "prod-b", ""),
        ({"site": "x"}, "monit", ""),
        ({}, "monit", ""),
    ],
)
def test_labels_may_name_a_cluster_that_the_server_does_not_serve(
    labels: Labels, name: str, other: str
) -> None:
    found = named_elsewhere(labels, name, MARKS)
    assert found == (f"its labels name {other}, not {name} alone" if other else "")


def test_clusters_that_are_marked_alike_are_told_apart_by_their_servers() -> None:
    marks: tuple[tuple[str, Labels], ...] = (("a", {"c": "x"}), ("b", {"c": "x"}))
    assert not named_elsewhere({"c": "x"}, "a", marks)


def test_what_is_marked_as_of_a_cluster_that_is_served_elsewhere_is_kept_out() -> None:
    own = (("lab", {"site": "cellar"}),)
    apart: tuple[Labels, ...] = (
        {"cluster": "prod"},
        {"cluster": "prod", "zone": "b"},
        {"site": "attic"},
        {"site": "cellar"},
        {},
    )
    found = held_to("lab", own, "lab", apart)
    for labels, passes in (
        ({}, True),
        ({"site": "cellar", "cluster": "monit"}, True),
        ({"site": "attic"}, False),
        ({"cluster": "prod"}, False),
    ):
        assert all(each.matches(labels) for each in found) is passes
    assert len(found) == 2
