"""One cluster with everything that its review may rest on.

It carries what was told; it does not ask, and it has no opinion.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from tui.model.fleet import NodeView
from tui.model.kube import KubeNode
from tui.model.machine import Certificate, Facts
from tui.model.question import KubeNodes, Question
from tui.model.reading import Reading
from tui.model.talos import TalosNode
from tui.model.target import TargetRow
from tui.triage.told import Told

NODES = KubeNodes()


class ReviewCase(Struct, frozen=True):
    """A cluster as it was read."""

    cluster: str
    nodes: tuple[NodeView, ...]
    """Talos nodes, and those that only Kubernetes lists."""
    answers: Mapping[Question, Told[Any]]
    """Empty when Kubernetes is not read."""
    targets: Told[tuple[TargetRow, ...]] | None
    """Of this cluster; None when no Prometheus serves it."""
    log: Told[Mapping[str, datetime]] | None
    """Time of the last entry by name or address of the node, `""` for entries that do
    not say whose they are; None when no Loki serves it."""
    certificates: tuple[Certificate, ...]
    node_interval: timedelta
    """How often a node is asked for its services and version."""
    facts_interval: timedelta
    """How often a node is asked for its facts."""
    now: datetime

    def told(self, question: Question) -> Told[Any]:
        """What Kubernetes said; nothing at all when it is not read."""
        unread: Reading[Any] = Reading()
        source = f"kubernetes {self.cluster}"
        return self.answers.get(question) or Told(
            unread, timedelta(seconds=1), source, question.text
        )

    @property
    def versions(self) -> tuple[tuple[NodeView, Told[TalosNode]], ...]:
        """What each node said of its version and services."""
        return tuple(
            (node, Told(node.talos, self.node_interval, f"talos {node.name}"))
            for node in self.nodes
        )

    @property
    def facts(self) -> tuple[tuple[NodeView, Told[Facts]], ...]:
        """What each node said of all that changes slowly."""
        return tuple(
            (node, Told(node.facts, self.facts_interval, f"talos {node.name}"))
            for node in self.nodes
        )

    @property
    def listed(self) -> tuple[KubeNode, ...]:
        """The nodes that Kubernetes lists, by an answer of whatever age."""
        return self.told(NODES).value or ()
