"""What the tests of the silence form share."""

from __future__ import annotations

from msgspec.structs import replace

from tests.estate import ALERTMANAGER, make_fleet, make_silence
from tests.judged import ago
from tests.screens.stage import Stage
from tui.model.alertmanager import Alertmanager
from tui.model.command import PutSilence
from tui.model.fleet import Fleet
from tui.model.metric import Rule, RuleAlert, Ruler
from tui.screens.matcher_input import MatcherInput

FALSE_POSITIVE = ("3", "s")
REAL = ("s",)
UNSURE = ("G", "k", "s")
TO_SPARE = ("up", "up", "up")
"""From the usual durations to the empty matcher."""


def draft(stage: Stage) -> PutSilence:
    """The one command that was submitted."""
    (command,) = stage.backend.submitted
    assert isinstance(command, PutSilence)
    return command


def field(stage: Stage, place: int) -> MatcherInput:
    return list(stage.app.screen.query(MatcherInput))[place]


def fleet_with(**parts: object) -> Fleet:
    return replace(make_fleet(), **parts)


def two_alertmanagers() -> tuple[Alertmanager, ...]:
    return (
        Alertmanager(ALERTMANAGER, ("prod", "monit"), (make_silence(),)),
        Alertmanager("http://10.20.0.40:9093", ("agentic",), ()),
    )


def ruler() -> Ruler:
    def rule(name: str, alerts: tuple[RuleAlert, ...] = ()) -> Rule:
        labels = {"severity": "critical"}
        return Rule(
            *("rules.yml", "kubernetes", 0, name, "up == 0", "inactive", "ok", ""),
            *(900.0, labels, {}, alerts),
        )

    waiting = RuleAlert(
        {"alertname": "KubeProxyLate", "node": "w-9"},
        {},
        "pending",
        ago(minutes=5),
        "1",
    )
    rules = (rule("KubeProxyLate", (waiting,)), rule("KubeProxyCalm"))
    return Ruler("http://10.10.0.30:9090", ("prod", "agentic"), rules, {}, frozenset())
