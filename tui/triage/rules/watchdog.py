"""Alerts that fire on purpose."""

from __future__ import annotations

from tui.model.alert import Verdict
from tui.triage.rule import Rule, alert_scope

WATCHDOG = "Watchdog"

_WATCHDOG = """\
## Watchdog always fires

It is the sign of life of the alerting path: Prometheus evaluates, sends, and
Alertmanager lists it. There is nothing to do while it is there.

**Its absence is the alarm**, and nothing else will tell, since what would tell is
broken:

1. Prometheus up, and its rules loaded? `Watchdog` must be *firing* under its rules.
2. Prometheus wired to Alertmanager? Look at its `alertmanagers` under status.
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
        covers=(alert_scope(WATCHDOG),),
        verdict=Verdict.BY_DESIGN,
        reason="always fires: alerts do arrive",
        runbook=_WATCHDOG,
        would_change="Nothing: it is its absence that is reported, as a finding.",
        blind_spots=(
            "It proves the path into Alertmanager, not the path out to a person.",
        ),
    ),
    Rule(
        id="info-inhibitor",
        title="InfoInhibitor holds back alerts of severity info",
        covers=(alert_scope("InfoInhibitor"),),
        verdict=Verdict.BY_DESIGN,
        reason="carries no news",
        runbook=_INHIBITOR,
        would_change="Nothing.",
    ),
)
