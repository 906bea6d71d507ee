"""What an estate is made of before any story happens in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from msgspec import Struct

from tui.lab.crowd import NOBODY, Crowd
from tui.lab.estate import LabNode, LabTarget

# What a scrape job should reach, whatever it reaches for an empty tuple, or why nothing
# should be scraped under its name.
Expectation = tuple[str, ...] | str


class Plan(Struct, frozen=True, eq=False):
    """Clusters, nodes and targets, well; two plans are equal only if they are one.

    dropped      labels of targets that discovery finds and relabelling drops
    inventory    by cluster and job, what the dashboard's configuration expects
    calm_period  how often a node writes a line when nothing happens
    crowd        how many targets, alerts and silences more there are
    """

    clusters: tuple[str, ...]
    nodes: tuple[LabNode, ...]
    targets: tuple[LabTarget, ...]
    dropped: tuple[Mapping[str, str], ...]
    inventory: Mapping[str, Mapping[str, Expectation]]
    calm_period: timedelta = timedelta(seconds=8)
    crowd: Crowd = NOBODY

    def of(self, cluster: str) -> tuple[LabNode, ...]:
        """The nodes of one cluster."""
        return tuple(node for node in self.nodes if node.cluster == cluster)
