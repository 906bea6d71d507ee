"""What the rules about Kubernetes' own components share: whom they cover, the fixes."""

from __future__ import annotations

from tui.model.silence import Matcher
from tui.triage.rule import Scope, alert_scope

_RELEASE = "kube-prometheus-stack"


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
