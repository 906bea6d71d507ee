"""Targets that are down or missing and ought to be there: real, by kind of target."""

from __future__ import annotations

from tui.model.alert import Verdict
from tui.model.silence import Matcher
from tui.triage.notes import of_targets
from tui.triage.rule import Rule, Scope, alert_scope


def _jobs(pattern: str) -> Scope:
    return alert_scope("TargetDown", Matcher("job", pattern, is_regex=True))


_KEY = """\
`w` makes the first of these checks from here, and says what they amount to.
"""


def _real(rule: str, scope: Scope, reason: str, title: str, runbook: str) -> Rule:
    return Rule(
        id=rule,
        title=title,
        covers=(scope,),
        verdict=Verdict.REAL,
        reason=reason,
        runbook=f"## {title}\n\n{_KEY}\n{runbook}",
        would_change="Nothing: a target that should be there is not.",
        notes=(of_targets,),
    )


_PROXMOX = """\
1. Does `https://<host>:8006` answer from the monitoring cluster?
2. Does the metrics path answer with the credentials of the scrape config?
3. The usual causes: a wrong or expired password, the API service down, a firewall
   between the networks, a certificate that is not trusted.

A host that answers ping while its target is down points at credentials or firewall.
"""

_NODE_EXPORTER = """\
1. `kubectl get nodes`: is the node Ready? A dead node takes its exporter along.
2. Is the exporter's pod running on that node?
3. Does `<node>:9100/metrics` answer from the monitoring cluster?
4. If all of them fail at once: firewall or route between the clusters.
"""

_KUBELET = """\
1. `talosctl -n <node> service kubelet`: running and healthy?
2. `kubectl get nodes`: is the node Ready?
3. Port 10250 reachable from Prometheus, and its token still accepted (401, 403)?
"""

_COMPONENT = """\
On Talos the API server, the DNS and the state metrics can be scraped, so this one
should be too.

1. Is its pod Running and Ready? `kubectl -n kube-system get pods -o wide`.
2. Has its Service endpoints, and do they point at the pods that run now?
3. etcd is scraped only where `listen-metrics-urls` was set in the machine config: if it
   was not, turn `kubeEtcd` off in the values of kube-prometheus-stack.

That Talos hides a component's metrics is taken as an excuse for the scheduler and the
controller manager alone.
"""

_APPLICATION = """\
1. Is the pod running and Ready?
2. Has its Service endpoints? `kubectl -n <namespace> get endpoints`.
3. Is the ServiceMonitor there, and does its selector match the Service's labels?
4. Does a NetworkPolicy keep Prometheus out?

Never scrape through the API server's proxy path: it times out across nodes. Use a
NodePort; a port-forward takes the kubelet's tunnel and works for a look by hand.
"""

_STATIC = """\
1. Does the address answer from the monitoring cluster?
2. Is the address in the scrape config still right?
3. Route and firewall between the networks?
4. What does Prometheus say: refused, timeout, TLS, 401, not metrics?
"""

_MISSING = """\
Prometheus does not list a target that somebody expects, so no alert on `up` can show
it.

1. The targets screen: which expected target is absent?
2. Is its ServiceMonitor or scrape config still there, and does the selector match?
3. Did relabelling drop it? Prometheus lists dropped targets under service discovery.
"""

_SCRAPE = """\
1. The target's last error on the targets screen says what fails.
2. Refused or timeout: the process or the path to it. 401 or 403: credentials. TLS:
   certificate. Not metrics: the wrong port or path.
"""

_NAMESPACED = Matcher("namespace", ".+", is_regex=True)

RULES = (
    _real(
        "target-proxmox",
        _jobs("proxmox-.*"),
        "a Proxmox host is no longer scraped",
        "A Proxmox host is not scraped",
        _PROXMOX,
    ),
    _real(
        "target-node-exporter",
        _jobs("(.*-)?node-exporter"),
        "node metrics are missing: node or exporter down",
        "Node metrics are missing",
        _NODE_EXPORTER,
    ),
    _real(
        "target-kubelet",
        _jobs("(.*-)?kubelets?"),
        "a kubelet is no longer scraped",
        "A kubelet is not scraped",
        _KUBELET,
    ),
    _real(
        "target-component",
        _jobs("(kube-)?(apiserver|etcd|dns)|coredns|kube-state-metrics"),
        "a Kubernetes component is no longer scraped",
        "A Kubernetes component is not scraped",
        _COMPONENT,
    ),
    _real(
        "target-application",
        (*_jobs(".*"), _NAMESPACED),
        "an application is no longer scraped",
        "An application is not scraped",
        _APPLICATION,
    ),
    _real(
        "target-static",
        _jobs(".*"),
        "an address outside Kubernetes is no longer scraped",
        "A static or external target is not scraped",
        _STATIC,
    ),
    _real(
        "target-missing",
        alert_scope("PrometheusTargetMissing"),
        "a target has vanished from Prometheus",
        "A target is missing altogether",
        _MISSING,
    ),
    _real(
        "scrape-failed",
        alert_scope("PrometheusScrapeFailed"),
        "Prometheus cannot read a target",
        "Prometheus cannot read a target",
        _SCRAPE,
    ),
)
