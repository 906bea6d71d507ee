"""Alerts that fire on purpose."""

from __future__ import annotations

from datetime import timedelta

from tui.model.alert import WATCHDOG, Verdict
from tui.model.question_beyond import AlertsListed
from tui.model.silence import Matcher
from tui.triage.alerting_path import lives
from tui.triage.case import Case
from tui.triage.expectation import AHEAD
from tui.triage.rule import Claim, Rule, Ruling, alert_scope, fails, holds, unclear

LISTED = AlertsListed()
_OF_A_THING = ("node", "pod", "container", "service", "device")
"""An alert with such a label is about something: a watchdog of hardware, for one."""
_OF_A_MACHINE = ("host", "hostname", "nodename")
"""One with such a label may be: a sender may name its own machine by it."""


def _arrives(case: Case) -> Ruling:
    """By its own time, at the moment when Alertmanager listed it."""
    for name in filter(case.alert.labels.get, _OF_A_THING):
        return fails(f"it is about a thing: {name}={case.alert.labels[name]}")
    if name := _host_of(case):
        return unclear(f"it may be about a machine: {name}={case.alert.labels[name]}")
    sent, seen = case.alert.updated_at, case.dated_at(LISTED)
    if sent is None or seen is None:
        return unclear("when it was sent last is not told")
    if sent - seen > AHEAD:
        return unclear("it was sent last in the future: clocks disagree")
    ago = max(timedelta(0), seen - sent)
    said = f"{ago // timedelta(seconds=1)} s ago"
    if ago > timedelta(minutes=2):
        said = f"{ago // timedelta(minutes=1)} min ago"
    if not lives(case.alert, seen):
        return fails(f"alerts no longer arrive: Watchdog was sent last {said}")
    return holds(f"sent {said}")


def _host_of(case: Case) -> str:
    """The label that names a machine; empty when none does.

    A sender may add such a label, of its own machine: then its rule fires without it.
    """
    own = [
        active.labels
        for rule in case.scene.rules
        if rule.name == case.alert.name
        for active in rule.alerts
        if active.may_be(case.alert.labels)
    ]
    for name in filter(case.alert.labels.get, _OF_A_MACHINE):
        if not own or any(name in labels for labels in own):
            return name
    return ""


_WATCHDOG = """\
## Watchdog always fires

It is the sign of life of the alerting path: Prometheus evaluates, sends, and
Alertmanager lists it. There is nothing to do while it is there.

**Its absence is the alarm**, and nothing else will tell, since what would tell is
broken:

1. Prometheus up, and its rules loaded? `Watchdog` must be *firing* under its rules.
2. Prometheus wired to Alertmanager? Look at its `alertmanagers` under status:
   `/api/v1/alertmanagers` must list one.
3. Alertmanager up? A restarted one knows no alerts until they are sent again, for about
   a minute.

Never silence it where a dead man's switch listens for it.
"""

_INHIBITOR = """\
## InfoInhibitor carries no news

It exists to hold back alerts of severity `info` in a namespace where nothing worse is
firing. It needs no action: look at the alerts beside it.
"""

RULES = (
    Rule(
        id="watchdog",
        title="Watchdog is the sign of life of the alerting path",
        covers=(
            # One that is about a target, such as a watchdog of hardware, is another.
            alert_scope(WATCHDOG, Matcher("instance", ""), Matcher("job", "")),
        ),
        verdict=Verdict.BY_DESIGN,
        reason="always fires: alerts do arrive",
        claims=(
            Claim("it was sent again within two of its refreshes", (LISTED,), _arrives),
        ),
        runbook=_WATCHDOG,
        would_change=(
            "A Watchdog that is not sent again makes it real, and so does a label by "
            f"which it is about a thing ({', '.join(_OF_A_THING)}). One that may be "
            f"about a machine ({', '.join(_OF_A_MACHINE)}), unless its rule fires "
            "without that label, makes it undecided. Its absence is a finding, with "
            "the stage at which the alerting path is broken."
        ),
        blind_spots=(
            "It proves the path into Alertmanager, not the path out to a person.",
        ),
    ),
    Rule(
        id="info-inhibitor",
        title="InfoInhibitor holds back alerts of severity info",
        covers=(
            # One that is to wake somebody is another of that name.
            alert_scope(
                "InfoInhibitor", Matcher("severity", "|none|info", is_regex=True)
            ),
        ),
        verdict=Verdict.BY_DESIGN,
        reason="carries no news",
        runbook=_INHIBITOR,
        would_change="Nothing.",
    ),
)
