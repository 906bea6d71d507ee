"""Connections as rows: one for each server, worst first, its feeds when unfolded."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from tui.model import server_clock
from tui.model.fleet import Fleet, SourceKind, SourceState, SourceStatus
from tui.present.glyphs import Marks, state_sign
from tui.present.units import age, brief, count, one_line, plain, until
from widgets.values import Align, Cell, Column, Cut, Line, Row, Span, Tone

COLUMNS = (
    Column("state", 12),
    Column("source", 12),
    Column("where", 16, weight=2, cut=Cut.MIDDLE),
    Column("feeds", 12, weight=1, max_width=24, cut=Cut.MIDDLE, lends=True),
    Column("for", 12, weight=1, max_width=24, drop=2),
    Column("age", 5, align=Align.RIGHT),
    Column("every", 5, align=Align.RIGHT, drop=3),
    Column("next try", 8, align=Align.RIGHT, drop=1),
)
DETAIL_COLUMN = 1
NAMES: Mapping[SourceKind, str] = {
    SourceKind.PROMETHEUS: "Prometheus",
    SourceKind.ALERTMANAGER: "Alertmanager",
    SourceKind.LOKI: "Loki",
    SourceKind.KUBERNETES: "Kubernetes",
    SourceKind.TALOS: "Talos",
}
_ORDER = (
    SourceState.DOWN,
    SourceState.FAILING,
    SourceState.STALE,
    SourceState.CONNECTING,
    SourceState.LIVE,
)
_TROUBLE = _ORDER[:3]

_UNVERIFIED: tuple[Line, ...] = (
    (Span("insecure: its certificate is not verified", Tone.WARNING),),
)

Users = Mapping[SourceStatus, Sequence[str]]
"""Each feed once, with the clusters that depend on it."""


def users(fleet: Fleet) -> Users:
    """All feeds of a fleet."""
    found: dict[SourceStatus, list[str]] = {}
    for cluster in fleet.clusters:
        for source in cluster.sources:
            found.setdefault(source, []).append(cluster.name)
    return found


def server_of(source: SourceStatus) -> tuple[SourceKind, str]:
    """The kind of its server, and where it is: the nodes of a Talos context are one."""
    kind, where = source.key.kind, source.key.endpoint
    return kind, where.partition("/")[0] if kind is SourceKind.TALOS else where


def server_count(feeds: Iterable[SourceStatus]) -> int:
    """How many servers they are of."""
    return len({server_of(each) for each in feeds})


def group_key(source: SourceStatus) -> str:
    """What the row of its server is known by."""
    kind, where = server_of(source)
    return f"{kind.value} {where}"


def server_title(source: SourceStatus) -> Line:
    """Which server it is."""
    kind, where = server_of(source)
    return (Span(f"{NAMES[kind]}  ", Tone.ACCENT), Span(plain(brief(where))))


def is_in_trouble(source: SourceStatus, now: datetime) -> bool:
    """Whether somebody should look after it."""
    return source.state(now) in _TROUBLE


def feed_key(source: SourceStatus) -> str:
    """What the row of one feed is known by."""
    return f"feed {source.key.kind.value} {source.key.endpoint} {source.key.feed}"


def rows(
    known: Users, unfolded: Collection[str], now: datetime, marks: Marks
) -> tuple[Row, ...]:
    """A row for each server, the worst first; below an unfolded one its feeds."""
    groups: dict[str, list[SourceStatus]] = {}
    for source in sorted(known, key=lambda each: _ORDER.index(each.state(now))):
        groups.setdefault(group_key(source), []).append(source)
    found: list[Row] = []
    for key, feeds in groups.items():
        is_open = key in unfolded
        found.append(_group(key, feeds, known, now, marks, is_open=is_open))
        if is_open:
            found += [_feed(each, now, marks) for each in feeds]
    return tuple(found)


def _group(
    key: str,
    feeds: Sequence[SourceStatus],
    known: Users,
    now: datetime,
    marks: Marks,
    *,
    is_open: bool,
) -> Row:
    worst = feeds[0]
    sign = state_sign(worst.state(now), marks)
    seen = [each.observed_at for each in feeds if each.observed_at]
    names = dict.fromkeys(name for each in feeds for name in known[each])
    _, where = key.split(" ", 1)
    is_loud = worst.state(now) in _TROUBLE
    cells = (
        Cell(sign.text, sign.tone, bold=is_loud),
        Cell(NAMES[worst.key.kind]),
        Cell(where),
        Cell(_tally(feeds, now), None if is_loud else Tone.QUIET),
        Cell(", ".join(names), Tone.QUIET),
        Cell(age(min(seen), now) if seen else "never", Tone.QUIET),
        Cell(f"{min(each.interval_seconds for each in feeds):.0f}s", Tone.QUIET),
        _next_try(worst, now),
    )
    unsafe = _UNVERIFIED if any(each.is_unverified for each in feeds) else ()
    clocks = [each.clock_ahead_seconds for each in feeds]
    clock = _clock(next((each for each in clocks if each is not None), None))
    ways = [line for each in feeds for line in _way(each, now)]
    details = () if is_open else (*unsafe, *clock, *_story(worst), *ways)
    return Row(key, cells, details=details)


def _clock(ahead: float | None) -> tuple[Line, ...]:
    """That its clock is off, and what to do; nothing when it is not."""
    if ahead is None:
        return ()
    told = "its clock is " + server_clock.said(ahead, "this machine's")
    return (Span(told, Tone.WARNING),), (Span(server_clock.ADVICE),)


def _tally(feeds: Sequence[SourceStatus], now: datetime) -> str:
    """How many nodes or feeds there are, and how many of them are in trouble.

    What Talos tells of a cluster as a whole is no node: it is told of in trouble alone.
    """
    machines = [each for each in feeds if _machine(each)]
    others = [each for each in feeds if not _machine(each)]
    parts = [
        f"{bad} of {count(len(some), noun)}" if bad else count(len(some), noun)
        for some, noun in ((machines, "node"), (others, "feed"))
        for bad in [sum(each.state(now) in _TROUBLE for each in some)]
        if some and (bad or some is machines or not machines)
    ]
    return ", ".join(parts)


def _machine(source: SourceStatus) -> str:
    """The address of a Talos machine; empty when the feed is not of one."""
    is_talos = source.key.kind is SourceKind.TALOS
    return source.key.endpoint.partition("/")[2] if is_talos else ""


def _feed(source: SourceStatus, now: datetime, marks: Marks) -> Row:
    sign = state_sign(source.state(now), marks)
    key = source.key
    what = _machine(source) or key.feed
    cells = (
        Cell(f"  {sign.text}", sign.tone),
        Cell(),
        Cell(what),
        Cell(),
        Cell(),
        Cell(age(source.observed_at, now) or "never", Tone.QUIET),
        Cell(f"{source.interval_seconds:.0f}s", Tone.QUIET),
        _next_try(source, now),
    )
    return Row(feed_key(source), cells, details=(*_story(source), *_way(source, now)))


def _next_try(source: SourceStatus, now: datetime) -> Cell:
    fault = source.fault
    return Cell(until(fault.retry_at, now) if fault else "", Tone.QUIET)


def _way(source: SourceStatus, now: datetime) -> tuple[Line, ...]:
    """The port-forward that leads there: through which pod, since when, how steady."""
    way = source.tunnel
    if way is None or not way.pod:
        return ()
    begin = "port-forward" if source.fault is None else "last port-forward"
    told = (
        f"{begin} to {plain(way.pod)}:{way.port} for {age(way.since, now)}, "
        f"{count(way.connections, 'connection')}, "
        f"{count(way.reconnects, 'reconnect')}"
    )
    lines: list[Line] = [(Span(told, Tone.QUIET),)]
    if way.last_error:
        ago = age(way.last_error_at, now)
        lines.append((Span(f"last error {ago} ago: {way.last_error}", Tone.QUIET),))
    return tuple(lines)


def _story(source: SourceStatus) -> tuple[Line, ...]:
    """What the newest attempt failed on, and what to do."""
    fault = source.fault
    if fault is None:
        return ()
    lines: list[Line] = [(Span(fault.summary, Tone.WARNING),)]
    detail = one_line(fault.detail)
    if detail not in fault.summary:  # most refusals end with what the server said
        lines.append((Span(detail, Tone.QUIET),))
    lines.append((Span(fault.advice),))
    return tuple(lines)
