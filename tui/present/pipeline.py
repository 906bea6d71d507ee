"""The log pipeline as a diagram: a row a node, a column a stage, the worst first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from msgspec import Struct

from tui.model.fleet import Fleet
from tui.model.pipeline import (
    NODE_STAGES,
    NodePipeline,
    Pipeline,
    Stage,
    StageReport,
    StageState,
    worst,
)
from tui.model.pipeline_change import change_for
from tui.model.shipping_change import Change
from tui.present.glyphs import Marks, Sign, counted
from tui.present.units import age, count, day_and_time
from widgets.values import Align, Cell, Column, Line, Row, Span, Tone

WIDE = (
    Column("node", 22, weight=1, max_width=40),
    Column("node config", 12),
    Column("    node port", 16),
    Column("    vector", 16),
    Column("    loki", 16),
    Column("    rules", 16),
    Column("    alertmanager", 16),
    Column("last entry", 12, align=Align.RIGHT, drop=2),
    Column("lines lost", 14, align=Align.RIGHT, drop=1),
)
NARROW = (
    Column("node", 16, weight=1),
    Column("config", 7),
    Column("port", 7),
    Column("vector", 7),
    Column("loki", 7),
    Column("rules", 7),
    Column("alerts", 7),
    Column("last", 4, align=Align.RIGHT, drop=1),
)
Paragraph = tuple[Line, int]
"""A line, and how far in it goes on where it must be wrapped."""
_ORDER = list(StageState)
_SAYS_SHORT = {"broken": "bad", "can't tell": "can't", "cut off": "cut"}


class Way(Struct, frozen=True, gc=False):
    """One node's whole way; without a node, what all nodes of a Loki share."""

    pipeline: Pipeline
    node: NodePipeline | None
    clusters: tuple[str, ...]
    """Whose way it is: several share a Loki."""

    @property
    def key(self) -> str:
        """Unique among all rows."""
        return f"{self.pipeline.cluster}/{self.node.name if self.node else ' loki'}"

    @property
    def name(self) -> str:
        """The node, or Loki's ruler."""
        return self.node.name if self.node else "ruler of Loki"

    @property
    def own(self) -> tuple[StageReport, ...]:
        """The stages that are its own: by them it is whole or not."""
        return self.node.stages if self.node else self.pipeline.shared

    @property
    def reports(self) -> tuple[StageReport, ...]:
        """All stages that one can look at from here, in order."""
        return (*self.node.stages, *self.pipeline.shared) if self.node else self.own

    @property
    def worst(self) -> StageReport:
        """The stage that one sees first."""
        return worst(self.own)

    def report(self, stage: Stage | None) -> StageReport:
        """One stage; the worst when none is chosen."""
        return next((x for x in self.reports if x.stage is stage), self.worst)

    def change(self, report: StageReport) -> Change | None:
        """What mends it."""
        node = self.node if report.stage in NODE_STAGES else None
        return change_for(self.pipeline, node, report)


def ways(fleet: Fleet, cluster: str = "") -> tuple[Way, ...]:
    """Every node of one cluster, or of all, and every ruler: the worst first."""
    known = [each.pipeline for each in fleet.clusters if each.pipeline is not None]
    shown = [each for each in known if cluster in {"", each.cluster}]
    found = [Way(way, node, (way.cluster,)) for way in shown for node in way.nodes]
    for url in dict.fromkeys(each.loki_url for each in shown):
        users = [each for each in known if each.loki_url == url]
        home = next((each for each in users if each.is_home), users[0])
        found.append(Way(home, None, tuple(each.cluster for each in users)))
    return tuple(sorted(found, key=_rank))


def _rank(way: Way) -> tuple[int, bool, int]:
    """The worst first; what all share before what one node has, the whole after it."""
    state = _ORDER.index(way.worst.state)
    is_whole = way.worst.state is StageState.OK
    first = [each.stage for each in way.own].index(way.worst.stage)
    return state, (way.node is None) is is_whole, first


