"""One cluster with everything that the judgement of its log pipeline may rest on.

It carries what was told; it does not ask, and it has no opinion.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

from tui.model.alert import Alert, Evidence, Verdict
from tui.model.fleet import NodeView
from tui.model.kube import Pod
from tui.model.labels import Labels
from tui.model.metric import Rule
from tui.model.pipeline import Comparison, Shipping, StageState, Voice
from tui.model.question import PodsWith, ServicesIn
from tui.model.scraping import EndpointSlice, Service, ServicePort
from tui.triage.told import Told

RECEIVER_LABEL = "talos-log-receiver"
PODS = PodsWith("", f"{RECEIVER_LABEL}=true")
SERVICES = ServicesIn("")

_SUPPORTS = {
    StageState.BROKEN: Verdict.REAL,
    StageState.UNKNOWN: Verdict.UNDECIDED,
    StageState.CUT: Verdict.UNDECIDED,
    StageState.OK: Verdict.FALSE_POSITIVE,
}
_EQUAL = re.compile(r'([A-Za-z_]\w*)\s*=\s*"((?:[^"\\]|\\.)*)"')


class PipelineCase(Struct, frozen=True):
    """A cluster as it was read. A Told is None where nobody can be asked."""

    cluster: str
    selector: str
    """Of the kernel logs in Loki."""
    marks: Labels
    """Of the cluster, on a Loki that others use too."""
    loki_url: str
    is_home: bool
    """Of the clusters that the Loki serves the one that tells of it."""
    nodes: tuple[NodeView, ...]
    shipping: Mapping[str, Told[Shipping]]
    """By address of the node."""
    services: Told[tuple[Service, ...]] | None
    slices: Told[tuple[EndpointSlice, ...]] | None
    pods: Told[tuple[Pod, ...]] | None
    tail: Told[Any]
    """That it lives, and nothing more."""
    voices: Mapping[str, Voice]
    """Of the cluster, by name or address of the node."""
    is_nameless: bool
    """There are entries that do not say whose they are."""
    is_heard: bool
    """Somebody of that Loki is heard as usual, in whatever cluster."""
    compared: Mapping[str, Told[Comparison]]
    """By address of the node."""
    rules: Told[tuple[Rule, ...]]
    wiring: Told[str]
    alerts: Told[tuple[Alert, ...]] | None
    missing_since: Mapping[str, datetime]
    """Alerts that fire in Loki and are not in Alertmanager, by name."""
    now: datetime

    def voice(self, node: NodeView) -> Voice | None:
        """When a node was heard, under whichever of its names."""
        found = [
            self.voices[name]
            for name in dict.fromkeys((node.name, node.address))
            if name in self.voices
        ]
        return max(found, key=lambda each: each.last, default=None)

    def ships(self, node: NodeView) -> Shipping | None:
        """Where it says that its logs go; None without a fresh answer."""
        told = self.shipping.get(node.address)
        return told.value if told and told.is_fresh(self.now) else None

    def compares(self, node: NodeView) -> Comparison | None:
        """What its kernel printed that Loki lacks; None without a fresh answer."""
        told = self.compared.get(node.address)
        return told.value if told and told.is_fresh(self.now) else None

    def destination(self, node: NodeView) -> tuple[str, int] | None:
        """Host and port that its kernel's log is sent to, or those of its services."""
        ships = self.ships(node)
        for url in (
            *((ships and ships.kernel) or ()),
            *((ships and ships.services) or ()),
        ):
            if goal := _goal(url):
                return goal
        return None

    def node_at(self, host: str) -> NodeView | None:
        """The node of the cluster with that address."""
        for node in self.nodes:
            addresses = node.kube.addresses if node.kube else ()
            if host in (node.address, node.name, *addresses):
                return node
        return None

    @property
    def labels(self) -> Mapping[str, str]:
        """What the selector says of the labels of its streams."""
        return dict(_EQUAL.findall(self.selector))


@lru_cache(maxsize=256)
def _goal(url: str) -> tuple[str, int] | None:
    """Host and port of a URL; all nodes of a cluster tend to have the same."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    return (host, port) if host and port else None


def receiving(
    services: tuple[Service, ...], port: int | None
) -> tuple[Service, ServicePort] | None:
    """The Service that opens a port for logs on the nodes.

    port   where the nodes send to; None when nobody knows
    """
    opened = [
        (service, each)
        for service in services
        for each in service.ports
        if each.node_port
    ]
    meant = [one for one in opened if one[0].selector.get(RECEIVER_LABEL) == "true"]
    fitting = [one for one in opened if one[1].node_port == port]
    both = [one for one in meant if one in fitting]
    return next(iter((*both, *fitting, *meant)), None)


def evidence(
    told: Told[Any] | None, claim: str, state: StageState, value: str = ""
) -> Evidence:
    """One fact with who says so, how it was asked, and when."""
    if told is None:
        return Evidence(claim, _SUPPORTS[state], "config", value=value)
    return Evidence(
        claim,
        _SUPPORTS[state],
        told.source,
        told.query,
        value,
        told.reading.observed_at,
    )
