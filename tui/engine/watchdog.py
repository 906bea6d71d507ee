"""Whether alerts still arrive, for each cluster in which their sender lives."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from tui.config import ClusterConfig
from tui.engine.clocks import clocks_of
from tui.engine.plan import Served
from tui.engine.view import View
from tui.model.alert import Alert, JudgedAlert
from tui.model.finding import Finding
from tui.model.fleet import SourceKind
from tui.model.reading import Freshness
from tui.triage.alerting_path import Path, broken


def watchdog_findings(
    view: View, cluster: ClusterConfig, alerts: tuple[JudgedAlert, ...] | None
) -> tuple[Finding, ...]:
    """That the alerting path is broken; none where no path begins, or none is known.

    A path begins where a Prometheus lives; without one, where the Alertmanager does.

    alerts      those that are shown in the cluster
    """
    manager = view.serving(SourceKind.ALERTMANAGER, cluster.name)
    prometheus = view.serving(SourceKind.PROMETHEUS, cluster.name)
    sender = prometheus or manager
    if manager is None or sender is None or _lives_in(sender) != cluster.name:
        return ()
    reading, pace = view.said(manager.key("alerts"))
    if reading.observed_at is None or alerts is None:
        return ()
    if reading.freshness(view.now, pace) is not Freshness.LIVE:
        return ()
    apart = clocks_of(view).apart(manager.kind, manager.endpoint.urls[0])
    # When nobody says where the sender lives, any Watchdog may be its own.
    own: tuple[Alert, ...] = tuple(each.alert for each in alerts)
    path = Path(
        alerts=own if sender.home else reading.value or (),
        listed_at=reading.observed_at,
        must_arrive=_lives_in(manager) in sender.names,
        **_told(view, prometheus),
    )
    # Where clocks differ, it is broken by both.
    dated_at = reading.observed_at + timedelta(seconds=apart)
    found = broken(path) and broken(replace(path, listed_at=dated_at))
    return (found,) if found else ()


def _lives_in(served: Served) -> str:
    return served.home or served.clusters[0].name


def _told(view: View, prometheus: Served | None) -> dict[str, Any]:
    """What the sender says of its rules, and of whom it sends to."""
    if prometheus is None:
        return {"rules": None, "blindness": "no Prometheus is configured"}
    rules, pace = view.said(prometheus.key("rules"))
    blindness = ""
    if rules.fault is not None:
        blindness = rules.fault.summary
    elif rules.freshness(view.now, pace) is not Freshness.LIVE:
        blindness = "its rules were not read lately"
    receivers, pace = view.said(prometheus.key("alertmanagers"))
    is_fresh = receivers.freshness(view.now, pace) is Freshness.LIVE
    return {
        "rules": rules.value,
        "blindness": blindness,
        "receivers": receivers.value if is_fresh else None,
    }
