from __future__ import annotations

import pytest

from tui.model.labels import Labels
from tui.triage.assign import cluster_of

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
