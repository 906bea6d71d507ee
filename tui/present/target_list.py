"""The targets view: one row a target of every cluster, made when it is looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from tui.model.fault import Fault
from tui.model.fleet import Cluster, Fleet, SourceKind
from tui.model.kept import once
from tui.model.target import TargetRow
from tui.model.target_past import Past
from tui.present import faults
from tui.present.glyphs import Marks
from tui.present.target_fields import FIELDS, Field, Place
from tui.present.target_order import Arrangement, Known
from tui.present.target_since import Alerted, alerted
from tui.present.targets import count_line, sign
from widgets.values import Column, Line, Row, Span, Tone

WIDE = 110
"""From so many cells on, words are written out."""
Pasts = Mapping[str, Past | Fault]
"""By key of the target."""


def fields(*, is_one: bool) -> tuple[Field, ...]:
    """The columns; of one cluster its name need not be said in every row."""
    return tuple(field for field in FIELDS if not (is_one and field.name == "cluster"))


def columns(*, is_one: bool, is_wide: bool) -> tuple[Column, ...]:
    """The same, for a table."""
    return tuple(
        field.column if is_wide else field.narrow or field.column
        for field in fields(is_one=is_one)
    )


class Scene(Struct, frozen=True, gc=False):
    """What rows of targets are drawn with at one moment."""

    now: datetime
    marks: Marks
    read_at: Mapping[str, datetime | None]
    """When the Prometheus of each cluster last listed its targets."""
    stale: frozenset[str]
    """Clusters whose Prometheus fails: their rows are faint."""
    alerts: Mapping[str, Alerted]
    pasts: Pasts
    is_one: bool
    is_wide: bool


def scene(
    fleet: Fleet,
    now: datetime,
    marks: Marks,
    pasts: Pasts,
    *,
    is_one: bool,
    is_wide: bool,
) -> Scene:
    """What is known of the clusters, for the rows of their targets."""
    failing = {
        each.name
        for each in fleet.clusters
        if faults.worst(each, faults.TARGET_SOURCES, now) is not None
    }
    return Scene(
        now,
        marks,
        {each.name: read_at(each) for each in fleet.clusters},
        frozenset(failing),
        {each.name: alerted(each.alerts or ()) for each in fleet.clusters},
        pasts,
        is_one,
        is_wide,
    )


def read_at(cluster: Cluster) -> datetime | None:
    """When its Prometheus last listed its targets."""
    return next(
        (
            source.observed_at
            for source in cluster.sources
            if source.key.kind is SourceKind.PROMETHEUS and source.key.feed == "targets"
        ),
        None,
    )


class Rows:
    """The rows of an arrangement: a `RowSource` of the table."""

    def __init__(self, arrangement: Arrangement, scene: Scene) -> None:
        self._arrangement = arrangement
        self._scene = scene
        self._fields = fields(is_one=scene.is_one)

    def __len__(self) -> int:
        return len(self._arrangement)

    def key(self, place: int) -> str:
        """The key of a row."""
        return self._arrangement.key(place)

    def place(self, key: str) -> int | None:
        """Where a key is."""
        return self._arrangement.places.get(key)

    def row(self, place: int) -> Row:
        """A row, made now."""
        cluster, target = self._arrangement.target(place)
        key, look = self.key(place), self._scene
        sizes = self._arrangement.shelf.sizes
        found = Place(
            cluster,
            target,
            look.now,
            look.marks,
            look.read_at.get(cluster),
            look.alerts.get(cluster),
            sizes[cluster, target.job] == 1,
            look.pasts.get(key),
            look.is_wide,
        )
        cells = tuple(field.cell(found) for field in self._fields)
        is_calm = sign(target, look.marks).tone is Tone.QUIET
        tone = Tone.QUIET if is_calm else Tone.TEXT
        return Row(key, cells, tone, dim=cluster in look.stale)


def heading(arrangement: Arrangement) -> Line:
    """How all targets stand, shown or not."""
    shelf = arrangement.shelf
    spans = list(count_line(shelf.counts))
    if shelf.counts.unlisted:
        words = f"  {shelf.counts.unlisted:,} not in the inventory"
        spans.append(Span(words, Tone.QUIET))
    return tuple(spans)


def unread(fleet: Fleet, chosen: str, now: datetime, marks: Marks) -> Line:
    """Clusters of which no targets are known, and why."""
    spans: list[Span] = []
    for cluster in fleet.clusters:
        is_meant = not chosen or cluster.name == chosen
        if is_meant and cluster.targets is None:
            told = faults.unknown(cluster, faults.TARGET_SOURCES, now, marks)
            gap = "  " if spans else ""
            spans += [Span(f"{gap}{cluster.name} ", told.tone), told]
    return tuple(spans)


def known_of(fleet: Fleet, chosen: str) -> Known:
    """The targets of one cluster, or of all: those of none come last."""
    found = tuple(
        (cluster.name, cluster.targets)
        for cluster in fleet.clusters
        if cluster.targets is not None and (not chosen or cluster.name == chosen)
    )
    strays = (("", fleet.stray_targets),) if fleet.stray_targets else ()
    return found if chosen else (*found, *strays)


def row_of(fleet: Fleet, cluster: str, key: str) -> TargetRow | None:
    """The target whose `TargetRow.key` that is."""
    found = fleet.cluster(cluster)
    rows = (found.targets or ()) if found else fleet.stray_targets
    return once(rows, _by_key).get(key)


def _by_key(rows: Sequence[TargetRow]) -> Mapping[str, TargetRow]:
    return {row.key: row for row in rows}


def is_alone(fleet: Fleet, cluster: str, row: TargetRow) -> bool:
    """Whether no other target of the cluster has its job."""
    found = fleet.cluster(cluster)
    rows = (found.targets if found else None) or ()
    return once(rows, _sizes)[row.job] == 1


def _sizes(rows: Sequence[TargetRow]) -> Counter[str]:
    return Counter(row.job for row in rows)
