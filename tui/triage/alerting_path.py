"""The way of an alert from Prometheus to Alertmanager, and where it is broken.

Watchdog fires always, so that its absence tells: nothing else will, since what would
tell is broken.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import Struct

from tui.model.alert import WATCHDOG, Alert, Verdict
from tui.model.finding import Finding, FindingKind
from tui.model.metric import Rule
from tui.model.reading import STALE_AFTER

_RESEND = timedelta(minutes=1)
"""Prometheus' own default, where the alert does not tell."""
_LONGEST_RESEND = timedelta(minutes=10)
_PER_EXPIRY = 4
"""An alert expires four times its refresh after it was sent, says Prometheus."""
_SKEW = timedelta(minutes=1)
"""Alertmanager's clock need not agree with ours."""


class Path(Struct, frozen=True):
    """What is known of the way from one Prometheus into Alertmanager."""

    alerts: tuple[Alert, ...]
    """Of the cluster in which that Prometheus lives, as Alertmanager lists them."""
    listed_at: datetime
    """When they were listed, lately: an old list says nothing of what arrives."""
    rules: tuple[Rule, ...] | None
    """Of that Prometheus; None when they are not known."""
    blindness: str = ""
    """Why the rules are not known, or are old."""
    receivers: tuple[str, ...] | None = None
    """The Alertmanagers that it sends to, by their URLs; None when not known."""
    must_arrive: bool = True
    """Whether a Watchdog is expected here even when no rule is known to fire it."""


def refresh(alert: Alert) -> timedelta:
    """How often its sender sends it again, by the expiry that it gives it."""
    if alert.ends_at is None or alert.updated_at is None:
        return _RESEND
    apart = (alert.ends_at - alert.updated_at) / _PER_EXPIRY
    return min(max(apart, _RESEND / 4), _LONGEST_RESEND)


def is_late(alert: Alert, listed_at: datetime) -> bool:
    """Whether it should have been sent again by the time that it was listed."""
    if alert.updated_at is None:
        return False
    due = STALE_AFTER * refresh(alert) + _SKEW
    return listed_at - alert.updated_at > due


def broken(path: Path) -> Finding | None:
    """That alerts do not arrive, and at which stage they end; None when they do."""
    seen = [alert for alert in path.alerts if alert.name == WATCHDOG]
    if any(lives(alert, path.listed_at) for alert in seen):
        return None
    if not path.must_arrive and not _fires(path.rules):
        return None
    title = "the alerting path is broken: no Watchdog"
    last = max((each.updated_at for each in seen if each.updated_at), default=None)
    if last is not None:
        minutes = (path.listed_at - last) / timedelta(minutes=1)
        title = f"the alerting path is broken: Watchdog came {minutes:.0f} min ago"
    return Finding(
        FindingKind.WATCHDOG_ABSENT,
        Verdict.REAL,
        WATCHDOG,
        title,
        _stage(path),
        last,
    )


def lives(alert: Alert, listed_at: datetime) -> bool:
    """Whether it still comes: it was neither late nor expired when it was listed."""
    is_expired = alert.ends_at is not None and alert.ends_at < listed_at
    return not is_expired and not is_late(alert, listed_at)


def _watchdogs(rules: Iterable[Rule] | None) -> tuple[Rule, ...]:
    return tuple(rule for rule in rules or () if rule.name == WATCHDOG)


def _fires(rules: Iterable[Rule] | None) -> bool:
    """Whether Prometheus means it to arrive: it fires, or fails to evaluate it."""
    return any(
        rule.state == "firing" or rule.health == "err" for rule in _watchdogs(rules)
    )


def _stage(path: Path) -> str:
    """Where the path ends, as far as Prometheus tells; the stages in their order."""
    known = _watchdogs(path.rules)
    if path.rules is None or path.blindness:
        why = f": {path.blindness}" if path.blindness else ""
        return f"what Prometheus fires is not known{why}"
    if not known:
        return "Prometheus has no rule Watchdog"
    if failing := next((rule for rule in known if rule.health == "err"), None):
        return (
            f"its rule fails in Prometheus: {failing.last_error or 'no reason given'}"
        )
    if not any(rule.state == "firing" for rule in known):
        return "Prometheus has the rule, but does not fire it"
    return _behind_prometheus(path)


def _behind_prometheus(path: Path) -> str:
    """Where the path ends of what Prometheus does fire."""
    if path.receivers is None:
        return "Prometheus fires it, Alertmanager does not have it"
    if not path.receivers:
        return "Prometheus fires it, but is wired to no Alertmanager"
    told = f"Prometheus fires it and sends to {', '.join(path.receivers)}"
    return f"{told}; Alertmanager does not have it{_others(path)}"


def _others(path: Path) -> str:
    """Whether anything else arrives: then the path is whole and Watchdog is dropped."""
    arrives = any(
        each.updated_at is not None and not is_late(each, path.listed_at)
        for each in path.alerts
        if each.name != WATCHDOG
    )
    return ", though other alerts arrive: is it relabelled away?" if arrives else ""
