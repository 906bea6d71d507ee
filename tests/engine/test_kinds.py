"""Whose an alert is that names no cluster, where one Alertmanager serves several."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.triage.cases import NOW, alert
from tests.triage.test_assign import BARE, rule_of
from tui.config import ClusterConfig, Config, Endpoint
from tui.engine.kinds import grouped
from tui.engine.plan import served_by, serving
from tui.engine.view import Memo, View
from tui.model.alert import Alert
from tui.model.fleet import SourceKind
from tui.model.metric import Rule
from tui.model.reading import Reading
from tui.store import State
from tui.triage.case import Scene
from tui.triage.rulebook import Rulebook

SHARED = Endpoint(urls=("http://am",), cluster="monit")
CLUSTERS = tuple(
    ClusterConfig(
        name,
        {"cluster": name},
        context=name,
        alertmanager=SHARED,
        prometheus=Endpoint(urls=(f"http://{name}",)),
    )
    for name in ("monit", "prod")
)
CONFIG = Config(Path("config.toml"), CLUSTERS)
SERVED = tuple(
    each
    for kind in (SourceKind.ALERTMANAGER, SourceKind.PROMETHEUS)
    for each in served_by(CONFIG, kind)
)
FIRES = rule_of(BARE)
QUIET = rule_of()


def concerns(
    rules: tuple[Rule, ...],
    age: timedelta = timedelta(0),
    listed: tuple[Alert, ...] = (),
    **labels: str,
) -> tuple[str, ...]:
    """Which clusters KubeProxyDown is about beside its own, by the rules of prod.

    listed      beside it
    """
    prod = serving(SERVED, SourceKind.PROMETHEUS, "prod")
    assert prod is not None
    about = alert("KubeProxyDown", **labels)
    alerts = (about, *listed)
    state = State(
        {
            prod.key("rules"): Reading(rules, NOW - age, attempts=1),
            SERVED[0].key("alerts"): Reading(alerts, NOW, attempts=1),
        }
    )
    view = View(CONFIG, SERVED, {}, {}, state, NOW, Memo(), Rulebook())
    scenes = {"monit": Scene(), "prod": Scene()}
    found = {
        each.fingerprint: kind
        for kind, members in grouped(view, SERVED[0], alerts, scenes)
        for each in members
    }
    kind = found[about.fingerprint]
    assert kind.cluster == labels.get("cluster", "monit")
    return kind.concerns


@pytest.mark.parametrize(
    ("rules", "found"),
    [
        ((FIRES,), ("prod",)),
        ((QUIET,), ()),
        ((replace(QUIET, health="err"),), ("prod",)),
        ((replace(QUIET, health="unknown"),), ("prod",)),
        ((replace(FIRES, name="KubeSchedulerDown"),), ()),
        ((rule_of({**BARE, "namespace": "home"}),), ()),
        ((), ("prod",)),
    ],
)
def test_it_is_of_all_whose_prometheus_may_have_sent_it(
    rules: tuple[Rule, ...], found: tuple[str, ...]
) -> None:
    assert concerns(rules) == found


def test_rules_that_are_old_do_not_tell_that_it_was_not_sent() -> None:
    assert concerns((QUIET,), timedelta(hours=1)) == ("prod",)


def test_one_that_names_its_cluster_is_of_that_alone() -> None:
    theirs = (alert("KubeProxyDown", cluster="prod"),)
    assert concerns((FIRES,), listed=theirs, cluster="monit") == ()
    assert concerns((FIRES,), cluster="prod") == ()
    assert concerns((QUIET,), cluster="monit") == ()


def test_it_may_be_sent_in_its_name_by_who_fires_it_and_has_none_listed() -> None:
    assert concerns((FIRES,), cluster="monit") == ("prod",)
    other = (alert("KubeSchedulerDown", cluster="prod"),)
    assert concerns((FIRES,), listed=other, cluster="monit") == ("prod",)