def sign(state: StageState, marks: Marks) -> Sign:
    """What a stage came to."""
    return {
        StageState.BROKEN: Sign(marks.real, "broken", Tone.CRITICAL),
        StageState.UNKNOWN: Sign(marks.unsure, "can't tell", Tone.WARNING),
        StageState.CUT: Sign(marks.absent, "cut off", Tone.QUIET),
        StageState.OK: Sign(marks.good, "ok", Tone.GOOD),
    }[state]


def rows(
    found: Iterable[Way], now: datetime, marks: Marks, *, is_wide: bool
) -> tuple[Row, ...]:
    """A row a node; below one that is not whole, what is wrong."""
    return tuple(_row(way, now, marks, is_wide=is_wide) for way in found)


def _row(way: Way, now: datetime, marks: Marks, *, is_wide: bool) -> Row:
    node, bad = way.node, way.worst
    head = sign(bad.state, marks)
    is_loud = bad.state is StageState.BROKEN
    is_whole = bad.state is StageState.OK
    name = Cell(
        "",
        spans=(
            Span(f"{head.glyph} ", Tone.QUIET if is_whole else head.tone, bold=is_loud),
            Span(way.name, bold=is_loud),
            Span(f"{'  ' if is_wide else ' '}{' '.join(way.clusters)}", Tone.QUIET),
        ),
    )
    details: tuple[Line, ...] = ()
    if not is_whole:
        tone = Tone.TEXT if is_loud else Tone.QUIET
        details = ((Span(f"{bad.stage.value}: {bad.words}", tone),),)
    cells = [name, *_cells(way, marks, is_wide=is_wide)]
    if node is not None:
        cells.append(_last(node, now, is_wide=is_wide))
        cells += [_lost(node)] if is_wide else []
    return Row(way.key, tuple(cells), details=details)


def _cells(way: Way, marks: Marks, *, is_wide: bool) -> Iterator[Cell]:
    """A stage each, with what leads to it: a whole line, or one that is cut."""
    if way.node is None:
        yield from [Cell("")] * len(NODE_STAGES)
    is_cut = False
    for report in way.reports:
        yield _cell(report, marks, is_wide=is_wide, is_cut=is_cut)
        is_cut = is_cut or report.state in {StageState.BROKEN, StageState.CUT}


def _cell(report: StageReport, marks: Marks, *, is_wide: bool, is_cut: bool) -> Cell:
    found = sign(report.state, marks)
    word = found.word if is_wide else _SAYS_SHORT.get(found.word, found.word)
    is_loud = report.state is StageState.BROKEN
    is_quiet = is_cut and report.state is StageState.OK
    tone = Tone.QUIET if is_quiet else found.tone
    body = Span(f"{found.glyph} {word}", tone, bold=is_loud)
    if not is_wide or report.stage is Stage.CONFIG:
        return Cell("", spans=(body,))
    line = marks.glyphs.rule if is_cut else marks.glyphs.box.horizontal
    end = " " if is_cut else marks.more_right
    return Cell("", spans=(Span(f"{line * 2}{end} ", Tone.QUIET), body))


def _last(node: NodePipeline, now: datetime, *, is_wide: bool) -> Cell:
    """How old its newest entry is, and from when on that is too old."""
    if node.voice is None:
        return Cell("none" if is_wide else "-", Tone.WARNING)
    ago = age(node.voice.last, now)
    limit = node.silent_after_seconds
    is_late = limit is not None and (now - node.voice.last).total_seconds() > limit
    words = f"{ago} of {_brief(limit)}" if limit and is_wide else ago
    return Cell(words, Tone.WARNING if is_late else Tone.QUIET)


def _brief(seconds: float) -> str:
    return f"{seconds:.0f}s" if seconds < 120 else f"{seconds / 60:.0f}m"


