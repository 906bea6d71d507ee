"""Fleets of which a source has not answered for a while."""

from __future__ import annotations

from msgspec.structs import replace

from tests.estate import failing
from tests.judged import ago
from tui.model.fault import FaultKind
from tui.model.fleet import Fleet, SourceKind, SourceStatus


def without_loki(fleet: Fleet, *names: str) -> Fleet:
    """A fleet of which some clusters have not been told of by Loki for four minutes."""

    def without(source: SourceStatus) -> SourceStatus:
        if source.key.kind is not SourceKind.LOKI:
            return source
        cut = failing(source, FaultKind.TIMEOUT, "no answer")
        return replace(cut, observed_at=ago(minutes=4))

    return replace(
        fleet,
        clusters=tuple(
            replace(each, sources=tuple(map(without, each.sources)))
            if each.name in names
            else each
            for each in fleet.clusters
        ),
    )
