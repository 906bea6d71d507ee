"""Everything about one target: both facts, why, since when, its last day, ways out."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from tui.model.fault import Fault
from tui.model.labels import NO_LABELS, Labels, quoted
from tui.model.scrape_error import scrape_error
from tui.model.target import Expected, Health, Since, Target, TargetRow
from tui.model.target_fix import fixes
from tui.model.target_past import SPAN, Past
from tui.present.copies import Copy
from tui.present.curves import Curves
from tui.present.glyphs import Marks
from tui.present.target_fields import LATE_INTERVALS, is_late, is_slow, seconds
from tui.present.target_since import since_words
from tui.present.targets import EXPECTED, sign
from tui.present.units import age, brief
from widgets.values import Axis, Line, Plot, Series, Span, Tick, Tone

_NAME_WIDTH = 11
_HOURS = SPAN.total_seconds() / 3600
_TIMES = Axis(
    -_HOURS,
    0.0,
    (Tick(-_HOURS, "24h ago"), Tick(-_HOURS / 2, "12h"), Tick(0.0, "now")),
)
_HEADROOM = 1.25

Paragraph = tuple[Line, int]
"""A line, and how far in its continuation begins."""


def title(cluster: str, row: TargetRow) -> Line:
    """Which target this is, and where."""
    name = f"{row.job} {row.instance}".rstrip()
    return (Span(name, bold=True), Span(f"  {cluster}", Tone.QUIET))


def head(row: TargetRow, marks: Marks) -> tuple[Paragraph, ...]:
    """Both facts; what failed in words, in full, and what helps."""
    found = sign(row, marks)
    tone = found.tone if row.expected is Expected.NO else Tone.TEXT
    state = Span(found.text, found.tone, bold=True)
    told: list[Line] = [(state, Span(f"   {EXPECTED[row.expected]}", tone))]
    if row.last_error:
        error = scrape_error(row.last_error)
        told.append((Span(error.words, found.tone, bold=True),))
        if error.words != row.last_error:
            told.append((Span(row.last_error),))
        if error.advice:
            told.append((Span(error.advice, Tone.ACCENT),))
    elif row.health is Health.ABSENT and row.expected is Expected.YES:
        told.append((Span("Prometheus does not list it: no alert on `up` can fire."),))
    elif row.health is Health.UNKNOWN:
        told.append((Span("Prometheus knows it, and has not scraped it yet."),))
    return tuple((line, 0) for line in told)


def facts(
    row: TargetRow, since: Since | None, now: datetime, read_at: datetime | None
) -> tuple[Paragraph, ...]:
    """Everything else that is known, a name and a value a line."""
    told: list[tuple[str, str, Tone]] = []
    if since is not None:
        told.append((row.health.value, since_words(since, now), Tone.TEXT))
    if row.reason:
        told.append(("inventory", row.reason, Tone.TEXT))
    if row.target is not None:
        told += _scrapes(row.target, now, read_at)
        labels = sorted(row.target.labels.items())
        pairs = " ".join(f"{name}={quoted(brief(value))}" for name, value in labels)
        told += [
            ("url", row.target.scrape_url, Tone.TEXT),
            ("pool", row.target.scrape_pool, Tone.TEXT),
            ("labels", pairs, Tone.TEXT),
        ]
    return tuple(
        ((Span(f"{name:<{_NAME_WIDTH}}", Tone.QUIET), Span(value, tone)), _NAME_WIDTH)
        for name, value, tone in told
    )


def _scrapes(
    target: Target, now: datetime, read_at: datetime | None
) -> Iterator[tuple[str, str, Tone]]:
    every = f"every {seconds(target.interval_seconds)}"
    if target.last_scrape is None:
        yield "scraped", f"never yet; {every}", Tone.WARNING
        return
    ago = f"{age(target.last_scrape, now)} ago, {every}"
    if is_late(target, read_at):
        missed = f": overdue, more than {LATE_INTERVALS} intervals"
        yield "scraped", ago + missed, Tone.WARNING
    else:
        yield "scraped", ago, Tone.TEXT
    took = (
        f"{seconds(target.scrape_seconds)} of {seconds(target.timeout_seconds)}, "
        f"{target.timeout_ratio:.0%} of its timeout"
    )
    yield "took", took, Tone.WARNING if is_slow(target) else Tone.TEXT


def copies(cluster: str, row: TargetRow, marks: Labels = NO_LABELS) -> tuple[Copy, ...]:
    """What can be copied: the ways out, then how to look by hand."""
    ways = enumerate(fixes(cluster, row, marks))
    found = [Copy(f"fix {n}", fix.what, fix.text) for n, fix in ways]
    if row.target is not None:
        url = shlex.quote(row.target.scrape_url)
        limit = max(1, round(row.target.timeout_seconds))
        found.append(Copy("look", "look", f"curl -sSk -m {limit} {url}"))
    job, instance = quoted(row.job), quoted(row.instance)
    pairs = f"job={job},instance={instance}" if row.instance else f"job={job}"
    found.append(Copy("query", "query", f"up{{{pairs}}}"))
    return tuple(found)


def up_curves(past: Past | Fault | None) -> Curves:
    """The share of its scrapes that succeeded, over the last day."""
    if not isinstance(past, Past):
        return Curves(Plot(), ())
    known = [share for share in past.up if share is not None]
    words: Line = ()
    if known:
        mean = sum(known) / len(known)
        words = (_share(mean),)
        if len(known) < len(past.up):
            hours = (len(past.up) - len(known)) * past.step_seconds / 3600
            words += (Span(f"  not scraped for {hours:.1f}h", Tone.QUIET),)
    levels = (Tick(1.0, "up"), Tick(0.0, "down"))
    series = (_series(past, past.up, Tone.ACCENT),)
    return Curves(Plot(series, _TIMES, Axis(0.0, 1.0, levels)), words)


def _share(mean: float) -> Span:
    """How much of the time it was up; hardly ever down is not never."""
    if mean in {0.0, 1.0}:
        return Span("never down") if mean else Span("never up", Tone.CRITICAL)
    return Span(f"{min(max(mean, 0.001), 0.999):.1%} of the time", Tone.WARNING)


def took_curves(past: Past | Fault | None, target: Target | None) -> Curves:
    """How long its scrapes took, against the timeout where that is near."""
    if not isinstance(past, Past) or target is None:
        return Curves(Plot(), ())
    known = [took for took in past.took if took is not None]
    if not known:
        return Curves(Plot(), ())
    most, limit = max(known), target.timeout_seconds
    series = [_series(past, past.took, Tone.ACCENT)]
    top = most * _HEADROOM
    if limit and most > limit / 2:
        top = max(most, limit)
        xs = (-_HOURS, 0.0)
        series.insert(0, Series(xs, (limit, limit), Tone.WARNING, "timeout"))
    words = [
        Span(f"at most {seconds(most)}"),
        Span(f" of {seconds(limit)}", Tone.QUIET),
    ]
    ticks = (Tick(top, seconds(top)), Tick(0.0, "0"))
    return Curves(Plot(tuple(series), _TIMES, Axis(0.0, top, ticks)), tuple(words))


def why_none(past: Past | Fault | None, row: TargetRow | None) -> str:
    """Why there are no curves."""
    if row is None or row.target is None:
        return "Prometheus does not list it"
    if past is None:
        return "asking Prometheus"
    if isinstance(past, Fault):
        return f"{past.summary}. {past.advice}"
    return "Prometheus remembers nothing of it"


def _series(past: Past, values: Sequence[float | None], tone: Tone) -> Series:
    """Each value in the middle of its step, in hours before now."""
    step = timedelta(seconds=past.step_seconds)
    first = past.end - len(values) * step + step / 2
    hours = [
        min(0.0, (first + n * step - past.asked_at).total_seconds() / 3600)
        for n in range(len(values))
    ]
    return Series(tuple(max(-_HOURS, hour) for hour in hours), tuple(values), tone)
