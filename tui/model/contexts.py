"""What kubeconfig and talosconfig name, and which of it is one cluster."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from urllib.parse import urlsplit

from msgspec import Struct

from tui.model.fault import Fault


class KubeContext(Struct, frozen=True, gc=False):
    """A context of a kubeconfig."""

    name: str
    cluster: str
    """Its name in the kubeconfig."""
    server: str
    """URL of the API server."""
    way: str = ""
    """A fingerprint of its proxy, its name in TLS and its CA: two sites may have the
    same addresses."""

    @property
    def short(self) -> str:
        """What a person calls the cluster: what stands behind the `@`."""
        return self.name.rpartition("@")[2] or self.cluster


class TalosContext(Struct, frozen=True, gc=False):
    """A context of a talosconfig."""

    name: str
    hosts: tuple[str, ...]
    """Endpoints and nodes, without ports; as far as they can be read."""
    fault: Fault | None = None
    """Why it cannot be used as it stands."""


class Pair(Struct, frozen=True, gc=False):
    """A cluster as both see it."""

    kube: KubeContext
    talos: tuple[TalosContext, ...]
    """One; none when it is not known to Talos; several when nobody can tell."""
    because: str = ""


def by_server(kubes: Sequence[KubeContext]) -> tuple[tuple[KubeContext, ...], ...]:
    """The contexts that lead to one API server together, in the order given."""
    found: dict[tuple[str, str], list[KubeContext]] = {}
    for kube in kubes:
        found.setdefault((kube.server, kube.way), []).append(kube)
    return tuple(map(tuple, found.values()))


def paired(
    kube: KubeContext, taloses: Sequence[TalosContext], addresses: frozenset[str]
) -> Pair:
    """A Kubernetes context with its Talos context; one that can be used goes first.

    addresses   of the nodes, as far as Kubernetes tells
    """
    usable = _fitting(kube, [each for each in taloses if not each.fault], addresses)
    return usable if usable.talos else _fitting(kube, taloses, addresses)


def _fitting(
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
