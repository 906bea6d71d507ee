"""Faults that a test or a demo switches on by name.

`FAULTS` is the one list of them; a name may carry an argument after a colon.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from msgspec import Struct

from tui.lab.release import RELEASES

FAULTS: Mapping[str, str] = {
    "replacement-off": "cilium-config says kube-proxy-replacement=false (prod).",
    "cilium-agent-down": "The Cilium pod on talos-wk-1 (prod) is not Ready.",
    "kubernetes-down": "The Kubernetes API refuses connections; `:CLUSTER` picks one.",
    "scheduler-not-ready": "Its pod (prod) is not Ready; its lease stops.",
    "controller-manager-not-ready": "Its pod (prod) is not Ready; its lease stops.",
    "no-watchdog": "Prometheus no longer fires Watchdog.",
    "argocd-through-proxy": "argocd-metrics goes through the API server's proxy: 503.",
    "agent-down": "The pod of claude-agent (agentic) crashes; its port refuses.",
    "operator-down": "The Prometheus operator (monit) crashes; its target is down.",
    "watchdog-rule-fails": "Prometheus cannot evaluate the rule Watchdog.",
    "watchdog-rule-missing": "Prometheus has no rule Watchdog.",
    "alerts-unwired": "Prometheus is wired to no Alertmanager; the ruler is.",
    "alerts-lost": "Prometheus sends, but nothing reaches Alertmanager.",
    "alerts-late": "Prometheus sent its alerts last 200 s ago.",
    "forbidden": "`:RESOURCE` may be read in no cluster: 403.",
    "kube-proxy-target-down": "A scraped kube-proxy target (prod) is down: TargetDown.",
    "prometheus-down": "Prometheus is gone: its port refuses.",
    "alertmanager-down": "Alertmanager is gone: its port refuses.",
    "alertmanager-hangs": "Alertmanager accepts and never answers.",
    "silences-unanswered": "Silences are made and ended, but the answer never comes.",
    "alertmanager-peer": "At the start: Alertmanager has a second peer.",
    "peer-down": "The second peer of Alertmanager is gone: its port refuses.",
    "peer-apart": "The second peer of Alertmanager hears and tells no news.",
    "servers-ahead": "The clocks of all HTTP servers are an hour ahead.",
    "loki-down": "Loki is gone, its tails too: its port refuses.",
    "forward-cut": "Port-forwards are cut, and no new one is taken.",
    "prometheus-html": "Prometheus answers an HTML page: a proxy's sign-in.",
    "prometheus-hangs": "Prometheus accepts and never answers.",
    "loki-tail-cut": "Loki cuts every tail, and takes no new one; queries work.",
    "loki-slow": "Loki answers each query after 300 ms.",
    "loki-tail-lossy": "Every tail loses a third of what is new without a word.",
    "loki-tail-limit": "A tail ends after seven seconds, as after its hour.",
    "node-dead": "`:NAME` refuses connections and is NotReady.",
    "node-blackhole": "`:NAME` swallows connections and is NotReady.",
    "slow-node": "`:NAME` answers each call after three seconds.",
    "reboot": "`:NAME` reboots now: it is back after 20 s of the story.",
    "old-talos": "`:NAME` runs Talos v1.6.7, which lacks newer calls.",
    "new-talos": "`:NAME` runs Talos v1.14.0, which knows more than the others.",
    "talos-release": "All nodes run Talos `:1.6`, `:1.9`, `:1.10` or `:1.14`.",
    "version-skew": "The last worker of prod has an older Talos and kubelet.",
    "logging-off": "`:NAME` ships no logs at all: its machine config says nothing.",
    "kernel-logging-off": "`:NAME` ships service logs alone, no kernel log.",
    "vector-down": "The Vector pod on `:NAME` crashes; what it would ship waits.",
    "node-port-gone": "`:CLUSTER` has no Service for logs; what is shipped waits.",
    "node-silent": "What `:NAME` ships from now on never gets to Loki.",
    "lines-lost": "`:NAME:N` loses every Nth line of its kernel on the way to Loki.",
    "log-rule-missing": "Loki's ruler lacks the rule `:RULE`.",
    "log-rule-fails": "Loki's ruler cannot evaluate the rule `:RULE`.",
    "log-rules-late": "Loki's ruler evaluated its rules last 15 minutes ago.",
    "ruler-unwired": "Loki's ruler knows no Alertmanager: its alerts go nowhere.",
    "ruler-lost": "Loki's ruler sends, but nothing of it reaches Alertmanager.",
    "loki-config-hidden": "Loki's /config is behind a gateway that answers 403.",
    "numbered-dmesg": "`:NAME:RATE` writes so many numbered kernel lines a second.",
    "etcd-alarm": "etcd of prod is out of space: NOSPACE.",
    "etcd-lagging": "`:NAME` applies its etcd's log far behind the leader.",
    "etcd-member-missing": "The last control plane of prod is no member of etcd.",
    "apid-down": "`:CLUSTER`, or `:NAME` of a control plane: that port refuses.",
    "reader-role": "At the start: the talosconfig has the role os:reader.",
    "cert-expiring": "At the start: the talosconfig expires in three days.",
    "cert-expired": "At the start: the talosconfig has expired.",
}

_TAKES_ARGUMENT = frozenset(
    {
        "node-dead",
        "node-blackhole",
        "slow-node",
        "reboot",
        "old-talos",
        "new-talos",
        "talos-release",
        "logging-off",
        "kernel-logging-off",
        "vector-down",
        "node-port-gone",
        "node-silent",
        "lines-lost",
        "log-rule-missing",
        "log-rule-fails",
        "numbered-dmesg",
        "etcd-lagging",
        "apid-down",
        "forbidden",
    }
)
_MAY_TAKE_ARGUMENT = _TAKES_ARGUMENT | {"kubernetes-down"}
_WANTED = {
    "apid-down": ("node's or a cluster's", "talos-cp-1"),
    "forbidden": ("resource's", "servicemonitors"),
    "node-port-gone": ("cluster's", "prod"),
    "log-rule-missing": ("rule's", "ISCSIKernelError"),
    "log-rule-fails": ("rule's", "ISCSIKernelError"),
    "talos-release": ("release's", "1.9"),
}
_RATED = {"numbered-dmesg": "a rate", "lines-lost": "a number"}
_RATE = re.compile(r".+:[1-9][0-9]{0,4}")


class FaultError(ValueError):
    """A fault that the lab does not know, in a sentence for the person who asked."""


def check(name: str) -> str:
    """The name itself when it is a fault; raises FaultError otherwise."""
    head, colon, argument = name.partition(":")
    if head not in FAULTS:
        raise FaultError(f"unknown fault {head!r}; known are: {', '.join(FAULTS)}")
    if head in _TAKES_ARGUMENT and not argument:
        wanted, such = _WANTED.get(head, ("node's", "talos-cp-1"))
        raise FaultError(f"the fault {head!r} needs a {wanted} name: {head}:{such}")
    if colon and head not in _MAY_TAKE_ARGUMENT:
        raise FaultError(f"the fault {head!r} takes no argument")
    if head in _RATED and not _RATE.fullmatch(argument):
        such = f"{head}:talos-wk-3:100"
        raise FaultError(f"the fault {head!r} needs {_RATED[head]}: {such}")
    if head == "talos-release" and argument not in RELEASES:
        known = ", ".join(RELEASES)
        raise FaultError(f"the lab has no Talos {argument!r}; it has: {known}")
    return name


class FaultSet(Struct, frozen=True):
    """The faults that are on."""

    names: frozenset[str] = frozenset()

    @classmethod
    def of(cls, names: Iterable[str]) -> FaultSet:
        """The set of these names; raises FaultError on an unknown one."""
        return cls(frozenset(check(name) for name in names))

    def has(self, name: str, argument: str = "") -> bool:
        """Whether a fault is on, for everything or for that argument."""
        return name in self.names or f"{name}:{argument}" in self.names

    def arguments(self, name: str) -> tuple[str, ...]:
        """What a fault is on for, sorted."""
        parts = (one.partition(":") for one in self.names)
        return tuple(sorted(rest for head, _, rest in parts if head == name))

    def changed(self, add: Iterable[str], remove: Iterable[str]) -> FaultSet:
        """The set with some switched on and some off."""
        return FaultSet.of((self.names - frozenset(remove)) | frozenset(add))
