"""Each cluster of the wall, side by side: its name large, and how it is."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from tui.model.alert import Verdict
from tui.model.fleet import Cluster, Fleet, SourceKind, SourceState, SourceStatus
from tui.present import nodes, standing, targets
from tui.present.big import Face, face_for, spelled
from tui.present.glyphs import Marks, state_sign
from tui.present.reason import short
from tui.present.sources import NAMES
from tui.present.turns import turns
from tui.present.units import age
from widgets.values import Field, Fields, Line, Span, Tone

_LEAST_WIDTH = 38
_SMALL = 34
"""In fewer lines than this a cluster is one line."""
_BAR = "▌"
_LABEL = 10
_FIGURES = 14
"""Cells, below which of targets and nodes of a cluster in one line nothing is told."""
_MOST_FAILING = 3
_OF_NODES = {SourceKind.TALOS, SourceKind.KUBERNETES}


class Tiles(Struct, frozen=True, gc=False):
    """All of them, as rows of tiles one below the other."""

    parts: tuple[tuple[tuple[Fields, ...], tuple[Fields, ...]], ...]
    """For each row of tiles: what is always shown, and what takes room that is left."""

    @property
    def least(self) -> int:
        """Lines that they must have."""
        gaps = max(0, len(self.parts) - 1) if self._has_gaps else 0
        return sum(len(core) for core, _ in self.parts) + gaps

    @property
    def _has_gaps(self) -> bool:
        return any(len(core) > 1 for core, _ in self.parts)

    def rows(self, spare: int) -> list[Fields]:
        """The lines, with so many more than they must have."""
        found: list[Fields] = []
        for at, (core, more) in enumerate(self.parts):
            if at and self._has_gaps:
                found.append(())
            taken = min(len(more), spare)
            spare -= taken
            found += [*core, *more[:taken]]
        return found


def tiles(fleet: Fleet, now: datetime, size: tuple[int, int], marks: Marks) -> Tiles:
    """The tiles of all clusters, or of those whose turn it is."""
    width, height = size
    known = fleet.clusters
    if width < 100 or height < _SMALL - 8:
        shown, words = turns(_ordered(known, now, height // 3), height // 3, now)
        lines = [(_one_line(each, now, width, marks),) for each in shown]
        more = [((Field((Span(words, Tone.QUIET),), width),),)] if words else []
        return Tiles(tuple((core, ()) for core in (*lines, *more)))
    across = max(1, min(len(known), width // _LEAST_WIDTH))
    down = max(1, height // 24)
    shown, words = turns(_ordered(known, now, across * down), across * down, now)
    each_width = width // across
    names = [each.name for each in shown]
    face = face_for(names, each_width - 6, max(3, height // 7))
    parts = []
    for at in range(0, len(shown), across):
        row = shown[at : at + across]
        cores = [_core(each, now, face, marks) for each in row]
        extras = [_extra(each, now, marks) for each in row]
        tones = [_tone(each, now, marks) for each in row]
        parts.append(
            (
                _side_by_side(cores, tones, each_width),
                _side_by_side(extras, tones, each_width),
            ),
        )
    if words:
        parts.append((((Field((Span(f"  {words}", Tone.QUIET),), width),),), ()))
    return Tiles(tuple(parts))


def _ordered(
    clusters: tuple[Cluster, ...], now: datetime, room: int
) -> tuple[Cluster, ...]:
    """Where not all fit, the worst first: they never take turns."""
    if len(clusters) <= room:
        return clusters
    order = ("real", "unjudged", "connecting", "quiet")
    return tuple(
        sorted(clusters, key=lambda each: order.index(each.standing(now).value))
    )


def _side_by_side(
    columns: list[list[Line]], tones: list[Tone], width: int
) -> tuple[Fields, ...]:
    height = max(len(each) for each in columns)
    rows = []
    for y in range(height):
        fields: list[Field] = []
        for lines, tone in zip(columns, tones, strict=True):
            line = lines[y] if y < len(lines) else ()
            fields += [
                Field((Span(_BAR, tone),), 2),
                Field(line, width - 4),
                Field((), 2),
            ]
        rows.append(tuple(fields))
    return tuple(rows)


def _failing(cluster: Cluster, now: datetime) -> dict[SourceKind, list[SourceStatus]]:
    found: dict[SourceKind, list[SourceStatus]] = {}
    for each in standing.unseen(cluster, now):
        found.setdefault(each.key.kind, []).append(each)
    return found


def _tone(cluster: Cluster, now: datetime, marks: Marks) -> Tone:
    return standing.cluster_tone(cluster, now, marks)


def _core(
    cluster: Cluster, now: datetime, face: Face | None, marks: Marks
) -> list[Line]:
    """Name, verdict, targets, nodes, and what of it is old."""
    tone = _tone(cluster, now, marks)
    failing = _failing(cluster, now)
    name_tone = Tone.TEXT if tone in {Tone.GOOD, Tone.QUIET} else tone
    name: list[Line] = [(Span(cluster.name.upper(), name_tone, bold=True),)]
    if face is not None:
        name = [
            (Span(row, name_tone, bold=True),) for row in spelled(cluster.name, face)
        ]
    age_ = standing.cluster_age(cluster, now, marks)
    lines = [*name, (), (*standing.cluster_words(cluster, now, marks),), ()]
    about_targets = targets.heading(cluster, now, marks)
    about_nodes = nodes.heading(cluster, now, marks)
    is_blind = SourceKind.PROMETHEUS in failing
    lines.append(_fact("targets", about_targets, is_old=is_blind))
    is_blind = not failing.keys().isdisjoint(_OF_NODES)
    lines.append(_fact("nodes", about_nodes, is_old=is_blind))
    if not failing:
        lines.append(_fact("seen", (*age_, Span(" ago", Tone.QUIET)) if age_ else ()))
    shown = list(failing.items())[:_MOST_FAILING]
    lines += [_failure(kind, each, now, marks) for kind, each in shown]
    return lines


def _fact(label: str, line: Line, *, is_old: bool = False) -> Line:
    """One figure; what is old is as faint as its label."""
    told = tuple(Span(span.text, Tone.QUIET) for span in line) if is_old else line
    old = (Span("  old", Tone.WARNING),) if is_old and line else ()
    return (Span(f"{label:<{_LABEL}}", Tone.QUIET), *told, *old)


def _failure(
    kind: SourceKind, found: list[SourceStatus], now: datetime, marks: Marks
) -> Line:
    """A kind of server that does not deliver, since when, and why."""
    order = (SourceState.DOWN, SourceState.FAILING, SourceState.STALE)
    worst = min(found, key=lambda each: order.index(each.state(now)))
    sign = state_sign(worst.state(now), marks)
    seen = [each.observed_at for each in found if each.observed_at]
    old = f"{age(min(seen), now)} old" if seen else "never seen"
    why = f": {short(worst.fault.summary)}" if worst.fault else ""
    return (
        Span(f"{marks.stale} {NAMES[kind]} {old}", sign.tone, bold=True),
        Span(why, Tone.QUIET),
    )


def _extra(cluster: Cluster, now: datetime, marks: Marks) -> list[Line]:
    """What is worth the room when there is some: nodes, and why alerts are false."""
    is_old = not _failing(cluster, now).keys().isdisjoint(_OF_NODES)
    lines: list[Line] = [()]
    signs = [(nodes.node_sign(each, marks), each.name) for each in cluster.nodes]
    loud = (Tone.CRITICAL, Tone.WARNING, Tone.QUIET, Tone.GOOD)
    for sign, name in sorted(signs, key=lambda each: loud.index(each[0].tone)):
        is_well = sign.tone is Tone.GOOD
        word = Span("" if is_well else f"  {sign.word}", sign.tone)
        line = (Span(f"{sign.glyph} ", sign.tone), Span(name), word)
        lines.append(tuple(Span(s.text, Tone.QUIET) for s in line) if is_old else line)
    calm = [
        each for each in cluster.alerts or () if each.verdict is Verdict.FALSE_POSITIVE
    ]
    if calm:
        lines.append(())
    for each in calm:
        head = f"{marks.false} {each.alert.name}  "
        lines.append((Span(f"{head}{each.judgement.reason}", Tone.QUIET),))
    return lines


def _one_line(cluster: Cluster, now: datetime, width: int, marks: Marks) -> Fields:
    """A cluster where there is little room."""
    tone = _tone(cluster, now, marks)
    name = min(20, max(10, width // 6))
    room = max(0, width - name - width // 3 - 11)
    # Of a number half is worse than nothing.
    figures: Line = (
        ()
        if room < _FIGURES
        else (
            *targets.heading(cluster, now, marks)[:1],
            Span("  nodes ", Tone.QUIET),
            *nodes.heading(cluster, now, marks),
        )
    )
    return (
        Field((Span(_BAR, tone),), 2),
        Field(
            (
                Span(
                    cluster.name,
                    tone if tone is not Tone.GOOD else Tone.TEXT,
                    bold=True,
                ),
            ),
            name,
        ),
        Field(standing.cluster_words(cluster, now, marks), width // 3),
        Field((), 1),
        Field(figures, room),
        Field(standing.cluster_age(cluster, now, marks), 8),
    )
