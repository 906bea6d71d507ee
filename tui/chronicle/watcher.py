"""Looks at one fleet after the other."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from tui.chronicle.changes import changes
from tui.chronicle.concealed import Marker
from tui.chronicle.known import NO_FLEET, Known, look
from tui.model.change import Change
from tui.model.fleet import Fleet, SourceKind


class Seen(Struct, frozen=True, gc=False):
    """What one look comes to."""

    fleet: Fleet
    """With its concealed alerts marked."""
    known: Known | None
    """None before it is known what the runs before knew: nothing is compared yet."""
    changes: tuple[Change, ...] = ()


class Watcher:
    """Carries what is known from one look to the next."""

    def __init__(self) -> None:
        self._known: Known | None = None
        self._after: Known | None = None
        self._last = NO_FLEET
        """The fleet of the last look, which came to what is known after it."""
        self._marker = Marker()

    def begin(self, known: Known) -> None:
        """Compare with this from now on. It may be called while a look is taken."""
        self._known = known

    def glance(self, fleet: Fleet) -> Seen:
        """See a fleet by what is known, and learn nothing from it."""
        known = self._known
        return Seen(
            fleet if known is None else self._marker.marked(fleet, known), known
        )

    def look(self, fleet: Fleet, now: datetime) -> Seen:
        """Look at a fleet."""
        before = self._known
        if before is None:
            return Seen(fleet, None)
        is_mine = before is self._after
        if is_mine and _shown(fleet) == _shown(self._last):
            # The same lists, read at the same moment, tell nothing new.
            return Seen(self._marker.marked(fleet, before), before)
        after = look(before, fleet, now, self._last if is_mine else NO_FLEET)
        self._known = self._after = after
        self._last = fleet
        marked = self._marker.marked(fleet, after)
        return Seen(marked, after, changes(before, after))


def _shown(fleet: Fleet) -> tuple[object, ...]:
    """All that a look rests on, but for the time."""
    alerts = tuple(each.alerts for each in fleet.clusters)
    read = tuple(
        (each.key, each.observed_at, each.fault)
        for cluster in fleet.clusters
        for each in cluster.sources
        if each.key.kind is SourceKind.ALERTMANAGER
    )
    return alerts, fleet.unassigned_alerts, fleet.silences, read