def _lost(node: NodePipeline) -> Cell:
    found = node.comparison
    if found is None:
        return Cell("not asked", Tone.QUIET)
    tone = Tone.CRITICAL if found.lost else Tone.QUIET
    return Cell(f"{found.lost} of {found.printed}", tone, bold=bool(found.lost))


def chips(found: Iterable[Way], marks: Marks) -> Line:
    """How many nodes of each: `✖ 1 broken  ? 1 can't tell  ✔ 4 ok`."""
    states = sorted((way.worst.state for way in found), key=_ORDER.index)
    return counted(sign(state, marks) for state in states)


def why(
    way: Way, stage: Stage | None, now: datetime, marks: Marks
) -> tuple[Paragraph, ...]:
    """The chosen stage with what it rests on; below it the others in one line each."""
    chosen = way.report(stage)
    found = sign(chosen.state, marks)
    name = f"  {chosen.stage.value} of {way.name}"
    lines: list[Paragraph] = [
        ((Span(found.text, found.tone, bold=True), Span(name, bold=True)), 0),
        ((Span(chosen.words),), 0),
        ((), 0),
    ]
    for each in chosen.evidence:
        ago = age(each.observed_at, now)
        told = f"{each.source}, {ago} ago" if ago else each.source
        value = f" ({each.value})" if each.value else ""
        if (claim := f"{each.claim}{value}") != chosen.words:
            lines.append(((Span(f"{marks.dot} {claim}"),), 2))
        asked = Span(f"  {each.query}", Tone.ACCENT)
        lines.append(((Span(f"  {told}", Tone.QUIET), asked), 4))
    if chosen.stage is Stage.LOKI and way.node is not None:
        lines += _comparison(way.node, now)
    lines.append(((), 0))
    lines += [_brief_line(x, marks) for x in way.reports if x is not chosen]
    return tuple(lines)


def _brief_line(report: StageReport, marks: Marks) -> Paragraph:
    shown = sign(report.state, marks)
    head = Span(f"{shown.text:<13}", shown.tone)
    name = Span(f"{report.stage.value:<13}")
    return (head, name, Span(report.words, Tone.QUIET)), 26


def _comparison(node: NodePipeline, now: datetime) -> Iterator[Paragraph]:
    """The lines that got lost, the newest of them in full."""
    found = node.comparison
    if found is None or not found.lost:
        return
    since = day_and_time(found.first_lost, now) if found.first_lost else ""
    ago = age(found.last_lost, now)
    told = f"{count(found.lost, 'line')} lost since {since} UTC, the last {ago} ago:"
    yield (), 0
    yield (Span(told, Tone.CRITICAL, bold=True),), 0
    for each in reversed(found.samples):
        yield (Span(f"  {each}"),), 4


def mend(change: Change | None) -> tuple[Paragraph, ...]:
    """The change in full, and how it is applied: never from here."""
    if change is None:
        return (((Span("nothing to change here", Tone.QUIET),), 0),)
    lines: list[Paragraph] = [
        ((Span("c", Tone.ACCENT, bold=True), Span(" copies this, "), *_RUN), 0),
        ((), 0),
    ]
    for line in change.text.splitlines():
        tone = Tone.QUIET if line.lstrip().startswith("#") else Tone.TEXT
        lines.append(((Span(line, tone),), 4))
    if change.run != change.text:
        lines.append(((), 0))
        lines += [((Span(x, Tone.ACCENT),), 2) for x in change.run.splitlines()]
    return tuple(lines)


_RUN = (
    Span("R", Tone.ACCENT, bold=True),
    Span(" what one runs; nothing is applied from here"),
)


def empty(fleet: Fleet, marks: Marks) -> Line:
    """What is said where there is no row."""
    if all(each.pipeline is None for each in fleet.clusters):
        words = "no Loki is configured: nothing is known of the way to it"
        return (Span(f"{marks.unknown} {words}", Tone.WARNING),)
    return (Span(f"{marks.connecting} no node is known yet", Tone.QUIET),)
