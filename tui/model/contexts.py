"""What kubeconfig and talosconfig name, and which of it is one cluster."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class KubeContext:
    """A context of a kubeconfig."""

    name: str
    cluster: str
    """Its name in the kubeconfig."""
    server: str
    """URL of the API server."""

    @property
    def short(self) -> str:
        """What a person calls the cluster: what stands behind the `@`."""
        return self.name.rpartition("@")[2] or self.cluster


@dataclass(frozen=True, slots=True)
class TalosContext:
    """A context of a talosconfig."""

    name: str
    hosts: tuple[str, ...]
    """Endpoints and nodes, without ports."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A cluster as both see it."""

    kube: KubeContext
    talos: tuple[TalosContext, ...]
    """One; none when it is not known to Talos; several when nobody can tell."""
    because: str = ""


def pairs(
    kubes: Sequence[KubeContext],
    taloses: Sequence[TalosContext],
    addresses: dict[str, frozenset[str]],
) -> tuple[Pair, ...]:
    """Each Kubernetes context with its Talos context; a cluster twice is told once.

    addresses   of the nodes, by kubeconfig context, as far as Kubernetes tells
    """
    found: list[Pair] = []
    servers: set[str] = set()
    for kube in kubes:
        if kube.server in servers:
            continue
        servers.add(kube.server)
        found.append(_paired(kube, taloses, addresses.get(kube.name, frozenset())))
    return tuple(found)


def _paired(
    kube: KubeContext, taloses: Sequence[TalosContext], addresses: frozenset[str]
) -> Pair:
    """By nodes' addresses, else by the API server's, else by name."""
    host = _host(kube.server)
    ways = (
        ("its nodes", lambda each: addresses & set(each.hosts)),
        ("its address", lambda each: _is_telling(host) and host in each.hosts),
        (
            "its name",
            lambda each: each.name in {kube.name, kube.cluster, kube.short},
        ),
    )
    for because, fits in ways:
        fitting = tuple(each for each in taloses if fits(each))
        if fitting:
            named = tuple(each for each in fitting if each.name == kube.short)
            return Pair(kube, named if len(named) == 1 else fitting, because)
    return Pair(kube, ())


def _host(url: str) -> str:
    """The host of an API server; empty when its URL cannot be read."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _is_telling(host: str) -> bool:
    """Whether an address belongs to one machine alone: loopback is everybody's."""
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host not in {"", "localhost"}
