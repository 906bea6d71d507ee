"""What failed, why, what helps and when the next try is: for panes and diagnostics."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec.structs import replace

from tui.model.fleet import Cluster, SourceKind, SourceState, SourceStatus
from tui.present.glyphs import Marks, state_sign
from tui.present.reason import short
from tui.present.units import age, until
from widgets.values import FaultNote, Line, Span, Tone

TARGET_SOURCES = frozenset({SourceKind.PROMETHEUS})
ALERT_SOURCES = frozenset({SourceKind.ALERTMANAGER})
NODE_SOURCES = frozenset({SourceKind.TALOS, SourceKind.KUBERNETES})
LOG_SOURCES = frozenset({SourceKind.LOKI})
KUBERNETES_SOURCES = frozenset({SourceKind.KUBERNETES})

_NAMES = {
    SourceKind.PROMETHEUS: "Prometheus",
    SourceKind.ALERTMANAGER: "Alertmanager",
    SourceKind.LOKI: "Loki",
    SourceKind.KUBERNETES: "Kubernetes",
    SourceKind.TALOS: "Talos",
}
# What the rows of a pane rest on. Other feeds of the same endpoint (trends, rules,
# silences, vitals) may fail without making a row older.
_MAIN_FEEDS = {
    SourceKind.PROMETHEUS: {"targets"},
    SourceKind.ALERTMANAGER: {"alerts"},
    SourceKind.LOKI: {"tail"},
    SourceKind.KUBERNETES: {"nodes"},
    SourceKind.TALOS: {"nodes", "services"},
}
# The states that a pane must speak of, worst first.
_TROUBLE = (SourceState.DOWN, SourceState.FAILING, SourceState.STALE)
_ORDER = (*_TROUBLE, SourceState.CONNECTING, SourceState.LIVE)


def worst(
    cluster: Cluster, kinds: frozenset[SourceKind], now: datetime
) -> SourceStatus | None:
    """The feed in the worst trouble among those that the rows rest on."""
    states = [
        (_TROUBLE.index(state), source)
        for source in _main(cluster, kinds)
        if (state := source.state(now)) in _TROUBLE
    ]
    return min(states, key=lambda each: each[0])[1] if states else None


def _main(cluster: Cluster, kinds: frozenset[SourceKind]) -> list[SourceStatus]:
    return [
        source
        for source in cluster.sources
        if source.key.kind in kinds and source.key.feed in _MAIN_FEEDS[source.key.kind]
    ]


def is_configured(cluster: Cluster, kinds: frozenset[SourceKind]) -> bool:
    """Whether there is anything to be read for a pane at all."""
    return any(source.key.kind in kinds for source in cluster.sources)


def unknown(
    cluster: Cluster, kinds: frozenset[SourceKind], now: datetime, marks: Marks
) -> Span:
    """Why there is nothing to show: not asked, not answered yet, or never answered."""
    if not is_configured(cluster, kinds):
        return Span("not configured", Tone.QUIET)
    if worst(cluster, kinds, now) is not None:
        return Span(f"{marks.unknown} unknown", Tone.WARNING)
    return Span(f"{marks.connecting} connecting", Tone.QUIET)


def fault_note(source: SourceStatus, now: datetime, marks: Marks) -> FaultNote:
    """The whole story of a failing feed in one paragraph."""
    sign = state_sign(source.state(now), marks)
    seen = age(source.observed_at, now)
    since = f"shown as of {seen} ago, " if seen else "never answered, "
    name = _NAMES[source.key.kind]
    fault = source.fault
    if fault is None:
        return FaultNote(sign.glyph, name, f"no answer for {seen}", tone=sign.tone)
    retry = until(fault.retry_at, now)
    is_talos = source.key.kind is SourceKind.TALOS
    return FaultNote(
        sign.glyph,
        f"{name} {source.key.endpoint if is_talos else source.key.feed}",
        fault.summary,
        fault.advice,
        f"{since}next try {retry}" if retry else since.rstrip(", "),
        sign.tone,
    )


def fault_line(source: SourceStatus, now: datetime, marks: Marks) -> Line:
    """A failing feed in a few words; the sources screen has the whole story.

    How old the rows are stands in the title of the pane.
    """
    sign = state_sign(source.state(now), marks)
    fault = source.fault
    why = short(fault.summary) if fault else "is silent"
    retry = until(fault.retry_at, now).removeprefix("in ") if fault else ""
    told = [f"retry {retry}"] if retry else []
    return (
        Span(f"{sign.glyph} {_NAMES[source.key.kind]} {why}", sign.tone),
        Span("".join(f" {marks.dot} {part}" for part in (*told, "o why")), Tone.QUIET),
    )


def pane_age(
    cluster: Cluster, kinds: frozenset[SourceKind], now: datetime, marks: Marks
) -> Line:
    """The age of the oldest answer a pane rests on; loud when it is not live."""
    return oldest_age((cluster,), kinds, now, marks)


def oldest_age(
    clusters: Iterable[Cluster],
    kinds: frozenset[SourceKind],
    now: datetime,
    marks: Marks,
) -> Line:
    """The same over several clusters."""
    known = tuple(clusters)
    mine = [source for cluster in known for source in _main(cluster, kinds)]
    seen = [source.observed_at for source in mine if source.observed_at]
    if not seen:
        return ()
    oldest = age(min(seen), now)
    if any(worst(cluster, kinds, now) is not None for cluster in known):
        return (Span(f"{marks.stale} stale {oldest}", Tone.WARNING),)
    return (Span(oldest, Tone.QUIET),)


def shared_note(
    clusters: Iterable[Cluster],
    kinds: frozenset[SourceKind],
    now: datetime,
    marks: Marks,
) -> FaultNote | None:
    """The first fault of several clusters, whose it is, and who has another."""
    found = [
        (source, cluster.name)
        for cluster in clusters
        if (source := worst(cluster, kinds, now)) is not None
    ]
    if not found:
        return None
    first = found[0][0]
    names = [name for source, name in found if source.key == first.key]
    others = [name for source, name in found if source.key != first.key]
    note = fault_note(first, now, marks)
    what = f"{note.what} of {', '.join(names)}"
    if others:
        what += f" (and another of {', '.join(others)})"
    return replace(note, what=what)
