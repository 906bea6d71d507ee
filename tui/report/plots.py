"""Plots of a report as SVG: what was down, what was real, what the kernels printed.

A line ends where nothing was recorded; it never leads over a hole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from html import escape

from msgspec import Struct

from tui.present.units import plain
from tui.report.escaped import bare
from tui.report.values import Noted, Point, Report, Stretch

_WIDTH, _HEIGHT = 860, 190
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 14, 34, 26
_COLOURS = ("#c0392b", "#2471a3", "#b9770e", "#1e8449", "#7d3c98", "#616a6b")
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1_440)
"""Minutes between two times below a plot."""
_MOST_TICKS = 8
_BUCKETS = 60

Value = tuple[datetime, int | None]


class Plot(Struct, frozen=True):
    """One plot."""

    title: str
    svg: str


def plots(report: Report) -> tuple[Plot, ...]:
    """All that there is to draw; a plot of nothing but zeros is drawn too."""
    down = _lines(report.points, lambda point: point.down)
    real = _lines(report.points, lambda point: point.real)
    found = [
        _plot(report, "What was real: alerts and findings", real),
        _plot(report, "Targets that should be up and were not", down),
    ]
    if report.lines:
        bucket = max(timedelta(seconds=10), report.span.length / _BUCKETS)
        errors = _buckets(report, bucket)
        seconds = int(bucket.total_seconds())
        named = f"Kernel lines that are a sign of trouble, each {seconds} s"
        found.append(_plot(report, named, errors))
    return tuple(found)


def _lines(
    points: Mapping[str, Sequence[Point]], value: Callable[[Point], int | None]
) -> dict[str, list[Value]]:
    return {
        name: [(each.at, value(each)) for each in found]
        for name, found in points.items()
    }


def _buckets(report: Report, bucket: timedelta) -> dict[str, list[Value]]:
    """How many lines each bucket has; none where nothing was recorded."""
    found: dict[str, list[Value]] = {}
    since = report.span.since
    number = int(report.span.length / bucket) + 1
    for name in report.clusters:
        counts = [0] * number
        for line in report.lines:
            if line.cluster == name:
                counts[int((line.at - since) / bucket)] += 1
        times = [since + bucket * n for n in range(number)]
        found[name] = [
            (at, count if _is_seen(report.seen, at, bucket) else None)
            for at, count in zip(times, counts, strict=True)
        ]
    return found


def _is_seen(seen: Iterable[Stretch], at: datetime, bucket: timedelta) -> bool:
    return any(each.since <= at + bucket and at <= each.until for each in seen)


def _plot(report: Report, title: str, lines: Mapping[str, Sequence[Value]]) -> Plot:
    span = report.span
    values = [n for line in lines.values() for _, n in line if n is not None]
    top = max(1, *values) if values else 1
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'role="img" aria-label="{escape(title)}" font-family="sans-serif" '
        'font-size="11">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
        f'<text x="{_LEFT}" y="14" font-size="13" font-weight="bold" '
        f'fill="#222222">{escape(title)}</text>',
        *_grid(span, top),
        *_holes(report),
        *_marks(span, report.notes),
    ]
    for place, line in enumerate(lines.values()):
        colour = _COLOURS[place % len(_COLOURS)]
        # Lines that lie on each other are all to be seen.
        lift = -1.5 * place
        parts += (
            f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.8"/>'
            for path in _paths(report, line, top, lift)
        )
    parts += _legend(tuple(lines))
    return Plot(title, "".join([*parts, "</svg>"]))


def _x(span: Stretch, at: datetime) -> float:
    share = (at - span.since) / span.length if span.length else 0.0
    room = _WIDTH - _LEFT - _RIGHT
    return round(_LEFT + room * min(1.0, max(0.0, share)), 1)


def _y(value: int, top: int, lift: float = 0.0) -> float:
    room = _HEIGHT - _TOP - _BOTTOM
    return round(_HEIGHT - _BOTTOM - room * value / top + lift, 1)


def _grid(span: Stretch, top: int) -> Iterable[str]:
    for value in sorted({0, (top + 1) // 2, top}):
        y = _y(value, top)
        yield (
            f'<path d="M{_LEFT} {y}H{_WIDTH - _RIGHT}" stroke="#dddddd"/>'
            f'<text x="{_LEFT - 6}" y="{y + 4}" text-anchor="end" '
            f'fill="#555555">{value}</text>'
        )
    for at in _ticks(span):
        x = _x(span, at)
        yield (
            f'<path d="M{x} {_HEIGHT - _BOTTOM}v4" stroke="#888888"/>'
            f'<text x="{x}" y="{_HEIGHT - 8}" text-anchor="middle" '
            f'fill="#555555">{at:%H:%M}</text>'
        )


def _ticks(span: Stretch) -> Iterable[datetime]:
    minutes = span.length.total_seconds() / 60
    step = next((each for each in _STEPS if minutes / each <= _MOST_TICKS), _STEPS[-1])
    at = span.since.astimezone(UTC).replace(second=0, microsecond=0)
    at -= timedelta(minutes=(at.hour * 60 + at.minute) % step)
    while at <= span.until:
        if at >= span.since:
            yield at
        at += timedelta(minutes=step)


def _holes(report: Report) -> Iterable[str]:
    """Grey where nothing is known."""
    ends = report.span.since
    for each in (*report.seen, Stretch(report.span.until, report.span.until)):
        left, right = _x(report.span, ends), _x(report.span, each.since)
        if (each.since - ends) > timedelta(seconds=15) and right > left:
            yield (
                f'<rect x="{left}" y="{_TOP}" width="{round(right - left, 1)}" '
                f'height="{_HEIGHT - _TOP - _BOTTOM}" fill="#eeeeee">'
                "<title>not recorded</title></rect>"
            )
        ends = each.until


def _marks(span: Stretch, notes: Sequence[Noted]) -> Iterable[str]:
    for number, note in enumerate(notes, 1):
        x = _x(span, note.at)
        yield (
            f'<path d="M{x} {_TOP}V{_HEIGHT - _BOTTOM}" stroke="#999999" '
            f'stroke-dasharray="3 3"/><text x="{x}" y="{_TOP - 3}" '
            f'text-anchor="middle" fill="#555555">{number}<title>'
            f"{escape(bare(note.text))}</title></text>"
        )


def _paths(
    report: Report, line: Sequence[Value], top: int, lift: float
) -> Iterable[str]:
    """Steps, a path for each stretch that has no hole."""
    ends = {each.until for each in report.seen}
    path, before = "", 0.0
    for at, value in line:
        if value is None:
            if path:
                yield path
            path = ""
            continue
        x, y = _x(report.span, at), _y(value, top, lift)
        if not path:
            path = f"M{x} {y}"
        elif y == before:
            path = (
                f"{path.rpartition('H')[0]}H{x}" if _ends_flat(path) else f"{path}H{x}"
            )
        else:
            path += f"H{x}V{y}"
        before = y
        if at in ends:
            yield path
            path = ""
    if path:
        yield path


def _ends_flat(path: str) -> bool:
    """Whether the last step of a path leads to the right, and may lead further."""
    return path.rfind("H") > max(path.rfind("V"), path.rfind("M"))


def _legend(names: Sequence[str]) -> Iterable[str]:
    x = _WIDTH - _RIGHT
    for place in reversed(range(len(names))):
        name = plain(names[place])
        yield (
            f'<text x="{x}" y="14" text-anchor="end" fill="'
            f'{_COLOURS[place % len(_COLOURS)]}" font-weight="bold">'
            f"{escape(name)}</text>"
        )
        x -= 7 * len(name) + 16
