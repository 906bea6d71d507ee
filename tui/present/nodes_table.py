"""All nodes of all clusters in one table: one row a machine, the worst first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tui.model.fleet import Fleet
from tui.present import faults, nodes
from tui.present.glyphs import Marks
from tui.present.nodes_fields import FIELDS
from tui.present.nodes_place import Place
from tui.present.units import age, until
from widgets.values import Line, Row, Span, Tone

DETAIL_COLUMN = 1
COLUMNS = tuple(field.column for field in FIELDS)
ORDERS = ("worst first", *(field.name for field in FIELDS if field.rank))

_LOUD = (Tone.CRITICAL, Tone.WARNING, Tone.TEXT, Tone.QUIET, Tone.GOOD)


def rows(found: Iterable[Place], order: str) -> tuple[Row, ...]:
    """One row a node, in the order of a field; without such a field the worst first."""
    by = next((each.rank for each in FIELDS if each.name == order), None)
    known = sorted(found, key=_badness)
    if by is not None:
        known.sort(key=lambda place: _rank(by(place)))
    return tuple(_row(place) for place in known)


def heading(found: Iterable[Place]) -> Line:
    """How many need a person: `2 critical  1 degraded  12 well`."""
    tones = [place.sign.tone for place in found]
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


def _badness(place: Place) -> tuple[int, int]:
    """The worst first; among equals those with more services down."""
    _, bad = nodes.service_counts(place.node)
    return _LOUD.index(place.sign.tone), -len(bad)


def _rank(value: float | str | None) -> tuple[int, float, str]:
    """Numbers from high to low, words from a to z, what is not known last."""
    if value is None:
        return 2, 0.0, ""
    if isinstance(value, str):
        return 1, 0.0, value.casefold()
    return 0, -value, ""


def _row(place: Place) -> Row:
    cells = tuple(field.cell(place) for field in FIELDS)
    talos = place.node.talos
    is_stale = talos.fault is not None and talos.value is not None
    return Row(place.key, cells, dim=is_stale, details=_details(place))


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
