"""A node's history as curves: one plot a subject, each with its newest values in words.

Where the program did not hear of the node there is a gap, never a straight line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import TypeVar

from tui.model.machine import DiskRate, LinkRate, Moment, Vitals
from tui.present import machine
from tui.present.curves import Curves
from tui.present.units import length
from widgets.values import Axis, Line, Plot, Series, Span, Tick, Tone

T = TypeVar("T", DiskRate, LinkRate)

_TONES = (Tone.ACCENT, Tone.GOOD, Tone.WARNING)
_GAP_AFTER = 4
"""So many usual steps without a moment, and the curve is broken."""
_HEADROOM = 1.25
"""How far an axis goes beyond the highest value."""
_LEAST_RATE = 1024.0
"""The top of an axis of rates is never below this: noise is not a mountain."""


def cpu(moments: Sequence[Moment]) -> Curves:
    """User, system and waiting, stacked: the highest line is all that is not idle."""
    told, vitals = _vitals(moments)
    uses = [each.cpu for each in vitals]
    stacked: tuple[tuple[Tone, list[float | None]], ...] = (
        (Tone.WARNING, [use.busy + use.iowait if use else None for use in uses]),
        (Tone.ACCENT, [use.busy if use else None for use in uses]),
        (Tone.QUIET, [use.system + use.other if use else None for use in uses]),
    )
    last = uses[-1] if uses else None
    words: list[Span] = []
    if last is not None:
        words = [
            Span(f"user {machine.percent(last.user)}  ", Tone.ACCENT),
            Span(f"system {machine.percent(last.system + last.other)}  ", Tone.QUIET),
            Span(f"iowait {machine.percent(last.iowait)}", Tone.WARNING),
        ]
    series = tuple(_series(told, values, tone) for tone, values in stacked)
    return Curves(Plot(series, _times(moments), _PERCENT), tuple(words))


def memory(moments: Sequence[Moment]) -> Curves:
    """The part of the memory that is in use."""
    told, vitals = _vitals(moments)
    values = [each.memory_ratio for each in vitals]
    words: Line = ()
    if values and values[-1] is not None:
        last = vitals[-1]
        used = last.memory_total_bytes - last.memory_available_bytes
        total = machine.size(last.memory_total_bytes)
        tone = machine.loudness(values[-1], machine.BUSY) or Tone.ACCENT
        share = machine.percent(values[-1])
        words = (Span(f"{share}  ", tone), Span(f"{machine.size(used)} of {total}"))
    series = (_series(told, values, Tone.ACCENT),)
    return Curves(Plot(series, _times(moments), _PERCENT), words)


def load(moments: Sequence[Moment]) -> Curves:
    """The load over one minute against the number of processors."""
    told, vitals = _vitals(moments)
    values: list[float | None] = [each.load1 for each in vitals]
    words: Line = ()
    cores = 1
    if vitals:
        last = vitals[-1]
        cores = last.cores or 1
        loads = f"{last.load1:.2f} {last.load5:.2f} {last.load15:.2f}  "
        words = (Span(loads, Tone.ACCENT), Span(f"{cores} cpus", Tone.QUIET))
    top = max([1.0, *(_HEADROOM * (each or 0.0) for each in values)])
    ticks = (Tick(0.0, "0"), Tick(top, f"{top:.1f}"))
    plot = Plot(
        (_series(told, values, Tone.ACCENT),),
        _times(moments),
        Axis(0.0, top, ticks),
    )
    return Curves(plot, words)


def network(moments: Sequence[Moment]) -> Curves:
    """Received and sent together, of the busiest devices."""
    return _devices(
        moments,
        lambda each: each.links,
        lambda link: link.received_bytes_per_second + link.sent_bytes_per_second,
        lambda link: (
            f"{link.name} in {machine.rate(link.received_bytes_per_second)} "
            f"out {machine.rate(link.sent_bytes_per_second)}"
            + (f" {link.errors_per_second:.0f} err/s" if link.errors_per_second else "")
        ),
    )


def disks(moments: Sequence[Moment]) -> Curves:
    """Read and written together, of the busiest disks."""
    return _devices(
        moments,
        lambda each: each.disks,
        lambda disk: disk.read_bytes_per_second + disk.write_bytes_per_second,
        lambda disk: (
            f"{disk.name} r {machine.rate(disk.read_bytes_per_second)} "
            f"w {machine.rate(disk.write_bytes_per_second)} "
            f"busy {machine.percent(disk.busy_ratio)}"
        ),
    )


def _vitals(moments: Sequence[Moment]) -> tuple[list[Moment], list[Vitals]]:
    """The moments that tell of vitals, and what they tell."""
    told = [each for each in moments if each.vitals is not None]
    return told, [each.vitals for each in told if each.vitals is not None]


def _devices(
    moments: Sequence[Moment],
    of: Callable[[Moment], tuple[T, ...] | None],
    total: Callable[[T], float],
    say: Callable[[T], str],
) -> Curves:
    # Devices are read at their own pace, and only while somebody looks.
    told = [moment for moment in moments if of(moment) is not None]
    known = [{each.name: each for each in of(moment) or ()} for moment in told]
    shown = _busiest(known, total)
    curves = [
        _series(told, [total(row[name]) if name in row else None for row in known], t)
        for name, t in zip(shown, _TONES, strict=False)
    ]
    newest = next((row for row in reversed(known) if row), {})
    words = tuple(
        Span(f"{say(newest[name])}  ", tone)
        for name, tone in zip(shown, _TONES, strict=False)
        if name in newest
    )
    highest = max(
        (value for curve in curves for value in curve.ys if value is not None),
        default=0.0,
    )
    top = max(_LEAST_RATE, _HEADROOM * highest)
    axis = Axis(0.0, top, (Tick(0.0, "0"), Tick(top, machine.size(top))))
    return Curves(Plot(tuple(reversed(curves)), _times(moments), axis), words)


def _busiest(
    known: Iterable[dict[str, T]], total: Callable[[T], float]
) -> tuple[str, ...]:
    """The names of those that moved the most in all the time, then by name."""
    sums: dict[str, float] = {}
    for row in known:
        for name, each in row.items():
            sums[name] = sums.get(name, 0.0) + total(each)
    ordered = sorted(sums, key=lambda name: (-sums[name], name))
    return tuple(ordered[: len(_TONES)])


def _series(
    moments: Sequence[Moment], values: Sequence[float | None], tone: Tone
) -> Series:
    """A curve that is broken where moments are missing."""
    steps = _steps(moments)
    usual = sorted(steps)[len(steps) // 2] if steps else 0.0
    xs: list[float] = []
    ys: list[float | None] = []
    for at, (moment, value) in enumerate(zip(moments, values, strict=True)):
        here = moment.at.timestamp()
        if at and steps[at - 1] > _GAP_AFTER * usual:
            xs.append(here - usual)
            ys.append(None)
        xs.append(here)
        ys.append(value)
    return Series(tuple(xs), tuple(ys), tone)


def _steps(moments: Sequence[Moment]) -> list[float]:
    times = [each.at.timestamp() for each in moments]
    return [later - before for before, later in pairwise(times)]


_PERCENT = Axis(0.0, 1.0, (Tick(0.0, "0"), Tick(0.5, "50%"), Tick(1.0, "100%")))


def _times(moments: Sequence[Moment]) -> Axis:
    """From the oldest moment to the newest."""
    if not moments:
        return Axis()
    first, last = moments[0].at, moments[-1].at
    if last - first < timedelta(seconds=1):
        return Axis(first.timestamp(), last.timestamp())
    ticks = (
        Tick(first.timestamp(), f"{length(last - first)} ago"),
        Tick(last.timestamp(), "now"),
    )
    return Axis(first.timestamp(), last.timestamp(), ticks)
