"""Whether somebody else may have sent what the Prometheus of a cluster may fire."""

from __future__ import annotations

from msgspec.structs import replace

from tests.engine.test_kinds import CONFIG, FIRES, QUIET, SERVED
from tests.triage.cases import NOW, alert
from tui.engine.plan import serving
from tui.engine.senders import KNOWN, Doubt, stranger
from tui.engine.view import Memo, View
from tui.model.alert import Alert
from tui.model.fleet import FeedKey, SourceKind
from tui.model.metric import Rule
from tui.model.reading import Reading
from tui.store import State
from tui.triage.rulebook import Rulebook

DOWN = alert("KubeProxyDown", cluster="prod")


def doubt(
    rules: tuple[Rule, ...] | None,
    about: Alert = DOWN,
    *others: Alert,
    attempts: int = 1,
) -> Doubt:
    """Of an alert of prod, whose Prometheus has these rules."""
    prod = serving(SERVED, SourceKind.PROMETHEUS, "prod")
    assert prod is not None
    readings: dict[FeedKey, Reading[object]] = {
        prod.key("rules"): Reading(rules, NOW, attempts=attempts),
        SERVED[0].key("alerts"): Reading((about, *others), NOW, attempts=1),
    }
    view = View(CONFIG, SERVED, {}, {}, State(readings), NOW, Memo(), Rulebook())
    return stranger(view, SERVED[0], ("prod",), about)


def test_who_sent_it_is_not_known_where_prometheus_does_not_fire_it() -> None:
    assert "prometheus prod does not fire it" in doubt((QUIET,)).why
    assert "has not told its rules" in doubt(None).why
    assert doubt((FIRES,)) == KNOWN


def test_what_waits_in_prometheus_is_not_sent_by_it() -> None:
    waits = tuple(replace(each, state="pending") for each in FIRES.alerts)
    assert "does not fire it" in doubt((replace(FIRES, alerts=waits),)).why
    other = alert("KubeProxyDown", cluster="prod", region="x")
    both = FIRES, replace(FIRES, position=1, alerts=waits)
    assert "Prometheus fires 1" in doubt(both, DOWN, other).why


def test_who_cannot_tell_casts_no_doubt() -> None:
    assert doubt(()) == KNOWN
    assert doubt((replace(QUIET, health="unknown"),)) == KNOWN
    assert doubt((QUIET,), alert("BackupLate", cluster="prod")) == KNOWN


def test_rules_that_were_not_asked_for_yet_are_waited_for() -> None:
    assert doubt(None, attempts=0).is_waiting
    assert not doubt(None).is_waiting


def test_of_more_than_are_fired_one_is_somebody_else_s() -> None:
    other = alert("KubeProxyDown", cluster="prod", region="x")
    assert "lists 2 of that name" in doubt((FIRES,), DOWN, other).why
    assert doubt((FIRES, replace(FIRES, position=1)), DOWN, other) == KNOWN


def test_those_of_other_clusters_and_replicas_do_not_count() -> None:
    for labels in ({"cluster": "monit"}, {"cluster": "prod", "replica": "b"}):
        assert doubt((FIRES,), DOWN, alert("KubeProxyDown", **labels)) == KNOWN
