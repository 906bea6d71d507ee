"""All nodes of all clusters in one table: one row a machine, the worst first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from tui.model.fleet import Fleet
from tui.present import faults, nodes
from tui.present.glyphs import Marks, Sign
from tui.present.nodes_fields import FIELDS, kernel_errors
from tui.present.nodes_place import Place
from tui.present.units import age, age_changes, until
from widgets.values import Line, Row, Span, Tone

DETAIL_COLUMN = 1
COLUMNS = tuple(field.column for field in FIELDS)
ORDERS = ("worst first", *(field.name for field in FIELDS if field.rank))

_MINUTE = timedelta(minutes=1)
_LOUD = (Tone.CRITICAL, Tone.WARNING, Tone.TEXT, Tone.QUIET, Tone.GOOD)


class Entry(Struct, frozen=True, gc=False):
    """A node in the table: where it stands, how it is, and its row."""

    place: Place
    sign: Sign
    bad_services: int
    row: Row
    good_until: datetime
    """Then its cells say something else, though the node be the same."""


class Entries:
    """The nodes of the table; of those that did not change no row is made again."""

    def __init__(self) -> None:
        self._known: dict[str, Entry] = {}

    def of(self, found: Iterable[Place]) -> tuple[Entry, ...]:
        """One for each, in the same order; those of others are forgotten."""
        self._known = {place.key: self._entry(place) for place in found}
        return tuple(self._known.values())

    def _entry(self, place: Place) -> Entry:
        known = self._known.get(place.key)
        # Back in the record, ages are less.
        if known is None or not known.place.now <= place.now < known.good_until:
            return _entry(place)
        if not place.is_like(known.place) or _sign(place, known) != known.sign:
            return _entry(place)
        details, row = _details(place), known.row
        if details != row.details:
            row = replace(row, details=details)
        # Of now, even if nothing is new: the one before holds a whole cluster of then.
        return Entry(place, known.sign, known.bad_services, row, known.good_until)


def rows(entries: Iterable[Entry], order: str) -> tuple[Row, ...]:
    """One row a node, in the order of a field; without such a field the worst first."""
    by = next((each.rank for each in FIELDS if each.name == order), None)
    known = sorted(entries, key=_badness)
    if by is not None:
        known.sort(key=lambda entry: _rank(by(entry.place)))
    return tuple(entry.row for entry in known)


def heading(entries: Iterable[Entry]) -> Line:
    """How many need a person: `2 critical  1 degraded  12/15 well`."""
    tones = [entry.sign.tone for entry in entries]
    if not tones:
        return ()
    spans = []
    for tone, word in ((Tone.CRITICAL, "critical"), (Tone.WARNING, "degraded")):
        if tone in tones:
            spans.append(Span(f"{tones.count(tone)} {word}  ", tone))
    well = tones.count(Tone.GOOD)
    spans.append(Span(f"{well}/{len(tones)} well", Tone.QUIET))
    return tuple(spans)


def missing(fleet: Fleet, now: datetime, marks: Marks) -> Line:
    """What is said when there is no node at all."""
    kinds = faults.NODE_SOURCES
    known = [faults.unknown(each, kinds, now, marks) for each in fleet.clusters]
    return tuple(known[:1])


def _badness(entry: Entry) -> tuple[int, int, int]:
    """The worst first; among equals those with more services down, or errors."""
    errors = kernel_errors(entry.place) or 0
    return _LOUD.index(entry.sign.tone), -entry.bad_services, -errors


def _rank(value: float | str | None) -> tuple[int, float, str]:
    """Numbers from high to low, words from a to z, what is not known last."""
    if value is None:
        return 2, 0.0, ""
    if isinstance(value, str):
        return 1, 0.0, value.casefold()
    return 0, -value, ""


def _entry(place: Place) -> Entry:
    cells = tuple(field.cell(place) for field in FIELDS)
    talos = place.node.talos
    is_stale = talos.fault is not None and talos.value is not None
    row = Row(place.key, cells, dim=is_stale, details=_details(place))
    _, bad = nodes.service_counts(place.node)
    return Entry(place, place.sign, len(bad), row, _good_until(place))


def _sign(place: Place, known: Entry) -> Sign:
    """How the node is; only what does not answer becomes another with time alone."""
    is_same = place.node is known.place.node and place.node.talos.fault is None
    return known.sign if is_same else place.sign


def _good_until(place: Place) -> datetime:
    """Until when the cells may stand, which count minutes; details count seconds."""
    booted = nodes.booted_at(place.node)
    latest = place.now + _MINUTE
    return min(age_changes(booted, place.now), latest) if booted else latest


def _details(place: Place) -> tuple[Line, ...]:
    """Why a node does not answer, when it last did, when it is asked again."""
    talos = place.node.talos
    if talos.fault is None:
        return ()
    heard = age(talos.observed_at, place.now)
    retry = until(talos.fault.retry_at, place.now)
    words = f"  last heard {heard} ago" if heard else "  never heard"
    words += f"  next try {retry}" if retry else ""
    return ((Span(talos.fault.summary, place.sign.tone), Span(words, Tone.QUIET)),)
