"""Which clusters were read in full once: only of those one can tell what is new."""

from __future__ import annotations

from datetime import datetime

from tui.model.fleet import Cluster, Fleet, SourceState


class Met:
    """The names of clusters of which everything was tried at some time."""

    def __init__(self) -> None:
        self._names: set[str] = set()

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def note(self, fleet: Fleet, now: datetime) -> None:
        """Know the clusters of which everything was tried by now."""
        for cluster in fleet.clusters:
            if cluster.name not in self._names and _is_tried(cluster, now):
                self._names.add(cluster.name)


def _is_tried(cluster: Cluster, now: datetime) -> bool:
    states = {source.state(now) for source in cluster.sources}
    return bool(states) and SourceState.CONNECTING not in states
