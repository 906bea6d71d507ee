"""Silences as rows, and what happens when some of them end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeAlias

from msgspec.structs import replace

from tui.model.alert import JudgedAlert, Verdict
from tui.model.alertmanager import Disagreement
from tui.model.fleet import Fleet, SourceKind, SourceState
from tui.model.silence import Silence, SilenceState
from tui.present import alerts as alert_words
from tui.present.glyphs import Marks, verdict_sign
from tui.present.kept import Kept
from tui.present.reason import short
from tui.present.units import (
    age,
    brief_length,
    clock,
    count,
    length,
    moment,
    plain,
)
from tui.silencing.agreement import alert_names, lacking
from tui.silencing.upkeep import IDLE, alerts_of, is_ending
from widgets.values import Align, Cell, Column, Line, Row, Span, Tone

COLUMNS = (
    Column("state", 9),
    Column("left", 7, align=Align.RIGHT),
    Column("matchers", 20, weight=1),
    Column("hides now", 15),
)
WIDE_COLUMNS = (
    *COLUMNS[:2],
    Column("matchers", 24, weight=3),
    COLUMNS[3],
    Column("owner", 8, weight=1, max_width=16),
    Column("comment", 16, weight=3),
)
DETAIL_COLUMN = 2
BEFORE_DETAILS = 22
"""Cells of the columns before the details, and of the edge behind them."""
_MOST_EXPIRED = 500
_MOST_HIDDEN = 50
_SIGN = 13
"""Cells of a verdict and the gap behind it: `♥ by design` is the longest."""


Fold: TypeAlias = Callable[[Line], tuple[Line, ...]]


class SilenceRows:
    """Makes rows; a row is made again only when it would say something else."""

    def __init__(self, marks: Marks, fold: Fold = lambda line: (line,)) -> None:
        """fold     breaks a line that is too long to stand below a row"""
        self._marks = marks
        self._made: dict[str, tuple[tuple[object, ...], Row]] = {}
        self._fold = fold

    def rows(
        self,
        found: Sequence[Kept],
        unfolded: frozenset[str],
        now: datetime,
        *,
        is_wide: bool,
    ) -> tuple[Row, ...]:
        """One row a silence; those unfolded tell all, below."""
        made: dict[str, tuple[tuple[object, ...], Row]] = {}
        for each in found[:_MOST_EXPIRED]:
            id_ = each.silence.id
            left, is_open = _left(each.silence, now), id_ in unfolded
            idle = length(each.idle) if each.idle is not None else ""
            key = replace(each, idle=None), left, idle, is_open, is_wide
            known = self._made.get(id_)
            if known is None or known[0] != key or is_open:
                known = key, self._row(each, now, is_open=is_open, is_wide=is_wide)
            made[id_] = known
        self._made = made
        rows = [row for _, row in made.values()]
        if len(found) > _MOST_EXPIRED:
            words = f"and {len(found) - _MOST_EXPIRED} more"
            rows.append(Row("more", (Cell(), Cell(), Cell(words)), Tone.QUIET))
        return tuple(rows)

    def _row(self, each: Kept, now: datetime, *, is_open: bool, is_wide: bool) -> Row:
        silence = each.silence
        is_loud = bool(each.real)
        is_soon = is_ending(silence, now)
        cells = [
            self._state(silence),
            Cell(_left(silence, now), Tone.WARNING if is_soon else None),
            Cell(" ".join(map(str, silence.matchers)), bold=is_loud),
            self._hides(each),
        ]
        details: list[Line] = []
        if is_wide:
            cells += [Cell(silence.created_by), Cell(silence.comment, Tone.QUIET)]
        else:
            by = f"{silence.created_by or 'nobody'}: {silence.comment}"
            details.append((Span(by, Tone.QUIET),))
        if each.disagreement is not None:
            details.append(self._differs(each.disagreement))
        if is_open:
            details += self._unfolded(each, now)
        is_over = silence.state is not SilenceState.ACTIVE
        tone = Tone.QUIET if is_over else Tone.TEXT
        return Row(silence.id, tuple(cells), tone, details=tuple(details))

    def _state(self, silence: Silence) -> Cell:
        match silence.state:
            case SilenceState.ACTIVE:
                return Cell(f"{self._marks.silenced} active", Tone.ACCENT)
            case SilenceState.PENDING:
                return Cell(f"{self._marks.connecting} pending")
            case SilenceState.EXPIRED:
                return Cell(f"{self._marks.dot} expired")

    def _hides(self, each: Kept) -> Cell:
        """What it hides now, by the worst."""
        if each.silence.state is not SilenceState.ACTIVE:
            return Cell()
        if each.real:
            more = len(each.hidden) - len(each.real)
            words = f"{self._marks.real} {len(each.real)} REAL"
            rest = (Span(f" +{more}", Tone.QUIET),) if more else ()
            return Cell(words, Tone.CRITICAL, bold=True, spans=rest)
        unsure = sum(a.verdict is Verdict.UNDECIDED for a in each.hidden)
        if unsure:
            return Cell(f"{self._marks.unsure} {unsure} unsure", Tone.WARNING)
        if each.hidden:
            return Cell(count(len(each.hidden), "alert"), Tone.QUIET)
        since = f" for {length(each.idle)}" if each.idle is not None else ""
        is_long = each.idle is not None and each.idle >= IDLE
        return Cell(f"nothing{since}", Tone.WARNING if is_long else Tone.QUIET)

    def _differs(self, found: Disagreement) -> Line:
        lacking = ", ".join(found.lacking)
        words = f"{self._marks.degraded} peers disagree: not so on {lacking}"
        return (Span(words, Tone.WARNING, bold=True),)

    def _unfolded(self, each: Kept, now: datetime) -> list[Line]:
        """All that is known of it, and every alert that it hides."""
        silence = each.silence
        changed = silence.updated_at or silence.starts_at
        lines: list[Line] = [
            (Span(f"{matcher}", Tone.ACCENT),) for matcher in silence.matchers
        ]
        comment = (Span("comment ", Tone.QUIET), Span(plain(silence.comment) or "none"))
        lines += self._fold(comment)
        lines += [
            (
                Span("from    ", Tone.QUIET),
                Span(f"{moment(silence.starts_at)} until {moment(silence.ends_at)}"),
            ),
            (
                Span("by      ", Tone.QUIET),
                Span(f"{silence.created_by or 'nobody'}, {age(changed, now)} ago"),
            ),
            (Span("id      ", Tone.QUIET), Span(silence.id)),
        ]
        if silence.state is SilenceState.ACTIVE and not each.hidden:
            lines.append((Span("hides nothing that fires now", Tone.QUIET),))
        for alert in each.hidden[:_MOST_HIDDEN]:
            sign = verdict_sign(alert.verdict, self._marks)
            why = alert_words.reason(alert)
            lines.append(
                (
                    Span(f"{sign.text:<{_SIGN}}", sign.tone),
                    Span(f"{alert.alert.name} {alert.cluster}  "),
                    Span(why, Tone.QUIET),
                )
            )
        if len(each.hidden) > _MOST_HIDDEN:
            more = f"and {len(each.hidden) - _MOST_HIDDEN} more"
            lines.append((Span(more, Tone.QUIET),))
        return lines


def _left(silence: Silence, now: datetime) -> str:
    """How long it lasts, when it begins, or since when it is over."""
    match silence.state:
        case SilenceState.ACTIVE:
            return brief_length(silence.ends_at - now)
        case SilenceState.PENDING:
            return f"in {length(silence.starts_at - now)}"
        case SilenceState.EXPIRED:
            return f"{age(silence.ends_at, now)} ago"


def as_of(fleet: Fleet, now: datetime) -> Line:
    """How old the oldest answer is that the list rests on."""
    seen = [
        source.observed_at
        for cluster in fleet.clusters
        for source in cluster.sources
        if source.key.kind is SourceKind.ALERTMANAGER
        and source.key.feed == "silences"
        and source.observed_at is not None
    ]
    return (Span(age(min(seen), now), Tone.QUIET),) if seen else ()


def blindness(fleet: Fleet, now: datetime, marks: Marks) -> tuple[Line, ...]:
    """Which silences are not known, or not as of now: nothing when all are."""
    lines: list[Line] = []
    failing = {
        source.key.endpoint: source
        for cluster in fleet.clusters
        for source in cluster.sources
        if source.key.kind is SourceKind.ALERTMANAGER
        and source.key.feed == "silences"
        and source.state(now) not in {SourceState.LIVE, SourceState.CONNECTING}
    }
    for endpoint, source in failing.items():
        seen = age(source.observed_at, now)
        since = f"as of {seen} ago" if seen else "never told"
        why = short(source.fault.summary) if source.fault else "is silent"
        words = f"{marks.stale} {endpoint} {why}: its silences {since}"
        lines.append((Span(words, Tone.WARNING),))
    for manager in fleet.alertmanagers:
        for peer in manager.peers:
            if peer.fault is not None and len(manager.peers) > 1:
                why = short(peer.fault.summary)
                words = f"{marks.degraded} peer {peer.url} does not answer: {why}"
                lines.append((Span(words, Tone.WARNING),))
    for url, apart in lacking(each.alert for each in alerts_of(fleet)).items():
        about = f"{count(len(apart), 'alert')}, not so on {url}: {alert_names(apart)}"
        words = f"{marks.degraded} peers disagree about {about}"
        lines.append((Span(plain(words), Tone.WARNING, bold=True),))
    return tuple(lines)


def back_lines(
    back: Sequence[JudgedAlert], marks: Marks, most: int = 8
) -> tuple[Line, ...]:
    """What notifies again once silences have ended, worst first."""
    if not back:
        return ((Span("No alert notifies because of it.", Tone.QUIET),),)
    title = f"{count(len(back), 'alert')} will notify again at once:"
    lines: list[Line] = [(Span(title, bold=True),)]
    for alert in back[:most]:
        sign = verdict_sign(alert.verdict, marks)
        where = alert.cluster or "no cluster"
        is_loud = alert.verdict is Verdict.REAL
        words = Span(f"{sign.text:<{_SIGN}}", sign.tone, bold=is_loud)
        lines.append((words, Span(f"{alert.alert.name} in {where}", bold=is_loud)))
    if len(back) > most:
        lines.append((Span(f"and {len(back) - most} more", Tone.QUIET),))
    return tuple(lines)


def named(found: Sequence[Kept], now: datetime) -> tuple[Line, ...]:
    """The silences that something is about to happen to, a line each."""
    lines: list[Line] = []
    for each in found:
        silence = each.silence
        matchers = " ".join(map(str, silence.matchers))
        until = f"  until {clock(silence.ends_at, now)} by {silence.created_by}"
        lines.append((Span(matchers, Tone.ACCENT), Span(until, Tone.QUIET)))
    return tuple(lines)
