"""Fleets as one Alertmanager tells of them, at a moment of its clock."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec.structs import replace

from tests.judged import NOW
from tui.chronicle.known import Known, look
from tui.model.alert import (
    Alert,
    AlertState,
    Evidence,
    JudgedAlert,
    Judgement,
    Verdict,
)
from tui.model.fault import Fault, FaultKind
from tui.model.fleet import Cluster, FeedKey, Fleet, SourceKind, SourceStatus
from tui.model.silence import Matcher, Silence, SilenceState

ENDPOINT = "http://10.10.0.30:9093"
BEGAN = NOW - timedelta(hours=1)
REASONS = {
    Verdict.FALSE_POSITIVE: "Cilium replaces it, 4/4 agents ready",
    Verdict.REAL: "Cilium agent on talos-wk-1 is not ready (Error)",
    Verdict.UNDECIDED: "cannot tell: kubernetes prod: refused",
    Verdict.BY_DESIGN: "always fires",
}
AGENTS = "kubectl -n kube-system get pods -l k8s-app=cilium"
FAULT = Fault(FaultKind.UNREACHABLE, "refused")


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def judged(
    verdict: Verdict = Verdict.FALSE_POSITIVE,
    *,
    starts_at: datetime = BEGAN,
    silenced_by: tuple[str, ...] = (),
    inhibited_by: tuple[str, ...] = (),
    name: str = "KubeProxyDown",
    rule: str = "kube-proxy-replaced",
) -> JudgedAlert:
    """One alert of prod; its name is its fingerprint."""
    is_quiet = bool(silenced_by or inhibited_by)
    alert = Alert(
        f"fp-{name}",
        {"alertname": name, "cluster": "prod", "severity": "critical"},
        {"summary": "Target disappeared."},
        AlertState.SUPPRESSED if is_quiet else AlertState.ACTIVE,
        starts_at,
        None,
        None,
        silenced_by,
        inhibited_by,
    )
    claims = (
        Evidence("Cilium is set to replace it", Verdict.FALSE_POSITIVE, "k8s", "cm"),
        Evidence(REASONS[verdict], verdict, "kubernetes prod", AGENTS),
    )
    judgement = Judgement(verdict, REASONS[verdict], claims, rule, fixes=("a", "b"))
    return JudgedAlert(alert, judgement, "prod", ENDPOINT)


def waiting(alert: JudgedAlert) -> JudgedAlert:
    """The same before what its rule asks was answered even once."""
    judgement = Judgement(Verdict.UNDECIDED, "not answered yet", rule="x")
    return replace(alert, judgement=judgement, is_waiting=True)


def silence(
    name: str = "s1",
    *,
    made: datetime = BEGAN,
    hours: float = 8760,
    comment: str = "",
    by: str = "ops",
) -> Silence:
    matchers = (Matcher("alertname", "KubeProxyDown"),)
    end = made + timedelta(hours=hours)
    return Silence(name, SilenceState.ACTIVE, matchers, made, end, made, by, comment)


def fleet(
    alerts: Iterable[JudgedAlert],
    seconds: float,
    silences: Iterable[Silence] = (),
    *,
    is_failing: bool = False,
    noted: float | None = None,
) -> Fleet:
    """What the Alertmanager listed so many seconds after NOW.

    noted   when it listed its silences, if not at the same time
    """
    listed = at(seconds)
    fault = FAULT if is_failing else None
    noted_at = at(seconds + 0.1 if noted is None else noted)
    sources = tuple(
        SourceStatus(
            FeedKey(SourceKind.ALERTMANAGER, ENDPOINT, feed), 10.0, when, fault, 5
        )
        for feed, when in (("alerts", listed), ("silences", noted_at))
    )
    return Fleet((Cluster("prod", sources, alerts=tuple(alerts)),), (), tuple(silences))


def seen(known: Known, shown: Fleet, seconds: float) -> Known:
    """What is known after a look, so many seconds after NOW."""
    return look(known, shown, at(seconds))
