"""Hand-made alerts with their judgements, as they are when prod is in trouble."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tui.model.alert import (
    Alert,
    AlertState,
    Evidence,
    JudgedAlert,
    Judgement,
    Verdict,
)
from tui.model.labels import fingerprint

NOW = datetime(2026, 11, 21, 2, 13, 47, tzinfo=UTC)


def ago(**span: float) -> datetime:
    """A moment before NOW."""
    return NOW - timedelta(**span)


def make_alert(
    name: str,
    cluster: str,
    judgement: Judgement,
    since: datetime,
    *,
    severity: str = "critical",
    summary: str = "",
    silenced_by: tuple[str, ...] = (),
    **labels: str,
) -> JudgedAlert:
    known = {
        "alertname": name,
        "cluster": cluster,
        "severity": severity,
        "prometheus": "monitoring/kube-prometheus-stack-prometheus",
        **labels,
    }
    state = AlertState.SUPPRESSED if silenced_by else AlertState.ACTIVE
    alert = Alert(
        fingerprint(known),
        known,
        {"summary": summary} if summary else {},
        state,
        since,
        NOW + timedelta(minutes=3),
        ago(seconds=20),
        silenced_by,
        receivers=("ops",),
    )
    return JudgedAlert(alert, judgement, cluster)


def false_proxy(
    cluster: str, agents: int, silenced_by: tuple[str, ...] = ()
) -> JudgedAlert:
    """KubeProxyDown where Cilium does its work."""
    kubernetes = f"kubernetes {cluster}"
    say = Verdict.FALSE_POSITIVE
    evidence = (
        Evidence(
            "Cilium is set to replace kube-proxy",
            say,
            kubernetes,
            "kubectl -n kube-system get configmap cilium-config -o yaml",
            "true",
            ago(seconds=4),
        ),
        Evidence(
            "no kube-proxy pod exists",
            say,
            kubernetes,
            "kubectl -n kube-system get pods -l k8s-app=kube-proxy",
            "0 pods",
            ago(seconds=4),
        ),
        Evidence(
            f"every node has a ready Cilium agent, {agents}/{agents}",
            say,
            kubernetes,
            "kubectl -n kube-system get pods -l k8s-app=cilium",
            "",
            ago(seconds=3),
        ),
    )
    judgement = Judgement(
        say,
        f"Cilium replaces kube-proxy, {agents}/{agents} agents ready",
        evidence,
        "kube-proxy",
        "# KubeProxyDown\n\nNo kube-proxy runs here **on purpose**.\n",
        (
            "kubeProxy:\n  enabled: false",
            "kubectl -n monitoring delete servicemonitor "
            "kube-prometheus-stack-kube-proxy",
        ),
        "One Cilium agent that is not ready, or `kube-proxy-replacement: false`.",
    )
    return make_alert(
        "KubeProxyDown",
        cluster,
        judgement,
        ago(weeks=6),
        silenced_by=silenced_by,
        summary="Target disappeared from Prometheus target discovery.",
    )


def btrfs_alert() -> JudgedAlert:
    judgement = Judgement(
        Verdict.REAL,
        "BTRFS on sdb returns stale data; no rule says otherwise",
        runbook="# BTRFSCorruptionDetected\n\n1. Find the block device in `dmesg`.\n"
        "2. Map it to its PVC.\n3. Recycle the pod and the PVC.\n",
        fixes=("kubectl -n apps delete pod homeassistant-0",),
        would_change="A rule that knows better; there is none.",
    )
    return make_alert(
        "BTRFSCorruptionDetected",
        "prod",
        judgement,
        ago(seconds=74),
        job="talos-kernel",
        node="talos-wk-2",
        device="sdb",
        summary="BTRFS parent transid verify failed on talos-wk-2",
    )


def carrick_alert() -> JudgedAlert:
    judgement = Judgement(Verdict.REAL, "proxmox-carrick is expected, and it is down")
    return make_alert(
        "TargetDown",
        "monit",
        judgement,
        ago(days=8),
        severity="warning",
        job="proxmox-carrick",
        namespace="monitoring",
        service="proxmox",
        summary="100% of the proxmox-carrick/proxmox targets are down.",
    )


def scheduler_alert(silenced_by: tuple[str, ...] = ()) -> JudgedAlert:
    evidence = (
        Evidence(
            "a ready kube-scheduler pod on every control-plane node, 1/1",
            Verdict.FALSE_POSITIVE,
            "kubernetes prod",
            "kubectl -n kube-system get pods -l component=kube-scheduler",
            "",
            ago(seconds=4),
        ),
        Evidence(
            "the leader lease could not be read",
            Verdict.UNDECIDED,
            "kubernetes prod",
            "kubectl -n kube-system get lease kube-scheduler -o yaml",
            "forbidden",
            None,
        ),
    )
    judgement = Judgement(
        Verdict.UNDECIDED,
        "the leader lease could not be read: forbidden",
        evidence,
        "kube-scheduler",
    )
    return make_alert(
        "KubeSchedulerDown", "prod", judgement, ago(weeks=6), silenced_by=silenced_by
    )


def watchdog() -> JudgedAlert:
    judgement = Judgement(Verdict.BY_DESIGN, "always fires: the alerting path works")
    return make_alert("Watchdog", "monit", judgement, ago(weeks=6), severity="none")
