"""What the rules about Kubernetes' own components share: whom they cover, the fixes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from tui.model.kube import KubeNode
from tui.model.silence import Matcher
from tui.triage.rule import Scope, alert_scope

_RELEASE = "kube-prometheus-stack"
HEARTBEAT = timedelta(minutes=11)
"""A kubelet repeats what has not changed every five minutes: twice that, and one."""


def scopes(alert: str, job: str) -> tuple[Scope, ...]:
    """The component's own alert, and TargetDown of exactly its job.

    Labels that are not there do not speak against it (an `absent()` alert has none);
    a job, namespace or service of another name does.
    """
    place = (
        Matcher("namespace", "|kube-system", is_regex=True),
        Matcher("service", f"|(.+-)?{job}", is_regex=True),
    )
    return (
        alert_scope(alert, Matcher("job", f"|{job}", is_regex=True), *place),
        alert_scope("TargetDown", Matcher("job", job), *place),
    )


def fixes(value: str, job: str) -> tuple[str, ...]:
    """Best first: Helm values, then the ServiceMonitor. The silence is added later."""
    return (
        f"# values of {_RELEASE}: no scraping, no rule, no alert\n"
        f"{value}:\n  enabled: false\n",
        "# ends TargetDown; an absent() rule goes on until it is removed too\n"
        f"kubectl -n monitoring delete servicemonitor {_RELEASE}-{job}",
    )


def silence(nodes: Iterable[KubeNode], seen: datetime | None) -> str:
    """Which node's kubelet no longer reports, in words; empty when all of them do.

    Ready turns to Unknown only while there is a controller manager to turn it; the time
    of the last report does not depend on anybody.
    """
    for node in nodes:
        if node.is_ready is not True:
            return f"{node.name} is not Ready"
        if node.heartbeat_at is None or seen is None:
            return f"{node.name} does not say when its kubelet reported"
        if abs(seen - node.heartbeat_at) > HEARTBEAT:
            minutes = (seen - node.heartbeat_at).total_seconds() / 60
            return f"the kubelet of {node.name} reported {minutes:.0f} min ago"
    return ""
