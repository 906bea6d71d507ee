"""The logs screen in words: its title in the room there is, names, one line in full."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from tui.model.fleet import Cluster
from tui.model.kernel import classify
from tui.present import faults, logs
from tui.present.glyphs import Marks
from tui.present.log_lines import exact_of_ns
from tui.present.logs import ClassCounts
from tui.present.units import count
from widgets.values import Line, LogLine, Span, Tone

_SHORTEST = 4


def titles(
    what: str, only: Sequence[str], found: ClassCounts, marks: Marks
) -> Iterator[Line]:
    """What is shown and how many errors there are, each time in fewer words.

    only    the filters that are on
    """
    filters = f", only {', '.join(only)}" if only else ""
    short = short_chips(found, marks)
    for name in (f"logs of {what}", what):
        head = (Span(f"{name}{filters}", Tone.ACCENT),)
        for chips in (logs.chips(found, marks), short):
            yield (*head, Span("  "), *chips) if chips else head
    yield (Span(f"{what}{filters}", Tone.ACCENT),)


def short_chips(found: ClassCounts, marks: Marks) -> Line:
    """All classes as one: `✖ 39 errors`, else `▲ 2 warnings`."""
    for severity, glyph, tone in (
        ("error", marks.real, Tone.CRITICAL),
        ("warning", marks.degraded, Tone.WARNING),
    ):
        number = sum(n for (_, each), n in found.items() if each == severity)
        if number:
            return (Span(f"{glyph} {count(number, severity)}", tone),)
    return ()


def unknown(cluster: Cluster, now: datetime, marks: Marks) -> Span | None:
    """Why a cluster's log is not known as of now; None when it is."""
    is_old = faults.worst(cluster, faults.LOG_SOURCES, now) is not None
    if cluster.log_findings or cluster.last_entry_at is not None:
        age_of = faults.pane_age(cluster, faults.LOG_SOURCES, now, marks)
        return age_of[0] if is_old and age_of else None
    return faults.unknown(cluster, faults.LOG_SOURCES, now, marks)


def note(clusters: Iterable[Cluster], now: datetime, marks: Marks) -> Line:
    """The clusters whose logs do not come now: a log that is cut looks like a calm one.

    What is true of all of them is said once, without their names.
    """
    told, is_all = _late(clusters, now, marks)
    if is_all and len({word for _, word in told}) == 1:
        return (told[0][1],)
    spans: list[Span] = []
    for name, word in told:
        gap = "  " if spans else ""
        spans += [Span(f"{gap}{name} ", Tone.QUIET), word]
    return tuple(spans)


def late(clusters: Iterable[Cluster], now: datetime, marks: Marks) -> str:
    """The same behind counts, in words; empty when all is of now."""
    told, is_all = _late(clusters, now, marks)
    if not told:
        return ""
    of_some = "" if is_all else f" from {', '.join(name for name, _ in told)}"
    return f"none come{of_some} now"


def _late(
    clusters: Iterable[Cluster], now: datetime, marks: Marks
) -> tuple[list[tuple[str, Span]], bool]:
    """Why the logs of some do not come, by name; and whether that is all of them."""
    words = [(each.name, unknown(each, now, marks)) for each in clusters]
    told = [(name, word) for name, word in words if word is not None]
    return told, len(told) == len(words)


def nothing(clusters: Iterable[Cluster], now: datetime, marks: Marks) -> Line:
    """What an empty log says: why nothing comes; nothing when nothing was written."""
    found = (faults.worst(each, faults.LOG_SOURCES, now) for each in clusters)
    failed = next((each for each in found if each is not None), None)
    if failed is None:
        return ()
    own = Span(f" {marks.dot} N, then d: what the nodes themselves tell", Tone.QUIET)
    return (*faults.fault_line(failed, now, marks), own)


Other = tuple[str, ClassCounts, Span | None, bool]
"""A pane among others: its name, what it counted, why that is not of now, and whether
it is in view."""


def others(told: Iterable[Other], marks: Marks) -> Line:
    """Panes that stand side by side, of which some are out of view."""
    spans: list[Span] = []
    for number, (name, found, not_live, is_shown) in enumerate(told, 1):
        left, right = ("[", "]") if is_shown else (" ", " ")
        chips = short_chips(found, marks)
        if not_live is not None:
            chips = (*chips, Span("  "), not_live) if chips else (not_live,)
        calm = Span(f"{marks.good} no errors", Tone.QUIET)
        spans += [
            Span(left, Tone.ACCENT),
            Span(f"{number} {name} ", bold=is_shown),
            *(chips or (calm,)),
            Span(right, Tone.ACCENT),
        ]
    return tuple(spans)


def short_names(names: Iterable[str]) -> dict[str, str]:
    """Each name cut to as few letters as tell it from the others, four at least; what
    is cut ends in `…`, and what that would not make shorter is not cut."""
    known = tuple(dict.fromkeys(names))
    longest = max(map(len, known), default=0)
    for length in range(_SHORTEST, longest + 1):
        if len({name[:length] for name in known}) == len(known):
            return {name: _cut(name, length) for name in known}
    return {name: name for name in known}


def _cut(name: str, length: int) -> str:
    return name if len(name) <= length + 1 else f"{name[:length]}…"


def full(line: LogLine) -> tuple[Line, ...]:
    """One line to be read in full, with what its class means and what helps."""
    at = f"{exact_of_ns(line.at_ns)} UTC  " if line.at_ns else ""
    head = (Span(at, Tone.QUIET), Span(line.gutter, Tone.QUIET))
    sign_of = f"{line.sign} " if line.sign else ""
    lines: list[Line] = [head, (), (Span(f"{sign_of}{line.text}", line.tone),)]
    sign = classify(line.text)
    if sign is not None:
        lines += [
            (),
            (Span(f"{sign.kind}: ", Tone.ACCENT), Span(sign.meaning)),
            (Span(sign.advice, Tone.QUIET),),
        ]
    if line.fields:
        lines.append(())
    lines += [
        (Span(f"{name}  ", Tone.QUIET), Span(value)) for name, value in line.fields
    ]
    return tuple(lines)
