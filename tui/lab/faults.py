"""Faults that a test or a demo switches on by name.

`FAULTS` is the one list of them; a name may carry an argument after a colon.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

FAULTS: Mapping[str, str] = {
    "replacement-off": "cilium-config says kube-proxy-replacement=false (prod).",
    "cilium-agent-down": "The Cilium pod on talos-wk-1 (prod) is not Ready.",
    "kubernetes-down": "The Kubernetes API refuses connections; `:CLUSTER` picks one.",
    "scheduler-not-ready": "Its pod (prod) is not Ready; its lease stops.",
    "controller-manager-not-ready": "Its pod (prod) is not Ready; its lease stops.",
    "no-watchdog": "Prometheus no longer fires Watchdog.",
    "kube-proxy-target-down": "A scraped kube-proxy target (prod) is down: TargetDown.",
    "prometheus-down": "Prometheus is gone: its port refuses.",
    "alertmanager-down": "Alertmanager is gone: its port refuses.",
    "loki-down": "Loki is gone, its tails too: its port refuses.",
    "prometheus-html": "Prometheus answers an HTML page: a proxy's sign-in.",
    "prometheus-hangs": "Prometheus accepts and never answers.",
    "loki-tail-cut": "Loki cuts every tail, and takes no new one; queries work.",
    "node-dead": "`:NAME` refuses connections and is NotReady.",
    "node-blackhole": "`:NAME` swallows connections and is NotReady.",
}

_TAKES_ARGUMENT = frozenset({"node-dead", "node-blackhole"})
_MAY_TAKE_ARGUMENT = _TAKES_ARGUMENT | {"kubernetes-down"}


class FaultError(ValueError):
    """A fault that the lab does not know, in a sentence for the person who asked."""


def check(name: str) -> str:
    """The name itself when it is a fault; raises FaultError otherwise."""
    head, colon, argument = name.partition(":")
    if head not in FAULTS:
        raise FaultError(f"unknown fault {head!r}; known are: {', '.join(FAULTS)}")
    if head in _TAKES_ARGUMENT and not argument:
        raise FaultError(f"the fault {head!r} needs a node's name: {head}:talos-wk-3")
    if colon and head not in _MAY_TAKE_ARGUMENT:
        raise FaultError(f"the fault {head!r} takes no argument")
    return name


@dataclass(frozen=True, slots=True)
class FaultSet:
    """The faults that are on."""

    names: frozenset[str] = frozenset()

    @classmethod
    def of(cls, names: Iterable[str]) -> FaultSet:
        """The set of these names; raises FaultError on an unknown one."""
        return cls(frozenset(check(name) for name in names))

    def has(self, name: str, argument: str = "") -> bool:
        """Whether a fault is on, for everything or for that argument."""
        return name in self.names or f"{name}:{argument}" in self.names

    def changed(self, add: Iterable[str], remove: Iterable[str]) -> FaultSet:
        """The set with some switched on and some off."""
        return FaultSet.of((self.names - frozenset(remove)) | frozenset(add))
